"""Workers take turns within an organisation, and nobody waits for a turn: one house's long work holds up no other."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock
from uuid import UUID

import psycopg
import pytest
from django.db import connection, connections

from comptoir.apps.loyalty.models import Offer
from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.installations import manifest
from comptoir.core.installations.install import install
from comptoir.core.installations.models import Installation
from comptoir.core.intake import tasks
from comptoir.core.intake.models import Notification
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox import at_once, dispatch
from comptoir.core.outbox.models import Delivery, SetAside
from comptoir.kernel.ids import new_id
from comptoir.pos.events import EventKind
from tests.notifications import body
from tests.people import People

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trading(people: People) -> People:
    for organisation, store in ((people.le_zinc, people.bar), (people.chez_charlie, people.shop)):
        install(organisation=organisation, store=store, app="loyalty", provider="lightspeed_k", now=NOW)
    return people


def arrive(organisation: Organisation, store: Store, number: int) -> None:
    """A bill as the door keeps it, each house's at a till of its own."""
    location = 90000000000001 + store.name.startswith("Chez")
    Notification.objects.create(
        organisation_id=organisation.id,
        store_id=store.id,
        provider="lightspeed_k",
        door=f"hooks/lightspeed_k/{store.id}",
        verified=True,
        body=body(number=f"A1.{number}", location=location),
        body_hash=number.to_bytes(32, "big"),
        received_at=NOW,
        received_minute=NOW,
    )


def offered(organisation: Organisation) -> list[str]:
    found = Offer.objects.filter(organisation_id=organisation.id).order_by("external_id")
    return list(found.values_list("external_id", flat=True))


@contextmanager
def turn_taken(organisation: Organisation) -> Iterator[None]:
    """Another worker is in the middle of what this organisation's apps have to do."""
    parameters = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"outbox {organisation.id}"])
        yield
        other.rollback()


def test_a_sale_passes_while_another_house_is_being_worked_for(trading: People) -> None:
    with turn_taken(trading.le_zinc):
        arrive(trading.le_zinc, trading.bar, 1)
        arrive(trading.chez_charlie, trading.shop, 2)
        tasks.drain.run()

        assert offered(trading.chez_charlie) == ["A1.2"]
        assert offered(trading.le_zinc) == []
        assert Sale.objects.count() == 2, "what was told is recorded wherever"
        assert Delivery.objects.filter(organisation_id=trading.le_zinc.id).count() == 1
    tasks.drain.run()
    assert offered(trading.le_zinc) == ["A1.1"]
    assert not Delivery.objects.exists()


def event(organisation: Organisation, store: Store) -> manifest.Event:
    return manifest.Event(
        id=new_id(),
        organisation_id=organisation.id,
        store_id=store.id,
        kind=EventKind.SALE_CLOSED,
        sale_id=new_id(),
        revision=1,
        at=NOW,
    )


def apps(handler: manifest.Handler) -> Any:
    listener = manifest.App("listener", "listener", "", handlers={EventKind.SALE_CLOSED: handler})
    return mock.patch.object(manifest, "_apps", {"listener": listener})


def apart(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_what_was_left_to_whoever_had_the_turn_is_handed_over_by_them(people: People) -> None:
    mine, later = event(people.le_zinc, people.bar), event(people.le_zinc, people.bar)
    theirs = event(people.chez_charlie, people.shop)
    begun, go_on = threading.Event(), threading.Event()
    heard: list[UUID] = []

    def handler(events: Sequence[manifest.Event], now: datetime) -> None:
        if mine in events:
            begun.set()
            assert go_on.wait(30)
        heard.extend(each.id for each in events)

    with apps(handler):
        dispatch.publish([mine])
        worker = apart(lambda: dispatch.dispatch(clock=lambda: NOW))
        try:
            assert begun.wait(30)
            dispatch.publish([later, theirs])
            assert dispatch.dispatch(clock=lambda: NOW) == 1, "it waits for nobody"
            assert heard == [theirs.id]
        finally:
            go_on.set()
            worker.join(30)
    assert heard == [theirs.id, mine.id, later.id]
    assert not Delivery.objects.exists()


def test_a_lone_sale_is_handed_over_in_its_own_transaction(trading: People) -> None:
    arrive(trading.le_zinc, trading.bar, 1)
    with mock.patch.object(dispatch, "_dispatch_batch", side_effect=AssertionError("there is nothing left to do")):
        tasks.drain.run()
    assert offered(trading.le_zinc) == ["A1.1"]


def test_many_sales_are_handed_over_by_themselves(trading: People) -> None:
    for number in range(3):
        arrive(trading.le_zinc, trading.bar, number)
    wrapped = mock.patch.object(dispatch, "_dispatch_batch", wraps=dispatch._dispatch_batch)
    with mock.patch.object(at_once, "MOST", 2), wrapped as later:
        tasks.drain.run()
    assert later.call_count == 1
    assert offered(trading.le_zinc) == ["A1.0", "A1.1", "A1.2"]
    assert not Delivery.objects.exists()


def test_an_app_that_fails_takes_no_sale_with_it_and_no_other_app(trading: People) -> None:
    """What the others wrote beside it is taken back with it, and written again without it: once."""
    arrive(trading.le_zinc, trading.bar, 1)

    def stumble(events: Sequence[manifest.Event], now: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    stumbling = manifest.App("stumbling", "stumbling", "", handlers={EventKind.SALE_CLOSED: stumble})
    with mock.patch.object(manifest, "_apps", {"loyalty": manifest.app("loyalty"), "stumbling": stumbling}):
        tasks.drain.run()
    assert Sale.objects.count() == 1
    assert offered(trading.le_zinc) == ["A1.1"]
    left = Delivery.objects.get()
    assert (left.app, left.attempts) == ("stumbling", 1)
    assert "division by zero" in left.fault


def test_what_comes_for_an_app_that_is_off_is_set_aside_at_once(trading: People) -> None:
    Installation.objects.filter(store=trading.bar).update(enabled=False)
    arrive(trading.le_zinc, trading.bar, 1)
    tasks.drain.run()
    assert offered(trading.le_zinc) == []
    assert SetAside.objects.filter(app="loyalty").count() == 1
    assert not Delivery.objects.exists()
