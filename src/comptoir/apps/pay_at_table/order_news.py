"""What becomes of an order: it fails, the till takes it, the kitchen goes on with it. Told once, never back.

The functions here are called in a transaction that holds the order's row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from comptoir.apps.pay_at_table import happenings, mails
from comptoir.apps.pay_at_table.application import OPEN, Outcome
from comptoir.apps.pay_at_table.failures import SIGNALS, named
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, State
from comptoir.apps.pay_at_table.order_tables import ON_TILL, UNDER_WAY, Order, OrderAttempt, OrderState
from comptoir.core.installations.manifest import Heard
from comptoir.pos import orders
from comptoir.pos.orders import OrderStatus

TILL: Final = "till"
PRINTING: Final = "printing_error"
ENDS: Final = frozenset({OrderState.DELIVERED, OrderState.CLOSED, OrderState.ABANDONED, OrderState.CANCELLED})
STATES: Final[Mapping[OrderStatus, OrderState]] = {
    OrderStatus.ACCEPTED: OrderState.ACCEPTED,
    OrderStatus.READY: OrderState.READY,
    OrderStatus.IN_DELIVERY: OrderState.IN_DELIVERY,
    OrderStatus.DELIVERED: OrderState.DELIVERED,
    OrderStatus.CLOSED: OrderState.CLOSED,
    OrderStatus.ABANDONED: OrderState.ABANDONED,
    OrderStatus.CANCELLED: OrderState.CANCELLED,
}


def heard(mine: Sequence[Integration], one: Heard, now: datetime) -> None:
    """The till's word about an order of ours; what came in at a shared door is believed by nobody."""
    told: orders.OrderState = one.told  # type: ignore[assignment]  # by its key in HEARERS
    attempt = OrderAttempt.objects.filter(organisation_id=one.organisation_id, reference=told.reference).first()
    if attempt is None or not one.verified:
        return
    order = Order.objects.select_for_update().get(organisation_id=one.organisation_id, id=attempt.order_id)
    if order.integration_id not in {each.id for each in mine}:
        return
    is_printed_not = told.status is OrderStatus.FAILED and told.check_id and "print" in _said(told).lower()
    if told.status is OrderStatus.FAILED and not is_printed_not:
        _refused(order, attempt, told, now)
    elif told.status in STATES or is_printed_not or told.status is OrderStatus.CHANGED:
        reason, said = (PRINTING, _said(told)) if is_printed_not else ("", "")
        taken(order, attempt, check_id=told.check_id, reason=reason, said=said, now=now)
        if told.status in STATES:
            to(order, STATES[told.status], reason=order.reason, now=now)


def taken(
    order: Order, attempt: OrderAttempt, *, check_id: str, reason: str = "", said: str = "", now: datetime
) -> None:
    """It is on the till, and with it what was paid: once, whoever says so first."""
    OrderAttempt.objects.filter(
        organisation_id=attempt.organisation_id, order_id=attempt.order_id, number=attempt.number
    ).update(outcome=Outcome.TAKEN, resolved_at=now)
    order.pos_check_id = check_id or order.pos_check_id
    if order.state in UNDER_WAY or order.state == OrderState.FAILED:
        order.said = said[:500]
        to(order, OrderState.ACCEPTED, reason=reason, now=now)
        with_payment(order, State.APPLIED, reason="", actor=TILL, now=now, reference=attempt.reference)
        if reason:
            tell(order, reason, said, now=now)


def _refused(order: Order, attempt: OrderAttempt, told: orders.OrderState, now: datetime) -> None:
    """Definitely not done, unless somebody said before that it was."""
    code = SIGNALS.get(told.failure.code, told.failure.code) if told.failure else "pos_rejected_other"
    resolved = resolve(attempt, Outcome.REFUSED, code=code, said=_said(told), now=now)
    if resolved and order.state in UNDER_WAY:
        fail(order, code=named(code).code, said=_said(told), now=now)


def resolve(attempt: OrderAttempt, outcome: Outcome, *, code: str = "", said: str = "", now: datetime) -> bool:
    """Write down what became of a reference, while nothing definite is known; whether it was so."""
    rows = OrderAttempt.objects.filter(
        organisation_id=attempt.organisation_id,
        order_id=attempt.order_id,
        number=attempt.number,
        outcome__in=OPEN,
    )
    return bool(rows.update(outcome=outcome, code=code, said=said[:500], resolved_at=now))


def fail(order: Order, *, code: str, said: str, now: datetime) -> None:
    """It is not on the till, and somebody has to decide; what was paid with it as well."""
    order.said = said[:500]
    to(order, OrderState.FAILED, reason=code, now=now)
    with_payment(order, State.NEEDS_ATTENTION, reason=code, actor=TILL, now=now)
    tell(order, code, said, now=now)


def to(order: Order, state: OrderState, *, reason: str, now: datetime, waiting_until: datetime | None = None) -> None:
    """Move an order on, and say so; back it never goes."""
    if order.state in ON_TILL and state in ON_TILL and ON_TILL.index(state) <= ON_TILL.index(OrderState(order.state)):
        return
    if order.state in ENDS and not (order.state == OrderState.DELIVERED and state == OrderState.CLOSED):
        return
    before, order.state, order.reason = order.state, state, reason
    order.waiting_until, order.updated_at = waiting_until, now
    if state in ENDS:
        order.guest = {}
    order.save()
    if before != state and (state in ON_TILL or state in {OrderState.FAILED, OrderState.CANCELLED}):
        happenings.say(
            f"order.{state}",
            organisation_id=order.organisation_id,
            integration_id=order.integration_id,
            now=now,
            order_id=str(order.id),
            check_id=order.pos_check_id,
        )


def with_payment(order: Order, state: State, *, reason: str, actor: str, now: datetime, reference: str = "") -> None:
    """What came with the order goes where the order goes."""
    if order.payment_id is None:
        return
    payment = GuestPayment.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.payment_id)
    if payment.state in {State.APPLIED, State.SETTLED_MANUALLY, State.REFUNDED}:
        return
    if order.pos_check_id and payment.check_id != order.pos_check_id:
        payment.check_id = order.pos_check_id
        payment.save(update_fields=["check_id"])
    payment.applied_reference = reference
    kept = payment.waiting_until if state is State.SUBMITTED else None
    move(payment, state, now=now, reason=reason, actor=actor, cause=f"order {order.public_id}", waiting_until=kept)


def open_attempt(order: Order) -> OrderAttempt | None:
    """The reference whose outcome is not known yet."""
    mine = OrderAttempt.objects.filter(organisation_id=order.organisation_id, order_id=order.id)
    return mine.filter(outcome__in=OPEN).first()


def tell(order: Order, code: str, said: str, *, now: datetime) -> None:
    """Write to the restaurant about it, once for each sending."""
    integration = Integration.objects.get(organisation_id=order.organisation_id, id=order.integration_id)
    occasion = f"{order.id} {code} {OrderAttempt.objects.filter(order_id=order.id).count()}"
    mails.order_in_trouble(integration, order, code=code, said=said, occasion=occasion, now=now)


def _said(told: orders.OrderState) -> str:
    return told.failure.said if told.failure else told.said
