"""What a provider does about money: splits, holds, taken payments, refunds."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Query, Schema

from comptoir.apps.pay_at_table import checks, holding, refunding, retrying, splitting, typed_in
from comptoir.apps.pay_at_table.amounts import payable
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration, Intent, MethodKind
from comptoir.apps.pay_at_table.provider import bills, showing
from comptoir.apps.pay_at_table.provider.door import ProviderFault, actor, aware, kept, mine, operation
from comptoir.apps.pay_at_table.recording import Taken, record
from comptoir.apps.pay_at_table.schemas import (
    ConfirmIn,
    GuestPaymentOut,
    IntentIn,
    IntentOut,
    LineClaimIn,
    PaymentIn,
    PaymentsOut,
    RefundIn,
    RefundOut,
    Short,
    SplitIn,
    SplitOut,
    UnplacedIn,
)
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id, parse_id, public_id
from comptoir.web.api import Amount

IfMatch = Annotated[str, Header()]
Limit = Annotated[int, Query(ge=1, le=200)]


@operation("POST", "/checks/{check}/split-plans", {201: SplitOut})
def plan_split(
    request: HttpRequest, response: HttpResponse, integration: str, check: Short, body: SplitIn, if_match: IfMatch = ""
) -> Any:
    """What equal shares, or claimed items, come to now. Shares are kept with the bill, claims once they are held."""
    found, now = mine(request, integration, response, by_plan=True), timezone.now()

    def act() -> tuple[int, Schema]:
        bill = _bill(found, check, if_match, now=now)
        if bool(body.shares) == bool(body.claims):
            raise RuleBroken("Name shares, or claims.", code="amount_invalid", status=422)
        if body.shares:
            free = payable(total=bill.total, paid=bill.paid, held=holding.held(bill, now=now))
            plan, parts = splitting.shares(bill, number=body.shares, free=free, now=now)
            return 201, _split(bill, plan.public_id, "shares", parts)
        claims = splitting.claims_for(bill, _wanted(body.claims), now=now)
        return 201, _split(bill, public_id("spl", new_id()), "claims", (splitting.comes_to(bill, claims),))

    return kept(request, response, found, act)


@operation("POST", "/checks/{check}/payment-intents", {201: IntentOut})
def create_intent(
    request: HttpRequest, response: HttpResponse, integration: str, check: Short, body: IntentIn, if_match: IfMatch = ""
) -> Any:
    """Hold a part of a bill before the guest is charged."""
    found, now = mine(request, integration, response, by_plan=True), timezone.now()

    def act() -> tuple[int, Schema]:
        bill = _bill(found, check, if_match, now=now)
        intent = holding.hold(
            integration=found,
            check_id=bill.check_id,
            session=body.provider_session_id,
            amount=body.amount,
            wanted=_wanted(body.claims),
            tip=body.tip,
            tip_confirmed=body.tip_confirmed,
            method_kind=body.method_kind,
            seconds=body.ttl_s,
            now=now,
        )
        return 201, showing.intent(intent, bill)

    return kept(request, response, found, act)


@operation("GET", "/payment-intents/{intent}", {200: IntentOut})
def one_intent(request: HttpRequest, response: HttpResponse, integration: str, intent: str) -> IntentOut:
    """Where a hold stands."""
    found = mine(request, integration, response)
    held = _intent(found, intent)
    return showing.intent(held, _mirrored(found, held.check_id))


@operation("POST", "/payment-intents/{intent}/cancel", {200: IntentOut})
def cancel_intent(request: HttpRequest, response: HttpResponse, integration: str, intent: str) -> Any:
    """Let go of a held part."""
    found = mine(request, integration, response)
    identifier = parse_id("pi", intent)

    def act() -> tuple[int, Schema]:
        held = holding.release(integration=found, intent_id=identifier)
        return 200, showing.intent(held, _mirrored(found, held.check_id))

    return kept(request, response, found, act)


@operation("POST", "/payment-intents/{intent}/confirm", {200: GuestPaymentOut, 201: GuestPaymentOut})
def confirm_intent(request: HttpRequest, response: HttpResponse, integration: str, intent: str, body: ConfirmIn) -> Any:
    """The guest was charged: recorded whatever became of the hold meanwhile."""
    found = mine(request, integration, response, counted=False)
    held = _intent(found, intent)
    bill = Bill.objects.get(organisation_id=found.organisation_id, integration_id=found.id, check_id=held.check_id)
    taken = Taken(
        body.provider_payment_id,
        held.amount,
        bill.currency,
        tip=held.tip if body.tip is None else body.tip,
        method_kind=MethodKind(held.method_kind),
        check_id=held.check_id,
        table_number=bill.table_number,
        captured_at=aware(body.captured_at),
        intent_id=held.id,
        group_id=body.group_id,
    )
    return _recorded(request, response, found, taken)


@operation("POST", "/checks/{check}/payments", {200: GuestPaymentOut, 201: GuestPaymentOut})
def report_payment(
    request: HttpRequest, response: HttpResponse, integration: str, check: Short, body: PaymentIn
) -> Any:
    """Money was taken for this bill: never refused for what the till, the plan or a switch says."""
    found = mine(request, integration, response, counted=False)
    try:
        number = bills.number_of(found, check)
    except RuleBroken:  # an id of ours that names nothing: the money was taken all the same
        number = ""
    bill = _mirrored(found, number)
    return _recorded(
        request, response, found, _taken(body, check_id=number, table_number=bill.table_number if bill else "")
    )


@operation("POST", "/payments", {200: GuestPaymentOut, 201: GuestPaymentOut})
def report_unplaced_payment(request: HttpRequest, response: HttpResponse, integration: str, body: UnplacedIn) -> Any:
    """Money was taken, and only the table is known, or nothing: with one open bill at that table it is for that one."""
    found = mine(request, integration, response, counted=False)
    number = bills.only_one_at(found, body.table_number, now=timezone.now()) if body.table_number else ""
    return _recorded(request, response, found, _taken(body, check_id=number, table_number=body.table_number))


@operation("GET", "/payments", {200: PaymentsOut})
def list_payments(
    request: HttpRequest,
    response: HttpResponse,
    integration: str,
    state: Short = "",
    business_date: date | None = None,
    updated_since: datetime | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> PaymentsOut:
    """Payments, newest first."""
    found, now = mine(request, integration, response), timezone.now()
    rows = GuestPayment.objects.filter(organisation_id=found.organisation_id, integration_id=found.id, is_test=False)
    if state:
        rows = rows.filter(state=state)
    if business_date:
        rows = rows.filter(business_date=business_date)
    if updated_since:
        rows = rows.filter(updated_at__gte=aware(updated_since))
    if cursor:
        rows = rows.filter(id__lt=parse_id("gpay", cursor))
    page = list(rows.order_by("-id")[: limit + 1])
    following = page[limit - 1].public_id if len(page) > limit else None
    return PaymentsOut(data=[showing.payment(each, found, now=now) for each in page[:limit]], next_cursor=following)


@operation("GET", "/payments/{payment}", {200: GuestPaymentOut})
def one_payment(request: HttpRequest, response: HttpResponse, integration: str, payment: str) -> GuestPaymentOut:
    """Where a payment stands."""
    found = mine(request, integration, response)
    return showing.payment(_payment(found, payment), found, now=timezone.now())


@operation("POST", "/payments/{payment}/retry", {202: GuestPaymentOut})
def retry_payment(request: HttpRequest, response: HttpResponse, integration: str, payment: str) -> Any:
    """Try again; the till is looked at first."""
    found, now = mine(request, integration, response), timezone.now()
    row = _payment(found, payment)
    typed_in.must_be_another(row, seen=0, now=now)  # E38: whether it is, a person at the restaurant says

    def act() -> tuple[int, Schema]:
        again = retrying.retry(organisation_id=found.organisation_id, payment_id=row.id, actor=actor(request), now=now)
        return 202, showing.payment(again, found, now=now)

    return kept(request, response, found, act)


@operation("POST", "/payments/{payment}/refunds", {200: RefundOut, 201: RefundOut})
def report_refund(request: HttpRequest, response: HttpResponse, integration: str, payment: str, body: RefundIn) -> Any:
    """Money went back to the guest, or is on its way."""
    found, now = mine(request, integration, response, counted=False), timezone.now()
    row = _payment(found, payment)

    def act() -> tuple[int, Schema]:
        refund, made = refunding.report(
            integration=found,
            payment=row,
            refund_id=body.provider_refund_id,
            amount=body.amount,
            reason=body.reason,
            status=body.status,
            actor=actor(request),
            now=now,
        )
        return 201 if made else 200, showing.refund(refund, row)

    return kept(request, response, found, act)


def _recorded(request: HttpRequest, response: HttpResponse, found: Integration, taken: Taken) -> Any:
    now = timezone.now()

    def act() -> tuple[int, Schema]:
        payment, made = record(integration=found, taken=taken, now=now)
        return 201 if made else 200, showing.payment(payment, found, now=now)

    return kept(request, response, found, act)


def _taken(body: PaymentIn, *, check_id: str = "", table_number: str = "") -> Taken:
    return Taken(
        body.provider_payment_id,
        body.amount,
        body.currency,
        tip=body.tip,
        method_kind=body.method_kind,
        check_id=check_id,
        table_number=table_number,
        captured_at=aware(body.captured_at),
        group_id=body.group_id,
    )


def _bill(found: Integration, check: str, if_match: str, *, now: datetime) -> Bill:
    """A bill to decide money on, read lately, and as the caller saw it. Raises ProviderFault `check_changed`."""
    bill = checks.fresh_bill(found, bills.number_of(found, check), now=now)
    if if_match and revision_of(if_match) != bill.revision:
        shown = showing.check(bill, now=now).model_dump(mode="json")
        raise ProviderFault("The bill has changed.", code="check_changed", check=shown)
    return bill


def revision_of(if_match: str) -> int | None:
    """`"rev-17"` and `"rev-17.2400"` are 17; None for what is no tag of a bill."""
    number = if_match.strip().removeprefix("W/").strip('"').removeprefix("rev-").partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _mirrored(found: Integration, number: str) -> Bill | None:
    return Bill.objects.filter(organisation_id=found.organisation_id, integration_id=found.id, check_id=number).first()


def _intent(found: Integration, intent: str) -> Intent:
    row: UUID = parse_id("pi", intent)
    held = Intent.objects.filter(organisation_id=found.organisation_id, integration_id=found.id, id=row).first()
    if held is None:
        raise RuleBroken("There is no such intent.", code="not_found", status=404)
    return held


def _payment(found: Integration, payment: str) -> GuestPayment:
    row = GuestPayment.objects.filter(
        organisation_id=found.organisation_id, integration_id=found.id, id=parse_id("gpay", payment), is_test=False
    ).first()
    if row is None:
        raise RuleBroken("There is no such payment.", code="not_found", status=404)
    return row


def _wanted(claims: list[LineClaimIn]) -> list[splitting.Wanted]:
    return [splitting.Wanted(each.line, each.quantity, each.parts) for each in claims]


def _split(bill: Bill, identifier: str, kind: str, amounts: tuple[int, ...]) -> SplitOut:
    return SplitOut(
        id=identifier,
        check_id=bill.public_id,
        kind=kind,
        amounts=[Amount(amount=each, currency=bill.currency) for each in amounts],
        revision=bill.revision,
    )
