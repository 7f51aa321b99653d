"""What the provider API takes and shows; amounts are minor units."""

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema

from comptoir.apps.pay_at_table.amounts import LARGEST_AMOUNT
from comptoir.apps.pay_at_table.models import MethodKind
from comptoir.apps.pay_at_table.provider_tables import RefundStatus
from comptoir.web.api import Amount

Minor = Annotated[int, Field(ge=1, le=LARGEST_AMOUNT, strict=True)]
Tip = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT, strict=True)]
Text = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Short = Annotated[str, Field(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class LinkOut(Schema):
    """`waiting` until the merchant says yes (`linked`) or no (`refused`); `unlinked` once you let go."""

    integration: str
    state: str


class CapabilitiesOut(Schema):
    """What may be done at this store."""

    intents: bool
    split_by_item: bool
    orders: bool
    tips: bool
    pos_message: bool


class MethodsOut(Schema):
    """Under which payment method of the till each kind of money is entered; empty: this kind is not taken.

    The labels are what the till calls them; empty until it was asked.
    """

    card: str
    voucher: str
    card_label: str
    voucher_label: str


class ReadinessOut(Schema):
    """Whether the till takes payments and orders now. `checked_at` is when it was asked."""

    ready: bool
    pos_reachable: bool
    enabled: bool | None
    sales_period_open: bool | None
    till_online: bool | None
    last_notification_at: datetime | None
    checked_at: datetime


class LinkedIntegrationOut(Schema):
    """One store, as it takes part. `status`: `active`, `degraded`, `reauth_required`, `disabled`, `plan_inactive`."""

    id: str
    name: str
    store: str
    timezone: str
    currency: str
    status: str
    degraded_because: str
    is_test: bool
    min_partial: int
    capabilities: CapabilitiesOut
    methods: MethodsOut


class TableOut(Schema):
    """A table. Guests' pages call it by its `public_table_code`, which cannot be counted through."""

    id: str
    number: str
    label: str
    seats: int | None
    active: bool
    public_table_code: str
    floor_plan_id: str
    floor_plan: str
    has_open_check: bool | None = None


class FloorPlanOut(Schema):
    """A room with its tables."""

    id: str
    name: str
    tables: list[TableOut]


class FloorPlansOut(Schema):
    """`reason` says why there are none: `no_floor_plan`."""

    data: list[FloorPlanOut]
    reason: str
    fetched_at: datetime


class CheckLineOut(Schema):
    """A line of a bill; `line` is its number in claims, `includes` what belongs to it."""

    line: int
    sku: str
    name: str
    quantity: str
    total: Amount
    includes: list[str]


class TillPaymentOut(Schema):
    """A payment as the till shows it; `external_reference` is ours where it came through Comptoir."""

    amount: Amount
    method: str
    method_label: str
    external_reference: str


class CheckOut(Schema):
    """A bill. `payable` is what a new guest may still pay: less than `remaining` while others are paying.

    `id` stays for the visit, whatever number (`pos_check_id`) the till gives the bill. `state`: `open`,
    `partially_paid`, `paid`, `closed`. `stale`: the till did not answer in time, and this is what it said last: start
    no payment on it. `credit` is what a bill below zero owes the guest.
    """

    id: str
    pos_check_id: str
    pos_check_chain: list[str]
    table_number: str
    name: str
    covers: int | None
    opened_at: datetime | None
    currency: str
    state: str
    total: Amount
    service_charge: Amount
    paid: Amount
    remaining: Amount
    overpaid: Amount
    credit: Amount
    held: Amount
    payable: Amount
    closed: bool
    stale: bool
    revision: int
    fetched_at: datetime
    lines: list[CheckLineOut]
    payments: list[TillPaymentOut]


class LineClaimIn(Schema):
    """What a guest pays of a line: `quantity` of its pieces, or one of `parts` equal parts; neither: all of it."""

    line: int = Field(ge=0, le=10_000)
    quantity: int | None = Field(None, ge=1, le=100)
    parts: int | None = Field(None, ge=2, le=100)


class SplitIn(Schema):
    """Equal shares, or what these claims come to: one of the two."""

    shares: int | None = Field(None, ge=1, le=100)
    claims: list[LineClaimIn] = Field(default_factory=list, max_length=200)


class SplitOut(Schema):
    """What is to be paid now: each share that is left, or the one amount of the claims."""

    id: str
    check_id: str
    kind: str
    amounts: list[Amount]
    revision: int


class IntentIn(Schema):
    """A part to hold, in minor units; with `claims`, the amount may be left out."""

    amount: Minor | None = None
    tip: Tip = 0
    tip_confirmed: bool = False
    method_kind: MethodKind = MethodKind.CARD
    provider_session_id: Text
    ttl_s: int | None = None
    claims: list[LineClaimIn] = Field(default_factory=list, max_length=200)


class IntentOut(Schema):
    """A held part."""

    id: str
    check_id: str
    amount: int
    tip: int
    state: str
    expires_at: datetime


class PaymentIn(Schema):
    """Money that was taken, in minor units, the tip beside. `group_id` joins a voucher and the card for the rest."""

    provider_payment_id: Text
    amount: Minor
    tip: Tip = 0
    currency: Currency
    method_kind: MethodKind = MethodKind.CARD
    group_id: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    captured_at: datetime | None = None


class UnplacedIn(PaymentIn):
    """The same where only the table is known, or nothing."""

    table_number: Annotated[str, Field(max_length=16, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class ConfirmIn(Schema):
    """The guest of an intent was charged; the amount is the intent's."""

    provider_payment_id: Text
    tip: Tip | None = None
    group_id: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    captured_at: datetime | None = None


class PaymentAttemptOut(Schema):
    """One reference under which the till was asked, and for how much."""

    number: int
    reference: str
    amount: Amount
    outcome: str
    sent_at: datetime
    resolved_at: datetime | None
    code: str
    pos_raw: str


class RefundIn(Schema):
    """Money that goes back to the guest; `status` may be reported again as it moves on."""

    provider_refund_id: Text
    amount: Minor
    reason: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    status: RefundStatus = RefundStatus.SUCCEEDED


class RefundOut(Schema):
    """A refund as it was reported last."""

    id: str
    payment_id: str
    provider_refund_id: str
    amount: Amount
    reason: str
    status: str
    created_at: datetime
    updated_at: datetime


class ReasonOut(Schema):
    """Why a payment is where it is: a stable code, a sentence, and the till's own words."""

    code: str
    message: str
    pos_raw: str


class PosMethodOut(Schema):
    """The till's payment method that a payment was sent with, and what the till calls it; both empty before."""

    code: str
    label: str


class PaidItemOut(Schema):
    """What a guest paid of the bill's line `line`: `part` of so many equal `parts`, counted from one."""

    line: int
    part: int
    parts: int


class GuestPaymentOut(Schema):
    """A guest payment and where it stands; money is on the till only in `applied`.

    `due`: what of the amount belongs on the till, less once some of it was given back.
    `refund_asked`: how much the restaurant asks to have given back.
    `retryable`: a retry would do something now. `captured_in_future`: the provider's clock is
    wrong; the instant it came counts. `items`: empty where no items were claimed.
    `staff_view_url`: its page for the restaurant's people, who sign in there.
    """

    id: str
    integration_id: str
    provider_payment_id: str
    check_id: str
    pos_check_id: str
    table_number: str
    group_id: str
    intent_id: str
    method_kind: str
    pos_method: PosMethodOut
    items: list[PaidItemOut]
    amount: Amount
    due: Amount
    tip: Amount
    tip_sent_to_pos: bool
    state: str
    reason: str
    state_reason: ReasonOut | None
    retryable: bool
    next_retry_at: datetime | None
    attempts: list[PaymentAttemptOut]
    applied_at: datetime | None
    pos_reference: str
    refunds: list[RefundOut]
    refund_asked: Amount | None
    refund_asked_at: datetime | None
    business_date: date | None
    captured_at: datetime | None
    captured_in_future: bool
    created_at: datetime
    updated_at: datetime
    staff_view_url: str


class PaymentsOut(Schema):
    """A page of payments, newest first; `next_cursor` goes on behind it."""

    data: list[GuestPaymentOut]
    next_cursor: str | None
