"""Hours by person, for whoever pays people: sums of a period, never when somebody came or went (1.1)."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import clocked
from comptoir.apps.traffic.periods import Period
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import times_at_work
from comptoir.core.ledger.times_at_work import TimeAtWork
from comptoir.kernel.clock import business_date, business_day_bounds

HOUR_SECONDS: Final = 3600


@dataclass(frozen=True)
class PersonDay:
    """What somebody worked at a store on a business date, in hours; overlapping times once.

    `person` is one row, of one shop of the till; `human` the same in all of its shops.

    `has_overlap`: times of hers overlap there. `is_open`: a time has no end yet, or nobody checked out.
    """

    store: Store
    person: str
    human: str
    name: str
    day: date
    hours: Decimal
    has_overlap: bool
    is_open: bool


@dataclass(frozen=True)
class PersonSum:
    """The same of a period, and on how many days."""

    store: Store
    human: str
    name: str
    hours: Decimal
    days: int
    has_overlap: bool
    is_open: bool


def by_day(organisation_id: UUID, stores: Collection[Store], period: Period, *, now: datetime) -> list[PersonDay]:
    """By store, name and date."""
    by_id = {each.id: each for each in stores}
    if not by_id:
        return []
    bounds = [_bounds(each, period) for each in stores]
    found = times_at_work.times(
        organisation_id, by_id, since=min(each[0] for each in bounds), until=max(each[1] for each in bounds)
    )
    mine: defaultdict[tuple[UUID, str], list[TimeAtWork]] = defaultdict(list)
    for each in found:
        mine[each.store_id, each.person].append(each)
    days = [day for (store_id, _person), times in mine.items() for day in _of_person(by_id[store_id], times, now)]
    inside = [each for each in days if period.since <= each.day <= period.until]
    return sorted(inside, key=lambda each: (each.store.name, str(each.store.id), each.name, each.person, each.day))


def sums(days: Collection[PersonDay]) -> list[PersonSum]:
    """One row for each person and store, in the order of the days."""
    grouped: defaultdict[tuple[UUID, str], list[PersonDay]] = defaultdict(list)
    for each in days:
        grouped[each.store.id, each.person].append(each)
    return [
        PersonSum(
            rows[0].store,
            rows[0].human,
            rows[0].name,
            sum((each.hours for each in rows), Decimal(0)),
            len(rows),
            any(each.has_overlap for each in rows),
            any(each.is_open for each in rows),
        )
        for rows in grouped.values()
    ]


def _bounds(store: Store, period: Period) -> tuple[datetime, datetime]:
    zone = ZoneInfo(store.timezone)
    begin, _ = business_day_bounds(period.since, zone=zone, day_start=store.day_start)
    _, end = business_day_bounds(period.until, zone=zone, day_start=store.day_start)
    return begin, end


def _of_person(store: Store, times: list[TimeAtWork], now: datetime) -> Iterator[PersonDay]:
    """Their days: times cut at the end of each business day, what overlaps counted once."""
    lengths: defaultdict[date, timedelta] = defaultdict(timedelta)
    overlaps, opens = set(), set()
    zone, counted_until = ZoneInfo(store.timezone), None
    for each in times:
        end = clocked.end_of(store, each.start, now=now) if each.end is None else each.end
        start = each.start
        if each.end is None:
            opens.add(business_date(start, zone=zone, day_start=store.day_start))
        if counted_until is not None and start < counted_until:
            overlaps.add(business_date(start, zone=zone, day_start=store.day_start))
            start = counted_until
        counted_until = end if counted_until is None else max(counted_until, end)
        while start < end:
            day = business_date(start, zone=zone, day_start=store.day_start)
            stop = min(end, business_day_bounds(day, zone=zone, day_start=store.day_start)[1])
            lengths[day] += stop - start
            start = stop
    for day, length in sorted(lengths.items()):
        hours = Decimal(length // timedelta(microseconds=1)) / (HOUR_SECONDS * 1_000_000)
        first = times[0]
        yield PersonDay(store, first.person, first.human, times[-1].name, day, hours, day in overlaps, day in opens)
