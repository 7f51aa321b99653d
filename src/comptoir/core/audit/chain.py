"""The records of what was done are a chain: each is sealed with the hash of the one before, so that none can be changed
or taken away unseen.

Sealed by a job a moment after they were written, so that no deed waits for another one. `comptoir doctor` reads them.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from comptoir.core.audit.models import Note

BATCH: Final = 500
BEGINNING: Final = b""


@dataclass(frozen=True)
class Chain:
    """What reading the chains found: how many notes are sealed, and the organisations whose chain is broken."""

    sealed: int
    waiting: int
    broken: tuple[UUID, ...]


def seal_all() -> int:
    """Seal what is not sealed yet; how many notes that were."""
    waiting = Note.objects.filter(position=None).order_by().values_list("organisation_id", flat=True).distinct()
    return sum(seal(each) for each in list(waiting))


@transaction.atomic
def seal(organisation_id: UUID) -> int:
    """Seal the waiting notes of an organisation, in the order of their ids; one process at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit chain {organisation_id}"])
    mine = Note.objects.filter(organisation_id=organisation_id)
    last = mine.filter(position__isnull=False).order_by("-position").first()
    position, previous = (last.position or 0, bytes(last.hash or b"")) if last else (0, BEGINNING)
    rows = list(mine.filter(position=None).order_by("id")[:BATCH])
    for row in rows:
        position += 1
        previous = _hash(row, position, previous)
        mine.filter(id=row.id, position=None).update(position=position, hash=previous)
    return len(rows)


def read() -> Chain:
    """Read every chain from its beginning."""
    broken: list[UUID] = []
    sealed = 0
    organisations = Note.objects.order_by().values_list("organisation_id", flat=True).distinct()
    for organisation_id in list(organisations):
        number, is_whole = _read(organisation_id)
        sealed += number
        if not is_whole:
            broken.append(organisation_id)
    return Chain(sealed, Note.objects.filter(position=None).count(), tuple(broken))


def _read(organisation_id: UUID) -> tuple[int, bool]:
    rows = Note.objects.filter(organisation_id=organisation_id, position__isnull=False).order_by("position")
    expected, previous = 0, BEGINNING
    for row in rows.iterator(chunk_size=BATCH):
        expected += 1
        previous = _hash(row, expected, previous)
        if row.position != expected or bytes(row.hash or b"") != previous:
            return expected, False
    return expected, True


def _hash(row: Note, position: int, previous: bytes) -> bytes:
    said: list[Any] = [position, str(row.id), row.at.astimezone(UTC).isoformat(), row.actor, row.what, row.subject]
    content = json.dumps([*said, row.details], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + content.encode()).digest()
