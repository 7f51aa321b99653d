"""Periods, and what they are compared with; pure (traffic-analytics.md 4.2, 4.3). All dates are business dates."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
YEAR_OF_WEEKS: Final = timedelta(days=364)
FEBRUARY: Final = 2
LONG_YEAR: Final = 53
"""Weeks of a retail year that has one more than others."""


@dataclass(frozen=True, order=True)
class Period:
    """Business dates, first and last included."""

    since: date
    until: date

    @property
    def length(self) -> int:
        """In days."""
        return (self.until - self.since).days + 1

    def days(self) -> Iterator[date]:
        """Each date."""
        return (self.since + number * DAY for number in range(self.length))

    def moved(self, by: timedelta) -> "Period":
        """The same days earlier or later."""
        return Period(self.since + by, self.until + by)


@dataclass(frozen=True)
class Weekdays:
    """The dates that are one of some weekdays (`numbers`: 0 Monday), as a container of them."""

    numbers: frozenset[int]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day.weekday() in self.numbers


class Comparison(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    LAST_WEEK = "last_week"
    SAME_WEEKDAYS = "same_weekdays"
    SAME_DATES = "same_dates"
    RETAIL_YEAR = "retail_year"
    RETAIL_RESTATED = "retail_restated"
    CHOSEN = "chosen"
    BUDGET = "budget"


@dataclass(frozen=True)
class Beside:
    """What a period is compared with, day by day. `chosen` is the first day of one of the same length that was picked.

    Each day has the counterpart that its own date asks for, so that a period over the end of a retail year, or over a
    29 February, is compared as its days are.
    """

    period: Period
    comparison: Comparison
    chosen: date | None = None

    def of(self, part: Period) -> tuple[Period, ...]:
        """The counterparts of a part of the period, each day once: one stretch, or one for each retail year."""
        match self.comparison:
            case Comparison.SAME_DATES:
                return (Period(a_year_before(part.since), a_year_before(part.until)),)
            case Comparison.RETAIL_YEAR:
                return tuple(_same_retail_weeks(part))
            case _:
                return (part.moved(self._by),)

    def day(self, day: date) -> date | None:
        """The counterpart of a day; None where it has none: week 53 beside a year of 52."""
        found = self.of(Period(day, day))
        return found[0].since if found else None

    @property
    def whole(self) -> Period:
        """From the first counterpart to the last; 52 weeks before, where there is none."""
        found = self.of(self.period)
        return Period(found[0].since, found[-1].until) if found else self.period.moved(-YEAR_OF_WEEKS)

    @property
    def _by(self) -> timedelta:
        """Of those that are all as far back as one another."""
        match self.comparison:
            case Comparison.PREVIOUS:
                return -self.period.length * DAY
            case Comparison.LAST_WEEK:
                return -WEEK
            case Comparison.CHOSEN:
                return (self.chosen or self.period.since) - self.period.since
            case Comparison.BUDGET:
                return timedelta(0)
            case _:
                # Restated, the same week number of the retail year before is 52 weeks back, whatever lies between.
                return -YEAR_OF_WEEKS


def compared(period: Period, comparison: Comparison, *, chosen: date | None = None) -> Period:
    """The period beside it, from its first day to its last; its own days beside a budget."""
    return Beside(period, comparison, chosen).whole


def week_of(day: date) -> Period:
    """The week of a day from Monday to Sunday, as far as it lies in the same month (`week_tables`)."""
    first = max(day - timedelta(days=day.weekday()), day.replace(day=1))
    return Period(first, min(day + timedelta(days=6 - day.weekday()), month_of(day).until))


def month_of(day: date) -> Period:
    """The calendar month of a day."""
    next_month = (day.replace(day=28) + 4 * DAY).replace(day=1)
    return Period(day.replace(day=1), next_month - DAY)


def weekday_of_month(day: date) -> Period:
    """From the first to the last day of its month that is the same weekday (`week_tables`)."""
    month = month_of(day)
    return Period(day - (day - month.since) // WEEK * WEEK, day + (month.until - day) // WEEK * WEEK)


def whole_weeks(period: Period) -> Period | None:
    """The part of a period that is made of such weeks as a whole; None where there is none."""
    return _whole(period, week_of(period.since), week_of(period.until))


def whole_months(period: Period) -> Period | None:
    """The calendar months that lie in a period as a whole; None where there is none."""
    return _whole(period, month_of(period.since), month_of(period.until))


def _whole(period: Period, first: Period, last: Period) -> Period | None:
    since = period.since if first.since == period.since else first.until + DAY
    until = period.until if last.until == period.until else last.since - DAY
    return Period(since, until) if since <= until else None


def a_year_before(day: date) -> date:
    """29 February is compared with 28 February."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == FEBRUARY else day.day)


