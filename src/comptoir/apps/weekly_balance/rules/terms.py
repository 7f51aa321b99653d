"""The words of the weekly balance: field types, presets, tax basis, and a client's choices (weekly-balance.md 4)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from comptoir.pos.model import Line


class FieldType(StrEnum):
    """What feeds a field. The first eight come from the point of sale (section 4); the rest from people, hours and
    wage cost known as such for the indexes (section 6)."""

    GROSS_SALES = "gross_sales"
    NET_SALES = "net_sales"
    DISCOUNTS = "discounts"
    RETURNS = "returns"
    TRANSACTIONS = "transactions"
    GOODS_SOLD = "goods_sold"
    GOODS_RETURNED = "goods_returned"
    VISITORS = "visitors"
    HOURS = "hours"
    SCHEDULED_HOURS = "scheduled_hours"
    WAGE_COST = "wage_cost"
    MANUAL = "manual"


TYPED_TYPES: Final = (FieldType.HOURS, FieldType.SCHEDULED_HOURS, FieldType.WAGE_COST, FieldType.MANUAL)
"""What no point of sale feeds."""
POS_TYPES: Final = tuple(each for each in FieldType if each not in TYPED_TYPES)
MONEY: Final = frozenset(
    {FieldType.GROSS_SALES, FieldType.NET_SALES, FieldType.DISCOUNTS, FieldType.RETURNS, FieldType.WAGE_COST}
)
BUDGETED: Final = (
    FieldType.GROSS_SALES,
    FieldType.NET_SALES,
    FieldType.TRANSACTIONS,
    FieldType.VISITORS,
    FieldType.HOURS,
    FieldType.WAGE_COST,
)
"""What a target can be set for (section 6)."""


class LastYear(StrEnum):
    """Which day of the year before a day is compared with (section 6, WB-36)."""

    WEEKDAY = "weekday"
    ISO_WEEK = "iso_week"
    DATE = "date"


class Preset(StrEnum):
    """What gross and net mean (4.2); chosen by the client with yesterday's figures before his eyes."""

    RETAIL = "retail"
    VAT = "vat"
    LABOUR = "labour"


class Basis(StrEnum):
    """Whether amounts are shown without tax or with it. Preset `vat` shows one of each, whatever the basis."""

    WITHOUT_TAX = "without_tax"
    WITH_TAX = "with_tax"


class Moment(StrEnum):
    """Which instant of a bill says to what hour it belongs (4.1)."""

    COMPLETED = "completed"
    OPENED = "opened"


class CountOnAccountAt(StrEnum):
    """When goods count that were handed over on account or put aside: once they are settled, or when sold (4.1)."""

    SETTLEMENT = "settlement"
    SALE = "sale"


class ReturnReceipts(StrEnum):
    """What a receipt with returns alone does to the number of transactions (4.3)."""

    IGNORED = "ignored"
    COUNTED = "counted"
    SUBTRACTED = "subtracted"


class LineClass(StrEnum):
    """What a line sells. Goods and services count; each other class has its own switch (4.1)."""

    MERCHANDISE = "merchandise"
    SERVICE = "service"
    GIFT_CARD = "gift_card"
    DEPOSIT = "deposit"
    TIP = "tip"
    SERVICE_CHARGE = "service_charge"
    SHIPPING = "shipping"
    FEE = "fee"
    DONATION = "donation"
    ROUNDING = "rounding"


ALWAYS_COUNTED: Final = frozenset({LineClass.MERCHANDISE, LineClass.SERVICE})


@dataclass(frozen=True)
class Choices:
    """How a client wants sales to be read.

    `classes` says what the lines of an item or a category stand for, by `sku:…` or `category:…`; whatever is not named
    is merchandise. `included` are the classes that count beside merchandise and services. `visitors_from_covers`: the
    guests that the till was told are the visitors. `provider`: of a store with several points of sale the one that
    counts, all without it. `labour_subtracts_returns` is of the preset `labour` alone.
    """

    preset: Preset = Preset.RETAIL
    basis: Basis = Basis.WITHOUT_TAX
    moment: Moment = Moment.COMPLETED
    count_on_account_at: CountOnAccountAt = CountOnAccountAt.SETTLEMENT
    return_receipts: ReturnReceipts = ReturnReceipts.IGNORED
    labour_subtracts_returns: bool = False
    visitors_from_covers: bool = False
    provider: str = ""
    included: frozenset[LineClass] = frozenset()
    classes: dict[str, LineClass] = field(default_factory=dict)

    def class_of(self, line: Line) -> LineClass:
        """What a line stands for: its item is more particular than its category, and both than what the till says."""
        named = self.classes.get(f"sku:{line.sku}") if line.sku else None
        named = named or (self.classes.get(f"category:{line.category}") if line.category else None)
        return named or LineClass(line.kind)

    def counts(self, what: LineClass) -> bool:
        """Whether lines of a class belong to the eight fields."""
        return what in ALWAYS_COUNTED or what in self.included
