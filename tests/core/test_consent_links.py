"""A consent link: for somebody without a user here, once, for 72 hours, in the browser that opened it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from comptoir.core.accounts.models import Membership, MembershipStore, Store, User
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.core.connections import consent_links
from comptoir.core.connections.models import Connection, ConsentAttempt, ConsentLink, LocationLink
from comptoir.core.jobs import engine
from comptoir.core.mail.models import OutgoingMail
from comptoir.sandbox.postbox import Postbox
from tests.core.kseries import PROVIDER, Vendor, decide, everything_stored, query_of
from tests.people import People, create_member, create_store
from tests.postbox import postbox

__all__ = ["postbox"]
pytestmark = pytest.mark.django_db
BOB_S_ACCOUNTANT = "holder@example.org"


@pytest.fixture
def key(people: People, vendor: Vendor) -> str:
    """A link that Alice asked for, as it stands in the mail."""
    people.client(people.alice).post(f"/connections/{PROVIDER}/ask", {"email": BOB_S_ACCOUNTANT})
    mail = OutgoingMail.objects.get(template="mails/consent_link")
    assert mail.to == BOB_S_ACCOUNTANT
    found = re.search(r"/consent/(cns_\S+)", mail.text)
    assert found
    return found[1]


def leave(client: Client, key: str) -> str:
    response = client.post(f"/consent/{key}")
    assert response.status_code == 302, response.content
    return str(response["Location"])


def back(address: str, verdict: str = "approve") -> str:
    said = decide(address) if verdict == "approve" else decide(address, verdict)
    return said.removeprefix("http://testserver")


def test_the_consent_connects_the_till_and_tells_those_who_asked(people: People, key: str, postbox: Postbox) -> None:
    create_member(people.le_zinc, "Dora", Role.SUPERVISOR)
    holder = Client()
    shown = holder.get(f"/consent/{key}").content.decode()
    assert "Le Zinc" in shown
    assert "nobody here sees your password" in shown
    answer = holder.get(back(leave(holder, key)))
    assert answer.status_code == 200
    assert "The account is connected" in answer.content.decode()

    connection = Connection.objects.get()
    assert (connection.organisation, connection.consented_by) == (people.le_zinc, None)
    assert LocationLink.objects.filter(connection=connection).count() == 2
    engine.drain()
    told = {mail.to: mail.subject for mail in OutgoingMail.objects.filter(template="mails/consent_given")}
    assert people.alice.email in told
    assert len(told) == 2, "the owner who asked, and the supervisor of all stores"
    assert Note.objects.filter(what="connection.consent_given", actor=f"link:{BOB_S_ACCOUNTANT}").exists()
    assert holder.get("/connections").status_code == 302, "he still has no user here"


def scoped(people: People, name: str, role: Role, store: Store) -> User:
    user = create_member(people.le_zinc, name, role)
    member = Membership.objects.get(user=user)
    Membership.objects.filter(pk=member.pk).update(all_stores=False)
    MembershipStore.objects.create(organisation=people.le_zinc, membership=member, store=store)
    return user


def test_the_mail_goes_to_whom_it_concerns_and_to_no_other_supervisor(
    people: People, key: str, postbox: Postbox
) -> None:
    elsewhere = create_store(people.le_zinc, "Elsewhere")
    asked = scoped(people, "Ada", Role.REGIONAL_SUPERVISOR, elsewhere)
    ConsentLink.objects.update(asked_by=asked)
    holder = Client()
    holder.get(back(leave(holder, key)))
    old = Connection.objects.get()
    first = LocationLink.objects.filter(connection=old).order_by("external_id")[0]
    LocationLink.objects.filter(id=first.id).update(store=people.bar)
    signed_in = scoped(people, "Sid", Role.REGIONAL_SUPERVISOR, elsewhere)
    Connection.objects.update(consented_by=signed_in)
    concerned = scoped(people, "Cora", Role.SUPERVISOR, people.bar)
    scoped(people, "Nora", Role.SUPERVISOR, elsewhere)
    scoped(people, "Mina", Role.MANAGER, people.bar)
    OutgoingMail.objects.all().delete()

    people.client(people.alice).post(f"/connections/{PROVIDER}/ask", {"email": BOB_S_ACCOUNTANT})
    ConsentLink.objects.filter(used_at=None).update(asked_by=asked)
    again = re.search(r"/consent/(cns_\S+)", OutgoingMail.objects.get(template="mails/consent_link").text)
    assert again
    holder.get(back(leave(holder, again[1])))
    told = OutgoingMail.objects.filter(template="mails/consent_given").values_list("to", flat=True)
    assert sorted(told) == sorted(each.email for each in (people.alice, asked, signed_in, concerned))
    mail = OutgoingMail.objects.get(template="mails/consent_given", to=asked.email)
    page = re.search(rf"{settings.COMPTOIR_URL}(/connections/con_\S+)", mail.text)
    assert page
    ada = people.client(asked)
    assert ada.get(page[1]).status_code == 200, "it feeds no store of anybody yet, and she chooses one of hers"
    new = LocationLink.objects.exclude(connection=old).order_by("-external_id")[0]
    assert ada.post(f"{page[1]}/locations", {f"store-{new.id}": elsewhere.public_id}, follow=True).status_code == 200
    new.refresh_from_db()
    assert new.store == elsewhere
    nora = people.client(User.objects.get(name="Cora"))
    assert nora.get(page[1]).status_code == 404, "now it is of that store"


def test_a_link_is_good_for_one_consent(people: People, key: str) -> None:
    holder = Client()
    other = Client()
    second = leave(other, key)
    assert holder.get(back(leave(holder, key))).status_code == 200
    assert holder.get(f"/consent/{key}").status_code == 404
    assert other.get(back(second)).status_code == 400
    assert Connection.objects.count() == 1


def test_a_link_is_good_for_72_hours(people: People, key: str) -> None:
    now = datetime.now(UTC)
    assert consent_links.find(key, now=now + timedelta(hours=71, minutes=59))
    assert consent_links.find(key, now=now + timedelta(hours=72, minutes=1)) is None
    ConsentLink.objects.update(expires_at=now - timedelta(seconds=1))
    assert Client().get(f"/consent/{key}").status_code == 404
    assert Client().post(f"/consent/{key}").status_code == 404


def test_the_state_is_bound_to_the_link_and_its_browser(people: People, key: str) -> None:
    holder = Client()
    answer = back(leave(holder, key))
    assert Client().get(answer).status_code == 400, "another browser"
    assert people.client(people.alice).get(answer).status_code == 400, "nor somebody who works here"
    people.client(people.alice).post(f"/connections/{PROVIDER}/ask", {"email": "second@example.org"})
    second = OutgoingMail.objects.filter(template="mails/consent_link", to="second@example.org").get()
    found = re.search(r"/consent/(cns_\S+)", second.text)
    assert found
    elsewhere = Client()
    leave(elsewhere, found[1])
    assert elsewhere.get(answer).status_code == 400, "a browser with another link"
    assert not Connection.objects.exists()
    assert holder.get(answer).status_code == 200


def test_a_denial_leaves_the_link_good(people: People, key: str) -> None:
    holder = Client()
    shown = holder.get(back(leave(holder, key), "deny")).content.decode()
    assert "not approved" in shown
    assert not ConsentAttempt.objects.exists()
    assert holder.get(back(leave(holder, key))).status_code == 200
    assert Connection.objects.count() == 1


def test_a_vendor_that_refuses_leaves_the_link_good(people: People, key: str) -> None:
    holder = Client()
    state = query_of(leave(holder, key))["state"]
    assert holder.get(f"/connections/returned?code=wrong&state={state}").status_code == 502
    assert not Connection.objects.exists()
    assert holder.get(back(leave(holder, key))).status_code == 200


def test_the_key_is_kept_as_its_hash(people: People, key: str) -> None:
    OutgoingMail.objects.update(text="", html="")
    assert key.encode() not in everything_stored()


def test_a_manager_sends_none_and_a_wrong_address_none_either(people: People, vendor: Vendor) -> None:
    manager = people.client(create_member(people.le_zinc, "Mina", Role.MANAGER))
    assert manager.post(f"/connections/{PROVIDER}/ask", {"email": BOB_S_ACCOUNTANT}).status_code == 403
    people.client(people.alice).post(f"/connections/{PROVIDER}/ask", {"email": "nobody"})
    assert not ConsentLink.objects.exists()
