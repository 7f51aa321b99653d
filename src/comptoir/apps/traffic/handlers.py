"""What traffic does when sales move: the days they belong to are made anew, a moment later and once for all of them."""

from collections.abc import Sequence
from datetime import datetime

from comptoir.apps.traffic import tasks
from comptoir.core.installations.manifest import Event


def sales_moved(events: Sequence[Event], now: datetime) -> None:
    """One job, however many sales: which days changed stands in the ledger."""
    tasks.enqueue_restating(events[0].organisation_id, at=now + tasks.SETTLING)
