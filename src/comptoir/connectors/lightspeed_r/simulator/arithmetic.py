"""How lines and headers are reckoned: lines exactly, taxes of a header rounded once (sheet section 10)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from comptoir.connectors.lightspeed_r.simulator.basket import CREDIT_ACCOUNT, GIFT_CARD, ZERO, Loaded, rounded
from comptoir.connectors.lightspeed_r.simulator.wire import Row

FINE: Final = Decimal("1e-10")
"""How far amounts of a line are told where they follow from a price with tax."""
STORED: Final = (CREDIT_ACCOUNT, GIFT_CARD)


def of_line(line: Row, *, transaction_discount: Decimal, is_inclusive: bool) -> Row:
    """The calculated fields of a line, from its quantity, price, discounts and rates.

    `transaction_discount`: its share of a discount of the whole sale, as a magnitude; all discounts of a returned line
    are negative (section 15: assumed). `is_inclusive`: prices and discounts contain tax, what is calculated does not
    (section 10: assumed).
    """
    quantity, price = line["unitQuantity"], line["unitPrice"]
    subtotal = quantity * price
    sign = -1 if quantity < 0 else 1
    discount = sign * line["discountAmount"] + rounded(subtotal * line["discountPercent"])
    shared = sign * transaction_discount
    if is_inclusive:
        subtotal, discount, shared = ((each / _with_tax(line)).quantize(FINE) for each in (subtotal, discount, shared))
    net = subtotal - discount - shared
    tax1, tax2 = net * line["tax1Rate"], net * line["tax2Rate"]
    return {
        "displayableSubtotal": net,
        "displayableUnitPrice": price,
        "calcLineDiscount": discount,
        "calcTransactionDiscount": shared,
        "calcTotal": net + tax1 + tax2,
        "calcSubtotal": subtotal,
        "calcTax1": tax1,
        "calcTax2": tax2,
    }


def shared_by(line: Row, *, is_inclusive: bool) -> Decimal:
    """What a line has of a discount of the whole sale, as it went in: a magnitude, with tax where prices have it."""
    shared = abs(line["calcTransactionDiscount"])
    return rounded(shared * _with_tax(line)) if is_inclusive else shared


def _with_tax(line: Row) -> Decimal:
    return Decimal(1 + line["tax1Rate"] + line["tax2Rate"])


def of_header(lines: Sequence[Row], *, is_inclusive: bool) -> Row:
    """The sums of a sale; taxes are rounded here, and only here.

    Where prices contain tax the total is what stood on the goods, and what is before tax follows from it.
    """

    def total(name: str) -> Decimal:
        return sum((line[name] for line in lines), ZERO)

    subtotal, discount = total("calcSubtotal"), total("calcLineDiscount") + total("calcTransactionDiscount")
    tax1, tax2 = rounded(total("calcTax1")), rounded(total("calcTax2"))
    if is_inclusive:
        discount = rounded(discount)
        subtotal = rounded(total("calcTotal")) - tax1 - tax2 + discount
    # A line that is to be taxed, at a rate of nothing, is recorded as not taxable.
    taxed = [line for line in lines if line["tax"] and (line["tax1Rate"] or line["tax2Rate"])]
    taxable = sum((line["displayableSubtotal"] for line in taxed), ZERO)
    after = subtotal - discount
    if is_inclusive:
        taxable = after if len(taxed) == len(lines) else rounded(taxable)
    return {
        "displayableSubtotal": after,
        "calcDiscount": discount,
        "calcTotal": after + tax1 + tax2,
        "calcSubtotal": subtotal,
        "calcTaxable": taxable,
        "calcNonTaxable": after - taxable,
        "calcAvgCost": sum((line["avgCost"] * line["unitQuantity"] for line in lines), ZERO),
        "calcFIFOCost": sum((line["fifoCost"] * line["unitQuantity"] for line in lines), ZERO),
        "calcTax1": tax1,
        "calcTax2": tax2,
        "total": after + tax1 + tax2,
        "taxTotal": tax1 + tax2,
    }


def of_payments(payments: Sequence[Row], *, total: Decimal, loaded: Loaded | None) -> Row:
    """What was paid of a sale's total; cancelled attempts do not count."""
    live = [each for each in payments if not each["archived"]]
    paid = sum((each["amount"] for each in live), ZERO)
    tips = sum((each["tipAmount"] for each in live), ZERO)
    stored = sum((each["amount"] for each in live if each["paymentTypeID"] in STORED), ZERO)
    return {
        "calcPayments": paid,
        "calcTips": tips,
        "totalDue": total - stored,
        "displayableTotal": total + (loaded.amount if loaded else ZERO),
        "balance": total + tips - paid,
    }
