"""Take an order from outside: looked at before anything reaches the till, kept once, with the money that came with it.

What a guest has paid for already is always kept (P1): where it cannot be sent, it waits for somebody.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from comptoir.apps.pay_at_table import checks, days, floor, happenings, menu, order_news, plans, readiness, waking
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration, MethodKind, State, Transition
from comptoir.apps.pay_at_table.order_tables import Order, OrderKind, OrderState
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.money import to_minor

WITH_ORDER: Final = "with_order"
NOT_BY_ITSELF: Final = timedelta(days=3650)
"""The payment goes to the till inside its order: nobody applies it beside."""
AWAY: Final = (VendorBusy, VendorRefused, VendorUnreadable, OutcomeUnknown)


@dataclass(frozen=True)
class Wish:
    """What a guest orders, as the provider says it; prices in minor units."""

    provider_order_id: str
    kind: OrderKind
    items: list[dict[str, Any]]
    table_number: str = ""
    check_id: str = ""
    covers: int | None = None
    guest: dict[str, str] = field(default_factory=dict)
    note: str = ""
    collect_at: datetime | None = None
    payment: dict[str, Any] | None = None

    @property
    def hash(self) -> str:
        """The same for the same wish."""
        said = {**asdict(self), "check_id": ""}  # the till may give the bill another number meanwhile
        return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


class TableUnknown(RuleBroken):
    """Which table is meant is not clear; `candidates` are those of this number (E15)."""

    def __init__(self, candidates: list[dict[str, Any]]) -> None:
        words = "Several tables have this number." if candidates else "There is no such table."
        super().__init__(words, code="table_unknown", status=409 if candidates else 422)
        self.candidates = candidates


def place(*, integration: Integration, wish: Wish, now: datetime) -> tuple[Order, bool]:
    """The order, and whether it is new; durable when this returns, and on its way.

    Raises RuleBroken, unless it was paid: `integration_disabled`, `plan_inactive`, `invalid_sku`, `item_unavailable`,
    `price_changed`, `table_unknown`, `table_inactive`, `table_changed`, `check_closed`, `pos_not_ready`; and always
    `provider_id_conflict`.
    """
    known = Order.objects.filter(
        organisation_id=integration.organisation_id,
        integration_id=integration.id,
        provider_order_id=wish.provider_order_id,
    ).first()
    if known is not None:
        return _same(known, wish), False
    refusal: RuleBroken | None = None
    # What is kept is read by the restaurant, in a mail and on a page; else the caller hears it.
    language = translation.get_language() if wish.payment is None else integration.language
    try:
        with translation.override(language):
            _look(integration, wish, now=now)
    except RuleBroken as broken:
        refusal = broken
        if wish.payment is None:
            raise
    return _keep(integration, wish, refusal, now=now)


def _keep(integration: Integration, wish: Wish, refusal: RuleBroken | None, *, now: datetime) -> tuple[Order, bool]:
    key = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    with transaction.atomic():
        order, made = Order.objects.get_or_create(
            **key,
            provider_order_id=wish.provider_order_id,
            defaults={
                "asked_hash": wish.hash,
                "kind": wish.kind,
                "table_number": wish.table_number,
                "check_id": wish.check_id,
                "covers": wish.covers,
                "items": wish.items,
                "note": wish.note,
                "guest": wish.guest,
                "collect_at": wish.collect_at,
                "created_at": now,
                "updated_at": now,
            },
        )
        if not made:
            return _same(order, wish), False
        if wish.payment is not None:
            order.payment_id = _payment(integration, order, wish.payment, now=now).id
            order.save(update_fields=["payment_id"])
        if refusal is None:
            waking.order_soon(order)
        else:
            order_news.fail(order, code=refusal.code, said=refusal.for_owner, now=now)
    return order, True


def _same(order: Order, wish: Wish) -> Order:
    if order.asked_hash != wish.hash:
        words = "This order was placed before with other contents."
        raise RuleBroken(words, code="provider_id_conflict", status=409)
    return order


def _payment(integration: Integration, order: Order, said: dict[str, Any], *, now: datetime) -> GuestPayment:
    """The money that came with the order: recorded once, brought to the till by the order itself. Raises RuleBroken."""
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    figures = {
        "amount": said["amount"],
        "tip": said["tip"],
        "currency": said["currency"],
        "method_kind": MethodKind(said["method_kind"]),
    }
    payment, made = GuestPayment.objects.get_or_create(
        **mine,
        provider_payment_id=said["provider_payment_id"],
        defaults={
            **figures,
            "table_number": order.table_number,
            "state": State.SUBMITTED,
            "reason": WITH_ORDER,
            "order_id": order.id,
            "waiting_until": now + NOT_BY_ITSELF,
            "business_date": days.of_store(integration, now),
            "created_at": now,
            "updated_at": now,
        },
    )
    if not made:
        words = "This payment was reported before."
        raise RuleBroken(words, code="provider_id_conflict", status=409)
    Transition.objects.create(
        organisation_id=payment.organisation_id,
        payment_id=payment.id,
        after=State.SUBMITTED,
        actor="provider",
        cause=f"with order {order.public_id}",
        at=now,
    )
    kind = happenings.OF_STATE[State.RECORDED]
    happenings.say(
        kind,
        organisation_id=payment.organisation_id,
        integration_id=integration.id,
        now=now,
        payment_id=str(payment.id),
    )
    return payment


def send_again(*, order: Order, actor: str, now: datetime) -> Order:
    """Send what the till definitely refused, under a new reference, with items mapped anew. Raises RuleBroken.

    Raises `not_retryable` for an order on the till or ended, `retry_in_progress` while one is under way or unknown,
    `invalid_sku` where all of it is left out.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
        if row.state in {OrderState.QUEUED, OrderState.SENT, OrderState.UNKNOWN}:
            raise RuleBroken(_("This order is on its way already."), code="retry_in_progress", status=409)
        if row.state != OrderState.FAILED:
            raise RuleBroken(_("This order is not one to send again."), code="not_retryable", status=409)
        at_till = menu.mapping(Integration.objects.get(organisation_id=row.organisation_id, id=row.integration_id))
        if not any(at_till.get(each["sku"], each["sku"]) for each in row.items):
            raise RuleBroken(_("Nothing is left of this order."), code="invalid_sku", status=422)
        row.state, row.reason, row.tries, row.waiting_until, row.updated_at = OrderState.QUEUED, "retry", 0, None, now
        row.save()
        order_news.with_payment(row, State.SUBMITTED, reason=WITH_ORDER, actor=actor, now=now)
        waking.order_soon(row)
        return row


