"""Bring an order to the till, once: its reference is written down before the call, and is sent again while unknown.

The till refuses a reference it has seen, so that whoever sends it again, killed in between or twice at once, changes
nothing. A new one is made only after a definite refusal, when a person says *again*.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checks, listening, menu, order_news, ordering, waking
from comptoir.apps.pay_at_table.application import GRACE, LIFETIME, Outcome, reference_of
from comptoir.apps.pay_at_table.failures import SIGNALS, named
from comptoir.apps.pay_at_table.journal import move
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, MethodKind, State
from comptoir.apps.pay_at_table.order_tables import UNDER_WAY, Order, OrderAttempt, OrderKind, OrderState
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.money import Money
from comptoir.pos.capabilities import ReadsChecks, TakesOrders
from comptoir.pos.connector import Vendor
from comptoir.pos.model import Location
from comptoir.pos.orders import Declined, Guest, OrderItem, OrderPayment, OrderRequest, ServiceMode

WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 240, 480, 900))
PATIENCE: Final = timedelta(hours=2)
"""An order nobody could send for so long is no order any more: the guest has gone."""
ASK_AGAIN: Final = timedelta(minutes=1)
NOBODY: Final = "Guest"
Clock = Callable[[], datetime]


def run(*, organisation_id: UUID, order_id: UUID, clock: Clock) -> None:
    """Go on with one order until it must wait, is on the till, or needs somebody. Harmless to repeat, or at once."""
    order = Order.objects.get(organisation_id=organisation_id, id=order_id)
    if order.state not in UNDER_WAY or (order.waiting_until and order.waiting_until > clock()):
        return
    integration = checks.integration_of(organisation_id, order.integration_id)
    if order.state in {OrderState.SENT, OrderState.UNKNOWN} and order.reason != "sending":
        _search(order, integration, now=clock())
        return
    attempt = _write_down(order, now=clock())
    if attempt is not None:
        _send(order, integration, attempt, clock=clock)


def for_payment(payment: GuestPayment, *, now: datetime) -> bool:
    """A person said *again* of money that came with an order: the order is sent again. Whether it is about the order.

    Applied to another bill, the payment goes its own way from now on.
    """
    if payment.order_id is None:
        return False
    order = Order.objects.get(organisation_id=payment.organisation_id, id=payment.order_id)
    if payment.check_id and payment.check_id != order.pos_check_id and order.state not in UNDER_WAY:
        GuestPayment.objects.filter(organisation_id=payment.organisation_id, id=payment.id).update(order_id=None)
        return False
    if payment.state != State.QUEUED:
        return True
    try:
        ordering.send_again(order=order, actor="system", now=now)
    except RuleBroken as broken:
        with transaction.atomic():
            row = GuestPayment.objects.select_for_update().get(organisation_id=payment.organisation_id, id=payment.id)
            if row.state == State.QUEUED and order.state not in UNDER_WAY:
                move(row, State.NEEDS_ATTENTION, now=now, reason=f"order_{order.state}", cause=broken.code)
    return True


def _write_down(order: Order, *, now: datetime) -> OrderAttempt | None:
    """The reference, committed before its call: the open one, else the next. None when the order is over."""
    try:
        with transaction.atomic():
            row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
            if row.state not in UNDER_WAY:
                return None
            attempt = order_news.open_attempt(row)
            if attempt is None:
                if now - row.created_at > PATIENCE and row.reason != "retry":
                    order_news.fail(row, code="pos_unreachable", said="", now=now)
                    return None
                number = OrderAttempt.objects.filter(organisation_id=row.organisation_id, order_id=row.id).count() + 1
                attempt = OrderAttempt.objects.create(
                    organisation_id=row.organisation_id,
                    order_id=row.id,
                    number=number,
                    reference=reference_of(row.ulid, number),
                    sent_at=now,
                )
            row.state, row.reason, row.updated_at = OrderState.UNKNOWN, "sending", now
            row.save(update_fields=["state", "reason", "updated_at"])
            order.state, order.reason = row.state, row.reason
            return attempt
    except IntegrityError:  # another worker wrote it down first, and sends it
        return None


def _send(order: Order, integration: Integration, attempt: OrderAttempt, *, clock: Clock) -> None:
    try:
        listening.ensure(integration, now=clock())
        request = _request(order, integration, attempt, now=clock())
        with checks.at_the_till(integration) as (vendor, _):
            cast(TakesOrders, vendor).place_order(request)
    except Declined as declined:
        _refuse(order, attempt, declined.failure.code, declined.failure.said, now=clock())
    except RuleBroken as broken:
        _refuse(order, attempt, broken.code, broken.for_owner, now=clock())
    except VendorRefused:
        _put_off(order, "reauth_required", now=clock())
    except (VendorBusy, VendorUnreadable, OutcomeUnknown):
        _put_off(order, "unknown_result", now=clock())
    else:
        now = clock()
        with transaction.atomic():
            row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
            if row.state in UNDER_WAY:  # the till's word may have come before the vendor's answer
                order_news.to(row, OrderState.SENT, reason="", now=now, waiting_until=now + LIFETIME + GRACE)
                waking.order_soon(row, at=row.waiting_until)


def _refuse(order: Order, attempt: OrderAttempt, code: str, said: str, *, now: datetime) -> None:
    known = "invalid_sku" if code == "sku_unknown" else SIGNALS.get(code, code)
    with transaction.atomic():
        row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
        if order_news.resolve(attempt, Outcome.REFUSED, code=known, said=said, now=now) and row.state in UNDER_WAY:
            order_news.fail(row, code=named(known).code, said=said, now=now)


def _put_off(order: Order, reason: str, *, now: datetime) -> None:
    """It may have arrived: the same reference again, after a while. `reason` keeps `sending`, so that it is sent."""
    until = now + WAITS[min(order.tries, len(WAITS) - 1)]
    with transaction.atomic():
        row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
        if row.state in UNDER_WAY:
            row.tries, row.waiting_until, row.said, row.updated_at = row.tries + 1, until, reason, now
            row.save(update_fields=["tries", "waiting_until", "said", "updated_at"])
            waking.order_soon(row, at=until)


def _search(order: Order, integration: Integration, *, now: datetime) -> None:
    """The till said nothing in time: look for the order among its bills, by the money on it, or its receipt."""
    attempt = order_news.open_attempt(order)
    if attempt is None:
        return
    try:
        with checks.at_the_till(integration) as (vendor, location):
            found = _bill_of(attempt.reference, vendor, location, now=now)
    except (VendorRefused, VendorBusy, VendorUnreadable, OutcomeUnknown):
        found = None
    with transaction.atomic():
        row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
        if row.state not in UNDER_WAY:
            return
        if found is not None:
            order_news.taken(row, attempt, check_id=found, now=now)
            return
        first = row.state == OrderState.SENT
        row.state, row.reason, row.waiting_until, row.updated_at = (
            OrderState.UNKNOWN,
            "unknown_result",
            now + ASK_AGAIN,
            now,
        )
        row.save(update_fields=["state", "reason", "waiting_until", "updated_at"])
        waking.order_soon(row, at=row.waiting_until)
        if first:
            order_news.tell(row, "unknown_result", "", now=now)


def _bill_of(reference: str, vendor: Vendor, location: Location, *, now: datetime) -> str | None:
    for check in cast(ReadsChecks, vendor).checks(location, now=now):
        if any(each.external_reference == reference for each in check.sale.payments):
            return check.sale.external_id
    closed = cast(TakesOrders, vendor).sale_of_order(location, reference, now=now)
    return closed.sale.external_id if closed else None


def _request(order: Order, integration: Integration, attempt: OrderAttempt, *, now: datetime) -> OrderRequest:
    """What the till is sent. A guest whose name nobody knows is called after the table (E44)."""
    del now
    guest = {name: str(value) for name, value in order.guest.items() if value}
    first = guest.pop("first_name", "") or (f"Table {order.table_number}" if order.table_number else NOBODY)
    named_at_till = menu.mapping(integration)
    items = tuple(_item(each, named_at_till) for each in order.items if named_at_till.get(each["sku"], each["sku"]))
    to_go = ServiceMode.DELIVERY if guest.get("street") else ServiceMode.TAKEAWAY
    return OrderRequest(
        location_id=integration.location_id,
        reference=attempt.reference,
        endpoint_id=integration.endpoint_id,
        mode=ServiceMode.EAT_IN if order.kind == OrderKind.EAT_IN else to_go,
        guest=Guest(first_name=first, **guest),
        items=items,
        payment=_payment(order, integration),
        check_id=order.check_id,
        table_number=order.table_number,
        covers=order.covers,
        staff_id=integration.staff_id,
        note=order.note,
        collect_at=order.collect_at,
        lifetime=LIFETIME,
    )


def _item(said: dict[str, Any], named_at_till: Any) -> OrderItem:
    return OrderItem(
        sku=named_at_till.get(said["sku"], said["sku"]),
        quantity=said["quantity"],
        name=said.get("note", ""),
        modifier_ids=tuple(said.get("modifiers", ())),
        discount_code=said.get("discount_code", ""),
        items=tuple(
            _item(each, named_at_till)
            for each in said.get("sub_items", ())
            if named_at_till.get(each["sku"], each["sku"])
        ),
    )


def _payment(order: Order, integration: Integration) -> OrderPayment | None:
    """What came with it, under the mapped method; the amount without the tip, which the connector adds (E26)."""
    if order.payment_id is None:
        return None
    paid = GuestPayment.objects.get(organisation_id=order.organisation_id, id=order.payment_id)
    if not paid.due:
        return None
    voucher = paid.method_kind == MethodKind.VOUCHER
    method = integration.voucher_method if voucher else integration.card_method
    if not method:
        raise RuleBroken(_("No payment method of the till is chosen."), code="method_not_mapped", status=409)
    return OrderPayment(
        amount=Money(paid.due, paid.currency).major,
        tip=Money(paid.tip if integration.tip_to_pos else 0, paid.currency).major,
        method=method,
    )
