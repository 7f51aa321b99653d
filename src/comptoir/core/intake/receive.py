"""Take webhooks in: many at once, one commit, and no answer before it (design.md 4, "Door").

Asynchronous and without ORM. One writer gathers whatever arrived while the previous commit was under way.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from itertools import accumulate
from typing import Any, Final, LiteralString, NamedTuple

import msgspec
import psycopg
import structlog

from comptoir.core.jobs.engine import ENQUEUE_ONCE_SQL
from comptoir.kernel.errors import ComptoirError

log = structlog.get_logger(__name__)

DRAIN_JOB: Final = "intake.drain"
LARGEST_BATCH: Final = 500
WAITING_BODIES: Final = 4096
WAITING_BYTES: Final = 64 * 1024 * 1024
CONNECT_SECONDS: Final = 3
ANSWER_SECONDS: Final = 15.0
EXPIRY_SECONDS: Final = 0.5
# Under load, one wake in this time does for all commits within it.
WAKE_SECONDS: Final = 0.02

# The bodies come as one binary value and are cut here, and what they share with others of the batch (their envelope)
# comes once. Copies inside a batch are removed before; copies of earlier bodies are counted by the conflict.
STORE_SQL: Final[LiteralString] = """
WITH envelope AS (
    SELECT e.number, e.door, e.provider, e.address_hash, e.headers,
           w.organisation_id, w.store_id, w.id IS NOT NULL AS known
    FROM ROWS FROM (jsonb_to_recordset(%(envelopes)s::jsonb)
                    AS (door text, provider text, address_hash text, headers jsonb)
         ) WITH ORDINALITY AS e (door, provider, address_hash, headers, number)
    LEFT JOIN connections_webhookaddress w
        ON w.token_hash = decode(e.address_hash, 'base64') AND w.provider = e.provider
), stored AS (
    INSERT INTO intake_notification AS n
        (organisation_id, store_id, provider, door, verified, body, body_hash, headers, copies, received_at,
         received_minute, outcome, location_id, delivery, fault_path, fault, taken_for_store)
    SELECT e.organisation_id, e.store_id, e.provider, e.door, e.known,
           substring(%(bodies)b::bytea FROM a.start FOR a.size),
           substring(%(hashes)b::bytea FROM 1 + 32 * (a.position::int - 1) FOR 32),
           e.headers, a.copies, a.received_at, date_trunc('minute', a.received_at), '', '', '', '', '', false
    FROM unnest(%(starts)s::int[], %(sizes)s::int[], %(numbers)s::int[], %(copies)s::int[], %(instants)s::timestamptz[])
         WITH ORDINALITY AS a (start, size, number, copies, received_at, position)
    JOIN envelope e ON e.number = a.number
    WHERE e.known OR e.address_hash IS NULL
    ORDER BY a.position
    ON CONFLICT (door, body_hash, received_minute) DO UPDATE SET copies = n.copies + excluded.copies
    RETURNING n.organisation_id
)
SELECT ARRAY(SELECT number FROM envelope WHERE address_hash IS NOT NULL AND NOT known),
       ARRAY(SELECT DISTINCT organisation_id::text FROM stored WHERE organisation_id IS NOT NULL)
