"""Declare, enqueue and run jobs; the only file that knows the job engine.

Rows are the truth and jobs only carry ids: a job may be lost, doubled or late, and the sweeper puts it right.
"""

import asyncio
import contextlib
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Final, LiteralString, cast

import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.db import IntegrityError, NotSupportedError, connection, transaction
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.contrib.django import app as engine_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job as JobRow
from procrastinate.jobs import Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.tasks import Task
from structlog.contextvars import bound_contextvars, get_contextvars
from ulid import ULID

from comptoir.core import prepared
from comptoir.kernel import computing, memory, metrics
from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.own_thread import run_apart

log = structlog.get_logger(__name__)

# What people wait for, what comes every minute, and what may take its time: an import keeps neither waiting.
LIVE: Final = "live"
POLLING: Final = "polling"
BACKGROUND: Final = "background"
# Figures that dashboards wait for: no vendor is asked for them, so none keeps them waiting.
FIGURES: Final = "figures"
# Calls to customers' addresses: they may be slow, so they wait only for one another.
WEBHOOKS: Final = "webhooks"
# Money on its way to tills: a vendor that does not answer keeps nothing else waiting, and the others little.
TILLS: Final = "tills"
QUEUES: Final = (LIVE, POLLING, FIGURES, BACKGROUND, WEBHOOKS, TILLS)
AT_LEAST: Final = {TILLS: 12}
"""Jobs at the same time that mostly wait for an answer."""
MOST_THREADS: Final = 27
"""Each keeps a session of the process's pool of 32; one is the drain's, four read ahead for imports."""
AT_WORK: Final = 4
"""Of them, so many compute at a time; the others wait for somebody (`kernel.computing`)."""
URGENT: Final = frozenset({LIVE, TILLS})
"""Whose jobs compute before those of the others: somebody stands at a counter, or at a table."""
PREPARED_AFTER: Final = 3
STALLED_AFTER_SECONDS: Final = 30
POLL_SECONDS: Final = 5.0
CORRELATION: Final = "request_id"
RESTART_SECONDS: Final = 1.0
GONE_SECONDS: Final = 2.0
"""How long a lost session is waited for before the worker begins anew."""
FAILED_KEPT_HOURS: Final = 14 * 24
RETRY_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
MOST_ATTEMPTS: Final = 50

# One statement that raises nothing and needs no savepoint, instead of the library's own three.
ENQUEUE_SQL: Final[LiteralString] = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at, status)"
    " VALUES (%(queue)s, %(task)s, %(priority)s, %(lock)s, %(waiting)s, %(args)s::jsonb, %(at)s, 'todo')"
    " ON CONFLICT DO NOTHING"
)
# The library's triggers tell workers of new jobs only.
BRING_FORWARD_SQL: Final[LiteralString] = (
    "WITH sooner AS (UPDATE procrastinate_jobs SET scheduled_at = %(at)s, priority = greatest(priority, %(priority)s)"
    " WHERE queueing_lock = %(waiting)s AND status = 'todo'"
    " AND scheduled_at > coalesce(%(at)s::timestamptz, now()) RETURNING id, queue_name)"
    " SELECT pg_notify('procrastinate_queue_v1#' || queue_name,"
    " json_build_object('type', 'job_inserted', 'job_id', id)::text) FROM sooner"
)

FORGET_SQL: Final[LiteralString] = "DELETE FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'"

_stopping: Final = threading.Event()


