"""Sales that clients write: completed when paid, refunded as they say, added up again when lines change (9.7, 9.8)."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_r.simulator import Basket, Paid
from tests.connectors.lightspeed_r.desk import ACCOUNT, NOW, Desk, desk, listed

CASH: Final = {"SalePayment": {"paymentTypeID": "1"}}
WHOLE: Final = json.dumps(["SaleLines", "SalePayments"])


def sold(where: Desk, *lines: Basket, paid: list[Paid] | None = None) -> int:
    """A completed sale; by default two novels less ten percent and a notebook, 37.93 with taxes."""
    basket = lines or (Basket(Decimal("12.90"), 2, 1, discount_percent=Decimal("0.1")), Basket(Decimal("9.99"), 1, 6))
    return int(where.trade.counter.ring(basket, paid, at=NOW - timedelta(hours=1))["saleID"])


def opened(where: Desk, **more: Any) -> dict[str, Any]:
    return where.made("Sale", {"SaleLines": {"SaleLine": {"itemID": "1", "unitQuantity": "2"}}, **more})


def of(where: Desk, number: int) -> dict[str, Any]:
    return dict(where.get(f"Sale/{number}", load_relations=WHOLE)["Sale"])


def lines(sale: dict[str, Any]) -> list[dict[str, Any]]:
    return listed(sale.get("SaleLines", {}).get("SaleLine"))


def payments(sale: dict[str, Any]) -> list[dict[str, Any]]:
    return listed(sale.get("SalePayments", {}).get("SalePayment"))


def test_a_whole_refund_is_completed_and_paid_in_full_by_the_type_it_names() -> None:
    where = desk()
    sale = of(where, sold(where))
    back = where.made("Sale/1/refund", {"employeeID": 2, "SalePayments": {"SalePayment": {"paymentTypeID": 3}}})
    assert (back["calcTotal"], back["completed"], back["balance"]) == (f"-{sale['calcTotal']}", "true", "0")
    assert back["employeeID"] == "2"
    assert [(each["paymentTypeID"], each["amount"]) for each in payments(back)] == [("3", back["calcTotal"])]
    assert [each["parentSaleLineID"] for each in lines(back)] == ["1", "2"]


def test_a_refund_takes_the_lines_units_register_shop_and_amounts_it_is_given() -> None:
    where = desk()
    sold(where)
    body = {
        "employeeID": 3,
        "registerID": 2,
        "shopID": 2,
        "SaleLines": {"SaleLine": {"parentSaleLineID": 1, "unitQuantity": -1}},
        "SalePayments": {"SalePayment": [{"paymentTypeID": 1, "amount": "-10"}, {"paymentTypeID": 3}]},
    }
    back = where.made("Sale/220000000001/refund", body)
    [line] = lines(back)
    assert (line["unitQuantity"], line["calcLineDiscount"], line["unitPrice"]) == ("-1", "-1.29", "12.9")
    assert (back["registerID"], back["shopID"], back["employeeID"]) == ("2", "2", "3")
    assert [each["amount"] for each in payments(back)] == ["-10", "-3.35"]
    assert back["calcTotal"] == "-13.35"


def test_an_open_refund_stays_open() -> None:
    where = desk()
    sold(where)
    back = where.made("Sale/1/refund", {"completed": False, "SalePayments": CASH})
    assert (back["completed"], "completeTime" in back) == ("false", False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"SalePayments": {"SalePayment": {"amount": "-5"}}}, 400),
        ({"SalePayments": {"SalePayment": {"paymentTypeID": 1, "amount": "-5"}}}, 422),
        ({"SalePayments": {"SalePayment": [{"paymentTypeID": 1}, {"paymentTypeID": 3}]}}, 400),
        ({"SalePayments": {"SalePayment": {"paymentTypeID": 77}}}, 400),
        ({"SalePayments": CASH, "registerID": 77}, 400),
        ({"SalePayments": CASH, "employeeID": 77}, 400),
        ({"SalePayments": CASH, "SaleLines": {"SaleLine": {"parentSaleLineID": 77, "unitQuantity": -1}}}, 400),
        ({"SalePayments": CASH, "SaleLines": {"SaleLine": {"parentSaleLineID": 1, "unitQuantity": -3}}}, 400),
        ({"SalePayments": CASH, "SaleLines": {"SaleLine": {"parentSaleLineID": 1, "unitQuantity": 1}}}, 400),
    ],
)
def test_a_refund_that_cannot_be_leaves_nothing_behind(body: dict[str, Any], status: int) -> None:
    where = desk()
    sold(where)
    assert where.send("Sale/1/refund", body).status_code == status
    assert (where.count("Sale", archived="true"), where.count("SaleLine"), where.count("SalePayment")) == (1, 2, 1)


def test_no_more_is_brought_back_than_was_sold() -> None:
    where = desk()
    sold(where)
    one = {"SaleLines": {"SaleLine": {"parentSaleLineID": 1, "unitQuantity": -1}}, "SalePayments": CASH}
    assert where.send("Sale/1/refund", one).status_code == 200
    rest = where.made("Sale/1/refund", {"SalePayments": CASH})
    assert [each["unitQuantity"] for each in lines(rest)] == ["-1", "-1"]
    assert where.send("Sale/1/refund", one).status_code == 400


def test_a_refund_costs_ten_drips_and_needs_a_scope_that_writes() -> None:
    where = desk(scopes=("employee:register_read",))
    sold(where)
    refused = where.send("Sale/1/refund", {"SalePayments": CASH})
    assert (refused.status_code, "employee:register_refund" in refused.json()["message"]) == (403, True)
    where.token = where.simulator.tokens.mint(900100, ("employee:register_refund",), now=NOW)["access_token"]
    assert where.send("Sale/1/refund", {"SalePayments": CASH}).status_code == 200


amounts = st.decimals(Decimal("0.01"), Decimal(900), places=2)


@given(
    st.lists(
        st.builds(
            Basket,
            price=amounts,
            quantity=st.integers(1, 5),
            item_id=st.integers(0, 5),
            discount_amount=st.sampled_from([Decimal(0), Decimal("0.01")]),
            transaction_discount=st.decimals(Decimal(0), Decimal(5), places=2),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_discount_of_the_whole_sale_comes_back_with_its_lines(baskets: list[Basket]) -> None:
    where = desk()
    sale = where.trade.counter.ring(baskets, at=NOW)
    back = where.made("Sale/1/refund", {"SalePayments": CASH})
    assert Decimal(back["calcTotal"]) == -sale["calcTotal"]
    assert Decimal(back["calcDiscount"]) == -sale["calcDiscount"]
    shared = sum(Decimal(each["calcTransactionDiscount"]) for each in lines(back))
    assert shared == -sum(each.transaction_discount for each in baskets)


def test_an_unpaid_sale_is_not_completed_and_what_was_sent_with_it_is_not_kept() -> None:
    where = desk()
    number = opened(where)["saleID"]
    before = of(where, number)
    assert where.send(f"Sale/{number}", {"completed": "true"}, "PUT").status_code == 422
    little = {"completed": True, "SalePayments": {"SalePayment": {"paymentTypeID": "1", "amount": "5"}}}
    assert where.send(f"Sale/{number}", {**little, "referenceNumber": "x"}, "PUT").status_code == 422
    assert of(where, number) == before
    paid = {"SalePayments": {"SalePayment": {"paymentTypeID": "3", "amount": before["balance"]}}}
    done = where.made(f"Sale/{number}", {**paid, "completed": "true"}, "PUT")
    assert (done["completed"], done["balance"], done["completeTime"]) == ("true", "0", "2026-05-02T18:00:00+00:00")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_completion_lies_in_the_past_or_now(method: str) -> None:
    where = desk()
    body = {"completed": True, "SalePayments": {"SalePayment": {"paymentTypeID": 1, "amount": "29.66"}}}
    path = f"Sale/{opened(where)['saleID']}" if method == "PUT" else "Sale"
    more = {"SaleLines": {"SaleLine": {"itemID": 1, "unitQuantity": 2}}} if method == "POST" else {}
    for when in ("2026-05-02T18:00:01+00:00", "tomorrow", "2026-13-01", 12):
        assert where.send(path, {**body, **more, "completeTime": when}, method).status_code == 400, when
    done = where.made(path, {**body, **more, "completeTime": "2026-04-30T23:30:00-04:00"}, method)
    assert done["completeTime"] == "2026-05-01T03:30:00+00:00"
    assert done["timeStamp"] == "2026-05-02T18:00:00+00:00"


def test_too_much_cash_is_handed_back_and_too_much_of_a_card_is_refused() -> None:
    where = desk()
    cash = {"SalePayments": {"SalePayment": {"paymentTypeID": 1, "amount": "50"}}, "completed": True}
    done = opened(where, **cash)
    assert (done["change"], done["calcPayments"], done["balance"]) == ("20.34", "29.66", "0")
    assert [each["amount"] for each in payments(done)] == ["29.66"]
    card = {"SalePayments": {"SalePayment": {"paymentTypeID": 3, "amount": "50"}}, "completed": True}
    line = {"SaleLines": {"SaleLine": {"itemID": "1", "unitQuantity": "2"}}}
    assert where.send("Sale", {**line, **card}).status_code == 422
    both = [{"paymentTypeID": 3, "amount": "20"}, {"paymentTypeID": 1, "amount": "10"}]
    mixed = opened(where, SalePayments={"SalePayment": both}, completed=True)
    assert (mixed["change"], [each["amount"] for each in payments(mixed)]) == ("0.34", ["20", "9.66"])


def test_a_line_that_changes_is_reckoned_again_and_its_sale_with_it() -> None:
    where = desk()
    sale = opened(where, SalePayments={"SalePayment": {"paymentTypeID": 3, "amount": "10"}})
    where.now += timedelta(minutes=1)
    [line] = lines(of(where, sale["saleID"]))
    changed = where.made(f"SaleLine/{line['saleLineID']}", {"unitQuantity": "3", "discountPercent": "0.1"}, "PUT")
    assert (changed["calcSubtotal"], changed["calcLineDiscount"]) == ("38.7", "3.87")
    assert Decimal(changed["calcTotal"]) == Decimal("34.83") * Decimal("1.14975")
    after = of(where, sale["saleID"])
    assert (after["calcSubtotal"], after["calcDiscount"], after["calcTotal"]) == ("38.7", "3.87", "40.04")
    assert (after["balance"], after["timeStamp"]) == ("30.04", "2026-05-02T18:01:00+00:00")
    untaxed = where.made(f"SaleLine/{line['saleLineID']}", {"tax": False}, "PUT")
    assert (untaxed["calcTax1"], of(where, sale["saleID"])["calcTotal"]) == ("0", "34.83")
    taxed = where.made(f"SaleLine/{line['saleLineID']}", {"tax": True}, "PUT")
    assert taxed["calcTotal"] == changed["calcTotal"]


def test_lines_of_an_open_sale_come_change_and_go_below_it() -> None:
    where = desk()
    number = opened(where)["saleID"]
    line = where.made(f"Sale/{number}/SaleLine", {"itemCode": "210000000006", "employeeID": 2})
    assert (line["itemID"], line["unitPrice"], line["employeeID"], line["saleID"]) == ("6", "9.99", "2", number)
    below = f"Sale/{number}/SaleLine/{line['saleLineID']}"
    assert where.get(below, load_relations='["Item"]')["SaleLine"]["Item"]["description"] == "Notebook, ruled"
    where.made(below, {"unitPrice": "1"}, "PUT")
    assert of(where, number)["calcSubtotal"] == "26.8"
    gone = where.ask(f"{ACCOUNT}/{below}.json", "DELETE").json()
    assert gone == {"name": "SaleLine", "primaryID": line["saleLineID"]}
    assert (of(where, number)["calcSubtotal"], where.status(below)) == ("25.8", 404)
    assert where.status(f"Sale/{number}/SaleLine/99") == 404


def test_a_completed_sale_keeps_its_lines_payments_and_place() -> None:
    where = desk()
    sold(where)
    before = of(where, 1)
    for path, body, method in (
        ("SaleLine/1", {"unitQuantity": 5}, "PUT"),
        ("SaleLine/1", {}, "DELETE"),
        ("Sale/1/SaleLine", {"itemID": 1}, "POST"),
        ("Sale/1", {"SalePayments": CASH}, "PUT"),
        ("Sale/1", {"SaleLines": {"SaleLine": {"itemID": 1}}}, "PUT"),
        ("Sale/1", {"completed": False}, "PUT"),
        ("Sale/1", {"archived": True}, "PUT"),
        ("Sale/1", {}, "DELETE"),
    ):
        assert where.send(path, body, method).status_code == 400, (path, body)
    assert of(where, 1) == before
    assert where.made("SaleLine/1", {"employeeID": 4}, "PUT")["employeeID"] == "4"


def test_a_void_is_final() -> None:
    where = desk()
    where.trade.counter.void(sold(where), at=NOW)
    assert where.send("Sale/1", {"completed": True}, "PUT").status_code == 400
    assert where.send("Sale/1/refund", {"SalePayments": CASH}).status_code == 400
    assert where.send("Sale/1/SaleLine", {"itemID": 1}).status_code == 400


def test_a_layaway_is_a_line_on_no_sale() -> None:
    where = desk()
    line = where.made("SaleLine", {"itemID": 1, "isLayaway": "true", "customerID": 1, "shopID": 2})
    assert (line["saleID"], line["isLayaway"], line["shopID"], line["customerID"]) == ("0", "true", "2", "1")
    assert where.send("SaleLine", {"itemID": 1}).status_code == 400


def test_a_layaway_that_is_picked_up_joins_a_sale_that_is_younger_than_it() -> None:
    where = desk()
    reserved = where.made("SaleLine", {"itemID": 1, "isLayaway": "true", "customerID": 1})
    again = where.made("SaleLine", {"itemID": 1, "isSpecialOrder": "true", "customerID": 1})
    unpaid = {"SaleLines": {"SaleLine": {"saleLineID": reserved["saleLineID"]}}, "completed": True}
    assert where.send("Sale", unpaid).status_code == 422
    assert where.get(f"SaleLine/{reserved['saleLineID']}")["SaleLine"]["saleID"] == "0", "nothing is left behind"
    sale = where.made("Sale", {"SaleLines": {"SaleLine": {"saleLineID": reserved["saleLineID"]}}})
    number = sale["saleID"]
    assert [line["saleLineID"] for line in lines(sale)] == [reserved["saleLineID"]]
    assert Decimal(sale["calcTotal"]) > 0
    where.made(f"SaleLine/{again['saleLineID']}", {"saleID": number}, "PUT")
    both = where.get(f"Sale/{number}", load_relations='["SaleLines"]')["Sale"]
    assert {line["saleLineID"] for line in lines(both)} == {reserved["saleLineID"], again["saleLineID"]}
    assert Decimal(both["calcSubtotal"]) == 2 * Decimal(sale["calcSubtotal"])
    paid = {"SalePayments": {"SalePayment": {"paymentTypeID": 1, "amount": both["calcTotal"]}}, "completed": True}
    done = where.made(f"Sale/{number}", paid, "PUT")
    assert done["completed"] == "true"
    other = where.made("Sale", {})["saleID"]
    moved = where.send(f"SaleLine/{again['saleLineID']}", {"saleID": other}, "PUT")
    assert moved.status_code == 400, "a line stays on its sale"


def test_children_are_taken_in_each_shape_that_clients_send() -> None:
    where = desk()
    line = {"itemID": "1"}
    for box in ({"SaleLine": [line]}, {"SaleLine": line}, [{"SaleLine": line}], [line]):
        assert len(lines(where.made("Sale", {"SaleLines": box}))) == 1
    assert lines(where.made("Sale", {"SaleLines": ""})) == []


def test_a_gift_card_hides_until_it_is_asked_for_and_remembers_what_it_is_tied_to() -> None:
    where = desk(scopes=("employee:register", "employee:customers"))
    sale = where.trade.counter.load_gift_card(Decimal(100), at=NOW)
    assert where.get("CreditAccount") == {"@attributes": {"next": "", "previous": ""}}
    card = where.get("CreditAccount", giftCard="true")["CreditAccount"]
    assert (card["code"], card["balance"], card["giftCard"]) == ("********5432", "-100", "true")
    relations = json.dumps(["SaleLines", "SalePayments", "SalePayments.SaleAccounts"])
    shown = where.get(f"Sale/{sale['saleID']}", load_relations=relations)["Sale"]
    tied = shown["SaleLines"]["SaleLine"]["SaleAccounts"]["SaleAccount"]
    stored, cash = shown["SalePayments"]["SalePayment"]
    assert stored["SaleAccounts"]["SaleAccount"] == tied
    assert (tied["creditAccountID"], tied["salePaymentID"]) == (card["creditAccountID"], stored["salePaymentID"])
    assert "SaleAccounts" not in cash
    spent = {"paymentTypeID": 5, "amount": "11.49", "creditAccountID": card["creditAccountID"]}
    body = {"SaleLines": {"SaleLine": {"unitPrice": "9.99"}}, "SalePayments": {"SalePayment": spent}, "completed": True}
    paid = where.made("Sale", body)
    assert (paid["calcTotal"], paid["totalDue"]) == ("11.49", "0")
    assert where.get("CreditAccount", giftCard="true")["CreditAccount"]["balance"] == "-88.51"


def test_who_may_see_codes_sees_them_and_looks_them_up_once_a_second() -> None:
    where = desk()
    where.trade.counter.load_gift_card(Decimal(100), at=NOW)
    assert where.get("CreditAccount", giftCard="true", code="98765432")["CreditAccount"]["code"] == "98765432"
