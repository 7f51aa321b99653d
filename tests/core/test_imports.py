"""Imports over real HTTP: cut anywhere they go on at their cursor, and end in the till's own totals to the cent."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from comptoir.connectors.lightspeed_k.client import SALES_PAGE_SIZE
from comptoir.core.connections.models import CallBudget, Connection, LocationLink
from comptoir.core.intake import books
from comptoir.core.intake.importing import gathering, reading, runs
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger import limits, reads
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox.models import Event
from comptoir.kernel.errors import RuleBroken, VendorBusy, VendorRefused
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill
from tests.core.kseries import TOKEN_PATH, Vendor, vendor_served
from tests.people import People
from tests.servers import until

START = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
END = START + timedelta(hours=12)
BILLS = 2 * SALES_PAGE_SIZE + 30
DISHES = ("CAFE", "PRESSION", "BAGUETTE")


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    """A till that closed a bill every three minutes: three pages."""
    with vendor_served(monkeypatch) as served:
        for number in range(BILLS):
            closed_bill(served.world, at=START + timedelta(minutes=3 * number), sku=DISHES[number % len(DISHES)])
        yield served


def clock() -> datetime:
    return datetime.now(UTC)


def begin(link: LocationLink) -> UUID:
    return runs.begin(link, start=START, end=END, now=clock())


def run(link: LocationLink, run_id: UUID | None = None) -> reading.Progress:
    return reading.run(organisation_id=link.organisation_id, run_id=run_id or begin(link), clock=clock)


def row() -> ImportRun:
    return ImportRun.objects.get()


def window() -> ImportWindow:
    return ImportWindow.objects.get()


def pages_asked(vendor: Vendor) -> list[Request]:
    return [each for each in vendor.asked if each.path.endswith("/sales")]


def at_page(vendor: Vendor, number: int, answer: Response) -> None:
    """Once, the n-th question for sales is answered otherwise."""
    left = [answer]

    def instead(request: Request, now: datetime) -> Response | None:
        reached = request.path.endswith("/sales") and len(pages_asked(vendor)) >= number
        return left.pop() if left and reached else None

    vendor.instead = instead


def expect_the_till_s_totals(vendor: Vendor, link: LocationLink) -> None:
    """The ledger, its roll-up and its events hold each bill of the window once, to the cent."""
    sold = vendor.world.closed_sales(ZINC, START, END)
    assert len(sold) == BILLS
    total = sum((sale.total for sale in sold), Decimal(0))
    rows = Sale.objects.filter(organisation_id=link.organisation_id)
    assert set(rows.values_list("external_id", flat=True)) == {sale.external_id for sale in sold}
    assert len(rows) == BILLS
    assert {each.revision for each in rows} == {1}
    assert sum((each.sale.total for each in reads.sales(link.organisation_id, limit=BILLS)), Decimal(0)) == total
    assert link.store
    figures = reads.day_figures(link.organisation_id, {link.store.id: START.date()})[link.store.id]
    assert figures["gross_sales", "EUR"] == total
    assert figures["transactions", "EUR"] == BILLS
    assert Event.objects.count() == BILLS


@pytest.mark.django_db
def test_an_import_comes_to_the_till_s_totals(vendor: Vendor, link: LocationLink) -> None:
    done = run(link)

    expect_the_till_s_totals(vendor, link)
    assert (row().state, row().fault, row().finished_at is not None) == ("done", "", True)
    assert done.sales_changed == row().sales_changed == BILLS
    assert done.sales_read >= BILLS
    assert len(pages_asked(vendor)) == 3


@pytest.mark.django_db
def test_what_is_done_is_not_read_again_when_its_job_comes_twice(vendor: Vendor, link: LocationLink) -> None:
    run_id = begin(link)
    first = run(link, run_id)
    asked = len(vendor.asked)

    assert run(link, run_id) == first
    assert len(vendor.asked) == asked


@pytest.mark.django_db
def test_an_import_begun_anew_when_done_reads_again_and_changes_nothing(vendor: Vendor, link: LocationLink) -> None:
    first, second = begin(link), None
    run(link, first)
    second = begin(link)

    assert second != first
    assert run(link, second).sales_changed == 0
    expect_the_till_s_totals(vendor, link)


@pytest.mark.django_db(transaction=True)
def test_an_import_cut_behind_a_page_goes_on_at_its_cursor(
    vendor: Vendor, link: LocationLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cut(BaseException):
        """As the end of the process: nothing of ours runs afterwards."""

    def cut(at: reading.Progress) -> None:
        if at.sales_read >= 2 * SALES_PAGE_SIZE:
            raise Cut

    monkeypatch.setattr(gathering, "PAGES", 1)
    run_id = begin(link)
    with pytest.raises(Cut):
        reading.run(organisation_id=link.organisation_id, run_id=run_id, clock=clock, progress=cut)
    assert (row().state, row().sales_read) == ("running", 2 * SALES_PAGE_SIZE)
    assert window().cursor
    kept = Sale.objects.count()
    assert kept >= 2 * SALES_PAGE_SIZE - 2

    asked = len(pages_asked(vendor))
    assert begin(link) == run_id, "the same window goes on"
    run(link, run_id)
    [again] = pages_asked(vendor)[asked:]
    assert datetime.fromisoformat(again.query["from"]) > START + timedelta(minutes=3 * (kept - 5))
    expect_the_till_s_totals(vendor, link)
    assert row().state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_page_that_fails_is_kept_with_no_part_of_it(
    vendor: Vendor, link: LocationLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(link)
    check, seen = limits.check, [0]

    def stumble(sale: object) -> None:
        seen[0] += 1
        if seen[0] == SALES_PAGE_SIZE + 50:
            raise ZeroDivisionError
        check(sale)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(limits, "check", stumble)
        with pytest.raises(ZeroDivisionError):
            run(link, run_id)
    assert Sale.objects.count() == SALES_PAGE_SIZE
    assert (row().state, row().sales_read) == ("running", SALES_PAGE_SIZE)
    assert (window().state, window().fault) == ("waiting", books.FAULT_OF_OURS)

    run(link)
    assert (row().state, row().fault) == ("done", "")
    expect_the_till_s_totals(vendor, link)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (Response(503, b"", {"retry-after": "3600"}), VendorBusy, "does not answer at the moment"),
        (Response(429, b"", {"retry-after": "3600"}), VendorBusy, "does not answer at the moment"),
        (Response(403, b"{}"), VendorRefused, "asks you to sign in again"),
        (Response(200, b"<html>"), Exception, ""),
        (Response(418, b"teapot"), Exception, ""),
    ],
)
def test_a_vendor_s_fault_is_kept_with_the_window_and_its_cursor(
    vendor: Vendor, link: LocationLink, answer: Response, error: type[Exception], words: str
) -> None:
    at_page(vendor, 2, answer)
    run_id = begin(link)
    with pytest.raises(error):
        run(link, run_id)

    failed = window()
    assert row().state == ("failed" if error is VendorRefused else "running")
    assert failed.state == "waiting"
    assert failed.fault
    assert words in failed.fault
    assert failed.cursor
    assert Sale.objects.count() == SALES_PAGE_SIZE

    CallBudget.objects.update(paused_until=0)  # an hour later
    run(link)
    assert (row().state, row().fault) == ("done", "")
    expect_the_till_s_totals(vendor, link)


@pytest.mark.django_db
def test_an_import_whose_consent_ended_says_so(vendor: Vendor, link: LocationLink) -> None:
    Connection.objects.update(access_expires_at=START)
    vendor.at_token(Response(400, b'{"error": "invalid_grant"}'))
    with pytest.raises(VendorRefused):
        run(link)

    assert (row().state, row().fault) == ("failed", "Lightspeed K-Series asks you to sign in again.")
    assert Connection.objects.get().status == "reconnect"


@pytest.mark.django_db
def test_a_location_linked_nowhere_cannot_be_imported(vendor: Vendor, link: LocationLink) -> None:
    link.store = None
    with pytest.raises(RuleBroken) as caught:
        begin(link)
    assert caught.value.code == "location_unlinked"


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_location_unlinked_or_moved_meanwhile_feeds_the_old_store_no_more(
    people: People, vendor: Vendor, link: LocationLink, elsewhere: bool
) -> None:
    run_id = begin(link)
    LocationLink.objects.update(store=people.shop if elsewhere else None)
    with pytest.raises(RuleBroken):
        run(link, run_id)

    assert (row().state, row().fault) == ("failed", "This location does not feed the store any more.")
    assert not Sale.objects.exists()
    assert vendor.asked == []


@pytest.mark.django_db
def test_an_empty_window_and_one_before_the_location_existed(vendor: Vendor, link: LocationLink) -> None:
    with pytest.raises(RuleBroken):
        runs.begin(link, start=START, end=START, now=clock())
    long_ago = datetime(2024, 1, 1, tzinfo=UTC)
    run_id = runs.begin(link, start=long_ago, end=END, now=clock())
    run(link, run_id)

    expect_the_till_s_totals(vendor, link)


@pytest.mark.django_db
def test_an_import_cut_long_ago_is_read_from_the_beginning(vendor: Vendor, link: LocationLink) -> None:
    """Tills deliver late: what came in meanwhile lies before the cursor."""
    run_id = begin(link)
    ImportRun.objects.update(started_at=clock() - runs.RESUMED_WITHIN)

    assert begin(link) != run_id


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_process_is_gone_on_with_by_the_next(
    people: People, vendor: Vendor, link: LocationLink
) -> None:
    reached, released = threading.Event(), threading.Event()

    def hang(request: Request, now: datetime) -> Response | None:
        if request.path.endswith("/sales") and len(pages_asked(vendor)) == 3:
            reached.set()
            released.wait(60)
        return None

    vendor.instead = hang
    day = START.date().isoformat()
    command = [sys.executable, "-m", "comptoir", "import", people.bar.public_id]
    command += ["--since", day, "--until", day, "--json"]
    killed = subprocess.Popen(command)
    assert reached.wait(60)
    until(lambda: row().sales_read)  # it is asked for the third page while it stores the first
    killed.kill()
    killed.wait()
    released.set()
    assert row().state == "running"
    assert row().sales_read in (SALES_PAGE_SIZE, 2 * SALES_PAGE_SIZE), "the second page may have waited for the third"

    asked = len(pages_asked(vendor))
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(second.stdout)["changed"] == BILLS
    again, *_more = pages_asked(vendor)[asked:]
    assert datetime.fromisoformat(again.query["from"]) > START
    assert (row().state, ImportRun.objects.count()) == ("done", 1)
    expect_the_till_s_totals(vendor, link)
    assert TOKEN_PATH not in {each.path for each in vendor.asked}
