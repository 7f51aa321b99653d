"""The eight fields: the worked day digit for digit, presets, basis, edge cases, and the equations of any bill."""

from collections import defaultdict
from dataclasses import replace
from datetime import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.weekly_balance.rules import reconciling
from comptoir.apps.weekly_balance.rules.days import Clock, interval_of
from comptoir.apps.weekly_balance.rules.figures import Figures, Flag, figures, flags, rounded, taxes_of
from comptoir.apps.weekly_balance.rules.terms import (
    POS_TYPES,
    Basis,
    Choices,
    FieldType,
    LineClass,
    Preset,
    ReturnReceipts,
)
from comptoir.pos.model import Sale, SaleKind
from tests.apps.weekly_balance.bills import COPENHAGEN, bill, line, local, worked_day

GIFTS = {"sku:GIFT": LineClass.GIFT_CARD}
PLAIN = Choices(classes=GIFTS)
SEVEN = tuple(each for each in POS_TYPES if each is not FieldType.VISITORS)


def total(sales: list[Sale], choices: Choices) -> Figures:
    """What bills add up to."""
    found: Figures = defaultdict(Decimal)
    for sale in sales:
        for field, value in figures(sale, choices).items():
            found[field] += value
    return dict(found)


def row(found: Figures) -> list[str]:
    """The seven figures as they are printed."""
    return [str(rounded(found.get(each, Decimal(0)), each, "DKK")) for each in SEVEN]


def test_the_worked_day_digit_for_digit() -> None:
    """weekly-balance.md 4.5, each interval, the day, both bases, and the payments."""
    sales, clock = worked_day(), Clock(COPENHAGEN, time(0))
    hours: dict[str, list[Sale]] = defaultdict(list)
    for sale in sales:
        hours[interval_of(sale.closed_at or sale.opened_at, clock).label].append(sale)
    assert {label: row(total(found, PLAIN)) for label, found in hours.items()} == {
        "10:00": ["400.00", "380.00", "20.00", "0.00", "2", "3", "0"],
        "11:00": ["250.00", "-30.00", "0.00", "280.00", "2", "2", "2"],
        "12:00": ["40.96", "40.96", "0.00", "0.00", "1", "1", "0"],
    }
    assert row(total(sales, PLAIN)) == ["690.96", "390.96", "20.00", "280.00", "5", "6", "2"]
    with_tax = total(sales, replace(PLAIN, basis=Basis.WITH_TAX))
    assert row(with_tax)[:4] == ["863.70", "488.70", "25.00", "350.00"]
    assert reconciling.bridge(sales, PLAIN) == {
        "net_with_tax": Decimal("488.70"),
        "gift_card": Decimal(500),
        "tip": Decimal(10),
        "paid": Decimal("998.70"),
    }
    assert reconciling.takings([(sale.external_id, sale) for sale in sales], PLAIN) == []


def test_the_worked_day_under_the_other_presets() -> None:
    """`vat` shows the turnover with and without tax; `labour` leaves returns in."""
    vat = total(worked_day(), replace(PLAIN, preset=Preset.VAT))
    assert (vat[FieldType.GROSS_SALES], vat[FieldType.NET_SALES]) == (Decimal("488.70"), Decimal("390.96"))
    labour = replace(PLAIN, preset=Preset.LABOUR)
    assert total(worked_day(), labour)[FieldType.NET_SALES] == Decimal("670.96")
    assert total(worked_day(), replace(labour, labour_subtracts_returns=True))[FieldType.NET_SALES] == Decimal("390.96")


def test_wb12_an_hour_with_only_a_return() -> None:
    found = total([worked_day()[3]], PLAIN)
    assert row(found) == ["0.00", "-180.00", "0.00", "180.00", "0", "0", "1"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [(ReturnReceipts.IGNORED, 0), (ReturnReceipts.COUNTED, 1), (ReturnReceipts.SUBTRACTED, -1)],
)
def test_a_receipt_with_returns_alone_counts_as_the_client_says(choice: ReturnReceipts, expected: int) -> None:
    found = total([worked_day()[3]], replace(PLAIN, return_receipts=choice))
    assert found[FieldType.TRANSACTIONS] == expected


def test_wb24_a_gift_card_alone_changes_none_of_the_eight() -> None:
    sale = worked_day()[4]
    assert row(total([sale], PLAIN)) == ["0.00", "0.00", "0.00", "0.00", "0", "0", "0"]
    assert reconciling.takings([("5", sale)], PLAIN) == []
    switched = replace(PLAIN, included=frozenset({LineClass.GIFT_CARD}))
    assert total([sale], switched)[FieldType.GROSS_SALES] == 500


def test_wb25_a_tip_changes_none_of_the_eight() -> None:
    at = local(11)
    plain, tipped = (bill("1", at, line("1", "125"), tax="25", tip=tip) for tip in ("0", "10"))
    assert figures(plain, PLAIN) == figures(tipped, PLAIN)
    assert reconciling.takings([("1", tipped)], PLAIN) == []


