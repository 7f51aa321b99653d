"""What runs by itself: nights, the import after close, automatic confirmation, imports that people began."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from comptoir.apps.weekly_balance import import_logs, importing, nights
from comptoir.apps.weekly_balance.import_logs import Advance
from comptoir.apps.weekly_balance.models import Day, Night, PosImport
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.kernel.errors import RuleBroken
from tests.apps.weekly_balance.bills import DAY, bill, line, local
from tests.apps.weekly_balance.house import ALICE, House, house_of, link
from tests.apps.weekly_balance.test_pages import text
from tests.people import People

pytestmark = pytest.mark.django_db
PARIS_END = datetime(2026, 6, 11, 3, 30, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 11) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def late(people: People) -> House:
    """A restaurant whose day ends at half past five, with a bill and a linked till."""
    house = house_of(people, zone="Europe/Paris", day_start=time(5, 30))
    link(house.store)
    house.sells(bill("1", local(20), line("1", "125")))
    return house


def read_all(house: House, now: datetime) -> None:
    """The till's books were read: every window of every run that goes."""
    ImportWindow.objects.exclude(state="done").update(state="done", finished_at=now)
    ImportRun.objects.filter(state="running").update(state="done", finished_at=now)
    importing.finish_due(now=now)


def test_wb17_one_night_is_one_import_in_both_nights_of_a_change(house: House) -> None:
    link(house.store)
    for day, expected in ((date(2026, 3, 29), 1), (date(2026, 10, 25), 0)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(days=1)
        nights.begin_nights(now=noon)
        Night.objects.all().delete()
        nights.begin_nights(now=noon)
        before = PosImport.objects.count()
        for minute in range(24 * 60):
            nights.begin_nights(now=noon + timedelta(minutes=minute)) if minute % 5 == 0 else None
        assert PosImport.objects.count() == before + 1
        assert Night.objects.filter(slot=datetime(day.year, day.month, day.day, expected, tzinfo=UTC)).count() == 1
        read_all(house, noon)


def test_an_import_of_the_night_says_that_it_is(house: House) -> None:
    link(house.store)
    nights.begin_nights(now=house.now)
    shown = text(house.people.client(house.people.alice), "/balance/import")
    assert "the night" in shown


@pytest.mark.django_db(transaction=True)
def test_two_workers_begin_a_night_once(people: People) -> None:
    house = house_of(people)
    link(house.store)

    def begin(_number: int) -> int:
        try:
            return len(nights.begin_nights(now=at(0, 1)))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(begin, range(4))) == 1
    assert PosImport.objects.count() == 1


def test_a_night_reads_a_week_and_what_is_open_longer(house: House) -> None:
    LocationLink.objects.filter(id=link(house.store).id).update(provider="lightspeed_r")
    house.sells(bill("old", local(11, day=DAY - timedelta(days=20)), line("1", "125")))
    (found,) = nights.begin_nights(now=at(0, 1))
    assert (found.first, found.overwrite, found.actor) == (DAY - timedelta(days=20), False, "system")
    Day.objects.update(state=DayState.CONFIRMED, confirmed_at=house.now)
    (found,) = nights.begin_nights(now=at(0, 1, day=12))
    assert found.first == DAY + timedelta(days=2) - timedelta(days=nights.AT_LEAST)


def test_a_night_reads_35_days_of_a_till_that_names_no_changes(house: House) -> None:
    link(house.store)
    (found,) = nights.begin_nights(now=at(0, 1))
    assert found.first == DAY + timedelta(days=1) - timedelta(days=nights.FURTHEST)


def test_wb18_confirmed_at_six_and_not_before(late: House) -> None:
    late.covers(DAY, began=PARIS_END + timedelta(minutes=1))
    late.compute(DAY)
    for now in (at(3, 0), at(3, 29), at(3, 59)):
        assert nights.confirm_due(now=now) == []
    (found,) = nights.confirm_due(now=at(4, 0))
    assert (found.business_date, found.confirmed_by, found.confirmed_at) == (DAY, "system", at(4, 0))
    assert nights.confirm_due(now=at(4, 1)) == []


