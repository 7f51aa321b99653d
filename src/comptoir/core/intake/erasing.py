"""Erase a person from the raw bodies of an organisation: they are kept 30 days, and must not outlive him.

Sales and their revisions hold nothing personal. What is to be erased is a row, its numbers sealed, until every body was
looked through; a job that dies goes on where it stopped, and looking through twice changes nothing.
"""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Max

from comptoir.core.connections.sealing import sealer
from comptoir.core.intake.blackening import Marks, blackened
from comptoir.core.intake.models import Erasure, Notification
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret

log = structlog.get_logger(__name__)

BATCH: Final = 200


def ask(*, organisation_id: UUID, phones: Collection[str], mails: Collection[str], now: datetime) -> None:
    """Have a person erased from what came in until now; call it in the transaction that forgets him."""
    marks = Marks.of(phones=phones, mails=mails)
    if not marks.mails and not marks.tails:
        return
    words = json.dumps({"phones": sorted(marks.tails), "mails": sorted(marks.mails)})
    latest = Notification.objects.filter(organisation_id=organisation_id).aggregate(upto=Max("id"))["upto"] or 0
    Erasure.objects.create(
        organisation_id=organisation_id,
        id=new_id(),
        marks=sealer().seal(Secret(words)),
        upto=latest,
        asked_at=now,
    )


def unfinished() -> list[tuple[UUID, UUID]]:
    """(organisation, id) of those that are not through yet."""
    rows = Erasure.objects.filter(finished_at=None).order_by("asked_at", "pk")
    return list(rows.values_list("organisation_id", "id"))


def run(*, organisation_id: UUID, erasure_id: UUID, clock: Callable[[], datetime]) -> None:
    """Look through what is left; the numbers are forgotten with the last batch."""
    while _run_batch(organisation_id, erasure_id, clock()):
        pass


@transaction.atomic
def _run_batch(organisation_id: UUID, erasure_id: UUID, now: datetime) -> bool:
    """Whether there is more."""
    mine = Erasure.objects.select_for_update().filter(organisation_id=organisation_id, id=erasure_id, finished_at=None)
    row = mine.first()
    if row is None or row.marks is None:
        return False
    words = json.loads(sealer().unseal(row.marks).reveal())
    marks = Marks.of(phones=words["phones"], mails=words["mails"])
    bodies = Notification.objects.select_for_update().filter(
        organisation_id=organisation_id, id__gt=row.cursor, id__lte=row.upto
    )
    batch = list(bodies.order_by("id")[:BATCH])
    for each in batch:
        row.bodies += _erase(each, marks)
    if len(batch) < BATCH:
        row.marks, row.finished_at = None, now
        log.info("intake.erased", erasure=str(row.id), bodies=row.bodies)
    else:
        row.cursor = batch[-1].id
    row.save(update_fields=["cursor", "bodies", "marks", "finished_at"])
    return row.finished_at is None


def _erase(row: Notification, marks: Marks) -> bool:
    """The hash stays: a copy that comes later in the same minute is still seen as one."""
    left = blackened(bytes(row.body), marks)
    if left is None:
        return False
    Notification.objects.filter(received_minute=row.received_minute, id=row.id).update(body=left)
    return True
