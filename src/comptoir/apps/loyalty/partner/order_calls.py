"""`/partner/v1/orders`: create, look up, update (loyalty.md 3.5)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from comptoir.apps.loyalty import idempotency
from comptoir.apps.loyalty.partner import checklist, orders, people
from comptoir.apps.loyalty.partner.api import (
    ErrorOut,
    Invalid,
    Scope,
    caller,
    note_ignored,
    store_of,
    stores_of,
)
from comptoir.apps.loyalty.partner.order_schemas import (
    OrderChange,
    OrderCustomerIn,
    OrderCustomerOut,
    OrderIn,
    OrderOut,
    plain,
)
from comptoir.core.accounts.models import Store

router = Router(tags=["Orders"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
CREATE, READ, UPDATE = Scope("order.create"), Scope("order.read"), Scope("order.update")
CONFLICT = "X-Comptoir-Conflict"
NOTICE = "X-Comptoir-Notice"


@router.post("/orders", response={201: OrderOut, 202: OrderOut, **FAULTS}, auth=CREATE)
def create_order(request: HttpRequest, said: OrderIn, response: HttpResponse) -> Any:
    """Send an order as soon as it is paid and closed.

    201 when it is new, 202 when its `order_id` was processed for that store before: a success as well. A repeat with
    another amount changes nothing, and says `X-Comptoir-Conflict: amount`; a correction is an update.
    """
    found, now = caller(request), timezone.now()
    note_ignored(request, OrderIn)
    store = store_of(found, said.loyalty_store_slug)
    _require_sense(said)
    whose = whose_of(request, said.customer)
    document = plain(said, without=("customer", "loyalty_store_slug"))

    def act() -> tuple[int, Any]:
        outcome = orders.create(found, store, document=document, whose=whose, now=now)
        _headers(response, outcome)
        checklist.observe(found, *_points(said, outcome, now), now=now)
        message = "This order was already processed." if outcome.is_known else ""
        return 202 if outcome.is_known else 201, shown(outcome, store, message)

    return idempotency.once(request, act, now=now)


@router.get("/orders/{order_id}", response={200: OrderOut, **FAULTS}, auth=READ)
def get_order(request: HttpRequest, order_id: str, loyalty_store_slug: str | None = None) -> Any:
    """An order as it stands, by the id its till gave it."""
    found = caller(request)
    store = store_of(found, loyalty_store_slug) if loyalty_store_slug else None
    row, owner = orders.find(found, order_id, stores_of(found), store=store)
    return shown(orders.standing(row), owner)


@router.patch("/orders/{order_id}", response={200: OrderOut, **FAULTS}, auth=UPDATE)
def update_order(request: HttpRequest, order_id: str, said: OrderChange, response: HttpResponse) -> Any:
    """Tell that an order was cancelled, corrected or given back; its points follow.

    Under a `refund_id`, `refunded_amount` is what that refund gave back, and counts once; without one it is everything
    that was given back so far.
    """
    found, now = caller(request), timezone.now()
    note_ignored(request, OrderChange)
    store = store_of(found, said.loyalty_store_slug) if said.loyalty_store_slug else None
    row, owner = orders.find(found, order_id, stores_of(found), store=store)
    whose = whose_of(request, said.customer)
    document = {**plain(said, without=("customer", "loyalty_store_slug")), "at": now.isoformat()}

    def act() -> tuple[int, Any]:
        if said.refunded_amount and said.refund_id:
            checklist.observe(found, checklist.REFUNDED, now=now)
        outcome = orders.change(found, owner, row.id, said=document, whose=whose, now=now)
        _headers(response, outcome)
        return 200, shown(outcome, owner)

    return idempotency.once(request, act, now=now)


def _require_sense(said: OrderIn) -> None:
    """Tax and tip are within the amount. Raises Invalid (422)."""
    beyond = [name for name in ("tax_amount", "tip_amount") if (getattr(said, name) or 0) > said.amount]
    if beyond:
        raise Invalid({name: ["This is more than the amount of the order."] for name in beyond})


def _points(said: OrderIn, outcome: orders.Outcome, now: datetime) -> list[str]:
    """What of the checklist an order shows."""
    paid_at = said.closed_at or said.created_at
    holds = {
        checklist.ORDER: True,
        checklist.AGAIN: outcome.is_known,
        checklist.CUSTOMER: said.customer is not None and outcome.member is not None,
        checklist.LINES: all(line.sku for line in said.lines),
        checklist.AT_ONCE: abs(now - paid_at) < checklist.SOON,
        checklist.USED: any(line.public_reward_id for line in said.lines),
    }
    return [name for name, does in holds.items() if does]


def whose_of(request: HttpRequest, said: OrderCustomerIn | None) -> orders.Whose:
    """Whom a call names. Raises Invalid (422), RuleBroken (404 `customer_not_found`)."""
    if said is None or not (said.phone or said.public_id):
        return orders.Whose()
    note_ignored(request, OrderCustomerIn, "customer")
    found = caller(request)
    known = plain(said, without=("phone", "public_id"))
    if said.public_id:
        try:
            return orders.Whose(member=people.by_public_id(found.organisation_id, said.public_id), said=known)
        except Exception as refused:
            if not said.phone:
                raise Invalid({"customer.public_id": ["There is no such customer."]}) from refused
    return orders.Whose(phone=people.number(said.phone or "", at="customer.phone"), said=known)


def shown(outcome: orders.Outcome, store: Store, message: str = "") -> Any:
    """An order as the API shows it."""
    row, member = outcome.order, outcome.member
    given_back = orders.given_back(row)
    return OrderOut(
        id=row.public_id,
        order_id=row.order_id,
        store_slug=store.slug,
        status=_status(str(row.document["status"]), int(row.document["amount"]), given_back),
        amount=int(row.document["amount"]),
        refunded_amount=given_back,
        points_earned=outcome.points,
        customer=OrderCustomerOut(public_id=member.public_id, points=outcome.balance) if member else None,
        message=message,
    ).model_dump(mode="json")


def _status(status: str, amount: int, given_back: int) -> str:
    if not given_back or status == orders.CANCELLED:
        return status
    return orders.REFUNDED if given_back >= amount else orders.PARTLY


def _headers(response: HttpResponse, outcome: orders.Outcome) -> None:
    if outcome.conflict:
        response[CONFLICT] = "amount"
    if outcome.refused:
        response[NOTICE] = outcome.refused
