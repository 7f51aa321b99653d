"""The life of an intent, a short hold on a part of a bill before the guest is charged; pure (pay-at-table.md 1.3)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from comptoir.kernel.errors import RuleBroken

HOLD: Final = timedelta(seconds=180)
SHORTEST_HOLD: Final = timedelta(seconds=60)
LONGEST_HOLD: Final = timedelta(seconds=600)


class IntentState(StrEnum):
    """Where an intent is; all but `held` are ends."""

    HELD = "held"
    CONSUMED = "consumed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"


class Happening(StrEnum):
    """What befalls an intent."""

    CONFIRM = "confirm"
    CANCEL = "cancel"
    TIME = "time"
    CHECK_CHANGED = "check_changed"


ENDS: Final = {
    Happening.CONFIRM: IntentState.CONSUMED,
    Happening.CANCEL: IntentState.CANCELED,
    Happening.TIME: IntentState.EXPIRED,
    Happening.CHECK_CHANGED: IntentState.INVALIDATED,
}


def after(state: IntentState, happening: Happening) -> IntentState:
    """Where it is then. Money wins over reservation: confirming is never refused. Raises RuleBroken for a cancel."""
    if happening is Happening.CONFIRM:
        return IntentState.CONSUMED
    if state is IntentState.HELD:
        return ENDS[happening]
    if happening is Happening.CANCEL and state is IntentState.CONSUMED:
        raise RuleBroken("The guest has paid already.", code="intent_not_open", status=409)
    return state


def hold_of(seconds: int | None) -> timedelta:
    """How long to hold: 180 seconds unless told 60 to 600. Raises RuleBroken."""
    wanted = HOLD if seconds is None else timedelta(seconds=seconds)
    if not SHORTEST_HOLD <= wanted <= LONGEST_HOLD:
        raise RuleBroken("A part is held for 60 to 600 seconds.", code="ttl_invalid", status=422)
    return wanted
