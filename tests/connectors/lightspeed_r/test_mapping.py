"""Sales of R-Series in canonical words (lightspeed-r-series.md 3, 10, 11)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from comptoir.connectors.lightspeed_r.mapping import Names, from_sale
from comptoir.connectors.lightspeed_r.schemas import SALES
from comptoir.connectors.lightspeed_r.values import decode, listed
from comptoir.core.ledger.rollup import measures
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.model import LineKind, Named, Sale, SaleKind, SaleState
from tests.connectors.lightspeed_r.rseries import NOW, line, page, payment, read, sale

NAMES = Names(registers={"2": "Till 2"}, staff={"4": "Alice", "7": "Bob"})


def mapped(body: dict[str, Any]) -> Sale:
    return from_sale(read(body), account_id="900100", currency="CAD", names=NAMES, now=NOW).sale


def test_a_plain_sale() -> None:
    found = mapped(sale())

    assert (found.location_id, found.external_id, found.receipt_number) == ("900100:1", "711", "220000000711")
    assert (found.kind, found.state, found.counted) == (SaleKind.SALE, SaleState.CLOSED, True)
    assert (found.total, found.tax, found.discount, found.paid) == tuple(map(Decimal, ("41.39", "5.39", "4", "41.39")))
    assert found.opened_at == datetime(2026, 5, 2, 17, 59, 40, tzinfo=UTC)
    assert found.closed_at == datetime(2026, 5, 2, 18, 4, 11, tzinfo=UTC)
    assert found.register == Named(id="2", name="Till 2")
    assert found.staff == Named(id="4", name="Alice")
    [sold] = found.lines
    assert (sold.name, sold.sku, sold.category) == ("Blue scarf", "210000000055", "3")
    assert (sold.quantity, sold.unit_price, sold.total) == (2, 20, Decimal("41.391"))
    assert sold.tax_rate_ppm == 149_750
    [paid] = found.payments
    assert (paid.amount, paid.method) == (Decimal("41.39"), Named(id="1", name="Cash"))


@pytest.mark.parametrize(
    ("changed", "state", "counted"),
    [
        ({"completed": "false"}, SaleState.OPEN, False),
        ({"completed": "false", "archived": "true"}, SaleState.CANCELLED, False),
        ({}, SaleState.CLOSED, True),
        ({"voided": "true"}, SaleState.CANCELLED, False),
        ({"completed": "false", "voided": "true"}, SaleState.CANCELLED, False),
    ],
)
def test_11_1_which_sales_count(changed: dict[str, Any], state: SaleState, counted: bool) -> None:
    found = mapped(sale(**changed))
    assert (found.state, found.counted) == (state, counted)


def test_the_header_is_the_truth_for_money() -> None:
    """10: base 14.10 at 5 % and 9.975 % is 16.211475 in the line and 16.22 in the header."""
    found = mapped(sale(line(calcTotal="16.211475"), total="16.22", calcTax1="0.71", calcTax2="1.41", calcDiscount="0"))

    assert found.total == Decimal("16.22")
    assert found.lines[0].total == Decimal("16.211475")


@pytest.mark.parametrize(
    ("quantities", "kind"),
    [(("1",), SaleKind.SALE), (("-1", "-2"), SaleKind.REFUND), (("-1", "2"), SaleKind.EXCHANGE)],
)
def test_returned_goods_make_a_refund_or_an_exchange(quantities: tuple[str, ...], kind: SaleKind) -> None:
    lines = [line(saleLineID=str(place), unitQuantity=each) for place, each in enumerate(quantities)]
    assert mapped(sale(lines)).kind is kind


def test_a_rebate_is_no_return_and_a_fee_no_merchandise() -> None:
    assert mapped(sale(line(unitPrice="-5", calcTotal="-5"))).kind is SaleKind.SALE
    fee = line(lineType="item_fee_refund", unitQuantity="-1")
    assert mapped(sale([line(), fee])).kind is SaleKind.SALE


def test_tips_lie_beside_the_amount_and_cancelled_attempts_do_not_count() -> None:
    tipped = payment(amount="50", tipAmount="8.61")
    found = mapped(sale(payments=[tipped, payment(amount="41.39", archived="true")], calcTips="8.61"))

    assert [(each.amount, each.tip) for each in found.payments] == [(Decimal("41.39"), Decimal("8.61"))]
    assert (found.paid, found.tip) == (Decimal("41.39"), Decimal("8.61"))


def test_a_gift_card_that_is_loaded_is_no_revenue() -> None:
    """11.4: one line of nothing, −100 on the card and +100 in cash."""
    loaded = sale(
        line(itemID="0", unitQuantity="1", unitPrice="0", calcTotal="0", Item="", Note={"note": "Gift card 3123"}),
        [payment(amount="-100", paymentTypeID="5"), payment(amount="100")],
        total="0",
        calcTax1="0",
        calcTax2="0",
        calcDiscount="0",
        calcPayments="0",
    )
    found = mapped(loaded)

    assert (found.total, found.paid, found.counted) == (0, 0, True)
    assert (found.lines[0].name, found.lines[0].sku) == ("Gift card 3123", "")


def test_without_relations_lines_and_payments_are_unknown() -> None:
    body = sale()
    del body["SaleLines"], body["SalePayments"]
    found = mapped(body)

    assert (found.lines, found.payments, found.paid) == ((), (), None)


@pytest.mark.parametrize("none", ["", None, {}, {"SaleLine": ""}, {"SaleLine": None}, {"SaleLine": []}])
def test_no_children_come_in_many_forms(none: Any) -> None:
    assert mapped(sale(SaleLines=none)).lines == ()


def test_a_very_old_sale_has_no_completion_of_its_own() -> None:
    body = sale()
    for name in ("completeTime", "createTime", "calcTips"):
        del body[name]
    found = mapped(body)

    assert found.closed_at == found.opened_at == datetime(2026, 5, 2, 18, 4, 11, tzinfo=UTC)
    assert found.tip is None


def test_numbers_that_are_numbers_are_read_as_well() -> None:
    assert mapped(sale(total=41.39, completed=True, saleID=711, calcTax1=1.8)) == mapped(sale())


def test_scientific_notation_is_read() -> None:
    assert mapped(sale(calcTax1="1.8E0")) == mapped(sale())


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"total": "NaN"}, "$.Sale.total"),
        ({"total": "1e99"}, "$.Sale.total"),
        ({"completed": "yes"}, "$.Sale.completed"),
        ({"timeStamp": "2026-05-02 18:04"}, "$.Sale.timeStamp"),
        ({"shopID": {}}, "$.Sale.shopID"),
        ({"SaleLines": {"SaleLine": {"saleLineID": "1"}}}, "$.Sale.SaleLines.SaleLine.unitQuantity"),
    ],
)
def test_what_cannot_be_read_names_its_path(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(VendorUnreadable) as refused:
        decode(page(sale(**changed)), SALES)
    assert refused.value.path == path


def test_one_hit_is_a_list_of_one_and_none_is_empty() -> None:
    assert [len(listed(decode(page(*[sale()] * number), SALES).sale)) for number in (0, 1, 2)] == [0, 1, 2]


def test_a_load_of_a_gift_card_is_no_merchandise_and_no_transaction() -> None:
    load = line(itemID="0", unitQuantity="1", unitPrice="0", calcTotal="0", Item="", Note={"note": "Gift card 3123"})
    paid = [payment(amount="-100", paymentTypeID="5"), payment(amount="100")]
    nothing = {"total": "0", "calcTax1": "0", "calcTax2": "0"}
    found = mapped(sale(load, paid, **nothing))
    assert [each.kind for each in found.lines] == [LineKind.GIFT_CARD]
    assert measures(found) == {"receipts": 1}
    free = mapped(sale(load, paid[1], **nothing))
    assert measures(free)["transactions"] == 1, "without money put on a card it is an item given away"


def test_an_item_fee_is_part_of_the_total_and_no_goods() -> None:
    fee = line(lineType="item_fee", calcTotal="0.25", unitPrice="0.25", unitQuantity="2")
    found = measures(mapped(sale([line(), fee])))
    assert (found["goods_sold"], found["transactions"]) == (2, 1)


def test_prices_without_tax_add_up_with_tax_and_without() -> None:
    found = measures(mapped(sale(line(calcTax1="1.8", calcTax2="3.591"))))
    assert found["untaxed_gross_sales"] == 40
    assert found["untaxed_discounts"] == 4
    assert found["gross_sales"] == Decimal("45.99")
    assert found["gross_sales"] - found["discounts"] == Decimal("41.391")
