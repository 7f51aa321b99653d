"""Bills that a till's books bring no longer are taken back, over real HTTP, and only on proof."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from comptoir.core.connections.models import LocationLink
from comptoir.core.intake import day_sums
from comptoir.core.intake.importing import reading, runs, taking_back
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger import reads, store
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox.models import Event
from comptoir.pos.hosting import Request, Response
from comptoir.pos.model import Observed, Source
from comptoir.pos.places import DayTotals
from comptoir.sandbox.catalogue import CARD
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill
from tests.core.kseries import Vendor, vendor_served

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
DAY = NOON.date()
SUMS = "/aggregatedSales"


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        for number in range(3):
            closed_bill(served.world, at=NOON + timedelta(minutes=10 * number))
        yield served


def clock() -> datetime:
    return datetime.now(UTC)


def read(link: LocationLink) -> ImportRun:
    """The whole business day, once more."""
    assert link.store
    [run_id] = runs.begin_days(link.store, first=DAY, last=DAY, now=clock())
    reading.run(organisation_id=link.organisation_id, run_id=run_id, clock=clock)
    return ImportRun.objects.get(id=run_id)


def reopened(vendor: Vendor) -> str:
    """Read before, and opened again at the till."""
    number: str = Sale.objects.latest("closed_at").external_id
    vendor.world.reopen(ZINC, number, now=NOON + timedelta(hours=1))
    return number


def state(number: str) -> str:
    return Sale.objects.get(external_id=number).state


def transactions(link: LocationLink) -> Decimal:
    assert link.store
    return reads.day_figures(link.organisation_id, {link.store.id: DAY})[link.store.id]["transactions", "EUR"]


def at_sums(vendor: Vendor, answer: Callable[[dict[str, Any]], Response | None]) -> None:
    """The maker's sums come out otherwise; `answer` is given what they are."""

    def instead(request: Request, now: datetime) -> Response | None:
        if not request.path.endswith(SUMS):
            return None
        return answer(json.loads(vendor.simulator.answer(request, now=now).body))

    vendor.instead = instead


def told(body: dict[str, Any]) -> Response:
    return Response(200, json.dumps(body).encode(), {"content-type": "application/json"})


def test_a_bill_that_is_opened_again_counts_no_more_until_it_is_closed(vendor: Vendor, link: LocationLink) -> None:
    read(link)
    number = reopened(vendor)
    again = read(link)
    assert state(number) == "cancelled"
    assert again.sales_changed == 1
    assert transactions(link) == 2, "the roll-up follows"
    assert Event.objects.latest("id").kind == "sale.voided"

    assert read(link).sales_changed == 0, "once"

    vendor.world.close(ZINC, number, [CARD], now=NOON + timedelta(hours=2))
    assert read(link).sales_changed == 1
    assert state(number) == "closed"
    assert transactions(link) == 3
    assert Event.objects.latest("id").kind == "sale.closed"


@pytest.mark.parametrize(
    "answer",
    [
        lambda body: told(body | {"numberOfSales": body["numberOfSales"] + 1}),
        lambda body: told(body | {"totalAmount": str(Decimal(str(body["totalAmount"])) + 1)}),
        lambda body: told(body | {"dataComplete": False}),
        lambda body: Response(403, b"{}"),
    ],
    ids=["another number", "another total", "not final", "not told"],
)
def test_nothing_is_taken_back_unless_the_maker_adds_up_what_was_brought(
    vendor: Vendor, link: LocationLink, answer: Callable[[dict[str, Any]], Response]
) -> None:
    read(link)
    number = reopened(vendor)
    at_sums(vendor, answer)
    assert read(link).state == "done"
    assert state(number) == "closed"
    vendor.instead = None
    read(link)
    assert state(number) == "cancelled", "the next whole reading does it"


def test_an_attempt_that_goes_on_where_another_stopped_proves_nothing(vendor: Vendor, link: LocationLink) -> None:
    read(link)
    number = reopened(vendor)
    assert link.store
    [run_id] = runs.begin_days(link.store, first=DAY, last=DAY, now=clock())
    ImportWindow.objects.filter(run_id=run_id).update(cursor=f"0:{NOON.isoformat()}|")
    reading.run(organisation_id=link.organisation_id, run_id=run_id, clock=clock)
    assert state(number) == "closed"


def test_a_day_that_brings_nothing_at_all_is_not_believed(vendor: Vendor, link: LocationLink) -> None:
    read(link)
    for number in Sale.objects.values_list("external_id", flat=True):
        vendor.world.reopen(ZINC, number, now=NOON + timedelta(hours=1))
    read(link)
    assert set(Sale.objects.values_list("state", flat=True)) == {"closed"}


def test_a_day_that_is_not_over_takes_nothing_back(vendor: Vendor, link: LocationLink) -> None:
    read(link)
    number = reopened(vendor)
    Sale.objects.update(observed_at=NOON)
    assert link.store
    [run_id] = runs.begin_days(link.store, first=DAY, last=DAY, now=clock())
    ImportWindow.objects.update(due_at=NOON)
    reading.run(organisation_id=link.organisation_id, run_id=run_id, clock=lambda: NOON + timedelta(hours=3))
    assert ImportWindow.objects.get(run_id=run_id).state == "done"
    assert state(number) == "closed"


def test_what_was_seen_since_the_reading_began_stands(
    vendor: Vendor, link: LocationLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is closed once more while its day is read, and the reading of the last minutes has it first."""
    read(link)
    number = reopened(vendor)
    sale = next(each.sale for each in reads.sales(link.organisation_id, limit=9) if each.sale.external_id == number)

    def meanwhile(*asked: Any) -> DayTotals | None:
        assert link.store
        with transaction.atomic():
            facts = store.lock_stores({link.store.id})[link.store.id]
            seen = Observed(sale=sale, source=Source.READ, observed_at=clock())
            store.record(store=facts, provider=link.provider, observed=[seen], now=clock())
        return day_sums.asked_for(*asked)

    monkeypatch.setattr(taking_back, "asked_for", meanwhile)
    read(link)
    assert state(number) == "closed"


def test_what_only_a_notification_told_is_not_missing_in_the_books(vendor: Vendor, link: LocationLink) -> None:
    read(link)
    number = reopened(vendor)
    Sale.objects.filter(external_id=number).update(source="notification")
    read(link)
    assert state(number) == "closed"
