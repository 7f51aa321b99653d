"""Record what a provider took: always, and once (P1, P2). Whether it fits the bill is asked afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from comptoir.apps.pay_at_table import days, happenings, holding, waking
from comptoir.apps.pay_at_table.amounts import LARGEST_AMOUNT
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, MethodKind, State, Transition
from comptoir.apps.pay_at_table.reserving import Happening, IntentState, after
from comptoir.kernel.errors import RuleBroken

PATIENCE: Final = timedelta(minutes=2)
"""After so long without success somebody hears of it (pay-at-table.md 4)."""


@dataclass(frozen=True)
class Taken:
    """What the provider says: minor units, tip beside."""

    provider_payment_id: str
    amount: int
    currency: str
    tip: int = 0
    method_kind: MethodKind = MethodKind.CARD
    check_id: str = ""
    table_number: str = ""
    captured_at: datetime | None = None
    intent_id: UUID | None = None
    group_id: str = ""


def record(*, integration: Integration, taken: Taken, now: datetime) -> tuple[GuestPayment, bool]:
    """The payment, and whether it is new; durable when this returns.

    Raises RuleBroken `provider_id_conflict` when this id was reported with other figures, `amount_invalid` for what is
    no amount: nothing else keeps money from being written down.
    """
    if not 0 < taken.amount <= LARGEST_AMOUNT or not 0 <= taken.tip <= LARGEST_AMOUNT:
        raise RuleBroken("The amount is not one that can be paid.", code="amount_invalid", status=422)
    claims: list[dict[str, int]] = []
    with transaction.atomic():
        if taken.intent_id is not None:
            intent = holding.locked(integration, taken.intent_id)
            intent.state = after(IntentState(intent.state), Happening.CONFIRM)
            intent.save(update_fields=["state"])
            claims = intent.claims
        payment, made = GuestPayment.objects.get_or_create(
            organisation_id=integration.organisation_id,
            integration_id=integration.id,
            provider_payment_id=taken.provider_payment_id,
            defaults={
                "check_id": taken.check_id,
                "table_number": taken.table_number,
                "intent_id": taken.intent_id,
                "method_kind": taken.method_kind,
                "amount": taken.amount,
                "tip": taken.tip,
                "currency": taken.currency,
                "captured_at": taken.captured_at,
                "group_id": taken.group_id,
                "business_date": days.of_store(integration, now),
                "claims": claims,
                "created_at": now,
                "updated_at": now,
            },
        )
        if made:
            Transition.objects.create(
                organisation_id=payment.organisation_id,
                payment_id=payment.id,
                after=State.RECORDED,
                actor="provider",
                at=now,
            )
            happenings.say(
                happenings.OF_STATE[State.RECORDED],
                organisation_id=payment.organisation_id,
                integration_id=integration.id,
                now=now,
                payment_id=str(payment.id),
                state=str(payment.state),
                check_id=payment.check_id,
            )
            waking.apply_soon(payment)
            waking.tell_later(payment, at=now + PATIENCE)
    # Not the bill: the till may give it another number, and staff may apply a payment to another one.
    said = (taken.amount, taken.tip, taken.currency, taken.method_kind)
    if said != (payment.amount, payment.tip, payment.currency, payment.method_kind):
        words = "This payment was reported before with other figures."
        raise RuleBroken(words, code="provider_id_conflict", status=409)
    return payment, made
