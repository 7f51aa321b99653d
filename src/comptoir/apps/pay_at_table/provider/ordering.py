"""What a provider does about orders: menus, what is sold out, placing, following, cancelling."""

from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Schema

from comptoir.apps.pay_at_table import days, menu, ordering
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import Order
from comptoir.apps.pay_at_table.provider import bills, showing
from comptoir.apps.pay_at_table.provider.door import ProviderFault, actor, aware, kept, mine, operation
from comptoir.apps.pay_at_table.provider.order_schemas import (
    AvailabilityOut,
    MenuItemOut,
    MenuNameOut,
    MenuOut,
    OrderIn,
    OrderItemOut,
    OrderOut,
)
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.money import to_minor
from comptoir.web.api import Amount

Skus = Annotated[str, Query(min_length=1, max_length=2000, pattern=r"^[^\x00-\x1f\x7f]+$")]
MOST_SKUS = 200


@operation("GET", "/menus", {200: list[MenuNameOut]})
def list_menus(request: HttpRequest, response: HttpResponse, integration: str) -> list[MenuNameOut]:
    """The menus of the till, at most ten minutes old."""
    found = mine(request, integration, response, by_plan=True)
    said = menu.menus(found, now=timezone.now()).said
    return [MenuNameOut(id=each["id"], name=each["name"], items=len(each["items"])) for each in said]


@operation("GET", "/menus/{menu_id}", {200: MenuOut})
def one_menu(request: HttpRequest, response: HttpResponse, integration: str, menu_id: str) -> MenuOut:
    """One menu with its items and prices."""
    found = mine(request, integration, response, by_plan=True)
    copy, currency = menu.menus(found, now=timezone.now()), days.store_of(found).currency
    for each in copy.said:
        if each["id"] == menu_id:
            items = [_menu_item(item, currency) for item in each["items"]]
            return MenuOut(id=each["id"], name=each["name"], items=items, fetched_at=copy.fetched_at)
    raise RuleBroken("There is no such menu.", code="not_found", status=404)


@operation("GET", "/availability", {200: list[AvailabilityOut]})
def availability(request: HttpRequest, response: HttpResponse, integration: str, skus: Skus) -> list[AvailabilityOut]:
    """What is left of these items, comma between them; asked of the till now."""
    found = mine(request, integration, response, by_plan=True)
    wanted = [each.strip() for each in skus.split(",") if each.strip()][:MOST_SKUS]
    left = menu.sold_out(found, wanted)
    return [
        AvailabilityOut(sku=sku, sold_out=left.get(sku) == 0, count=None if left.get(sku) is None else f"{left[sku]:f}")
        for sku in wanted
    ]


@operation("POST", "/orders", {200: OrderOut, 202: OrderOut})
def place_order(request: HttpRequest, response: HttpResponse, integration: str, body: OrderIn) -> Any:
    """Send an order to the kitchen. One that was paid is always kept; one that was not is refused when it cannot go."""
    found, now = mine(request, integration, response, counted=body.payment is None), timezone.now()

    def act() -> tuple[int, Schema]:
        try:
            order, made = ordering.place(integration=found, wish=_wish(found, body), now=now)
        except ordering.TableUnknown as unknown:
            errors = [{"floor_plan": each["floor_plan"], "table_id": each["id"]} for each in unknown.candidates]
            raise ProviderFault(
                unknown.for_owner, code=unknown.code, status=unknown.status, errors=errors or None
            ) from unknown
        return 202 if made else 200, shown(order, found)

    return kept(request, response, found, act)


@operation("GET", "/orders/{order}", {200: OrderOut})
def one_order(request: HttpRequest, response: HttpResponse, integration: str, order: str) -> OrderOut:
    """Where an order is."""
    found = mine(request, integration, response)
    return shown(_order(found, order), found)


@operation("POST", "/orders/{order}/cancel", {200: OrderOut})
def cancel_order(request: HttpRequest, response: HttpResponse, integration: str, order: str) -> Any:
    """Take an order back that has not been sent yet."""
    found, now = mine(request, integration, response), timezone.now()
    row = _order(found, order)

    def act() -> tuple[int, Schema]:
        return 200, shown(ordering.cancel(order=row, actor=actor(request), now=now), found)

    return kept(request, response, found, act)


def shown(order: Order, integration: Integration) -> OrderOut:
    """An order as this API shows it."""
    paid = GuestPayment.objects.filter(organisation_id=order.organisation_id, order_id=order.id).first()
    bill = Bill.objects.filter(
        organisation_id=order.organisation_id, integration_id=order.integration_id, check_id=order.pos_check_id
    ).first()
    return OrderOut(
        id=order.public_id,
        provider_order_id=order.provider_order_id,
        type=order.kind,
        table_number=order.table_number,
        check_id=bill.public_id if bill else "",
        pos_check_id=order.pos_check_id,
        items=[OrderItemOut(sku=each["sku"], quantity=each["quantity"]) for each in order.items],
        state=order.state,
        reason=order.reason,
        pos_raw=order.said,
        payment=showing.payment(paid, integration, now=timezone.now()) if paid else None,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


def _wish(found: Integration, body: OrderIn) -> ordering.Wish:
    said = body.model_dump(mode="json")
    return ordering.Wish(
        provider_order_id=body.provider_order_id,
        kind=body.type,
        items=said["items"],
        table_number=body.table_number,
        check_id=bills.number_of(found, body.check_id) if body.check_id else "",
        covers=body.covers,
        guest=said["customer"],
        note=body.note,
        collect_at=aware(body.collect_at),
        payment=said["payment"],
    )


def _order(found: Integration, order: str) -> Order:
    row = Order.objects.filter(
        organisation_id=found.organisation_id, integration_id=found.id, id=parse_id("ord", order)
    ).first()
    if row is None:
        raise RuleBroken("There is no such order.", code="not_found", status=404)
    return row


def _menu_item(item: dict[str, Any], currency: str) -> MenuItemOut:
    price = item["price"]
    return MenuItemOut(
        sku=item["sku"],
        name=item["name"],
        group=item["group"],
        price=None if price is None else Amount(amount=to_minor(Decimal(price), currency), currency=currency),
    )
