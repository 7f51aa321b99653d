"""Hours that a counter did not tell of, filled by what is usual: the same weekday and hour of the weeks before (3.3).

Never by itself: where the chain's rule says so, or somebody accepted it for a day. Each silent counter is estimated
from its own past, so what another entrance counted stays. What is estimated is no source of anything: it is made anew
with its day, and gone when the counter tells.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from comptoir.apps.traffic import visitors
from comptoir.apps.traffic.chains import settings_of
from comptoir.apps.traffic.count_tables import Counter, Filling
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.clock import business_date, business_day_bounds, local_hour

ESTIMATED: Final = "estimated"
WEEKS: Final = 8
AT_LEAST_WEEKS: Final = 4
"""Fewer than four of the eight weeks before tell of nothing usual."""
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
HOUR: Final = timedelta(hours=1)
FEW_DAYS: Final = 7
StoreDay = tuple[UUID, date]
Key = tuple[UUID, datetime]


@dataclass(frozen=True)
class Estimate:
    """What an hour would have had: entrances that told as they told, the others as is usual for them."""

    business_date: date
    visitors: Decimal
    went_out: Decimal


def usual(told: Collection[Decimal]) -> Decimal | None:
    """The median of what the weeks before had, in whole people; None of fewer than four weeks."""
    return Decimal(median(told)).quantize(Decimal(1), ROUND_HALF_UP) if len(told) >= AT_LEAST_WEEKS else None


def filled(
    organisation_id: UUID, stores: Mapping[UUID, Store], days: Collection[StoreDay], *, now: datetime
) -> dict[Key, Estimate]:
    """Estimates of the days among these for which somebody, or the chain's rule, wants them."""
    wanted = set(days)
    if not settings_of(organisation_id).fill_missing:
        rows = Filling.objects.filter(organisation_id=organisation_id, store_id__in=stores)
        wanted &= set(rows.values_list("store_id", "business_date"))
    return proposed(organisation_id, stores, wanted, now=now)


def proposed(
    organisation_id: UUID, stores: Mapping[UUID, Store], days: Collection[StoreDay], *, now: datetime
) -> dict[Key, Estimate]:
    """What each hour of these days would be filled with, of days that are over: counts of a running one may come."""
    wanted = {(store, day) for store, day in days if store in stores and end_of(stores[store], day) <= now}
    if not wanted:
        return {}
    mine = {each: stores[each] for each in {store for store, _day in wanted}}
    counters = visitors.asked(organisation_id, list(mine.values()))
    if not counters:
        return {}
    told = visitors.told(organisation_id, mine, counters, _times({day for _store, day in wanted}))
    past = _by_label(mine, told)
    found = {}
    for store_id, day in sorted(wanted):
        of_store = {each.id: each for each in counters.values() if each.store_id == store_id}
        for hour in hours_of(mine[store_id], day):
            estimate = _estimate(mine[store_id], day, hour, of_store, told.get((store_id, hour), {}), past)
            if estimate is not None:
                found[store_id, hour] = estimate
    return found


def hours_of(store: Store, day: date) -> list[datetime]:
    """Every local hour of a business day: 23 to 25 of them."""
    zone = ZoneInfo(store.timezone)
    at, end = business_day_bounds(day, zone=zone, day_start=store.day_start)
    found = []
    while at < end:
        hour = local_hour(at, zone=zone, day_start=store.day_start)
        found.append(hour)
        at = max(at, hour) + HOUR
    return list(dict.fromkeys(found))


def due(organisation_id: UUID, stores: Collection[Store], *, now: datetime) -> list[StoreDay]:
    """Days of the latest week that were not made since they were over, where the rule is on: they can be filled now."""
    if not settings_of(organisation_id).fill_missing:
        return []
    counting = {each.store_id for each in visitors.asked(organisation_id, stores).values()}
    made = {
        (row.store_id, row.business_date): row.updated_at
        for row in Day.objects.filter(
            organisation_id=organisation_id, store_id__in=counting, business_date__gte=now.date() - WEEK
        )
    }
    found = []
    for store in stores:
        today = business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)
        days = [today - DAY * back for back in range(1, FEW_DAYS + 1)] if store.id in counting else []
        never = datetime.min.replace(tzinfo=now.tzinfo)
        found += [(store.id, day) for day in days if made.get((store.id, day), never) < end_of(store, day)]
    return found


