"""Bills and payments as the provider API shows them."""

from datetime import datetime

from comptoir.apps.pay_at_table import holding, retry_links
from comptoir.apps.pay_at_table.amounts import payable
from comptoir.apps.pay_at_table.models import Attempt, Bill, GuestPayment, Integration, Intent
from comptoir.apps.pay_at_table.provider_tables import Refund
from comptoir.apps.pay_at_table.schemas import (
    CheckLineOut,
    CheckOut,
    GuestPaymentOut,
    IntentOut,
    PaidItemOut,
    PaymentAttemptOut,
    PosMethodOut,
    ReasonOut,
    RefundOut,
    TillPaymentOut,
)
from comptoir.apps.pay_at_table.splitting import lines_of
from comptoir.apps.pay_at_table.telling import Told, tell
from comptoir.kernel.ids import public_id
from comptoir.web.api import Amount


def etag(bill: Bill, *, now: datetime) -> str:
    """`"rev-17"`, and behind a dot what others hold: `If-Match` asks for the revision alone."""
    held = holding.held(bill, now=now)
    return f'"rev-{bill.revision}.{held}"' if held else f'"rev-{bill.revision}"'


def check(bill: Bill, *, now: datetime, stale: bool = False) -> CheckOut:
    """A bill."""
    taken = holding.held(bill, now=now)

    def money(minor: int) -> Amount:
        return Amount(amount=minor, currency=bill.currency)

    return CheckOut(
        id=bill.public_id,
        pos_check_id=bill.check_id,
        pos_check_chain=_chain(bill),
        table_number=bill.table_number,
        name=bill.name,
        covers=bill.covers,
        opened_at=bill.opened_at,
        currency=bill.currency,
        state=state_of(bill),
        total=money(bill.total),
        service_charge=money(bill.service_charge),
        paid=money(bill.paid),
        remaining=money(bill.remaining),
        overpaid=money(max(0, bill.paid - max(0, bill.total))),
        credit=money(max(0, -bill.total)),
        held=money(taken),
        payable=money(0 if bill.closed else payable(total=bill.total, paid=bill.paid, held=taken)),
        closed=bill.closed,
        stale=stale,
        revision=bill.revision,
        fetched_at=bill.fetched_at,
        lines=[
            CheckLineOut(
                line=each["line"],
                sku=each["sku"],
                name=each["name"],
                quantity=each["quantity"],
                total=money(each["total"]),
                includes=each["with"],
            )
            for each in lines_of(bill)
        ],
        payments=[
            TillPaymentOut(
                amount=money(each["amount"]),
                method=each.get("method", ""),
                method_label=each.get("method_name", ""),
                external_reference=each.get("reference", ""),
            )
            for each in bill.payments
        ],
    )


def state_of(bill: Bill) -> str:
    """Where a bill is on its way."""
    if bill.closed:
        return "closed"
    if bill.paid <= 0:
        return "open"
    return "partially_paid" if bill.remaining else "paid"


def _chain(bill: Bill) -> list[str]:
    same = Bill.objects.filter(
        organisation_id=bill.organisation_id, integration_id=bill.integration_id, visit_id=bill.visit_id
    )
    return list(same.exclude(check_id=bill.check_id).order_by("opened_at", "pk").values_list("check_id", flat=True))


def intent(held: Intent, bill: Bill | None) -> IntentOut:
    """A held part."""
    return IntentOut(
        id=public_id("pi", held.id),
        check_id=bill.public_id if bill else held.check_id,
        amount=held.amount,
        tip=held.tip,
        state=held.state,
        expires_at=held.expires_at,
    )


def payment(row: GuestPayment, integration: Integration, *, now: datetime) -> GuestPaymentOut:
    """A guest payment with everything that became of it."""
    mine = {"organisation_id": row.organisation_id, "payment_id": row.id}
    made = list(Attempt.objects.filter(**mine).order_by("number"))
    told = tell(row, now=now)
    bill = Bill.objects.filter(
        organisation_id=row.organisation_id, integration_id=row.integration_id, check_id=row.check_id
    ).first()

    def money(minor: int) -> Amount:
        return Amount(amount=minor, currency=row.currency)

    return GuestPaymentOut(
        id=row.public_id,
        integration_id=integration.public_id,
        provider_payment_id=row.provider_payment_id,
        check_id=bill.public_id if bill else "",
        pos_check_id=row.check_id,
        table_number=row.table_number,
        group_id=row.group_id,
        intent_id=public_id("pi", row.intent_id) if row.intent_id else "",
        method_kind=row.method_kind,
        pos_method=_method(made[-1].method if made else "", integration),
        items=[PaidItemOut(**each) for each in row.claims],
        amount=money(row.amount),
        due=money(row.due),
        tip=money(row.tip),
        tip_sent_to_pos=integration.tip_to_pos,
        state=row.state,
        reason=row.reason,
        state_reason=_reason(told),
        retryable="retry" in told.acts,
        next_retry_at=told.next_at,
        attempts=[_attempt(each, row) for each in made],
        applied_at=row.applied_at,
        pos_reference=row.applied_reference,
        refunds=[refund(each, row) for each in Refund.objects.filter(**mine).order_by("id")],
        refund_asked=money(row.refund_asked) if row.refund_asked else None,
        refund_asked_at=row.refund_asked_at,
        business_date=row.business_date,
        captured_at=row.captured_at,
        captured_in_future=row.captured_at is not None and row.captured_at > row.created_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        staff_view_url=retry_links.payment_url(row),
    )


def _method(code: str, integration: Integration) -> PosMethodOut:
    labels = {integration.voucher_method: integration.voucher_label, integration.card_method: integration.card_label}
    return PosMethodOut(code=code, label=labels.get(code, "") if code else "")


def refund(row: Refund, of: GuestPayment) -> RefundOut:
    """A refund."""
    return RefundOut(
        id=row.public_id,
        payment_id=of.public_id,
        provider_refund_id=row.provider_refund_id,
        amount=Amount(amount=row.amount, currency=of.currency),
        reason=row.reason,
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _reason(told: Told) -> ReasonOut | None:
    return ReasonOut(code=told.code, message=told.happened, pos_raw=told.said) if told.code else None


def _attempt(made: Attempt, of: GuestPayment) -> PaymentAttemptOut:
    return PaymentAttemptOut(
        number=made.number,
        reference=made.reference,
        amount=Amount(amount=made.amount, currency=of.currency),
        outcome=made.outcome,
        sent_at=made.sent_at,
        resolved_at=made.resolved_at,
        code=made.code,
        pos_raw=made.said,
    )
