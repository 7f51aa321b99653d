"""The records of what was done are a chain: each is sealed with the hash of the one before, so that none can be changed
or taken away unseen.

Sealed by a job a moment after they were written, so that no deed waits for another one. `Head` says how far each chain
goes. `comptoir doctor` reads both. Whoever owns the database can make a chain and its head anew: that is found only by
heads that were written down elsewhere, in the log or by `comptoir records` (`differing`).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection, transaction

from comptoir.core.audit.models import Head, Note
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.ids import parse_id, public_id

log = structlog.get_logger(__name__)

BATCH: Final = 500
BEGINNING: Final = b""


@dataclass(frozen=True)
class Chain:
    """What reading the chains found: how many notes are sealed, and the organisations whose chain is broken."""

    sealed: int
    waiting: int
    broken: tuple[UUID, ...]


@dataclass(frozen=True)
class Anchor:
    """How far a chain went when this was written down, and the hash of its newest note then."""

    organisation_id: UUID
    position: int
    hash: str

    def __str__(self) -> str:
        return f"{public_id('org', self.organisation_id)} {self.position} {self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """What `str` wrote. Raises ComptoirError."""
        words = text.split()
        if len(words) != len(cls.__dataclass_fields__) or not words[1].isdecimal():
            raise ComptoirError(f"This is no anchor: {text.strip()[:200]}")
        return cls(parse_id("org", words[0]), int(words[1]), words[2])


def seal_all() -> int:
    """Seal what is not sealed yet; how many notes that were."""
    waiting = Note.objects.filter(position=None).order_by().values_list("organisation_id", flat=True).distinct()
    return sum(seal(each) for each in list(waiting))


@transaction.atomic
def seal(organisation_id: UUID) -> int:
    """Seal the waiting notes of an organisation, in the order of their ids; one process at a time.

    Goes on from the head, whatever stands there: what was taken away stays missing, and is found. A chain whose head is
    gone is not gone on with.
    """
    _lock(organisation_id)
    mine = Note.objects.filter(organisation_id=organisation_id)
    head = Head.objects.filter(organisation_id=organisation_id).first()
    if head is None and mine.filter(position__isnull=False).exists():
        log.error("audit.head_missing", organisation=public_id("org", organisation_id))
        return 0
    position, previous = (head.position, bytes(head.hash)) if head else (0, BEGINNING)
    rows = list(mine.filter(position=None).order_by("id")[:BATCH])
    for row in rows:
        position += 1
        previous = _hash(row, position, previous)
        mine.filter(id=row.id, position=None).update(position=position, hash=previous)
    if rows:
        Head.objects.update_or_create(
            organisation_id=organisation_id, defaults={"position": position, "hash": previous}
        )
        log.info("audit.sealed", anchor=str(Anchor(organisation_id, position, previous.hex())))
    return len(rows)


def _lock(organisation_id: UUID) -> None:
    """Nobody else seals this chain until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit chain {organisation_id}"])


def read() -> Chain:
    """Read every chain from its beginning."""
    broken: list[UUID] = []
    sealed = 0
    written = Note.objects.order_by().values_list("organisation_id", flat=True).distinct()
    begun = Head.objects.values_list("organisation_id", flat=True)
    for organisation_id in sorted({*written, *begun}):
        number, is_whole = _read(organisation_id)
        sealed += number
        if not is_whole:
            broken.append(organisation_id)
    return Chain(sealed, Note.objects.filter(position=None).count(), tuple(broken))


def anchors() -> list[Anchor]:
    """How far each chain goes now, to be kept where nobody who can write here can write."""
    rows = Head.objects.order_by("organisation_id").values_list("organisation_id", "position", "hash")
    return [Anchor(organisation_id, position, bytes(newest).hex()) for organisation_id, position, newest in rows]


def differing(kept: Iterable[Anchor]) -> list[Anchor]:
    """Which anchors that were kept elsewhere the chains do not go through (any more)."""
    return [
        each
        for each in kept
        if not Note.objects.filter(
            organisation_id=each.organisation_id, position=each.position, hash=_bytes(each.hash)
        ).exists()
    ]


def _bytes(hexadecimal: str) -> bytes:
    try:
        return bytes.fromhex(hexadecimal)
    except ValueError:
        return BEGINNING


@transaction.atomic
def _read(organisation_id: UUID) -> tuple[int, bool]:
    """How many notes follow one another from the beginning, and whether they end where the head says."""
    _lock(organisation_id)
    head = Head.objects.filter(organisation_id=organisation_id).first()
    rows = Note.objects.filter(organisation_id=organisation_id, position__isnull=False).order_by("position")
    expected, previous = 0, BEGINNING
    for row in rows.iterator(chunk_size=BATCH):
        expected += 1
        previous = _hash(row, expected, previous)
        if row.position != expected or bytes(row.hash or b"") != previous:
            return expected, False
    return expected, (expected, previous) == ((head.position, bytes(head.hash)) if head else (0, BEGINNING))


def _hash(row: Note, position: int, previous: bytes) -> bytes:
    said: list[Any] = [position, str(row.id), row.at.astimezone(UTC).isoformat(), row.actor, row.what, row.subject]
    content = json.dumps([*said, row.details], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + content.encode()).digest()