@dataclass(frozen=True)
class Job:
    """A declared job."""

    name: str
    task: "Task[Any, Any, Any]"

    def enqueue(self, **arguments: str | int) -> None:
        """Enqueue with the surrounding transaction: the job exists if and only if it commits."""
        self.task.configure().defer(**arguments, **_correlation())

    def enqueue_once(
        self,
        *,
        key: str = "",
        at: datetime | None = None,
        first: bool = False,
        patient: bool = False,
        **arguments: str | int,
    ) -> None:
        """Enqueue unless the same job (and key) is waiting already: rows tell what to do, not arguments.

        With a key, arguments name whose rows; and of one key one job runs at a time. `at` is when it may begin: one
        that waits for a later instant is brought forward, unless whoever asks is `patient`. `first`: before others of
        its priority.
        """
        lock = f"{self.name}{key}"
        values: dict[str, str | int | datetime | None] = {
            "queue": self.task.queue,
            "task": self.name,
            "priority": self.task.priority + first,
            "lock": lock if key else None,
            "waiting": lock,
            "args": json.dumps({**arguments, **_correlation()}),
            "at": at,
        }
        with prepared.cursor() as cursor:
            cursor.execute(ENQUEUE_SQL, values)
            if not patient and not cursor.rowcount:
                cursor.execute(BRING_FORWARD_SQL, values)
                log.debug("job.already_waiting", job=self.name, key=key)

    def run(self) -> None:
        """Do it here and now, as a worker would; for one that takes no arguments."""
        self.task()

    def forget(self, *, key: str = "") -> None:
        """Take back one that waits under this key: there is nothing left for it to do."""
        with prepared.cursor() as cursor:
            cursor.execute(FORGET_SQL, [f"{self.name}{key}"])


class TryLater(BaseRetryStrategy):
    """A vendor that cannot answer now is asked again later, for about two days; any other fault is final."""

    def get_retry_decision(self, *, exception: BaseException, job: JobRow) -> RetryDecision | None:
        """When to try again; None: never. A job under a queueing lock comes again by itself."""
        if not isinstance(exception, VendorBusy) or job.queueing_lock or job.attempts >= MOST_ATTEMPTS:
            return None
        now = datetime.now(UTC)
        wait = RETRY_WAITS[min(job.attempts, len(RETRY_WAITS) - 1)]
        return RetryDecision(retry_at=max(now + wait, exception.retry_at or now))


def job(name: str, *, queue: str, priority: int = 0) -> Callable[[Callable[..., None]], Job]:
    """Declare a job under a stable name. Arguments are ids as text; unknown extras must be tolerated.

    Of what waits in a queue, the higher `priority` is taken first.
    """

    def declare(function: Callable[..., None]) -> Job:
        @wraps(function)
        def run(**arguments: str) -> None:
            with _watched(name, arguments.pop(CORRELATION, ""), urgent=queue in URGENT):
                try:
                    function(**arguments)
                except NotSupportedError:  # a migration came in between (`prepared`); once more, with new plans
                    function(**arguments)

        return Job(name, engine_app.task(name=name, queue=queue, priority=priority, retry=TryLater())(run))

    return declare


def by_name(name: str) -> Job:
    """A job that was declared elsewhere, for those whom its function calls."""
    return Job(name, engine_app.tasks[name])


@contextlib.contextmanager
def _watched(name: str, request_id: str, *, urgent: bool) -> Iterator[None]:
    """Log, count and time under the id of whatever asked for the job, or one of its own."""
    began, outcome = time.monotonic(), "failed"
    try:
        with (
            computing.inside(urgent=urgent),
            bound_contextvars(job=name, **{CORRELATION: request_id or str(ULID()).lower()}),
        ):
            yield
        outcome = "done"
    except VendorBusy:
        outcome = "put_off"
        raise
    finally:
        metrics.JOBS.labels(name, outcome).inc()
        metrics.JOB_SECONDS.labels(name).observe(time.monotonic() - began)


def _correlation() -> dict[str, str]:
    """The id of the request, or of the job, that enqueues: the new one works under it."""
    request_id = get_contextvars().get(CORRELATION)
    return {CORRELATION: str(request_id)} if request_id else {}


def periodic(name: str, *, cron: str) -> Callable[[Callable[[], None]], Job]:
    """Declare a job that runs at every tick of `cron` (UTC), once however many workers there are."""

    def declare(function: Callable[[], None]) -> Job:
        def run(timestamp: int) -> None:  # noqa: ARG001  (the engine names it)
            with _watched(name, "", urgent=True):
                function()

        run.__module__, run.__qualname__ = function.__module__, function.__qualname__
        task = engine_app.task(name=name, queue=LIVE, queueing_lock=name)(run)
        return Job(name, engine_app.periodic(cron=cron)(task))

    return declare


