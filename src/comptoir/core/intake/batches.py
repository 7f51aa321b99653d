"""Arrivals that share a commit, in the form in which one statement stores them."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import accumulate
from typing import Final, LiteralString, NamedTuple

import msgspec
import structlog
from psycopg.pq import Format

from comptoir.core.intake.packing import packed
from comptoir.core.intake.session import instants, integers
from comptoir.kernel.errors import ComptoirError

log = structlog.get_logger(__name__)

# The bodies come as one binary value and are cut here, and what they share with others of the batch (their envelope)
# comes once. Copies inside a batch are removed before; a copy of an earlier body is refused: then COUNT_SQL does it.
STORE_SQL: Final[LiteralString] = """
(jsonb, bytea, bytea, int[], int[], int[], int[], timestamptz[]) AS WITH envelope AS (
    SELECT e.number, e.door, e.provider, e.address_hash, e.headers,
           w.organisation_id, w.store_id, w.id IS NOT NULL AS known
    FROM ROWS FROM (jsonb_to_recordset($1)
                    AS (door text, provider text, address_hash text, headers jsonb)
         ) WITH ORDINALITY AS e (door, provider, address_hash, headers, number)
    LEFT JOIN connections_webhookaddress w
        ON w.token_hash = decode(e.address_hash, 'base64') AND w.provider = e.provider
), stored AS (
    INSERT INTO intake_notification AS n
        (organisation_id, store_id, provider, door, verified, body, body_hash, headers, copies, received_at,
         received_minute, outcome, location_id, delivery, fault_path, fault, taken_for_store)
    SELECT e.organisation_id, e.store_id, e.provider, e.door, e.known,
           substring($2 FROM a.start FOR a.size),
           substring($3 FROM 1 + 32 * (a.position::int - 1) FOR 32),
           e.headers, a.copies, a.received_at, date_trunc('minute', a.received_at), '', '', '', '', '', false
    FROM unnest($4, $5, $6, $7, $8) WITH ORDINALITY AS a (start, size, number, copies, received_at, position)
    JOIN envelope e ON e.number = a.number
    WHERE e.known OR e.address_hash IS NULL
    ORDER BY a.position
    RETURNING n.organisation_id
)
SELECT ARRAY(SELECT number FROM envelope WHERE address_hash IS NOT NULL AND NOT known),
       ARRAY(SELECT DISTINCT organisation_id::text FROM stored WHERE organisation_id IS NOT NULL)
"""

# The same, and copies of earlier bodies are counted. Looking for one before each insert costs a tenth more.
COUNT_SQL: Final[LiteralString] = STORE_SQL.replace(
    "RETURNING",
    "ON CONFLICT (door, body_hash, received_minute) DO UPDATE SET copies = n.copies + excluded.copies RETURNING",
)
STORE: Final = "door_store"
COUNT: Final = "door_count"
STATEMENTS: Final[dict[str, LiteralString]] = {STORE: STORE_SQL, COUNT: COUNT_SQL}
FORMATS: Final = (Format.TEXT, *[Format.BINARY] * 7)

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


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


Answer = Callable[[Receipt | DoorBusy], None]


class Waiting:
    """An arrival whose sender waits for an answer, and since when (the loop's clock)."""

    __slots__ = ("_answer", "arrival", "number", "since")

    def __init__(self, arrival: Arrival, answer: Answer, since: float) -> None:
        self.arrival, self.since = arrival, since
        self.number = 0  # of its envelope, within its batch
        self._answer: Answer | None = answer

    def settle(self, outcome: Receipt | DoorBusy) -> None:
        """Answer, once: what was refused for its age may be stored after all. No fault of one is the others'."""
        answer, self._answer = self._answer, None
        try:
            if answer:
                answer(outcome)
        except Exception:
            log.exception("door.not_answered", door=self.arrival.envelope.door)


class Batch:
    """Grows while the batch before it is being committed, so that little is left to do when its turn comes."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self._envelopes: dict[Envelope, int] = {}
        self._unique: dict[tuple[str, bytes, int], int] = {}
        self._bodies: list[bytes] = []
        self._numbers: list[int] = []
        self._copies: list[int] = []
        self._instants: list[int] = []

    def add(self, waiting: Waiting) -> None:
        """Take one more. A copy of one that is here is counted there: the statement could not tell them apart."""
        envelope, body, received_at = waiting.arrival
        key = (envelope.door, hashlib.sha256(body).digest(), received_at.minute)
        # What may fail, for want of memory, comes first: of half a body the others would have the hashes.
        kept = b"" if key in self._unique else packed(body)
        number = waiting.number = self._envelopes.setdefault(envelope, len(self._envelopes) + 1)
        self.waiting.append(waiting)
        place = self._unique.setdefault(key, len(self._bodies))
        if place < len(self._bodies):
            self._copies[place] += 1
            return
        self._bodies.append(kept)
        self._numbers.append(number)
        self._copies.append(1)
        self._instants.append((received_at - EPOCH) // MICROSECOND)

    def values(self) -> list[bytes]:
        """What STATEMENTS take, in their FORMATS."""
        sizes = [len(body) for body in self._bodies]
        return [
            msgspec.json.encode(list(self._envelopes)),
            b"".join(self._bodies),
            b"".join([body_hash for _, body_hash, _ in self._unique]),
            integers([*accumulate(sizes[:-1], initial=1)]),
            integers(sizes),
            integers(self._numbers),
            integers(self._copies),
            instants(self._instants),
        ]

    def settle(self, unknown: Sequence[int]) -> None:
        """After the commit: answer them all. `unknown` are numbers of envelopes whose address is not in use."""
        for each in self.waiting:
            each.settle(Receipt.UNKNOWN_ADDRESS if each.number in unknown else Receipt.STORED)
