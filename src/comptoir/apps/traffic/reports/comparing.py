"""Two periods side by side, like for like: stores that have both, and of a running day only what is over (4.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.traffic import chains, kpis
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Bucket, Sums
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports.reading import Scope
from comptoir.core.ledger import hours as ledger
from comptoir.kernel.clock import local_hour

DAY: Final = timedelta(days=1)
ZERO: Final = Decimal(0)


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
    scope: Scope, places: Sequence[Place], period: Period, beside: Period, *, today: date, now: datetime
) -> Alike:
    """The comparison. Today counts up to now on both sides: sales to the minute, visitors to the hour (TA-34)."""
    whole = Period(period.since, min(period.until, today - DAY))
    sides: tuple[dict[UUID, Sums], dict[UUID, Sums]] = ({}, {})
    if whole.since <= whole.until:
        by = beside.since - period.since
        sides = (reading.by_store(scope, whole), reading.by_store(scope, whole.moved(by)))
    if period.since <= today <= period.until:
        day_beside = beside.since + (today - period.since)
        sides = (
            _merged(sides[0], _so_far(scope, places, today, today, now)),
            _merged(sides[1], _so_far(scope, places, day_beside, today, now)),
        )
    both = [each for each in places if each.store.id in sides[0] and each.store.id in sides[1]]
    only_one = tuple(each.store.name for each in places if (each.store.id in sides[0]) != (each.store.id in sides[1]))
    return Alike(_add(sides[0], both), _add(sides[1], both), only_one)


def _so_far(scope: Scope, places: Sequence[Place], day: date, today: date, now: datetime) -> dict[UUID, Sums]:
    """What each store had on a day up to the minute that it is today."""
    found: dict[UUID, Sums] = {}
    rows = reading.by_store_and_hour(scope, Period(day, day))
    for place in places:
        store, zone = place.store, ZoneInfo(place.store.timezone)
        # The same minute of the wall clock, so a clock change between the two days moves nothing.
        then = now.astimezone(zone).replace(tzinfo=None) - (today - day)
        cut = then.replace(tzinfo=zone).astimezone(now.tzinfo)
        hour = local_hour(cut, zone=zone, day_start=store.day_start)
        over = [sums for (store_id, at), sums in rows.items() if store_id == store.id and at < hour]
        # Where some hours are left out, the one that is running is too, on both sides.
        part = None if scope.is_part else _part(scope.organisation_id, place, hour, cut)
        if over or part is not None:
            found[store.id] = sum(over, start=part or Sums())
    return found


def _part(organisation_id: UUID, place: Place, hour: datetime, cut: datetime) -> Sums | None:
    """Sales of the hour that is running, to the minute; how many came and worked is known by the whole hour only."""
    if hour >= cut:
        return None
    sold = ledger.part(organisation_id, store_ids=[place.store.id], start=hour, end=cut)
    if not sold:
        return None
    said = chains.settings_of(organisation_id)

    def of(measure: str) -> Decimal:
        return sold.get((place.store.id, measure), ZERO)

    transactions = {
        "sales": of("transactions"),
        "all": of("transactions") + of("return_receipts"),
        "net": of("transactions") - of("return_receipts"),
    }[said.transactions]
    return kpis.sums(
        [
            Bucket(
                transactions=transactions,
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
