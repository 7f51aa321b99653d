"""Orders that a partner's server pushes and wants an answer to: in the inbox and in the ledger by one transaction.

The same door as for every other sale, only without the queue: the caller waits, and knows the store already. The apps
hear of it from a job behind the commit, and from the sweep if that job is lost.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from comptoir.core.intake import process, tasks
from comptoir.core.intake.models import Notification
from comptoir.kernel.errors import RuleBroken

DOOR: Final = "partner"


@dataclass(frozen=True)
class Taken:
    """What became of a push: the sale that it is about, and whether anything of it moved."""

    sale_id: UUID
    changed: bool


def take(*, organisation_id: UUID, store_id: UUID, provider: str, document: Mapping[str, Any], now: datetime) -> Taken:
    """Keep a body and record what it shows, in the caller's transaction.

    Raises RuleBroken (`validation`, 422) for one that cannot be recorded; the caller's transaction keeps nothing of it.
    """
    body = msgspec.json.encode({**document, "received_at": now})
    row = Notification.objects.create(
        organisation_id=organisation_id,
        store_id=store_id,
        provider=provider,
        door=f"{DOOR}/{provider}",
        verified=True,
        body=body,
        body_hash=hashlib.sha256(body).digest(),
        headers={"content-type": "application/json"},
        received_at=now,
        received_minute=now.replace(second=0, microsecond=0),
    )
    fate = process.take(row, now=now)
    if fate.outcome == Notification.Outcome.PARKED or fate.sale_id is None:
        raise RuleBroken(
            fate.fault or "This order cannot be kept.", code="validation", status=422, for_log=fate.fault_path
        )
    # Not before: callers at the same time would wait for one another to commit.
    transaction.on_commit(tasks.drain.enqueue_once, robust=True)
    return Taken(fate.sale_id, fate.outcome == Notification.Outcome.RECORDED)
