"""The tree of an organisation: what lies in what, and where each store was from when on."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from comptoir.core.accounts.reach_tables import InvitationNode, MembershipNode, StoreInNode
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.kernel.errors import RuleBroken


def placed(organisation_id: UUID) -> dict[UUID, UUID | None]:
    """The node each store lies in now: its latest, whatever date it is where the server stands."""
    rows = Placement.objects.filter(organisation_id=organisation_id).order_by("since")
    return dict(rows.values_list("store_id", "node_id"))


def placements(organisation_id: UUID) -> dict[UUID, list[tuple[date, UUID | None]]]:
    """Where each store was from when on, earliest first: the tree of each day."""
    found: dict[UUID, list[tuple[date, UUID | None]]] = {}
    for store_id, since, node_id in (
        Placement.objects.filter(organisation_id=organisation_id)
        .order_by("since")
        .values_list("store_id", "since", "node_id")
    ):
        found.setdefault(store_id, []).append((since, node_id))
    return found


@dataclass(frozen=True)
class History:
    """Where each store was from when on."""

    placed: Mapping[UUID, Sequence[tuple[date, UUID | None]]]

    def on(self, store_id: UUID, day: date) -> UUID | None:
        """The node a store was in on a day."""
        return next((node for since, node in reversed(self.placed.get(store_id, ())) if since <= day), None)

    def during(self, store_id: UUID, since: date, until: date) -> set[UUID | None]:
        """The nodes a store was in between two dates."""
        later = {node for begin, node in self.placed.get(store_id, ()) if since < begin <= until}
        return {self.on(store_id, since), *later}

    def has_moved(self, store_id: UUID) -> bool:
        """Whether it ever was in another."""
        return len({node for _since, node in self.placed.get(store_id, ())}) > 1


def nodes(organisation_id: UUID) -> list[Node]:
    """Chains, districts and regions by name."""
    return list(Node.objects.filter(organisation_id=organisation_id).order_by("name"))


def from_the_top(organisation_id: UUID) -> list[tuple[Node, int]]:
    """Each node after what it lies in, by name, with its depth (0 at the top)."""
    known, found = nodes(organisation_id), list[tuple[Node, int]]()

    def add(parent: UUID | None, depth: int) -> None:
        for node in (each for each in known if each.parent_id == parent):
            found.append((node, depth))
            add(node.id, depth + 1)

    add(None, 0)
    return found


def counts(organisation_id: UUID) -> dict[UUID, int]:
    """How many stores lie in each node now, in whatever lies in it included; one without any is not in it."""
    rows = StoreInNode.objects.filter(organisation_id=organisation_id).values_list("node_id")
    return dict(rows.annotate(number=Count("store_id")))


class Tree:
    """The nodes of a chain and where its stores were from when on, read once."""

    def __init__(self, organisation_id: UUID) -> None:
        self.nodes = nodes(organisation_id)
        self._parents = {each.id: each.parent_id for each in self.nodes}
        self._placed = placements(organisation_id)

    def below(self, node_id: UUID) -> set[UUID]:
        """A node and everything in it."""
        found = {node_id}
        while more := {each.id for each in self.nodes if each.parent_id in found} - found:
            found |= more
        return found

    def nearest_first(self, store_id: UUID, day: date) -> Iterator[UUID | None]:
        """The store itself, the nodes it was in on a day from the nearest on, and None for the whole organisation."""
        yield store_id
        placed = [node for since, node in self._placed.get(store_id, ()) if since <= day]
        node = placed[-1] if placed else None
        while node is not None:
            yield node
            node = self._parents.get(node)
        yield None


def below(organisation_id: UUID, node_id: UUID) -> set[UUID]:
    """A node and everything in it."""
    return Tree(organisation_id).below(node_id)


def keep(organisation_id: UUID, node_ids: Collection[UUID]) -> list[UUID]:
    """These nodes, which nobody deletes before the transaction ends. Raises RuleBroken (`node_unknown`, 404)."""
    if not node_ids:
        return []
    rows = Node.objects.select_for_update(no_key=True).filter(organisation_id=organisation_id, id__in=node_ids)
    found = list(rows.order_by("id").values_list("id", flat=True))
    if set(found) != set(node_ids):
        raise RuleBroken(
            _("A chain, district or region that was chosen is no longer there: choose again."),
            code="node_unknown",
            status=404,
        )
    return found


def given_to(organisation_id: UUID, node_id: UUID) -> list[str]:
    """Whose rights hang on a node, by name; who is invited to it, by address."""
    here = {"organisation_id": organisation_id, "node_id": node_id}
    members = MembershipNode.objects.filter(**here).select_related("membership__user")
    invited = InvitationNode.objects.filter(**here).values_list("invitation__email", flat=True)
    return sorted([*(str(each.membership.user) for each in members), *invited], key=str.casefold)


def names_of(organisation_id: UUID, node_ids: Collection[UUID]) -> list[str]:
    """What nodes are called, by name."""
    rows = Node.objects.filter(organisation_id=organisation_id, id__in=node_ids).order_by("name")
    return list(rows.values_list("name", flat=True))
