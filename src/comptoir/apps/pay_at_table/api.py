"""`/v1/integrations/{id}/…`: what a provider may do, with its app key, at the stores that let it in."""

from datetime import UTC, datetime
from typing import Annotated, Any, cast

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Router, Schema
from ninja.responses import Status
from ninja.security import HttpBearer

from comptoir.apps.pay_at_table import checks, holding, linking, retrying
from comptoir.apps.pay_at_table.amounts import payable
from comptoir.apps.pay_at_table.idempotency import once
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration, Intent, MethodKind, ProviderKey
from comptoir.apps.pay_at_table.recording import Taken, record
from comptoir.apps.pay_at_table.schemas import (
    CheckOut,
    ConfirmIn,
    IntentIn,
    IntentOut,
    LinkOut,
    PaymentIn,
    PaymentOut,
    Short,
    UnplacedIn,
)
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Amount, Problem

router = Router(tags=["Pay at table"])
FAULTS: dict[int, type[Problem]] = dict.fromkeys((401, 403, 404, 409, 422, 502), Problem)


class ProviderBearer(HttpBearer):
    """A provider app key."""

    def authenticate(self, request: HttpRequest, token: str) -> ProviderKey | None:  # noqa: ARG002  (ninja names it)
        """None (401) for a key that is unknown or revoked."""
        return linking.key_behind(token)


KEY = ProviderBearer()


@router.post("/integrations/{integration}/link", response={200: LinkOut, **FAULTS}, auth=KEY)
def ask_for_link(request: HttpRequest, integration: str) -> LinkOut:
    """Ask the merchant to be let in."""
    link = linking.ask(key=_key(request), integration_id=parse_id("int", integration), now=timezone.now())
    return LinkOut(integration=integration, state=link.state)


@router.get("/integrations/{integration}/checks", response={200: list[CheckOut], **FAULTS}, auth=KEY)
def list_checks(request: HttpRequest, integration: str, table_number: Short = "") -> list[CheckOut]:
    """Open bills; a table may hold several."""
    mine, now = _mine(request, integration), timezone.now()
    found = checks.open_bills(mine, now=now)
    return [_check(bill, now) for bill in found if table_number in {"", bill.table_number}]


@router.get("/integrations/{integration}/checks/{check}", response={200: CheckOut, **FAULTS}, auth=KEY)
def one_check(request: HttpRequest, integration: str, check: Short) -> CheckOut:
    """One bill, read at the till at most 15 seconds ago."""
    now = timezone.now()
    return _check(checks.fresh_bill(_mine(request, integration), check, now=now), now)


@router.post(
    "/integrations/{integration}/checks/{check}/payment-intents", response={201: IntentOut, **FAULTS}, auth=KEY
)
def create_intent(
    request: HttpRequest, integration: str, check: Short, body: IntentIn, if_match: Annotated[str, Header()] = ""
) -> Status[Any]:
    """Hold a part of a bill before the guest is charged."""
    mine, now = _mine(request, integration), timezone.now()

    def act() -> tuple[int, dict[str, Any]]:
        intent = holding.hold(
            integration=mine,
            check_id=check,
            session=body.provider_session_id,
            amount=body.amount,
            tip=body.tip,
            tip_confirmed=body.tip_confirmed,
            method_kind=body.method_kind,
            seconds=body.ttl_s,
            revision=_revision(if_match),
            now=now,
        )
        return 201, _intent(intent)

    return once(request, act, integration=mine, key=_key(request), now=now)


@router.post(
    "/integrations/{integration}/payment-intents/{intent}/cancel", response={200: IntentOut, **FAULTS}, auth=KEY
)
def cancel_intent(request: HttpRequest, integration: str, intent: str) -> Status[Any]:
    """Let go of a held part."""
    mine, now = _mine(request, integration), timezone.now()
    identifier = parse_id("pi", intent)
    return once(
        request,
        lambda: (200, _intent(holding.release(integration=mine, intent_id=identifier))),
        integration=mine,
        key=_key(request),
        now=now,
    )


@router.post(
    "/integrations/{integration}/payment-intents/{intent}/confirm",
    response={200: PaymentOut, 201: PaymentOut, **FAULTS},
    auth=KEY,
)
def confirm_intent(request: HttpRequest, integration: str, intent: str, body: ConfirmIn) -> Status[Any]:
    """The guest was charged: recorded whatever became of the hold meanwhile."""
    mine = _mine(request, integration)
    held = Intent.objects.filter(
        organisation_id=mine.organisation_id, integration_id=mine.id, id=parse_id("pi", intent)
    ).first()
    if held is None:
        raise RuleBroken("There is no such intent.", code="not_found", status=404)
    bill = Bill.objects.get(organisation_id=mine.organisation_id, integration_id=mine.id, check_id=held.check_id)
    taken = Taken(
        body.provider_payment_id,
        held.amount,
        bill.currency,
        tip=held.tip if body.tip is None else body.tip,
        method_kind=MethodKind(held.method_kind),
        check_id=held.check_id,
        table_number=bill.table_number,
        captured_at=_aware(body.captured_at),
        intent_id=held.id,
    )
    return _recorded(request, mine, taken)


