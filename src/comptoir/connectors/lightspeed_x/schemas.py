"""X-Series' JSON in the vendor's words: the sale of 2026-07 and of 2.0, and the lists (lightspeed-x-series.md 5).

Only what is read is named. What has no default must be there.
"""

from typing import Final

import msgspec

from comptoir.connectors.lightspeed_x.values import Amount, Ident, Instant, decoder


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the vendor's JSON."""


class Versions(Shape, frozen=True):
    """Between which versions a page lies; null on an empty one."""

    max: int | None = None


class Reference(Shape, frozen=True):
    """Something by its id."""

    id: Ident | None = None


class Origin(Shape, frozen=True):
    """Where a sale was made, and by whom."""

    outlet_id: Ident
    register_id: Ident | None = None
    author: Reference | None = None


class Totals(Shape, frozen=True):
    """`price` is without tax."""

    price: Amount
    tax: Amount


class Pricing(Shape, frozen=True):
    """Of a line, without tax: `total` after the discount, `discount_total` what was taken off."""

    total: Amount
    discount_total: Amount = Amount(0)


class LineTax(Shape, frozen=True):
    """Tax of a line."""

    total: Amount


class LineItem(Shape, frozen=True):
    """A line of 2026-07."""

    quantity: Amount
    pricing: Pricing
    tax: LineTax | None = None
    product: Reference | None = None
    status: str | None = None
    note: str | None = None
    gift_card_number: str | None = None


class PaymentKind(Shape, frozen=True):
    """How it was paid; `config_id` is the retailer's own payment type."""

    config_id: Ident | None = None
    id: str | int | None = None
    name: str | None = None


class SalePayment(Shape, frozen=True):
    """Money of a sale in 2026-07."""

    amount: Amount
    type: PaymentKind | None = None
    deleted_at: Instant | None = None


class Returning(Shape, frozen=True):
    """Which sale this one gives back."""

    original_sale_id: Ident | None = None


class About(Shape, frozen=True):
    """What the vendor notes beside a sale."""

    version: int


class Adjustment(Shape, frozen=True):
    """A tip, a fee or a surcharge: never a line (6)."""

    adjustment_type: str | None = None
    total: Amount | None = None


class NestedSale(Shape, frozen=True):
    """A sale as 2026-07 writes it."""

    id: Ident
    state: str
    date: Instant
    source: Origin
    totals: Totals
    about: About = msgspec.field(name="_metadata")
    created_at: Instant | None = None
    deleted_at: Instant | None = None
    invoice_number: str | None = None
    attributes: list[str] | None = None
    line_items: list[LineItem] | None = None
    payments: list[SalePayment] | None = None
    adjustments: list[Adjustment] | None = None
    returning: Returning | None = msgspec.field(name="return", default=None)


class FlatLine(Shape, frozen=True):
    """A line of 2.0; totals also come under older names."""

    quantity: Amount
    price_total: Amount
    tax_total: Amount = Amount(0)
    discount_total: Amount = Amount(0)
    product_id: Ident | None = None
    status: str | None = None
    note: str | None = None
    gift_card_number: str | None = None


class FlatPayment(Shape, frozen=True):
    """Money of a sale in 2.0."""

    amount: Amount
    retailer_payment_type_id: Ident | None = None
    name: str | None = None
    deleted_at: Instant | None = None


class FlatSale(Shape, frozen=True):
    """A sale as 2.0 writes it; `status` is what there was before `state`."""

    id: Ident
    outlet_id: Ident
    sale_date: Instant
    total_price: Amount
    total_tax: Amount
    version: int
    status: str | None = None
    state: str | None = None
    attributes: list[str] | None = None
    register_id: Ident | None = None
    user_id: Ident | None = None
    created_at: Instant | None = None
    deleted_at: Instant | None = None
    invoice_number: str | None = None
    return_for: Ident | None = None
    line_items: list[FlatLine] | None = None
    payments: list[FlatPayment] | None = None
    adjustments: list[Adjustment] | None = None


class Glimpse(Shape, frozen=True):
    """What tells the two shapes of a sale apart."""

    totals: msgspec.Raw = msgspec.Raw(b"")
    source: msgspec.Raw = msgspec.Raw(b"")


class SalesList(Shape, frozen=True):
    """A page of sales of either shape; a search has no versions."""

    data: list[msgspec.Raw]
    version: Versions | None = None


