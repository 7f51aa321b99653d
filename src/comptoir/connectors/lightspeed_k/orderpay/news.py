"""What the vendor posts of orders, payments, items and readiness: bytes to facts; pure."""

from collections.abc import Mapping
from typing import Final

from comptoir.connectors.lightspeed_k.figures import figure, figure_or_none, text
from comptoir.connectors.lightspeed_k.orderpay import schemas
from comptoir.connectors.lightspeed_k.orderpay.checks import total_of
from comptoir.connectors.lightspeed_k.orderpay.failures import TIMEOUT, failure
from comptoir.connectors.lightspeed_k.orderpay.places import to_readiness
from comptoir.connectors.lightspeed_k.values import decode, unreadable
from comptoir.pos.connector import Reading
from comptoir.pos.orders import Failure, OrderState, OrderStatus, PaymentOutcome, PaymentResult
from comptoir.pos.places import Availability

TYPE_WHEN_ABSENT: Final = "ORDER"
"""The published failure of an order has no type; one that carries `errors` is a payment's all the same."""

ORDER_STATUSES: Final[Mapping[str, OrderStatus]] = {
    "SUCCESS": OrderStatus.ACCEPTED,
    "FAILURE": OrderStatus.FAILED,
    "IN_DELIVERY": OrderStatus.IN_DELIVERY,
    "READY_FOR_PICKUP": OrderStatus.READY,
    "DELIVERED": OrderStatus.DELIVERED,
    "CHECK_WAS_UPDATED": OrderStatus.CHANGED,
    "CLOSED": OrderStatus.CLOSED,
    "ABANDONED": OrderStatus.ABANDONED,
    "CANCELLED": OrderStatus.CANCELLED,
}
PAYMENT_OUTCOMES: Final[Mapping[str, PaymentOutcome]] = {
    "SUCCESS": PaymentOutcome.TAKEN,
    "FAILURE": PaymentOutcome.FAILED,
}


def read_task(body: bytes) -> Reading:
    """An order or a payment of ours. Raises VendorUnreadable."""
    said = decode(body, schemas.TASK_NEWS)
    kind = said.type or ("PAYMENT" if said.errors else TYPE_WHEN_ABSENT)
    fact = _payment(said) if kind == "PAYMENT" else _order(said)
    delivery = f"{kind} {text(said.status)} · {fact.reference}"
    return Reading(location_id=fact.location_id, observed=(), delivery=delivery, facts=(fact,))


def read_item(body: bytes) -> Reading:
    """An item that ran out or is back. Raises VendorUnreadable."""
    said = decode(body, schemas.ITEM_NEWS)
    fact = Availability(
        location_id=str(said.business_location_id),
        sku=text(said.sku),
        count=figure_or_none(said.count),
        sold_out=said.status == "RESTRICTED",
        changed_at=said.count_updated_at.at if said.count_updated_at else None,
    )
    delivery = f"ITEM {said.status} · {fact.sku}"
    return Reading(location_id=fact.location_id, observed=(), delivery=delivery, facts=(fact,))


def read_readiness(body: bytes) -> Reading:
    """A change of what readiness is made of. Raises VendorUnreadable."""
    said = decode(body, schemas.READINESS)
    if said.business_location_id is None:
        raise unreadable("$.businessLocationId", "missing")
    fact = to_readiness(said, str(said.business_location_id))
    delivery = f"ORDER_API {text(said.status)}"
    return Reading(location_id=fact.location_id, observed=(), delivery=delivery, facts=(fact,))


def _payment(said: schemas.TaskNews) -> PaymentResult:
    outcome = PAYMENT_OUTCOMES.get(said.status, PaymentOutcome.UNKNOWN)
    return PaymentResult(
        reference=str(said.third_party_reference),
        outcome=outcome,
        said=text(said.status),
        location_id=str(said.business_location_id or ""),
        check_id=text(said.ikentoo_account_identifier),
        failure=_failure(said) if outcome is PaymentOutcome.FAILED else None,
    )


def _order(said: schemas.TaskNews) -> OrderState:
    status = ORDER_STATUSES.get(said.status, OrderStatus.OTHER)
    account = said.account
    return OrderState(
        reference=str(said.third_party_reference),
        status=status,
        said=text(said.status),
        location_id=str(said.business_location_id or ""),
        check_id=text(said.ikentoo_account_identifier or (account.ikaccount_id if account else None)),
        failure=_failure(said) if status is OrderStatus.FAILED else None,
        total=total_of(account) if account else None,
        paid=figure(account.paid_amount) if account else None,
    )


def _failure(said: schemas.TaskNews) -> Failure:
    """The till's own reason goes before a timeout: `errors` may hold one, both or neither."""
    errors = said.errors or schemas.PaymentErrors()
    kind = errors.account.type if errors.account else TIMEOUT if errors.timeout else None
    reason = said.reason or (errors.timeout.message if errors.timeout else None)
    return failure(kind, reason)