@transaction.atomic
def accept(*, organisation_id: UUID, store: Store, day: date, actor: str, now: datetime) -> None:
    """Somebody wants this day filled."""
    key = {"organisation_id": organisation_id, "store_id": store.id, "business_date": day}
    _row, is_new = Filling.objects.get_or_create(**key, defaults={"actor": actor, "at": now})
    if is_new:
        _note(organisation_id, "traffic.day_filled", store, day, actor, now)


@transaction.atomic
def take_back(*, organisation_id: UUID, store: Store, day: date, actor: str, now: datetime) -> None:
    """What is missing on this day is missing again, unless the chain's rule fills it."""
    if Filling.objects.filter(organisation_id=organisation_id, store_id=store.id, business_date=day).delete()[0]:
        _note(organisation_id, "traffic.day_unfilled", store, day, actor, now)


def mark_followers(organisation_id: UUID, days: Collection[StoreDay], *, but: Collection[StoreDay]) -> None:
    """Days whose usual is made of these are made anew, as far as there are any."""
    after = {(store, day + WEEK * week) for store, day in days for week in range(1, WEEKS + 1)} - set(but)
    if not after:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE traffic_day AS t SET ledger_revision = %s FROM unnest(%s::uuid[], %s::date[]) AS a (store_id, day)"
            " WHERE t.organisation_id = %s AND t.store_id = a.store_id AND t.business_date = a.day",
            [Day.AGAIN, [store for store, _day in after], [day for _store, day in after], organisation_id],
        )


def end_of(store: Store, day: date) -> datetime:
    """The instant at which a business day is over."""
    return business_day_bounds(day, zone=ZoneInfo(store.timezone), day_start=store.day_start)[1]


def _times(days: Collection[date]) -> Iterator[tuple[date, date]]:
    """The dates to read: a few days and their weekdays before, or the whole stretch."""
    if len(days) > FEW_DAYS:
        yield min(days) - WEEK * WEEKS, max(days)
        return
    for day in sorted({day - WEEK * week for day in days for week in range(WEEKS + 1)}):
        yield day, day


def _by_label(
    stores: Mapping[UUID, Store], told: visitors.Told
) -> dict[tuple[UUID, date, time], tuple[Decimal, Decimal]]:
    """In and out of each counter by the clock of its store; of a repeated hour the first."""
    found: dict[tuple[UUID, date, time], tuple[Decimal, Decimal]] = {}
    for (store_id, hour), per_counter in sorted(told.items(), key=lambda each: each[0]):
        zone = ZoneInfo(stores[store_id].timezone)
        day = business_date(hour, zone=zone, day_start=stores[store_id].day_start)
        for counter_id, rows in per_counter.items():
            found.setdefault((counter_id, day, hour.astimezone(zone).time()), visitors.of_counter(rows))
    return found


def _estimate(
    store: Store,
    day: date,
    hour: datetime,
    counters: Mapping[UUID, Counter],
    told: Mapping[UUID, list[visitors.Counted]],
    past: Mapping[tuple[UUID, date, time], tuple[Decimal, Decimal]],
) -> Estimate | None:
    """None where every entrance told, or one that did not has no usual."""
    silent = [each.id for each in counters.values() if each.active and each.id not in told]
    if not silent:
        return None
    label = hour.astimezone(ZoneInfo(store.timezone)).time()
    per_counter = {each: visitors.of_counter(rows) for each, rows in told.items()}
    for counter_id in silent:
        keys = [(counter_id, day - WEEK * week, label) for week in range(1, WEEKS + 1)]
        before = [past[key] for key in keys if key in past]
        went_in, went_out = usual([each for each, _out in before]), usual([out for _in, out in before])
        if went_in is None or went_out is None:
            return None
        per_counter[counter_id] = went_in, went_out
    return Estimate(day, *visitors.people(counters, per_counter, day))


def _note(organisation_id: UUID, what: str, store: Store, day: date, actor: str, now: datetime) -> None:
    note(
        organisation_id=organisation_id,
        actor=actor,
        what=what,
        subject=store.name,
        details={"day": day.isoformat()},
        now=now,
    )