class Currency(Shape, frozen=True):
    """A currency by its ISO code."""

    code: str


class Retailer(Shape, frozen=True):
    """The account behind a consent."""

    id: Ident
    name: str = ""
    country: str | None = None
    currency: Currency | None = None


class OneRetailer(Shape, frozen=True):
    """The retailer."""

    data: Retailer


class Outlet(Shape, frozen=True):
    """A place of sale."""

    id: Ident
    name: str
    time_zone: str
    currency: str | None = None
    physical_country_id: str | None = None
    deleted_at: Instant | None = None


class OutletList(Shape, frozen=True):
    """A page of outlets."""

    data: list[Outlet]
    version: Versions


class Register(Shape, frozen=True):
    """A till; `register_close_time` is null while it is open."""

    id: Ident
    name: str = ""
    outlet_id: Ident | None = None
    is_open: bool | None = None
    register_close_time: Instant | None = None
    deleted_at: Instant | None = None


class RegisterList(Shape, frozen=True):
    """A page of tills."""

    data: list[Register]
    version: Versions


class User(Shape, frozen=True):
    """Somebody who works there; no restricted outlets means all of them."""

    id: Ident
    display_name: str | None = None
    username: str | None = None
    email: str | None = None
    account_type: str | None = None
    enabled: bool | None = None
    restricted_outlet_ids: list[Ident] | None = None
    deleted_at: Instant | None = None


class UserList(Shape, frozen=True):
    """A page of people."""

    data: list[User]
    version: Versions


class PaymentType(Shape, frozen=True):
    """A way to pay; `type_id` is the vendor's kind of it."""

    id: Ident
    name: str = ""
    type_id: str | int | None = None
    deleted_at: Instant | None = None


class PaymentTypeList(Shape, frozen=True):
    """A page of ways to pay."""

    data: list[PaymentType]
    version: Versions


class Shift(Shape, frozen=True):
    """A time at work; it names no outlet, and no end while somebody is in."""

    id: Ident
    user_id: Ident
    time_in: Instant
    time_out: Instant | None = None
    updated_at: Instant | None = None
    deleted_at: Instant | None = None


class ShiftList(Shape, frozen=True):
    """A page of times at work."""

    data: list[Shift]
    version: Versions


class Product(Shape, frozen=True):
    """Goods."""

    id: Ident
    name: str = ""
    sku: str | None = None


class ProductList(Shape, frozen=True):
    """A page of goods."""

    data: list[Product]
    version: Versions


class OneProduct(Shape, frozen=True):
    """Goods by id."""

    data: Product


class Customer(Shape, frozen=True):
    """Somebody the shop knows."""

    id: Ident
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    deleted_at: Instant | None = None

    def __repr__(self) -> str:
        return f"Customer({self.id}, …)"


class CustomerList(Shape, frozen=True):
    """A page of customers."""

    data: list[Customer]
    version: Versions


class Counted(Shape, frozen=True):
    """What was taken in one way of paying; written as text."""

    payment_type_id: Ident
    total: Amount
    payment_type_name: str = ""


class Closure(Shape, frozen=True):
    """A register closure, open or done."""

    register_closure_id: Ident | None = None
    register_closure_sequence_number: int | None = None
    register_open_time: Instant | None = None
    payments: list[Counted] = []


class OneClosure(Shape, frozen=True):
    """The closure of a till."""

    data: Closure


class Subscription(Shape, frozen=True):
    """Of what is told, and where."""

    id: Ident
    type: str
    url: str
    active: bool = True


class SubscriptionList(Shape, frozen=True):
    """All of them."""

    data: list[Subscription]


CUSTOMERS: Final = decoder(CustomerList)
CLOSURE: Final = decoder(OneClosure)
SUBSCRIPTIONS: Final = decoder(SubscriptionList)
RETAILER: Final = decoder(OneRetailer)
OUTLETS: Final = decoder(OutletList)
REGISTERS: Final = decoder(RegisterList)
USERS: Final = decoder(UserList)
PAYMENT_TYPES: Final = decoder(PaymentTypeList)
SHIFTS: Final = decoder(ShiftList)
PRODUCTS: Final = decoder(ProductList)
PRODUCT: Final = decoder(OneProduct)
SALES: Final = decoder(SalesList)
GLIMPSE: Final = decoder(Glimpse)
NESTED: Final = decoder(NestedSale)
FLAT: Final = decoder(FlatSale)
