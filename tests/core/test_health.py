"""Traffic lights: every cause from the facts it is told by, and no alarm where nothing is wrong."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from comptoir.core.connections.models import CallBudget, Connection, LocationLink
from comptoir.core.health.causes import RULES, Cause, Colour
from comptoir.core.health.lights import Health, health
from comptoir.core.intake.models import BookReading, ImportRun, Notification
from comptoir.core.ledger.models import HourlyFigure
from comptoir.core.outbox.models import Delivery
from comptoir.kernel.ids import new_id
from tests.core.queue import query
from tests.people import People, create_store

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
            location_link_id=self.link.id,
            start=NOW - DAY,
            end=NOW,
            state=state,
            fault="The till's books are closed." if state == "failed" else "",
            started_at=NOW - ago,
            finished_at=NOW - ago,
        )

    def change(self, row: object, **values: object) -> None:
        type(row).objects.filter(pk=row.pk).update(**values)  # type: ignore[attr-defined]

    def health(self) -> Health:
        return health(self.people.le_zinc.id, now=NOW)

    def causes(self) -> set[Cause]:
        return {each.cause for each in self.health().findings}


@pytest.fixture
def shop(people: People, settings: object) -> Shop:
    settings.COMPTOIR_MAIL_SERVER = "there is one"  # type: ignore[attr-defined]
    query("DELETE FROM procrastinate_workers")
    made = Shop(people)
    made.sold(NOW - HOUR)
    return made


def signed_out(shop: Shop) -> None:
    shop.change(shop.connection, status="reconnect", status_reason="K-Series withdrew it.")


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


BREAKS: dict[Cause, Callable[[Shop], None]] = {
    Cause.SIGNED_OUT: signed_out,
    Cause.RENEWAL_FAILING: renewal_failing,
    Cause.VENDOR_UNREACHABLE: unreachable,
    Cause.VENDOR_LIMITS: limited,
    Cause.LOCATION_UNLINKED: unlinked,
    Cause.NOTIFICATIONS_STOPPED: silent_till,
    Cause.QUIET: quiet,
    Cause.PARKED: parked,
    Cause.IMPORT_STOPPED: stopped_import,
    Cause.APP_FAILING: failing_app,
    Cause.BACKLOG_OLD: backlog,
    Cause.NO_WORKER: no_worker,
}


def test_all_is_well(shop: Shop) -> None:
    found = shop.health()
    assert not found.findings
    assert found.connections[shop.connection.id].colour == Colour.GREEN
    assert found.stores[shop.people.bar.id].colour == Colour.GREEN


@pytest.mark.parametrize("cause", list(BREAKS))
def test_each_cause_is_told_by_its_facts(shop: Shop, cause: Cause) -> None:
    BREAKS[cause](shop)
    found = {each.cause: each for each in shop.health().troubles}
    assert set(found) == {cause}
    assert found[cause].rule.colour == RULES[cause].colour


def test_no_mail_server(shop: Shop, settings: object) -> None:
    settings.COMPTOIR_MAIL_SERVER = None  # type: ignore[attr-defined]
    assert shop.causes() == {Cause.MAIL_NOT_SET}


def test_a_store_is_no_better_than_what_feeds_it(shop: Shop) -> None:
    signed_out(shop)
    quiet(shop)
    light = shop.health().stores[shop.people.bar.id]
    assert light.colour == Colour.RED
    assert [each.cause for each in light.findings] == [Cause.SIGNED_OUT], "what follows from it is not told beside it"
    assert light.findings[0].detail == "K-Series withdrew it."


def test_a_store_without_till_and_one_that_waits_are_grey(shop: Shop) -> None:
    bare = create_store(shop.people.le_zinc, "Kiosque")
    HourlyFigure.objects.all().delete()
    shop.change(shop.reading, heard_at=None)
    found = shop.health()
    assert [each.cause for each in found.stores[bare.id].findings] == [Cause.STORE_NOT_CONNECTED]
    assert [each.cause for each in found.stores[shop.people.bar.id].findings] == [Cause.NOTHING_YET]
    assert not found.troubles, "what is not set up yet is no trouble"


def test_a_closed_day_as_every_week_is_no_fault(shop: Shop) -> None:
    """Four weeks of dinners, never on Sundays and Mondays: on Tuesday noon nothing is wrong, on Wednesday it is."""
    HourlyFigure.objects.all().delete()
    saturday = NOW.replace(hour=20)
    shop.sold(*(saturday - day * DAY for day in range(28) if (saturday - day * DAY).weekday() not in (6, 0)))
    shop.change(shop.reading, heard_at=saturday)
    for later, expected in ((timedelta(days=2, hours=16), set()), (timedelta(days=3, hours=16), {Cause.QUIET})):
        found = health(shop.people.le_zinc.id, now=saturday + later)
        assert {each.cause for each in found.troubles} == expected


def test_a_short_night_s_silence_is_no_fault_for_a_store_that_never_sleeps(shop: Shop) -> None:
    HourlyFigure.objects.all().delete()
    shop.sold(*(NOW - hour * HOUR for hour in range(11, 24 * 10)))
    shop.change(shop.reading, heard_at=None)
    assert shop.causes() == set()


def test_a_hiccup_is_no_trouble(shop: Shop) -> None:
    shop.change(shop.reading, faults=2, fault="K-Series does not answer.")
    shop.notified("", ago=MINUTE)
    assert shop.causes() == set()


def test_a_till_that_never_told_is_read_by_its_books_and_that_is_well(shop: Shop) -> None:
    shop.change(shop.reading, heard_at=None)
    assert shop.causes() == set()


def test_an_import_that_went_well_later_settles_the_matter(shop: Shop) -> None:
    shop.imported("failed", ago=2 * HOUR)
    shop.imported("done", ago=HOUR)
    assert shop.causes() == set()


def test_old_troubles_are_history(shop: Shop) -> None:
    shop.notified("parked", ago=8 * DAY)
    shop.imported("failed", ago=8 * DAY)
    assert shop.causes() == set()


def test_nobody_hears_of_another_s_troubles(shop: Shop) -> None:
    signed_out(shop)
    parked(shop)
    failing_app(shop)
    found = health(shop.people.chez_charlie.id, now=NOW)
    assert not found.troubles
    assert set(found.stores) == {shop.people.shop.id}


def test_it_asks_as_often_for_many_stores_as_for_one(shop: Shop) -> None:
    def asked() -> int:
        with CaptureQueriesContext(database) as captured:
            shop.health()
        return len(captured)

    few = asked()
    for number in range(20):
        create_store(shop.people.le_zinc, f"Store {number}")
        shop.notified("parked", ago=HOUR, number=number)
    assert asked() == few


def test_only_the_stores_named(shop: Shop) -> None:
    other = create_store(shop.people.le_zinc, "Kiosque")
    signed_out(shop)
    found = health(shop.people.le_zinc.id, now=NOW, store_ids=[other.id])
    assert set(found.stores) == {other.id}
    assert not found.connections
