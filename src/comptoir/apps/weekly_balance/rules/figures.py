"""The eight fields of one sale (weekly-balance.md 4): pure, exact, from the canonical record.

The till's own tax is the truth about the amount without tax. Where each line says its tax, that is it, and what the
till rounded in the sale's total alone is added to its greatest line, with tax. Else the sale's tax is spread over its
lines: by their rates, and what the rates leave over in proportion, the last line taking the remainder. So the lines of
a sale always add up to the tax that the source gave; a rate alone decides nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from comptoir.apps.weekly_balance.rules.terms import (
    MONEY,
    Basis,
    Choices,
    FieldType,
    LineClass,
    Preset,
    ReturnReceipts,
)
from comptoir.kernel.money import decimal_places
from comptoir.pos.model import Line, Sale, SaleState

SMALLEST: Final = Decimal("0.000001")
"""What a stored figure can tell apart; each amount of a line is brought to it before anything is added."""
MILLION: Final = Decimal(1_000_000)
ROUNDED: Final = Decimal("0.05")
"""More than this between a sale and its lines is no rounding."""
ZERO: Final = Decimal(0)
Figures = dict[FieldType, Decimal]


class Flag(StrEnum):
    """What somebody should know of a sale although its figures stand."""

    UNTAXED = "untaxed"
    """Neither the sale nor its lines say what the tax is: the amount without tax is the one with tax."""
    UNLINKED = "unlinked"
    """A return that refers to no sale (WB-38)."""
    SURCHARGE = "surcharge"
    """A line costs more than its list price: shown as a negative discount (WB-39)."""


@dataclass(frozen=True)
class Amount:
    """One counted line in basis without tax and with tax; `gross` is list price times quantity."""

    line: Line
    gross_with: Decimal
    gross_without: Decimal
    net_with: Decimal
    net_without: Decimal

    def gross(self, basis: Basis) -> Decimal:
        """List price times quantity."""
        return self.gross_with if basis is Basis.WITH_TAX else self.gross_without

    def net(self, basis: Basis) -> Decimal:
        """What was paid for it, or given back as a negative amount."""
        return self.net_with if basis is Basis.WITH_TAX else self.net_without


def is_counted(sale: Sale) -> bool:
    """Completed and not voided; the connector says by its vendor's rules what belongs to revenue."""
    return sale.state is SaleState.CLOSED and sale.counted and sale.closed_at is not None


def figures(sale: Sale, choices: Choices) -> Figures:
    """What a sale adds to its interval: every type but visitors always, visitors only when the till tells them."""
    if not is_counted(sale):
        return {}
    amounts = [each for each in amounts_of(sale) if choices.counts(choices.class_of(each.line))]
    sold = [each for each in amounts if each.line.quantity > 0]
    returned = [each for each in amounts if each.line.quantity < 0]
    charge = charge_of(sale, choices)
    gross = _sum(each.gross(choices.basis) for each in sold)
    discounts = gross - _sum(each.net(choices.basis) for each in sold)
    returns = -_sum(each.net(choices.basis) for each in returned)
    gross += max(charge[choices.basis], ZERO)
    returns -= min(charge[choices.basis], ZERO)
    found = {
        FieldType.GROSS_SALES: gross,
        FieldType.NET_SALES: net_of(gross, discounts, returns, choices),
        FieldType.DISCOUNTS: discounts,
        FieldType.RETURNS: returns,
        FieldType.TRANSACTIONS: _transactions(sold, returned, choices),
        FieldType.GOODS_SOLD: _units(sold),
        FieldType.GOODS_RETURNED: _units(returned),
    }
    if choices.preset is Preset.VAT:
        found[FieldType.GROSS_SALES] = _sum(each.net_with for each in amounts) + charge[Basis.WITH_TAX]
        found[FieldType.NET_SALES] = _sum(each.net_without for each in amounts) + charge[Basis.WITHOUT_TAX]
    if choices.visitors_from_covers and sale.covers is not None:
        found[FieldType.VISITORS] = Decimal(sale.covers)
    return found


def charge_of(sale: Sale, choices: Choices) -> dict[Basis, Decimal]:
    """The service charge that a sale has beside its lines, where the client counts it: no goods, no transaction (4.3).

    Given back it is negative.
    """
    charge = _exact(sale.service_charge or ZERO) if choices.counts(LineClass.SERVICE_CHARGE) else ZERO
    if not charge:
        return {Basis.WITH_TAX: ZERO, Basis.WITHOUT_TAX: ZERO}
    taxes = [line.tax for line in sale.lines if line.tax is not None]
    if len(taxes) < len(sale.lines) or not taxes:
        tax = _taxes(sale)[-1]
    else:
        tax = _exact(sale.tax - _sum(taxes)) if sale.tax is not None else ZERO
    return {Basis.WITH_TAX: charge, Basis.WITHOUT_TAX: charge - tax}


def net_of(gross: Decimal, discounts: Decimal, returns: Decimal, choices: Choices) -> Decimal:
    """Net sales of the presets `retail` and `labour`; a comp is a discount of 100 %."""
    takes_returns = choices.preset is not Preset.LABOUR or choices.labour_subtracts_returns
    return gross - discounts - (returns if takes_returns else ZERO)


def given_away(sale: Sale, choices: Choices) -> Decimal:
    """The list price of what was sold for nothing: it stands in gross sales and in discounts (4.3)."""
    if not is_counted(sale):
        return ZERO
    amounts = [each for each in amounts_of(sale) if choices.counts(choices.class_of(each.line))]
    free = (each for each in amounts if each.line.quantity > 0 and not each.net(choices.basis))
    return _sum(each.gross(choices.basis) for each in free)


