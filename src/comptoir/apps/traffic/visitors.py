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

from comptoir.apps.traffic import counter_rules
from comptoir.apps.traffic.count_tables import Count, Counter
from comptoir.apps.traffic.models import Location
from comptoir.core.accounts.models import Store
from comptoir.kernel.clock import business_date, local_hour

ENTRANCE: Final = "entrance"
STAFF: Final = "staff"
"""A sensor of people who work there: what it counts is taken off, where the location says so."""
GROUPS: Final = "groups"
"""A sensor that counts parties of people who come together: a figure of its own, never visitors."""
BY_SENSOR: Final = "sensor"
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
    """`status`: measured, zero (alive and nobody came), partial (an entrance is silent: visitors are not known), or
    missing (only groups were counted)."""

    store_id: UUID
    hour: datetime
    business_date: date
    visitors: Decimal | None
    went_out: Decimal | None
    status: str
    groups: Decimal | None = None


def hourly(organisation_id: UUID, stores: Collection[Store], *, since: date, until: date) -> list[CountedHour]:
    """Every hour about which anything was told, of these business dates (both included) and a little around them."""
    counters = asked(organisation_id, stores, also=(GROUPS,))
    if not counters:
        return []
    by_id = {each.id: each for each in stores}
    found = told(organisation_id, by_id, counters, [(since, until)])
    return [
        _hour(by_id[store_id], hour, counters, per_counter) for (store_id, hour), per_counter in sorted(found.items())
    ]


def asked(organisation_id: UUID, stores: Collection[Store], *, also: Collection[str] = ()) -> dict[UUID, Counter]:
    """The counters that visitors are made of: entrances, and sensors of staff where a location takes staff off by them.

    `also`: counters of other kinds.
    """
    by_sensor = Location.objects.filter(organisation_id=organisation_id, staff_off=BY_SENSOR).values("store_id")
    rows = Counter.objects.filter(
        Q(kind__in=(ENTRANCE, *also)) | Q(kind=STAFF, store_id__in=by_sensor),
        organisation_id=organisation_id,
        store_id__in=[store.id for store in stores],
    )
    found = {each.id: each for each in rows}
    counter_rules.read_into(organisation_id, found)
    return found


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
    of_groups = {each for each in waited_for | found.keys() if counters[each].kind == GROUPS}
    told = {each: of_counter(rows) for each, rows in found.items()}
    groups = None
    if of_groups and of_groups <= told.keys():
        groups = sum((_people(counters[each], day, *told.pop(each)) for each in of_groups), Decimal(0))
    people_at = waited_for - of_groups
    if not people_at <= told.keys():
        return CountedHour(store.id, hour, day, None, None, "partial", groups)
    told = {each: both for each, both in told.items() if each not in of_groups}
    if not told:
        return CountedHour(store.id, hour, day, None, None, "missing", groups)
    came, went_out = people(counters, told, day)
    return CountedHour(store.id, hour, day, came, went_out, "measured" if came else "zero", groups)


def people(
    counters: Mapping[UUID, Counter], told: Mapping[UUID, tuple[Decimal, Decimal]], day: date
) -> tuple[Decimal, Decimal]:
    """Those who came and those who left on a business date, by what each counter told.

    Staff is taken off, never more than there was.
    """
    came = went_out = Decimal(0)
    for counter_id, (went_in, out) in told.items():
        sign = -1 if counters[counter_id].kind == STAFF else 1
        came += sign * _people(counters[counter_id], day, went_in, out)
        went_out += sign * out
    return max(came, Decimal(0)), max(went_out, Decimal(0))


def _people(counter: Counter, day: date, went_in: Decimal, went_out: Decimal) -> Decimal:
    """Those who came, by the way this counter counts on that day."""
    counts, factor = counter.way_on(day)
    return (went_in if counts == "in" else (went_in + went_out) / 2) * factor


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
