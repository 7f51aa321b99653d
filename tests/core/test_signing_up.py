"""Sign up: by a mail's link, by the operator's, or as the very first person; and nobody learns who is here."""

import json
import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from typer.testing import CliRunner

from comptoir.cli import house
from comptoir.cli.main import app
from comptoir.core.accounts import signing_up
from comptoir.core.accounts.models import Membership, Organisation, User
from comptoir.core.audit.models import Note
from comptoir.core.connections import sealing
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from comptoir.sandbox.postbox import Postbox
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs", "fresh_attempts")]
NEW = "dora+shop@example.com"
SECRET = "a zinc counter at noon"
PERSON = {"name": "Dora", "password": SECRET}


@pytest.fixture
def fresh_attempts(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def is_open(settings: Any) -> None:
    settings.COMPTOIR_SIGN_UP = "open"


def mailed(postbox: Postbox, address: str) -> str:
    engine.drain()
    return urlsplit(postbox.messages(address)[-1].button).path


@pytest.mark.usefixtures("is_open")
def test_a_mail_leads_to_an_organisation_and_its_owner_once(people: People, postbox: Postbox) -> None:
    answer = Client().post("/sign-up", {"organisation": "  Chez   Dora ", "email": NEW})
    assert NEW in answer.content.decode()
    assert not Organisation.objects.filter(name="Chez Dora").exists(), "nothing is written before the link is opened"
    path = mailed(postbox, NEW)

    guest = Client()
    assert NEW in guest.get(path).content.decode()
    assert guest.post(path, {"name": "Dora", "password": "1234"}).status_code == 422
    answer = guest.post(path, PERSON, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Chez Dora" in answer.content.decode()
    member = Membership.objects.get(user__email=NEW)
    assert (member.organisation.name, member.role, member.all_stores) == ("Chez Dora", "owner", True)
    assert Client().get(path).status_code == 404, "it works once"
    assert Note.objects.get(organisation_id=member.organisation_id).what == "organisation.created"


def asked(email: str) -> str:
    """The page one gets for an address, without what differs each time."""
    html = Client().post("/sign-up", {"organisation": "Le Bar", "email": email}).content.decode()
    return re.sub(r'"X-CSRFToken":"\w+"|value="\w{64}"', "", html.replace(email, ""))


@pytest.mark.usefixtures("is_open")
def test_somebody_known_gets_the_same_page_and_adds_a_business_after_signing_in(
    people: People, postbox: Postbox
) -> None:
    known, unknown = (asked(each) for each in (people.alice.email, NEW))
    assert known == unknown, "the page does not tell who is here"
    path = mailed(postbox, people.alice.email)
    assert "/sign-in?next=" in Client().get(path).content.decode()
    assert people.client(people.bob).get(path).status_code == 403
    alice = people.client(people.alice)
    alice.get(path)
    assert alice.post(path, follow=True).redirect_chain == [("/", 302)]
    assert set(people.alice.organisations.values_list("name", flat=True)) == {"Le Zinc", "Le Bar"}
    assert User.objects.filter(email=people.alice.email).count() == 1


def test_by_default_it_closes_behind_the_first_person(settings: Any) -> None:
    settings.COMPTOIR_MAIL_SERVER = None
    assert "/sign-up" in Client().get("/sign-in").content.decode()
    fields = {"organisation": "Chez Dora", "email": NEW, **PERSON}
    first = Client()
    assert first.post("/sign-up", fields, follow=True).redirect_chain == [("/", 302)], "no mail can be sent yet"
    assert User.objects.get().email == NEW

    late = Client().post("/sign-up", {**fields, "email": "eve@example.com"})
    assert "by invitation" in late.content.decode()
    assert User.objects.count() == 1
    assert "/sign-up" not in Client().get("/sign-in").content.decode()


def test_two_first_people_at_once_are_one(settings: Any) -> None:
    settings.COMPTOIR_MAIL_SERVER = None
    start, refused = threading.Barrier(4), []

    def be_first(number: int) -> None:
        found = signing_up.first_one(organisation_name="Chez Dora", email=f"dora{number}@example.com")
        start.wait()
        try:
            signing_up.create(found, name="Dora", password=SECRET, now=datetime.now(UTC))
        except RuleBroken:
            refused.append(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=be_first, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (User.objects.count(), Organisation.objects.count(), len(refused)) == (1, 1, 3)


def test_closed_is_closed_but_the_operator_s_link_works(people: People, settings: Any) -> None:
    settings.COMPTOIR_SIGN_UP = "closed"
    assert "by invitation" in Client().post("/sign-up", {"organisation": "X", "email": NEW}).content.decode()
    now = datetime.now(UTC)
    assert signing_up.find(token_of(signing_up.link(organisation_name="X", email=NEW, now=now)), now=now) is None

    with mock.patch.object(house, "ready", house.sentences):
        said = CliRunner().invoke(app, ["sign-up", "Chez Dora", NEW, "--json"])
    path = urlsplit(json.loads(said.stdout)["url"]).path
    assert Client().post(path, PERSON, follow=True).redirect_chain == [("/", 302)]
    assert Organisation.objects.filter(name="Chez Dora").exists()
    with mock.patch.object(house, "ready", house.sentences):
        assert CliRunner().invoke(app, ["sign-up", "Chez Dora", "nobody"]).exit_code == 1


@pytest.mark.usefixtures("is_open")
def test_a_link_that_was_altered_or_is_old_is_none() -> None:
    now = datetime.now(UTC)
    token = token_of(signing_up.link(organisation_name="X", email=NEW, now=now))
    assert signing_up.find(token, now=now)
    assert signing_up.find(token, now=now + signing_up.LIFETIME + timedelta(seconds=2)) is None
    for altered in (token[:-1], token[1:], f"x{token}", token.swapcase(), "", "a:b"):
        assert signing_up.find(altered, now=now) is None


@pytest.mark.usefixtures("is_open")
def test_two_links_of_one_address_make_one_person(people: People) -> None:
    now = datetime.now(UTC)
    tokens = [token_of(signing_up.link(organisation_name=name, email=NEW, now=now)) for name in ("One", "Two")]
    first, second = (signing_up.find(each, now=now) for each in tokens)
    assert first
    assert second
    signing_up.create(first, name="Dora", password=SECRET, now=now)
    with pytest.raises(RuleBroken):
        signing_up.create(second, name="Dora", password=SECRET, now=now)
    assert "/sign-in?next=" in Client().get(f"{signing_up.PATH}{tokens[1]}").content.decode()


def test_a_signed_word_of_another_kind_signs_nobody_up(people: People) -> None:
    now = datetime.now(UTC)
    other = sealing.sealer().sign({"org": str(people.le_zinc.id)}, expires_at=now + timedelta(hours=1))
    assert signing_up.find(other, now=now) is None


@pytest.mark.usefixtures("is_open")
@pytest.mark.parametrize("fields", [{}, {"organisation": "X", "email": "nobody"}, {"organisation": "", "email": NEW}])
def test_what_is_missing_is_said(postbox: Postbox, fields: dict[str, str]) -> None:
    assert Client().post("/sign-up", fields).status_code == 422


@pytest.mark.usefixtures("is_open")
def test_who_asks_too_often_waits(postbox: Postbox) -> None:
    answers = [Client().post("/sign-up", {"organisation": "X", "email": NEW}).status_code for _ in range(21)]
    assert set(answers[:20]) == {200}
    assert answers[20] == 429
    assert "Too many tries" in Client().post("/sign-up", {"organisation": "X", "email": NEW}).content.decode()


def token_of(url: str) -> str:
    return urlsplit(url).path.removeprefix(signing_up.PATH)
