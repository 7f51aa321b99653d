"""What is sent to a till from outside, and what the till says became of it. Amounts are in major units, tips beside."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret
from comptoir.pos.model import Record


class FailureKind(StrEnum):
    """What helps against a failure."""

    CONFIGURATION = "configuration"
    """A setting must be changed first; nothing else of this place will work until then."""
    TRANSIENT = "transient"
    """The same again later, as a new request."""
    RACE = "race"
    """The bill changed meanwhile: read it again, then decide."""
    UNKNOWN = "unknown"
    """Somebody must look."""


class Failure(Record, frozen=True, kw_only=True):
    """Why a till did not do what it was asked. `code` is stable, `for_owner` says what to do, `said` quotes it."""

    code: str
    kind: FailureKind
    for_owner: str
    said: str = ""


class Declined(RuleBroken):
    """The vendor clearly refused a request: nothing was done."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.for_owner, code=failure.code, status=409, for_log=f"{failure.code}: {failure.said}")
        self.failure = failure


class Submission(StrEnum):
    """What became of a request so far; whether the till did it is told later, under our reference."""

    QUEUED = "queued"
    ALREADY_SUBMITTED = "already_submitted"
    """The vendor knows this reference: the request was queued before, and was not queued again."""


@dataclass(frozen=True)
class NewsAddress:
    """Where news of orders, payments and items is to be sent: an address of ours, under a name of ours."""

    endpoint_id: str
    url: str
    username: str = ""
    password: Secret | None = None


class PaymentRequest(Record, frozen=True, kw_only=True):
    """Money that was taken elsewhere, to be entered on a check. `reference` is ours, and used once for ever.

    `endpoint_id` names the address that hears the result; `lifetime` is how long the vendor tries to reach a till.
    """

    location_id: str
    check_id: str
    reference: str
    endpoint_id: str
    amount: Decimal
    tip: Decimal = Decimal(0)
    method: str = ""
    staff_id: str = ""
    register_id: str = ""
    lifetime: timedelta | None = None


class ServiceMode(StrEnum):
    """How an order is served."""

    EAT_IN = "eat_in"
    TAKEAWAY = "takeaway"
    DELIVERY = "delivery"


class Guest(Record, frozen=True, kw_only=True):
    """Who orders. Its repr says nothing personal."""

    first_name: str
    last_name: str = ""
    email: str = ""
    phone: str = ""
    notes: str = ""
    reference: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""

    def __repr__(self) -> str:
        return "Guest(…)"


class OrderItem(Record, frozen=True, kw_only=True):
    """Something ordered. `price` only where the till lets an item's price be chosen; `items` are parts of it."""

    sku: str
    quantity: int = 1
    name: str = ""
    price: Decimal | None = None
    modifier_ids: tuple[str, ...] = ()
    discount_code: str = ""
    course: int | None = None
    items: tuple["OrderItem", ...] = ()


class OrderPayment(Record, frozen=True, kw_only=True):
    """Money that was taken with the order; `amount` is without the tip, here as everywhere."""

    amount: Decimal
    tip: Decimal = Decimal(0)
    method: str = ""


class OrderRequest(Record, frozen=True, kw_only=True):
    """An order for the kitchen. `check_id` adds it to a running bill, whose table and covers then stay."""

    location_id: str
    reference: str
    endpoint_id: str
    mode: ServiceMode
    guest: Guest
    items: tuple[OrderItem, ...]
    payment: OrderPayment | None = None
    check_id: str = ""
    table_number: str = ""
    covers: int | None = None
    order_profile: str = ""
    staff_id: str = ""
    note: str = ""
    collection_code: str = ""
    prepare_at: datetime | None = None
    collect_at: datetime | None = None
    lifetime: timedelta | None = None


class PaymentOutcome(StrEnum):
    """Whether a payment is on the till. Anything but these two words of the vendor is `unknown`."""

    TAKEN = "taken"
    FAILED = "failed"
    UNKNOWN = "unknown"


class PaymentResult(Record, frozen=True, kw_only=True):
    """What the till made of a payment request of ours; `said` is the vendor's own word."""

    reference: str
    outcome: PaymentOutcome
    said: str
    location_id: str = ""
    check_id: str = ""
    failure: Failure | None = None


class OrderStatus(StrEnum):
    """Where an order is; what the vendor may add to its list is `other`."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    IN_DELIVERY = "in_delivery"
    READY = "ready"
    DELIVERED = "delivered"
    CHANGED = "changed"
    CLOSED = "closed"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"
    OTHER = "other"


class OrderState(Record, frozen=True, kw_only=True):
    """What became of an order of ours, or of the bill it made.

    `total` and `paid` are those of the bill where the vendor sent it along: enough to say that it changed, not to take
    money on, for which it is read again.
    """

    reference: str
    status: OrderStatus
    said: str
    location_id: str = ""
    check_id: str = ""
    failure: Failure | None = None
    total: Decimal | None = None
    paid: Decimal | None = None


class Readiness(Record, frozen=True, kw_only=True):
    """Whether a place takes orders and payments from outside now, and what is in the way."""

    location_id: str
    ready: bool
    enabled: bool
    sales_period_open: bool
    accepting: bool
    till_available: bool
    changed_at: datetime | None = None
