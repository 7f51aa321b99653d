"""A client as an outside developer writes it from the vendor's pages, against the simulator over real HTTP.

It shares nothing with our own client but the sheet: what one of them misreads, the other may not.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from xml.etree import ElementTree

import httpx
import pytest

from comptoir.connectors.lightspeed_r.simulator import Behaviour, Chain, OAuthClient, RSeriesSimulator, trade
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import serve
from tests.connectors.lightspeed_r.furnished import furnish
from tests.connectors.lightspeed_r.public_client import BACK, PublicClient, records, within
from tests.connectors.lightspeed_r.sheet import FIELDS, RELATIONS, REPORTS, SORTS

WIDE: Final = Behaviour(size=Decimal(10**6), drip=Decimal(10**3), most_in_a_second=10**6)
"""A bucket that a walk over everything does not fill."""


@contextmanager
def outside(
    behaviour: Behaviour = WIDE, prepare: Callable[[RSeriesSimulator], None] | None = None
) -> Iterator[PublicClient]:
    """A client of a chain that has traded for some days, and knows its address alone."""
    now = datetime.now(UTC).replace(microsecond=500_000)  # what a shop writes down is not shown so finely
    made = trade(Chain(sales_a_day=30, since=(now - timedelta(days=4)).date()), behaviour)
    made.advance(now)
    furnish(made, now)
    client = OAuthClient("outside", Secret("secret"), BACK)
    simulator = RSeriesSimulator([made.books], client=client, behaviour=behaviour)
    if prepare is not None:
        prepare(simulator)
    with serve(simulator) as hosted, httpx.Client(timeout=30) as http:
        yield PublicClient(hosted.url, http)


@pytest.fixture(scope="module")
def client() -> Iterator[PublicClient]:
    with outside() as opened:
        opened.sign_in("employee:all")
        headers = {"authorization": f"Bearer {opened.tokens['access_token']}"}
        for deed in ("close", "open"):
            url = f"{opened.url}/API/V3/Account/900100/Register/1/{deed}.json"
            answer = opened.http.post(url, content=b'{"closeEmployeeID": 1, "amount": 50}', headers=headers)
            assert answer.status_code == 200, answer.text
        yield opened


@pytest.fixture(scope="module")
def account(client: PublicClient) -> str:
    return str(client.get("Account")["Account"]["accountID"])


def test_an_account_is_read_from_the_token_the_list_and_the_session(client: PublicClient, account: str) -> None:
    middle = client.tokens["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    assert (claims["acct"], claims["aud"], claims["scope"]) == (account, "outside", "employee:all")
    assert client.ask(f"{client.url}/auth/oauth/introspect").json() == claims
    session = client.get("Session")
    assert session == client.ask(f"{client.url}/API/Session.json").json()
    assert session["systemCustomerID"] == account
    assert {"firstName", "lastName", "isCheckedIn", "hasPin"} <= session["Employee"].keys()
    about = client.get(f"Account/{account}")
    assert about["defaultCurrency"]["code"] == "USD"
    assert about["@attributes"]["systemCustomerID"] == account


@pytest.mark.parametrize("resource", FIELDS)
def test_each_resource_is_walked_counted_sorted_and_read_one_by_one(
    client: PublicClient, account: str, resource: str
) -> None:
    path, (key, *_others) = f"Account/{account}/{resource}", SORTS[resource]
    more = {"archived": "true", **({"giftCard": "true"} if resource == "CreditAccount" else {})}
    found = client.every(path, **more, limit="37")
    assert found, f"no {resource}"
    ids = [int(each[key]) for each in found]
    assert ids == sorted(set(ids))
    assert len(ids) == int(client.get(path, **more, count="1")["@attributes"]["count"])
    for each in found:
        assert set(FIELDS[resource].split()) - each.keys() == set()
    one = client.get(f"{path}/{ids[0]}")
    assert (one["@attributes"], one[resource][key]) == ({"count": "1"}, str(ids[0]))
    for sort in SORTS[resource]:
        for sign in ("", "-"):
            again = client.every(path, **more, sort=f"{sign}{sort}")
            assert sorted(int(each[key]) for each in again) == ids, sort


def test_pages_in_the_order_of_an_instant_bring_what_happened_within_one_second_once(
    client: PublicClient, account: str
) -> None:
    """A cursor tells whole seconds, so that is how finely records stand in order."""
    since = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    for sort in ("timeStamp", "-timeStamp"):
        found = client.every(
            f"Account/{account}/SaleLine", sort=sort, limit="1", timeStamp=f">,{since}", archived="true"
        )
        ids = [each["saleLineID"] for each in found]
        assert len(ids) > 1
        assert len(ids) == len(set(ids)), sort


@pytest.mark.parametrize("resource", FIELDS)
def test_the_older_version_and_xml_bring_the_same(client: PublicClient, account: str, resource: str) -> None:
    key = SORTS[resource][0]
    path = f"{client.url}/API/V3/Account/{account}/{resource}"
    newer = [each[key] for each in client.every(f"Account/{account}/{resource}", archived="true")]
    assert [each[key] for each in client.every_of_v2(resource, account, limit=23)] == newer
    headers = {"authorization": f"Bearer {client.tokens['access_token']}"}
    answer = client.http.get(path, params={"archived": "true"}, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=UTF-8")
    root = ElementTree.fromstring(answer.content)
    assert [each.findtext(key) for each in root] == newer[:100]
    assert set(root.attrib) == {"next", "previous"}
    by_suffix = client.http.get(f"{path}.json", headers=headers)
    assert by_suffix.headers["content-type"] == "application/json"
    assert client.http.get(f"{path}.json", headers={**headers, "accept": "application/xml"}).content[:5] == b"<?xml"


@pytest.mark.parametrize(
    ("resource", "relation"), [(resource, each) for resource, named in RELATIONS.items() for each in named]
)
def test_each_relation_is_loaded_alone(client: PublicClient, account: str, resource: str, relation: str) -> None:
    path, asked = f"Account/{account}/{resource}", json.dumps([relation])
    found = client.every(path, load_relations=asked)
    brought = [each for record in found for each in within(record, relation.split("."))]
    assert brought
    key = SORTS[resource][0]
    one = next(each for each in found if next(within(each, relation.split(".")), None))
    assert client.get(f"{path}/{one[key]}", load_relations=asked)[resource] == one


@pytest.mark.parametrize("resource", RELATIONS)
def test_all_relations_are_loaded_at_once(client: PublicClient, account: str, resource: str) -> None:
    path = f"Account/{account}/{resource}"
    named = client.every(path, load_relations=json.dumps(RELATIONS[resource]))
    at_once = client.every(path, load_relations="all")
    assert [each.keys() - {"TaxClassTotals"} for each in at_once] == [each.keys() for each in named]


@pytest.mark.parametrize("report", REPORTS)
def test_reports_agree_with_the_sales(client: PublicClient, account: str, report: str) -> None:
    dates = {"startDate": "2020-01-01", "endDate": "2099-12-31"}
    key, fields = REPORTS[report]
    rows = client.every(f"Account/{account}/Reports/Accounting/{report}", **dates)
    assert key in client.get(f"Account/{account}/Reports/Accounting/{report}", **dates)
    assert {frozenset(each) for each in rows} == {frozenset(fields.split())}
    sales = client.every(f"Account/{account}/Sale", completed="true", voided="false")
    money = {"SalesDay": "subtotal", "Payments": "amount", "Taxes": "tax", "Discounts": "discount"}[key]
    total = {"SalesDay": "calcSubtotal", "Payments": "calcPayments", "Taxes": "taxTotal", "Discounts": "calcDiscount"}
    assert sum(Decimal(each[money]) for each in rows) == sum(Decimal(each[total[key]]) for each in sales)


def test_sales_are_what_their_lines_and_payments_say(client: PublicClient, account: str) -> None:
    """Section 10, reckoned anew from what is told."""
    asked = json.dumps(["SaleLines", "SalePayments"])
    for sale in client.every(f"Account/{account}/Sale", load_relations=asked, archived="true"):
        lines = list(within(sale, ["SaleLines"]))
        total = Decimal(0)
        for line in lines:
            discounts = Decimal(line["calcLineDiscount"]) + Decimal(line["calcTransactionDiscount"])
            net = Decimal(line["calcSubtotal"]) - discounts
            assert Decimal(line["calcSubtotal"]) == Decimal(line["unitQuantity"]) * Decimal(line["unitPrice"])
            assert Decimal(line["calcTax1"]) == net * Decimal(line["tax1Rate"])
            total += net
        assert Decimal(sale["calcSubtotal"]) - Decimal(sale["calcDiscount"]) == total
        assert Decimal(sale["total"]) == total + Decimal(sale["calcTax1"]) + Decimal(sale["calcTax2"])
        paid = [Decimal(each["amount"]) for each in within(sale, ["SalePayments"]) if each["archived"] == "false"]
        assert Decimal(sale["calcPayments"]) == sum(paid)
        if sale["completed"] == "true":
            assert Decimal(sale["balance"]) == 0
            assert "completeTime" in sale


def test_registers_tell_what_is_in_them(client: PublicClient, account: str) -> None:
    register = client.get(f"Account/{account}/Register")["Register"][0]["registerID"]
    sums = client.ask(f"{client.url}/API/V3/Account/{account}/Register/{register}/calculated.json").json()
    assert {frozenset(each) for each in sums["CalculatedAmount"]} == {
        frozenset({"add", "withdraw", "payment", "paymentTypeID"})
    }


def test_tokens_renew_each_other_in_each_form_and_a_lost_answer_can_be_asked_for_again() -> None:
    with outside() as client:
        back = client.sign_in("employee:register_read employee:reports")
        again = client.token_answer(grant_type="authorization_code", code=back["code"][0])
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant"), "a code is good once"
        first = client.tokens
        lost = client.token("form", grant_type="refresh_token", refresh_token=first["refresh_token"])
        client.tokens = client.token("parts", grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert client.tokens["refresh_token"] not in (first["refresh_token"], lost["refresh_token"])
        assert client.get("Account/-/Sale", limit="1")
        dead = client.token_answer(grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert (dead.status_code, dead.json()["error"]) == (400, "invalid_grant")
        wrong = client.token_answer(client_secret="wrong", grant_type="refresh_token", refresh_token="x")
        assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
        said = {"client_id": "outside", "client_secret": "secret", "refresh_token": client.tokens["refresh_token"]}
        assert client.http.post(f"{client.url}/auth/oauth/revoke", json=said).status_code == 200
        headers = {"authorization": f"Bearer {client.tokens['access_token']}"}
        assert client.http.get(f"{client.url}/API/V3/Account.json", headers=headers).status_code == 401


def test_a_denied_consent_brings_no_code() -> None:
    with outside() as client:
        assert client.sign_in("employee:register_read", decision="deny")["error"] == ["access_denied"]


def test_a_walk_outlives_its_access_token() -> None:
    simulators: list[RSeriesSimulator] = []
    with outside(prepare=simulators.append) as client:
        client.sign_in("employee:all")
        page = client.get("Account/-/Sale", limit="50")
        simulators[0].tokens.expire_all()
        before = client.tokens["access_token"]
        following = client.get(page["@attributes"]["next"])
        assert client.tokens["access_token"] != before
        assert not {each["saleID"] for each in records(page)} & {each["saleID"] for each in records(following)}


def test_a_full_bucket_is_waited_for_as_long_as_it_says() -> None:
    with outside(Behaviour(size=Decimal(10), drip=Decimal(20), most_in_a_second=100)) as client:
        client.sign_in("employee:all")
        for _ in range(3):
            assert client.get("Account/-/Sale", count="1")
        assert client.waited == 1


def test_what_a_client_sends_is_taken_as_the_pages_show_it(client: PublicClient, account: str) -> None:
    """A sale is opened, gets a line, is paid with too much cash, and brought back in part."""
    headers = {"authorization": f"Bearer {client.tokens['access_token']}", "accept": "application/json"}

    def send(method: str, path: str, body: Any) -> dict[str, Any]:
        url = f"{client.url}/API/V3/Account/{account}/{path}.json"
        answer = client.http.request(method, url, content=json.dumps(body).encode(), headers=headers)
        assert answer.status_code == 200, answer.text
        [record] = [value for key, value in answer.json().items() if key != "@attributes"]
        return dict(record)

    sale = send("POST", "Sale", {"employeeID": 1, "registerID": 1, "SaleLines": [{"SaleLine": {"itemID": "2"}}]})
    send("POST", f"Sale/{sale['saleID']}/SaleLine", {"itemCode": "210000000005", "unitQuantity": 10})
    paid = {"SalePayments": {"SalePayment": {"paymentTypeID": 1, "amount": 60}}, "completed": "true"}
    done = send("PUT", f"Sale/{sale['saleID']}", paid)
    assert (done["completed"], done["calcSubtotal"], done["calcTotal"], done["change"]) == (
        "true",
        "36",
        "41.39",
        "18.61",
    )
    cards = next(each for each in within(done, ["SaleLines"]) if each["itemID"] == "5")
    line = {"parentSaleLineID": cards["saleLineID"], "unitQuantity": -3}
    how = {"SaleLines": {"SaleLine": line}, "SalePayments": {"SalePayment": {"paymentTypeID": 1}}}
    back = send("POST", f"Sale/{done['ticketNumber']}/refund", {"employeeID": 1, "registerID": 1, "shopID": 1, **how})
    assert (back["calcSubtotal"], back["completed"], back["balance"]) == ("-3.6", "true", "0")
    customer = send("POST", "Customer", {"firstName": "Erin", "Contact": {"noEmail": False}})
    assert send("PUT", f"Customer/{customer['customerID']}", {"company": "Books"})["firstName"] == "Erin"
    assert send("DELETE", f"Customer/{customer['customerID']}", {})["archived"] == "true"
    kind = send("POST", "PaymentType", {"name": "Vouchers", "type": "user defined"})
    assert send("DELETE", f"PaymentType/{kind['paymentTypeID']}", {})["archived"] == "true"
    assert send("POST", "Item", {"description": "Globe", "upc": "012345678905"})["systemSku"].startswith("21")
