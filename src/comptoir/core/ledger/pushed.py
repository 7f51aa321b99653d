"""When a partner's till was last heard of at a store, and whether that is too long ago (loyalty.md X8, X12, E53)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.db import connection

from comptoir.core.ledger import reads

LATEST_SALES: Final = 30
SHORTEST: Final = timedelta(minutes=30)
A_NIGHT: Final = timedelta(hours=5)
"""A longer gap is a closed door, not a pause between two guests."""


@dataclass(frozen=True)
class Heard:
    """The latest order of a store over one provider, and whether the store trades and is silent all the same."""

    latest: datetime
    is_silent: bool


def heard(organisation_id: UUID, provider: str, store_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Heard]:
    """For each store that ever sent an order; one is silent after twice its usual gap while it is open."""
    found: dict[UUID, Heard] = {}
    for store_id in store_ids:
        instants = _latest(organisation_id, provider, store_id)
        if instants:
            gap = max(SHORTEST, 2 * _usual_gap(instants))
            is_silent = now - instants[0] > gap and reads.trades_around(organisation_id, store_id, now=now)
            found[store_id] = Heard(instants[0], is_silent)
    return found


def _latest(organisation_id: UUID, provider: str, store_id: UUID) -> list[datetime]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT first_seen_at FROM ledger_sale WHERE organisation_id = %s AND store_id = %s AND provider = %s"
            " ORDER BY id DESC LIMIT %s",
            [organisation_id, store_id, provider, LATEST_SALES],
        )
        return [row[0] for row in cursor.fetchall()]


def _usual_gap(instants: list[datetime]) -> timedelta:
    gaps = sorted(later - earlier for later, earlier in pairwise(instants))
    open_gaps = [each for each in gaps if each < A_NIGHT]
    return open_gaps[len(open_gaps) // 2] if open_gaps else SHORTEST
