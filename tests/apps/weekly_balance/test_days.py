"""Business days and their intervals in any zone, across clock changes and midnight."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.weekly_balance.rules.confirming import SCHEDULE_ZONE, latest_night, nightly_at
from comptoir.apps.weekly_balance.rules.days import Clock, interval_of, intervals, week_label, week_of

COPENHAGEN = Clock(ZoneInfo("Europe/Copenhagen"), time(0))
FOUR = Clock(ZoneInfo("Europe/Copenhagen"), time(4))
SECOND = timedelta(seconds=1)
NIGHTS = ZoneInfo(SCHEDULE_ZONE)


@pytest.mark.parametrize(
    ("zone", "day", "number"),
    [
        ("Europe/Copenhagen", date(2026, 3, 29), 23),
        ("Europe/Copenhagen", date(2026, 10, 25), 25),
        ("Europe/Copenhagen", date(2026, 6, 10), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Kolkata", date(2026, 6, 10), 24),
    ],
)
def test_a_day_has_as_many_hours_as_its_zone_gives(zone: str, day: date, number: int) -> None:
    assert len(intervals(day, Clock(ZoneInfo(zone), time(0)))) == number


def test_lord_howe_changes_by_half_an_hour() -> None:
    clock = Clock(ZoneInfo("Australia/Lord_Howe"), time(0))
    lengths = [each.end - each.start for each in intervals(date(2026, 10, 4), clock)]
    assert sum(lengths, timedelta()) == timedelta(hours=23, minutes=30)
    assert lengths.count(timedelta(minutes=30)) == 1
    lengths = [each.end - each.start for each in intervals(date(2026, 4, 5), clock)]
    assert sum(lengths, timedelta()) == timedelta(hours=24, minutes=30)
    assert lengths.count(timedelta(minutes=30)) == 1


def test_wb13_a_thousandth_before_midnight() -> None:
    at = datetime(2026, 6, 10, 21, 59, 59, 999000, tzinfo=UTC)
    assert (COPENHAGEN.day_of(at), interval_of(at, COPENHAGEN).label) == (date(2026, 6, 10), "23:00")


def test_wb14_exactly_eleven() -> None:
    assert interval_of(datetime(2026, 6, 10, 9, tzinfo=UTC), COPENHAGEN).label == "11:00"


def test_wb15_the_repeated_hour_is_two_rows() -> None:
    first, second = (interval_of(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), COPENHAGEN) for hour in (0, 1))
    assert (first.label, second.label) == ("02:00", "02:00")
    assert (first.season, second.season) == ("summer", "winter")
    assert (first.offset, second.offset) == (timedelta(hours=2), timedelta(hours=1))


def test_wb15b_the_night_of_the_change_belongs_to_the_evening_before() -> None:
    days = {FOUR.day_of(datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1)}
    assert days == {date(2026, 10, 24)}
    assert len(intervals(date(2026, 10, 24), FOUR)) == 25


def test_wb16_a_short_day_and_its_week() -> None:
    assert len(intervals(date(2026, 3, 29), COPENHAGEN)) == 23
    week = [each for day in week_of(date(2026, 3, 29)) for each in intervals(day, COPENHAGEN)]
    assert len(week) == 167
    assert "02:00" not in {each.label for each in intervals(date(2026, 3, 29), COPENHAGEN)}


def test_wb17_the_nightly_import_runs_once_on_both_nights_of_a_change() -> None:
    assert nightly_at(date(2026, 3, 29), NIGHTS) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert nightly_at(date(2026, 10, 25), NIGHTS) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    minutes = [datetime(2026, 10, 24, 20, tzinfo=UTC) + timedelta(minutes=n) for n in range(24 * 60)]
    assert len({latest_night(NIGHTS, minute) for minute in minutes}) == 2


def test_a_start_within_an_hour_cuts_it_in_two() -> None:
    clock = Clock(ZoneInfo("Europe/Paris"), time(5, 30))
    rows = intervals(date(2026, 6, 10), clock)
    assert len(rows) == 25
    assert (rows[0].label, rows[-1].label) == ("05:30", "05:00")
    assert {each.season for each in rows} == {""}
    assert clock.day_of(datetime(2026, 11, 22, 1, 10, tzinfo=UTC)) == date(2026, 11, 21)
    longer = [len(intervals(date(2026, 10, day), clock)) for day in (24, 25)]
    assert longer == [26, 25]


def test_wb36_a_year_of_53_weeks() -> None:
    assert week_label(week_of(date(2026, 12, 31))[0]) == "2026-W53"
    assert week_of(date(2026, 6, 10), starts_on=6)[0] == date(2026, 6, 7)


ZONES = """Europe/Copenhagen America/New_York Australia/Lord_Howe Asia/Kathmandu America/Santiago Asia/Beirut
America/St_Johns Africa/Casablanca Pacific/Chatham UTC"""
zones = st.sampled_from(ZONES.split())
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
starts = st.sampled_from([time(0), time(2), time(2, 30), time(4), time(5, 30), time(9), time(23, 59)])


instants = st.integers(0, 11 * 365 * 24 * 3600).map(lambda number: datetime(2020, 1, 2, tzinfo=UTC) + number * SECOND)


@given(zones, days, starts)
def test_intervals_follow_one_another_and_fill_the_day(name: str, day: date, start: time) -> None:
    clock = Clock(ZoneInfo(name), start)
    found = intervals(day, clock)
    begin, end = clock.bounds(day)
    assert (found[0].start, found[-1].end) == (begin, end)
    assert all(one.end == two.start for one, two in pairwise(found))
    assert all(timedelta(0) < each.end - each.start <= timedelta(hours=1) for each in found)
    if start.hour > 2:  # a start that a change of the clock skips comes later, at a label that the day may end with
        assert len({(each.label, each.offset) for each in found}) == len(found)
    assert intervals(day + timedelta(days=1), clock)[0].start == end


@given(zones, instants, starts)
def test_every_instant_lies_in_exactly_one_interval(name: str, at: datetime, start: time) -> None:
    clock = Clock(ZoneInfo(name), start)
    found = interval_of(at, clock)
    assert found.start <= at < found.end
    assert found in intervals(clock.day_of(at), clock)
