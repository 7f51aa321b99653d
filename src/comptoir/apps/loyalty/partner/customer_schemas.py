"""What `/partner/v1/customers` takes and gives (loyalty.md 3.4)."""

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import AfterValidator

from comptoir.apps.loyalty.partner.order_schemas import Moment, ProfileIn, Text

MOST_POINTS = 1000
"""The most that one call may add."""


def _known(said: str) -> str:
    """What a terminal says of a card it cannot name is no name of it (3.4)."""
    if said == "unknown":
        raise ValueError("a card that is unknown names nobody")
    return said


Points = Annotated[int, Field(ge=1, le=MOST_POINTS, strict=True)]
Pin = Annotated[str, Field(pattern=r"^\d{4}$")]
Hash = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$"), AfterValidator(_known)]


class CustomerFields(ProfileIn):
    """What may be told of a customer. `points` are added, and need the scope `points.adjust`.

    `has_optin_at` is when the customer said so: needed to turn a later no back into a yes.
    """

    pin: Pin | None = None
    payment_method_hash: Hash | None = None
    points: Points | None = None
    has_optin_at: Moment | None = None


class CustomerIn(CustomerFields):
    """A new customer: the number in international digits, and the store that enrols them (slug or public id)."""

    phone: Annotated[str, Field(min_length=1, max_length=40)]
    reference_store_slug: Annotated[str, Field(max_length=64)] | None = None
    store_id: Annotated[str, Field(max_length=64)] | None = None


class CustomerChange(CustomerFields):
    """What is to change; what is left out or null stays. The slug is deprecated here: name the store's id."""

    phone: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    reference_store_slug: Annotated[str, Field(max_length=64)] | None = None
    store_id: Annotated[str, Field(max_length=64)] | None = None


class CustomerOut(Schema):
    """A customer; `phone` without the +. The PIN is never told, only whether there is one."""

    public_id: str
    phone: str
    email: str
    first_name: str
    last_name: str
    gender: str
    birthday: date | None
    points: int
    has_optin: bool
    has_optin_email: bool
    tags: list[str]
    has_pin: bool
    created_at: datetime
    last_visit_at: datetime | None


class CustomersOut(Schema):
    """A page of customers, newest first; `next_page` is null on the last one."""

    data: list[CustomerOut]
    page: int
    next_page: int | None


class AttributeIn(Schema):
    """A named value."""

    name: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00/]+$")]
    value: Text


class AttributeChange(Schema):
    """Another value."""

    value: Text


class AttributeOut(Schema):
    """A named value of a customer."""

    name: str
    value: str
