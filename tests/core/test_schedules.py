"""Schedules run at the store's own clock: within their minute, once, caught up once (traffic-analytics.md 3.4)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import reading
from comptoir.core.intake.models import ImportRun, ImportSchedule, ScheduledRun
from comptoir.core.intake.scheduling import reads, schedules
from comptoir.core.intake.scheduling.times import Rhythm, missed, next_run
from comptoir.core.ledger.models import Sale
from tests.core.kseries import at_once
from tests.core.rseries import Connected, connected
from tests.people import People

COPENHAGEN, NEW_YORK = ZoneInfo("Europe/Copenhagen"), ZoneInfo("US/Eastern")
NOW = datetime(2026, 5, 20, 15, 0, 30, tzinfo=UTC)


def between(rhythm: Rhythm, start: time, zone: ZoneInfo, since: datetime, until: datetime) -> list[datetime]:
    found, at = [], since
    while (at := next_run(rhythm, start, zone=zone, after=at)) <= until:
        found.append(at)
    return found


def local_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), zone).astimezone(UTC) - timedelta(seconds=1)
    end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - timedelta(seconds=1)
    return start, end


@pytest.mark.parametrize(("day", "runs"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 5, 1), 24)])
def test_two_past_each_local_hour_is_23_24_or_25_runs(day: tuple[int, int, int], runs: int) -> None:
    found = between(Rhythm.HOURLY, time(0, 2), COPENHAGEN, *local_day(date(*day), COPENHAGEN))
    assert len(found) == runs
    assert {at.minute for at in found} == {2}


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Adelaide", "America/St_Johns", "Australia/Lord_Howe"])
def test_in_zones_of_half_and_quarter_hours_it_is_two_past_the_local_hour(zone: str) -> None:
    found = between(Rhythm.HOURLY, time(0, 2), ZoneInfo(zone), NOW, NOW + timedelta(days=1))
    assert len(found) == 24
    assert {at.astimezone(ZoneInfo(zone)).minute for at in found} == {2}


def test_a_nightly_run_at_a_time_that_is_skipped_or_doubled_comes_once() -> None:
    spring = between(Rhythm.DAILY, time(2), COPENHAGEN, *local_day(date(2026, 3, 29), COPENHAGEN))
    autumn = between(Rhythm.DAILY, time(2), COPENHAGEN, *local_day(date(2026, 10, 25), COPENHAGEN))
    assert spring == [datetime(2026, 3, 29, 1, tzinfo=UTC)], "03:00 local: 02:00 was skipped"
    assert autumn == [datetime(2026, 10, 25, 0, tzinfo=UTC)], "the first of two"


@given(
    zone=st.sampled_from(["Europe/Paris", "US/Eastern", "Pacific/Apia", "Africa/Casablanca", "UTC"]).map(ZoneInfo),
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    start=st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60)),
    rhythm=st.sampled_from(Rhythm),
)
def test_runs_are_whole_minutes_each_later_than_the_one_before(
    zone: ZoneInfo, day: date, start: time, rhythm: Rhythm
) -> None:
    after = datetime.combine(day, time(13, 37, 42), UTC)
    first = next_run(rhythm, start, zone=zone, after=after)
    second = next_run(rhythm, start, zone=zone, after=first)
    longest = {
        Rhythm.WEEKLY: 7 * 24 + 2,
        Rhythm.DAILY: 26,
        Rhythm.HOURLY: 2,
        Rhythm.FIFTEEN_MINUTES: 1,
        Rhythm.FIVE_MINUTES: 1,
    }[rhythm]
    assert after < first < second <= first + timedelta(hours=longest)
    assert (first.second, first.microsecond) == (0, 0)
    assert missed(rhythm, start, zone=zone, due=first, now=second) == 1
    if rhythm is Rhythm.DAILY:
        days = [each.astimezone(zone).date() for each in (first, second)]
        assert days[0] != days[1]


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


def schedule(
    house: Connected, rhythm: Rhythm = Rhythm.HOURLY, start: time = time(0, 2), days: int = 2
) -> ImportSchedule:
    return schedules.add(store=house.people.bar, rhythm=rhythm, start=start, days=days, actor="user:1", now=house.now)


def tick(house: Connected, at: datetime) -> int:
    """What the minute does: begins what is due, and reads it."""
    house.now = at
    began = schedules.begin_due(now=at)
    for organisation_id, connection_id in began:
        mine = {"organisation_id": organisation_id, "connection_id": connection_id}
        with reading.Till() as till:
            while reading.read_next(**mine, till=till, clock=house.clock):
                pass
    return len(began)


def sell(house: Connected, at: datetime) -> None:
    house.shop.trade.counter.ring([Basket(Decimal(10))], at=at.replace(microsecond=0))


TWO_PAST = datetime(2026, 5, 20, 15, 2, tzinfo=UTC)
transactional = pytest.mark.django_db(transaction=True)


@transactional
def test_it_begins_within_its_minute_once_and_reads_no_more_than_it_must(house: Connected) -> None:
    schedule(house)
    sell(house, NOW - timedelta(hours=3))
    assert tick(house, NOW) == 0
    assert tick(house, TWO_PAST) == 1
    assert tick(house, TWO_PAST + timedelta(seconds=20)) == 0
    assert Sale.objects.count() == 1
    sell(house, TWO_PAST + timedelta(minutes=30))
    assert tick(house, TWO_PAST + timedelta(hours=1)) == 1
    latest = ImportRun.objects.order_by("-started_at")[0]
    assert latest.start == TWO_PAST - schedules.OVERLAP
    assert (latest.sales_read, Sale.objects.count()) == (1, 2)


@transactional
def test_two_workers_begin_one_import(house: Connected) -> None:
    schedule(house)
    found = at_once(*[lambda: schedules.begin_due(now=TWO_PAST)] * 2)
    assert sum(len(each) for each in found) == 1
    assert (ScheduledRun.objects.count(), ImportRun.objects.count()) == (1, 1)


@transactional
def test_missed_runs_are_caught_up_once(house: Connected) -> None:
    schedule(house)
    sell(house, TWO_PAST + timedelta(hours=2))
    assert tick(house, TWO_PAST + timedelta(hours=5, minutes=10)) == 1
    [run] = reads.schedules(house.people.le_zinc.id)[0].latest
    assert (run.slot, run.missed, run.sales_read) == (TWO_PAST, 5, 1)
    assert ImportSchedule.objects.get().due_at == TWO_PAST + timedelta(hours=6)


@transactional
def test_a_run_that_overlaps_the_next_is_not_doubled(house: Connected) -> None:
    schedule(house)
    assert len(schedules.begin_due(now=TWO_PAST)) == 1
    assert schedules.begin_due(now=TWO_PAST + timedelta(hours=1)) == []
    assert [each.skipped for each in reads.schedules(house.people.le_zinc.id)[0].latest] == ["running", ""]
    assert ImportRun.objects.count() == 1


@transactional
def test_a_daily_run_reads_whole_business_days(house: Connected) -> None:
    schedule(house, Rhythm.DAILY, time(2), days=3)
    at = datetime(2026, 5, 21, 6, 0, tzinfo=UTC)  # 02:00 in New York
    assert tick(house, at - timedelta(minutes=1)) == 0
    assert tick(house, at) == 1
    assert ImportRun.objects.get().start == datetime(2026, 5, 18, 8, tzinfo=UTC), (
        "from 4:00 on the 18th: the night is still the 20th's"
    )


@transactional
def test_paused_unlinked_and_deleted_ones_read_nothing(house: Connected) -> None:
    mine = schedule(house)
    who = {"organisation_id": house.people.le_zinc.id, "schedule_id": mine.id, "actor": "user:1", "store_ids": None}
    schedules.switch(**who, on=False, now=NOW)  # type: ignore[arg-type]
    assert tick(house, TWO_PAST) == 0
    schedules.switch(**who, on=True, now=TWO_PAST + timedelta(hours=3))  # type: ignore[arg-type]
    assert ImportSchedule.objects.get().due_at == TWO_PAST + timedelta(hours=4), "nothing is caught up"
    LocationLink.objects.update(store=None)
    assert tick(house, TWO_PAST + timedelta(hours=4)) == 0
    assert reads.schedules(house.people.le_zinc.id)[0].latest[0].skipped == "unlinked"
    schedules.delete(**who, now=house.now)  # type: ignore[arg-type]
    assert tick(house, TWO_PAST + timedelta(hours=9)) == 0
    assert not ScheduledRun.objects.exists()


def post(client: Client, name: str, *args: str) -> str:
    answer = client.post(reverse(name, args=args), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@transactional
def test_the_page_makes_pauses_deletes_and_brings_back(house: Connected) -> None:
    client = house.people.client(house.people.alice)
    address = reverse("import_schedules")
    assert "No schedule yet" in client.get(address).content.decode()
    said = {"store": house.people.bar.public_id, "rhythm": "hourly", "start": "00:02", "days": "2"}
    assert client.post(reverse("import_schedule_add"), said).status_code == 302
    mine = ImportSchedule.objects.get()
    tick(house, mine.due_at)
    page = client.get(address).content.decode()
    assert all(words in page for words in ("Every hour at minute 2", "0 sales read", "US/Eastern"))
    assert "Paused" in post(client, "import_schedule_switch", mine.public_id, "off")
    deleted = post(client, "import_schedule_delete", mine.public_id)
    assert not ImportSchedule.objects.exists()
    undo = deleted.split("/restore/")[1].split('"')[0]
    post(client, "import_schedule_restore", mine.public_id, undo)
    assert ImportSchedule.objects.get().id == mine.id
    assert client.post(reverse("import_schedule_restore", args=[mine.public_id, "made-up"])).status_code == 404
    assert client.post(reverse("import_schedule_add"), {**said, "start": "25:00"}).status_code == 422


def test_a_weekly_run_comes_on_monday_and_a_quarterly_one_on_the_quarter() -> None:
    zone, wednesday = ZoneInfo("Europe/Paris"), datetime(2026, 5, 20, 12, 7, tzinfo=UTC)
    monday = next_run(Rhythm.WEEKLY, time(0, 2), zone=zone, after=wednesday)
    assert monday.astimezone(zone) == datetime(2026, 5, 25, 0, 2, tzinfo=zone)
    assert next_run(Rhythm.WEEKLY, time(0, 2), zone=zone, after=monday) - monday == timedelta(days=7)
    assert missed(Rhythm.WEEKLY, time(0, 2), zone=zone, due=monday, now=monday + timedelta(days=15)) == 2
    quarter = next_run(Rhythm.FIFTEEN_MINUTES, time(0, 2), zone=zone, after=wednesday)
    assert (quarter.hour, quarter.minute) == (12, 15)
