"""Weekly performance: the seven days of a week and the week, of each location and of all (traffic-analytics.md 6.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.periods import Beside, Period, Step, begin_of
from comptoir.apps.traffic.reports import against, comparing, reading, stretches
from comptoir.apps.traffic.reports.against import Against
from comptoir.apps.traffic.reports.reading import Scope

DAY: Final = timedelta(days=1)
DAYS: Final = 7
Days = Mapping[tuple[UUID, date], Sums]


@dataclass(frozen=True)
class Line:
    """A day, or (`day` None) the week. `alike` are the two sides of its comparison: of days that are over.

    `against` are its figures beside their budgets.
    """

    day: date | None
    now: Sums
    alike: tuple[Sums, Sums] | None
    against: Against = against.NONE


@dataclass(frozen=True)
class Block:
    """A location's lines: its days that count, then the week; without a place those of all locations of one currency
    (4.1, rule 4). They are added up once somebody looks: a page shows ten locations of a hundred."""

    place: Place | None
    currency: str
    asked: "_Asked"
    stores: tuple[UUID, ...]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The days, then the week."""
        return self.asked.lines(self.stores)

    @property
    def is_known(self) -> bool:
        """Whether anything happened."""
        return self.asked.is_known(self.stores)


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
    """The report: three questions, however many locations. Days that are not over are compared with nothing."""
    chosen = set(scope.store_ids)
    mine = [each for each in places if each.store.id in chosen]
    days = tuple((day, beside.day(day), day < today) for day in week.days() if scope.includes(day))
    asked = _Asked(
        days,
        comparing.known(reading.by_store_day(scope, week)),
        comparing.known(stretches.over(reading.by_store_day, scope, beside, week)),
        against.by_store_day(scope, week, today=today),
    )
    had_one = asked.had_one
    return Report(
        tuple(
            Block(None, currency, asked, tuple(each.store.id for each in mine if each.store.currency == currency))
            for currency in dict.fromkeys(each.store.currency for each in mine)
        ),
        tuple(Block(each, each.store.currency, asked, (each.store.id,)) for each in mine),
        tuple(each.store.name for each in mine if each.store.id in had_one),
    )


@dataclass(frozen=True)
class _Asked:
    """What was answered. `days`: each day of the week, its counterpart if it has one, and whether it is over."""

    days: tuple[tuple[date, date | None, bool], ...]
    now: Days
    before: Days
    budgets: Mapping[tuple[UUID, date], Against]

    @cached_property
    def _had(self) -> tuple[set[UUID], set[UUID]]:
        """Stores that have figures in either week, of days that are over."""
        mine = {day for day, _then, over in self.days if over}
        theirs = {then for _day, then, over in self.days if over}
        return {store for store, day in self.now if day in mine}, {store for store, day in self.before if day in theirs}

    @cached_property
    def _had_both(self) -> set[UUID]:
        """Stores that have figures in both."""
        return self._had[0] & self._had[1]

    @property
    def had_one(self) -> set[UUID]:
        """Stores that have figures in one of the two alone."""
        return self._had[0] ^ self._had[1]

    def is_known(self, stores: Sequence[UUID]) -> bool:
        """Whether any of them has an hour in the week."""
        keys = ((store, day) for store in stores for day, _then, _over in self.days)
        return any(key in self.now and self.now[key].hours for key in keys)

    def lines(self, stores: Sequence[UUID]) -> tuple[Line, ...]:
        """The lines of some stores together."""
        days = [self._day(each, stores) for each in self.days]
        over = [(line, sides) for (line, sides), (_day, _then, over) in zip(days, self.days, strict=True) if over]
        mine, theirs = (kpis.added(sides[place] for _line, sides in over) for place in (0, 1))
        week = Line(
            None,
            kpis.added(line.now for line, _sides in days),
            _compared(mine, theirs),
            sum((line.against for line, _sides in days), start=against.NONE),
        )
        return (*(line for line, _sides in days), week)

    def _day(self, at: tuple[date, date | None, bool], stores: Sequence[UUID]) -> tuple[Line, tuple[Sums, Sums]]:
        """A day's line, and both sides of its comparison, whether there is one or not."""
        day, then, over = at
        both = [each for each in stores if each in self._had_both] if over else []
        sides = _sum(self.now, both, day), _sum(self.before, both, then)
        budgets = (self.budgets[store, day] for store in stores if (store, day) in self.budgets)
        return Line(day, _sum(self.now, stores, day), _compared(*sides), sum(budgets, start=against.NONE)), sides


def _compared(now: Sums, before: Sums) -> tuple[Sums, Sums] | None:
    return (now, before) if now.hours and before.hours else None


def _sum(found: Days, stores: Iterable[UUID], day: date | None) -> Sums:
    return kpis.added(found[store, day] for store in stores if day is not None and (store, day) in found)
