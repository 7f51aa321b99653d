"""Another zone or start of day of a department applies from a date; history is not shifted (weekly-balance.md 5.1)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.weekly_balance import setting_up
from comptoir.apps.weekly_balance.rules.days import Clock, Former, interval_of, intervals
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.kernel.errors import RuleBroken
from tests.apps.weekly_balance.bills import DAY, bill, line, worked_day
from tests.apps.weekly_balance.house import ALICE, House

ONE_DAY = timedelta(days=1)
NET = FieldType.NET_SALES
zones = st.sampled_from(["Europe/Copenhagen", "Europe/Lisbon", "America/New_York", "Asia/Kathmandu"]).map(ZoneInfo)
starts = st.sampled_from([time(0), time(4), time(5, 30)])
changes = st.sampled_from([date(2026, 6, 10), date(2026, 3, 29), date(2026, 10, 25)])


@given(old=zones, old_start=starts, new=zones, new_start=starts, until=changes, minutes=st.integers(-6000, 6000))
def test_every_instant_has_one_day_and_one_hour_whatever_the_clock_was(
    old: ZoneInfo, old_start: time, new: ZoneInfo, new_start: time, until: date, minutes: int
) -> None:
    clock = Clock(new, new_start, (Former(until, old, old_start),))
    instant = datetime(until.year, until.month, until.day, tzinfo=UTC) + timedelta(minutes=minutes)
    day = clock.day_of(instant)
    near = [until + number * ONE_DAY for number in range(-7, 8)]
    assert [each for each in near if clock.bounds(each)[0] <= instant < clock.bounds(each)[1]] == [day]
    found = interval_of(instant, clock)
    assert found.start <= instant < found.end
    pieces = [each for each in near for each in intervals(each, clock)]
    assert all(one.end == two.start for one, two in pairwise(pieces))
    assert intervals(until - 3 * ONE_DAY, clock) == intervals(until - 3 * ONE_DAY, Clock(old, old_start))
    assert clock.bounds(until) == Clock(new, new_start).bounds(until)


def move(house: House, zone: str, since: date | None = None) -> None:
    house.department = setting_up.save_department(
        store=house.store,
        name="Bar",
        client_number="",
        terminals=(),
        actor=ALICE,
        now=house.now,
        department_id=house.department.id,
        zone=zone,
        since=since,
    )


@pytest.mark.django_db
def test_days_before_the_change_keep_their_hours_and_days_after_have_the_new_ones(house: House) -> None:
    house.sells(*worked_day())
    before = house.hours(DAY, NET)
    move(house, "America/New_York")
    house.compute(DAY)
    assert house.hours(DAY, NET) == before
    assert house.value(DAY, NET) == Decimal("390.96")
    late = datetime(2026, 6, 13, 2, tzinfo=UTC)  # 04:00 on the 13th in Copenhagen, 22:00 on the 12th in New York
    house.sells(bill("late", late, line("1", "125"), tax="25"))
    assert house.value(DAY + 2 * ONE_DAY, NET) == 100
    assert [each["until"] for each in house.department.former_clocks] == [str(DAY + ONE_DAY)]


@pytest.mark.django_db
def test_a_zone_that_was_wrong_from_the_beginning_is_put_right_for_every_day(house: House) -> None:
    house.sells(*worked_day())
    move(house, "America/New_York")
    move(house, "Europe/Lisbon", since=date(2026, 1, 1))
    assert house.department.former_clocks == []
    house.compute(DAY)
    assert len(house.hours(DAY, NET)) == 3
    move(house, "Europe/Paris", since=DAY)
    move(house, "Europe/Lisbon", since=DAY)
    assert house.department.former_clocks == [], "back to what it was: nothing ever changed"


@pytest.mark.django_db
def test_two_clocks_that_begin_their_days_a_day_apart_are_refused_and_nothing_is_saved(house: House) -> None:
    house.sells(*worked_day())
    move(house, "Pacific/Kiritimati")  # fourteen hours before UTC
    house.compute(DAY)
    with pytest.raises(RuleBroken) as refused:
        move(house, "Pacific/Pago_Pago", since=DAY + 3 * ONE_DAY)  # eleven behind it: 25 hours, one day twice
    assert refused.value.code == "clocks_too_far"
    house.department.refresh_from_db()
    assert house.department.zone == "Pacific/Kiritimati"
    assert [each["zone"] for each in house.department.former_clocks] == ["Europe/Copenhagen"]


@pytest.mark.parametrize(
    ("zone", "start", "may"),
    [
        ("Pacific/Pago_Pago", time(0), False),
        ("Pacific/Pago_Pago", time(23), False),
        ("America/Los_Angeles", time(0), True),
        ("America/Los_Angeles", time(3), False),
    ],
)
def test_a_clock_takes_over_less_than_a_day_away(zone: str, start: time, may: bool) -> None:
    """Kiritimati begins its day at 10:00 UTC the day before, Los Angeles in summer at 07:00."""
    former = Clock(ZoneInfo("Pacific/Kiritimati"), time(0))
    assert Clock(ZoneInfo(zone), start).follows(former, DAY) is may


@pytest.mark.django_db
def test_a_department_without_days_has_no_former_clock(house: House) -> None:
    move(house, "America/New_York")
    assert house.department.former_clocks == []
