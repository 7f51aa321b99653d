"""Hold a part of a bill for a guest, let it go, or turn it into a payment (pay-at-table.md 1.3)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from comptoir.apps.pay_at_table import checks
from comptoir.apps.pay_at_table.amounts import check_guest_amount, check_payable, payable
from comptoir.apps.pay_at_table.failures import METHOD_MISSING
from comptoir.apps.pay_at_table.models import MOVING, Bill, GuestPayment, Integration, Intent, MethodKind
from comptoir.apps.pay_at_table.reserving import Happening, IntentState, after, hold_of
from comptoir.apps.pay_at_table.splitting import Wanted, claims_for, comes_to
from comptoir.kernel.errors import RuleBroken


def held(bill: Bill, *, now: datetime, beside: str = "") -> int:
    """What live intents and payments under way take of a bill; `beside` is a session whose own hold does not count."""
    mine = {"organisation_id": bill.organisation_id, "integration_id": bill.integration_id, "check_id": bill.check_id}
    live = Intent.objects.filter(**mine, state=IntentState.HELD, expires_at__gt=now)
    if beside:
        live = live.exclude(session=beside)
    moving = GuestPayment.objects.filter(**mine, state__in=MOVING)
    held_now = live.aggregate(sum=Sum("amount"))["sum"] or 0
    return held_now + (moving.aggregate(sum=Sum(F("amount") - F("given_back")))["sum"] or 0)


def hold(
    *,
    integration: Integration,
    check_id: str,
    session: str,
    amount: int | None,
    now: datetime,
    wanted: Sequence[Wanted] = (),
    tip: int = 0,
    tip_confirmed: bool = False,
    method_kind: MethodKind = MethodKind.CARD,
    seconds: int | None = None,
    revision: int | None = None,
) -> Intent:
    """Hold a part; a session's earlier hold is replaced. Two guests who want the last part: one gets it (E1).

    `wanted` items say what the amount is; named as well, it has to be that. Raises RuleBroken: `integration_disabled`,
    `method_not_mapped`, `check_not_found`, `check_closed`, `check_changed`, `amount_exceeds_payable`, `items_taken`,
    `amount_invalid`, `tip_unconfirmed`; and the vendor's errors.
    """
    until = now + hold_of(seconds)
    if amount is None and not wanted:
        raise RuleBroken("Name an amount, or items.", code="amount_invalid", status=422)
    if amount is not None:
        check_guest_amount(amount=amount, tip=tip, tip_confirmed=tip_confirmed)
    if not integration.enabled:
        raise RuleBroken("This integration is switched off.", code="integration_disabled", status=409)
    _check_method(integration, method_kind)
    checks.fresh_bill(integration, check_id, now=now)
    key = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    with transaction.atomic():
        bill = Bill.objects.select_for_update().get(**key, check_id=check_id)
        if bill.closed:
            raise RuleBroken("The bill is closed.", code="check_closed", status=409)
        if revision is not None and revision != bill.revision:
            raise RuleBroken("The bill has changed.", code="check_changed", status=409)
        claims = claims_for(bill, wanted, beside=session, now=now) if wanted else []
        amount = _amount_of(bill, claims, amount)
        check_guest_amount(amount=amount, tip=tip, tip_confirmed=tip_confirmed)
        left = payable(total=bill.total, paid=bill.paid, held=held(bill, now=now, beside=session))
        check_payable(amount=amount, payable_now=left, least=integration.least_part)
        live = Intent.objects.filter(**key, state=IntentState.HELD)
        live.filter(expires_at__lte=now).update(state=IntentState.EXPIRED)
        live.filter(session=session).update(state=IntentState.CANCELED)
        return Intent.objects.create(
            **key,
            check_id=check_id,
            session=session,
            amount=amount,
            tip=tip,
            method_kind=method_kind,
            claims=claims,
            expires_at=until,
            created_at=now,
        )


def _check_method(integration: Integration, kind: MethodKind) -> None:
    """One is chosen, and the till has it: it is asked only while one of the two is known to be gone (E29)."""
    chosen = integration.voucher_method if kind is MethodKind.VOUCHER else integration.card_method
    is_gone = chosen and integration.degraded == METHOD_MISSING and chosen not in checks.method_codes(integration)
    if not chosen or is_gone:
        raise RuleBroken("No payment method of the till is chosen.", code="method_not_mapped", status=409)


def _amount_of(bill: Bill, claims: list[dict[str, int]], amount: int | None) -> int:
    """What is held: what the items come to, or the amount. Raises RuleBroken where both are named and differ."""
    if not claims:
        assert amount is not None  # noqa: S101  (checked before the till was asked)
        return amount
    due = comes_to(bill, claims)
    if amount not in {None, due}:
        raise RuleBroken("The items come to another amount.", code="amount_invalid", status=422)
    return due


def release(*, integration: Integration, intent_id: UUID) -> Intent:
    """Let go of a hold. Raises RuleBroken when the guest has paid."""
    with transaction.atomic():
        intent = locked(integration, intent_id)
        intent.state = after(IntentState(intent.state), Happening.CANCEL)
        intent.save(update_fields=["state"])
        return intent


def locked(integration: Integration, intent_id: UUID) -> Intent:
    """An intent, for the rest of the transaction. Raises RuleBroken."""
    found = Intent.objects.select_for_update().filter(
        organisation_id=integration.organisation_id, integration_id=integration.id, id=intent_id
    )
    intent = found.first()
    if intent is None:
        raise RuleBroken("There is no such intent.", code="not_found", status=404)
    return intent
