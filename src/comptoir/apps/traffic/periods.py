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


def compared(period: Period, comparison: Comparison, *, chosen: date | None = None) -> Period:
    """The period beside it; its own days beside a budget.

    `chosen` is the first day of one that somebody picked; it gets the same length.
    """
    match comparison:
        case Comparison.PREVIOUS:
            return period.moved(-period.length * DAY)
        case Comparison.LAST_WEEK:
            return period.moved(-WEEK)
        case Comparison.SAME_WEEKDAYS:
            return period.moved(-YEAR_OF_WEEKS)
        case Comparison.SAME_DATES:
            return Period(a_year_before(period.since), a_year_before(period.until))
        case Comparison.RETAIL_YEAR:
            return period.moved(-retail_shift(period.since))
        case Comparison.RETAIL_RESTATED:
            return period.moved(-retail_shift(period.since, restated=True))
        case Comparison.CHOSEN:
            return period.moved((chosen or period.since) - period.since)
        case Comparison.BUDGET:
            return period


def week_of(day: date) -> Period:
    """The week of a day from Monday to Sunday, as far as it lies in the same month (`week_tables`)."""
    first = max(day - timedelta(days=day.weekday()), day.replace(day=1))
    next_month = (day.replace(day=28) + 4 * DAY).replace(day=1)
    return Period(first, min(day + timedelta(days=6 - day.weekday()), next_month - DAY))


def whole_weeks(period: Period) -> Period | None:
    """The part of a period that is made of such weeks as a whole; None where there is none."""
    first, last = week_of(period.since), week_of(period.until)
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


def retail_shift(day: date, *, restated: bool = False) -> timedelta:
    """How far back the same week number of the retail year before lies; `restated`: of that year restated.

    After a year of 53 weeks that is 53 weeks, and restated 52: week 1 is then beside what was week 2.
    """
    year, begin = retail_year(day)
    return begin - _begin_of_retail_year(year - 1, restated=restated)
