"""K-Series' JSON in the vendor's words: real-time notifications, V2 sales, businesses.

Only what is read is named; everything else in a body is ignored. What has no default must be there.
"""

from typing import Literal

import msgspec

from comptoir.connectors.lightspeed_k.values import Amount, Code, Count, Currency, Ident, Instant, Key, decoder

AccountType = Literal[
    "SALE",
    "VOID",
    "RECALL",
    "REFUND",
    "SPLIT",
    "UPDATE",
    "TRANSFER",
    "FLOAT",
    "TRANSITORY",
    "CROSS_BL",
    "CANCEL",
]


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A piece of the vendor's JSON."""


# Real-time notifications. No current page documents them; `README.md` says where the shape comes from.


class ActiveTax(Shape, frozen=True):
    """The tax of a line; `rate` is a multiplier, 1.2 for 20 %."""

    rate: Amount | None = None


class TransactionLine(Shape, frozen=True):
    """A line of an account; one that is not active was struck out."""

    amount: Amount
    quantity: Amount
    unit_amount: Amount | None = None
    id: Ident | None = None
    parent_line_id: Ident | None = None
    name_override: str | None = None
    item_description: str | None = None
    item_sku: Code | None = None
    accounting_group_name: str | None = None
    active: bool | None = None
    active_tax: ActiveTax | None = None
    device_id: Ident | None = None
    device_name: str | None = None
    sub_lines: list["TransactionLine"] | None = None


class PaymentLine(Shape, frozen=True):
    """A payment of an account; reversing accounts have no method."""

    amount: Amount
    gratuity_amount: Amount | None = None
    payment_method: Code | None = None
    payment_method_description: str | None = None
    external_reference: str | None = None
    active: bool | None = None


class ExternalReference(Shape, frozen=True):
    """Another system's name for an account or a guest."""

    prefix: Code | None = None
    reference: Code | None = None


class Address(Shape, frozen=True):
    """How a guest is written to."""

    email_address: str | None = None


class ContactInformation(Shape, frozen=True):
    """How a guest is called; often empty."""

    first_name: str | None = None
    last_name: str | None = None
    phone_number1: Code | None = None
    phone_number2: Code | None = None


class ConsumerRecord(Shape, frozen=True):
    """A guest, as a notification tells of him."""

    consumer: Address | None = None
    contact_information: ContactInformation | None = None
    external_references: list[ExternalReference] | None = None


class Account(Shape, frozen=True):
    """A bill as a notification shows it; `type` and `updateDate` are missing in the oldest samples."""

    account_number: Key
    status: Literal["open", "closed"]
    open_date: Instant
    total_amount: Amount
    currency_code: Currency
    id: Ident | None = None
    uuid: str | None = None
    close_date: Instant | None = None
    update_date: Instant | None = None
    type: AccountType | None = None
    cancelled: bool | None = None
    business_location_id: Key | None = None
    receipt_number: Ident | None = None
    origin_account_number: Ident | None = None
    device_id: Ident | None = None
    device_name: str | None = None
    staff_id: Ident | None = None
    staff_name: str | None = None
    table_name: str | None = None
    account_profile_code: Code | None = None
    cover_count: Count | None = None
    paid_amount: Amount | None = None
    tax_amount: Amount | None = None
    total_discount: Amount | None = None
    service_charge: Amount | None = None
    gratuity_amount: Amount | None = None
    transaction_lines: list[TransactionLine] | None = None
    payment_lines: list[PaymentLine] | None = None
    external_references: list[ExternalReference] | None = None
    consumer_record: ConsumerRecord | None = None


class Notification(Shape, frozen=True):
    """What the till posts on every account opened, updated or closed."""

    notification_type: Literal["OPEN", "UPDATE", "CLOSE"]
    account: Account
    business_location_id: Key | None = None
    retry_counter: Count | None = None


# Financial API V2: https://api-docs.lsk.lightspeed.app/group/endpoint-financialv2.md


class TaxLine(Shape, frozen=True):
    """One tax of a line; `taxRate` is a multiplier."""

    tax_rate: Amount | None = None
    tax_included: bool | None = None


class AccountingGroup(Shape, frozen=True):
    """Where bookkeeping puts an item."""

    name: str | None = None


