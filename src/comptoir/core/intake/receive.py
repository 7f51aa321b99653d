"""Take webhooks in: many at once, one commit, and no answer before it (design.md 4, "Door").

Asynchronous and without ORM. One writer gathers whatever arrived while the previous commit was under way.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, Final, LiteralString

import psycopg
import structlog

from comptoir.core.intake.batches import (
    COUNT,
    FORMATS,
    STATEMENTS,
    STORE,
    Answer,
    Arrival,
    Batch,
    DoorBusy,
    Receipt,
    Waiting,
)
from comptoir.core.intake.session import CONNECT_SECONDS, Session

log = structlog.get_logger(__name__)

DRAIN_JOB: Final = "intake.drain"
CHANNEL: Final = "comptoir_inbox"
"""Where workers hear that there is something to drain (`listening.py`)."""
LARGEST_BATCH: Final = 500
WAITING_BODIES: Final = 4096
WAITING_BYTES: Final = 64 * 1024 * 1024
ANSWER_SECONDS: Final = 15.0
EXPIRY_SECONDS: Final = 0.5
# Where one copy comes, others follow: so long they are expected.
COPIES_SECONDS: Final = 5.0
# Under load, one wake in this time does for all commits within it; in a crowd the door cannot spare more than a few.
WAKE_SECONDS: Final = 0.005
CROWD: Final = 8
"""Bodies since the last wake from which on it is a crowd."""
CROWDED_WAKE_SECONDS: Final = 0.02

# Tells workers, and open pages, that there is something new.
WAKE_SQL: Final[LiteralString] = f"""
SELECT pg_notify('{CHANNEL}', '') UNION ALL
SELECT pg_notify('comptoir_live', organisation || ' inbox') FROM unnest(%(organisations)s::text[]) AS organisation
"""  # noqa: S608  (put together from constants)


class Receiver:
    """The one writer of a web process."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._batches: deque[Batch] = deque()
        self._waiting = 0
        self._waiting_bytes = 0
        self._in_hand: Sequence[Waiting] = ()
        self._arrived = asyncio.Event()
        self._wake = asyncio.Event()
        self._to_tell: set[str] = set()
        self._untold = 0
        self._copies_until = 0.0
        self._session: Session | None = None

    async def receive(self, arrival: Arrival) -> Receipt:
        """Store durably; returns only after the commit. Raises DoorBusy: queue full, database gone or slow."""
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()

        def answer(outcome: Receipt | DoorBusy) -> None:
            if future.done():  # whoever waited has left
                return
            if isinstance(outcome, DoorBusy):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        self.submit(arrival, answer)
        return await future

    def submit(self, arrival: Arrival, answer: Answer) -> None:
        """The same without a task of its own: `answer` is called in the loop, once, after the commit or a refusal.

        Raises DoorBusy at once when the queue is full.
        """
        if self._waiting >= WAITING_BODIES or self._waiting_bytes >= WAITING_BYTES:
            raise DoorBusy("Too much is arriving at once; send it again in a moment.", for_log="queue full")
        if not self._batches or len(self._batches[-1].waiting) >= LARGEST_BATCH:
            self._batches.append(Batch())
        self._batches[-1].add(Waiting(arrival, answer, asyncio.get_running_loop().time()))
        self._waiting += 1
        self._waiting_bytes += len(arrival.body)
        self._arrived.set()

    async def run(self) -> None:
        """Write until cancelled."""
        others = [asyncio.create_task(self._run_waker()), asyncio.create_task(self._run_expiry())]
        try:
            while True:
                await self._arrived.wait()
                batch = self._take()
                self._in_hand = batch.waiting
                await self._write(batch)
                self._in_hand = ()
        finally:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await self._disconnect()

    def _take(self) -> Batch:
        batch = self._batches.popleft()
        self._waiting -= len(batch.waiting)
        self._waiting_bytes -= sum(len(each.arrival.body) for each in batch.waiting)
        if not self._batches:
            self._arrived.clear()
        return batch

    async def _write(self, batch: Batch) -> None:
        try:
            unknown = await self._stored(batch)
        except psycopg.OperationalError as error:
            log.warning("door.database_gone", waiting=len(batch.waiting), cause=str(error))
            await self._disconnect()
            _refuse(batch.waiting, "The database does not answer; send it again in a moment.", str(error))
            return
        except Exception as error:  # whatever it is: without its one writer the door would never answer again
            if len(batch.waiting) == 1:
                log.exception("door.row_refused", door=batch.waiting[0].arrival.envelope.door)
                _refuse(batch.waiting, "This could not be stored; send it again later.", str(error))
                return
            for each in batch.waiting:  # one bad row must not fail its neighbours
                alone = Batch()
                alone.add(each)
                await self._write(alone)
            return
        self._untold += len(batch.waiting)
        self._wake.set()
        # In the next turn of the loop: the database gets its next batch first.
        asyncio.get_running_loop().call_soon(batch.settle, unknown)

    async def _stored(self, batch: Batch) -> list[int]:
        """One statement, one commit; numbers of the envelopes whose address is unknown.

        Tried again on a fresh connection: if the first did commit, copies are counted.
        """
        values = batch.values()
        try:
            unknown, organisations = await self._ask(values)
        except psycopg.OperationalError:
            await self._disconnect()
            unknown, organisations = await self._ask(values)
        self._to_tell.update(organisations)
        return [int(number) for number in unknown]

    async def _ask(self, values: list[bytes]) -> tuple[list[str], list[str]]:
        """Numbers of the envelopes with an unknown address, and the organisations that got something."""
        if self._session is None or not self._session.is_open:
            await self._disconnect()
            self._session = await Session.open(self._conninfo, STATEMENTS)
        now = asyncio.get_running_loop().time()
        unknown = organisations = None
        if now >= self._copies_until:
            try:
                unknown, organisations = await self._session.ask(STORE, values, FORMATS)
            except psycopg.errors.UniqueViolation:
                self._copies_until = now + COPIES_SECONDS
        if unknown is None:
            unknown, organisations = await self._session.ask(COUNT, values, FORMATS)
        return _elements(unknown), _elements(organisations)

    async def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _run_expiry(self) -> None:
        """Refuse what has waited too long. One look at all of them is cheaper than a timer for each."""
        while True:
            await asyncio.sleep(EXPIRY_SECONDS)
            latest = asyncio.get_running_loop().time() - ANSWER_SECONDS
            queued = (each for batch in self._batches for each in batch.waiting)
            late = [each for each in (*self._in_hand, *queued) if each.since < latest]
            _refuse(late, "This took too long; send it again in a moment.", "no commit in time")

    async def _run_waker(self) -> None:
        """After commits, never before, wake the drain and tell open pages: who looked earlier saw no rows.

        Its own commit need not be durable: what a crash loses here the sweeper finds in the inbox.
        """
        while True:
            await self._wake.wait()
            try:
                async with await self._waker_connection() as connection:
                    await connection.execute("SET synchronous_commit = off")
                    while True:
                        await self._wake.wait()
                        self._wake.clear()
                        told, self._to_tell = list(self._to_tell), set()
                        is_crowded, self._untold = self._untold >= CROWD, 0
                        await self._tell(connection, told)
                        await asyncio.sleep(CROWDED_WAKE_SECONDS if is_crowded else WAKE_SECONDS)
            except psycopg.Error as error:
                log.warning("door.wake_failed", cause=str(error))
                await asyncio.sleep(EXPIRY_SECONDS)

    async def _waker_connection(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS)

    async def _tell(self, connection: psycopg.AsyncConnection[Any], organisations: list[str]) -> None:
        """Wake the drain and the open pages; what could not be told now is told with the next wake."""
        try:
            await connection.execute(WAKE_SQL, {"organisations": organisations}, prepare=True)
        except psycopg.Error:
            self._to_tell.update(organisations)
            self._wake.set()
            raise


def _refuse(waiting: Sequence[Waiting], words: str, cause: str) -> None:
    for each in waiting:
        each.settle(DoorBusy(words, for_log=cause))


def _elements(array: bytes | None) -> list[str]:
    """Of an array of numbers or ids, as PostgreSQL writes it."""
    within = (array or b"{}")[1:-1].decode()
    return within.split(",") if within else []
