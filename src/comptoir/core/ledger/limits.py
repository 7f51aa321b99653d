"""What a sale must be for the ledger to hold it; a vendor's body beyond these limits is parked, never cut."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import msgspec

from comptoir.core.ledger import rollup
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.model import Line, Observed, Sale

LARGEST_AMOUNT: Final = Decimal(10) ** 12
LONGEST_ID: Final = 64
LONGEST_ALIAS: Final = 200
LONGEST_NAME: Final = 120
LARGEST_COUNT: Final = 2**31 - 1
PLAIN_RATE_PPM: Final = 10_000_000
PLAIN_SUM: Final = LARGEST_AMOUNT / 100


def check(observed: Observed) -> None:
    """Raises VendorUnreadable when a figure, an id or a text is beyond what can be stored."""
    if any(len(each) > LONGEST_ALIAS or "\0" in each for each in observed.aliases):
        raise _beyond("a number is too long")
    _check_sale(observed.sale)


def _check_sale(sale: Sale) -> None:
    amounts = [sale.total, sale.paid, sale.tax, sale.discount, sale.service_charge, sale.tip]
    amounts += [amount for line in sale.lines for amount in (line.quantity, line.unit_price, line.total)]
    amounts += [amount for payment in sale.payments for amount in (payment.amount, payment.tip)]
    amounts += [line.quantity * line.unit_price for line in sale.lines]
    if _is_too_large(amounts) or (not _is_plain(sale, amounts) and _is_too_large(rollup.measures(sale).values())):
        raise _beyond("an amount is too large")
    if sale.covers is not None and abs(sale.covers) > LARGEST_COUNT:
        raise _beyond("the number of covers is too large")
    register = sale.register.id if sale.register else ""
    ids = (sale.location_id, sale.external_id, sale.previous_external_id, sale.receipt_number, register)
    names = (sale.table, sale.register.name if sale.register else "")
    if any(len(each) > LONGEST_ID for each in ids) or any(len(each) > LONGEST_NAME for each in names):
        raise _beyond("a text is too long")
    if len(sale.currency) != 3:
        raise _beyond("the currency is not a three-letter code")
    if b"\\u0000" in msgspec.json.encode(sale):
        raise _beyond("a text holds a character that cannot be stored")


def _is_plain(sale: Sale, amounts: Iterable[Decimal | None]) -> bool:
    """Whether no measure of the roll-up can be too large, told without computing them.

    Where taxes are rates up to ten times the price, no measure exceeds what is added up here by more than that.
    """
    if not all(_is_plainly_taxed(line) for line in sale.lines):
        return False
    return sum(abs(amount) for amount in amounts if amount is not None) < PLAIN_SUM


def _is_plainly_taxed(line: Line) -> bool:
    """Whether its taxes are at most ten times what it is without them, by its rate and by its amounts."""
    if not 0 <= (line.tax_rate_ppm or 0) <= PLAIN_RATE_PPM:
        return False
    return line.tax is None or 0 <= line.tax * 11 <= line.total * 10 or line.total * 10 <= line.tax * 11 <= 0


def _is_too_large(amounts: Iterable[Decimal | None]) -> bool:
    return any(amount is not None and abs(amount) >= LARGEST_AMOUNT for amount in amounts)


def _beyond(cause: str) -> VendorUnreadable:
    return VendorUnreadable(f"The till sent a bill that cannot be kept: {cause}.", path="$", for_log=cause)
