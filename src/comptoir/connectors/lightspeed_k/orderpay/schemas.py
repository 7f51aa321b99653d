"""Order and Pay in the vendor's words; the document of each is named where it is asked for."""

from typing import Literal

from comptoir.connectors.lightspeed_k.schemas import Shape
from comptoir.connectors.lightspeed_k.values import Amount, Code, Count, Ident, Instant, Key, decoder


class PlaceOfBusiness(Shape, frozen=True):
    """A restaurant, as far as orders can be sent there."""

    id: Key
    name: str | None = None


class Business(Shape, frozen=True):
    """A merchant account."""

    id: Key
    name: str | None = None
    business_locations: list[PlaceOfBusiness] | None = None


class Table(Shape, frozen=True):
    """A table of a floor plan."""

    id: Key
    number: Code | None = None
    reference: Code | None = None
    active: bool | None = None
    description: Code | None = None
    default_client_count: Count | None = None


class FloorPlan(Shape, frozen=True):
    """A room."""

    id: Key
    name: str | None = None
    tables: list[Table] | None = None


class Profile(Shape, frozen=True):
    """An order profile."""

    id: Key
    code: Code | None = None
    name: str | None = None
    delivery_mode: str | None = None


class Profiles(Shape, frozen=True):
    """The order profiles of a restaurant."""

    account_profile_list: list[Profile] | None = None


class CheckLine(Shape, frozen=True):
    """A line of an open check. `grossUnitAmount` is in every example and in no schema: it is not read."""

    quantity: Amount
    amount_with_tax: Amount
    amount_less_tax: Amount | None = None
    unit_amount: Amount | None = None
    discounted_amount: Amount | None = None
    item_name: str | None = None
    item_sku: Code | None = None
    active: bool | None = None
    sub_line_items: list["CheckLine"] | None = None


class CheckPayment(Shape, frozen=True):
    """A payment on an open check."""

    amount_paid: Amount
    payment_method_code: Code | None = None
    payment_method_description: str | None = None
    external_reference: Code | None = None
    payment_date: Instant | None = None
    active: bool | None = None


class Check(Shape, frozen=True):
    """An account snapshot. `id`, `identifier`, `number` and `deviceId` are deprecated and not read."""

    ikaccount_id: Key
    current_amount: Amount
    open_date: Instant
    paid_amount: Amount
    close_date: Instant | None = None
    service_charge: Amount | None = None
    uuid: Ident | None = None
    name: str | None = None
    table_number: Code | None = None
    client_count: Count | None = None
    staff_id: Ident | None = None
    staff_name: str | None = None
    pos_id: Ident | None = None
    sales_entries: list[CheckLine] | None = None
    payment_entries: list[CheckPayment] | None = None


class OrderingSettings(Shape, frozen=True):
    """Whether ordering and paying from outside are switched on."""

    enabled: bool


class TillStatus(Shape, frozen=True):
    """Whether a till can take them."""

    sales_period: Literal["OPENED", "CLOSED"]
    accepting_online_orders: bool
    available_devices: bool


class Readiness(Shape, frozen=True):
    """Readiness, as asked for and as told by an ORDER_API notification."""

    status: Code
    online_ordering_api_configuration: OrderingSettings
    pos_status: TillStatus
    last_updated_at: Instant | None = None
    business_location_id: Key | None = None


class AvailableItem(Shape, frozen=True):
    """How much is left of an item."""

    sku: Code
    count: Amount | None = None
    updated_at: Instant | None = None


class AvailableMetadata(Shape, frozen=True):
    """How many pages there are."""

    total_pages: Count | None = None


class Available(Shape, frozen=True):
    """A page of availability, and how many there are."""

    data: list[AvailableItem] | None = None
    metadata: AvailableMetadata | None = None


class Discount(Shape, frozen=True):
    """A discount of the menu: a percentage or an amount, never both."""

    code: Code
    name: str | None = None
    discount_percentage: Amount | None = None
    discount_amount: Amount | None = None


# What the webhooks tell


class Timeout(Shape, frozen=True):
    """No till took it in time."""

    message: str | None = None


class AccountError(Shape, frozen=True):
    """Why the till refused; the vendor's list may grow."""

    type: str | None = None


class PaymentErrors(Shape, frozen=True):
    """Why a payment failed: one, both or neither."""

    timeout: Timeout | None = None
    account: AccountError | None = None


class TaskNews(Shape, frozen=True):
    """What became of an order or payment of ours. ORDER's failure example has no `type`, two examples no location."""

    third_party_reference: Key
    status: Code
    type: Literal["ORDER", "PAYMENT"] | None = None
    business_location_id: Key | None = None
    ikentoo_account_identifier: Ident | None = None
    reason: str | None = None
    account: Check | None = None
    errors: PaymentErrors | None = None


class ItemNews(Shape, frozen=True):
    """An item ran out, or is back."""

    sku: Code
    business_location_id: Key
    status: Literal["RESTRICTED", "NOT_RESTRICTED"]
    count: Amount | None = None
    count_updated_at: Instant | None = None


# Registration


class AttachedLocation(Shape, frozen=True):
    """A restaurant whose item and readiness news are told."""

    business_location_id: Key


BUSINESSES = decoder(list[Business])
FLOOR_PLANS = decoder(list[FloorPlan])
TABLES = decoder(list[Table])
PROFILES = decoder(Profiles)
CHECKS = decoder(list[Check])
CHECK = decoder(Check)
READINESS = decoder(Readiness)
AVAILABLE = decoder(Available)
DISCOUNTS = decoder(list[Discount])
TASK_NEWS = decoder(TaskNews)
ITEM_NEWS = decoder(ItemNews)
ATTACHED = decoder(list[AttachedLocation])
