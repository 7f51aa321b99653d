"""What makes no sense is refused in the vendor's envelope, whatever it is; nothing makes the simulator stumble."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour
from comptoir.connectors.lightspeed_r.simulator.resources import ENTITIES
from tests.connectors.lightspeed_r.desk import ACCOUNT, NOW, Desk, desk

LIMITS: Final = ("X-LS-API-Bucket-Level", "X-LS-API-Burst-Level", "X-LS-API-Drip-Rate", "X-LS-API-Request-Cost")


@pytest.mark.parametrize(
    ("resource", "method", "body", "status"),
    [
        ("Sale", "POST", '{"registerID": 77}', 400),
        ("Sale", "POST", '{"registerID": "one"}', 400),
        ("Sale", "POST", '{"completeTime": "tomorrow", "completed": true}', 400),
        ("Sale", "POST", '{"SaleLines": "two"}', 400),
        ("Sale", "POST", '{"SaleLines": {"SaleLine": {"itemID": 77}}}', 404),
        ("Sale", "POST", '{"SaleLines": {"SaleLine": {"unitQuantity": "1.5"}}}', 400),
        ("Sale", "POST", '{"SaleLines": {"SaleLine": {"unitPrice": "NaN"}}}', 400),
        ("Sale", "POST", '{"SaleLines": {"SaleLine": {"unitPrice": "1e99999"}}}', 400),
        ("Sale", "PUT", "{}", 405),
        ("Sale/1", "POST", "{}", 405),
        ("Sale/77", "PUT", "{}", 404),
        ("Sale/77/refund", "POST", "{}", 404),
        ("Sale/1/Nonsense", "GET", "", 404),
        ("Sale/1/Customer", "GET", "", 404),
        ("Sale/1/nonsense", "POST", "{}", 405),
        ("SaleVoid", "POST", "{}", 405),
        ("SalePayment/1", "DELETE", "", 405),
        ("Register", "POST", "{}", 405),
        ("Item", "POST", "[]", 400),
        ("Item", "POST", "{", 400),
        ("Nonsense", "GET", "", 404),
        ("Item/calculated", "GET", "", 404),
        ("Sale/999999999999999999999", "GET", "", 404),
        ("EmployeeHours/1", "PUT", '{"checkIn": "then"}', 404),
    ],
)
def test_errors_have_the_envelope_and_the_headers_of_every_answer(
    resource: str, method: str, body: str, status: int
) -> None:
    where = desk(Behaviour(registers=1))
    where.trade.counter.ring([Basket(Decimal(5))], at=NOW)
    answer = where.ask(f"{ACCOUNT}/{resource}.json", method, body.encode())
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"httpCode", "httpMessage", "message", "errorClass"}
    assert answer.json()["httpCode"] == str(status)
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"
    for name in (*LIMITS, "X-LS-Acct-Id", "X-LS-OAuth-Client-Id", "Cf-Ray"):
        assert answer.headers[name], name


def test_errors_are_xml_where_xml_is_asked_for() -> None:
    answer = desk().ask(f"{ACCOUNT}/Sale/9", accept="*/*")
    assert ElementTree.fromstring(answer.content).findtext("message") == (
        "Object of type 'Sale' not found with primary ID '9'."
    )


@pytest.mark.parametrize("account", ["", "Alice", "1", "900100 ", "-1", "9" * 40])
def test_a_consent_for_no_account_of_ours_is_refused_and_a_denial_leads_back(account: str) -> None:
    where = desk()
    asked = {"response_type": "code", "client_id": "client", "scope": "employee:all", "state": "x"}
    form = {**asked, "account_id": account, "decision": "allow"}
    answer = where.ask("/auth/oauth/authorize", "POST", urlencode(form).encode())
    if not account:
        assert answer.status_code == 302
        return
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    denied = where.ask("/auth/oauth/authorize", "POST", urlencode({**form, "decision": "deny"}).encode())
    assert (denied.status_code, "error=access_denied" in denied.headers["location"]) == (302, True)


def test_a_key_that_is_given_twice_filters_twice_and_stays_in_the_links() -> None:
    where = desk()
    for minutes in range(10):
        where.trade.counter.ring([Basket(Decimal(5))], at=NOW - timedelta(minutes=minutes))
    from_, until = (f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S}" for minutes in (6, 3))
    both = (("timeStamp", f">=,{from_}"), ("timeStamp", f"<=,{until}"))
    assert where.count("Sale", *both) == where.count("Sale", *reversed(both)) == 4
    assert where.count("Sale", ("or", "saleID=1|saleID=2"), ("or", "saleID=2|saleID=3")) == 1
    page = where.get("Sale", *both, limit="3")
    following = page["@attributes"]["next"]
    assert [following.count(quote(value, safe="")) for _name, value in both] == [1, 1]
    second = where.ask(following.removeprefix("http://sandbox.test")).json()
    assert second["Sale"]["saleID"] not in [each["saleID"] for each in page["Sale"]]
    assert second["@attributes"]["next"] == ""


@pytest.mark.parametrize(
    ("resource", "field"),
    [("Item", "_noteID"), ("EmployeeRole", "_x"), ("Customer", "Tags"), ("Item", "Prices"), ("Item", "completeTime")],
)
def test_what_is_not_told_is_not_filtered_by(resource: str, field: str) -> None:
    assert desk().status(resource, **{field: "1"}) == 400


def test_payments_are_filtered_and_sorted_by_a_mark_that_they_do_not_tell() -> None:
    where = desk()
    for minutes in (5, 0):
        where.trade.counter.ring([Basket(Decimal(5))], at=NOW - timedelta(minutes=minutes))
    since = f"{NOW - timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}"
    assert where.get("SalePayment", timeStamp=f">=,{since}")["SalePayment"]["salePaymentID"] == "2"
    where.now += timedelta(minutes=30)
    where.trade.counter.void(1, at=where.now)
    [latest, _other] = where.get("SalePayment", sort="-timeStamp", archived="true")["SalePayment"]
    assert (latest["salePaymentID"], latest["archived"], "timeStamp" in latest) == ("1", "true", False)


def test_a_relation_is_searched_only_where_it_is_loaded() -> None:
    where = desk()
    where.trade.counter.ring([Basket(Decimal(5), item_id=2)], at=NOW)
    loaded = json.dumps(["SaleLines"])
    assert where.count("Sale", ("SaleLines.itemID", "2"), load_relations=loaded) == 1
    assert where.count("Sale", ("SaleLines.itemID", "3"), load_relations=loaded) == 0
    assert where.status("Sale", **{"SaleLines.itemID": "2"}) == 400


def test_either_spelling_of_the_update_time_is_filtered_by() -> None:
    where = desk(Behaviour(registers=None, update_time_key="updateTime"))
    where.trade.counter.ring([Basket(Decimal(5))], at=NOW)
    assert where.get("Sale")["Sale"]["updateTime"] == "2026-05-02T18:00:00+00:00"
    for name in ("updatetime", "updateTime"):
        assert where.count("Sale", **{name: ">=,2026-05-02T18:00:00"}) == 1
        assert where.count("Sale", **{name: ">,2026-05-02T18:00:00"}) == 0


@pytest.mark.parametrize(("archives", "hidden"), [(True, 1), (False, 0)])
def test_a_void_archives_its_sale_or_not(archives: bool, hidden: int) -> None:
    where = desk(Behaviour(registers=None, void_archives=archives))
    where.trade.counter.ring([Basket(Decimal(5))], at=NOW)
    where.trade.counter.void(1, at=NOW)
    assert where.count("Sale") == 1 - hidden
    sale = where.get("Sale/1")["Sale"]
    assert (sale["voided"], sale["archived"]) == ("true", str(archives).lower())


def test_a_gift_card_is_looked_up_once_a_second() -> None:
    where = desk(Behaviour(registers=1))
    where.trade.counter.load_gift_card(Decimal(100), at=NOW)
    path = f"{ACCOUNT}/CreditAccount.json?giftCard=true&code=98765432"
    answers = [where.ask(path) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[1].headers["Retry-After"] == "1"
    where.now += timedelta(seconds=1)
    assert where.ask(path).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "resource", "method", "status"),
    [
        ("register_read", "Sale", "GET", 200),
        ("register_read", "Sale", "POST", 403),
        ("register", "Sale", "POST", 200),
        ("customers_read", "Customer/1", "PUT", 403),
        ("customers", "Customer/1", "PUT", 200),
        ("reports", "Shop", "GET", 200),
        ("reports", "Shop", "POST", 403),
        ("inventory_read", "EmployeeHours", "GET", 403),
        ("all", "EmployeeHours", "GET", 200),
    ],
)
def test_reading_scopes_only_read(scopes: str, resource: str, method: str, status: int) -> None:
    where = desk(scopes=tuple(f"employee:{each}" for each in scopes.split()))
    answer = where.ask(f"{ACCOUNT}/{resource}.json", method, b"{}" if method != "GET" else b"")
    assert answer.status_code == status


def test_a_right_that_is_taken_away_narrows_the_token_and_a_lock_ends_it() -> None:
    where = desk(scopes=("employee:admin_void_sale", "employee:register"))
    books = where.trade.books
    assert where.status("SaleVoid") == 200
    [right] = [row for row in books.all("EmployeeRight") if row["name"] == "admin_void_sale"]
    books.remove("EmployeeRight", int(right["employeeRightID"]))
    assert (where.status("SaleVoid"), where.status("Sale")) == (403, 200)
    books.update("Employee", 1, lockOut=True)
    assert where.status("Sale") == 401


scalar = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float),
    st.sampled_from(["", "1", "-1", "true", "NaN", "Infinity", "2026-05-02", "2026-05-02T18:00:00Z", "x", "1e9", "0"]),
    st.text(max_size=5),
)
KEYS: Final = ("SaleLine", "SalePayment", "note", "Note", "ItemPrice", "amount")
CONTROLS: Final = ("limit", "sort", "after", "before", "count", "offset", "or", "archived", "load_relations")
SAID: Final = (
    *(">,1", "IN,[1,2]", "><,1", "~,%", "WzFd", "W10=", "e30=", "true", "1", ">,2026-01-01", "0001-01-01", "name"),
    *("[]", "-1", '["SaleLines"]', "itemID=1|upc=~,2", "only"),
)
value = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["SaleLine", "SalePayment", "note", "Note", "ItemPrice", "amount"]), inner, max_size=3
        ),
    ),
    max_leaves=6,
)
WORDS: Final = sorted(
    {
        *("completed", "completeTime", "registerID", "employeeID", "customerID", "shopID", "SaleLines", "SalePayments"),
        *("SaleNotes", "unitQuantity", "unitPrice", "itemID", "itemCode", "discountID", "discountPercent", "tax"),
        *("paymentTypeID", "amount", "tipAmount", "creditAccountID", "parentSaleLineID", "isLayaway", "name", "Note"),
        *("description", "Contact", "Prices", "checkIn", "checkOut", "dob", "archived", "notes", "timeStamp", "saleID"),
        *("RegisterCountAmounts", "firstName", "saleLineID", "open", "openTime", "taxCategoryID", "code"),
    }
)
bodies = st.dictionaries(st.sampled_from(WORDS), value, max_size=5)
paths = st.builds(
    lambda name, number, action: f"{name}{number}{action if number else ''}",
    st.sampled_from(sorted(ENTITIES)),
    st.sampled_from(["", "/1", "/2", "/0"]),
    st.sampled_from(["", "", "/refund", "/open", "/close", "/SaleLine", "/SaleLine/1", "/Anonymize"]),
)


@pytest.fixture(scope="module")
def busy() -> Desk:
    where = desk()
    where.trade.counter.ring([Basket(Decimal(5), item_id=1), Basket(Decimal(1))], at=NOW)
    where.trade.counter.ring([Basket(Decimal(5), item_id=1)], [], at=NOW, is_completed=False)
    where.trade.counter.load_gift_card(Decimal(5), at=NOW)
    return where


@given(paths, st.sampled_from(["POST", "PUT", "DELETE"]), bodies)
def test_no_body_makes_it_stumble(busy: Desk, path: str, method: str, body: dict[str, Any]) -> None:
    answer = busy.send(path, body, method)
    assert answer.status_code < 500, (path, method, body)
    assert answer.json()
    for resource in ("Sale", "SaleLine", "EmployeeHours", "Item", "Customer", "Register"):
        assert busy.status(resource, load_relations="all", archived="true") == 200


@given(
    st.sampled_from(sorted(ENTITIES)),
    st.lists(
        st.tuples(
            st.sampled_from([*CONTROLS, *WORDS]),
            st.one_of(
                st.text(max_size=8),
                st.sampled_from(SAID),
            ),
        ),
        max_size=4,
    ),
)
def test_no_query_makes_it_stumble(busy: Desk, resource: str, query: list[tuple[str, str]]) -> None:
    for base in (ACCOUNT, "/API/Account/-"):
        assert busy.ask(f"{base}/{resource}.json?{urlencode(query)}").status_code < 500, query