class SaleLine(Shape, frozen=True):
    """A line of a closed sale."""

    quantity: Amount
    total_net_amount_with_tax: Amount | None = None
    total_net_amount_without_tax: Amount | None = None
    menu_list_price: Amount | None = None
    id: Ident | None = None
    parent_line_id: Ident | None = None
    name: str | None = None
    name_override: str | None = None
    sku: Code | None = None
    service_charge: Amount | None = None
    service_charge_type: str | None = None
    total_discount_amount: Amount | None = None
    tax_amount: Amount | None = None
    tax_rate_percentage: Amount | None = None
    tax_lines: list[TaxLine] | None = None
    accounting_group: AccountingGroup | None = None
    currency: Currency | None = None
    device_id: Ident | None = None
    device_name: str | None = None


class Consumer(Shape, frozen=True):
    """A guest, as the financial API tells of him when asked."""

    first_name: str | None = None
    last_name: str | None = None
    phone_number1: Code | None = None
    phone_number2: Code | None = None
    email: str | None = None


class SalePayment(Shape, frozen=True):
    """A payment of a closed sale; the tip is beside `netAmountWithTax`."""

    net_amount_with_tax: Amount
    tip: Amount | None = None
    code: Code | None = None
    description: str | None = None
    external_reference: str | None = None
    currency: Currency | None = None
    consumer: Consumer | None = None


class SaleSource(Shape, frozen=True):
    """The accounts before this one; both are its own number when there is none."""

    initial_account_id: Ident | None = None
    previous_account_id: Ident | None = None


class Sale(Shape, frozen=True):
    """A closed sale. Its two instants go by different names in V1, in its recordings and in V2: all are read."""

    account_fisc_id: Key
    account_reference: str | None = None
    receipt_id: Ident | None = None
    source: SaleSource | None = None
    sales_lines: list[SaleLine] | None = None
    payments: list[SalePayment] | None = None
    time_of_opening: Instant | None = None
    time_of_opening_v1: Instant | None = msgspec.field(default=None, name="timeofOpening")
    time_closed: Instant | None = None
    time_of_close_and_paid: Instant | None = None
    time_of_close_and_paid_v1: Instant | None = msgspec.field(default=None, name="timeofCloseAndPaid")
    cancelled: bool | None = None
    type: AccountType | None = None
    table_number: Code | None = None
    table_name: str | None = None
    account_profile_code: Code | None = None
    owner_id: Ident | None = None
    owner_name: str | None = None
    nb_covers: Count | None = None
    device_id: Ident | None = None
    device_name: str | None = None
    external_references: list[Code] | None = None

    @property
    def opened(self) -> Instant | None:
        """When the account was opened, under whatever name."""
        return self.time_of_opening or self.time_of_opening_v1

    @property
    def closed(self) -> Instant | None:
        """When the account was closed, under whatever name."""
        return self.time_closed or self.time_of_close_and_paid or self.time_of_close_and_paid_v1


class SalesPage(Shape, frozen=True):
    """A page of closed sales; no token, or an empty one, on the last."""

    sales: list[Sale]
    next_page_token: str | None = None


class Link(Shape, frozen=True):
    """Where something is; its host may be another than the one asked."""

    href: str | None = None


class Links(Shape, frozen=True):
    """Where the next page is."""

    next_page: Link | None = None


class HistoryPage(Shape, frozen=True):
    """A page of V1: the token is within the link, or on its own in older bodies."""

    sales: list[Sale]
    links: Links | None = msgspec.field(default=None, name="_links")
    next_page_token: str | None = None


class SalesDay(Shape, frozen=True):
    """The sales of a business day, of V1 and of V2; complete when no more will come."""

    sales: list[Sale]
    data_complete: bool | None = None
    next_start_of_day_as_iso8601: Instant | None = None


class BusinessDay(Shape, frozen=True):
    """When the next business day begins; the sales of this one are not read here."""

    next_start_of_day_as_iso8601: Instant


class FinanceError(Shape, frozen=True):
    """Why the financial API refused."""

    error: str


NOTIFICATION = decoder(Notification)
SALES_PAGE = decoder(SalesPage)
HISTORY_PAGE = decoder(HistoryPage)
SALES_DAY = decoder(SalesDay)
SALE = decoder(Sale)
BUSINESS_DAY = decoder(BusinessDay)
FINANCE_ERROR = decoder(FinanceError)