@router.post(
    "/integrations/{integration}/checks/{check}/payments",
    response={200: PaymentOut, 201: PaymentOut, **FAULTS},
    auth=KEY,
)
def report_payment(request: HttpRequest, integration: str, check: Short, body: PaymentIn) -> Status[Any]:
    """Money was taken for this bill: never refused for what the till, the plan or a switch says."""
    return _recorded(request, _mine(request, integration), _taken(body, check_id=check))


@router.post("/integrations/{integration}/payments", response={200: PaymentOut, 201: PaymentOut, **FAULTS}, auth=KEY)
def report_unplaced_payment(request: HttpRequest, integration: str, body: UnplacedIn) -> Status[Any]:
    """Money was taken, and nobody knows for which bill: somebody will see to it."""
    return _recorded(request, _mine(request, integration), _taken(body, table_number=body.table_number))


@router.get("/integrations/{integration}/payments/{payment}", response={200: PaymentOut, **FAULTS}, auth=KEY)
def one_payment(request: HttpRequest, integration: str, payment: str) -> PaymentOut:
    """Where a payment stands."""
    return _payment(_payment_of(_mine(request, integration), payment))


@router.post("/integrations/{integration}/payments/{payment}/retry", response={202: PaymentOut, **FAULTS}, auth=KEY)
def retry_payment(request: HttpRequest, integration: str, payment: str) -> Status[Any]:
    """Try again; the till is looked at first."""
    mine, now = _mine(request, integration), timezone.now()
    found = _payment_of(mine, payment)

    def act() -> tuple[int, dict[str, Any]]:
        again = retrying.retry(
            organisation_id=mine.organisation_id, payment_id=found.id, actor=f"provider:{_key(request).id}", now=now
        )
        return 202, _plain(_payment(again))

    return once(request, act, integration=mine, key=_key(request), now=now)


def _key(request: HttpRequest) -> ProviderKey:
    return cast(ProviderKey, request.auth)  # type: ignore[attr-defined]  # put there by ninja


def _mine(request: HttpRequest, integration: str) -> Integration:
    return linking.seen_by(_key(request), parse_id("int", integration))


def _payment_of(mine: Integration, payment: str) -> GuestPayment:
    found = GuestPayment.objects.filter(
        organisation_id=mine.organisation_id, integration_id=mine.id, id=parse_id("gpay", payment)
    ).first()
    if found is None:
        raise RuleBroken("There is no such payment.", code="not_found", status=404)
    return found


def _recorded(request: HttpRequest, mine: Integration, taken: Taken) -> Status[Any]:
    now = timezone.now()

    def act() -> tuple[int, dict[str, Any]]:
        payment, made = record(integration=mine, taken=taken, now=now)
        return 201 if made else 200, _plain(_payment(payment))

    return once(request, act, integration=mine, key=_key(request), now=now)


def _taken(body: PaymentIn, *, check_id: str = "", table_number: str = "") -> Taken:
    return Taken(
        body.provider_payment_id,
        body.amount,
        body.currency,
        tip=body.tip,
        method_kind=body.method_kind,
        check_id=check_id,
        table_number=table_number,
        captured_at=_aware(body.captured_at),
    )


def _aware(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _revision(if_match: str) -> int | None:
    """`"rev-17"` is 17. Raises RuleBroken for what is no ETag of ours."""
    if not if_match:
        return None
    number = if_match.strip('"').removeprefix("rev-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise RuleBroken("The bill has changed.", code="check_changed", status=409)
    return int(number)


def _plain(shown: Schema) -> dict[str, Any]:
    return shown.model_dump(mode="json")


def _check(bill: Bill, now: datetime) -> CheckOut:
    taken = holding.held(bill, now=now)

    def money(minor: int) -> Amount:
        return Amount(amount=minor, currency=bill.currency)

    return CheckOut(
        id=bill.check_id,
        table_number=bill.table_number,
        total=money(bill.total),
        remaining=money(bill.remaining),
        held=money(taken),
        payable=money(payable(total=bill.total, paid=bill.paid, held=taken)),
        closed=bill.closed,
        revision=bill.revision,
        fetched_at=bill.fetched_at,
    )


def _intent(intent: Intent) -> dict[str, Any]:
    return _plain(
        IntentOut(
            id=public_id("pi", intent.id),
            check_id=intent.check_id,
            amount=intent.amount,
            tip=intent.tip,
            state=intent.state,
            expires_at=intent.expires_at,
        )
    )


def _payment(payment: GuestPayment) -> PaymentOut:
    return PaymentOut(
        id=payment.public_id,
        provider_payment_id=payment.provider_payment_id,
        check_id=payment.check_id,
        amount=Amount(amount=payment.amount, currency=payment.currency),
        tip=Amount(amount=payment.tip, currency=payment.currency),
        method_kind=payment.method_kind,
        state=payment.state,
        reason=payment.reason,
        pos_reference=payment.applied_reference,
        created_at=payment.created_at,
        updated_at=payment.updated_at,
    )
