"""Weekly performance: the seven days of a week and the week, of each location and of all (traffic-analytics.md 6.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Period, Step, begin_of
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports.over_time import Beside
from comptoir.apps.traffic.reports.reading import Scope

DAY: Final = timedelta(days=1)
DAYS: Final = 7
Days = Mapping[tuple[UUID, date], Sums]


@dataclass(frozen=True)
class Line:
    """A day, or (`day` None) the week. `alike` are the two sides of its comparison: of days that are over."""

    day: date | None
    now: Sums
    alike: tuple[Sums, Sums] | None


@dataclass(frozen=True)
class Block:
    """A location's eight lines; without a place, those of all locations of one currency (4.1, rule 4)."""

    place: Place | None
    currency: str
    lines: tuple[Line, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything happened."""
        return bool(self.lines[-1].now.hours)


@dataclass(frozen=True)
class Report:
    """All of each currency, then the locations. `left_out` have figures in one of the two weeks alone (4.3)."""

    wholes: tuple[Block, ...]
    blocks: tuple[Block, ...]
    left_out: tuple[str, ...]


def week_of(day: date, *, starts_on: int) -> Period:
    """The chain's week that a day is in. `starts_on`: 0 Monday, 6 Sunday."""
    begin = begin_of(day, Step.WEEK, week_starts_on=starts_on)
    return Period(begin, begin + (DAYS - 1) * DAY)


def weekly(scope: Scope, places: Sequence[Place], week: Period, beside: Beside, *, today: date) -> Report:
    """The report: two questions, however many locations. Days that are not over are compared with nothing."""
    chosen = set(scope.store_ids)
    mine = [each for each in places if each.store.id in chosen]
    days = [(day, beside.of(week, Period(day, day)).since, day < today) for day in week.days()]
    now = reading.by_store_day(scope, week)
    before = reading.by_store_day(scope, Period(min(day for _day, day, _over in days), max(each[1] for each in days)))
    ended = {day for day, _then, is_over in days if is_over}, {then for _day, then, is_over in days if is_over}
    had = [{store for store, day in found if day in of} for found, of in ((now, ended[0]), (before, ended[1]))]
    alike = had[0] & had[1]
    return Report(
        tuple(
            _block(None, currency, [each for each in mine if each.store.currency == currency], days, now, before, alike)
            for currency in dict.fromkeys(each.store.currency for each in mine)
        ),
        tuple(_block(each, each.store.currency, [each], days, now, before, alike) for each in mine),
        tuple(each.store.name for each in mine if each.store.id in had[0] ^ had[1]),
    )


def _block(
    place: Place | None,
    currency: str,
    places: Sequence[Place],
    days: Sequence[tuple[date, date, bool]],
    now: Days,
    before: Days,
    alike: set[UUID],
) -> Block:
    ids = [each.store.id for each in places]
    both = [each for each in ids if each in alike]
    lines = [
        Line(
            day,
            _sum(now, ids, [day]),
            _sides(_sum(now, both, [day]), _sum(before, both, [then])) if is_over else None,
        )
        for day, then, is_over in days
    ]
    mine, theirs = ([day for day, _then, over in days if over], [then for _day, then, over in days if over])
    sides = _sides(_sum(now, both, mine), _sum(before, both, theirs))
    week = Line(None, _sum(now, ids, [day for day, _then, _over in days]), sides)
    return Block(place, currency, (*lines, week))


def _sum(found: Days, stores: Iterable[UUID], days: Sequence[date]) -> Sums:
    return sum((found[store, day] for store in stores for day in days if (store, day) in found), start=Sums())


def _sides(now: Sums, before: Sums) -> tuple[Sums, Sums] | None:
    return (now, before) if now.hours and before.hours else None
