"""The simulator keeps the vendor's contract (lightspeed-r-series.md 1 to 10, and its tests of section 14)."""

import json
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour, Chain, trade
from tests.connectors.lightspeed_r.desk import ACCOUNT as BASE
from tests.connectors.lightspeed_r.desk import NOW, Desk, desk, scalars


def ring(where: Desk, number: int = 1, *, step: timedelta = timedelta(seconds=1)) -> None:
    for place in range(number):
        where.trade.counter.ring([Basket(Decimal("9.99"), item_id=1)], at=NOW - timedelta(hours=2) + place * step)


def test_every_scalar_is_a_string() -> None:
    busy = desk(chain=Chain(since=(NOW - timedelta(days=3)).date()))
    busy.trade.advance(NOW)
    for resource in (
        "Sale",
        "Shop",
        "Register",
        "Employee",
        "EmployeeHours",
        "Item",
        "Customer",
        "SaleVoid",
        "Category",
    ):
        assert all(isinstance(each, str) for each in scalars(busy.get(resource, load_relations="all", archived="true")))
    assert all(isinstance(each, str) for each in scalars(json.loads(busy.ask("/API/Session.json").content)))


def test_no_child_is_absent_one_an_object_two_a_list() -> None:
    where = desk()
    line = Basket(Decimal(5))
    for lines in ([], [line], [line, line]):
        where.trade.counter.ring(lines, [], at=NOW, is_completed=False)
    none, one, two = where.get("Sale", load_relations='["SaleLines"]')["Sale"]
    assert "SaleLines" not in none
    assert one["SaleLines"]["SaleLine"]["unitPrice"] == "5"
    assert len(two["SaleLines"]["SaleLine"]) == 2
    assert isinstance(where.get("Sale", saleID="2")["Sale"], dict)
    assert where.get("Sale", saleID="99") == {"@attributes": {"next": "", "previous": ""}}
    assert where.get("Employee", load_relations='["Contact"]')["Employee"][0]["Contact"]["Addresses"] == ""


@pytest.mark.parametrize("sort", ["saleID", "-saleID", "timeStamp", "-timeStamp", "completeTime"])
@pytest.mark.parametrize("step", [timedelta(seconds=1), timedelta(0)])
def test_pages_bring_each_sale_once_in_order(sort: str, step: timedelta) -> None:
    where = desk()
    ring(where, 205, step=step)
    pages = list(where.walk("Sale", sort=sort))
    assert [len(page) for page in pages] == [100, 100, 5]
    ids = [int(sale["saleID"]) for page in pages for sale in page]
    assert ids == sorted(ids, reverse=sort.startswith("-"))
    assert len(set(ids)) == 205


def test_the_way_back_is_the_way_there() -> None:
    where = desk()
    ring(where, 25)
    first = where.get("Sale", limit="10")
    second = json.loads(where.ask(first["@attributes"]["next"].removeprefix("http://sandbox.test")).content)
    back = json.loads(where.ask(second["@attributes"]["previous"].removeprefix("http://sandbox.test")).content)
    assert back["Sale"] == first["Sale"]
    assert (first["@attributes"]["previous"], back["@attributes"]["previous"]) == ("", "")
    following = parse_qs(urlsplit(first["@attributes"]["next"]).query)
    assert (following["sort"], following["limit"], following["after"]) == (["saleID"], ["10"], ["WzEwXQ=="])


def test_a_sale_that_is_edited_on_the_way_comes_again_and_none_is_lost() -> None:
    where = desk()
    ring(where, 150)
    seen = []
    for number, page in enumerate(where.walk("Sale", sort="timeStamp")):
        seen += [sale["saleID"] for sale in page]
        if number == 0:
            where.trade.counter.touch(3, at=NOW, referenceNumber="edited")
    assert set(seen) == {str(number) for number in range(1, 151)}
    assert seen.count("3") == 2


def test_what_makes_no_sense_is_refused() -> None:
    where = desk()
    ring(where, 3)
    ring(where, 100)
    assert len(where.get("Sale", limit="500")["Sale"]) == 100
    many = json.dumps(list(range(101)))
    for query in (
        {"sort": "total"},
        {"count": "1", "limit": "5"},
        {"saleID": f"IN,{many}"},
        {"nonsense": "1"},
        {"saleID": ">,abc"},
        {"load_relations": '["Nothing"]'},
        {"load_relations": "[[["},
        {"after": "%%%"},
        {"limit": "-1"},
    ):
        assert where.status("Sale", **query) == 400, query
    assert where.get("Sale", count="1") == {"@attributes": {"count": "103"}}
    assert where.status("Nonsense") == 404
    assert where.ask("/API/V3/Account/1/Shop.json").status_code == 404


