"""Periods and what they are compared with (traffic-analytics.md 4.2, 4.3)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.traffic.periods import (
    Beside,
    Comparison,
    Period,
    Step,
    begin_of,
    compared,
    retail_month,
    retail_year,
    week_of,
    weeks_of_retail_year,
    whole_weeks,
)
from comptoir.apps.traffic.reports.over_time import parts

LONG_YEARS = [year for year in range(2000, 2041) if weeks_of_retail_year(year) == 53]
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
    before = Beside(Period(day, day), Comparison.RETAIL_YEAR).day(day)
    _year, begin = retail_year(day)
    year_before, begin_before = retail_year(begin - timedelta(days=1))
    if before is None:
        assert (day - begin).days // 7 == 52 == weeks_of_retail_year(year_before), "week 53 is beside no week of 52"
        return
    assert before.weekday() == day.weekday()
    assert before - begin_before == day - begin, "the same week number"


@pytest.mark.parametrize(
    ("since", "as_it_is", "restated"),
    [
        # 2023 had 53 weeks, from 29 January 2023 to 3 February 2024. Week 1 of 2024 is beside week 1, restated week 2.
        (date(2024, 2, 4), date(2023, 1, 29), date(2023, 2, 5)),
        (date(2025, 1, 26), date(2024, 1, 21), date(2024, 1, 28)),  # week 52 beside week 52, restated week 53
        (date(2023, 1, 29), date(2022, 1, 30), date(2022, 1, 30)),  # the long year itself, beside 52 weeks
        (date(2025, 2, 2), date(2024, 2, 4), date(2024, 2, 4)),
        # 2017 had 53 weeks too: the week of Thanksgiving 2018 is beside that of 2017 only once it is restated.
        (date(2018, 11, 18), date(2017, 11, 12), date(2017, 11, 19)),
    ],
)
def test_4_2_after_a_year_of_53_weeks_last_year_is_as_it_is_or_restated_by_a_week(
    since: date, as_it_is: date, restated: date
) -> None:
    week = Period(since, since + timedelta(days=6))
    assert compared(week, Comparison.RETAIL_YEAR).since == as_it_is
    assert compared(week, Comparison.RETAIL_RESTATED) == Period(restated, restated + timedelta(days=6))


@given(DATES)
def test_4_2_restated_the_same_retail_week_keeps_its_weekday_and_is_52_weeks_back(day: date) -> None:
    before = compared(Period(day, day), Comparison.RETAIL_RESTATED).since
    assert before.weekday() == day.weekday()
    assert day - before == timedelta(weeks=52)


@given(st.sampled_from(LONG_YEARS), st.integers(0, 363))
def test_4_2_a_restated_year_has_the_weeks_and_months_of_the_year_behind_it(long: int, number: int) -> None:
    day = retail_year(date(long + 1, 6, 1))[1] + timedelta(days=number)
    before = compared(Period(day, day), Comparison.RETAIL_RESTATED).since
    year, begin = retail_year(before, restated=True)
    assert year == long
    assert before - begin == timedelta(days=number), "the same week number, and weekday"
    assert retail_month(before, restated=True)[1] == retail_month(day)[1]


def test_4_2_months_of_53_weeks_restated_begin_a_week_later_and_no_week_is_lost() -> None:
    whole = Period(date(2023, 1, 1), date(2024, 3, 2))
    found = parts(whole, Step.RETAIL_MONTH_RESTATED)
    assert [found[0], found[1], *found[-2:]] == [
        Period(date(2023, 1, 1), date(2023, 2, 4)),  # the week from 29 January is the last of 2022
        Period(date(2023, 2, 5), date(2023, 3, 4)),
        Period(date(2024, 1, 7), date(2024, 2, 3)),  # four weeks, five as it is
        Period(date(2024, 2, 4), date(2024, 3, 2)),
    ]
    assert sum(each.length for each in found) == whole.length
    assert parts(whole, Step.RETAIL_MONTH)[-2] == Period(date(2023, 12, 31), date(2024, 2, 3))
    beside = compared(found[-1], Comparison.RETAIL_RESTATED)
    assert beside == found[1], "February beside the whole of February restated"


@given(DATES, st.integers(1, 800))
def test_every_day_is_in_one_week_of_one_month_and_whole_weeks_are_those_within(since: date, length: int) -> None:
    period = Period(since, since + timedelta(days=length - 1))
    cut: dict[Period, int] = {}
    for day in period.days():
        week = week_of(day)
        assert week.since <= day <= week.until
        assert week.since.month == week.until.month
        assert week.until.weekday() - week.since.weekday() == week.length - 1
        cut[week] = cut.get(week, 0) + 1
    within = [week for week, days in cut.items() if days == week.length]
    assert whole_weeks(period) == (Period(within[0].since, within[-1].until) if within else None)


def spans(period: Period, comparison: Comparison, chosen: date | None = None) -> list[tuple[str, str]]:
    found = Beside(period, comparison, chosen).of(period)
    return [(each.since.isoformat(), each.until.isoformat()) for each in found]


@pytest.mark.parametrize(
    ("since", "until", "stretches"),
    [
        # Over the end of the 53 weeks of 2023: its week 52 is beside week 52, its week 53 beside nothing, week 1 of
        # 2024 beside week 1 of 2023, which is 53 weeks back.
        (date(2024, 1, 21), date(2024, 2, 10), [("2023-01-22", "2023-01-28"), ("2023-01-29", "2023-02-04")]),
        # Over the end of 2024: week 52 beside week 52 of 53, then week 1 beside week 1, and week 53 is left out.
        (date(2025, 1, 26), date(2025, 2, 8), [("2024-01-21", "2024-01-27"), ("2024-02-04", "2024-02-10")]),
        # The whole of 53 weeks beside the 52 before it, none of its own among them.
        (date(2023, 1, 29), date(2024, 2, 3), [("2022-01-30", "2023-01-28")]),
        (date(2024, 2, 4), date(2025, 2, 1), [("2023-01-29", "2024-01-27")]),
        (date(2024, 1, 28), date(2024, 2, 3), []),
        (date(2026, 5, 20), date(2026, 5, 20), [("2025-05-21", "2025-05-21")]),
    ],
)
def test_4_3_a_period_over_the_end_of_a_retail_year_has_the_week_number_of_each_of_its_days(
    since: date, until: date, stretches: list[tuple[str, str]]
) -> None:
    assert spans(Period(since, until), Comparison.RETAIL_YEAR) == stretches


@given(DATES, st.integers(0, 800))
def test_4_3_each_day_of_a_period_is_compared_as_it_is_alone(since: date, length: int) -> None:
    period = Period(since, since + timedelta(days=length))
    for comparison in (Comparison.RETAIL_YEAR, Comparison.RETAIL_RESTATED, Comparison.SAME_WEEKDAYS):
        beside = Beside(period, comparison)
        together = [day for each in beside.of(period) for day in each.days()]
        assert together == [then for day in period.days() if (then := beside.day(day))]
        assert len(together) == len(set(together)), "no day counts twice"


@given(DATES, st.integers(0, 800))
def test_4_3_restated_is_364_days_back_in_every_year_whatever_the_period(since: date, length: int) -> None:
    period = Period(since, since + timedelta(days=length))
    assert Beside(period, Comparison.RETAIL_RESTATED).of(period) == (period.moved(-timedelta(days=364)),)
    year, begin = retail_year(since)
    assert begin - retail_year(date(year - 1, 6, 1), restated=True)[1] == timedelta(days=364), (
        "by the restated calendar"
    )


def test_4_3_a_period_over_29_february_is_beside_the_same_dates_whole_or_in_part() -> None:
    leap = Period(date(2028, 1, 1), date(2028, 12, 31))
    assert spans(leap, Comparison.SAME_DATES) == [("2027-01-01", "2027-12-31")]
    beside = Beside(leap, Comparison.SAME_DATES)
    assert beside.of(Period(date(2028, 1, 1), date(2028, 3, 4))) == (Period(date(2027, 1, 1), date(2027, 3, 4)),)
    assert [beside.day(date(2028, 2, 28)), beside.day(date(2028, 2, 29))] == [date(2027, 2, 28)] * 2
    assert beside.day(date(2028, 3, 1)) == date(2027, 3, 1)
