"""Besides selling: who is signed in, registers that open and close, reports, scopes, and what is made to go wrong."""

import base64
import json
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest

from comptoir.connectors.lightspeed_r.simulator import Basket, Condition, Paid
from tests.connectors.lightspeed_r.desk import ACCOUNT, EVERYTHING, NOW, Desk, desk, listed

SCOPES: Final = (
    *("all", "admin", "admin_employees", "admin_inventory", "admin_purchases"),
    *("admin_shops", "admin_void_sale", "categories", "customers", "customers_read"),
    *(
        "customers_view_gift_card_numbers",
        "inventory",
        "inventory_counts",
        "inventory_counts_reconcile",
        "inventory_read",
    ),
    *("manufacturers", "product_cost", "product_edit", "purchase_orders", "register"),
    *("register_layaway", "register_read", "register_refund", "reports", "special_orders"),
    *("tags", "transfers", "vendors", "vendor_returns", "workbench"),
)
"""The thirty of the vendor's page."""
REPORTED: Final = {"startDate": "2026-05-01", "endDate": "2026-05-02"}


def session(where: Desk, path: str = "/API/Session.json") -> dict[str, dict[str, str]]:
    return dict(where.ask(path).json())


def test_the_session_says_who_granted_it_and_whether_they_are_in() -> None:
    where = desk()
    where.token = where.simulator.tokens.mint(900100, EVERYTHING, now=NOW, employee_id=2)["access_token"]
    told = session(where)
    assert told == session(where, "/API/V3/Session.json")
    assert (told["employeeID"], told["systemCustomerID"], told["systemAPIClientID"]) == ("2", "900100", "client")
    assert (told["Employee"]["firstName"], told["Employee"]["isCheckedIn"]) == ("Bob", "false")
    assert "checkedInAt" not in told["Employee"]
    where.trade.clock.clock_in(2, 1, at=NOW)
    assert session(where)["Employee"]["isCheckedIn"] == "true"
    assert session(where)["Employee"]["checkedInAt"] == "2026-05-02T14:00:00-04:00", "with the shop's own offset"
    where.trade.clock.clock_out(2, at=NOW + timedelta(hours=1))
    assert session(where)["Employee"]["isCheckedIn"] == "false"


def test_rights_are_those_of_the_employee_as_far_as_they_were_granted() -> None:
    all_of_them = session(desk())["Rights"]
    assert set(all_of_them.values()) == {"true"}
    assert {"admin", "register_close", "reports", "allow_login"} <= all_of_them.keys()
    some = session(desk(scopes=("employee:register_read", "employee:reports")))["Rights"]
    assert some.keys() == all_of_them.keys()
    assert {name for name, may in some.items() if may == "true"} == {"register_read", "reports"}


def test_each_scope_may_be_asked_for_and_no_other() -> None:
    where = desk()

    def status(scope: str) -> int:
        asked = f"response_type=code&client_id=client&scope=employee:{scope}"
        return where.ask(f"/auth/oauth/authorize?{asked}").status_code

    assert len(SCOPES) == 30
    assert {scope: status(scope) for scope in SCOPES} == dict.fromkeys(SCOPES, 200)
    assert [status(scope) for scope in ("register_withdraw", "register_close", "cfd", "ALL")] == [400] * 4


def test_introspection_shows_the_claims_of_the_token() -> None:
    where = desk(scopes=("employee:reports",))
    claims = where.ask("/auth/oauth/introspect").json()
    middle = where.token.split(".")[1]
    assert claims == json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    assert (claims["acct"], claims["scope"], claims["aud"]) == ("900100", "employee:reports", "client")
    where.token = "nonsense"
    assert where.ask("/auth/oauth/introspect").status_code == 401


