"""Business days and local hours, clock changes and odd zones included."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.clock import (
    business_date,
    business_day_bounds,
    local_hour,
    spread,
    utc,
    utc_from_milliseconds,
    windows,
)
from comptoir.kernel.ids import new_id

ZURICH, KATHMANDU, NEW_YORK = ZoneInfo("Europe/Zurich"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)

zones = st.sampled_from(
    [ZURICH, KATHMANDU, NEW_YORK, *map(ZoneInfo, ("UTC", "Asia/Kolkata", "Australia/Adelaide", "Pacific/Chatham"))]
)
half_hour_changes = ZoneInfo("Australia/Lord_Howe")
starts = st.times().map(lambda at: at.replace(second=0, microsecond=0))
instants = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("milliseconds", "at"),
    [
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
        (1638473552051, datetime(2021, 12, 2, 19, 32, 32, 51_000, tzinfo=UTC)),
    ],
)
def test_milliseconds(milliseconds: int, at: datetime) -> None:
    assert utc_from_milliseconds(milliseconds) == at


@given(st.integers(-(10**12), 10**13))
def test_milliseconds_are_exact(milliseconds: int) -> None:
    since = utc_from_milliseconds(milliseconds) - datetime(1970, 1, 1, tzinfo=UTC)
    assert since == timedelta(milliseconds=milliseconds)


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        utc(datetime(2026, 3, 8))  # noqa: DTZ001
    assert utc(datetime(2026, 3, 8, 1, tzinfo=ZURICH)) == datetime(2026, 3, 8, tzinfo=UTC)


# Business days


@pytest.mark.parametrize(
    ("local", "day"),
    [
        (datetime(2026, 3, 7, 23, 50, tzinfo=ZURICH), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 3, 59, 59, 999_999, tzinfo=ZURICH), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 4, 0, tzinfo=ZURICH), date(2026, 3, 8)),
        # the night of 29 March 2026, 02:00 becomes 03:00
        (datetime(2026, 3, 29, 1, 59, tzinfo=ZURICH), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 3, 30, tzinfo=ZURICH), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 4, 0, tzinfo=ZURICH), date(2026, 3, 29)),
        # the night of 25 October 2026, 03:00 becomes 02:00
        (datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=ZURICH), date(2026, 10, 24)),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZURICH), date(2026, 10, 24)),
    ],
)
def test_the_night_belongs_to_the_day_before(local: datetime, day: date) -> None:
    assert business_date(local, zone=ZURICH, day_start=time(4)) == day


def test_a_day_that_starts_at_half_past_five_in_nepal() -> None:
    early, late = (datetime(2026, 5, 2, 5, minute, tzinfo=KATHMANDU) for minute in (29, 30))
    assert business_date(early, zone=KATHMANDU, day_start=time(5, 30)) == date(2026, 5, 1)
    assert business_date(late, zone=KATHMANDU, day_start=time(5, 30)) == date(2026, 5, 2)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 3, 29), 24), (date(2026, 10, 24), 25)])
def test_trading_days_of_23_24_and_25_hours(day: date, hours: int) -> None:
    begin, end = business_day_bounds(day, zone=ZURICH, day_start=time(4))
    assert end - begin == hours * HOUR


@given(instants, st.one_of(zones, st.just(half_hour_changes)), starts)
def test_every_instant_is_within_the_bounds_of_its_day(instant: datetime, zone: ZoneInfo, start: time) -> None:
    """Also when the day starts within the hour that a clock change skips or repeats."""
    begin, end = business_day_bounds(business_date(instant, zone=zone, day_start=start), zone=zone, day_start=start)
    assert begin <= instant < end


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), zones, starts)
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo, start: time) -> None:
    _, end = business_day_bounds(day, zone=zone, day_start=start)
    begin, _ = business_day_bounds(day + timedelta(days=1), zone=zone, day_start=start)
    assert begin == end


@given(st.datetimes(datetime(2026, 3, 28), datetime(2026, 3, 30), timezones=st.just(ZURICH)))  # noqa: DTZ001
def test_the_spring_night_with_any_half_hour_as_day_start(local: datetime) -> None:
    for minutes in range(0, 24 * 60, 30):
        start = time(minutes // 60, minutes % 60)
        begin, end = business_day_bounds(
            business_date(local, zone=ZURICH, day_start=start), zone=ZURICH, day_start=start
        )
        assert begin <= utc(local) < end


# Hours


def test_hours_are_cut_at_the_minute_of_the_day_start() -> None:
    at = datetime(2026, 5, 2, 13, 10, tzinfo=KATHMANDU)
    hour = local_hour(at, zone=KATHMANDU, day_start=time(5, 30))
    assert hour.astimezone(KATHMANDU) == datetime(2026, 5, 2, 12, 30, tzinfo=KATHMANDU)
    assert hour.tzinfo is UTC
    assert hour == datetime(2026, 5, 2, 6, 45, tzinfo=UTC)


def test_the_repeated_hour_of_autumn_gives_two_buckets() -> None:
    first, second = (datetime(2026, 10, 25, 2, 30, fold=fold, tzinfo=ZURICH) for fold in (0, 1))
    buckets = [local_hour(each, zone=ZURICH, day_start=time(0)) for each in (first, second)]
    assert buckets == [datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]


def test_the_missing_hour_of_spring_gives_none() -> None:
    before, after = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, 1, tzinfo=UTC)
    buckets = [local_hour(each, zone=ZURICH, day_start=time(0)) for each in (before, after)]
    assert [bucket.astimezone(ZURICH).hour for bucket in buckets] == [1, 3]
    assert buckets[1] - buckets[0] == HOUR


@given(instants, zones, starts)
def test_an_instant_is_within_its_hour_and_the_hour_is_its_own(instant: datetime, zone: ZoneInfo, start: time) -> None:
    hour = local_hour(instant, zone=zone, day_start=start)
    assert hour <= instant < hour + HOUR
    assert local_hour(hour, zone=zone, day_start=start) == hour
    local = hour.astimezone(zone)
    assert (local.minute, local.second, local.microsecond) == (start.minute, 0, 0)


@given(instants, zones, st.sampled_from([time(0), time(4), time(5), time(5, 30), time(6, 15)]))
def test_an_hour_lies_within_one_day(instant: datetime, zone: ZoneInfo, start: time) -> None:
    hour = local_hour(instant, zone=zone, day_start=start)
    assert business_date(hour, zone=zone, day_start=start) == business_date(instant, zone=zone, day_start=start)


# Windows


@given(instants, st.timedeltas(timedelta(0), timedelta(days=900)), st.timedeltas(HOUR * 6, timedelta(days=400)))
def test_windows_cover_a_span_once(start: datetime, span: timedelta, length: timedelta) -> None:
    found = [*windows(start, start + span, length=length)]
    assert all(timedelta(0) < end - begin <= length for begin, end in found)
    assert [begin for begin, _ in found] == ([start, *(end for _, end in found[:-1])] if found else [])
    assert (found[-1][1] if found else start) == start + span


def test_what_a_tick_finds_due_is_spread_over_its_minute_and_comes_a_minute_apart() -> None:
    now, things = datetime(2026, 3, 7, 20, tzinfo=UTC), [new_id() for _ in range(200)]
    first, second = spread(things, now=now), spread(things, now=now + timedelta(minutes=1))
    seconds = sorted(int((at - now).total_seconds()) for at in first.values())
    assert 0 <= seconds[0] < seconds[-1] < 50
    assert max(seconds.count(each) for each in range(50)) < 30
    assert {second[each] - first[each] for each in things} == {timedelta(minutes=1)}


def test_a_few_things_begin_at_the_tick() -> None:
    now, things = datetime(2026, 3, 7, 20, tzinfo=UTC), [new_id() for _ in range(8)]
    assert set(spread(things, now=now).values()) == {now}