class Step(StrEnum):
    """The rows of a report."""

    HOUR = "hour"
    DAY_PART = "day_part"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    RETAIL_MONTH = "retail_month"
    RETAIL_MONTH_RESTATED = "retail_month_restated"


def begin_of(day: date, step: Step, *, week_starts_on: int = 0) -> date:
    """The first date of the week, month, quarter or year that a day is in. `week_starts_on`: 0 Monday, 6 Sunday."""
    match step:
        case Step.HOUR | Step.DAY_PART | Step.DAY:
            return day
        case Step.WEEK:
            return day - timedelta(days=(day.weekday() - week_starts_on) % 7)
        case Step.MONTH:
            return day.replace(day=1)
        case Step.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Step.YEAR:
            return day.replace(month=1, day=1)
        case Step.RETAIL_MONTH:
            return retail_month(day)[0]
        case Step.RETAIL_MONTH_RESTATED:
            return retail_month(day, restated=True)[0]


def retail_year(day: date, *, restated: bool = False) -> tuple[int, date]:
    """The retail year of a day, and its first day: it ends on the Saturday nearest to 31 January (NRF, 4-5-4).

    `restated`: a year of 53 weeks begins a week later, so that it has 52 and ends as it did, beside the year that
    follows it; the week before is the last of the year before, so that none is lost.
    """
    for year in (day.year, day.year - 1):
        begin = _begin_of_retail_year(year, restated=restated)
        if day >= begin:
            return year, begin
    year = day.year - 2
    return year, _begin_of_retail_year(year, restated=restated)


def _begin_of_retail_year(year: int, *, restated: bool = False) -> date:
    """The Sunday nearest to 1 February… or the day behind the Saturday nearest to 31 January."""
    if restated and weeks_of_retail_year(year) == LONG_YEAR:
        return _begin_of_retail_year(year) + WEEK
    end_of_january = date(year, 1, 31)
    ahead = (5 - end_of_january.weekday()) % 7  # days to the Saturday on or after it
    nearest = end_of_january + timedelta(days=ahead if ahead <= 3 else ahead - 7)
    return nearest + DAY


def weeks_of_retail_year(year: int) -> int:
    """52, or 53 in a long year."""
    return (_begin_of_retail_year(year + 1) - _begin_of_retail_year(year)).days // 7


def retail_month(day: date, *, restated: bool = False) -> tuple[date, int]:
    """The first day of the 4-5-4 month that a day is in, and its number from 1 (February); week 53 is the last's."""
    _year, begin = retail_year(day, restated=restated)
    week = (day - begin).days // 7
    first, number = 0, 1
    for number, weeks in enumerate((4, 5, 4) * 4, start=1):
        if week < first + weeks or number == 12:
            return begin + timedelta(weeks=first), number
        first += weeks
    raise AssertionError("a year has twelve months")


def _same_retail_weeks(part: Period) -> Iterator[Period]:
    """Of each retail year that days are in, the same week numbers of the one before.

    What lies in week 53 has no counterpart in a year of 52, and week 53 itself is beside nothing.
    """
    since = part.since
    while since <= part.until:
        year, begin = retail_year(since)
        before = _begin_of_retail_year(year - 1)
        last = min(part.until, _begin_of_retail_year(year + 1) - DAY)
        both = min(last, begin + weeks_of_retail_year(year - 1) * WEEK - DAY)
        if since <= both:
            yield Period(since, both).moved(before - begin)
        since = last + DAY
