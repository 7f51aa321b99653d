"""Move a payment from state to state, and write down why, in one transaction (P8)."""

from datetime import datetime
from typing import Final

from comptoir.apps.pay_at_table import happenings, waking
from comptoir.apps.pay_at_table.models import GuestPayment, State, Transition

SYSTEM: Final = "system"
LONGEST_CAUSE: Final = 200
FIELDS: Final = (
    "state",
    "reason",
    "table_number",
    "waiting_until",
    "updated_at",
    "applied_reference",
    "applied_at",
    "tries",
    "retried_at",
)


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
    if after == State.APPLIED:
        payment.applied_at = now
    payment.save(update_fields=FIELDS)
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
        _say(payment, before, now)
        if after == State.NEEDS_ATTENTION:
            waking.tell_soon(payment.organisation_id, payment.integration_id)
        elif after == State.APPLIED:
            waking.tell_nothing(payment)


def _say(payment: GuestPayment, before: str, now: datetime) -> None:
    if payment.is_test:
        return
    kind = happenings.OF_STATE.get(payment.state, "")
    if payment.reason == "reversed_on_pos":
        kind = happenings.REVERSED
    if kind and (before != payment.state or payment.state == State.NEEDS_ATTENTION):
        happenings.say(
            kind,
            organisation_id=payment.organisation_id,
            integration_id=payment.integration_id,
            now=now,
            payment_id=str(payment.id),
            state=str(payment.state),
            check_id=payment.check_id,
        )