def is_return_receipt(sale: Sale, choices: Choices) -> bool:
    """Whether a counted receipt has returns alone, whatever the client makes of that in the transactions (4.3)."""
    counted = [each for each in sale.lines if choices.counts(choices.class_of(each)) and each.quantity]
    return is_counted(sale) and bool(counted) and all(each.quantity < 0 for each in counted)


def flags(sale: Sale, choices: Choices) -> frozenset[Flag]:
    """What to tell about a counted sale."""
    if not is_counted(sale):
        return frozenset()
    found = set()
    if (
        sale.tax is None
        and all(line.tax_rate_ppm is None for line in sale.lines)
        and choices.basis is Basis.WITHOUT_TAX
    ):
        found.add(Flag.UNTAXED)
    if not sale.previous_external_id and any(line.quantity < 0 for line in sale.lines):
        found.add(Flag.UNLINKED)
    if any(each.line.quantity > 0 and each.net_without > each.gross_without for each in amounts_of(sale)):
        found.add(Flag.SURCHARGE)
    return frozenset(found)


def amounts_of(sale: Sale) -> list[Amount]:
    """The lines with their amounts in both bases, to a millionth; taxes add up to the sale's own."""
    taxes = [line.tax for line in sale.lines if line.tax is not None]
    if len(taxes) == len(sale.lines):
        return _as_told(sale, taxes)
    return [_amount(sale, line, tax) for line, tax in zip(sale.lines, taxes_of(sale), strict=True)]


def _as_told(sale: Sale, taxes: list[Decimal]) -> list[Amount]:
    """Lines that say their tax. The total is rounded once, in the sale: its cent goes to the greatest line."""
    found = [_amount(sale, line, _exact(tax)) for line, tax in zip(sale.lines, taxes, strict=True)]
    rest = sale.total - (sale.service_charge or ZERO) - _sum(line.total for line in sale.lines)
    if not found or not rest or abs(rest) >= ROUNDED:
        return found
    place = max(range(len(found)), key=lambda each: abs(found[each].net_with))
    found[place] = replace(found[place], net_with=_exact(found[place].net_with + rest))
    return found


def taxes_of(sale: Sale) -> list[Decimal]:
    """The tax within each line's total. A service charge that the sale has beside its lines takes its share first."""
    return _taxes(sale)[:-1]


def _taxes(sale: Sale) -> list[Decimal]:
    """The tax of each line, and last that of the service charge."""
    charge = sale.service_charge or ZERO
    totals = [*(line.total for line in sale.lines), charge]
    rates = [line.tax_rate_ppm for line in sale.lines]
    known = [rate for rate in rates if rate is not None]
    usual = Counter(known).most_common(1)[0][0] if known else None
    rates.append(usual)
    implied = [_within(total, rate) for total, rate in zip(totals, rates, strict=True)]
    if sale.tax is None:
        return implied
    if not known:
        whole = _sum(totals)
        implied = [_exact(sale.tax * total / whole) for total in totals] if whole else implied
    left = sale.tax - _sum(implied)
    weights = [abs(each) for each in implied] if any(implied) else [abs(total) for total in totals]
    if left and any(weights):
        implied = [each + _exact(left * weight / sum(weights)) for each, weight in zip(implied, weights, strict=True)]
        heaviest = max(range(len(weights)), key=weights.__getitem__)
        implied[heaviest] += sale.tax - _sum(implied)
    return implied


def rounded(value: Decimal, field: FieldType, currency: str) -> Decimal:
    """A figure as it is shown and exported: money to the currency's decimals, half up; counts as they are (4.4)."""
    if field not in MONEY:
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return value.quantize(Decimal(1).scaleb(-decimal_places(currency)), rounding=ROUND_HALF_UP)


def _amount(sale: Sale, line: Line, tax: Decimal) -> Amount:
    gross, net = _exact(line.quantity * line.unit_price), _exact(line.total)
    if sale.is_untaxed:  # the till's prices are without tax: it is the other basis that follows
        rate = MILLION + (line.tax_rate_ppm or 0)
        gross_with = _exact(gross * net / (net - tax)) if net != tax and net else _exact(gross * rate / MILLION)
        return Amount(line, gross_with, gross, net, net - tax)
    if line.total:
        without = _exact(gross * (net - tax) / net) if net else gross
    else:
        without = gross - _within(gross, line.tax_rate_ppm)
    return Amount(line, gross, without, net, net - tax)


def _within(total: Decimal, rate_ppm: int | None) -> Decimal:
    """The tax that a rate implies within an amount with tax."""
    return _exact(total * rate_ppm / (MILLION + rate_ppm)) if rate_ppm else ZERO


def _transactions(sold: list[Amount], returned: list[Amount], choices: Choices) -> Decimal:
    if sold:
        return Decimal(1)
    if not returned or choices.return_receipts is ReturnReceipts.IGNORED:
        return ZERO
    return Decimal(1 if choices.return_receipts is ReturnReceipts.COUNTED else -1)


def _units(amounts: list[Amount]) -> Decimal:
    """Pieces count as pieces; what is sold by weight or length counts as one. What a dish comes with is part of it."""
    quantities = [abs(each.line.quantity) for each in amounts if each.line.parent is None]
    return _sum(each if each == each.to_integral_value() else Decimal(1) for each in quantities)


def _exact(value: Decimal) -> Decimal:
    return value.quantize(SMALLEST, ROUND_HALF_UP)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, ZERO)


def class_amounts(sale: Sale, choices: Choices) -> dict[LineClass, Decimal]:
    """What the lines of each class add up to, with tax: the bridge from sales to payments (R4)."""
    found: dict[LineClass, Decimal] = {}
    for line in sale.lines if is_counted(sale) else ():
        what = choices.class_of(line)
        found[what] = found.get(what, ZERO) + line.total
    return found