def test_wb26_without_tax_comes_from_the_tax_that_the_source_gives() -> None:
    """A till that rounds its tax by its own rule is believed, and not the rate."""
    sale = bill("1", local(11), line("1", "10.89", rate=88_750), tax="0.88")
    assert figures(sale, PLAIN)[FieldType.NET_SALES] == Decimal("10.01")


def test_wb27_three_lines_of_a_third_make_25() -> None:
    lines = [line("1", "8.333333", rate=None) for _ in range(3)]
    found = figures(bill("1", local(11), *lines, tax="0"), PLAIN)[FieldType.NET_SALES]
    assert rounded(found, FieldType.NET_SALES, "EUR") == Decimal("25.00")
    assert sum(rounded(Decimal("8.333333"), FieldType.NET_SALES, "EUR") for _ in lines) == Decimal("24.99")


def test_wb28_currencies_without_and_with_three_decimals() -> None:
    assert str(rounded(Decimal("1234.5"), FieldType.GROSS_SALES, "JPY")) == "1235"
    assert str(rounded(Decimal("1.0005"), FieldType.GROSS_SALES, "KWD")) == "1.001"


def test_wb37_an_edited_receipt_is_what_it_is_now() -> None:
    three = bill("1", local(11), line("1", "10"), line("1", "20"), line("1", "30"))
    two = bill("1", local(11), line("1", "10"), line("1", "20"))
    assert figures(three, PLAIN)[FieldType.GOODS_SOLD] == 3
    assert row(figures(two, PLAIN)) == ["24.00", "24.00", "0.00", "0.00", "1", "2", "0"]


def test_wb38_a_return_without_its_sale_is_flagged() -> None:
    sale = worked_day()[3]
    assert flags(sale, PLAIN) == {Flag.UNLINKED}
    assert figures(sale, PLAIN)[FieldType.RETURNS] == 180


def test_wb39_a_surcharge_is_a_negative_discount_and_the_equation_holds() -> None:
    sale = bill("1", local(11), line("1", "100", "110"), tax="22")
    found = figures(sale, PLAIN)
    assert found[FieldType.DISCOUNTS] == -8
    assert reconciling.equations({"11:00": found}, PLAIN) == []
    assert Flag.SURCHARGE in flags(sale, PLAIN)


def test_a_receipt_that_is_free_has_its_list_price_as_discount() -> None:
    found = figures(bill("1", local(11), line("1", "125", "0"), tax="0"), PLAIN)
    assert row(found) == ["100.00", "0.00", "100.00", "0.00", "1", "1", "0"]


def test_visitors_are_unknown_unless_the_till_tells_covers() -> None:
    sale = bill("1", local(11), line("1", "10"), covers=4)
    assert FieldType.VISITORS not in figures(sale, PLAIN)
    assert figures(sale, replace(PLAIN, visitors_from_covers=True))[FieldType.VISITORS] == 4


def test_no_tax_anywhere_is_said() -> None:
    assert flags(bill("1", local(11), line("1", "10", rate=None)), PLAIN) == {Flag.UNTAXED}


amounts = st.decimals(min_value=0, max_value=500, places=2)
quantities = st.sampled_from(["1", "2", "3", "-1", "-2", "0.512", "-0.25"])
rates = st.sampled_from([None, 0, 55_000, 100_000, 200_000, 250_000])


@st.composite
def generated(draw: st.DrawFn) -> Sale:
    """Any bill: goods sold and returned, discounts, surcharges, taxes that are nearly what the rates say."""
    lines = []
    for _ in range(draw(st.integers(0, 5))):
        quantity, price = Decimal(draw(quantities)), draw(amounts)
        share = Decimal(draw(st.integers(0, 110))) / 100
        paid = (quantity * price * share).quantize(Decimal("0.01"))
        lines.append(line(str(quantity), str(price), str(paid), rate=draw(rates)))
    tax = draw(st.none() | st.decimals(min_value=-50, max_value=50, places=2))
    return bill("1", local(11), *lines, tax=None if tax is None else str(tax))


@given(generated(), st.sampled_from(Basis), st.sampled_from(Preset), st.booleans())
def test_the_equation_of_every_preset_holds_for_any_bill(
    sale: Sale, basis: Basis, preset: Preset, takes_returns: bool
) -> None:
    choices = Choices(basis=basis, preset=preset, labour_subtracts_returns=takes_returns)
    found = figures(sale, choices)
    assert reconciling.equations({"any": found}, choices) == []
    if preset is Preset.VAT:
        assert found[FieldType.GROSS_SALES] - found[FieldType.NET_SALES] == sum(taxes_of(sale), Decimal(0))
        assert found[FieldType.GROSS_SALES] == sale.total


@given(generated())
def test_the_lines_share_exactly_the_tax_of_the_source(sale: Sale) -> None:
    if sale.tax is not None and any(each.total for each in sale.lines) and sale.total:
        assert sum(taxes_of(sale), Decimal(0)) == sale.tax


def test_a_sum_does_not_depend_on_what_was_added_together() -> None:
    sales = worked_day()
    halves = [total(sales[:4], PLAIN), total(sales[4:], PLAIN)]
    assert reconciling.sums(halves, total(sales, PLAIN)) == []
    assert all(first.kind is SaleKind.SALE for first, _ in pairwise(sales))
