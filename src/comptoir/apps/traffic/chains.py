"""A chain: how it counts, its tree, and which locations somebody sees."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import day_lock, jobs, left_out, location_ids, placing
from comptoir.apps.traffic.alert_tables import SilentLimit
from comptoir.apps.traffic.export_tables import ExportPlan
from comptoir.apps.traffic.models import Day, EditRight, ImportJob, Location, ReportMail, Settings
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.accounts import levels
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.stores import stores
from comptoir.core.accounts.tree import History, Tree, below, given_to, names_of, nodes, placed, placements
from comptoir.core.accounts.tree_tables import Node, Placement
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

__all__ = ("History", "Tree", "below", "nodes", "placed", "placements")
HANGS_ON_NODES: Final = (Placement, EditRight, Wage, SilentLimit, ImportJob, ReportMail, ExportPlan)
STATUSES: Final = (Location.OPERATIONAL, "planned", "paused", "works", "closed")


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
    nodes = placed(organisation_id)
    return [
        Place(
            store,
            known.get(store.id) or Location(organisation_id=organisation_id, store_id=store.id, status_since=now),
            nodes.get(store.id),
        )
        for store in mine
    ]


def there(
    organisation_id: UUID, everywhere: Sequence[Place], inside: Collection[UUID], periods: Collection[Period]
) -> tuple[tuple[Place, ...], frozenset[UUID] | None]:
    """The locations that were in these nodes in these days; and, where one of them ever moved, that only its days there
    count (traffic-analytics.md, TA-39)."""
    history, nodes = History(placements(organisation_id)), frozenset(inside)
    mine = tuple(
        each
        for each in everywhere
        if any(history.during(each.store.id, days.since, days.until) & nodes for days in periods)
    )
    return mine, nodes if any(history.has_moved(each.store.id) for each in mine) else None


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
        raise _name_taken(name) from None
    note(organisation_id=organisation_id, actor=actor, what="traffic.node_added", subject=name, now=now)
    return made


def _name_taken(name: str) -> RuleBroken:
    return RuleBroken(_("There is a %(name)s already.") % {"name": name}, code="name_taken")


@transaction.atomic
def rename_node(*, organisation_id: UUID, node_id: UUID, name: str, actor: str, now: datetime) -> str:
    """Call it otherwise, on all days: rights and figures hang on its id. Returns what it was called before.

    Raises RuleBroken (`node_unknown`, 404; `name_taken`).
    """
    row = Node.objects.select_for_update().filter(organisation_id=organisation_id, id=node_id).first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="node_unknown", status=404)
    if row.name == name:
        return name
    try:
        with transaction.atomic():
            Node.objects.filter(organisation_id=organisation_id, id=node_id).update(name=name)
    except IntegrityError:
        raise _name_taken(name) from None
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="traffic.node_renamed",
        subject=name,
        details={"before": row.name, "after": name},
        now=now,
    )
    return row.name


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
    day_lock.make_anew(days.filter(staff_hours__isnull=False))
    # Who was given a level sees what lies in it: where this one lies is a matter of rights as well.
    details = {
        name: ", ".join(names_of(organisation_id, [each] if each else []))
        for name, each in (("lay_in", before), ("lies_in", parent_id))
    }
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="traffic.node_moved",
        subject=row.name,
        details=details,
        now=now,
    )
    return before


@transaction.atomic
def remove_node(*, organisation_id: UUID, node_id: UUID, actor: str, now: datetime) -> str:
    """Take away a level that was never used; returns its name. Raises RuleBroken (`node_unknown`, 404; `node_in_use`).

    Who was given it loses nothing unasked, and past days keep the tree they had.
    """
    row = Node.objects.select_for_update().filter(organisation_id=organisation_id, id=node_id).first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="node_unknown", status=404)
    if people := given_to(organisation_id, node_id):
        words = _("%(people)s was given %(name)s: give them something else first, under Settings → Users.")
        raise RuleBroken(words % {"people": ", ".join(people), "name": row.name}, code="node_in_use")
    at_it = [each.objects.filter(organisation_id=organisation_id, node_id=node_id) for each in HANGS_ON_NODES]
    inside = Node.objects.filter(organisation_id=organisation_id, parent_id=node_id)
    if inside.exists() or any(each.exists() for each in at_it):
        words = _("Something lies or lay in %(name)s, or was typed for it: it stays, and past figures with it.")
        raise RuleBroken(words % {"name": row.name}, code="node_in_use")
    Node.objects.filter(organisation_id=organisation_id, id=node_id).delete()
    note(organisation_id=organisation_id, actor=actor, what="traffic.node_removed", subject=row.name, now=now)
    return row.name


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
    # Of SB0000, of which the last four count, there is no shop either.
    row.matching_id = location_ids.check(location_ids.matching(row.location_id, row.mask)) if row.location_id else ""
    began = _rest(row, before, now)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise RuleBroken(_taken(row), code="location_id_taken") from None
    lay_in = placed(store.organisation_id).get(store.id)
    if lay_in != node_id:
        placing.put(organisation_id=store.organisation_id, store_id=store.id, node_id=node_id, today=today)
    if counted != (row.staff_off, row.staff_passes):
        days = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id)
        day_lock.make_anew(days)
    if began is not None:
        left_out.close(store=store, since=began, until=now, actor=actor, now=now)
    if row.status != before:
        jobs.follow_status(organisation_id=store.organisation_id, store_id=store.id, actor=actor, now=now)
    if "address" in values:
        Store.objects.filter(organisation_id=store.organisation_id, id=store.id).update(address=values["address"])
    details = {name: value if isinstance(value, bool | None) else str(value) for name, value in values.items()}
    if lay_in != node_id:
        # Who was given a level sees the stores in it: where one lies is a matter of rights as well.
        details |= {
            name: ", ".join(names_of(store.organisation_id, [each] if each else []))
            for name, each in (("lay_in", lay_in), ("lies_in", node_id))
        }
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
