"""What `/partner/v1/orders` takes and gives (loyalty.md 3.5)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import AfterValidator, AwareDatetime, StrictBool

LARGEST: int = 100_000_000
"""A million euros: whoever sends more has taken cents for something else."""
EARLIEST_YEAR, LATEST_YEAR = 2000, 2200
Cents = Annotated[int, Field(ge=0, le=LARGEST, strict=True)]
"""Strict: who sends "12.00" or 12.0 means euros, and would be taken for twelve cents."""
SignedCents = Annotated[int, Field(ge=-LARGEST, le=LARGEST, strict=True)]
Word = Annotated[str, Field(min_length=1, max_length=40)]
Text = Annotated[str, Field(max_length=500)]
OrderId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]+$")]


def _plausible(at: datetime) -> datetime:
    """A till whose clock stands at the beginning of time has lost it; one that is ahead is set right later (E19)."""
    if not EARLIEST_YEAR <= at.year < LATEST_YEAR:
        raise ValueError("this is no time of a sale")
    return at


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]


class LineIn(Schema):
    """One line. `amount` is with tax, after discounts; `public_reward_id` names the reward it stands for."""

    sku: Annotated[str, Field(max_length=64)] | None = None
    name: Text | None = None
    quantity: Annotated[Decimal, Field(ge=-100_000, le=100_000)] = Decimal(1)
    unit_amount: SignedCents | None = None
    amount: SignedCents | None = None
    public_reward_id: Annotated[str, Field(max_length=64)] | None = None


class PaymentIn(Schema):
    """Money taken."""

    amount: SignedCents
    method: Text = ""
    payment_method_hash: Text | None = None


class ProfileIn(Schema):
    """What is known of a customer; null and missing say nothing. `has_optin` is a boolean, never a string (E43)."""

    email: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    gender: Literal["man", "woman", "undisclosed", "other"] | None = None
    birthday: date | None = None
    tags: list[Annotated[str, Field(max_length=40)]] | None = None
    has_optin: StrictBool | None = None
    has_optin_email: StrictBool | None = None


class OrderCustomerIn(ProfileIn):
    """Whose order it is: a phone number, or the public id (a pass's code does as well)."""

    phone: Annotated[str, Field(max_length=40)] | None = None
    public_id: Annotated[str, Field(max_length=200)] | None = None


class OrderIn(Schema):
    """One order. Enumerations are kept as they come; only `paid` and `closed` earn."""

    order_id: OrderId
    loyalty_store_slug: Annotated[str, Field(min_length=1, max_length=64)]
    channel: Word
    delivery_mode: Word
    amount: Cents
    status: Word
    created_at: Moment
    delivery_status: Word
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=500)]
    partner_order_id: Annotated[str, Field(max_length=64)] | None = None
    tablet_id: int | None = None
    tax_amount: Cents | None = None
    tip_amount: Cents | None = None
    reward_ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50)] | None = None
    closed_at: Moment | None = None
    withdrawal_at: Moment | None = None
    comment: Text | None = None
    customer: OrderCustomerIn | None = None
    payments: Annotated[list[PaymentIn], Field(max_length=50)] | None = None
    device_id: Annotated[str, Field(max_length=64)] | None = None
    device_name: Annotated[str, Field(max_length=120)] | None = None


class OrderChange(Schema):
    """What became of an order. `amount` corrects it; `refunded_amount` was given back: under a `refund_id` by that
    refund alone, else altogether."""

    loyalty_store_slug: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    status: Word | None = None
    delivery_status: Word | None = None
    amount: Cents | None = None
    refunded_amount: Cents | None = None
    refund_id: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00]+$")] | None = None
    customer: OrderCustomerIn | None = None
    reward_ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=50)] | None = None


class OrderCustomerOut(Schema):
    """Whose it is, and their balance with this order."""

    public_id: str
    points: int


class OrderOut(Schema):
    """An order as it stands. `points_earned` are those of this order; `refunded_amount` all that was given back."""

    id: str
    order_id: str
    store_slug: str
    status: str
    amount: int
    refunded_amount: int
    points_earned: int
    customer: OrderCustomerOut | None
    message: str = ""


def plain(body: Schema, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A body as JSON keeps it, unknown fields included, null and missing left out."""
    return body.model_dump(mode="json", exclude_none=True, exclude=set(without))


def moment(*instants: datetime | None) -> datetime | None:
    """The first that is given."""
    return next((each for each in instants if each is not None), None)
