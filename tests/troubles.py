"""A connected shop, and everything that can be broken about it: one thing at a time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from comptoir.core.connections.models import CallBudget, Connection, LocationLink
from comptoir.core.health.causes import Cause
from comptoir.core.health.lights import Health, health
from comptoir.core.intake.models import BookReading, ImportRun, Notification
from comptoir.core.ledger.models import HourlyFigure
from comptoir.core.outbox.models import Delivery
from comptoir.kernel.ids import new_id
from tests.core.queue import query
from tests.people import People

NOW = datetime(2026, 3, 7, 21, 0, tzinfo=ZoneInfo("UTC"))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Shop:
    """Le Zinc, connected and linked, with a worker at work; the tests break one thing at a time."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.connection = Connection.objects.create(
            organisation=people.le_zinc,
            provider="lightspeed_k",
            account_name="Le Zinc SARL",
            status_since=NOW - DAY,
            access_token=b"",
            refresh_token=b"",
            access_expires_at=NOW + HOUR,
            keep_alive_at=NOW + 30 * DAY,
            created_at=NOW - 30 * DAY,
        )
        self.link = LocationLink.objects.create(
            organisation=people.le_zinc,
            connection=self.connection,
            provider="lightspeed_k",
            external_id="90000000000001",
            name="La salle",
            currency="EUR",
            timezone="Europe/Paris",
            store=people.bar,
        )
        self.reading = BookReading.objects.create(
            organisation_id=people.le_zinc.id,
            location_link_id=self.link.id,
            read_until=NOW,
            read_at=NOW - MINUTE,
            due_at=NOW + MINUTE,
            long_due_at=NOW + HOUR,
            heard_at=NOW - MINUTE,
        )
        query("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")

    def sold(self, *hours: datetime) -> None:
        """Something in each of these hours."""
        HourlyFigure.objects.bulk_create(
            HourlyFigure(
                organisation_id=self.people.le_zinc.id,
                store_id=self.people.bar.id,
                hour=hour,
                measure="receipts",
                currency="EUR",
                business_date=hour.date(),
                value=3,
            )
            for hour in hours
        )

    def notified(self, outcome: str, *, ago: timedelta, number: int = 1) -> None:
        Notification.objects.create(
            organisation_id=self.people.le_zinc.id,
            store_id=self.people.bar.id,
            provider="lightspeed_k",
            door="hooks/lightspeed_k/x",
            verified=True,
            body=b"{}",
            body_hash=bytes([number]),
            received_at=NOW - ago,
            received_minute=NOW,
            processed_at=NOW if outcome else None,
            outcome=outcome,
        )

    def imported(self, state: str, *, ago: timedelta) -> None:
        ImportRun.objects.create(
            organisation_id=self.people.le_zinc.id,
            id=new_id(),
            store_id=self.people.bar.id,
            connection_id=self.link.connection_id,
            location_link_id=self.link.id,
            start=NOW - DAY,
            end=NOW,
            state=state,
            fault="The till's books are closed." if state == "failed" else "",
            started_at=NOW - ago,
            going_since=NOW - ago,
            finished_at=NOW - ago,
        )

    def change(self, row: object, **values: object) -> None:
        type(row).objects.filter(pk=row.pk).update(**values)  # type: ignore[attr-defined]

    def health(self) -> Health:
        return health(self.people.le_zinc.id, now=NOW)

    def causes(self) -> set[Cause]:
        return {each.cause for each in self.health().findings}


def signed_out(shop: Shop) -> None:
    shop.change(shop.connection, status="reconnect", status_reason="K-Series withdrew it.")


def given_back(shop: Shop) -> None:
    shop.change(shop.connection, status="reconnect", status_reason=Connection.GIVEN_BACK)
    shop.change(shop.link, store=None)


def partly_granted(shop: Shop) -> None:
    shop.change(shop.connection, scopes=["orders-api", "offline_access"])


def renewal_failing(shop: Shop) -> None:
    shop.change(shop.connection, keep_alive_at=NOW - 2 * HOUR)


def unreachable(shop: Shop) -> None:
    shop.change(shop.reading, faults=3, fault="K-Series does not answer.")


def limited(shop: Shop) -> None:
    CallBudget.objects.create(
        organisation_id=shop.people.le_zinc.id,
        connection_id=shop.connection.id,
        paused_until=(NOW + 5 * MINUTE).timestamp(),
    )


def unlinked(shop: Shop) -> None:
    shop.change(shop.link, store=None)


def silent_till(shop: Shop) -> None:
    shop.change(shop.reading, heard_at=NOW - 3 * HOUR)


def quiet(shop: Shop) -> None:
    HourlyFigure.objects.all().delete()
    shop.sold(NOW - 73 * HOUR)
    shop.change(shop.reading, heard_at=None)


def parked(shop: Shop) -> None:
    shop.notified("parked", ago=HOUR)


def stopped_import(shop: Shop) -> None:
    shop.imported("failed", ago=HOUR)


def failing_app(shop: Shop) -> None:
    Delivery.objects.create(
        organisation_id=shop.people.le_zinc.id, event_id=new_id(), app="loyalty", attempts=3, due_at=NOW, fault="Boom"
    )


def backlog(shop: Shop) -> None:
    shop.notified("", ago=6 * MINUTE)


def no_worker(shop: Shop) -> None:
    query("DELETE FROM procrastinate_workers")
