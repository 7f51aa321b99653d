"""Visitors of each local hour, from what the counters of its entrances told (traffic-analytics.md 3.3).

Missing is not nought: an hour about which a counter of an entrance says nothing has no visitors at all, and conversion
leaves it out. Of two grains about one hour the finer holds, if it covers the hour; nothing counts twice (TA-29).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from comptoir.apps.traffic.count_tables import Count, Counter
from comptoir.core.accounts.models import Store
from comptoir.kernel.clock import business_date, local_hour

ENTRANCE: Final = "entrance"
HOUR_MINUTES: Final = 60
BESIDE: Final = timedelta(days=2)


class Counted(NamedTuple):
    """What a counter told of some minutes."""

    minutes: int
    went_in: Decimal
    went_out: Decimal | None


Told = Mapping[tuple[UUID, datetime], Mapping[UUID, list[Counted]]]
"""By store and hour, what each counter told of it."""


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
    counters = asked(organisation_id, stores)
    if not counters:
        return []
    by_id = {each.id: each for each in stores}
    found = told(organisation_id, by_id, counters, [(since, until)])
    return [
        _hour(by_id[store_id], hour, counters, per_counter) for (store_id, hour), per_counter in sorted(found.items())
    ]


def asked(organisation_id: UUID, stores: Collection[Store]) -> dict[UUID, Counter]:
    """The counters that feed visitors."""
    rows = Counter.objects.filter(
        organisation_id=organisation_id, store_id__in=[store.id for store in stores], kind=ENTRANCE
    )
    return {each.id: each for each in rows}


def told(
    organisation_id: UUID,
    stores: Mapping[UUID, Store],
    counters: Mapping[UUID, Counter],
    dates: Iterable[tuple[date, date]],
) -> Told:
    """What these counters told of these stretches of dates (both ends included) and a little around them."""
    during = Q()
    for since, until in dates:
        during |= Q(
            start__gte=datetime.combine(since, time(0), UTC) - BESIDE,
            start__lt=datetime.combine(until, time(0), UTC) + BESIDE,
        )
    rows = Count.objects.filter(during, organisation_id=organisation_id, counter_id__in=counters)
    found: defaultdict[tuple[UUID, datetime], defaultdict[UUID, list[Counted]]] = defaultdict(lambda: defaultdict(list))
    columns = rows.values_list("counter_id", "start", "minutes", "went_in", "went_out")
    for counter_id, start, minutes, went_in, went_out in columns:
        store = stores[counters[counter_id].store_id]
        hour = local_hour(start, zone=ZoneInfo(store.timezone), day_start=store.day_start)
        found[store.id, hour][counter_id].append(Counted(minutes, went_in, went_out))
    return found


def _hour(
    store: Store, hour: datetime, counters: Mapping[UUID, Counter], found: Mapping[UUID, list[Counted]]
) -> CountedHour:
    day = business_date(hour, zone=ZoneInfo(store.timezone), day_start=store.day_start)
    waited_for = {each.id for each in counters.values() if each.store_id == store.id and each.active}
    if not waited_for <= found.keys():
        return CountedHour(store.id, hour, day, None, None, "partial")
    came = went_out = Decimal(0)
    for counter_id, rows in found.items():
        went_in, out = of_counter(rows)
        went_out += out
        came += people(counters[counter_id], went_in, out)
    return CountedHour(store.id, hour, day, came, went_out, "measured" if came else "zero")


def people(counter: Counter, went_in: Decimal, went_out: Decimal) -> Decimal:
    """Those who came, by the way this counter counts."""
    return (went_in if counter.counts == "in" else (went_in + went_out) / 2) * counter.factor


def of_counter(rows: Iterable[Counted]) -> tuple[Decimal, Decimal]:
    """In and out of one counter in one hour: the finest grain that covers the hour, else the coarsest there is."""
    by_grain: defaultdict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        by_grain[row.minutes].append(row)
    covering = [grain for grain, found in by_grain.items() if grain * len(found) >= HOUR_MINUTES]
    chosen = by_grain[min(covering) if covering else max(by_grain)]
    return sum((row.went_in for row in chosen), Decimal(0)), sum(
        (row.went_out or Decimal(0) for row in chosen), Decimal(0)
    )
