"""Real `comptoir work` processes: stopped, killed, cut off from their database."""

import signal
import threading
from datetime import datetime

import psycopg
import pytest
from django.db import connection

from comptoir.core.intake import process, receive, tasks
from comptoir.core.intake.models import ImportRun, Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import Sale
from comptoir.pos.hosting import Request
from tests.connectors.lightspeed_k.simulator_shop import closed_bill
from tests.core.kseries import Vendor, vendor_served
from tests.core.queue import LONG_AGO, arrival, arrive, enqueue_import, jobs, query
from tests.people import People
from tests.servers import until, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


def test_a_worker_stops_at_sigterm_and_forgets_itself(people: People) -> None:
    with worker() as working:
        until(lambda: engine.workers_seen() == len(engine.QUEUES))
        arrive(people)
        tasks.drain.enqueue_once()
        until(lambda: Sale.objects.exists() and not jobs())
        working.send_signal(signal.SIGTERM)

        assert working.wait(timeout=60) == 0
        assert engine.workers_seen() == 0


def test_a_worker_goes_on_when_its_database_sessions_were_ended(people: People) -> None:
    with worker() as working:
        until(lambda: engine.workers_seen() == len(engine.QUEUES))
        tasks.drain.enqueue_once()
        until(lambda: not jobs())
        for _ in range(2):  # the second time they have just come back
            query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        for number in range(2):
            arrive(people, number)
            tasks.drain.enqueue_once()
            until(lambda number=number: Sale.objects.count() == number + 1)  # type: ignore[misc]
        assert working.poll() is None


def told() -> None:
    """What the door tells behind its commit."""
    query(f"SELECT pg_notify('{receive.CHANNEL}', '')")


def test_a_body_is_drained_when_the_door_tells_of_it_and_what_came_before_at_the_start(people: People) -> None:
    arrive(people)
    with worker() as working:
        until(lambda: Sale.objects.count() == 1)
        for number in range(1, 4):
            arrive(people, number)
            told()
            until(lambda number=number: Sale.objects.count() == number + 1)  # type: ignore[misc]
        working.send_signal(signal.SIGTERM)
        assert working.wait(timeout=60) == 0


def test_a_drain_whose_session_was_ended_finds_what_nobody_told_it(people: People) -> None:
    with worker() as working:
        arrive(people)
        until(lambda: Sale.objects.count() == 1)
        query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        arrive(people, 1)
        until(lambda: Sale.objects.count() == 2)
        assert working.poll() is None


def test_a_worker_told_to_stop_leaves_what_waits_behind_the_batch_at_hand(people: People) -> None:
    """Were it to finish them all, a backlog would outlast the patience of whoever stops it."""
    Notification.objects.bulk_create([arrival(people, number) for number in range(process.BATCH + 3)])
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT 1 FROM accounts_store WHERE id = %s FOR UPDATE", [people.bar.id])
        with worker() as working:
            until(lambda: engine.workers_seen() == len(engine.QUEUES))
            until(lambda: bool(query("SELECT 1 FROM pg_locks WHERE NOT granted")))  # the drain, in its first batch
            working.send_signal(signal.SIGTERM)
            until(lambda: engine.workers_seen() == 0)
            other.rollback()
            assert working.wait(timeout=60) == 0
    assert Notification.objects.filter(processed_at=None).count() == 3


def hanging_import(people: People, vendor: Vendor, reached: threading.Event, released: threading.Event) -> None:
    """An import whose first page comes when released."""
    closed_bill(vendor.world)

    def hang(request: Request, now: datetime) -> None:
        if request.path.endswith("/sales"):
            reached.set()
            released.wait(60)

    vendor.instead = hang
    enqueue_import(people, vendor)


def test_a_worker_killed_in_the_middle_of_a_job_leaves_it_to_the_next(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, released = threading.Event(), threading.Event()
    with vendor_served(monkeypatch) as vendor:
        try:
            hanging_import(people, vendor, reached, released)
            with worker() as working:
                assert reached.wait(60)
                working.kill()
                working.wait()
        finally:
            released.set()
        assert ("intake.import_window", "doing") in jobs()
        query("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - %s", LONG_AGO)
        with worker():
            until(lambda: not jobs())

    assert Sale.objects.count() == 1
    assert ImportRun.objects.get().state == "done"


def test_a_worker_told_to_stop_finishes_the_job_at_hand(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, released = threading.Event(), threading.Event()
    with vendor_served(monkeypatch) as vendor:
        hanging_import(people, vendor, reached, released)
        with worker() as working:
            assert reached.wait(60)
            working.terminate()
            released.set()
            assert working.wait(timeout=60) == 0

    assert "doing" not in {status for _, status in jobs()}  # the sweeper may have asked for more
    assert Sale.objects.count() == 1
