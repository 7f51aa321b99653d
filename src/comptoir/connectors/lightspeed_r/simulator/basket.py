"""What is rung up and how it is paid: the words in which sales are made (sheet sections 9.7 to 9.9)."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
CASH, CREDIT_CARD, CREDIT_ACCOUNT, GIFT_CARD = 1, 3, 4, 5
"""Payment types with fixed ids (9.11)."""
ITEM_FEE: Final = "item_fee"


@dataclass(frozen=True)
class Basket:
    """One line. `price` before tax and line discount; a negative `quantity` is a return; amounts in major units.

    `discount_percent` is a share (0.1), `discount_amount` an amount, `transaction_discount` the line's share of a
    discount of the whole sale. `normal_price`: before a price rule, 0 without one.
    """

    price: Decimal
    quantity: int = 1
    item_id: int = 0
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    transaction_discount: Decimal = ZERO
    normal_price: Decimal = ZERO
    employee_id: int = 0
    parent_line_id: int = 0
    is_taxed: bool = True
    line_type: str = ""
    note: str = ""
    discount_id: int = 0


@dataclass(frozen=True)
class Paid:
    """A payment, tip included; `is_cancelled`: an attempt that must not count (9.9)."""

    amount: Decimal
    type_id: int = CASH
    tip: Decimal = ZERO
    credit_account_id: int = 0
    is_cancelled: bool = False
    reference: str = ""


@dataclass(frozen=True)
class Loaded:
    """A gift card that was sold: its account and the amount on it."""

    credit_account_id: int
    amount: Decimal


class Unpaid(ValueError):
    """A sale that cannot be completed, since its payments do not equal its total (9.7)."""


def rounded(amount: Decimal) -> Decimal:
    """To the cent, half up; of a negative amount half down, so that a refund mirrors its sale."""
    return amount.quantize(CENT, ROUND_HALF_UP)