@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(0, 50), st.integers(0, 50))
def test_operators_select_as_they_say(minutes: list[int], low: int, high: int) -> None:
    where = desk()
    for minute in minutes:
        where.trade.counter.ring([Basket(Decimal(minute + 1))], at=NOW + timedelta(minutes=minute))

    def found(**query: str) -> int:
        return int(where.get("Sale", count="1", **query)["@attributes"]["count"])

    at = [(NOW + timedelta(minutes=bound)).strftime("%Y-%m-%dT%H:%M:%S") for bound in (low, high)]
    assert found(completeTime=f"><,{at[0]},{at[1]}") == sum(low <= minute <= high for minute in minutes)
    assert found(completeTime=f">,{at[0]} 00:00") == sum(minute > low for minute in minutes), "a plus that got lost"
    assert found(completeTime=f"<=,{at[0]}%2B00:00".replace("%2B", "+")) == sum(minute <= low for minute in minutes)
    assert found(saleID=f"IN,[{','.join(map(str, range(1, low + 1)))}]" if low else "0") == min(low, len(minutes))
    assert found(**{"or": f"saleID=1|saleID={len(minutes)}"}) == len({1, len(minutes)})
    assert found(ticketNumber="~,22%") == len(minutes)


def test_archived_records_are_hidden_until_they_are_asked_for() -> None:
    where = desk()
    ring(where, 2)
    where.trade.counter.ring([Basket(Decimal(1))], at=NOW, is_completed=False, is_archived=True)
    assert [
        where.get("Sale", count="1", archived=said)["@attributes"]["count"] for said in ("false", "true", "only")
    ] == [
        "2",
        "3",
        "1",
    ]
    names = [
        each["firstName"]
        for each in where.get("Employee", archived="only", sort="-employeeID").values()
        if "firstName" in each
    ]
    assert names == ["Gone"]


def test_xml_unless_json_is_asked_for() -> None:
    where = desk()
    answer = where.ask(f"{BASE}/Shop", accept="*/*")
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, [shop.findtext("shopID") for shop in root]) == ("Shops", ["1", "2"])
    assert where.ask(f"{BASE}/Shop.json", accept="*/*").headers["content-type"] == "application/json"
    assert where.ask(f"{BASE}/Shop.json", accept="application/xml").content.startswith(b"<?xml")
    refused = where.ask(f"{BASE}/Shop/99", accept="*/*")
    assert ElementTree.fromstring(refused.content).findtext("httpCode") == "404"


def test_offset_pages_of_the_older_version() -> None:
    where = desk()
    ring(where, 25)
    answer = json.loads(where.ask("/API/Account/900100/Sale.json?limit=10&offset=20&orderby=timeStamp").content)
    assert answer["@attributes"] == {"count": "25", "offset": "20", "limit": "10"}
    assert [sale["saleID"] for sale in answer["Sale"]] == ["21", "22", "23", "24", "25"]
    single = json.loads(where.ask("/API/Account/-/Item.json?itemID=2").content)
    assert single["@attributes"]["count"] == "1"
    assert single["Item"]["itemID"] == "2"


def test_a_void_does_not_move_the_change_mark_and_is_listed() -> None:
    where = desk()
    ring(where, 2)
    before = where.get("Sale/1")["Sale"]
    where.trade.counter.void(1, at=NOW)
    after = where.get("Sale/1", load_relations='["SalePayments"]')["Sale"]
    assert (after["voided"], after["archived"], after["calcPayments"]) == ("true", "true", "0")
    assert after["timeStamp"] == before["timeStamp"]
    assert after["SalePayments"]["SalePayment"]["archived"] == "true"
    listed = where.get("SaleVoid")["SaleVoid"]
    assert (listed["saleID"], listed["createTime"]) == ("1", "2026-05-02T18:00:00+00:00")


def test_clock_entries_are_edited_and_deleted_without_a_trace() -> None:
    where = desk()
    clock = where.trade.clock
    entry = clock.clock_in(1, 1, at=NOW - timedelta(hours=30))
    assert "checkOut" not in where.get("EmployeeHours")["EmployeeHours"]
    assert where.get("Employee/1")["Employee"]["clockInEmployeeHoursID"] == "1"
    clock.clock_out(1, at=NOW)
    assert where.get("Employee/1")["Employee"]["clockInEmployeeHoursID"] == "0"
    back_dated = clock.note(2, 1, NOW - timedelta(days=9), NOW - timedelta(days=9, hours=-4))
    assert back_dated["employeeHoursID"] > entry["employeeHoursID"]
    clock.edit(1, checkOut=NOW - timedelta(hours=22))
    assert set(where.get("EmployeeHours")["EmployeeHours"][0]) == {
        "employeeHoursID",
        "checkIn",
        "checkOut",
        "employeeID",
        "shopID",
    }
    gone = json.loads(where.ask(f"{BASE}/EmployeeHours/1.json", "DELETE").content)
    assert gone == {"name": "EmployeeHours", "primaryID": "1"}
    assert where.status("EmployeeHours/1") == 404


