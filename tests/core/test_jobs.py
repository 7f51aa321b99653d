"""Jobs that exist with their transaction, outlive their workers, and are found again when nobody carries them."""

import asyncio
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction

from comptoir.core.intake import receive, tasks
from comptoir.core.intake.models import ImportRun, ImportWindow, Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import Sale
from comptoir.core.outbox.models import Delivery
from comptoir.pos.hosting import Response
from comptoir.project import environment
from tests.connectors.lightspeed_k.simulator_shop import closed_bill
from tests.core.kseries import vendor_served
from tests.core.queue import LONG_AGO, NOW, arrive, enqueue_import, jobs, query, statuses
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


def dead_worker(task: str = receive.DRAIN_JOB, *, lock: str | None = receive.DRAIN_JOB) -> int:
    """A job that a worker took, who then died; the job's id."""
    [[worker]] = query("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id", LONG_AGO)
    [[job]] = query(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)"
        " VALUES ('live', %s, %s, 'doing', %s) RETURNING id",
        task,
        lock,
        worker,
    )
    return int(job)


def test_a_job_exists_if_and_only_if_its_transaction_commits(db: None) -> None:
    with transaction.atomic():
        tasks.import_window.enqueue(organisation_id="x", connection_id="y", lane="0")
        tasks.drain.enqueue_once()
        transaction.set_rollback(True)
    assert jobs() == []

    with transaction.atomic():
        tasks.import_window.enqueue(organisation_id="x", connection_id="y", lane="0")
    assert jobs() == [("intake.import_window", "todo")]


def test_a_job_that_waits_already_leaves_the_transaction_whole(people: People) -> None:
    tasks.drain.enqueue_once()
    with transaction.atomic():
        arrive(people, 1)
        tasks.drain.enqueue_once()
        arrive(people, 2)

    assert Notification.objects.count() == 2
    assert statuses() == ["todo"]


def test_a_job_that_waits_for_later_is_brought_forward_and_workers_are_told(db: None) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    tasks.drain.enqueue_once(at=later)
    with psycopg.connect(environment.conninfo(os.environ), autocommit=True) as worker:
        worker.execute('LISTEN "procrastinate_queue_v1#live"')
        tasks.drain.enqueue_once(at=later + timedelta(hours=1))
        assert query("SELECT scheduled_at FROM procrastinate_jobs") == [(later,)]
        tasks.drain.enqueue_once()
        [told] = worker.notifies(timeout=60, stop_after=1)
    [(job, at)] = query("SELECT id, scheduled_at FROM procrastinate_jobs")
    assert (at, json.loads(told.payload)) == (None, {"type": "job_inserted", "job_id": job})


def test_a_job_that_has_nothing_left_to_do_is_forgotten(db: None) -> None:
    tasks.drain.enqueue_once()
    tasks.drain.forget(key=" another")
    assert statuses() == ["todo"]
    tasks.drain.forget()
    assert statuses() == []


def test_jobs_of_a_dead_worker_are_given_back_and_done(people: People) -> None:
    arrive(people)
    dead_worker()
    engine.drain()

    assert Sale.objects.count() == 1
    assert jobs() == []


def test_a_dead_worker_s_job_meets_one_that_waits_already(people: People) -> None:
    """The door enqueued again meanwhile: one of the two is enough, and no worker may stumble over it."""
    arrive(people)
    dead_worker()
    tasks.drain.enqueue_once()
    engine.give_back_stalled()

    assert statuses() == ["todo"]
    engine.drain()
    assert (Sale.objects.count(), jobs()) == (1, [])


def test_two_sweepers_at_once_give_back_once(people: People) -> None:
    job = dead_worker("intake.import_window", lock=None)
    threads = [threading.Thread(target=engine.give_back_stalled) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert query("SELECT status, attempts FROM procrastinate_jobs WHERE id = %s", job) == [("todo", 1)]


def test_a_job_of_a_living_worker_stays_where_it_is(people: People) -> None:
    dead_worker()
    query("UPDATE procrastinate_workers SET last_heartbeat = now()")
    engine.give_back_stalled()

    assert statuses() == ["doing"]
    assert engine.workers_seen() == 1


def test_a_job_whose_worker_was_forgotten_is_given_back_too(people: People) -> None:
    dead_worker()
    query("DELETE FROM procrastinate_workers")
    engine.give_back_stalled()

    assert statuses() == ["todo"]
    assert engine.workers_seen() == 0


def test_the_sweep_finds_rows_that_no_job_carries(people: People) -> None:
    arrive(people)
    tasks.sweep.task(timestamp=0)
    assert jobs() == [(receive.DRAIN_JOB, "todo")]
    engine.drain()
    assert Sale.objects.count() == 1

    Delivery.objects.update(due_at=NOW)
    tasks.sweep.task(timestamp=0)
    assert statuses() == (["todo"] if Delivery.objects.exists() else [])


def test_the_sweep_makes_no_work_where_there_is_none(people: People) -> None:
    tasks.sweep.task(timestamp=0)
    assert jobs() == []


def test_arguments_of_a_later_version_do_no_harm(people: People) -> None:
    arrive(people)
    query(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('live', %s, %s)",
        receive.DRAIN_JOB,
        '{"shard": "3"}',
    )
    engine.drain()

    assert (Sale.objects.count(), jobs()) == (1, [])


def test_an_import_the_vendor_has_no_time_for_comes_again_later(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendor_served(monkeypatch) as vendor:
        closed_bill(vendor.world)
        enqueue_import(people, vendor)
        busy = Response(503, b"", {"retry-after": "7200"})
        vendor.instead = lambda request, now: busy if request.path.endswith("/sales") else None
        engine.drain()
        assert jobs() == []
        waits = [each.due_at - datetime.now(UTC) for each in ImportWindow.objects.all()]
        assert all(timedelta(minutes=110) < wait <= timedelta(minutes=120) for wait in waits), "as the vendor asked"
        assert ImportRun.objects.get().state == "running"

        vendor.instead = None
        query("UPDATE intake_importwindow SET due_at = now()")
        query("UPDATE connections_callbudget SET paused_until = 0")
        tasks.sweep.task(timestamp=0)
        engine.drain()
    assert (jobs(), ImportRun.objects.get().state, Sale.objects.count()) == ([], "done", 1)


def test_a_job_that_failed_for_good_is_kept_for_a_while_and_then_forgotten(people: People) -> None:
    tasks.import_window.enqueue(organisation_id="no-id", connection_id="no-id", lane="0")
    engine.drain()
    engine.give_back_stalled()
    assert statuses() == ["failed"]

    query("UPDATE procrastinate_events SET at = at - %s", timedelta(hours=engine.FAILED_KEPT_HOURS + 1))
    engine.give_back_stalled()
    assert jobs() == []


def test_work_goes_on_after_the_connection_that_defers_periodic_jobs_has_died(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    def die() -> None:
        connection.ensure_connection()
        connection.connection.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, sync_to_async(die)()).result()
    arrive(people, 1)
    tasks.drain.enqueue_once()
    engine.drain()

    assert Sale.objects.count() == 1
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
