"""Every event reaches every app once, whoever dispatches, whatever a handler does."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import OperationalError, connection, connections, transaction

from comptoir.core.accounts.models import Store
from comptoir.core.installations import manifest
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.models import Delivery, Event
from comptoir.kernel.ids import new_id
from comptoir.pos.events import EventKind
from tests.people import People, create_store
from tests.servers import until

NOW = datetime(2026, 3, 7, 20, 0, tzinfo=UTC)
KIND = next(iter(EventKind))


class Listening:
    """Two apps that hear one kind of event, and nobody else."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, manifest.Event]] = []
        self.misbehave: Callable[[manifest.Event], None] = lambda event: None
        self._lock = threading.Lock()

    def apps(self) -> dict[str, manifest.App]:
        def app(slug: str, handler: manifest.Handler) -> manifest.App:
            return manifest.App(slug=slug, name=slug, summary="", handlers={KIND: handler})

        return {"calm": app("calm", self._calm), "troubled": app("troubled", self._troubled)}

    def _calm(self, events: Sequence[manifest.Event], now: datetime) -> None:
        with self._lock:
            self.heard += [("calm", event) for event in events]

    def _troubled(self, events: Sequence[manifest.Event], now: datetime) -> None:
        for event in events:
            self.misbehave(event)
        with self._lock:
            self.heard += [("troubled", event) for event in events]

    def count(self, slug: str) -> int:
        return sum(heard == slug for heard, _ in self.heard)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Listening:
    made = Listening()
    monkeypatch.setattr(manifest, "_apps", made.apps())
    return made


def publish(people: People, number: int) -> list[manifest.Event]:
    events = [
        manifest.Event(
            id=new_id(),
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            kind=KIND,
            sale_id=new_id(),
            revision=1,
            at=NOW + timedelta(microseconds=place),
        )
        for place in range(number)
    ]
    with transaction.atomic():
        dispatch.publish(events)
    return events


def run(at: timedelta = timedelta(seconds=1)) -> int:
    return dispatch.dispatch(clock=lambda: NOW + at)


def failing(people: People, listening: Listening, misbehave: Callable[[], None]) -> manifest.Event:
    """Five events, the third of which makes one app do something wrong; that event."""
    events = publish(people, 5)

    def on_the_third(event: manifest.Event) -> None:
        if event.id == events[2].id:
            misbehave()

    listening.misbehave = on_the_third
    return events[2]


@pytest.mark.django_db
def test_an_event_is_part_of_the_transaction_that_made_it(people: People, listening: Listening) -> None:
    with transaction.atomic():
        publish(people, 3)
        transaction.set_rollback(True)
    assert (run(), Event.objects.count(), Delivery.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_every_app_hears_every_event_once(people: People, listening: Listening) -> None:
    number = dispatch.BATCH + 10
    events = publish(people, number)

    assert run() == 2 * number
    assert run() == 0
    for slug in ("calm", "troubled"):
        heard = [event for app, event in listening.heard if app == slug]
        assert sorted(heard, key=lambda event: event.at) == events
    assert not Delivery.objects.exists()
    assert Event.objects.count() == number


@pytest.mark.django_db(transaction=True)
def test_many_who_dispatch_at_once_hand_over_once(people: People, listening: Listening) -> None:
    number = 2 * dispatch.BATCH
    publish(people, number)
    barrier, handled = threading.Barrier(6), []

    def work() -> None:
        try:
            barrier.wait(60)
            handled.append(run())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    handled.append(run())  # a worker that found only claimed rows has gone; whoever claimed them goes on

    assert sum(handled) == 2 * number
    assert set(Counter((slug, event.id) for slug, event in listening.heard).values()) == {1}
    assert len(listening.heard) == 2 * number


def raise_bug() -> None:
    raise KeyError("no such thing\0 \ud800 in here")


def raise_serialisation() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END $$")


def swallow_a_database_error() -> None:
    with contextlib.suppress(OperationalError):
        raise_serialisation()


def overstep_a_constraint() -> None:
    Store.objects.create(**{**Store.objects.values().get(name="Le Zinc"), "id": new_id()})


@pytest.mark.django_db
@pytest.mark.parametrize("misbehave", [raise_bug, raise_serialisation, swallow_a_database_error, overstep_a_constraint])
def test_a_handler_that_fails_holds_up_nobody_and_is_tried_again(
    people: People, listening: Listening, misbehave: Callable[[], None]
) -> None:
    event = failing(people, listening, misbehave)
    assert run() == 9

    assert listening.count("calm") == 5
    [left] = Delivery.objects.all()
    assert (left.app, left.event_id, left.attempts) == ("troubled", event.id, 1)
    assert left.fault
    assert dispatch.failing() == 1

    listening.misbehave = lambda event: None
    assert run(timedelta(seconds=5)) == 0
    assert run(timedelta(seconds=6)) == 1
    assert listening.heard[-1] == ("troubled", event)
    assert not Delivery.objects.exists()


@pytest.mark.django_db
def test_what_a_failed_handler_wrote_is_gone(people: People, listening: Listening) -> None:
    def write_and_stumble() -> None:
        create_store(people.le_zinc, "Half made")
        raise_bug()

    failing(people, listening, write_and_stumble)
    run()
    assert not Store.objects.filter(name="Half made").exists()


@pytest.mark.django_db
def test_a_failing_handler_waits_longer_each_time_and_is_never_given_up(people: People, listening: Listening) -> None:
    failing(people, listening, raise_bug)
    at = timedelta(seconds=1)
    run(at)
    for attempt, wait in enumerate([*dispatch.RETRY_WAITS, dispatch.RETRY_WAITS[-1], dispatch.RETRY_WAITS[-1]], 1):
        row = Delivery.objects.get()
        assert (row.attempts, row.due_at) == (attempt, NOW + at + wait)
        run(at + wait - timedelta(microseconds=1))
        assert Delivery.objects.get().attempts == attempt, "not before its time"
        at += wait
        run(at)


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_in_a_handler_costs_nobody_an_event(people: People, listening: Listening) -> None:
    """The handler holds lock 1 and waits for 2; somebody else holds 2 and waits for 1. The handler is the victim."""
    other = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    other.execute("SET deadlock_timeout = '1min'")
    other.execute("SELECT pg_advisory_xact_lock(2)")
    crossing: list[threading.Thread] = []
    deadlocks: list[str] = []

    def cross() -> None:
        until(is_waiting)
        other.execute("SELECT pg_advisory_xact_lock(1)")
        other.rollback()

    def is_waiting() -> bool:
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as watch:
            statement = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            return watch.execute(statement).fetchone() is not None

    def take_both() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '300ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(1)")
            if not crossing:
                crossing.append(threading.Thread(target=cross))
                crossing[0].start()
            try:
                cursor.execute("SELECT pg_advisory_xact_lock(2)")
            except OperationalError as error:
                deadlocks.append(str(error))
                raise

    failing(people, listening, take_both)
    handled = run()
    crossing[0].join(60)
    other.close()

    assert len(deadlocks) == 1
    assert "deadlock detected" in deadlocks[0]
    assert handled >= 9
    assert handled + run(timedelta(seconds=6)) == 10
    assert listening.count("calm") == listening.count("troubled") == 5


@pytest.mark.django_db(transaction=True)
def test_a_batch_whose_session_dies_is_handed_over_by_the_next(people: People, listening: Listening) -> None:
    def die() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    failing(people, listening, die)
    with pytest.raises(OperationalError):
        run()
    connection.close()
    assert Delivery.objects.count() == 5
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}

    listening.misbehave = lambda event: None
    assert run() == 10
