"""Rights hang on any node of the tree (traffic-analytics.md 1): with what joins it later, without what leaves it."""

from collections.abc import Collection
from datetime import date
from threading import Thread
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from comptoir.core.accounts import invitations, members, reads
from comptoir.core.accounts.authority import Authority
from comptoir.core.accounts.models import Invitation, Membership, Store, User
from comptoir.core.accounts.partners import tokens
from comptoir.core.accounts.reach import nodes_of, stores_of, within
from comptoir.core.accounts.reach_tables import InvitationNode, MembershipNode
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.core.audit.models import Note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from tests.people import JOINED, People, create_store

pytestmark = pytest.mark.django_db


def node(people: People, name: str, kind: str, parent: Node | None = None) -> Node:
    return Node.objects.create(
        organisation_id=people.le_zinc.id,
        id=new_id(),
        name=name,
        kind=kind,
        parent_id=parent.id if parent else None,
        parent_kind=parent.kind if parent else None,
    )


def put(store: Store, where: Node | None, *, since: date | None = None) -> None:
    node_id = where.id if where else None
    same = {"organisation_id": store.organisation_id, "store_id": store.id, "since": since or JOINED.date()}
    Placement.objects.update_or_create(**same, defaults={"node_id": node_id})


def give(user: User, *nodes: Node, stores: Collection[UUID] | None = (), role: Role = Role.MANAGER) -> None:
    membership = Membership.objects.get(user=user)
    members.change(
        organisation_id=membership.organisation_id,
        membership_id=membership.pk,
        role=role,
        store_ids=stores,
        node_ids=[each.id for each in nodes],
        actor="user:1",
        now=JOINED,
    )


def seen(people: People, user: User) -> set[str] | None:
    """The names of the stores that somebody sees, the same however one asks; None is all."""
    mine = stores_of(people.le_zinc.id, user.pk)
    [found] = [each for each in reads.members(people.le_zinc.id) if each.user_id == user.pk]
    assert found.store_ids == mine
    return None if mine is None else set(Store.objects.filter(id__in=mine).values_list("name", flat=True))


def test_1_a_store_that_joins_a_region_later_is_seen_and_one_that_leaves_is_not(people: People) -> None:
    north = node(people, "North", "region")
    give(people.bob, north)
    assert seen(people, people.bob) == set(), "a node without a store is no store, and not all of them"
    put(people.bar, north)
    quai = create_store(people.le_zinc, "Quai")
    assert seen(people, people.bob) == {"Le Zinc"}
    put(quai, north)
    assert seen(people, people.bob) == {"Le Zinc", "Quai"}
    put(people.bar, None, since=date(2026, 4, 1))
    assert seen(people, people.bob) == {"Quai"}, "it was there once; rights are of now"


def test_1_every_level_counts_and_a_region_takes_its_stores_along(people: People) -> None:
    top, other = node(people, "Zinc", "chain"), node(people, "Quai", "chain")
    west = node(people, "West", "district", top)
    coast = node(people, "Coast", "region", west)
    put(people.bar, coast)
    for each in (top, west, coast):
        give(people.bob, each)
        assert seen(people, people.bob) == {"Le Zinc"}
    give(people.bob, other)
    assert seen(people, people.bob) == set()
    Node.objects.filter(name="West").update(parent_id=other.id)
    assert seen(people, people.bob) == {"Le Zinc"}
    give(people.bob, top)
    assert seen(people, people.bob) == set()


def test_1_nodes_and_single_stores_together_each_store_once(people: People) -> None:
    north = node(people, "North", "region")
    quai = create_store(people.le_zinc, "Quai")
    create_store(people.le_zinc, "Cellar")
    put(people.bar, north)
    give(people.bob, north, stores=[people.bar.id, quai.id])
    assert seen(people, people.bob) == {"Le Zinc", "Quai"}
    put(people.bar, None)
    assert seen(people, people.bob) == {"Le Zinc", "Quai"}, "it was chosen by itself as well"
    give(people.bob, stores=None)
    assert seen(people, people.bob) is None


def test_1_an_owner_has_all_stores_whatever_node_is_given(people: People) -> None:
    north = node(people, "North", "region")
    give(people.bob, north, role=Role.OWNER)
    assert seen(people, people.bob) is None
    assert not MembershipNode.objects.exists()


def test_1_the_database_refuses_a_node_of_others_and_keeps_one_that_rights_hang_on(people: People) -> None:
    north = node(people, "North", "region")
    charlies = Membership.objects.get(user=people.charlie)
    for organisation in (people.le_zinc, people.chez_charlie):
        with pytest.raises(IntegrityError), transaction.atomic():
            MembershipNode.objects.create(organisation=organisation, membership=charlies, node_id=north.id)
    with pytest.raises(RuleBroken, match="no longer there"), transaction.atomic():
        members.give(
            organisation_id=people.chez_charlie.id,
            user_id=people.bob.pk,
            role=Role.STAFF,
            store_ids=[],
            node_ids=[north.id],
        )
    give(people.bob, north)
    with pytest.raises(IntegrityError), transaction.atomic():
        Node.objects.filter(id=north.id).delete()
    assert seen(people, people.bob) == set()
    Membership.objects.filter(user=people.bob).delete()
    assert Node.objects.filter(id=north.id).delete()[0] == 1