def run_worker(*, concurrency: int, beside: Sequence[Callable[[threading.Event], None]] = ()) -> None:
    """Work until SIGTERM or SIGINT; finishes the jobs at hand first. Finished jobs are deleted.

    `concurrency` is the number of jobs of each queue at the same time. What works `beside` them has a thread of its
    own, until the event it is given is set.
    """
    memory.collect_by_batches()
    prepared.keep_plans()
    computing.limit(AT_WORK)
    _stopping.clear()
    threads = [threading.Thread(target=each, args=[_stopping], name=each.__name__) for each in beside]
    for thread in threads:
        thread.start()
    try:
        asyncio.run(_work_until_told(concurrency))
    finally:
        _stopping.set()
        for thread in threads:
            thread.join()


def is_stopping() -> bool:
    """Whether this worker was told to end: what goes on batch by batch, or page by page, leaves the rest to others."""
    return _stopping.is_set()


def drain() -> None:
    """Work until the queues are empty, then return: for tests and for one-off commands."""

    async def work() -> None:
        await _close_defer_connection()
        async with _worker_app().open_async() as app:
            await _give_back_stalled(app)
            await _work(app, list(QUEUES), concurrency=1, wait=False)

    run_apart(work)


def _worker_app() -> App:
    """The app on sessions of its own: Django's cannot listen."""
    return engine_app.with_connector(_Connector(connector_params(cast(DjangoConnector, engine_app.connector).alias)))


class _Connector(PsycopgConnector):
    """The library's, but for the statements that take and end jobs: those are waited for in the loop's own thread.

    They take less than a millisecond, and nothing else runs in this loop. Waiting for them as asyncio does was a fourth
    of what a worker computed (docs/decisions/0016).
    """

    def __init__(self, parameters: dict[str, Any]) -> None:
        super().__init__(kwargs=parameters, configure=_prepare_listening, min_size=0, max_size=1)
        self._blocking = SyncPsycopgConnector(
            kwargs=parameters, configure=_prepare_session, min_size=1, max_size=1, num_workers=1, timeout=GONE_SECONDS
        )

    async def open_async(self, pool: Any = None) -> None:
        """Both sessions."""
        await super().open_async(pool)
        self._blocking.open()

    async def close_async(self) -> None:
        """Both sessions."""
        self._blocking.close()
        await super().close_async()

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """For what answers nothing."""
        self._blocking.execute_query(query, **arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """For one row. Raises NoResult."""
        return self._blocking.execute_query_one(query, **arguments)

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        """For all rows."""
        return self._blocking.execute_query_all(query, **arguments)


def _prepare_session(session: "psycopg.Connection[Any]") -> None:
    """One statement is one transaction, planned once, and its commit waits for no disk: what a crash undoes of taking
    and ending jobs makes a job run again, which it must bear anyway."""
    session.autocommit = True
    session.prepare_threshold = PREPARED_AFTER
    session.execute("SET synchronous_commit = off")


async def _prepare_listening(session: "psycopg.AsyncConnection[Any]") -> None:
    await session.set_autocommit(True)


def _at_once(concurrency: int) -> dict[str, int]:
    """How many jobs of each queue run at the same time."""
    return {queue: max(concurrency, AT_LEAST.get(queue, 1)) for queue in QUEUES}


async def _work_until_told(concurrency: int) -> None:
    """Work, and go on working when the database comes back: only a signal, or a bug, ends this."""
    told = asyncio.Event()
    # Python's own choice is the number of cores and four, for all queues together: jobs that wait for a till that does
    # not answer would keep all others from theirs.
    threads = ThreadPoolExecutor(min(sum(_at_once(concurrency).values()), MOST_THREADS), thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(threads)

    def tell() -> None:
        _stopping.set()  # before jobs at hand have ended: those that take long look at it
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, tell)
    while not told.is_set():
        try:
            await _work_all(concurrency, told)
        except (ConnectorException, psycopg.Error) as error:
            log.warning("worker.database_gone", cause=str(error.__cause__ or error))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), RESTART_SECONDS)


