"""Every relation that the sheet names is loaded, and costs what it should (sections 6, 7 and 9)."""

import json
from decimal import Decimal
from typing import Any, Final

import pytest

from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour
from tests.connectors.lightspeed_r.desk import ACCOUNT, NOW, Desk, desk, listed, scalars
from tests.connectors.lightspeed_r.furnished import furnish
from tests.connectors.lightspeed_r.sheet import RELATIONS

CASES: Final = [(resource, relation) for resource, relations in RELATIONS.items() for relation in relations]


@pytest.fixture(scope="module")
def where() -> Desk:
    made = desk()
    furnish(made.trade, NOW)
    made.made("Register/1/close", {"closeEmployeeID": 1})
    return made


def ends(found: Any, way: list[str]) -> list[Any]:
    """What lies at the end of a way, of however many records; boxes of children are looked into."""
    if not way:
        return [found]
    held = []
    for each in listed(found):
        inner = each.get(way[0])
        if isinstance(inner, dict) and len(inner) == 1 and isinstance(next(iter(inner.values())), dict | list):
            inner = next(iter(inner.values()))
        held += [end for one in (inner if isinstance(inner, list) else [inner]) if one for end in ends(one, way[1:])]
    return held


@pytest.mark.parametrize(("resource", "relation"), CASES)
def test_a_named_relation_brings_what_it_names(where: Desk, resource: str, relation: str) -> None:
    page = where.get(resource, load_relations=json.dumps([relation]))
    found = ends(page[resource], relation.split("."))
    assert found
    assert all(isinstance(each, dict | str) for each in found)
    assert all(isinstance(each, str) for each in scalars(page))
    first = listed(page[resource])[0]
    key = next(iter(first))
    assert where.status(f"{resource}/{first[key]}", load_relations=json.dumps([relation])) == 200


@pytest.mark.parametrize("resource", RELATIONS)
def test_all_brings_them_all_but_the_values_of_own_fields(where: Desk, resource: str) -> None:
    page = where.get(resource, load_relations="all")
    for relation in RELATIONS[resource]:
        if relation != "CustomFieldValues.value":
            assert ends(page[resource], relation.split(".")), relation
    values = [each["value"] for each in ends(page[resource], ["CustomFieldValues"])]
    assert all(each == "" for each in values)


def test_values_of_own_fields_come_when_they_are_asked_for(where: Desk) -> None:
    asked = json.dumps(["CustomFieldValues", "CustomFieldValues.value"])
    [value] = ends(where.get("Customer", load_relations=asked)["Customer"], ["CustomFieldValues"])
    assert value["value"] == "Poems"


@pytest.mark.parametrize(
    ("resource", "relation"),
    [
        ("Sale", "Shop"),
        ("Sale", "SaleLines.Item.Category"),
        ("Sale", "TaxClassTotals"),
        ("SaleLine", "SaleAccounts"),
        ("EmployeeHours", "Employee"),
        ("Register", "Shop"),
        ("Item", "Nothing"),
    ],
)
def test_a_relation_that_no_page_names_is_refused_with_the_headers_of_a_request(resource: str, relation: str) -> None:
    limited = desk(Behaviour(registers=1))
    answer = limited.ask(f'{ACCOUNT}/{resource}.json?load_relations=["{relation}"]')
    assert answer.status_code == 400
    assert relation in answer.json()["message"]
    level, size = answer.headers["X-LS-API-Bucket-Level"].split("/")
    assert (Decimal(level) >= 1, size) == (True, "90")
    assert answer.headers["X-LS-API-Request-Cost"] == level


def test_writes_of_a_sale_show_its_shop_customer_taxes_lines_and_payments_unasked(where: Desk) -> None:
    made = where.made("Sale", {"customerID": "1", "SaleLines": {"SaleLine": {"itemID": "1"}}})
    assert {"Shop", "Customer", "TaxCategory", "SaleLines"} <= made.keys()
    assert "TaxCategoryClasses" in made["TaxCategory"]
    assert "Shop" not in where.get(f"Sale/{made['saleID']}")["Sale"]


def test_a_discount_says_on_a_line_where_it_comes_from(where: Desk) -> None:
    lines = where.get("SaleLine", load_relations='["Discount"]', discountID="1")
    assert lines["SaleLine"]["Discount"]["sourceID"] == "2"
    assert "sourceID" not in where.get("Discount/1")["Discount"]


@pytest.mark.parametrize(
    ("path", "method", "body", "cost"),
    [
        ("Sale.json", "GET", "", "1"),
        ("Sale/1.json?load_relations=[%22SaleLines%22,%22Customer%22]", "GET", "", "1.3"),
        ("Sale.json?load_relations=[%22SaleLines%22,%22SalePayments%22]", "GET", "", "1.8"),
        ("Sale.json?load_relations=[%22SalePayments%22,%22SalePayments.PaymentType%22]", "GET", "", "1.6"),
        ("Sale/1.json?load_relations=[%22SalePayments%22,%22SalePayments.PaymentType%22]", "GET", "", "1.4"),
        ("Sale.json", "POST", '{"SaleLines": {"SaleLine": [{"itemID": 1}, {"itemID": 2}]}}', "3"),
        ("Sale.json", "POST", '{"SaleLines": [{"SaleLine": {"itemID": 1, "Note": {"note": "x"}}}]}', "3"),
        ("Sale.json?count=1", "GET", "", "10"),
        ("Sale.json", "POST", "{}", "2"),
        ("Sale/1.json", "PUT", '{"completed": true}', "5"),
        ("SaleLine/1.json", "DELETE", "", "2"),
        ("Sale/1/SaleLine.json", "POST", "{}", "2"),
        ("Sale/1/refund.json", "POST", "{}", "10"),
        ("Sale/1/refund.json", "POST", '{"SalePayments": {"SalePayment": {"paymentTypeID": 1}}}', "10.5"),
        ("Category.json", "POST", "{}", "10"),
        ("Item.json?or=itemID%3D1|itemID%3D2", "GET", "", "1"),
        ("Item.json?or=itemID%3D1|upc%3D2", "GET", "", "3"),
        ("Item.json?or=itemID%3D%3E,1|timeStamp%3D%3E,2026-01-01", "GET", "", "12"),
        ("Shop.json?load_relations=[%22Nothing%22]", "GET", "", "1.2"),
    ],
)
def test_costs_follow_from_the_request_alone(path: str, method: str, body: str, cost: str) -> None:
    limited = desk(Behaviour(registers=3))
    limited.trade.counter.ring([Basket(Decimal(5))], at=NOW)
    answer = limited.ask(f"{ACCOUNT}/{path}", method, body.encode())
    assert answer.headers["X-LS-API-Request-Cost"] == cost
    assert answer.headers["X-LS-API-Bucket-Level"] == f"{cost}/110"
    assert answer.headers["X-LS-API-Drip-Rate"] == "2"
