"""Periods and what they are compared with (traffic-analytics.md 4.2, 4.3)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.traffic.periods import (
    Comparison,
    Period,
    Step,
    begin_of,
    compared,
    retail_month,
    retail_year,
    weeks_of_retail_year,
)

DATES = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("comparison", "since", "until"),
    [
        (Comparison.PREVIOUS, date(2026, 5, 4), date(2026, 5, 10)),
        (Comparison.LAST_WEEK, date(2026, 5, 4), date(2026, 5, 10)),
        (Comparison.SAME_WEEKDAYS, date(2025, 5, 12), date(2025, 5, 18)),
        (Comparison.SAME_DATES, date(2025, 5, 11), date(2025, 5, 17)),
    ],
)
def test_a_week_beside_another(comparison: Comparison, since: date, until: date) -> None:
    assert compared(Period(date(2026, 5, 11), date(2026, 5, 17)), comparison) == Period(since, until)


def test_29_february_is_compared_with_28_february() -> None:
    assert compared(Period(date(2028, 2, 29), date(2028, 2, 29)), Comparison.SAME_DATES).since == date(2027, 2, 28)


def test_a_chosen_period_has_the_same_length() -> None:
    found = compared(Period(date(2026, 5, 11), date(2026, 5, 13)), Comparison.CHOSEN, chosen=date(2026, 1, 1))
    assert found == Period(date(2026, 1, 1), date(2026, 1, 3))


def test_weeks_begin_on_monday_or_sunday() -> None:
    wednesday = date(2026, 5, 13)
    assert begin_of(wednesday, Step.WEEK) == date(2026, 5, 11)
    assert begin_of(wednesday, Step.WEEK, week_starts_on=6) == date(2026, 5, 10)
    assert begin_of(date(2026, 5, 10), Step.WEEK, week_starts_on=6) == date(2026, 5, 10)


@pytest.mark.parametrize(
    ("year", "begin", "weeks"),
    [
        (2022, date(2022, 1, 30), 52),
        (2023, date(2023, 1, 29), 53),
        (2024, date(2024, 2, 4), 52),
        (2025, date(2025, 2, 2), 52),
        (2026, date(2026, 2, 1), 52),
    ],
)
def test_the_retail_calendar_of_the_nrf(year: int, begin: date, weeks: int) -> None:
    assert retail_year(begin) == (year, begin)
    assert retail_year(begin - timedelta(days=1))[0] == year - 1
    assert weeks_of_retail_year(year) == weeks


def test_a_retail_month_has_four_five_and_four_weeks() -> None:
    assert retail_month(date(2026, 2, 28)) == (date(2026, 2, 1), 1)
    assert retail_month(date(2026, 3, 1)) == (date(2026, 3, 1), 2)
    assert retail_month(date(2026, 4, 5)) == (date(2026, 4, 5), 3)
    assert retail_month(date(2024, 2, 3)) == (date(2023, 12, 31), 12), "the 53rd week is January's"


@given(DATES)
def test_every_day_is_in_one_retail_month_and_year(day: date) -> None:
    year, begin = retail_year(day)
    assert begin <= day < retail_year(begin + timedelta(days=371))[1]
    first, number = retail_month(day)
    assert begin <= first <= day
    assert 1 <= number <= 12
    assert year in (day.year, day.year - 1)


@given(DATES)
def test_the_same_retail_week_of_last_year_keeps_its_weekday(day: date) -> None:
    before = compared(Period(day, day), Comparison.RETAIL_YEAR).since
    _year, begin = retail_year(day)
    _before, begin_before = retail_year(begin - timedelta(days=1))
    assert before.weekday() == day.weekday()
    assert before - begin_before == day - begin, "the same week number"
