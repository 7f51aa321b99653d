"""Hours worked, hour by hour, follow the time clock (traffic-analytics.md 3.2)."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from comptoir.core.ledger import hours, staff_hours, store, time_clock, trading_days
from comptoir.core.ledger.rebuild import compare
from comptoir.core.ledger.staff_hours import Worked, hours_of
from comptoir.core.ledger.store import StoreFacts
from comptoir.kernel.clock import business_day_bounds
from comptoir.pos.people import Shift
from tests.people import People

DAY = datetime(2026, 5, 20, tzinfo=UTC)


def facts(zone: str = "Europe/Paris", day_start: time = time(0)) -> StoreFacts:
    return StoreFacts(uuid4(), uuid4(), ZoneInfo(zone), day_start)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def shift(number: str, start: float, end: float | None, *, staff: str = "1", deleted: bool = False) -> Shift:
    ended = None if end is None else at(end)
    return Shift(id=number, location_id="9", staff_id=staff, started_at=at(start), ended_at=ended, deleted=deleted)


def test_overlap_with_each_hour_from_8_50_to_12_10() -> None:
    minute = timedelta(minutes=1)
    worked = Worked("Alice", at(8) + 50 * minute, at(12) + 10 * minute)
    found = [round(value, 4) for _hour, value in sorted(hours_of(facts("UTC"), [worked]).items())]
    assert found == [Decimal(each) for each in ("0.1667", "1", "1", "1", "0.1667")]


def test_ta18_a_night_shift_over_the_october_change_is_nine_hours() -> None:
    paris = ZoneInfo("Europe/Paris")
    start, end = (datetime(2026, 10, day, hour, tzinfo=paris).astimezone(UTC) for day, hour in ((24, 22), (25, 6)))
    found = hours_of(facts(), [Worked("Alice", start, end)])
    assert (len(found), sum(found.values())) == (9, 9)


def test_a_person_counts_once_at_any_moment_and_two_people_twice() -> None:
    times = [Worked("Alice", at(9), at(11)), Worked("Alice", at(10), at(12)), Worked("Bob", at(10), at(11))]
    assert hours_of(facts("UTC"), times) == {at(9): 1, at(10): 2, at(11): 1}


@given(
    zone=st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    day_start=st.sampled_from([time(0), time(4), time(5, 30)]),
    day=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    begin=st.integers(0, 22 * 60),
    length=st.integers(1, 30 * 60),
)
def test_hours_of_a_shift_add_up_to_it_in_every_zone(
    zone: str, day_start: time, day: date, begin: int, length: int
) -> None:
    where = facts(zone, day_start)
    start = business_day_bounds(day, zone=where.zone, day_start=day_start)[0] + timedelta(minutes=begin)
    found = hours_of(where, [Worked("Alice", start, start + timedelta(minutes=length))])
    assert abs(sum(found.values()) - Decimal(length) / 60) < Decimal("0.0001")
    assert all(0 < value <= 1 for value in found.values())


def record(people: People, *shifts: Shift) -> None:
    with transaction.atomic():
        time_clock.record(
            store=store.lock_stores({people.bar.id})[people.bar.id],
            provider="lightspeed_r",
            location_id="9",
            shifts=shifts,
            start=at(0),
            end=at(24),
            names={},
            now=at(25),
        )


def worked(people: People) -> dict[datetime, Decimal]:
    day = DAY.date()
    rows = hours.worked(people.le_zinc.id, store_ids=[people.bar.id], since=day, until=day)
    return {row.hour: row.value for row in rows}


@pytest.mark.django_db(transaction=True)
def test_an_edited_and_a_deleted_entry_move_the_hours_and_the_day_is_told(people: People) -> None:
    record(people, shift("1", 9, 17), shift("2", 10, 12, staff="2"), shift("3", 12, None, staff="3"))
    assert sum(worked(people).values()) == 10
    revision = _revision(people)
    record(people, shift("1", 9, 17), shift("2", 10, 12, staff="2"), shift("3", 12, None, staff="3"))
    assert _revision(people) == revision, "read again, nothing more"
    record(people, shift("1", 9, 15.5), shift("3", 12, None, staff="3"))
    found = worked(people)
    assert (found[at(15)], found.get(at(16)), found[at(10)]) == (Decimal("0.5"), None, 1)
    assert _revision(people) == revision + 1
    assert compare(people.bar, mend=False).wrong == 0
    assert staff_hours.open_since(people.le_zinc.id, [people.bar.id]) == [(people.bar.id, "3", at(12))]


def _revision(people: People) -> int:
    day = DAY.date()
    known = trading_days.revisions(people.le_zinc.id, store_ids=[people.bar.id], since=day, until=day)
    return known[people.bar.id, day]


@pytest.mark.django_db(transaction=True)
def test_what_differs_is_found_and_put_right(people: People) -> None:
    from comptoir.core.ledger.models import StaffHour

    record(people, shift("1", 9, 12))
    StaffHour.objects.filter(hour=at(10)).update(value=7)
    StaffHour.objects.filter(hour=at(11)).delete()
    assert compare(people.bar, mend=True).wrong == 2
    assert compare(people.bar, mend=False).wrong == 0
    assert sum(worked(people).values()) == 3
