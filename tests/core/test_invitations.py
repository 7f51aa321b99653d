"""Who works here: an invitation over real SMTP, roles and stores, the last owner, and taking somebody out."""

import re
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.test import Client

from comptoir.core.accounts import invitations, members
from comptoir.core.accounts.models import Invitation, Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.core.connections.models import Connection
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from comptoir.sandbox.postbox import Postbox
from tests.people import People, create_member, create_store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
INVITED = "dora+bar@example.com"


def invite(people: People, email: str = INVITED, **chosen: object) -> str:
    """Ask somebody on the page; the answer is the page that says so."""
    data = {"email": email, "role": "manager", "reach": "all", "language": "en", **chosen}
    answer = people.client(people.alice).post("/settings/users", data, follow=True)
    return answer.content.decode()


def link(postbox: Postbox, email: str = INVITED) -> str:
    """The address behind the button of the latest mail."""
    engine.drain()
    return urlsplit(postbox.messages(email)[-1].button).path


def test_somebody_new_opens_the_mail_and_sees_the_chosen_store_alone(people: People, postbox: Postbox) -> None:
    terrace, _cellar = create_store(people.le_zinc, "Terrace"), create_store(people.le_zinc, "Cellar")
    assert "on its way" in invite(people, reach="chosen", stores=[terrace.public_id], language="fr")
    path = link(postbox)
    assert "Le Zinc" in postbox.messages(INVITED)[0].subject
    guest = Client()
    shown = guest.get(path)
    assert INVITED in shown.content.decode()
    assert shown["Referrer-Policy"] == "same-origin"

    weak = guest.post(path, {"name": "Dora", "password": "1234"})
    assert weak.status_code == 422
    answer = guest.post(path, {"name": "Dora", "password": "a zinc counter at noon"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    html = guest.get("/imports").content.decode()
    assert ("Terrace" in html, "Cellar" in html) == (True, False)
    found = Membership.objects.get(user__email=INVITED)
    assert (found.role, found.all_stores, found.chosen.get().store_id) == ("manager", False, terrace.id)
    assert Client().get(path).status_code == 404, "it works once"
    assert list(Note.objects.order_by("id").values_list("what", flat=True)) == ["invitation.sent", "member.joined"]


def test_somebody_with_an_account_signs_in_and_accepts(people: People, postbox: Postbox) -> None:
    invite(people, people.charlie.email)
    path = link(postbox, people.charlie.email)
    assert f"/sign-in?next={path}" in Client().get(path).content.decode()

    charlie = people.client(people.charlie)
    assert "Accept" in charlie.get(path).content.decode()
    assert b"Le Zinc" in charlie.post(path, follow=True).content
    assert Membership.objects.get(organisation=people.le_zinc, user=people.charlie).role == "manager"


def test_an_invitation_is_for_its_address_alone(people: People, postbox: Postbox) -> None:
    invite(people, "charlie+bar@example.com")
    path = link(postbox, "charlie+bar@example.com")

    charlie = people.client(people.charlie)
    assert charlie.get(path).status_code == charlie.post(path).status_code == 403
    assert not Membership.objects.filter(organisation=people.le_zinc, user=people.charlie).exists()


def test_a_link_that_was_replaced_withdrawn_or_is_too_old_opens_nothing(people: People, postbox: Postbox) -> None:
    invite(people)
    first = link(postbox)
    row = Invitation.objects.get()
    found = re.search(r"/settings/invitations/(inv_\w+)/resend", invite(people, "other@example.com"))
    assert found
    path = f"/settings/invitations/{found[1]}"
    alice = people.client(people.alice)
    assert alice.post(f"{path}/resend").status_code == 409, "sent a moment ago"
    Invitation.objects.update(sent_at=row.sent_at - timedelta(minutes=2))
    for each in re.findall(r"/settings/invitations/inv_\w+/resend", alice.get("/settings/users").content.decode()):
        assert alice.post(each).status_code == 302
    second = link(postbox)
    assert second != first
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    Invitation.objects.update(expires_at=row.sent_at)
    assert Client().get(second).status_code == 404
    assert "Expired" in alice.get("/settings/users").content.decode()
    assert alice.post(f"{path}/withdraw").status_code == 302
    assert Invitation.objects.filter(withdrawn_at=None).count() == 1


def test_nobody_is_asked_twice(people: People) -> None:
    invite(people)
    assert "invited already" in invite(people, INVITED.upper())
    assert "works here already" in invite(people, people.bob.email)
    assert Invitation.objects.count() == 1


def test_a_change_holds_at_once_and_is_written_down(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    bob, alice = people.client(people.bob), people.client(people.alice)
    path = f"/settings/users/{Membership.objects.get(user=people.bob).pk}"
    assert bob.get("/sales").status_code == 403
    assert alice.post(path, {"role": "viewer", "reach": "chosen", "stores": []}).status_code == 422
    alice.post(path, {"role": "viewer", "reach": "chosen", "stores": [terrace.public_id]})
    assert bob.get("/sales").status_code == 200

    [note] = Note.objects.filter(what="member.changed")
    assert (note.actor, note.subject) == (f"user:{people.alice.pk}", "Bob")
    assert note.details["before"] == {"role": "staff", "stores": "all"}
    assert note.details["after"] == {"role": "viewer", "stores": [str(terrace.id)]}


def test_a_store_of_another_organisation_cannot_be_chosen(people: People) -> None:
    path = f"/settings/users/{Membership.objects.get(user=people.bob).pk}"
    data = {"role": "viewer", "reach": "chosen", "stores": [people.shop.public_id]}
    assert people.client(people.alice).post(path, data).status_code == 422


def test_a_removed_member_is_out_at_once_and_undo_brings_back(people: People) -> None:
    bob, alice = people.client(people.bob), people.client(people.alice)
    assert bob.get("/").status_code == 200
    answer = alice.post(f"/settings/users/{Membership.objects.get(user=people.bob).pk}/remove", follow=True)
    assert bob.get("/").status_code == 403

    undo = re.search(r'action="(/settings/users/restore/[^"]+)"', answer.content.decode())
    assert undo
    assert people.client(people.charlie).post(undo[1]).status_code == 404
    assert alice.post(undo[1]).status_code == 302
    assert bob.get("/").status_code == 200
    assert alice.post("/settings/users/restore/made-up").status_code == 404


def test_the_page_names_the_tills_that_somebody_signed_in_at(people: People) -> None:
    now = datetime.now(UTC)
    Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        account_name="Zinc account",
        status_since=now,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=now,
        consented_by=people.bob,
        created_at=now,
    )
    alice = people.client(people.alice)
    shown = alice.get(f"/settings/users/{Membership.objects.get(user=people.bob).pk}").content.decode()
    assert "Bob signed in at these tills for you" in shown
    assert "Zinc account" in shown
    mine = alice.get(f"/settings/users/{Membership.objects.get(user=people.alice).pk}").content.decode()
    assert "Zinc account" not in mine


def test_the_last_owner_stays(people: People) -> None:
    alice, mine = people.client(people.alice), Membership.objects.get(user=people.alice)
    path = f"/settings/users/{mine.pk}"
    assert alice.post(f"{path}/remove").status_code == 409
    demoted = alice.post(path, {"role": "manager", "reach": "all"})
    assert (demoted.status_code, "keeps at least one owner" in demoted.content.decode()) == (422, True)
    mine.refresh_from_db()
    assert mine.role == Role.OWNER


def test_two_owners_who_remove_each_other_leave_one(people: People) -> None:
    create_member(people.le_zinc, "Other", Role.OWNER)
    owners = list(Membership.objects.filter(organisation=people.le_zinc, role=Role.OWNER).values_list("pk", flat=True))
    start, refused = threading.Barrier(2), []

    def leave(membership_id: int) -> None:
        start.wait()
        try:
            members.remove(
                organisation_id=people.le_zinc.id, membership_id=membership_id, actor="system", now=datetime.now(UTC)
            )
        except RuleBroken as error:
            refused.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=[each]) for each in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == ["last_owner"]
    assert Membership.objects.filter(organisation=people.le_zinc, role=Role.OWNER).count() == 1


def test_one_link_clicked_twice_makes_one_member(people: People, postbox: Postbox) -> None:
    invite(people, people.charlie.email)
    token = link(postbox, people.charlie.email).removeprefix("/invitations/")
    invitations.accept(people.charlie, token, datetime.now(UTC))
    with pytest.raises(RuleBroken) as again:
        invitations.accept(people.charlie, token, datetime.now(UTC))
    assert again.value.code == "invitation_unknown"
    assert Membership.objects.filter(organisation=people.le_zinc, user=people.charlie).count() == 1
