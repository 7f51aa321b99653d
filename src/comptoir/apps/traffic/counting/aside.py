"""A file becomes counts and figures; rows for places that nobody knows yet are kept aside for a month (TA-28)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.apps.traffic import location_ids, tailoring
from comptoir.apps.traffic.count_tables import SetAside
from comptoir.apps.traffic.counting import files, receiving
from comptoir.apps.traffic.counting.files import Row
from comptoir.apps.traffic.counting.lines import Fault
from comptoir.apps.traffic.counting.receiving import Reading
from comptoir.apps.traffic.models import Location
from comptoir.core.accounts.models import Store
from comptoir.kernel.ids import new_id

KEPT_FOR: Final = timedelta(days=30)
WHOLE: Final = 60
"""Minutes of an hour."""
TYPED: Final = {"sales": "sales", "transactions": "transactions", "items": "items", "staff_hours": "staff_hours"}


@dataclass(frozen=True)
class Taken:
    """What became of a file: `taken` of `rows`, those kept aside, those that leave an hour open, and the faults."""

    rows: int
    taken: int
    aside: int
    ambiguous: tuple[int, ...]
    faults: tuple[Fault, ...]


def take(
    *, organisation_id: UUID, content: bytes, actor: str, now: datetime, store_ids: Collection[UUID] | None
) -> Taken:
    """Read a file and store what can be read; of other stores than `store_ids` nothing, also not later.

    Raises RuleBroken for what is no such file.
    """
    rows, faults = files.read(content)
    known, unknown, ambiguous, impossible = _sort(organisation_id, rows, store_ids)
    if store_ids is not None:
        impossible += [Fault(each.line, _("it is of none of the locations that were chosen")) for each in unknown]
        unknown = []
    faults += impossible
    refused = _store(organisation_id, known, actor, now, store_ids)
    faults += [Fault(known[each.place][0].line, each.words) for each in refused]
    SetAside.objects.bulk_create(
        SetAside(
            organisation_id=organisation_id,
            id=new_id(),
            matching_id=location_ids.shown(row.location),
            row=_as_json(row),
            kept_until=now + KEPT_FOR,
        )
        for row in unknown
    )
    return Taken(
        rows=len(rows) + len(faults) - len(impossible) - len(refused),
        taken=len(known) - len(refused),
        aside=len(unknown),
        ambiguous=tuple(ambiguous),
        faults=tuple(sorted(faults, key=lambda each: each.line)),
    )


def take_up(*, organisation_id: UUID, now: datetime) -> int:
    """Rows kept aside whose location has appeared; returns how many."""
    known = location_ids.by_names(Location.objects.filter(organisation_id=organisation_id))
    waiting = SetAside.objects.filter(organisation_id=organisation_id, matching_id__in=list(known))
    rows = list(waiting)
    if not rows:
        return 0
    found, _unknown, _ambiguous, _impossible = _sort(organisation_id, [_from_json(each.row) for each in rows], None)
    _store(organisation_id, found, "file", now, None)
    SetAside.objects.filter(organisation_id=organisation_id, id__in=[each.id for each in rows]).delete()
    return len(rows)


def _sort(
    organisation_id: UUID, rows: Iterable[Row], store_ids: Collection[UUID] | None
) -> tuple[list[tuple[Row, Store, datetime]], list[Row], list[int], list[Fault]]:
    """Rows of known places with their instants; unknown ones; lines that leave the hour open; hours that are none."""
    stores = {each.id: each for each in Store.objects.filter(organisation_id=organisation_id)}
    places = {
        name: stores[each.store_id]
        for name, each in location_ids.by_names(Location.objects.filter(organisation_id=organisation_id)).items()
        if each.store_id in stores and (store_ids is None or each.store_id in store_ids)
    }
    twice = {row.time for row in rows if row.occurrence}
    known, unknown, ambiguous, impossible = [], [], [], []
    for row in rows:
        store = places.get(location_ids.shown(row.location))
        if store is None:
            unknown.append(row)
            continue
        found = files.instant(row, ZoneInfo(store.timezone))
        if found is None:
            impossible.append(Fault(row.line, _("this hour does not exist: the clocks were put forward")))
            continue
        if found[1] and row.time not in twice:
            ambiguous.append(row.line)
        known.append((row, store, found[0]))
    return known, unknown, ambiguous, impossible


def _store(
    organisation_id: UUID,
    known: Sequence[tuple[Row, Store, datetime]],
    actor: str,
    now: datetime,
    store_ids: Collection[UUID] | None,
) -> list[receiving.Refused]:
    """Counts as counts; figures of the till as what somebody typed, since a file is no till."""
    counted = [each for each in known if "traffic_in" in each[0].figures]
    readings = [
        Reading(at, row.minutes, row.figures["traffic_in"], row.figures.get("traffic_out"), location=row.location)
        for row, _store, at in counted
    ]
    received = receiving.receive(
        organisation_id=organisation_id, readings=readings, source="file", now=now, store_ids=store_ids
    )
    sums: dict[tuple[UUID, datetime, str], Decimal] = {}
    for row, store, at in known:
        for name, kind in TYPED.items():
            if name in row.figures:
                key = (store.id, at - timedelta(minutes=row.minute), kind)
                # Parts of an hour add up to it; the same time told again replaces it.
                before = sums.get(key, Decimal(0)) if row.minutes < WHOLE else Decimal(0)
                sums[key] = before + row.figures[name]
    typed = [tailoring.Typed(*key, value) for key, value in sums.items()]
    if typed:
        tailoring.tailor(organisation_id=organisation_id, typed=typed, reason="file", actor=actor, now=now)
    places = {number: known.index(each) for number, each in enumerate(counted)} if received.refused else {}
    return [receiving.Refused(places[each.place], each.code, each.words) for each in received.refused]


def _as_json(row: Row) -> dict[str, Any]:
    figures = {name: str(value) for name, value in row.figures.items()}
    return {
        "line": row.line,
        "location": row.location,
        "day": row.day.isoformat(),
        "hour": row.hour,
        "occurrence": row.occurrence,
        "minute": row.minute,
        "minutes": row.minutes,
        "figures": figures,
    }


def _from_json(said: dict[str, Any]) -> Row:
    figures = {name: Decimal(value) for name, value in said["figures"].items()}
    day = date.fromisoformat(said["day"])
    part = {"minute": said.get("minute", 0), "minutes": said.get("minutes", WHOLE)}
    return Row(said["line"], said["location"], day, said["hour"], figures, said["occurrence"], **part)
