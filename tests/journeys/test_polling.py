"""A till that sends no notifications: its closed bills are in the ledger within one tick, and count once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from comptoir.connectors.lightspeed_k.simulator import NotificationSetting
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import CallBudget, Connection, LocationLink
from comptoir.core.intake import polling, process, tasks
from comptoir.core.intake.models import BookReading, Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import HourlyFigure, Sale
from comptoir.kernel.ids import new_id
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill
from tests.core.conftest import no_jobs as no_jobs
from tests.core.kseries import Vendor, vendor_served
from tests.core.queue import query
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


# The simulator's clock is the real one, and no vendor is asked for sales of tomorrow.
BACK_THEN = timedelta(days=10)


@dataclass
class Till:
    """A simulated till that tells nothing, its linked location, and a clock of ours."""

    vendor: Vendor
    link: LocationLink
    people: People
    now: datetime

    def close_bill(self, *, ago: timedelta = timedelta(seconds=5)) -> str:
        return closed_bill(self.vendor.world, ZINC, at=self.now - ago)

    def read(self, *, later: timedelta = timedelta(0)) -> None:
        self.now += later
        for organisation_id, link_id in polling.due(now=self.now):
            polling.read(organisation_id=organisation_id, link_id=link_id, clock=lambda: self.now)

    @property
    def row(self) -> BookReading:
        return BookReading.objects.get()


@pytest.fixture
def till(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    with vendor_served(monkeypatch) as vendor:
        connection = vendor.connect(people)
        with open_vendor(connection) as account:
            refresh_locations(connection, account)
        link = LocationLink.objects.get(external_id=ZINC)
        link_location(link, people.bar, now=timezone.now())
        yield Till(vendor, link, people, datetime.now(UTC).replace(microsecond=0) - BACK_THEN)


def known() -> set[str]:
    return set(Sale.objects.values_list("external_id", flat=True))


def test_a_closed_bill_is_in_the_ledger_within_one_tick(till: Till) -> None:
    till.now += BACK_THEN
    number = till.close_bill()
    tasks.poll.task.func(timestamp=0)
    engine.drain()

    assert known() == {number}
    page = till.people.client(till.people.alice).get("/connections").content.decode()
    assert "We ask every minute" in page
    assert "books read" in page


def test_every_minute_brings_what_was_closed_since(till: Till) -> None:
    till.read()
    for _ in range(3):
        number = till.close_bill(ago=timedelta(seconds=20))
        till.read(later=timedelta(minutes=1))
        assert number in known()
        assert till.row.read_until == till.now
    assert till.row.read_at == till.now
    assert query("SELECT count(*) FROM outbox_delivery")


def test_a_till_that_speaks_is_asked_seldom_and_again_every_minute_when_it_falls_silent(till: Till) -> None:
    till.read()
    till.now += timedelta(minutes=1)
    tell(till)
    till.read()
    assert till.row.due_at == till.now + polling.SELDOM
    assert polling.due(now=till.now + timedelta(minutes=1)) == []

    till.read(later=polling.HEARD_WITHIN + timedelta(minutes=1))
    assert till.row.due_at == till.now + polling.EVERY_TICK


def test_both_roads_together_count_once(till: Till) -> None:
    till.read()
    tell(till)
    till.read(later=timedelta(minutes=1))
    till.now += timedelta(hours=1)
    till.read()
    figures = HourlyFigure.objects.filter(measure="receipts")

    assert Sale.objects.count() == 1
    assert sum(each.value for each in figures) == Decimal(1)


def tell(till: Till) -> None:
    """A bill is closed, and the till tells of it at the store's own door."""
    simulator = till.vendor.simulator
    simulator.configure_notifications(ZINC, NotificationSetting(url="http://testserver/hooks", code="x"))
    till.close_bill()
    for outgoing in simulator.due(now=till.now):
        simulator.sent(outgoing.key, status=202, now=till.now)
        Notification.objects.create(
            organisation_id=till.people.le_zinc.id,
            store_id=till.people.bar.id,
            provider="lightspeed_k",
            door="hooks/lightspeed_k/x",
            verified=True,
            body=outgoing.body,
            body_hash=new_id().bytes,
            received_at=till.now,
            received_minute=till.now,
        )
    process.drain(clock=lambda: till.now)


def test_a_bill_that_is_delivered_late_is_found_within_the_hour(till: Till) -> None:
    till.read()
    late = till.close_bill(ago=timedelta(hours=20))
    till.read(later=timedelta(minutes=1))
    assert late not in known()
    till.read(later=timedelta(hours=1))
    assert late in known()


def test_a_closed_store_is_asked_seldom(till: Till) -> None:
    figure = {
        "organisation_id": till.people.le_zinc.id,
        "store_id": till.people.bar.id,
        "register_id": "",
        "measure": "receipts",
        "currency": "EUR",
        "business_date": till.now.date(),
        "value": 1,
    }
    HourlyFigure.objects.create(**figure, hour=till.now - timedelta(days=9))
    till.read()
    assert till.row.due_at == till.now + polling.SELDOM, "for a week nothing was sold at this time of the day"

    HourlyFigure.objects.create(**figure, hour=till.now - timedelta(days=2, minutes=90))
    till.read(later=polling.SELDOM)
    assert till.row.due_at == till.now + polling.EVERY_TICK, "on some day it had opened by now"


def test_a_till_that_cannot_be_asked_is_asked_less_and_less_and_told_on_the_page(till: Till) -> None:
    till.read()
    till.vendor.instead = lambda request, now: Response(429, b"{}", {"retry-after": "120"}) if sales(request) else None
    till.read(later=timedelta(minutes=1))
    assert (till.row.faults, till.row.read_until) == (1, till.now - timedelta(minutes=1))
    assert till.row.due_at > datetime.now(UTC) + timedelta(seconds=100), "when the vendor said"
    page = till.people.client(till.people.alice).get("/connections").content.decode()
    assert "The books cannot be read" in page

    till.vendor.instead = None
    CallBudget.objects.update(paused_until=0, slowed_until=0)
    number = till.close_bill()
    BookReading.objects.update(due_at=till.now)
    till.read()
    assert number in known()
    assert (till.row.faults, till.row.fault) == (0, "")


def sales(request: Request) -> bool:
    return request.path.endswith("/sales")


def test_what_was_missed_while_the_sign_in_was_broken_is_caught_up_day_by_day(till: Till) -> None:
    till.read()
    missed = [till.close_bill(ago=-timedelta(days=day, hours=1)) for day in range(3)]
    Connection.objects.update(status="reconnect", status_reason="Sign in again.")
    till.read(later=timedelta(days=1))
    assert known() == set(), "nobody is asked"

    Connection.objects.update(status="connected")
    till.now += timedelta(days=3)
    till.vendor.asked.clear()
    till.read()
    assert known() == set(missed)
    assert len([each for each in till.vendor.asked if sales(each)]) == 5, "four days and a little, one window each"


def test_an_unlinked_location_is_left_alone_and_a_doubled_job_does_nothing(till: Till) -> None:
    till.read()
    till.vendor.asked.clear()
    polling.read(organisation_id=till.link.organisation_id, link_id=till.link.id, clock=lambda: till.now)
    assert till.vendor.asked == []

    link_location(till.link, None, now=till.now)
    till.now += timedelta(minutes=5)
    assert polling.due(now=till.now) == []
    polling.read(organisation_id=till.link.organisation_id, link_id=till.link.id, clock=lambda: till.now)
    assert till.vendor.asked == []
