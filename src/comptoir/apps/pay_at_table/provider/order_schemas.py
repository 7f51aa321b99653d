"""What the provider API takes and shows of orders and menus; prices are minor units."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from comptoir.apps.pay_at_table.models import MethodKind
from comptoir.apps.pay_at_table.order_tables import OrderKind
from comptoir.apps.pay_at_table.schemas import Currency, GuestPaymentOut, Minor, Short, Text, Tip
from comptoir.web.api import Amount

Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SubItemIn(Schema):
    """A part of an item, such as a side."""

    sku: Sku
    quantity: int = Field(1, ge=1, le=100, strict=True)


class ItemIn(Schema):
    """Something ordered. `unit_price` is what the guest saw: another one on the menu refuses the order."""

    sku: Sku
    quantity: int = Field(1, ge=1, le=100, strict=True)
    unit_price: int | None = Field(None, ge=0, le=10**9)
    modifiers: list[Words] = Field(default_factory=list, max_length=30)
    sub_items: list[SubItemIn] = Field(default_factory=list, max_length=30)
    note: Annotated[str, Field(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    discount_code: Words = ""


class GuestIn(Schema):
    """Whom the order is for; without a name it is called after the table."""

    first_name: Words = ""
    last_name: Words = ""
    phone: Annotated[str, Field(pattern=r"^(\+[0-9]{6,15})?$")] = ""
    notes: Words = ""
    street: Words = ""
    postcode: Annotated[str, Field(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    city: Words = ""


class OrderPaymentIn(Schema):
    """Money that was taken with the order, the tip beside."""

    provider_payment_id: Text
    amount: Minor
    tip: Tip = 0
    currency: Currency
    method_kind: MethodKind = MethodKind.CARD


class OrderIn(Schema):
    """An order. `check_id` adds it to a running bill, whose table and covers then stay."""

    provider_order_id: Text
    type: OrderKind
    table_number: Annotated[str, Field(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    check_id: Short = ""
    covers: int | None = Field(None, ge=1, le=500)
    customer: GuestIn = Field(default_factory=GuestIn)
    items: list[ItemIn] = Field(min_length=1, max_length=100)
    collect_at: datetime | None = None
    payment: OrderPaymentIn | None = None
    note: Annotated[str, Field(max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class OrderItemOut(Schema):
    """Something ordered, as the provider named it."""

    sku: str
    quantity: int


class OrderOut(Schema):
    """An order and where it is. Only from `accepted` on does the kitchen have it.

    `queued`, `sent` and `unknown` (the till has not said) go on by themselves; `failed` waits for somebody.
    """

    id: str
    provider_order_id: str
    type: str
    table_number: str
    check_id: str
    pos_check_id: str
    items: list[OrderItemOut]
    state: str
    reason: str
    pos_raw: str
    payment: GuestPaymentOut | None
    created_at: datetime
    updated_at: datetime


class MenuNameOut(Schema):
    """A menu by its id."""

    id: str
    name: str
    items: int


class MenuItemOut(Schema):
    """Something a guest may order; without a `price` the till sets it."""

    sku: str
    name: str
    group: str
    price: Amount | None


class MenuOut(Schema):
    """A menu, in the till's order."""

    id: str
    name: str
    items: list[MenuItemOut]
    fetched_at: datetime


class AvailabilityOut(Schema):
    """How much is left; `count` null means that there is no limit."""

    sku: str
    sold_out: bool
    count: str | None