def test_a_register_is_counted_from_its_opening_to_its_closing() -> None:
    where = desk()
    closed = where.made("Register/1/close", {"notes": "for the test", "closeEmployeeID": 2})
    assert (closed["closeEmployeeID"], closed["createTime"]) == ("2", "2026-05-02T18:00:00+00:00")
    assert where.get("Register/1")["Register"]["open"] == "false"
    assert where.send("Register/1/close", {}).status_code == 400

    where.now += timedelta(minutes=1)
    put_in = where.made("Register/1/open", {"amount": "100", "employeeID": 3, "paymentTypeID": 1})
    assert (put_in["amount"], put_in["registerID"], put_in["employeeID"]) == ("100", "1", "3")
    register = where.get("Register/1")["Register"]
    assert [register[name] for name in ("open", "openEmployeeID", "openTime")] == [
        "true",
        "3",
        "2026-05-02T18:01:00+00:00",
    ]
    assert where.send("Register/1/open", {}).status_code == 400
    where.made("RegisterWithdraw", {"registerID": 1, "amount": "-30", "notes": "to the bank", "paymentTypeID": 1})
    where.trade.counter.ring([Basket(Decimal(10))], at=where.now)
    where.trade.counter.ring([Basket(Decimal(10))], [Paid(Decimal("11.50"), 3)], at=where.now)
    where.trade.counter.ring([Basket(Decimal(10))], at=where.now, register_id=2)

    sums = where.ask(f"{ACCOUNT}/Register/1/calculated.json").json()
    assert set(sums) == {"CalculatedAmount"}
    by_type = {each["paymentTypeID"]: each for each in sums["CalculatedAmount"]}
    assert by_type["1"] == {"add": "100", "withdraw": "-30", "payment": "11.5", "paymentTypeID": "1"}
    assert by_type["3"]["payment"] == "11.5"

    counted = {"RegisterCountAmounts": {"RegisterCountAmount": {"paymentTypeID": 1, "actual": "81"}}}
    again = where.made("Register/1/close", counted)
    amounts = {each["paymentTypeID"]: each for each in listed(again["RegisterCountAmounts"]["RegisterCountAmount"])}
    assert (amounts["1"]["calculated"], amounts["1"]["actual"]) == ("81.5", "81")
    shown = where.get("RegisterCount", load_relations='["RegisterCountAmounts"]', sort="-registerCountID")
    assert shown["RegisterCount"][0] == again
    assert [each["amount"] for each in where.get("RegisterWithdraw")["RegisterWithdraw"]] == ["100", "-30"]


def test_customer_types_are_read_made_and_changed() -> None:
    where = desk()
    made = where.made("CustomerType", {"name": "Schools", "discountID": 1})
    assert (made["name"], made["discountID"]) == ("Schools", "1")
    assert where.made(f"CustomerType/{made['customerTypeID']}", {"name": "Libraries"}, "PUT")["name"] == "Libraries"
    assert len(where.get("CustomerType")["CustomerType"]) == 2


def report(where: Desk, name: str, **query: str) -> list[dict[str, str]]:
    page = where.get(f"Reports/Accounting/{name}", **{**REPORTED, **query})
    [rows] = [value for key, value in page.items() if key != "@attributes"] or [[]]
    return listed(rows)


def test_reports_balance_with_the_headers_of_the_sales_of_each_shops_own_day() -> None:
    where = desk()
    counter = where.trade.counter
    basket = Basket(Decimal("12.90"), 2, 1, discount_percent=Decimal("0.1"))
    sold = [
        counter.ring([basket], at=NOW),
        counter.ring([Basket(Decimal("9.99"))], [Paid(Decimal("11.49"), 3)], at=NOW),
    ]
    counter.void(int(counter.ring([basket], at=NOW)["saleID"]), at=NOW)
    counter.ring([basket], at=NOW, is_completed=False)
    late = counter.ring([Basket(Decimal(1))], at=NOW + timedelta(hours=10, minutes=30))

    [classes] = report(where, "TaxClassSalesByDay", endDate="2026-05-02")
    assert classes == {
        "date": "05/02/2026",
        "taxClassID": "1",
        "taxClassName": "Item",
        "shopID": "1",
        "subtotal": f"{sum(each['calcSubtotal'] for each in sold):.2f}",
        "fifoCost": "12.400000000",
        "avgCost": "12.400000000",
    }
    [discounts] = report(where, "DiscountsByDay")
    assert discounts == {"date": "05/02/2026", "shopID": "1", "discount": "2.58"}
    [taxes] = report(where, "TaxesByDay")
    assert taxes["tax"] == f"{sum(each['taxTotal'] for each in sold):.2f}"
    payments = report(where, "PaymentsByDay")
    assert [(each["paymentTypeName"], each["amount"]) for each in payments] == [
        ("Cash", f"{sold[0]['total']:.2f}"),
        ("Credit Card", "11.49"),
    ]
    paid = sum(Decimal(each["amount"]) for each in payments)
    assert paid == Decimal(classes["subtotal"]) - Decimal(discounts["discount"]) + Decimal(taxes["tax"])
    assert report(where, "PaymentsByDay", endDate="2026-05-03")[-1]["amount"] == f"{late['total']:.2f}"


def test_days_are_the_shops_own() -> None:
    """At 03:30 UTC it is the day before in New York (23:30), as it is in Chicago; an hour later only there."""
    where = desk()
    for register in (1, 2):
        where.trade.counter.ring([Basket(Decimal(1))], at=NOW + timedelta(hours=10, minutes=30), register_id=register)
    rows = report(where, "DiscountsByDay", endDate="2026-05-03")
    assert [(each["shopID"], each["date"]) for each in rows] == [("2", "05/02/2026"), ("1", "05/03/2026")]


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("PaymentsByDay", {}, 400),
        ("PaymentsByDay", {"startDate": "2026-05-01"}, 400),
        ("PaymentsByDay", {"startDate": "2026-05-01", "endDate": "soon"}, 400),
        ("PaymentsByDay", {**REPORTED, "sort": "shopID"}, 400),
        ("PaymentsByDay", {**REPORTED, "sort": "-date"}, 200),
        ("NothingByDay", REPORTED, 404),
    ],
)
def test_reports_want_two_dates(name: str, query: dict[str, str], status: int) -> None:
    assert desk().status(f"Reports/Accounting/{name}", **query) == status


