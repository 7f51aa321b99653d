"""Which stores a member sees now: the one place that says so, whether by store, by node of the tree, or all.

The answer is a view of the database (`reach_tables.MemberStore`), so it rides in the question that reads the members.
"""

from collections.abc import Collection
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.reach_tables import MembershipNode, MemberStore
from comptoir.core.accounts.tree import Tree


def seen() -> QuerySet[MemberStore]:
    """The stores of an outer question's membership, for a subquery of it; the first ones first."""
    return MemberStore.objects.filter(
        organisation_id=OuterRef("organisation_id"), membership_id=OuterRef("pk")
    ).order_by("store_id")


def with_stores(rows: QuerySet[Membership]) -> QuerySet[Membership]:
    """Each membership with its `stores`, in the same question: `visible_stores` reads them."""
    return rows.annotate(stores=ArraySubquery(seen().values("store_id")))


def visible_stores(membership: Membership) -> frozenset[UUID] | None:
    """The stores that a member `with_stores` sees now; None: all of them, those to come included."""
    known = cast(Any, membership)
    return None if membership.all_stores else frozenset(known.stores)


def stores_of(organisation_id: UUID, user_id: int) -> frozenset[UUID] | None:
    """The same for somebody who asks for nothing now, as a mail's reader: none for whoever is no member any more."""
    found = with_stores(Membership.objects.filter(organisation_id=organisation_id, user_id=user_id)).first()
    return frozenset() if found is None else visible_stores(found)


def within(asked: Collection[UUID] | None, seen: Collection[UUID] | None) -> frozenset[UUID] | None:
    """What was asked for, of what is seen; None means all."""
    if asked is None or seen is None:
        rest = asked if seen is None else seen
        return None if rest is None else frozenset(rest)
    return frozenset(asked) & frozenset(seen)


def nodes_given(organisation_id: UUID, user_id: int) -> list[UUID]:
    """The nodes that somebody was given."""
    given = MembershipNode.objects.filter(organisation_id=organisation_id, membership__user_id=user_id)
    return list(given.values_list("node_id", flat=True))


def nodes_of(organisation_id: UUID, user_id: int) -> frozenset[UUID]:
    """The nodes that somebody was given, with all that lie in them: what one may give to others."""
    mine = nodes_given(organisation_id, user_id)
    if not mine:
        return frozenset()
    tree = Tree(organisation_id)
    return frozenset().union(*(tree.below(each) for each in mine))
