"""Move a payment from state to state, and write down why, in one transaction (P8)."""

from datetime import datetime
from typing import Final

from comptoir.apps.pay_at_table.models import GuestPayment, State, Transition

SYSTEM: Final = "system"
LONGEST_CAUSE: Final = 200


def move(
    payment: GuestPayment,
    after: State,
    *,
    now: datetime,
    reason: str = "",
    cause: str = "",
    actor: str = SYSTEM,
    waiting_until: datetime | None = None,
) -> None:
    """Call it inside a transaction that holds the payment's row. The same state for the same reason writes no line."""
    before, was = payment.state, payment.reason
    payment.state, payment.reason, payment.waiting_until, payment.updated_at = after, reason, waiting_until, now
    payment.save(
        update_fields=["state", "reason", "waiting_until", "updated_at", "applied_reference", "tries", "retried_at"]
    )
    if (before, was) != (after, reason):
        Transition.objects.create(
            organisation_id=payment.organisation_id,
            payment_id=payment.id,
            before=before,
            after=after,
            actor=actor,
            cause=(cause or reason)[:LONGEST_CAUSE],
            at=now,
        )
