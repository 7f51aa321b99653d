"""Hours worked in each local hour of a store, from its time clock: cut in UTC, so clock changes come out right.

Times of one person that overlap at one store count once (traffic-analytics.md 3.2). Times that nobody ended yet are not
worked time yet: whoever shows the running day adds them up to now.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from django.db.models import Min, QuerySet

from comptoir.core.ledger import trading_days
from comptoir.core.ledger.models import ClockEntry, StaffHour
from comptoir.core.ledger.store import StoreFacts
from comptoir.kernel.clock import business_date, local_hour

HOUR: Final = timedelta(hours=1)
SMALLEST: Final = Decimal("0.000001")
MICROSECONDS: Final = 3_600_000_000


@dataclass(frozen=True)
class Worked:
    """A time of one person, `end` behind `start`."""

    person: str
    start: datetime
    end: datetime


def hours_of(store: StoreFacts, times: Iterable[Worked]) -> dict[datetime, Decimal]:
    """What these times come to in each local hour, six decimals; a person counts once at any moment."""
    found: defaultdict[datetime, timedelta] = defaultdict(timedelta)
    for each in _merged(times):
        for hour, length in _cut(store, each.start, each.end):
            found[hour] += length
    return {hour: _hours(length) for hour, length in found.items() if length}


def restate(store: StoreFacts, spans: Collection[tuple[datetime, datetime | None]]) -> None:
    """Add up anew the hours that these times touch; the caller holds the store's lock."""
    ended = [(start, end) for start, end in spans if end is not None and start < end]
    touched = {hour for start, end in ended for hour, _length in _cut(store, start, end)}
    if not touched:
        return
    mine = StaffHour.objects.filter(organisation_id=store.organisation_id, store_id=store.id)
    known = {row.hour: row for row in mine.filter(hour__in=touched)}
    rows = _ended(store).filter(started_at__lt=max(touched) + HOUR, ended_at__gt=min(touched))
    now = hours_of(store, (_worked(row) for row in rows))
    different = {hour for hour in touched if now.get(hour) != (known[hour].value if hour in known else None)}
    mine.filter(hour__in=different).delete()
    StaffHour.objects.bulk_create(_row(store, hour, now[hour]) for hour in sorted(different) if hour in now)
    trading_days.touch(store.organisation_id, store.id, {_day(store, hour) for hour in different})


def wrong(store: StoreFacts, *, mend: bool) -> int:
    """In how many hours the roll-up is not what all times at work of a store come to; `mend` writes what differs."""
    right = hours_of(store, (_worked(row) for row in _ended(store)))
    rows = StaffHour.objects.filter(organisation_id=store.organisation_id, store_id=store.id)
    known = dict(rows.values_list("hour", "value"))
    different = {hour for hour in {*right, *known} if right.get(hour) != known.get(hour)}
    if mend:
        restate(store, [(hour, hour + HOUR) for hour in different])
    return len(different)


def open_since(organisation_id: UUID, store_ids: Collection[UUID]) -> list[tuple[UUID, str, datetime]]:
    """(store, person, beginning) of times at work that nobody ended yet."""
    rows = ClockEntry.objects.filter(
        organisation_id=organisation_id, store_id__in=store_ids, deleted=False, ended_at__isnull=True
    )
    return list(rows.order_by("started_at").values_list("store_id", "staff_id", "started_at"))


def first_told(organisation_id: UUID, store_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """When the clock of each store was read for the first time and told of somebody."""
    rows = ClockEntry.objects.filter(organisation_id=organisation_id, store_id__in=store_ids)
    return dict(rows.order_by().values_list("store_id").annotate(first=Min("first_seen_at")))


def _ended(store: StoreFacts) -> QuerySet[ClockEntry]:
    return ClockEntry.objects.filter(
        organisation_id=store.organisation_id, store_id=store.id, deleted=False, ended_at__isnull=False
    )


def _worked(row: ClockEntry) -> Worked:
    return Worked(f"{row.provider} {row.location_id} {row.staff_id}", row.started_at, row.ended_at or row.started_at)


def _row(store: StoreFacts, hour: datetime, value: Decimal) -> StaffHour:
    return StaffHour(
        organisation_id=store.organisation_id,
        store_id=store.id,
        hour=hour,
        business_date=_day(store, hour),
        value=value,
    )


def _day(store: StoreFacts, hour: datetime) -> date:
    return business_date(hour, zone=store.zone, day_start=store.day_start)


def _merged(times: Iterable[Worked]) -> Iterator[Worked]:
    """The times of each person without overlaps."""
    standing: Worked | None = None
    for each in sorted(times, key=lambda time: (time.person, time.start)):
        if standing is None or each.person != standing.person or each.start > standing.end:
            if standing is not None:
                yield standing
            standing = each
        elif each.end > standing.end:
            standing = Worked(standing.person, standing.start, each.end)
    if standing is not None:
        yield standing


def _cut(store: StoreFacts, start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """The pieces of a time that lie in each local hour."""
    while start < end:
        hour = local_hour(start, zone=store.zone, day_start=store.day_start)
        stop = min(hour + HOUR, end)
        yield hour, stop - start
        start = stop


def _hours(length: timedelta) -> Decimal:
    return (Decimal(length // timedelta(microseconds=1)) / MICROSECONDS).quantize(SMALLEST, ROUND_HALF_UP)
