"""Owners are told of everybody who gains the hours that each person worked (traffic-analytics.md 1.1)."""

import pytest

from comptoir.core.accounts import invitations, members
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from tests.people import JOINED, People, create_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def olivia(people: People) -> User:
    """The second owner, who reads French."""
    made = create_member(people.le_zinc, "Olivia", Role.OWNER)
    User.objects.filter(pk=made.pk).update(language="fr")
    return made


def told() -> list[str]:
    found = OutgoingMail.objects.filter(template="mails/hours_by_person").order_by("to")
    return list(found.values_list("to", flat=True))


def give(people: People, user: User, role: Role, *, by: str) -> None:
    mine = Membership.objects.get(user=user, organisation=people.le_zinc)
    members.change(
        organisation_id=people.le_zinc.id, membership_id=mine.pk, role=role, store_ids=None, actor=by, now=JOINED
    )


def test_1_1_an_owner_who_makes_himself_hr_is_told_of_to_the_other_owner(people: People, olivia: User) -> None:
    path = f"/settings/users/{Membership.objects.get(user=people.alice).pk}"
    assert people.client(people.alice).post(path, {"role": "hr", "reach": "all"}).status_code == 302
    assert told() == [olivia.email]
    mail = OutgoingMail.objects.get(template="mails/hours_by_person")
    assert "Alice (alice@example.com) a maintenant le rôle RH" in mail.text
    assert "/settings/users" in mail.text


def test_1_1_whoever_gives_it_is_not_written_to_and_a_program_s_gift_is_told_to_all(
    people: People, olivia: User
) -> None:
    give(people, people.bob, Role.HR, by=f"user:{olivia.pk}")
    assert told() == [people.alice.email]
    assert "Olivia gave Bob (bob@example.com) the role HR" in OutgoingMail.objects.get().text
    give(people, people.bob, Role.HR, by="cli")
    assert told() == [people.alice.email], "he had it"
    give(people, people.bob, Role.STAFF, by="cli")
    give(people, people.bob, Role.HR, by="cli")
    assert told() == [people.alice.email, people.alice.email, olivia.email]


def test_1_1_also_of_who_is_taken_back_and_of_who_was_invited(people: People, olivia: User) -> None:
    who = {"organisation_id": people.le_zinc.id, "role": Role.HR, "store_ids": None}
    Membership.objects.filter(user=people.bob).delete()
    members.restore(**who, user_id=people.bob.pk, actor=f"user:{people.alice.pk}", now=JOINED)  # type: ignore[arg-type]
    assert told() == [olivia.email]
    OutgoingMail.objects.all().delete()
    said = {"organisation": people.le_zinc, "role": Role.HR, "store_ids": None, "language": "en", "now": JOINED}
    invitations.invite(**said, email="dora@example.com", by=people.alice)  # type: ignore[arg-type]
    assert not told(), "nobody gains anything by an invitation"
    key = OutgoingMail.objects.get().text.partition(invitations.PATH)[2].split()[0]
    invitations.accept(User.objects.create_user("dora@example.com", name="Dora"), key, JOINED)
    assert told() == [people.alice.email, olivia.email]


def test_1_1_another_role_is_nobody_s_news(people: People, olivia: User) -> None:
    give(people, people.bob, Role.MANAGER, by=f"user:{people.alice.pk}")
    assert not told()