def test_reports_need_their_scope_and_come_in_pages() -> None:
    assert desk(scopes=("employee:register",)).status("Reports/Accounting/TaxesByDay", **REPORTED) == 403
    where = desk()
    for days in range(5):
        where.trade.counter.ring([Basket(Decimal(1))], at=NOW - timedelta(days=days))
    path, dates = "Reports/Accounting/DiscountsByDay", {"startDate": "2026-04-01", "endDate": "2026-05-02"}
    first = where.get(path, limit="3", **dates)
    second = where.ask(first["@attributes"]["next"].removeprefix("http://sandbox.test")).json()
    days = [each["date"] for page in (first, second) for each in listed(page["Discounts"])]
    assert (days, second["@attributes"]["next"]) == (sorted(set(days)), "")
    assert len(days) == 5


def test_pages_can_be_made_to_go_in_circles() -> None:
    where = desk()
    for _ in range(6):
        where.trade.counter.ring([Basket(Decimal(1))], at=NOW)
    where.conditions.add(Condition.PAGE_TOKEN_REPEATED)
    first = where.get("Sale", limit="2")
    second = where.ask(first["@attributes"]["next"].removeprefix("http://sandbox.test")).json()
    again = where.ask(second["@attributes"]["next"].removeprefix("http://sandbox.test")).json()
    assert [each["saleID"] for each in second["Sale"]] == ["3", "4"]
    assert again == second
    where.conditions.clear()
    assert len(list(where.walk("Sale", limit="2"))) == 3


def test_a_sale_can_be_made_to_change_right_after_it_was_read() -> None:
    where = desk()
    for minutes in (3, 2):
        where.trade.counter.ring([Basket(Decimal(10))], at=NOW - timedelta(minutes=minutes))
    where.conditions.add(Condition.CHANGED_WHILE_READ)
    read = where.get("Sale", sort="timeStamp", load_relations='["SalePayments"]')["Sale"][0]
    where.conditions.clear()
    after = where.get(f"Sale/{read['saleID']}", load_relations='["SalePayments"]')["Sale"]
    assert (read["timeStamp"], after["timeStamp"]) == ("2026-05-02T17:57:00+00:00", "2026-05-02T18:00:00+00:00")
    assert after["calcPayments"] == read["calcPayments"]
    cancelled, booked = after["SalePayments"]["SalePayment"]
    assert (cancelled["archived"], booked["archived"], booked["amount"]) == ("true", "false", cancelled["amount"])


def test_an_entry_that_a_client_writes_moves_the_pointer_of_its_employee() -> None:
    where = desk()
    entry = where.made("EmployeeHours", {"employeeID": 2})
    assert ("checkOut" in entry, entry["checkIn"]) == (False, "2026-05-02T18:00:00+00:00")
    assert where.get("Employee/2")["Employee"]["clockInEmployeeHoursID"] == entry["employeeHoursID"]
    path = f"EmployeeHours/{entry['employeeHoursID']}"
    assert where.made(path, {"checkOut": "2026-05-02T19:00:00+00:00"}, "PUT")["checkOut"].startswith("2026-05-02T19")
    assert where.get("Employee/2")["Employee"]["clockInEmployeeHoursID"] == "0"
    assert where.send("EmployeeHours", {}).status_code == 400


def test_new_customers_want_no_mail_unless_they_say_so_and_can_be_forgotten() -> None:
    where = desk()
    made = where.made("Customer", {"firstName": "Dana", "Contact": {"noMail": "false"}})
    assert [made["Contact"][name] for name in ("noEmail", "noPhone", "noMail")] == ["true", "true", "false"]
    assert "dob" not in made
    contact = {"Emails": {"ContactEmail": {"address": "dana@example.com", "useType": "Primary"}}}
    where.made(f"Customer/{made['customerID']}", {"Contact": contact}, "PUT")
    asked = json.dumps(["Contact"])
    found = where.get("Customer", ("Contact.email", "dana@example.com"), load_relations=asked)["Customer"]
    assert found["customerID"] == made["customerID"]
    forgotten = where.made(f"Customer/{made['customerID']}/Anonymize", {}, "DELETE")
    assert (forgotten["firstName"], forgotten["archived"]) == ("Customer", "true")
    assert where.count("Customer", ("Contact.email", "dana@example.com"), load_relations=asked, archived="true") == 0
