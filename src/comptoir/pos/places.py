"""What a place of sale is set up with: tables, ways to pay, taxes, items. Ids are the vendor's, always text."""

from datetime import datetime
from decimal import Decimal

from comptoir.pos.model import Named, Record, Sale


class Business(Record, frozen=True, kw_only=True):
    """A merchant account, and those of its places that orders and payments may be sent to."""

    id: str
    name: str
    locations: tuple[Named, ...] = ()


class Table(Record, frozen=True, kw_only=True):
    """A table of a floor plan. `number` is what a check carries, `label` what people read on it."""

    id: str
    number: str
    label: str = ""
    reference: str = ""
    seats: int | None = None
    active: bool = True


class FloorPlan(Record, frozen=True, kw_only=True):
    """A room with its tables."""

    id: str
    name: str
    tables: tuple[Table, ...] = ()


class OrderProfile(Record, frozen=True, kw_only=True):
    """Prices and taxes for a way of serving. `service_mode` is `eat_in`, `takeaway`, `delivery` or `unknown`."""

    id: str
    code: str
    name: str = ""
    service_mode: str = "unknown"


class PaymentMethod(Record, frozen=True, kw_only=True):
    """A way to pay. Keep `id`, which outlives a renaming; send `code`, and read it again before use."""

    id: str
    code: str
    name: str = ""
    accounting_reference: str = ""


class TaxRate(Record, frozen=True, kw_only=True):
    """A tax in parts per million (20 % is 200000); `included` when prices contain it."""

    code: str
    rate_ppm: int
    description: str = ""
    included: bool | None = None
    accounting_reference: str = ""


class AccountingGroup(Record, frozen=True, kw_only=True):
    """Where bookkeeping puts an item."""

    id: str
    name: str
    code: str = ""
    statistic_group: str = ""


class Item(Record, frozen=True, kw_only=True):
    """Something that can be sold. `prices` are with the name of the price list each belongs to."""

    id: str
    name: str
    sku: str = ""
    active: bool = True
    barcodes: tuple[str, ...] = ()
    category: str = ""
    cost: Decimal | None = None
    prices: tuple[tuple[str, Decimal], ...] = ()


class Availability(Record, frozen=True, kw_only=True):
    """How much of an item is left. `count` None means no limit; `sold_out` None means that nobody said."""

    location_id: str
    sku: str
    count: Decimal | None = None
    sold_out: bool | None = None
    changed_at: datetime | None = None


class Discount(Record, frozen=True, kw_only=True):
    """A discount of the till: parts per million of the price, or an amount; never both."""

    code: str
    name: str = ""
    rate_ppm: int | None = None
    amount: Decimal | None = None


class MenuItem(Record, frozen=True, kw_only=True):
    """Something a guest may order; `price` is with tax where prices include it, None where it is chosen at the till."""

    sku: str
    name: str
    group: str = ""
    price: Decimal | None = None


class Menu(Record, frozen=True, kw_only=True):
    """What guests may order, in the till's order."""

    id: str
    name: str
    items: tuple[MenuItem, ...] = ()


class Takings(Record, frozen=True, kw_only=True):
    """What one way to pay brought in, with what was given back taken off."""

    method: Named
    total: Decimal


class RegisterClosure(Record, frozen=True, kw_only=True):
    """What a register took since it was opened, by way to pay, as the till itself counts it (weekly-balance.md 7).

    It is no trading day: a register may be closed several times a day, or once in two. `closed_at` is None while it is
    open, and `takings` are what it took so far. `sequence` is the till's own number of it.
    """

    id: str
    location_id: str
    register: Named
    opened_at: datetime
    closed_at: datetime | None = None
    sequence: int | None = None
    takings: tuple[Takings, ...] = ()


class DayTotals(Record, frozen=True, kw_only=True):
    """What the vendor itself adds up for a trading day: a check on the sales we hold, never a figure to show.

    `complete` is the vendor's word that nothing more will come; `next_day_at` is when the next day begins.
    """

    total: Decimal
    service_charge: Decimal
    sales: int
    complete: bool
    next_day_at: datetime | None = None

    def missing(self, sales: tuple[Sale, ...]) -> Decimal:
        """The vendor's total less that of the sales that count; 0 when both agree."""
        return self.total - sum((sale.total for sale in sales if sale.counted), start=Decimal(0))
