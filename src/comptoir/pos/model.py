"""The canonical records: what a till knows, in one tongue (reference: unified-pos-model.md).

Amounts are exact decimals in major units, as the source gave them; they are rounded to minor units only where they are
stored beside this record or shown. An absent figure is None: unknown is not zero.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

import msgspec

from comptoir.kernel.money import Money, to_minor

LONGEST_ADDRESS: Final = 300

ONE: Final = Decimal(1)


class SaleKind(StrEnum):
    """What a sale is; only `sale`, `refund`, `exchange` and `void` can count in sales."""

    SALE = "sale"
    REFUND = "refund"
    EXCHANGE = "exchange"
    VOID = "void"
    CORRECTION = "correction"
    TRANSFER = "transfer"
    SPLIT = "split"
    FLOAT = "float"


class SaleState(StrEnum):
    """Where a sale is on its way from first item to receipt."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class LineKind(StrEnum):
    """What a line stands for; only merchandise is sales and goods (weekly-balance.md 4.1)."""

    MERCHANDISE = "merchandise"
    FEE = "fee"
    GIFT_CARD = "gift_card"


class Credit(StrEnum):
    """How a bill waits to be settled: the goods were handed over on account, or put aside until they are paid off."""

    NONE = ""
    ON_ACCOUNT = "on_account"
    LAYBY = "layby"


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A canonical record; defaults are left out of its JSON, so a new field changes no stored fingerprint."""


class Named(Record, frozen=True, kw_only=True):
    """Somebody or something the till names: a register, a member of staff, a payment method."""

    id: str
    name: str = ""


class Line(Record, frozen=True, kw_only=True):
    """One line of a sale. `total` is with tax, after discounts; negative when returned. `tax` is what of it is tax,
    unrounded, where the source says so.

    `reward` is what the source calls the loyalty reward that the line stands for, if it says so.
    """

    name: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    sku: str = ""
    tax_rate_ppm: int | None = None
    parent: int | None = None
    category: str = ""
    reward: str = ""
    kind: LineKind = LineKind.MERCHANDISE
    tax: Decimal | None = None


class Payment(Record, frozen=True, kw_only=True):
    """Money taken or given back by the till; `amount` without the tip. `at` is when, where the till tells it."""

    amount: Decimal
    tip: Decimal = Decimal(0)
    method: Named | None = None
    external_reference: str = ""
    at: datetime | None = None


class Sale(Record, frozen=True, kw_only=True):
    """One bill, from the first item to the closed receipt.

    `external_id` is the vendor's number at `location_id`; `previous_external_id` is the bill this one corrects or
    follows. `counted` says whether it belongs to revenue once closed; the connector decides by its vendor's rules.
    `total` is with tax and without tips. `is_untaxed`: the unit prices of its lines are without tax. `rewards` are
    loyalty rewards that the bill as a whole names. `credit` stays with a bill that was settled.
    """

    location_id: str
    external_id: str
    kind: SaleKind
    state: SaleState
    counted: bool
    currency: str
    opened_at: datetime
    closed_at: datetime | None = None
    total: Decimal
    paid: Decimal | None = None
    tax: Decimal | None = None
    discount: Decimal | None = None
    service_charge: Decimal | None = None
    tip: Decimal | None = None
    covers: int | None = None
    previous_external_id: str = ""
    receipt_number: str = ""
    register: Named | None = None
    staff: Named | None = None
    table: str = ""
    order_profile: str = ""
    is_untaxed: bool = False
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    rewards: tuple[str, ...] = ()
    credit: Credit = Credit.NONE

    def money(self, amount: Decimal | None) -> Money | None:
        """An amount of this sale, rounded half up to minor units."""
        return None if amount is None else Money(to_minor(amount, self.currency), self.currency)


class Source(StrEnum):
    """How we came to know: told by the till as it happened, or read back from the vendor's books."""

    NOTIFICATION = "notification"
    READ = "read"


class Observed(Record, frozen=True, kw_only=True):
    """A sale as one source showed it at one instant (UTC).

    `aliases` are the vendor's other names for it (unified-pos-model.md 1.4). The sources of a till do not know the same
    ones, so they stand beside the sale: it is found by them, and stays the same to the byte whoever told of it.
    """

    sale: Sale
    source: Source
    observed_at: datetime
    aliases: tuple[str, ...] = ()


class Check(Record, frozen=True, kw_only=True):
    """A bill as the till shows it when asked, to be paid or watched: the sale, and what of it is still due.

    `due` is without tips. `table_number` is what a floor plan calls the table; `sale.table` is its label. `seen_at`
    (UTC) is when it was asked for. `uuid` may outlive `sale.external_id`, which can change under our feet.
    """

    sale: Sale
    due: Decimal
    seen_at: datetime
    table_number: str = ""
    name: str = ""
    uuid: str = ""


class Identified(Record, frozen=True, kw_only=True):
    """Who a sale is for, as far as the till was told: beside the sale, never inside it.

    `phone`, `email` and the names are as typed at the till. `references` are other systems' names for the bill or the
    guest, written "PREFIX:reference". Its repr says nothing personal.
    """

    location_id: str
    sale_id: str
    phone: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    references: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Identified({self.location_id}, {self.sale_id}, …)"


def address_line(street: str | None, *rest: str | None) -> str:
    """An address in one line, 300 characters at most; "" where no street is known."""
    parts = [(each or "").replace("\0", "").strip() for each in (street, *rest)]
    return ", ".join(filter(None, parts))[:LONGEST_ADDRESS] if parts[0] else ""


class Location(Record, frozen=True, kw_only=True):
    """A place of sale as the vendor lists it.

    `external_id` is unlike that of any other place of this vendor: where the vendor numbers places within an account,
    it is written `ACCOUNT:NUMBER` (`number_of`). `address` is one line, "" where the vendor has none.
    """

    external_id: str
    name: str
    business_name: str
    currency: str
    timezone: str
    country: str = ""
    address: str = ""


def number_of(external_id: str) -> str:
    """What the account itself calls a place: the part of its id that people know."""
    return external_id.rpartition(":")[2]


def exact(value: Decimal) -> Decimal:
    """The one spelling of an amount: 28.50, 28.5 and 2.85E+1 become 28.5, so equal figures have equal bytes."""
    if value == 0:
        return Decimal(0)
    stripped = value.normalize()
    return stripped.quantize(ONE) if "E+" in str(stripped) else stripped