def test_the_literal_five_o_clock_is_not_enough_with_an_import_from_the_night(late: House) -> None:
    """The trap of 5.4: the import of 02:00 read the day before it was over."""
    late.covers(DAY, began=at(0, 0))
    late.compute(DAY)
    assert nights.confirm_due(now=at(9, 0)) == []
    (again,) = nights.begin_after_close(now=at(9, 0))
    assert (again.first, again.last) == (DAY, DAY)
    read_all(late, at(9, 2))
    assert [each.business_date for each in nights.confirm_due(now=at(9, 3))] == [DAY]


def test_the_import_after_close_comes_half_an_hour_after_and_once(late: House) -> None:
    assert nights.begin_after_close(now=at(3, 59)) == []
    assert len(nights.begin_after_close(now=at(4, 0))) == 1
    assert nights.begin_after_close(now=at(4, 1)) == []
    read_all(late, at(4, 5))
    assert nights.begin_after_close(now=at(5, 0)) == []


def test_wb19_new_york_is_still_trading_when_copenhagen_imports(people: People) -> None:
    house = house_of(people, zone="America/New_York", day_start=time(4))
    link(house.store)
    two = at(0, 0)
    house.sells(bill("1", two - timedelta(hours=1), line("1", "125")))
    (night,) = nights.begin_nights(now=two)
    assert night.last == DAY
    read_all(house, two + timedelta(minutes=5))
    assert house.day(DAY).state == DayState.OPEN
    assert nights.confirm_due(now=at(3, 0)) == []
    (again,) = nights.begin_after_close(now=at(8, 30))
    read_all(house, at(8, 35))
    assert (again.first, again.last) == (DAY, DAY)
    assert len(nights.confirm_due(now=at(9, 0))) == 1


def test_wb20_nothing_is_confirmed_until_the_till_has_answered(house: House) -> None:
    link(house.store)
    house.sells(bill("1", local(11), line("1", "125")))
    nights.begin_nights(now=at(0, 0))
    ImportRun.objects.update(state="failed", fault="The point of sale does not answer.")
    importing.finish_due(now=at(0, 10))
    assert PosImport.objects.get().fault == "The point of sale does not answer."
    assert nights.confirm_due(now=at(3, 0)) == []
    assert "R6" in {each["rule"] for each in house.day(DAY).failures}
    house.covers(DAY, began=at(4, 30))
    house.compute(DAY)
    assert len(nights.confirm_due(now=at(4, 31))) == 1


def test_a_client_without_automatic_confirmation_confirms_himself(house: House) -> None:
    type(house.client).objects.update(auto_confirm=False)
    house.sells(bill("1", local(11), line("1", "125")))
    house.covers(DAY)
    assert nights.confirm_due(now=at(9, 0)) == []
    assert house.day(DAY).state == DayState.READY


def test_wb32_two_imports_at_once_are_computed_one_after_the_other(house: House) -> None:
    link(house.store)
    house.record(bill("1", local(11), line("1", "125")))
    one = house.imports(DAY - timedelta(days=3), DAY, overwrite=True)
    two = house.imports(DAY - timedelta(days=1), DAY)
    ImportRun.objects.filter(id__in=two.run_ids).update(state="done")
    importing.finish_due(now=house.now)
    assert PosImport.objects.filter(finished_at__isnull=False).count() == 0
    assert importing.progress(two, now=house.now).is_queued
    ImportRun.objects.filter(id__in=one.run_ids).update(state="done")
    importing.finish_due(now=house.now)
    assert [each.written > 0 for each in PosImport.objects.order_by("id")] == [True, False]
    assert house.value(DAY, FieldType.NET_SALES) == 100