def test_1_a_placement_in_a_node_of_others_is_refused(people: People) -> None:
    north = node(people, "North", "region")
    with pytest.raises(IntegrityError), transaction.atomic():
        put(people.shop, north)


def test_1_an_invitation_promises_a_region_as_it_is_when_it_is_accepted(people: People) -> None:
    north = node(people, "North", "region")
    made = invitations.invite(
        organisation=people.le_zinc,
        email="dora@example.com",
        role=Role.MANAGER,
        store_ids=[],
        node_ids=[north.id],
        language="en",
        by=people.alice,
        now=JOINED,
    )
    put(people.bar, north)
    [waiting] = reads.invitations(people.le_zinc.id)
    assert (waiting.node_ids, waiting.store_ids) == ({north.id}, {people.bar.id})
    Placement.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Node.objects.filter(id=north.id).delete()
    put(people.bar, north)
    dora = User.objects.create_user("dora@example.com", name="Dora")
    Invitation.objects.filter(id=made.id).update(token_hash=invitations.token_hash("inv_key"))
    invitations.accept(dora, "inv_key", JOINED)
    assert seen(people, dora) == {"Le Zinc"}
    assert not InvitationNode.objects.exists(), "over, it holds nothing"
    assert [each.details["levels"] for each in Note.objects.filter(what__in=["invitation.sent", "member.joined"])] == [
        ["North"],
        ["North"],
    ]


def test_1_the_audit_tells_what_was_given_and_taken_away(people: People) -> None:
    north, south = node(people, "North", "region"), node(people, "South", "region")
    give(people.bob, north)
    give(people.bob, south, stores=[people.bar.id])
    told = Note.objects.filter(what="member.changed").order_by("id").last()
    assert told is not None
    assert told.details == {
        "before": {"role": "manager", "stores": [], "levels": ["North"]},
        "after": {"role": "manager", "stores": [str(people.bar.id)], "levels": ["South"]},
    }


def test_1_nobody_gives_a_node_that_is_not_theirs_although_its_stores_of_today_are(people: People) -> None:
    west = node(people, "West", "district")
    coast, north = node(people, "Coast", "region", west), node(people, "North", "region")
    put(people.bar, coast)
    give(people.bob, coast)
    by_store = Authority(Role.SUPERVISOR, frozenset({people.bar.id}))
    with pytest.raises(RuleBroken):
        by_store.must_give(Role.STAFF, [], [coast.id])
    give(people.alice, role=Role.OWNER, stores=None)
    sue = User.objects.create_user("sue@example.com", name="Sue")
    members.give(
        organisation_id=people.le_zinc.id, user_id=sue.pk, role=Role.SUPERVISOR, store_ids=[], node_ids=[west.id]
    )
    mine = Authority(Role.SUPERVISOR, stores_of(people.le_zinc.id, sue.pk), nodes_of(people.le_zinc.id, sue.pk))
    mine.must_give(Role.STAFF, [people.bar.id], [coast.id, west.id])
    with pytest.raises(RuleBroken):
        mine.must_give(Role.STAFF, [], [north.id])
    [bobs] = [each for each in reads.members(people.le_zinc.id) if each.user_id == people.bob.pk]
    assert (mine.is_over(bobs), by_store.is_over(bobs)) == (True, False)
    put(people.bar, None)
    [bobs] = [each for each in reads.members(people.le_zinc.id) if each.user_id == people.bob.pk]
    assert mine.sees(bobs), "of a node that is empty as well"


def test_1_a_partners_token_speaks_for_the_stores_of_its_users_nodes(people: People) -> None:
    north = node(people, "North", "region")
    quai = create_store(people.le_zinc, "Quai")
    give(people.bob, north, role=Role.PARTNER)
    assert tokens.reach_of(people.le_zinc.id, people.bob.pk) == frozenset()
    put(quai, north)
    assert tokens.reach_of(people.le_zinc.id, people.bob.pk) == {quai.id}


def test_1_members_are_one_question_however_many_nodes(people: People, django_assert_num_queries: object) -> None:
    for number in range(3):
        give(people.bob, *(node(people, f"Region {number}.{each}", "region") for each in range(4)))
    with django_assert_num_queries(1):  # type: ignore[operator]
        reads.members(people.le_zinc.id)
    with django_assert_num_queries(1):  # type: ignore[operator]
        stores_of(people.le_zinc.id, people.bob.pk)


def test_what_was_asked_for_of_what_is_seen() -> None:
    one, two = new_id(), new_id()
    assert within(None, None) is None
    assert within(None, {one}) == within({one}, None) == within({one, two}, {one}) == {one}
    assert within({two}, {one}) == frozenset()


@pytest.mark.django_db(transaction=True)
def test_1_a_node_that_is_given_while_it_is_deleted_is_held_or_gone_never_half(people: People) -> None:
    north = node(people, "North", "region")
    faults: list[Exception] = []

    def delete() -> None:
        try:
            Node.objects.filter(id=north.id).delete()
        except IntegrityError as refused:
            faults.append(refused)
        finally:
            connection.close()

    with transaction.atomic():
        give(people.bob, north)
        other = Thread(target=delete)
        other.start()  # waits for this transaction, or comes after it: refused either way
    other.join(60)
    assert (len(faults), Node.objects.filter(id=north.id).exists()) == (1, True)
    assert seen(people, people.bob) == set()
