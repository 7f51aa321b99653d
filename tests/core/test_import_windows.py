"""An import in windows: cut along business days, the newest first; paused, cancelled, tried again, side by side."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from comptoir.cli import data
from comptoir.core.connections.models import CallBudget, Connection, LocationLink
from comptoir.core.intake.importing import reading, reads, runs, windows
from comptoir.core.intake.importing.windows import Span
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.intake.tasks import enqueue_imports
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import Sale
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import new_id, public_id
from comptoir.pos.hosting import Request, Response
from tests.cli.commands import inside
from tests.connectors.lightspeed_k.simulator_shop import closed_bill
from tests.core.conftest import no_jobs as no_jobs
from tests.core.kseries import Vendor, vendor_served
from tests.people import People

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAYS = 5
START, END = NOW - timedelta(days=DAYS), NOW


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """A till that closed three bills a day."""
    with vendor_served(monkeypatch) as served:
        for day in range(DAYS):
            for hour in range(3):
                closed_bill(served.world, at=START + timedelta(days=day, hours=21 + hour))
        yield served


def clock() -> datetime:
    return datetime.now(UTC)


def row() -> ImportRun:
    return ImportRun.objects.get()


def states() -> list[str]:
    return list(ImportWindow.objects.order_by("number").values_list("state", flat=True))


def asked(vendor: Vendor) -> list[datetime]:
    """From when on sales were asked for, in the order of asking."""
    return [datetime.fromisoformat(each.query["from"]) for each in vendor.asked if each.path.endswith("/sales")]


def begin(link: LocationLink, **options: bool) -> None:
    runs.begin(link, start=START, end=END, now=clock(), **options)


def read_one(link: LocationLink) -> bool:
    mine = {"organisation_id": link.organisation_id, "connection_id": link.connection_id}
    with reading.Till() as till:
        return reading.read_next(**mine, till=till, clock=clock)


def mine(link: LocationLink) -> dict[str, object]:
    return {"organisation_id": link.organisation_id, "run_id": row().id}


zones = st.sampled_from(["Europe/Paris", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "UTC"]).map(ZoneInfo)
instants = st.integers(0, 3 * 366 * 86400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
lengths = st.timedeltas(timedelta(seconds=1), timedelta(days=900))


@given(
    start=instants, length=st.timedeltas(timedelta(seconds=1), timedelta(days=900)), zone=zones, hour=st.integers(0, 9)
)
def test_windows_cover_the_time_once_and_are_cut_where_days_begin(
    start: datetime, length: timedelta, zone: ZoneInfo, hour: int
) -> None:
    end = start + length
    spans = windows.cut(start, end, zone=zone, day_start=time(hour))

    assert (spans[-1].start, spans[0].end) == (start, end)
    assert all(later.start == earlier.end for later, earlier in pairwise(spans))
    assert all(span.start < span.end for span in spans)
    for span in spans[:-1]:
        local = span.start.astimezone(zone).time()
        assert local == time(hour) or (zone.key != "UTC" and local == time(hour + 1)), "the hour may be skipped"
    assert len(spans) <= 6 + length.days // 28 + 3


def test_the_latest_days_are_read_alone_and_a_year_in_few_windows() -> None:
    spans = windows.cut(NOW - timedelta(days=365), NOW, zone=PARIS, day_start=time(0))
    days = [-(-(span.end - span.start) // timedelta(days=1)) for span in spans]

    assert days[:7] == [1, 1, 2, 4, 7, 14, 28]
    assert len(spans) == 19


def test_a_day_of_a_clock_change_is_one_window() -> None:
    start = datetime(2026, 3, 27, 23, tzinfo=UTC)
    spans = windows.cut(start, start + timedelta(hours=71), zone=PARIS, day_start=time(0))

    assert [span.end - span.start for span in spans] == [timedelta(hours=each) for each in (24, 23, 24)]


@pytest.mark.django_db
def test_the_newest_days_are_read_first(vendor: Vendor, link: LocationLink) -> None:
    begin(link)
    assert read_one(link)
    assert Sale.objects.exists()
    assert min(Sale.objects.values_list("closed_at", flat=True)) >= END - timedelta(days=1)
    while read_one(link):
        pass

    assert asked(vendor) == sorted(asked(vendor), reverse=True)
    assert Sale.objects.count() == 3 * DAYS
    assert (row().state, row().sales_read, row().sales_changed) == ("done", 3 * DAYS, 3 * DAYS)
    assert set(states()) == {"done"}


@pytest.mark.django_db
def test_newer_days_of_another_import_of_the_same_till_go_first(vendor: Vendor, link: LocationLink) -> None:
    runs.begin(link, start=START - timedelta(days=100), end=START, now=clock())
    runs.begin(link, start=START, end=END, now=clock())
    for _ in range(DAYS):
        read_one(link)

    assert Sale.objects.count() >= 3 * (DAYS - 1)


@pytest.mark.django_db
def test_a_paused_import_reads_nothing_until_it_is_taken_up(vendor: Vendor, link: LocationLink) -> None:
    begin(link)
    read_one(link)
    runs.pause(**mine(link))  # type: ignore[arg-type]
    before = len(asked(vendor))

    assert not read_one(link)
    assert len(asked(vendor)) == before
    with pytest.raises(RuleBroken):
        runs.pause(**mine(link))  # type: ignore[arg-type]
    runs.take_up(now=clock(), **mine(link))  # type: ignore[arg-type]
    while read_one(link):
        pass
    assert (row().state, Sale.objects.count()) == ("done", 3 * DAYS)
    assert len(asked(vendor)) == len(set(asked(vendor))), "no day was read twice"


@pytest.mark.django_db(transaction=True)
def test_a_pause_in_the_middle_of_a_window_keeps_its_cursor(vendor: Vendor, link: LocationLink) -> None:
    for number in range(250):
        closed_bill(vendor.world, at=END - timedelta(hours=20) + timedelta(seconds=number))
    begin(link)
    paused = threading.Event()

    def pause(request: Request, now: datetime) -> Response | None:
        if request.path.endswith("/sales") and not paused.is_set():
            paused.set()
            ImportRun.objects.update(state="paused")
            connection.close()
        return None

    vendor.instead = pause
    read_one(link)

    window = ImportWindow.objects.get(number=0)
    assert (row().state, window.state, window.sales_read) == ("paused", "waiting", 100)
    assert window.cursor
    runs.take_up(now=clock(), **mine(link))  # type: ignore[arg-type]
    while read_one(link):
        pass
    assert (row().state, Sale.objects.count()) == ("done", 3 * DAYS + 250)


@pytest.mark.django_db
def test_an_import_paused_behind_its_last_page_is_done_when_taken_up(vendor: Vendor, link: LocationLink) -> None:
    runs.begin(link, start=END - timedelta(hours=5), end=END, now=clock())

    def pause(at: reading.Progress) -> None:
        assert at.sales_read == 3
        ImportRun.objects.update(state="paused")

    reading.run(**mine(link), clock=clock, progress=pause)  # type: ignore[arg-type]
    assert (row().state, states()) == ("paused", ["done"])

    runs.take_up(now=clock(), **mine(link))  # type: ignore[arg-type]
    assert row().state == "done"
    assert row().finished_at


@pytest.mark.django_db
def test_a_cancelled_import_is_over_and_keeps_what_it_read(vendor: Vendor, link: LocationLink) -> None:
    begin(link)
    read_one(link)
    kept = Sale.objects.count()
    runs.cancel(now=clock(), **mine(link))  # type: ignore[arg-type]

    assert not read_one(link)
    assert (row().state, Sale.objects.count()) == ("cancelled", kept)
    assert row().finished_at
    for act in (runs.take_up, runs.cancel):
        with pytest.raises(RuleBroken):
            act(now=clock(), **mine(link))  # type: ignore[operator]
    begin(link)
    assert ImportRun.objects.count() == 2, "the same days begin anew"


@pytest.mark.django_db
def test_a_window_that_fails_holds_up_no_other_and_is_tried_again(vendor: Vendor, link: LocationLink) -> None:
    broken = (END - timedelta(days=1)).date()

    def teapot(request: Request, now: datetime) -> Response | None:
        asks = request.path.endswith("/sales") and datetime.fromisoformat(request.query["from"]).date() == broken
        return Response(418, b"teapot") if asks else None

    vendor.instead = teapot
    begin(link)
    while read_one(link):
        pass
    assert sorted(states()) == ["done", "done", "done", "waiting"]
    [facts] = reads.import_runs(link.organisation_id, now=clock())
    assert facts.state == "running"
    assert facts.waits_for
    assert facts.due_at
    assert facts.due_at > clock()

    for _ in reading.RETRY_WAITS:
        ImportWindow.objects.update(due_at=clock())
        read_one(link)
    assert (row().state, states().count("failed")) == ("failed", 1)
    assert row().fault
    vendor.instead = None
    runs.take_up(now=clock(), **mine(link))  # type: ignore[arg-type]
    while read_one(link):
        pass
    assert (row().state, row().fault, Sale.objects.count()) == ("done", "", 3 * DAYS)


@pytest.mark.django_db
def test_a_busy_till_is_asked_again_for_as_long_as_it_takes(vendor: Vendor, link: LocationLink) -> None:
    vendor.instead = lambda request, now: (
        Response(503, b"", {"retry-after": "3600"}) if request.path.endswith("/sales") else None
    )
    begin(link)
    for _ in range(2 * len(reading.RETRY_WAITS)):
        CallBudget.objects.update(paused_until=0)
        ImportWindow.objects.update(due_at=clock())
        assert read_one(link)

    assert row().state == "running"
    assert "failed" not in states()


@pytest.mark.django_db
def test_a_refused_sign_in_stops_the_whole_import(vendor: Vendor, link: LocationLink) -> None:
    vendor.instead = lambda request, now: Response(403, b"{}") if request.path.endswith("/sales") else None
    begin(link)
    read_one(link)

    assert row().state == "failed"
    assert "sign in again" in row().fault
    assert not read_one(link)


@pytest.mark.django_db
def test_days_that_were_read_when_nothing_more_was_to_come_are_not_read_again(
    vendor: Vendor, link: LocationLink
) -> None:
    begin(link)
    while read_one(link):
        pass
    before = len(asked(vendor))
    runs.begin(link, start=START, end=END, now=clock(), again=False)

    [latest, _] = reads.import_runs(link.organisation_id, now=clock())
    assert (latest.state, latest.share, latest.percent) == ("done", 1.0, 100)
    assert len(asked(vendor)) == before

    ImportWindow.objects.filter(state="done").update(finished_at=END)  # too early: tills deliver late
    runs.begin(link, start=START, end=END, now=clock(), again=False)
    assert reads.import_runs(link.organisation_id, now=clock())[0].state == "running"


@pytest.mark.django_db(transaction=True)
def test_a_window_is_read_by_one_at_a_time_and_let_go_with_its_session(link: LocationLink) -> None:
    begin(link)
    of = (link.organisation_id, link.connection_id)
    with windows.next_of_connection(*of, now=clock()) as mine:
        assert mine
        found: list[int] = []

        def another() -> None:
            with windows.next_of_connection(*of, now=clock()) as theirs:
                found.append(theirs.number if theirs else -1)
            connection.close()

        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
        assert found == [mine.number + 1]
        with connection.cursor() as cursor, pytest.raises(Exception, match="terminat"):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    with windows.next_of_connection(*of, now=clock()) as again:
        assert again
        assert again.number == mine.number


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_jobs")
def test_jobs_of_two_lanes_read_all_of_it_and_the_sweeper_finds_what_no_job_carries(
    vendor: Vendor, link: LocationLink
) -> None:
    begin(link)
    assert windows.connections_due(now=clock()) == [(link.organisation_id, link.connection_id)]
    enqueue_imports(link.organisation_id, link.connection_id)
    enqueue_imports(link.organisation_id, link.connection_id)  # one job a lane is enough
    engine.drain()

    assert (row().state, Sale.objects.count()) == ("done", 3 * DAYS)
    assert windows.connections_due(now=clock()) == []


@pytest.mark.django_db
def test_share_rate_and_remaining_time_follow_from_what_was_read(vendor: Vendor, link: LocationLink) -> None:
    begin(link)
    began = row().going_since
    [fresh] = reads.import_runs(link.organisation_id, now=began)
    assert (fresh.share, fresh.rate, fresh.remaining) == (0.0, None, None)
    for _ in range(3):
        read_one(link)

    [facts] = reads.import_runs(link.organisation_id, now=began + timedelta(seconds=10))
    read = sum((each.end - each.start).total_seconds() for each in reads.windows_of(link.organisation_id, row().id)[:3])
    assert facts.share == pytest.approx(read / (END - START).total_seconds())
    assert facts.rate == pytest.approx(facts.sales_read / 10)
    assert facts.remaining
    assert facts.remaining.total_seconds() == pytest.approx(10 / facts.share * (1 - facts.share))
    assert (facts.windows, facts.windows_read) == (len(states()), 3)


@pytest.mark.django_db
def test_another_organisation_can_do_nothing_to_it(people: People, link: LocationLink) -> None:
    begin(link)
    strangers = {"organisation_id": people.chez_charlie.id, "run_id": row().id}
    for act in (lambda: runs.pause(**strangers), lambda: runs.cancel(now=clock(), **strangers)):
        with pytest.raises(ComptoirError) as refused:
            act()
        assert getattr(refused.value, "status", None) == 404
    assert reads.import_run(people.chez_charlie.id, row().id, now=clock()) is None
    assert windows.known(people.chez_charlie.id, link.id, [Span(START, END)]) == set()


@pytest.mark.django_db(transaction=True)
def test_the_commands_do_what_the_page_does(link: LocationLink) -> None:
    begin(link)
    number = public_id("imp", row().id)
    listed = json.loads(inside("imports", "list", public_id("org", link.organisation_id), "--json").stdout)
    assert [(each["id"], each["state"], each["percent"]) for each in listed] == [(number, "running", 0)]

    for act, state in (("pause", "paused"), ("go-on", "running"), ("cancel", "cancelled")):
        assert inside("imports", act, number).returncode == 0
        assert row().state == state
        again = inside("imports", act, number)
        assert (again.returncode, again.stderr.count("\n")) == (1, 1), "one sentence"
    unknown = inside("imports", "pause", public_id("imp", new_id()))
    assert "no import of this id" in unknown.stderr
    assert inside("imports", "list", public_id("org", link.organisation_id)).stdout.startswith(number)


@pytest.mark.django_db(transaction=True)
def test_the_command_waits_for_what_somebody_else_reads_and_takes_it_up(
    people: People, vendor: Vendor, link: LocationLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As beside a worker that dies: its window is read by the command, which says nothing before."""
    day = (END - timedelta(days=1)).date()
    [run_id] = runs.begin_days(people.bar, first=day, last=day, now=clock())
    waits, said = threading.Event(), list[dict[str, int]]()
    monkeypatch.setattr(data.time, "sleep", lambda seconds: waits.set())

    def command() -> None:
        said.append(data.import_sales(people.bar.public_id, day, day, quiet=True, clock=clock))
        connection.close()

    thread = threading.Thread(target=command)
    with windows.next_of_run(link.organisation_id, run_id, now=clock()) as held:
        assert held
        thread.start()
        assert waits.wait(60)
        assert said == []
    thread.join()
    assert said == [{"read": 3, "changed": 3}]


