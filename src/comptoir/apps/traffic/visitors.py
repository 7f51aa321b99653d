"""Visitors of each local hour, from what the counters of its entrances told (traffic-analytics.md 3.3).

Missing is not nought: an hour about which a counter of an entrance says nothing has no visitors at all, and conversion
leaves it out. Of two grains about one hour the finer holds, if it covers the hour; nothing counts twice (TA-29).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic.count_tables import Count, Counter
from comptoir.core.accounts.models import Store
from comptoir.kernel.clock import business_date, local_hour

ENTRANCE: Final = "entrance"
HOUR_MINUTES: Final = 60
BESIDE: Final = timedelta(days=2)


@dataclass(frozen=True)
class CountedHour:
    """`status`: measured, zero (alive and nobody came) or partial (an entrance is silent: visitors are not known)."""

    store_id: UUID
    hour: datetime
    business_date: date
    visitors: Decimal | None
    went_out: Decimal | None
    status: str


def hourly(organisation_id: UUID, stores: Collection[Store], *, since: date, until: date) -> list[CountedHour]:
    """Every hour about which anything was told, of these business dates (both included) and a little around them."""
    counters = {
        each.id: each
        for each in Counter.objects.filter(
            organisation_id=organisation_id, store_id__in=[store.id for store in stores], kind=ENTRANCE
        )
    }
    if not counters:
        return []
    by_id = {each.id: each for each in stores}
    rows = Count.objects.filter(
        organisation_id=organisation_id,
        counter_id__in=counters,
        start__gte=datetime.combine(since, time(0), UTC) - BESIDE,
        start__lt=datetime.combine(until, time(0), UTC) + BESIDE,
    )
    told: defaultdict[tuple[UUID, datetime], defaultdict[UUID, list[Count]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        store = by_id[counters[row.counter_id].store_id]
        hour = local_hour(row.start, zone=ZoneInfo(store.timezone), day_start=store.day_start)
        told[store.id, hour][row.counter_id].append(row)
    return [
        _hour(by_id[store_id], hour, counters, per_counter) for (store_id, hour), per_counter in sorted(told.items())
    ]


def _hour(store: Store, hour: datetime, counters: dict[UUID, Counter], told: dict[UUID, list[Count]]) -> CountedHour:
    day = business_date(hour, zone=ZoneInfo(store.timezone), day_start=store.day_start)
    asked = {each.id for each in counters.values() if each.store_id == store.id and each.active}
    if not asked <= told.keys():
        return CountedHour(store.id, hour, day, None, None, "partial")
    visitors = went_out = Decimal(0)
    for counter_id, rows in told.items():
        went_in, out = _of_counter(rows)
        went_out += out
        visitors += _people(counters[counter_id], went_in, out)
    return CountedHour(store.id, hour, day, visitors, went_out, "measured" if visitors else "zero")


def _people(counter: Counter, went_in: Decimal, went_out: Decimal) -> Decimal:
    """Those who came, by the way this counter counts."""
    return (went_in if counter.counts == "in" else (went_in + went_out) / 2) * counter.factor


def _of_counter(rows: Iterable[Count]) -> tuple[Decimal, Decimal]:
    """In and out of one counter in one hour: the finest grain that covers the hour, else the coarsest there is."""
    by_grain: defaultdict[int, list[Count]] = defaultdict(list)
    for row in rows:
        by_grain[row.minutes].append(row)
    covering = [grain for grain, found in by_grain.items() if grain * len(found) >= HOUR_MINUTES]
    chosen = by_grain[min(covering) if covering else max(by_grain)]
    return sum((row.went_in for row in chosen), Decimal(0)), sum(
        (row.went_out or Decimal(0) for row in chosen), Decimal(0)
    )