def test_a_bucket_runs_over_leaks_and_says_so() -> None:
    where = desk(Behaviour(registers=1))
    ring(where, 1)
    relations = '["SaleLines","SalePayments"]'
    answer = where.ask(f"{BASE}/Sale.json?{urlencode({'load_relations': relations})}")
    assert answer.headers["X-LS-API-Request-Cost"] == "1.8"
    assert answer.headers["X-LS-API-Bucket-Level"] == "1.8/90"
    statuses = []
    while statuses[-1:] != [429]:
        where.now += timedelta(milliseconds=60)
        answer = where.ask(f"{BASE}/Sale.json?count=1")
        statuses.append(answer.status_code)
    assert answer.headers["X-LS-API-RateLimit-Type"] == "api-leaky-bucket"
    where.now += timedelta(seconds=int(answer.headers["Retry-After"]) - 1)
    assert where.ask(f"{BASE}/Shop.json").status_code == 429
    where.now += timedelta(seconds=1)
    assert where.ask(f"{BASE}/Shop.json").status_code == 200


def test_a_burst_is_refused_for_a_second() -> None:
    where = desk(Behaviour(registers=1))
    answers = [where.ask(f"{BASE}/Shop.json") for _ in range(21)]
    assert [each.status_code for each in answers] == [200] * 20 + [429]
    assert answers[-1].headers["X-LS-API-RateLimit-Type"] == "api-burst-limiter"
    where.now += timedelta(seconds=1)
    assert where.ask(f"{BASE}/Shop.json").status_code == 200


def test_a_scope_that_is_missing_is_named() -> None:
    where = desk(scopes=("employee:register_read",))
    assert where.status("Sale") == 200
    answer = where.ask(f"{BASE}/SaleVoid.json")
    assert answer.status_code == 403
    assert b"employee:admin_void_sale" in answer.content


def test_what_clients_write_is_there_afterwards() -> None:
    where = desk()
    line = {"itemID": "1", "unitQuantity": "2"}
    body = {"registerID": "1", "employeeID": "1", "SaleLines": {"SaleLine": [line]}, "completed": "true"}
    assert where.ask(f"{BASE}/Sale.json", "POST", json.dumps(body).encode()).status_code == 422, "not paid"
    body["SalePayments"] = {"SalePayment": {"amount": "29.66", "paymentTypeID": "1"}}
    made = json.loads(where.ask(f"{BASE}/Sale.json", "POST", json.dumps(body).encode()).content)["Sale"]
    assert (made["completed"], made["calcTotal"]) == ("true", "29.66")
    assert made["SalePayments"]["SalePayment"]["PaymentType"]["name"] == "Cash"
    how = b'{"SalePayments": {"SalePayment": {"paymentTypeID": 1}}}'
    back = json.loads(where.ask(f"{BASE}/Sale/{made['ticketNumber']}/refund.json", "POST", how).content)["Sale"]
    assert back["calcTotal"] == "-29.66"
    changed = where.ask(f"{BASE}/Customer/1.json", "PUT", b'{"firstName": "Bob"}')
    assert json.loads(changed.content)["Customer"]["firstName"] == "Bob"
    assert json.loads(where.ask(f"{BASE}/Customer/1.json", "DELETE").content)["Customer"]["archived"] == "true"
    blank = where.ask(f"{BASE}/Category.json", "POST", b'{"name": " "}')
    assert json.loads(blank.content)["message"] == "name cannot be blank."
    assert where.ask(f"{BASE}/Item.json", "POST", b"{}").status_code == 400
    assert where.ask(f"{BASE}/Item.json", "POST", b"{").status_code == 400


def test_one_seed_gives_one_year() -> None:
    chain = Chain(since=(NOW - timedelta(days=5)).date())
    first, second = trade(chain), trade(chain)
    first.advance(NOW)
    for hour in range(24 * 6):
        second.advance(NOW - timedelta(days=6) + timedelta(hours=hour + 1))
    assert list(first.books.all("Sale")) == list(second.books.all("Sale"))
    assert list(first.books.all("EmployeeHours")) == list(second.books.all("EmployeeHours"))
