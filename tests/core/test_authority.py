"""A supervisor manages the users of the stores that are theirs, and gives nobody more than they have themselves."""

import pytest
from django.test import Client

from comptoir.core.accounts import members
from comptoir.core.accounts.authority import Authority
from comptoir.core.accounts.models import Invitation, Membership, MembershipStore, Store, User
from comptoir.core.accounts.roles import Role
from comptoir.kernel.errors import RuleBroken
from tests.people import JOINED, People, create_member, create_store

pytestmark = pytest.mark.django_db
USERS = "/settings/users"


def page_of(user: User) -> str:
    return f"{USERS}/{Membership.objects.get(user=user).pk}"


def in_stores(people: People, name: str, role: Role, *stores: Store) -> User:
    made = create_member(people.le_zinc, name, role)
    membership = Membership.objects.get(user=made)
    membership.all_stores = False
    membership.save()
    for store in stores:
        MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=store)
    return made


@pytest.fixture
def sue(people: People) -> Client:
    """A supervisor of all stores."""
    return people.client(create_member(people.le_zinc, "Sue", Role.SUPERVISOR))


def test_a_supervisor_invites_changes_and_removes(people: People, sue: Client) -> None:
    asked = {"email": "dora@example.com", "role": "manager", "reach": "all", "language": "en"}
    assert "on its way" in sue.post(USERS, asked, follow=True).content.decode()
    assert Invitation.objects.get().role == "manager"

    assert sue.post(page_of(people.bob), {"role": "viewer", "reach": "all"}).status_code == 302
    assert Membership.objects.get(user=people.bob).role == "viewer"
    path = page_of(people.bob)
    assert sue.post(f"{path}/remove").status_code == 302
    assert not Membership.objects.filter(user=people.bob).exists()


@pytest.mark.parametrize("role", ["owner", "partner"])
def test_nobody_gives_a_role_above_their_own(people: People, sue: Client, role: str) -> None:
    asked = {"email": "dora@example.com", "role": role, "reach": "all", "language": "en"}
    assert sue.post(USERS, asked).status_code == 422
    assert f'value="{role}"' not in sue.get(USERS).content.decode(), "it is not offered"
    assert sue.post(page_of(people.bob), {"role": role, "reach": "all"}).status_code == 422
    assert not Invitation.objects.exists()
    assert Membership.objects.get(user=people.bob).role == "staff"


def test_an_owner_is_beyond_a_supervisor(people: People, sue: Client) -> None:
    path = page_of(people.alice)
    shown = sue.get(path).content.decode()
    assert "An owner changes what this person may do." in shown
    assert "Save" not in shown
    assert sue.post(path, {"role": "viewer", "reach": "all"}).status_code == 422
    assert sue.post(f"{path}/remove").status_code == 403
    assert Membership.objects.get(user=people.alice).role == "owner"


def test_a_supervisor_of_chosen_stores_has_a_say_there_alone(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    terry = people.client(in_stores(people, "Terry", Role.SUPERVISOR, terrace))
    mine = in_stores(people, "Mia", Role.STAFF, terrace)
    theirs = in_stores(people, "Theo", Role.STAFF, people.bar)
    both = in_stores(people, "Beth", Role.STAFF, terrace, people.bar)

    shown = terry.get(USERS).content.decode()
    assert ("Mia" in shown, "Beth" in shown, "Theo" in shown) == (True, True, False)
    assert people.bar.public_id not in terry.get(page_of(mine)).content.decode(), (
        "no store is offered that is not theirs"
    )
    assert terry.get(page_of(theirs)).status_code == 404
    assert terry.post(f"{page_of(theirs)}/remove").status_code == 404
    assert terry.post(f"{page_of(both)}/remove").status_code == 403, "works in another store too"
    assert terry.post(page_of(mine), {"role": "manager", "reach": "all"}).status_code == 422
    changed = {"role": "manager", "reach": "chosen", "stores": [terrace.public_id]}
    assert terry.post(page_of(mine), changed).status_code == 302
    assert Membership.objects.get(user=mine).role == "manager"


def test_the_rule_holds_whatever_page_asks(people: People) -> None:
    bob = Membership.objects.get(user=people.bob)
    for role, store_ids in ((Role.OWNER, None), (Role.STAFF, None), (Role.STAFF, {people.bar.id})):
        with pytest.raises(RuleBroken) as refused:
            members.change(
                organisation_id=people.le_zinc.id,
                membership_id=bob.pk,
                role=role,
                store_ids=store_ids,
                actor="user:1",
                now=JOINED,
                authority=Authority(Role.SUPERVISOR, frozenset()),
            )
        assert refused.value.status in (403, 404)


def test_a_manager_manages_nobody(people: People) -> None:
    manager = people.client(create_member(people.le_zinc, "Mo", Role.MANAGER))
    assert manager.get(USERS).status_code == 403
    assert "Users" not in manager.get("/settings").content.decode()
