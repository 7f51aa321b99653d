"""Tills whose prices are without tax, and whose lines say their tax: R-Series (lightspeed-r-series.md 10, 11)."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from comptoir.apps.weekly_balance.rules.figures import figures
from comptoir.apps.weekly_balance.rules.terms import Basis, Choices, FieldType
from comptoir.pos.model import Line, LineKind, Sale
from tests.apps.weekly_balance.bills import bill

AT = datetime(2026, 6, 10, 9, tzinfo=UTC)


def line(quantity: int, price: str, total: str, tax: str, kind: LineKind = LineKind.MERCHANDISE) -> Line:
    return Line(
        name="Scarf",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        total=Decimal(total),
        tax=Decimal(tax),
        tax_rate_ppm=149_750,
        kind=kind,
    )


def sale(total: str, tax: str, *lines: Line) -> Sale:
    return msgspec.structs.replace(bill("711", AT, *lines, tax=tax), total=Decimal(total), is_untaxed=True)


def of(found: Sale, basis: Basis) -> dict[FieldType, Decimal]:
    return figures(found, Choices(basis=basis))


def test_gross_discounts_and_net_without_tax_are_the_header_s_subtotals() -> None:
    found = of(sale("41.39", "5.39", line(2, "20", "41.391", "5.391")), Basis.WITHOUT_TAX)
    assert found[FieldType.GROSS_SALES] == 40
    assert found[FieldType.DISCOUNTS] == 4
    assert found[FieldType.NET_SALES] == 36


def test_with_tax_net_is_the_total_that_the_till_rounded_once() -> None:
    """Base 14.10 at 5 % and 9.975 % is 16.211475 in the line and 16.22 in the header."""
    odd = sale("16.22", "2.12", line(1, "14.10", "16.211475", "2.111475"))
    assert of(odd, Basis.WITH_TAX)[FieldType.NET_SALES] == Decimal("16.22")
    assert of(odd, Basis.WITHOUT_TAX)[FieldType.NET_SALES] == Decimal("14.10")


@pytest.mark.parametrize("kind", [LineKind.GIFT_CARD, LineKind.FEE])
def test_wb24_loads_of_gift_cards_and_fees_change_no_field(kind: LineKind) -> None:
    found = of(sale("0", "0", line(1, "0", "0", "0", kind)), Basis.WITHOUT_TAX)
    assert not any(found.values())


def test_something_given_away_has_its_price_as_gross_and_as_discount() -> None:
    found = of(sale("0", "0", line(1, "10", "0", "0")), Basis.WITH_TAX)
    assert found[FieldType.GROSS_SALES] == Decimal("11.4975")
    assert found[FieldType.NET_SALES] == 0
