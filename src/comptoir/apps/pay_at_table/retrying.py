"""A person, or the provider, says *again*; or says that it was settled without Comptoir."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from comptoir.apps.pay_at_table import tasks
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.models import ENDS, MOVING, GuestPayment, State
from comptoir.kernel.errors import RuleBroken


def retry(*, organisation_id: UUID, payment_id: UUID, actor: str, now: datetime) -> GuestPayment:
    """Look at the till again and go on. Raises RuleBroken `not_retryable` at an end, `retry_in_progress` on the way."""
    with transaction.atomic():
        payment = _locked(organisation_id, payment_id)
        if payment.state in ENDS:
            raise RuleBroken("This payment is settled.", code="not_retryable", status=409)
        if payment.state in MOVING:
            raise RuleBroken("This payment is on its way already.", code="retry_in_progress", status=409)
        payment.retried_at, payment.tries = now, 0
        move(payment, State.QUEUED, now=now, reason="retry", actor=actor)
        tasks.apply_soon(payment)
        return payment


def settle_by_hand(*, organisation_id: UUID, payment_id: UUID, actor: str, why: str, now: datetime) -> GuestPayment:
    """Somebody entered it on the till; a named person and a reason are the evidence (P5). Raises RuleBroken."""
    if not why.strip():
        raise RuleBroken("Say why.", code="reason_missing", status=422)
    with transaction.atomic():
        payment = _locked(organisation_id, payment_id)
        if payment.state != State.NEEDS_ATTENTION:
            raise RuleBroken("This payment does not wait for anybody.", code="not_retryable", status=409)
        move(payment, State.SETTLED_MANUALLY, now=now, reason="entered_by_hand", cause=why, actor=actor)
        return payment


def _locked(organisation_id: UUID, payment_id: UUID) -> GuestPayment:
    found = GuestPayment.objects.select_for_update().filter(organisation_id=organisation_id, id=payment_id).first()
    if found is None:
        raise RuleBroken("There is no such payment.", code="not_found", status=404)
    return found
