"""What the provider API takes and shows; amounts are minor units."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

from comptoir.apps.pay_at_table.amounts import LARGEST_AMOUNT
from comptoir.apps.pay_at_table.models import MethodKind
from comptoir.web.api import Amount

Minor = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, strict=True)]
Tip = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT, strict=True)]
Text = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Short = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class LinkOut(Schema):
    """`waiting` until the merchant says yes (`linked`) or no (`refused`)."""

    integration: str
    state: str


class CheckOut(Schema):
    """An open bill. `payable` is what a new guest may still pay: less than `remaining` while others are paying."""

    id: str
    table_number: str
    total: Amount
    remaining: Amount
    held: Amount
    payable: Amount
    closed: bool
    revision: int
    fetched_at: datetime


class IntentIn(Schema):
    """A part to hold, in minor units."""

    amount: Minor
    tip: Tip = 0
    tip_confirmed: bool = False
    method_kind: MethodKind = MethodKind.CARD
    provider_session_id: Text
    ttl_s: int | None = None


class IntentOut(Schema):
    """A held part."""

    id: str
    check_id: str
    amount: int
    tip: int
    state: str
    expires_at: datetime


class PaymentIn(Schema):
    """Money that was taken, in minor units, the tip beside."""

    provider_payment_id: Text
    amount: Minor
    tip: Tip = 0
    currency: Currency
    method_kind: MethodKind = MethodKind.CARD
    captured_at: datetime | None = None


class UnplacedIn(PaymentIn):
    """The same where only the table is known, or nothing."""

    table_number: Annotated[str, Field(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class ConfirmIn(Schema):
    """The guest of an intent was charged; the amount is the intent's."""

    provider_payment_id: Text
    tip: Tip | None = None
    captured_at: datetime | None = None


class PaymentOut(Schema):
    """A guest payment and where it stands."""

    id: str
    provider_payment_id: str
    check_id: str
    amount: Amount
    tip: Amount
    method_kind: str
    state: str
    reason: str
    pos_reference: str
    created_at: datetime
    updated_at: datetime
