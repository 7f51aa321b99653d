"""X-Series' JSON in the vendor's words, all but sales (lightspeed-x-series.md 5).

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
    # [A] The sheet says `physical_*` and no more; where these are called otherwise, a store has no address.
    physical_address_1: str | None = None
    physical_address_2: str | None = None
    physical_postcode: str | None = None
    physical_city: str | None = None
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
    phone: str | None = None
    mobile: str | None = None
    deleted_at: Instant | None = None

    def __repr__(self) -> str:
        return f"Customer({self.id}, …)"


class OneCustomer(Shape, frozen=True):
    """Somebody by id."""

    data: Customer


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
CUSTOMER: Final = decoder(OneCustomer)
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
