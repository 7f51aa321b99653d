"""Support comes in only with an owner's consent, in the owner's sight, for as long as was said (issue 9)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.visit_tables import Visit
from comptoir.core.audit.models import Note
from comptoir.core.mail.models import OutgoingMail
from tests.people import People

pytestmark = pytest.mark.django_db
WHY = "The receipts of yesterday are missing."


@pytest.fixture
def olga(people: People) -> User:
    return User.objects.create_user("olga@example.com", name="Olga", is_operator=True)


@pytest.fixture
def operator(people: People, olga: User) -> Client:
    return people.client(olga)


def asks(people: People, operator: Client, wish: str = "look") -> Visit:
    path = f"/backoffice/merchant/{people.le_zinc.public_id}/visits"
    assert operator.post(path, {"reason": WHY, "wish": wish}).status_code == 302
    return Visit.objects.get(ended_at=None, answered_at=None)


def answers(person: Client, visit: Visit, act: str = "allow", **said: Any) -> Any:
    return person.post(f"/settings/visits/{visit.public_id}/{act}", {"access": "look", "hours": "1"} | said)


def goes(operator: Client, people: People, visit: Visit, act: str = "enter") -> Any:
    return operator.post(f"/backoffice/merchant/{people.le_zinc.public_id}/visits/{visit.public_id}/{act}")


def test_nobody_comes_in_without_a_consent(people: People, operator: Client) -> None:
    assert operator.get("/settings/modules").status_code == 403
    visit = asks(people, operator)
    assert goes(operator, people, visit).status_code == 403
    assert operator.get("/settings/modules").status_code == 403
    again = operator.post(f"/backoffice/merchant/{people.le_zinc.public_id}/visits", {"reason": WHY, "wish": "look"})
    assert again.status_code == 409
    answers(people.client(people.alice), visit, "decline")
    assert goes(operator, people, visit).status_code == 403
    assert operator.get("/settings/modules").status_code == 403


@pytest.mark.parametrize("said", [{"reason": "short"}, {"wish": "own"}])
def test_a_question_says_why_and_what_for(people: People, operator: Client, said: dict[str, str]) -> None:
    path = f"/backoffice/merchant/{people.le_zinc.public_id}/visits"
    assert operator.post(path, {"reason": WHY, "wish": "look"} | said).status_code == 422
    assert not Visit.objects.exists()


def test_the_owner_is_asked_by_mail_and_on_every_page(people: People, operator: Client) -> None:
    visit = asks(people, operator)
    mail = OutgoingMail.objects.get(to=people.alice.email)
    assert WHY in mail.text
    alice = people.client(people.alice)
    assert "Support asks to come in" in alice.get("/").content.decode()
    assert WHY in alice.get("/settings/visits").content.decode()
    assert "Support asks" not in people.client(people.bob).get("/").content.decode()
    answers(alice, visit)
    assert "Support is inside" in alice.get("/").content.decode()
    assert "Support is inside" not in people.client(people.charlie).get("/").content.decode()


def test_only_an_owner_lets_in(people: People, operator: Client) -> None:
    visit = asks(people, operator)
    assert answers(people.client(people.bob), visit).status_code == 403
    assert answers(people.client(people.charlie), visit).status_code == 404
    assert answers(operator, visit).status_code == 403
    assert goes(operator, people, visit).status_code == 403


def test_to_look_is_not_to_act(people: People, operator: Client) -> None:
    visit = asks(people, operator, wish="act")
    answers(people.client(people.alice), visit, access="look")
    assert goes(operator, people, visit).status_code == 302
    page = operator.get("/settings/modules")
    assert page.status_code == 200
    assert "You are inside Le Zinc as support" in page.content.decode()
    refused = operator.post(reverse("import_begin"), {})
    assert refused.status_code == 403
    assert "Nothing was changed" in refused.content.decode()
    assert not Note.objects.filter(what="visit.acted").exists()


def test_what_a_visitor_changes_is_written_down_under_his_name(people: People, operator: Client, olga: User) -> None:
    visit = asks(people, operator, wish="act")
    answers(people.client(people.alice), visit, access="act")
    goes(operator, people, visit)
    assert operator.post(reverse("import_begin"), {}).status_code != 403
    kept = list(Note.objects.filter(what__startswith="visit.").order_by("id").values_list("what", "actor"))
    alice, mine = f"user:{people.alice.pk}", f"user:{olga.pk}"
    assert kept == [("visit.asked", mine), ("visit.allowed", alice), ("visit.entered", mine), ("visit.acted", mine)]


@pytest.mark.parametrize(
    "path",
    [
        "/settings/visits",
        "/settings/users",
        "/settings/tokens",
        "/settings/partners",
        "/settings/activity",
        "/webhooks",
    ],
)
def test_nothing_that_outlasts_a_visit_is_open_to_a_visitor(people: People, operator: Client, path: str) -> None:
    visit = asks(people, operator, wish="act")
    answers(people.client(people.alice), visit, access="act", hours="24")
    goes(operator, people, visit)
    assert operator.get("/").status_code == 200
    assert operator.get(path).status_code in (403, 404)
    assert answers(operator, visit, "end").status_code == 403


@pytest.mark.parametrize("side", ["owner", "operator"])
def test_either_side_ends_it_at_once(people: People, operator: Client, side: str) -> None:
    visit = asks(people, operator)
    alice = people.client(people.alice)
    answers(alice, visit)
    goes(operator, people, visit)
    assert operator.get("/").status_code == 200
    done = answers(alice, visit, "end") if side == "owner" else goes(operator, people, visit, "end")
    assert done.status_code == 302
    assert operator.get("/").status_code == 403
    assert goes(operator, people, visit).status_code == 403
    assert "Support is inside" not in alice.get("/").content.decode()
    assert Note.objects.get(what="visit.ended").actor.startswith("user:")


def test_it_ends_by_itself(people: People, operator: Client) -> None:
    visit = asks(people, operator)
    answers(people.client(people.alice), visit, hours="4")
    goes(operator, people, visit)
    begun = datetime.now(UTC)
    with time_machine.travel(begun + timedelta(hours=3, minutes=59), tick=False):
        assert operator.get("/").status_code == 200
    with time_machine.travel(begun + timedelta(hours=4, minutes=1), tick=False):
        assert operator.get("/").status_code == 403


@pytest.mark.parametrize("said", [{"hours": "720"}, {"hours": "x"}, {"hours": "0"}, {"access": "own"}])
def test_a_consent_is_one_of_those_offered(people: People, operator: Client, said: dict[str, str]) -> None:
    visit = asks(people, operator)
    assert answers(people.client(people.alice), visit, **said).status_code == 422
    assert goes(operator, people, visit).status_code == 403


def test_a_visit_is_of_one_operator_and_dies_with_his_office(people: People, operator: Client, olga: User) -> None:
    visit = asks(people, operator)
    answers(people.client(people.alice), visit)
    other = people.client(User.objects.create_user("oscar@example.com", is_operator=True))
    assert goes(other, people, visit).status_code == 404
    goes(operator, people, visit)
    olga.is_operator = False
    olga.save()
    assert operator.get("/").status_code == 403


def test_an_operator_who_works_somewhere_comes_back_to_his_own(people: People, operator: Client, olga: User) -> None:
    Membership.objects.create(organisation=people.chez_charlie, user=olga, role="viewer")
    visit = asks(people, operator)
    answers(people.client(people.alice), visit)
    goes(operator, people, visit)
    assert "Le Zinc" in operator.get("/").content.decode()
    operator.post("/organisation", {"organisation": str(people.chez_charlie.id)})
    page = operator.get("/").content.decode()
    assert "Chez Charlie" in page
    assert "as support" not in page