def cancel(*, order: Order, actor: str, now: datetime) -> Order:
    """Take an order back before it was sent; money that came with it waits to be given back. Raises RuleBroken.

    Raises `already_sent` once it may have reached the till.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(organisation_id=order.organisation_id, id=order.id)
        if row.state == OrderState.CANCELLED:
            return row
        waits = row.state in {OrderState.QUEUED, OrderState.FAILED}
        if not waits or order_news.open_attempt(row) is not None:
            raise RuleBroken(_("The order has been sent to the till."), code="already_sent", status=409)
        order_news.to(row, OrderState.CANCELLED, reason="cancelled", now=now)
        order_news.with_payment(row, State.NEEDS_ATTENTION, reason="order_cancelled", actor=actor, now=now)
        return row


def _look(integration: Integration, wish: Wish, *, now: datetime) -> None:
    """What can be known before the till is asked to do it. A till that cannot be read is asked all the same."""
    if not integration.enabled:
        raise RuleBroken(_("This integration is switched off."), code="integration_disabled", status=409)
    if plans.state_of(integration, now=now) is plans.PlanState.ENDED:
        raise RuleBroken(_("The merchant’s plan for this store has ended."), code="plan_inactive", status=402)
    if readiness.in_the_way(integration, now=now):
        raise RuleBroken(_("The till takes no orders now."), code="pos_not_ready", status=503)
    if wish.check_id:
        _look_at_bill(integration, wish, now=now)
    elif wish.kind is OrderKind.EAT_IN and wish.table_number:
        _look_at_table(integration, wish.table_number, now=now)
    _look_at_items(integration, wish.items, now=now)


def _look_at_bill(integration: Integration, wish: Wish, *, now: datetime) -> None:
    bill = _bill_now(integration, wish.check_id, now=now)
    if bill.closed:
        raise RuleBroken(_("The bill is closed."), code="check_closed", status=409)
    if wish.table_number not in {"", bill.table_number}:
        raise RuleBroken(_("The bill is at another table."), code="table_changed", status=409)


def _bill_now(integration: Integration, check_id: str, *, now: datetime) -> Bill:
    """A bill as the till has it this moment: what was closed a few seconds ago takes no order, and its guest hears so.

    As it was last where the till cannot be read. Raises RuleBroken `check_not_found`, and the vendor's errors.
    """
    mine = {"organisation_id": integration.organisation_id, "integration_id": integration.id}
    kept = Bill.objects.filter(**mine, check_id=check_id).first()
    try:
        return checks.fresh_bill(integration, check_id, now=now, age=timedelta(0))
    except AWAY:
        if kept is None:
            raise
        return kept
    except RuleBroken:
        if kept is None:
            raise
        checks.open_bills(integration, now=now, age=timedelta(0))
        kept.refresh_from_db()
        if kept.succeeded_by:  # it goes on under another number, which is found when this is said again
            raise
        return kept


def _look_at_table(integration: Integration, number: str, *, now: datetime) -> None:
    try:
        tables = floor.tables(integration, now=now)
    except AWAY:
        return
    same = [each for each in tables if each["number"] == number]
    active = [each for each in same if each["active"]]
    if len(active) > 1:
        raise TableUnknown(active)
    if same and not active:
        raise RuleBroken(_("This table is not in use."), code="table_inactive", status=422)
    if tables and not same:
        raise TableUnknown([])


def _look_at_items(integration: Integration, items: list[dict[str, Any]], *, now: datetime) -> None:
    named = menu.mapping(integration)
    wanted: dict[str, int] = {}
    for item in items:
        sku = named.get(item["sku"], item["sku"])
        if sku:
            wanted[sku] = wanted.get(sku, 0) + item["quantity"]
    if not wanted:
        raise RuleBroken(_("Nothing is left of this order."), code="invalid_sku", status=422)
    try:
        known = menu.known_items(integration, now=now)
        left = menu.sold_out(integration, [*wanted])
    except AWAY:
        return
    for sku in wanted:
        if known and sku not in known:
            raise RuleBroken(_("The till does not know %(sku)s.") % {"sku": sku}, code="invalid_sku", status=422)
    for sku, count in left.items():
        if count is not None and count < wanted.get(sku, 0):
            raise RuleBroken(_("%(sku)s is sold out.") % {"sku": sku}, code="item_unavailable", status=422)
    for item in items:
        _look_at_price(item, known.get(named.get(item["sku"], item["sku"])), days.store_of(integration).currency)


def _look_at_price(item: dict[str, Any], known: dict[str, Any] | None, currency: str) -> None:
    if known is None or known["price"] is None or item.get("unit_price") is None:
        return
    if to_minor(Decimal(known["price"]), currency) != item["unit_price"]:
        raise RuleBroken(_("%(sku)s has another price now.") % {"sku": item["sku"]}, code="price_changed", status=422)
