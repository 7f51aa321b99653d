"""What providers may hear of: said in the transaction that makes it true, to whoever asked to listen.

The names are those of the events of pay-at-table.md 3.4.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from comptoir.apps.pay_at_table.models import State


@dataclass(frozen=True)
class Happening:
    """One event: what, of which integration, and the ids it is about (`check_id`, `payment_id`, `intent_id`, …)."""

    kind: str
    organisation_id: UUID
    integration_id: UUID
    at: datetime
    about: Mapping[str, str]


Listener = Callable[[Happening], None]
_listeners: list[Listener] = []

OF_STATE: Final[Mapping[str, str]] = {
    State.RECORDED: "payment.recorded",
    State.SUBMITTED: "payment.submitted",
    State.NEEDS_ATTENTION: "payment.needs_attention",
    State.APPLIED: "payment.applied",
    State.SETTLED_MANUALLY: "payment.settled_manually",
}
REVERSED: Final = "payment.reversed_on_pos"


def listen(listener: Listener) -> None:
    """Be told of everything from now on; once, however often it is asked for."""
    if listener not in _listeners:
        _listeners.append(listener)


def say(kind: str, *, organisation_id: UUID, integration_id: UUID, now: datetime, **about: str) -> None:
    """Tell all listeners; what one raises undoes the transaction."""
    happening = Happening(kind, organisation_id, integration_id, now, about)
    for listener in _listeners:
        listener(happening)
