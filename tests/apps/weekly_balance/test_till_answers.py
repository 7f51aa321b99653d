"""What the weekly balance does when the till's maker makes it wait, over real HTTP (weekly-balance.md 8)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser

from comptoir.apps.weekly_balance import confirming, importing
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.connections.models import CallBudget
from comptoir.core.intake.importing import reading
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger.models import Sale, VendorDay
from comptoir.core.outbox import dispatch
from comptoir.kernel.errors import VendorBusy
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.catalogue import CARD
from tests.apps.weekly_balance.house import ALICE, House, house_of
from tests.apps.weekly_balance.test_pages import alice, text
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill
from tests.core.kseries import Vendor, linked, vendor_served
from tests.people import People

__all__ = ["alice"]
pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
DAY = NOON.date()
PARIS = ZoneInfo("Europe/Paris")
WAIT = timedelta(minutes=40)


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        for number in range(3):
            closed_bill(served.world, at=NOON + timedelta(hours=number))
        yield served


@pytest.fixture
def house(people: People, vendor: Vendor) -> House:
    made = house_of(people, zone="Europe/Paris")
    linked(vendor.connect(people), people, ZINC)
    made.now = datetime.now(UTC)
    return made


def read(house: House) -> None:
    """What a worker does with each run that is due."""
    for run in ImportRun.objects.exclude(state="done"):
        reading.run(organisation_id=run.organisation_id, run_id=run.id, clock=lambda: house.now)
    importing.finish_due(now=house.now)
    dispatch.dispatch(clock=lambda: house.now)


def test_wb34_a_429_makes_the_import_wait_as_long_as_the_till_says_and_it_finishes(
    house: House, vendor: Vendor, alice: Browser
) -> None:
    def busy(request: Request, now: datetime) -> Response | None:
        refuses = request.path.endswith("/sales")
        return Response(429, b"", {"retry-after": str(int(WAIT.total_seconds()))}) if refuses else None

    vendor.instead = busy
    row = house.imports(DAY, DAY, overwrite=True)
    with pytest.raises(VendorBusy) as told:
        read(house)
    assert told.value.retry_at
    window = ImportWindow.objects.get()
    assert window.state == "waiting"
    assert window.due_at >= house.now + WAIT - timedelta(seconds=30), "the time that the source named"

    found = importing.progress(row, now=house.now)
    assert found.resumes_at == window.due_at
    assert "does not answer" in found.words
    local = f"{window.due_at.astimezone(PARIS):%H:%M}"
    for path in (f"/balance?week={DAY}", "/balance/import"):
        assert "goes on at" in text(alice, path)
    assert local in text(alice, f"/balance?week={DAY}")

    vendor.instead = None
    house.later(minutes=WAIT.total_seconds() / 60 + 1)
    CallBudget.objects.update(paused_until=0)  # the same, on the vendor's clock
    read(house)
    row.refresh_from_db()
    assert (row.finished_at, row.fault) == (house.now, "")
    assert house.value(DAY, FieldType.TRANSACTIONS) == 3


def told(house: House) -> dict[str, str]:
    return {each["where"]: each["by"] for each in house.day(DAY).failures if each["rule"] == "R8"}


def test_r8_what_the_till_adds_up_itself_is_held_against_our_bills(house: House, vendor: Vendor) -> None:
    house.imports(DAY, DAY)
    read(house)
    assert VendorDay.objects.values_list("business_date", "sales").get() == (DAY, 3)
    assert told(house) == {}, "both agree"

    VendorDay.objects.update(sales=2, total=Decimal("1.00"))
    house.compute(DAY)
    found = told(house)
    assert found["count"] == "-1"
    assert Decimal(found["sum"]) < 0


def test_a_bill_that_is_opened_again_leaves_the_day_and_waits_where_it_was_confirmed(
    house: House, vendor: Vendor
) -> None:
    house.imports(DAY, DAY)
    read(house)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor=ALICE, now=house.now)
    sale = Sale.objects.latest("closed_at")

    vendor.world.reopen(ZINC, sale.external_id, now=NOON + timedelta(hours=3))
    house.later(hours=1)
    house.imports(DAY, DAY)
    read(house)
    assert house.value(DAY, FieldType.TRANSACTIONS) == 3, "nothing moves silently"
    waiting = {each.field_id: each for each in house.waiting()}[house.field(FieldType.TRANSACTIONS).id]
    assert waiting.proposed == 2
    assert [each["number"] for each in waiting.causes] == [sale.receipt_number]
    assert told(house) == {}, "what we have is what the till adds up"

    house.later(hours=1)
    vendor.world.close(ZINC, sale.external_id, [CARD], now=NOON + timedelta(hours=4))
    house.imports(DAY, DAY)
    read(house)
    assert house.waiting() == [], "it is closed once more"
