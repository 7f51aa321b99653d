"""A chain: how it counts, its tree, and which locations somebody sees."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import jobs, left_out, levels, location_ids
from comptoir.apps.traffic.models import Day, Location, Node, Placement, Settings
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.stores import stores
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

STATUSES: Final = (Location.OPERATIONAL, "planned", "paused", "works", "closed")
BEGINNING: Final = date(1970, 1, 1)


def settings_of(organisation_id: UUID) -> Settings:
    """How a chain counts; the defaults while nobody said otherwise."""
    return Settings.objects.filter(organisation_id=organisation_id).first() or Settings(organisation_id=organisation_id)


@dataclass(frozen=True)
class Place:
    """A location with its store."""

    store: Store
    location: Location
    node_id: UUID | None

    @property
    def shown_id(self) -> str:
        """Four digits where it is a short number."""
        return location_ids.shown(self.location.location_id) if self.location.location_id else ""

    @property
    def is_operational(self) -> bool:
        """Whether figures come in."""
        return self.location.status == Location.OPERATIONAL


def places(organisation_id: UUID, *, store_ids: Collection[UUID] | None, now: datetime) -> list[Place]:
    """Every store as a location, by name; one that nobody set up is operational and has no id."""
    mine = stores(organisation_id, store_ids=store_ids)
    known = {row.store_id: row for row in Location.objects.filter(organisation_id=organisation_id)}
    nodes = placed(organisation_id, on=now.date())
    return [
        Place(
            store,
            known.get(store.id) or Location(organisation_id=organisation_id, store_id=store.id, status_since=now),
            nodes.get(store.id),
        )
        for store in mine
    ]


def placed(organisation_id: UUID, *, on: date) -> dict[UUID, UUID | None]:
    """The node each store belonged to on a date."""
    rows = Placement.objects.filter(organisation_id=organisation_id, since__lte=on).order_by("since")
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


@transaction.atomic
def add_node(*, organisation_id: UUID, name: str, kind: str, parent_id: UUID | None, actor: str, now: datetime) -> Node:
    """A chain, district or region. Raises RuleBroken when the name is taken, or it cannot lie in the parent."""
    above = levels.kind_above(organisation_id, kind, parent_id)
    try:
        with transaction.atomic():
            made = Node.objects.create(
                organisation_id=organisation_id,
                id=new_id(),
                name=name,
                kind=kind,
                parent_id=parent_id,
                parent_kind=above,
            )
    except IntegrityError:
        raise RuleBroken(_("There is a %(name)s already.") % {"name": name}, code="name_taken") from None
    note(organisation_id=organisation_id, actor=actor, what="traffic.node_added", subject=name, now=now)
    return made


@transaction.atomic
def move_node(
    *, organisation_id: UUID, node_id: UUID, parent_id: UUID | None, actor: str, now: datetime
) -> UUID | None:
    """Into another, on all days: only where a store lies has dates. Returns what it lay in before.

    Raises RuleBroken (`node_unknown`, 404; `level_invalid`).
    """
    row = Node.objects.select_for_update().filter(organisation_id=organisation_id, id=node_id).first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="node_unknown", status=404)
    before, above = row.parent_id, levels.kind_above(organisation_id, row.kind, parent_id)
    if before == parent_id:
        return before
    Node.objects.filter(organisation_id=organisation_id, id=node_id).update(parent_id=parent_id, parent_kind=above)
    inside = Placement.objects.filter(organisation_id=organisation_id, node_id__in=below(organisation_id, node_id))
    # What an hour of work costs may be typed at what it lies in.
    days = Day.objects.filter(organisation_id=organisation_id, store_id__in=inside.values("store_id"))
    days.filter(staff_hours__isnull=False).update(ledger_revision=Day.AGAIN)
    note(organisation_id=organisation_id, actor=actor, what="traffic.node_moved", subject=row.name, now=now)
    return before


@transaction.atomic
def save_location(
    *, store: Store, values: dict[str, object], node_id: UUID | None, actor: str, now: datetime, today: date
) -> Location:
    """What a location is called, its status and target; where it is in the tree from today on.

    History follows the store, whatever its id becomes (TA-40). Raises RuleBroken naming the other location when two
    would have the same id.
    """
    row, _made = Location.objects.get_or_create(
        organisation_id=store.organisation_id, store_id=store.id, defaults={"status_since": now}
    )
    before = row.status
    row.location_id = location_ids.check(str(values.get("location_id", row.location_id)))
    counted = row.staff_off, row.staff_passes
    named = (
        "mask",
        "status",
        "category",
        "target_conversion",
        "target_star",
        "staff_off",
        "staff_passes",
        "is_closure",
    )
    for name in named:
        if name in values:
            setattr(row, name, values[name])
    row.matching_id = location_ids.matching(row.location_id, row.mask) if row.location_id else ""
    began = _rest(row, before, now)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise RuleBroken(_taken(row), code="location_id_taken") from None
    if placed(store.organisation_id, on=today).get(store.id) != node_id:
        first = not Placement.objects.filter(organisation_id=store.organisation_id, store_id=store.id).exists()
        since = BEGINNING if first else today
        Placement.objects.update_or_create(
            organisation_id=store.organisation_id,
            store_id=store.id,
            since=since,
            defaults={"node_id": node_id},
        )
        # What an hour of work costs may be typed at a region.
        days = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id, business_date__gte=since)
        days.filter(staff_hours__isnull=False).update(ledger_revision=Day.AGAIN)
    if counted != (row.staff_off, row.staff_passes):
        days = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id)
        days.update(ledger_revision=Day.AGAIN)
    if began is not None:
        left_out.close(store=store, since=began, until=now, actor=actor, now=now)
    if row.status != before:
        jobs.follow_status(organisation_id=store.organisation_id, store_id=store.id, actor=actor, now=now)
    if "address" in values:
        Store.objects.filter(organisation_id=store.organisation_id, id=store.id).update(address=values["address"])
    details = {name: str(value) for name, value in values.items()}
    note(
        organisation_id=store.organisation_id,
        actor=actor,
        what="traffic.location_changed",
        subject=store.name,
        details=details,
        now=now,
    )
    return row


def _rest(row: Location, before: str, now: datetime) -> datetime | None:
    """Follow a change of status; on return from a real closure, when that began: the hole stays empty (2.6)."""
    if row.status == before:
        row.is_closure = row.is_closure and row.status != Location.OPERATIONAL
        return None
    began, was_closed = row.resting_since or row.status_since, row.is_closure
    row.status_since = now
    if row.status != Location.OPERATIONAL:
        row.resting_since = now if before == Location.OPERATIONAL else began
        return None
    row.resting_since, row.is_closure = None, False
    return began if was_closed and began < now else None


def is_taken(organisation_id: UUID, location_id: str, *, but: UUID) -> bool:
    """Whether another store than this one has the id."""
    rows = Location.objects.filter(organisation_id=organisation_id, matching_id=location_ids.shown(location_id))
    return rows.exclude(store_id=but).exists()


def _taken(row: Location) -> str:
    others = Location.objects.filter(organisation_id=row.organisation_id, matching_id=row.matching_id)
    other = others.exclude(store_id=row.store_id).first()
    found = Store.objects.filter(organisation_id=row.organisation_id, id=other.store_id).first() if other else None
    said = {
        "one": row.location_id,
        "other": other.location_id if other else row.matching_id,
        "name": found.name if found else _("another location"),
    }
    return _("%(one)s is the same location as %(other)s of %(name)s: choose another id for one of them.") % said