async def _work_all(concurrency: int, told: asyncio.Event) -> None:
    """A worker for each queue, until told to stop; one that ends by itself takes the other with it.

    Stopping, a worker finishes the jobs at hand first.
    """
    await _close_defer_connection()
    async with _worker_app().open_async() as app:
        await _give_back_stalled(app)
        many = _at_once(concurrency)
        workers = [asyncio.create_task(_work(app, [each], concurrency=many[each], wait=True)) for each in QUEUES]
        stop = asyncio.create_task(told.wait())
        await asyncio.wait({*workers, stop}, return_when=asyncio.FIRST_COMPLETED)
        for task in (*workers, stop):
            task.cancel()
        for outcome in await asyncio.gather(*workers, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


async def _close_defer_connection() -> None:
    """Periodic jobs are deferred on Django's connection of one thread, which no request ever ends: one that died with
    the database would stay dead."""
    await sync_to_async(lambda: connection.close())()


async def _work(app: App, queues: list[str], *, concurrency: int, wait: bool) -> None:
    await app.run_worker_async(
        queues=queues,
        concurrency=concurrency,
        wait=wait,
        listen_notify=wait,
        install_signal_handlers=False,
        fetch_job_polling_interval=POLL_SECONDS,
        delete_jobs="successful",
        shutdown_graceful_timeout=20,
    )


async def _give_back_stalled(app: App) -> None:
    """Put jobs of dead workers back in the queue; one that waits there already, enqueued since, is enough."""
    for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS):
        try:
            await app.job_manager.retry_job(stalled)
            log.warning("job.given_back", job=stalled.task_name, job_id=stalled.id)
        except UniqueViolation:
            await app.job_manager.finish_job(stalled, Status.FAILED, delete_job=True)
        except ConnectorException as error:  # another worker was faster, or the database is gone: then it shows again
            log.info("job.not_given_back", job=stalled.task_name, job_id=stalled.id, cause=str(error.__cause__))


def give_back_stalled() -> None:
    """Put jobs whose worker died back in the queue, and forget what failed long ago; called by the sweeper."""

    async def sweep() -> None:
        async with _worker_app().open_async() as app:
            await _give_back_stalled(app)
            await app.job_manager.delete_old_jobs(FAILED_KEPT_HOURS, include_failed=True, include_aborted=True)

    run_apart(sweep)


def waiting() -> dict[str, int]:
    """How many jobs of each queue are due and not taken yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, count(*) FROM procrastinate_jobs WHERE status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name"
        )
        found = dict(cursor.fetchall())
    return {queue: int(found.get(queue, 0)) for queue in QUEUES}


@dataclass(frozen=True)
class Failed:
    """A job that was given up, since when, and the id under which the log says why ("" for one of the clock)."""

    id: int
    name: str
    queue: str
    attempts: int
    at: datetime | None
    correlation: str


def failed(*, limit: int = 100) -> list[Failed]:
    """Jobs that were given up and are still kept, the latest first; what they carry is not told."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.id, j.task_name, j.queue_name, j.attempts,"
            " (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id), coalesce(j.args ->> %s, '')"
            " FROM procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %s",
            [CORRELATION, limit],
        )
        return [Failed(*row) for row in cursor.fetchall()]


def again(job_id: int) -> bool:
    """Try a job that was given up once more; False when there is none, or the same one waits already."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL"
                " WHERE id = %s AND status = 'failed'",
                [job_id],
            )
            return bool(cursor.rowcount)
    except IntegrityError:
        return False


def workers_seen() -> int:
    """How many workers, of all processes and queues, have given a sign of life lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [STALLED_AFTER_SECONDS],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