"""

# Enqueues the drain and tells open pages that there is something new.
WAKE_SQL: Final[LiteralString] = f"""
WITH enqueued AS ({ENQUEUE_ONCE_SQL})
SELECT pg_notify('comptoir_live', organisation || ' inbox') FROM unnest(%(organisations)s::text[]) AS organisation
"""  # noqa: S608  (put together from constants)


class DoorBusy(ComptoirError):
    """The door cannot promise durability now; the sender should come again."""


class Receipt(Enum):
    """What became of an arrival."""

    STORED = "stored"
    UNKNOWN_ADDRESS = "unknown_address"


class Envelope(msgspec.Struct, frozen=True, eq=False):
    """What notifications have in common: the door they came in at, and what their sender said of the body.

    `address_hash` is the hash of the token in the URL; None at a shared door. Hand in the same object where you can:
    it is told by identity, and written once a batch.
    """

    door: str
    provider: str
    address_hash: bytes | None
    headers: dict[str, str]


class Arrival(NamedTuple):
    """A webhook at a door."""

    envelope: Envelope
    body: bytes
    received_at: datetime


class Waiting(NamedTuple):
    """An arrival whose sender waits for an answer, and since when (the loop's clock)."""

    arrival: Arrival
    future: "asyncio.Future[Receipt]"
    since: float


class Receiver:
    """The one writer of a web process."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._waiting: list[Waiting] = []
        self._waiting_bytes = 0
        self._in_hand: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._wake = asyncio.Event()
        self._to_tell: set[str] = set()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def receive(self, arrival: Arrival) -> Receipt:
        """Store durably; returns only after the commit. Raises DoorBusy: queue full, database gone or slow."""
        if len(self._waiting) >= WAITING_BODIES or self._waiting_bytes >= WAITING_BYTES:
            raise DoorBusy("Too much is arriving at once; send it again in a moment.", for_log="queue full")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Receipt] = loop.create_future()
        self._waiting.append(Waiting(arrival, future, loop.time()))
        self._waiting_bytes += len(arrival.body)
        self._arrived.set()
        return await future

    async def run(self) -> None:
        """Write until cancelled."""
        others = [asyncio.create_task(self._run_waker()), asyncio.create_task(self._run_expiry())]
        try:
            while True:
                await self._arrived.wait()
                self._in_hand = self._take()
                await self._write(self._in_hand)
                self._in_hand = []
        finally:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await self._disconnect()

    def _take(self) -> list[Waiting]:
        batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
        self._waiting_bytes -= sum(len(each.arrival.body) for each in batch)
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _write(self, batch: list[Waiting]) -> None:
        try:
            receipts = await self._stored([each.arrival for each in batch])
        except psycopg.OperationalError as error:
            log.warning("door.database_gone", waiting=len(batch), cause=str(error))
            await self._disconnect()
            self._refuse(batch, "The database does not answer; send it again in a moment.", str(error))
            return
        except psycopg.Error as error:
            if len(batch) == 1:
                log.exception("door.row_refused", door=batch[0].arrival.envelope.door)
                self._refuse(batch, "This could not be stored; send it again later.", str(error))
                return
            for each in batch:  # one bad row must not fail its neighbours
                await self._write([each])
            return
        self._wake.set()
        for each, receipt in zip(batch, receipts, strict=True):
            if not each.future.done():
                each.future.set_result(receipt)

    def _refuse(self, batch: Sequence[Waiting], words: str, cause: str) -> None:
        for each in batch:
            if not each.future.done():
                each.future.set_exception(DoorBusy(words, for_log=cause))

    async def _stored(self, arrivals: Sequence[Arrival]) -> list[Receipt]:
        """One statement, one commit. Tried again on a fresh connection: if the first did commit, copies are counted."""
        parameters, numbers = _parameters(arrivals)
        try:
            unknown, organisations = await self._execute(parameters)
        except psycopg.OperationalError:
            await self._disconnect()
            unknown, organisations = await self._execute(parameters)
        self._to_tell.update(organisations)
        return [Receipt.UNKNOWN_ADDRESS if number in unknown else Receipt.STORED for number in numbers]

    async def _execute(self, parameters: dict[str, Any]) -> tuple[list[int], list[str]]:
        """Numbers of the envelopes with an unknown address, and the organisations that got something."""
        if self._connection is None or self._connection.closed:
            self._connection = await self._connect()
        cursor = await self._connection.execute(STORE_SQL, parameters, prepare=True)
        [(unknown, organisations)] = await cursor.fetchall()
        return unknown, organisations

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS)

    async def _disconnect(self) -> None:
        if self._connection:
            with contextlib.suppress(psycopg.Error):  # it is broken already; there is nothing to lose
                await self._connection.close()
        self._connection = None

    async def _run_expiry(self) -> None:
        """Refuse what has waited too long. One look at all of them is cheaper than a timer for each."""
        while True:
            await asyncio.sleep(EXPIRY_SECONDS)
            latest = asyncio.get_running_loop().time() - ANSWER_SECONDS
            late = [each for each in (*self._in_hand, *self._waiting) if each.since < latest]
            self._refuse(late, "This took too long; send it again in a moment.", "no commit in time")

    async def _run_waker(self) -> None:
        """After commits, never before, enqueue the drain and tell open pages: who looked earlier saw no rows.

        Its own commit need not be durable: what a crash loses here the sweeper finds in the inbox.
        """
        while True:
            await self._wake.wait()
            try:
                async with await self._connect() as connection:
                    await connection.execute("SET synchronous_commit = off")
                    while True:
                        await self._wake.wait()
                        self._wake.clear()
                        told, self._to_tell = list(self._to_tell), set()
                        await self._tell(connection, told)
                        await asyncio.sleep(WAKE_SECONDS)
            except psycopg.Error as error:
                log.warning("door.wake_failed", cause=str(error))
                await asyncio.sleep(EXPIRY_SECONDS)

    async def _tell(self, connection: psycopg.AsyncConnection[Any], organisations: list[str]) -> None:
        """Wake the drain and the open pages; what could not be told now is told with the next wake."""
        try:
            await connection.execute(WAKE_SQL, {"task": DRAIN_JOB, "organisations": organisations}, prepare=True)
        except psycopg.Error:
            self._to_tell.update(organisations)
            self._wake.set()
            raise


def _parameters(arrivals: Sequence[Arrival]) -> tuple[dict[str, Any], list[int]]:
    """What STORE_SQL takes, copies counted; and for each arrival the number of its envelope."""
    envelopes: dict[Envelope, int] = {}
    unique: dict[tuple[str, bytes, int], int] = {}
    bodies: list[bytes] = []
    rows: list[tuple[int, str]] = []
    copies: list[int] = []
    numbers: list[int] = []
    for envelope, body, received_at in arrivals:
        number = envelopes.setdefault(envelope, len(envelopes) + 1)
        numbers.append(number)
        body_hash = hashlib.sha256(body).digest()
        row = unique.setdefault((envelope.door, body_hash, received_at.minute), len(bodies))
        if row < len(bodies):
            copies[row] += 1
            continue
        bodies.append(body)
        rows.append((number, received_at.isoformat()))
        copies.append(1)
    sizes = [len(body) for body in bodies]
    parameters = {
        "envelopes": msgspec.json.encode(list(envelopes)).decode(),
        "bodies": b"".join(bodies),
        "hashes": b"".join(body_hash for _, body_hash, _ in unique),
        "starts": _array(accumulate(sizes[:-1], initial=1)),
        "sizes": _array(sizes),
        "numbers": _array(number for number, _ in rows),
        "copies": _array(copies),
        "instants": _array(instant for _, instant in rows),
    }
    return parameters, numbers


def _array(values: Iterable[int | str]) -> str:
    """PostgreSQL's own spelling of an array of numbers or instants: nothing in them needs quoting."""
    return f"{{{','.join(map(str, values))}}}"