def test_wb33_an_import_that_was_cut_off_ends_as_if_it_had_not_been(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(house.store)
    days = [DAY - timedelta(days=number) for number in range(40)]
    house.record(*(bill(str(day), local(11, day=day), line("1", "125")) for day in days))
    row = house.imports(days[-1], DAY)
    ImportRun.objects.update(state="done")
    real, calls = importing.engine.compute, iter(range(9))

    def cut(**values: object) -> object:
        if next(calls) == 1:
            raise KeyboardInterrupt
        return real(**values)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(importing.engine, "compute", cut)
        with pytest.raises(KeyboardInterrupt):
            importing.finish_due(now=house.now)
    assert Day.objects.count() == importing.AT_ONCE
    importing.finish_due(now=house.now)
    row.refresh_from_db()
    assert row.finished_at
    assert {house.value(day, FieldType.NET_SALES) for day in days} == {100}


def test_wb30_until_today_is_allowed_and_tomorrow_is_not(house: House) -> None:
    link(house.store)
    house.record(bill("1", local(11), line("1", "125")))
    house.imports(DAY, DAY)
    read_all(house, house.now)
    assert house.day(DAY).state == DayState.OPEN
    with pytest.raises(RuleBroken, match="future"):
        house.imports(DAY, DAY + timedelta(days=1))


def test_the_preview_counts_what_would_be_written_over(house: House) -> None:
    house.sells(bill("1", local(11), line("1", "125")))
    found = importing.preview([house.department], first=DAY, last=DAY)
    assert (found.departments, found.days, found.approved, found.typed) == (1, 1, 0, 0)
    Day.objects.update(state=DayState.CONFIRMED, confirmed_at=house.now)
    assert importing.preview([house.department], first=DAY, last=DAY).approved == 7


def test_the_preview_says_how_often_the_till_is_asked_and_how_long_that_takes(house: House) -> None:
    link(house.store)
    unknown = importing.preview([house.department], first=DAY - timedelta(days=6), last=DAY)
    assert unknown.takes is None, "before the first import nobody knows"
    begun_at = at(8)
    row = house.imports(DAY, DAY, now=begun_at)
    read_all(house, begun_at + timedelta(seconds=3))
    found = importing.preview([house.department], first=DAY - timedelta(days=6), last=DAY)
    assert found.takes == timedelta(seconds=21), "seven times as long as one day took"
    windows = ImportWindow.objects.filter(run_id__in=row.run_ids).count()
    assert importing.preview([house.department], first=DAY, last=DAY).questions == windows
    assert found.questions > windows


def test_a_preview_is_refused_as_the_import_would_be(house: House) -> None:
    with pytest.raises(RuleBroken) as refused:
        importing.check([house.department], first=DAY, last=DAY - timedelta(days=1), now=at(8))
    assert refused.value.code == "window_empty"


def test_days_that_failed_are_named_with_the_reason_and_they_alone_are_read_again(house: House) -> None:
    link(house.store)
    now = at(8)
    row = house.imports(DAY - timedelta(days=3), DAY, now=now)
    mine = ImportWindow.objects.filter(run_id__in=row.run_ids)
    failed = mine.get(number=1)
    mine.exclude(number=1).update(state="done", finished_at=now)
    mine.filter(number=1).update(state="failed", fault="The till does not answer.")
    ImportRun.objects.update(state="failed", fault="The till does not answer.", finished_at=now)
    importing.finish_due(now=now)
    row.refresh_from_db()
    [(name, first, last, why)] = import_logs.not_read(row)
    assert (name, why) == ("Bar", "The till does not answer.")
    assert first <= last <= DAY
    page = house.people.client(house.people.alice).get("/balance/import").content.decode()
    assert "Days that were not read" in page
    assert "Read these days again" in page
    again = importing.act(row, "again", client=house.client, actor=ALICE, now=now + timedelta(minutes=5))
    assert again.run_ids == row.run_ids
    assert list(mine.filter(state="waiting").values_list("number", flat=True)) == [failed.number]
    assert import_logs.not_read(row) == []


def test_an_import_says_how_far_each_department_is_and_which_day_is_read_now(house: House) -> None:
    """3.6: a department with two tills has a day once both were asked for it."""
    first = link(house.store)
    LocationLink.objects.create(
        organisation_id=first.organisation_id,
        connection=first.connection,
        provider=first.provider,
        external_id="terrace",
        name="Terrace",
        store=house.store,
    )
    row = house.imports(DAY - timedelta(days=2), DAY, now=at(8))
    bar, terrace = (ImportWindow.objects.filter(run_id=run_id) for run_id in row.run_ids)
    bar.filter(number__lt=2).update(state="done", sales_read=20)
    terrace.filter(number=0).update(state="done", sales_read=2)
    terrace.filter(number=1).update(state="reading", sales_read=1)
    runs = importing.progress(row, now=at(8)).runs
    yesterday = DAY - timedelta(days=1)
    assert import_logs.advances(row, runs) == [Advance("Bar", 1, 3, 43, ((yesterday, yesterday),))]
    page = house.people.client(house.people.alice).get("/balance/import").content.decode()
    assert "Bar: 1 of 3 days read, 43 sales; now:" in page
