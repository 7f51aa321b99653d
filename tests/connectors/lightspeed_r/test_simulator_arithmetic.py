"""Lines are exact, headers are rounded once, and a refund mirrors its sale (sheet section 10)."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_r.simulator import Basket, Paid
from tests.connectors.lightspeed_r.desk import NOW, desk


def test_lines_are_exact_and_the_header_is_rounded_once() -> None:
    where = desk()
    sale = where.trade.counter.ring([Basket(Decimal("9.99")), Basket(Decimal("4.11"))], at=NOW)
    shown = where.get(f"Sale/{sale['saleID']}", load_relations='["SaleLines"]')["Sale"]
    first, second = shown["SaleLines"]["SaleLine"]
    assert first["calcTax2"] == "0.9965025"
    lines = Decimal(first["calcTotal"]) + Decimal(second["calcTotal"])
    assert (str(lines.normalize()), shown["calcTotal"]) == ("16.211475", "16.22")
    half = where.trade.counter.ring([Basket(Decimal("69.90"), discount_percent=Decimal("0.05"))], at=NOW)
    assert half["calcDiscount"] == Decimal("3.50")


amounts = st.decimals(Decimal("0.01"), Decimal(900), places=2)
baskets = st.builds(
    Basket,
    price=amounts,
    quantity=st.integers(-3, 5).filter(bool),
    item_id=st.integers(0, 5),
    discount_percent=st.sampled_from([Decimal(0), Decimal("0.1"), Decimal("0.333")]),
    is_taxed=st.booleans(),
    transaction_discount=st.sampled_from([Decimal(0), Decimal("0.07"), Decimal("3.35")]),
)


@given(st.lists(baskets, max_size=6), st.lists(st.tuples(amounts, st.sampled_from([1, 3, 5])), max_size=3))
def test_headers_follow_from_lines_and_payments(lines: list[Basket], paid: list[tuple[Decimal, int]]) -> None:
    where = desk()
    sale = where.trade.counter.ring(lines, [Paid(amount, kind) for amount, kind in paid], at=NOW, is_completed=False)
    assert sale["calcTotal"] == sale["calcSubtotal"] - sale["calcDiscount"] + sale["calcTax1"] + sale["calcTax2"]
    assert sale["calcTaxable"] + sale["calcNonTaxable"] == sale["displayableSubtotal"]
    assert sale["balance"] == sale["calcTotal"] - sum((amount for amount, _kind in paid), Decimal(0))
    back = where.trade.counter.refund(int(sale["saleID"]), at=NOW)
    for name in ("calcTotal", "calcDiscount", "calcSubtotal", "taxTotal", "calcTax1", "calcTax2", "calcFIFOCost"):
        assert back[name] == -sale[name], name


@given(st.lists(baskets, min_size=1, max_size=6))
def test_where_prices_contain_tax_the_total_is_what_stood_on_the_goods(lines: list[Basket]) -> None:
    where = desk()
    where.trade.books.update("TaxCategory", 1, isTaxInclusive=True)
    sale = where.trade.counter.ring(lines, at=NOW)
    assert sale["isTaxInclusive"]
    signs = [-1 if line.quantity < 0 else 1 for line in lines]
    cents = Decimal("0.01")
    gross = sum(
        line.quantity * line.price
        - (line.quantity * line.price * line.discount_percent).quantize(cents, ROUND_HALF_UP)
        - sign * line.transaction_discount
        for sign, line in zip(signs, lines, strict=True)
    )
    assert sale["total"] == gross
    assert sale["calcTotal"] == sale["calcSubtotal"] - sale["calcDiscount"] + sale["calcTax1"] + sale["calcTax2"]
    untaxed = all(not line.is_taxed for line in lines)
    assert (sale["taxTotal"] == 0) or not untaxed
    back = where.trade.counter.refund(int(sale["saleID"]), at=NOW)
    assert (back["total"], back["taxTotal"]) == (-sale["total"], -sale["taxTotal"])


def test_prices_with_tax_are_taken_apart() -> None:
    where = desk()
    where.trade.books.update("TaxCategory", 1, isTaxInclusive=True, tax1Rate=Decimal("0.2"), tax2Rate=Decimal(0))
    where.trade.counter.ring([Basket(Decimal(12), 2, discount_percent=Decimal("0.5"))], at=NOW)
    sale = where.get("Sale/1", load_relations='["SaleLines"]')["Sale"]
    header = ("calcSubtotal", "calcDiscount", "calcTax1", "total", "calcTaxable", "isTaxInclusive")
    assert [sale[name] for name in header] == ["20", "10", "2", "12", "10", "true"]
    line = sale["SaleLines"]["SaleLine"]
    assert [line[name] for name in ("unitPrice", "calcSubtotal", "calcLineDiscount", "calcTax1")] == [
        "12",
        "20",
        "10",
        "2",
    ]


def test_a_gift_card_is_no_revenue_and_what_it_pays_is() -> None:
    where = desk()
    loaded = where.trade.counter.load_gift_card(Decimal(100), at=NOW)
    assert [loaded[name] for name in ("total", "totalDue", "displayableTotal", "calcPayments")] == [0, 100, 100, 0]
    spent = where.trade.counter.ring([Basket(Decimal("9.99"))], [Paid(Decimal("11.49"), 5)], at=NOW)
    assert (spent["calcTotal"], spent["totalDue"]) == (Decimal("11.49"), 0)
    assert where.get("CreditAccount", giftCard="true")["CreditAccount"]["balance"] == "-100"
