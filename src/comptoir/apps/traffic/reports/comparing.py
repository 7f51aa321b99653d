"""Two periods side by side, like for like: stores that have both, and of a running day only what is over (4.3)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import chains, kpis
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Bucket, Sums
from comptoir.apps.traffic.making import counted_transactions
from comptoir.apps.traffic.models import Settings
from comptoir.apps.traffic.periods import Beside, Period
from comptoir.apps.traffic.reports import reading, stretches
from comptoir.apps.traffic.reports.reading import Scope
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import hours as ledger
from comptoir.kernel.clock import local_hour

DAY: Final = timedelta(days=1)
ZERO: Final = Decimal(0)
StoreDay = tuple[UUID, date]


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
    return sides


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
    return sides


def _is_running(scope: Scope, period: Period, today: date) -> bool:
    """Whether today is one of its days, and counts."""
    return period.since <= today <= period.until and scope.includes(today)


def _over(period: Period, today: date) -> Period | None:
    """The days of it that are over; None where none is."""
    over = Period(period.since, min(period.until, today - DAY))
    return over if over.since <= over.until else None


def _so_far(scope: Scope, places: Sequence[Place], day: date, today: date, now: datetime) -> dict[UUID, Sums]:
    """What each store had on a day, whatever weekday it is, up to the minute that it is today."""
    scope = replace(scope, days=None)
    there = [each for each in places if scope.nodes is None or each.node_id in scope.nodes]
    until = {each.store.id: _until(each.store, day, today, now) for each in there}
    # Where some hours are left out, the one that is running is too, on both sides.
    found = {} if scope.is_part else _parts(scope.organisation_id, until)
    for (store_id, at), sums in reading.by_store_and_hour(scope, Period(day, day)).items():
        if store_id in until and at < until[store_id][0]:
            found[store_id] = sums + found.get(store_id, Sums())
    return found


def _until(store: Store, day: date, today: date, now: datetime) -> tuple[datetime, datetime]:
    """The beginning of the store's hour that is running, and the minute, moved to a day."""
    zone = ZoneInfo(store.timezone)
    # The same minute of the wall clock, so a clock change between the two days moves nothing.
    then = now.astimezone(zone).replace(tzinfo=None) - (today - day)
    cut = then.replace(tzinfo=zone).astimezone(now.tzinfo)
    return local_hour(cut, zone=zone, day_start=store.day_start), cut


def _parts(organisation_id: UUID, until: Mapping[UUID, tuple[datetime, datetime]]) -> dict[UUID, Sums]:
    """Sales of the hour that is running, to the minute; how many came and worked is known by the whole hour only.

    Stores of one clock are asked together.
    """
    alike: defaultdict[tuple[datetime, datetime], list[UUID]] = defaultdict(list)
    for store_id, (hour, cut) in until.items():
        if hour < cut:
            alike[hour, cut].append(store_id)
    said = chains.settings_of(organisation_id)
    found: dict[UUID, Sums] = {}
    for (hour, cut), store_ids in alike.items():
        sold = ledger.part(organisation_id, store_ids=store_ids, start=hour, end=cut)
        found |= {store_id: _part(said, store_id, sold) for store_id in {store_id for store_id, _measure in sold}}
    return found


def _part(said: Settings, store_id: UUID, sold: Mapping[tuple[UUID, str], Decimal]) -> Sums:
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
    return sum((found[each.store.id] for each in places), start=Sums())
