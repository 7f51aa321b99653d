"""Staff hours of days of which no clock and nobody tells, by the weekly pattern of the location (3.2).

Measured beats planned: with the first clock entry, or the first hour that somebody typed, nothing of that day is
planned. Only hours that are over count, of days of which something else is known: a closed day has no staff.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import filling
from comptoir.apps.traffic.models import Day
from comptoir.apps.traffic.pattern_tables import StaffPattern
from comptoir.core.accounts.models import Store

PLANNED: Final = "planned"
HOURS_OF_A_DAY: Final = 24
StoreDay = tuple[UUID, date]


class Patterns:
    """Those that stand of some stores, read once."""

    def __init__(self, organisation_id: UUID, store_ids: Collection[UUID]) -> None:
        self._rows: defaultdict[UUID, list[StaffPattern]] = defaultdict(list)
        rows = StaffPattern.objects.filter(
            organisation_id=organisation_id, store_id__in=list(store_ids), withdrawn_at__isnull=True
        )
        for row in rows.order_by("since"):
            self._rows[row.store_id].append(row)

    @property
    def store_ids(self) -> set[UUID]:
        """The stores that have any."""
        return set(self._rows)

    def of(self, store_id: UUID, day: date) -> Sequence[Decimal] | None:
        """Staff hours of that business date by the hour of the clock; None where nothing is said of it."""
        begun = [row for row in self._rows.get(store_id, ()) if row.since <= day]
        if not begun:
            return None
        first = day.weekday() * HOURS_OF_A_DAY
        hours = begun[-1].hours[first : first + HOURS_OF_A_DAY]
        return hours if any(hours) else None


def fill(
    organisation_id: UUID,
    stores: Mapping[UUID, Store],
    known: Collection[tuple[UUID, datetime]],
    days: Collection[StoreDay],
    at: Callable[..., dict[str, Any] | None],
    *,
    now: datetime,
) -> None:
    """Put what is planned into hours of these days; `known` are the hours of which something else is known.

    As a clock that tells of a day, a pattern tells of each of its hours: where it has none, nobody was there.
    """
    patterns, hours_known = Patterns(organisation_id, {store_id for store_id, _day in days}), set(known)
    for store_id, day in sorted(days):
        usual = patterns.of(store_id, day)
        zone = ZoneInfo(stores[store_id].timezone)
        for hour in filling.hours_of(stores[store_id], day) if usual else ():
            value = usual[hour.astimezone(zone).hour] if usual else None
            if hour + filling.HOUR > now or not (value or (store_id, hour) in hours_known):
                continue
            # Of a real closure nothing is told, as of counters: nobody measured this.
            if (values := at(store_id, hour, day, "counter")) is not None:
                values.update(staff_hours=value, staff_status=PLANNED)


def due(organisation_id: UUID, stores: Collection[Store], *, now: datetime) -> list[StoreDay]:
    """Days of the latest week of which an hour is over since they were made: it may be planned now."""
    mine = Patterns(organisation_id, [each.id for each in stores]).store_ids
    if not mine:
        return []
    by_id = {each.id: each for each in stores}
    rows = Day.objects.filter(
        organisation_id=organisation_id,
        store_id__in=mine,
        business_date__range=(now.date() - filling.WEEK, now.date() + filling.DAY),
        updated_at__lt=now.replace(minute=0, second=0, microsecond=0),
    )
    made = ((row.store_id, row.business_date, row.updated_at) for row in rows)
    return [(store_id, day) for store_id, day, at in made if at < filling.end_of(by_id[store_id], day)]
