"""The simulator's answers have the shapes of those recorded from the live service (V2 envelope, 2015 to 2021)."""

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour, Paid
from tests.connectors.lightspeed_r.desk import NOW, Desk, desk, listed

RECORDED = Path(os.environ.get("COMPTOIR_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data") / "r-series"
pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded R-Series answers in {RECORDED}")
GONE: Final = {
    ".Sale.SaleLines.SaleLine.Item.noteID",
    ".Sale.SaleLines.SaleLine.Item.itemAttributesID",
}
"""Keys that only the recordings of 2016 have; the item of today's pages has them no more (9.12)."""
NEWER: Final = {".Item.serialized", ".Item.publishToEcom", ".Item.ItemShops.ItemShop.sellable"}
"""Keys of today's pages that the recordings do not have yet (9.12)."""
RECKONED: Final = (
    *("calcSubtotal", "calcDiscount", "calcTaxable", "calcNonTaxable", "calcTax1", "calcTax2", "taxTotal", "calcTotal"),
    *("total", "displayableSubtotal", "displayableTotal", "totalDue", "calcPayments", "balance"),
)
OLD: Final = "/API/Account/900100"


def known(name: str) -> dict[str, Any]:
    return dict(json.loads((RECORDED / f"{name}.json").read_bytes()))


def shape(found: Any, path: str = "") -> set[str]:
    """The keys of an answer, each with its way; a list counts as all its records together."""
    if isinstance(found, list):
        return set().union(*(shape(each, path) for each in found)) if found else set()
    if isinstance(found, dict):
        return {f"{path}.{key}" for key in found}.union(*(shape(each, f"{path}.{key}") for key, each in found.items()))
    return set()


def kinds(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Whether a way leads to text or to something with parts, one or several; what is empty says neither (3.4)."""
    for each in found if isinstance(found, list) else [found]:
        if isinstance(each, dict):
            yield path, "parts"
            for key, inner in each.items():
                yield from kinds(inner, f"{path}.{key}")
        elif each not in ("", None):
            yield path, type(each).__name__


def at_odds(mine: Any, theirs: Any) -> dict[str, tuple[str, str]]:
    """Ways that lead to text in one answer and to parts in the other."""
    held = dict(kinds(mine))
    return {path: (held[path], kind) for path, kind in kinds(theirs) if held.get(path, kind) != kind}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("shop_list_two", f"{OLD}/Shop.json"),
        ("employee_hours_list_page1_of_4252", f"{OLD}/EmployeeHours.json"),
        ("account_headers_bucket", "/API/Account.json?limit=1&load_relations=all"),
        ("error_404_employee", f"{OLD}/Employee/99.json?load_relations=all"),
        ("employee_list_one", f"{OLD}/Employee.json?limit=100&load_relations=all&employeeID=1"),
        ("item_get_all_relations", f"{OLD}/Item/13.json?load_relations=all"),
        ("item_list_single_match", f"{OLD}/Item.json?itemID=1&limit=1&load_relations=all"),
    ],
)
def test_shapes_are_those_recorded(name: str, path: str) -> None:
    recorded, where = known(name), desk()
    for _ in range(2):
        where.trade.clock.note(1, 1, NOW, NOW.replace(hour=19))
    if name == "item_list_single_match":
        plain(where, 1)
    answer = where.ask(path)
    newer = NEWER if "Item" in recorded["body"] else set()
    assert shape(answer.json()) - shape(recorded["body"]) == newer
    assert shape(recorded["body"]) - shape(answer.json()) == set()
    assert at_odds(answer.json(), recorded["body"]) == {}
    if "status" in recorded:
        assert answer.status_code == recorded["status"]
        assert answer.headers["content-type"] == recorded["headers"]["Content-Type"]


def plain(where: Desk, number: int) -> None:
    """As the recorded item: no category, and a field of the shop's own."""
    where.trade.books.update("Item", number, categoryID=0)
    field = {"customFieldID": 1, "name": "testfield", "type": "url", "value": ""}
    where.trade.books.add("CustomFieldValue", {**field, "_itemID": number})


def test_a_token_that_is_none_is_told_as_recorded() -> None:
    recorded, where = known("error_401_bad_token"), desk(Behaviour(registers=None, envelope_401=True))
    where.token = "nonsense"
    answer = where.ask("/API/Account.json?limit=1")
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])
    assert answer.headers["content-type"] == recorded["headers"]["Content-Type"]


def test_an_unknown_id_is_told_as_recorded() -> None:
    recorded, where = known("error_404_employee"), desk()
    where.trade.books.remove("Employee", 2)
    assert where.ask("/API/Account/-/Employee/2.json?load_relations=all").json() == recorded["body"]


def test_sales_with_all_relations_have_every_recorded_key_at_every_depth() -> None:
    body, where = known("sale_list_v2_page2_all_relations")["body"], desk()
    furnished(where)
    mine = where.ask(f"{OLD}/Sale.json?limit=100&load_relations=all&offset=0&archived=true").json()
    assert shape(body) - shape(mine) == GONE
    assert at_odds(mine, body) == {}


def furnished(where: Desk) -> None:
    """Sales with whatever a recorded one has."""
    counter, books = where.trade.counter, where.trade.books
    counter.ring([Basket(Decimal("0.75"), item_id=1, note="SKU-2"), Basket(Decimal(5))], at=NOW, customer_id=1)
    quoted = counter.ring([Basket(Decimal("0.82"))], [], at=NOW, is_completed=False)
    facts = {"issueDate": NOW, "notes": "", "archived": False, "employeeID": 1, "saleID": quoted["saleID"]}
    books.update("Sale", int(quoted["saleID"]), quoteID=books.add("Quote", facts)["quoteID"])


def test_recorded_sales_can_be_rung_up_again_to_the_same_totals() -> None:
    """What is in a recorded sale goes in by its lines and payments, and comes out with the recorded header."""
    where, rung = desk(), 0
    for sale in known("sale_list_v2_page2_all_relations")["body"]["Sale"]:
        lines = listed(sale.get("SaleLines", {}).get("SaleLine"))
        where.trade.books.update(
            "TaxCategory", 1, tax1Rate=Decimal(sale["tax1Rate"]), tax2Rate=Decimal(sale["tax2Rate"])
        )
        baskets = [
            Basket(
                Decimal(line["unitPrice"]),
                int(line["unitQuantity"]),
                discount_amount=Decimal(line["discountAmount"]),
                discount_percent=Decimal(line["discountPercent"]),
                is_taxed=line["tax"] == "true",
            )
            for line in lines
        ]
        paid = [
            Paid(Decimal(each["amount"]), int(each["paymentTypeID"]))
            for each in listed(sale.get("SalePayments", {}).get("SalePayment"))
        ]
        made = where.trade.counter.ring(baskets, paid, at=NOW, is_completed=sale["completed"] == "true")
        shown = where.get(f"Sale/{made['saleID']}", load_relations="all")["Sale"]
        for name in RECKONED:
            assert shown[name] == sale[name], (sale["saleID"], name)
        assert shown.get("TaxClassTotals") == sale.get("TaxClassTotals")
        rung += 1
    assert rung == 19
