"""Users, invitations and what somebody reads who was given a level of the tree (traffic-analytics.md 1)."""

import re
from datetime import date

import pytest
from django.test import Client

from comptoir.core.accounts import members
from comptoir.core.accounts.models import Membership, Store
from comptoir.core.accounts.reach import stores_of
from comptoir.core.accounts.reach_tables import InvitationNode, MembershipNode
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.kernel.ids import new_id, public_id
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db
USERS = "/settings/users"


@pytest.fixture
def north(people: People) -> Node:
    made = {"organisation_id": people.le_zinc.id, "parent_id": None, "parent_kind": None}
    return Node.objects.create(id=new_id(), name="North", kind="region", **made)


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def put(store: Store, node: Node) -> None:
    Placement.objects.create(
        organisation_id=store.organisation_id, store_id=store.id, since=date(1970, 1, 1), node_id=node.id
    )


def page_of(people: People, name: str = "bob") -> str:
    return f"{USERS}/{Membership.objects.get(user__email=f'{name}@example.com').pk}"


def given(node: Node, *stores: Store, role: Role = Role.MANAGER) -> dict[str, object]:
    nodes, chosen = [public_id("nod", node.id)], [each.public_id for each in stores]
    return {"role": role.value, "reach": "chosen", "nodes": nodes, "stores": chosen}


def test_1_a_member_is_given_a_region_and_a_store_by_the_page_and_the_toast_takes_it_back(
    people: People, alice: Client, north: Node
) -> None:
    quai = create_store(people.le_zinc, "Quai")
    put(people.bar, north)
    assert "Region North (1 store)" in alice.get(page_of(people)).content.decode()
    shown = alice.post(page_of(people), given(north, quai), follow=True).content.decode()
    row = shown.partition(f'id="member-{Membership.objects.get(user=people.bob).pk}"')[2].partition("</tr>")[0]
    assert "Region North (1 store), Quai" in row
    assert "one that joins later is seen from then on" in shown
    assert stores_of(people.le_zinc.id, people.bob.pk) == {people.bar.id, quai.id}
    page = alice.get(page_of(people)).content.decode()
    ticked = re.findall(r'value="((?:nod|sto)_[^"]+)"[^>]* checked', page)
    assert ticked == [public_id("nod", north.id), quai.public_id], "a store of the region is not chosen by itself"
    undo = re.search(r'action="(/settings/users/restore/[^"]+)"', shown)
    assert undo is not None
    assert "Bob has what they had before." in alice.post(undo[1], follow=True).content.decode()
    assert stores_of(people.le_zinc.id, people.bob.pk) is None


def test_1_a_change_is_not_taken_back_over_one_that_came_since(people: People, alice: Client, north: Node) -> None:
    put(people.bar, north)
    shown = alice.post(page_of(people), given(north), follow=True).content.decode()
    undo = re.search(r'action="(/settings/users/restore/[^"]+)"', shown)
    assert undo is not None
    alice.post(page_of(people), given(north, role=Role.STAFF))
    answer = alice.post(undo[1])
    assert (answer.status_code, "changed again since" in answer.content.decode()) == (409, True)
    assert Membership.objects.get(user=people.bob).role == Role.STAFF
    assert stores_of(people.le_zinc.id, people.bob.pk) == {people.bar.id}


def test_1_somebody_who_was_removed_comes_back_to_the_same_region(people: People, alice: Client, north: Node) -> None:
    alice.post(page_of(people), given(north))
    alice.get(USERS)  # the toast of the change goes by
    shown = alice.post(f"{page_of(people)}/remove", follow=True).content.decode()
    undo = re.search(r'action="(/settings/users/restore/[^"]+)"', shown)
    assert undo is not None
    assert not MembershipNode.objects.exists()
    alice.post(undo[1])
    assert MembershipNode.objects.get().node_id == north.id
    alice.post(f"{page_of(people)}/remove")
    Node.objects.filter(id=north.id).delete()
    refused = alice.post(undo[1])
    assert (refused.status_code, Membership.objects.filter(user=people.bob).exists()) == (404, False)
    assert "choose again" in refused.content.decode(), "and not narrowed to nothing"


def test_1_an_invitation_names_the_region_and_what_an_owner_is_given_is_all(
    people: People, alice: Client, north: Node
) -> None:
    asked = given(north) | {"email": "dora@example.com", "language": "en"}
    assert "Region North (0 stores)" in alice.post(USERS, asked, follow=True).content.decode()
    assert InvitationNode.objects.get().node_id == north.id
    for wrong in (given(north, role=Role.OWNER), {"role": "staff", "reach": "chosen"}):
        assert alice.post(page_of(people), wrong).status_code == 422
    strange = given(north) | {"nodes": [public_id("nod", new_id())]}
    assert alice.post(page_of(people), strange).status_code == 422


def test_1_a_supervisor_of_a_region_gives_it_and_no_other(people: People, alice: Client, north: Node) -> None:
    put(people.bar, north)
    south = Node.objects.create(organisation_id=people.le_zinc.id, id=new_id(), name="South", kind="region")
    sue = create_member(people.le_zinc, "Sue", Role.SUPERVISOR)
    alice.post(page_of(people, "sue"), given(north, role=Role.SUPERVISOR))
    alice.post(page_of(people), given(north, role=Role.STAFF))
    theirs, page = people.client(sue), page_of(people)
    shown = theirs.get(page).content.decode()
    assert ("Region North" in shown, "Region South" in shown) == (True, False)
    assert theirs.post(page, given(north, role=Role.VIEWER)).status_code == 302
    assert theirs.post(page, given(south, role=Role.VIEWER)).status_code == 422
    assert theirs.post(page, {"role": "viewer", "reach": "all"}).status_code == 422


def test_1_whose_region_holds_no_store_reads_why_and_finds_nothing_of_others(
    people: People, alice: Client, north: Node
) -> None:
    quai = create_store(people.le_zinc, "Quai")
    alice.post(page_of(people), given(north, role=Role.SUPERVISOR))
    bob = people.client(people.bob)
    for path in ("/", "/sales", "/traffic", "/loyalty"):
        shown = bob.get(path).content.decode()
        assert "You work in North, and no store lies there now." in shown
        assert ("Alice" in shown, quai.name in shown) == (True, False)
    assert bob.post("/traffic/locations/nodes", {"name": "X", "kind": "region"}).status_code == 403
    for path in ("/settings/profile", "/settings", USERS):
        assert "no store lies there" not in bob.get(path).content.decode()
    put(quai, north)
    assert "no store lies there" not in bob.get("/").content.decode()


def test_where_there_is_no_tree_nothing_of_it_is_asked(people: People, alice: Client) -> None:
    shown = alice.get(page_of(people)).content.decode()
    assert ("Chosen stores" in shown, "districts" in shown) == (True, False)
    members.give(organisation_id=people.le_zinc.id, user_id=people.bob.pk, role=Role.STAFF, store_ids=[people.bar.id])
    assert people.client(people.bob).get("/").status_code == 200
