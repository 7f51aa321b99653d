"""Whether an integration's subscription lets payments through (F13); who keeps subscriptions says so."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from comptoir.apps.pay_at_table.models import Integration


class PlanState(StrEnum):
    """`grace`: ended at most seven days ago; what was taken is applied still. Recording never depends on it (P1)."""

    ACTIVE = "active"
    GRACE = "grace"
    ENDED = "ended"


Asked = Callable[[Integration, datetime], PlanState]
_answers: list[Asked] = []


def answered_by(asked: Asked) -> None:
    """Let this function say, from now on."""
    _answers[:] = [asked]


def state_of(integration: Integration, *, now: datetime) -> PlanState:
    """Where the subscription stands; active while nobody keeps subscriptions."""
    return _answers[0](integration, now) if _answers else PlanState.ACTIVE
