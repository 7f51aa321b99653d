"""What a provider says it gave back to a guest: never more than was taken, each report once (E45, E46)."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Sum

from comptoir.apps.pay_at_table import happenings, retrying
from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.provider_tables import Refund, RefundStatus
from comptoir.kernel.errors import RuleBroken

ENDS: Final = frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED})


def report(
    *,
    integration: Integration,
    payment: GuestPayment,
    refund_id: str,
    amount: int,
    reason: str,
    status: RefundStatus,
    actor: str,
    now: datetime,
) -> tuple[Refund, bool]:
    """The refund, and whether it is new. Reported again, its status goes on, from pending to an end, never back.

    What was given back is due on the till no more: all of it, and the payment is refunded, or waits for its line to be
    removed; some of it, and the rest goes to the till, or the line there is to be changed (T4, T22).
    Raises RuleBroken: `refund_exceeds_payment` (E45; pending ones count, failed ones do not), `provider_id_conflict`.
    """
    mine = {"organisation_id": payment.organisation_id}
    with transaction.atomic():
        GuestPayment.objects.select_for_update().get(**mine, id=payment.id)
        known = Refund.objects.filter(**mine, integration_id=integration.id, provider_refund_id=refund_id).first()
        if known is not None:
            if (known.payment_id, known.amount) != (payment.id, amount):
                words = "This refund was reported before with other figures."
                raise RuleBroken(words, code="provider_id_conflict", status=409)
            if known.status in ENDS and status != known.status:
                raise RuleBroken("This refund has ended.", code="provider_id_conflict", status=409)
        given = Refund.objects.filter(**mine, payment_id=payment.id).exclude(status=RefundStatus.FAILED)
        others = given.exclude(id=known.id) if known else given
        so_far = others.aggregate(sum=Sum("amount"))["sum"] or 0
        if status is not RefundStatus.FAILED and so_far + amount > payment.amount + payment.tip:
            words = "More would be given back than was taken."
            raise RuleBroken(words, code="refund_exceeds_payment", status=422)
        refund = known or Refund(
            **mine,
            integration_id=integration.id,
            payment_id=payment.id,
            provider_refund_id=refund_id,
            amount=amount,
            created_at=now,
        )
        before = known.status if known else ""
        refund.status, refund.reason, refund.updated_at = status, reason or refund.reason, now
        refund.save()
        for kind in _kinds(refund, is_new=known is None, before=before):
            happenings.say(
                kind,
                organisation_id=payment.organisation_id,
                integration_id=integration.id,
                now=now,
                payment_id=str(payment.id),
                refund_id=str(refund.id),
            )
        succeeded = given.filter(status=RefundStatus.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"] or 0
        if succeeded:
            retrying.refunded(
                organisation_id=payment.organisation_id,
                payment_id=payment.id,
                actor=actor,
                refund_id=refund_id,
                total=min(succeeded, payment.amount),
                now=now,
            )
    return refund, known is None


def _kinds(refund: Refund, *, is_new: bool, before: str) -> list[str]:
    """What is to be told of a report."""
    completed = refund.status == RefundStatus.SUCCEEDED and before != RefundStatus.SUCCEEDED
    return ["refund.recorded"] * is_new + ["refund.completed"] * completed