@pytest.mark.django_db(transaction=True)
def test_the_command_says_when_somebody_paused_it(people: People, vendor: Vendor, link: LocationLink) -> None:
    day = (END - timedelta(days=1)).date()

    def pause(request: Request, now: datetime) -> Response | None:
        ImportRun.objects.update(state="paused")
        connection.close()
        return None

    vendor.instead = pause
    with pytest.raises(ComptoirError, match="paused or cancelled"):
        data.import_sales(people.bar.public_id, day, day, quiet=True, clock=clock)


@pytest.mark.django_db
def test_days_of_a_store_are_read_at_every_location_that_feeds_it(people: People, link: LocationLink) -> None:
    """A bar with a terrace may be two locations at the maker; an account that was given back is asked for nothing."""
    day = (END - timedelta(days=1)).date()
    first = runs.begin_days(people.bar, first=day, last=day, now=clock())
    terrace = LocationLink.objects.create(
        organisation_id=link.organisation_id,
        connection=link.connection,
        provider=link.provider,
        external_id="terrace",
        name="Terrace",
        store=people.bar,
    )
    both = runs.begin_days(people.bar, first=day, last=day, now=clock())
    fed_by = dict(ImportRun.objects.values_list("id", "location_link_id"))
    assert both[:1] == first, "the one that is going goes on"
    assert [fed_by[each] for each in both] == [link.id, terrace.id]
    Connection.objects.update(status=Connection.Status.RECONNECT, status_reason=Connection.GIVEN_BACK)
    with pytest.raises(RuleBroken, match="not linked"):
        runs.begin_days(people.bar, first=day, last=day, now=clock())
