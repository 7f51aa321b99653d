"""Two periods side by side, like for like: stores that have both, and of a running day only what is over (4.3)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Bucket, Sums
from comptoir.apps.traffic.making import counted_transactions
from comptoir.apps.traffic.models import Settings
from comptoir.apps.traffic.periods import Beside, Period
from comptoir.apps.traffic.reports import reading, stretches
from comptoir.apps.traffic.reports.reading import Scope
from comptoir.core.ledger import hours as ledger
from comptoir.kernel.clock import business_date, local_hour

DAY: Final = timedelta(days=1)
ZERO: Final = Decimal(0)
StoreDay = tuple[UUID, date]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Alike:
    """Both sides over the same stores and the same hours; the names of stores that have only one of them."""

    now: Sums
    before: Sums
    left_out: tuple[str, ...]

    @property
    def sides(self) -> tuple[Sums, Sums]:
        """For a change."""
        return self.now, self.before


def alike(
    scope: Scope, places: Sequence[Place], period: Period, beside: Beside, *, today: date, now: datetime
) -> Alike:
    """The comparison. Today counts up to now on both sides: sales to the minute, visitors to the hour (TA-34)."""
    sides = by_store(scope, places, period, beside, today=today, now=now)
    both = [each for each in places if each.store.id in sides[0] and each.store.id in sides[1]]
    only_one = tuple(each.store.name for each in places if (each.store.id in sides[0]) != (each.store.id in sides[1]))
    return Alike(_add(sides[0], both), _add(sides[1], both), only_one)


def by_store(
    scope: Scope, places: Sequence[Place], period: Period, beside: Beside, *, today: date, now: datetime
) -> tuple[dict[UUID, Sums], dict[UUID, Sums]]:
    """Both sides of each store that has any, cut in the same way."""
    over = _over(period, today)
    sides = (reading.by_store(scope, over), stretches.over(reading.by_store, scope, beside, over)) if over else ({}, {})
    if _is_running(scope, period, today):
        day = beside.day(today)
        sides = (
            _merged(sides[0], _so_far(scope, places, today, today, now)),
            _merged(sides[1], _so_far(scope, places, day, today, now)) if day else sides[1],
        )
    return known(sides[0]), known(sides[1])


def by_store_day(
    scope: Scope, places: Sequence[Place], period: Period, beside: Beside, *, today: date, now: datetime
) -> tuple[dict[StoreDay, Sums], dict[StoreDay, Sums]]:
    """The same day by day: for the stores that moved in the tree meanwhile."""
    over = _over(period, today)
    ask = reading.by_store_day
    sides = (ask(scope, over), stretches.over(ask, scope, beside, over)) if over else ({}, {})
    if _is_running(scope, period, today):
        for side, day in zip(sides, (today, beside.day(today)), strict=True):
            if day:
                side.update({(store, day): sums for store, sums in _so_far(scope, places, day, today, now).items()})
    return known(sides[0]), known(sides[1])


def known(side: Mapping[Key, Sums]) -> dict[Key, Sums]:
    """Those of which anything is known: figures that were taken away again leave a day without an hour, and no nought
    that could be compared."""
    return {key: sums for key, sums in side.items() if sums.hours}


def _is_running(scope: Scope, period: Period, today: date) -> bool:
    """Whether today is one of its days, and counts."""
    return period.since <= today <= period.until and scope.includes(today)


def _over(period: Period, today: date) -> Period | None:
    """The days of it that are over; None where none is."""
    over = Period(period.since, min(period.until, today - DAY))
    return over if over.since <= over.until else None


def _so_far(scope: Scope, places: Sequence[Place], day: date, today: date, now: datetime) -> dict[UUID, Sums]:
    """What each store had on a day, whatever weekday it is, up to the minute that it is today."""
    scope = scope if scope.days is None else replace(scope, days=None)
    clocks: defaultdict[tuple[str, time], list[UUID]] = defaultdict(list)
    for each in places:
        if scope.nodes is None or each.node_id in scope.nodes:
            clocks[each.store.timezone, each.store.day_start].append(each.store.id)
    alike: defaultdict[tuple[datetime, datetime], tuple[list[UUID], set[date]]] = defaultdict(lambda: ([], set()))
    for (zone, day_start), store_ids in clocks.items():
        hour, cut = _until(ZoneInfo(zone), day_start, day, today, now)
        alike[hour, cut][0].extend(store_ids)
        alike[hour, cut][1].update(business_date(at, zone=ZoneInfo(zone), day_start=day_start) for at in (hour, cut))
    found: dict[UUID, Sums] = {}
    for (hour, cut), (store_ids, days) in alike.items():  # stores of one hour are asked together
        over = reading.by_store_before(scope, store_ids, day, hour)
        # Where some hours are left out, the one that is running is too, on both sides.
        running = {} if scope.is_part or hour >= cut else _part(scope, store_ids, days, hour, cut)
        found |= _merged(over, running)
    return found


def _until(zone: ZoneInfo, day_start: time, day: date, today: date, now: datetime) -> tuple[datetime, datetime]:
    """The beginning of the store's hour that is running, and the minute, moved to a day."""
    # The same minute of the wall clock, so a clock change between the two days moves nothing.
    then = now.astimezone(zone).replace(tzinfo=None) - (today - day)
    cut = then.replace(tzinfo=zone).astimezone(now.tzinfo)
    return local_hour(cut, zone=zone, day_start=day_start), cut


def _part(
    scope: Scope, store_ids: Collection[UUID], days: Collection[date], hour: datetime, cut: datetime
) -> dict[UUID, Sums]:
    """Sales of the hour that is running, to the minute; how many came and worked is known by the whole hour only."""
    sold = ledger.part(scope.organisation_id, store_ids=store_ids, days=days, start=hour, end=cut)
    return {store_id: _sums(scope.settings, store_id, sold) for store_id in {store_id for store_id, _measure in sold}}


def _sums(said: Settings, store_id: UUID, sold: Mapping[tuple[UUID, str], Decimal]) -> Sums:
    def of(measure: str) -> Decimal:
        return sold.get((store_id, measure), ZERO)

    return kpis.sums(
        [
            Bucket(
                transactions=counted_transactions(said, of("transactions"), of("return_receipts")),
                sales=of("net_sales") - (ZERO if said.with_tax else of("tax")),
                items=of("goods_sold") - (of("goods_returned") if said.subtract_returns else ZERO),
                returned=of("goods_returned"),
                sold=of("goods_sold"),
            )
        ]
    )


def _merged(first: Mapping[UUID, Sums], second: Mapping[UUID, Sums]) -> dict[UUID, Sums]:
    return {key: first.get(key, Sums()) + second.get(key, Sums()) for key in {*first, *second}}


def _add(found: Mapping[UUID, Sums], places: Iterable[Place]) -> Sums:
    return kpis.added(found[each.store.id] for each in places)
