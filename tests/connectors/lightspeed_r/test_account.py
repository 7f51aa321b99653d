"""What an account is asked, over HTTP (lightspeed-r-series.md 4, 5, 9, 14)."""

import json
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from comptoir.connectors.lightspeed_r.connector import CONNECTOR
from comptoir.kernel.errors import ComptoirError, VendorRefused, VendorUnreadable
from comptoir.pos.capabilities import ReadsPaymentMethods, ReadsShifts, ReadsStaff
from comptoir.pos.connector import Connector, Notification
from comptoir.pos.model import Location
from tests.answering import Asked, Told
from tests.connectors.lightspeed_r.rseries import ACCOUNT, NOW, Token, opened, page, sale, standing

START, END = NOW - timedelta(hours=8), NOW
SHOP = Location(external_id="900100:1", name="Rue Alice", business_name="", currency="CAD", timezone="US/Eastern")
SALES = f"/Account/{ACCOUNT}/Sale.json"
NEXT = (
    "https://us.merchantos.example/API/V3/Account/900100/Sale.json?sort=completeTime"
    "&load_relations=%5B%22SaleLines%22%5D&completeTime=%3E%3C%2Ca%2Cb&limit=100&after=WyIyMDI2Iiw3MTFd"
)


def answers(*pages: bytes) -> Any:
    left = list(pages)
    return lambda asked: standing(asked) or Told(200, left.pop(0))


def test_it_is_a_connector_with_what_it_says_it_can_do() -> None:
    assert isinstance(CONNECTOR, Connector)
    with opened() as (account, _):
        for protocol in (ReadsStaff, ReadsShifts, ReadsPaymentMethods):
            assert isinstance(account, protocol)
    assert CONNECTOR.manifest.day_start == time(0)


def test_shops_are_places_with_the_account_s_currency_and_their_own_zone() -> None:
    with opened() as (account, server):
        server.will_ask(lambda asked: standing(asked) or Told(404))
        first, second = account.locations()

    assert (first.external_id, first.name, first.business_name) == ("900100:1", "Rue Alice", "Foulards Alice")
    assert (first.currency, first.timezone, first.country) == ("CAD", "US/Eastern", "")
    assert second.country == "CA"
    assert (first.address, second.address) == ("", "12 Bob Street, H2X 1Y4, Montréal")


def test_a_zone_that_is_none_names_its_shop() -> None:
    shop = {"shopID": "1", "name": "x", "timeZone": "Mars/Olympus", "archived": "false"}

    def answer(asked: Asked) -> Told:
        found = json.dumps({"Shop": shop}).encode() if asked.path.endswith("/Shop.json") else b"{}"
        return Told(200, found) if asked.path.endswith("/Shop.json") else standing(asked) or Told(404)

    with opened() as (account, server):
        server.will_ask(answer)
        with pytest.raises(VendorUnreadable) as refused:
            account.locations()
    assert refused.value.path == "$.Shop[0].timeZone"


def test_pages_are_followed_but_never_to_another_host() -> None:
    with opened() as (account, server):
        server.will_ask(answers(page(sale(), following=NEXT), page(sale(saleID="712"))))
        pages = list(account.sales(SHOP, START, END, cursor="", now=NOW))
        first, second = [asked for asked in server.asked if asked.path == SALES]

    assert [[each.sale.external_id for each in found.observed] for found in pages] == [["711"], ["712"]]
    assert first.query["shopID"] == "1"
    assert first.query["completeTime"] == "><,2026-05-02T12:00:00+00:00,2026-05-02T20:00:00+00:00"
    assert (first.query["archived"], first.query["sort"], first.query["limit"]) == ("true", "completeTime", "100")
    assert second.query["after"] == "WyIyMDI2Iiw3MTFd"
    assert {**second.query, "after": ""} == {**first.query, "after": ""}
    assert pages[0].next_cursor == "WyIyMDI2Iiw3MTFd"
    assert pages[1].next_cursor == ""


def test_a_cursor_goes_on_where_it_stopped() -> None:
    with opened() as (account, server):
        server.will_ask(answers(page(sale(), following=NEXT), page(sale(saleID="712"))))
        cursor = next(account.sales(SHOP, START, END, cursor="", now=NOW)).next_cursor
        [rest] = account.sales(SHOP, START, END, cursor=cursor, now=NOW)

    assert [each.sale.external_id for each in rest.observed] == ["712"]


def test_a_page_that_names_itself_stops_the_walk() -> None:
    with opened() as (account, server):
        server.will_ask(answers(*[page(sale(), following=NEXT)] * 5))
        with pytest.raises(VendorUnreadable):
            list(account.sales(SHOP, START, END, cursor="", now=NOW))


def test_a_next_page_without_a_place_is_refused_instead_of_read_again() -> None:
    with opened() as (account, server):
        server.will_ask(
            answers(page(sale(), following="https://us.merchantos.example/API/V3/Account/900100/Sale.json"))
        )
        with pytest.raises(VendorUnreadable):
            list(account.sales(SHOP, START, END, cursor="", now=NOW))


def test_the_end_of_a_window_belongs_to_the_next_one() -> None:
    inside, at_the_end = sale(completeTime="2026-05-02T12:00:00+00:00"), sale(completeTime="2026-05-02T20:00:00+00:00")
    with opened() as (account, server):
        server.will_ask(answers(page(inside, at_the_end)))
        [read] = account.sales(SHOP, START, END, cursor="", now=NOW)

    assert [each.sale.closed_at for each in read.observed] == [datetime(2026, 5, 2, 12, tzinfo=UTC)]


def test_a_token_that_expires_on_the_way_is_renewed_once_and_the_page_read_again() -> None:
    token = Token()

    def answer(asked: Asked) -> Told:
        if asked.headers["authorization"] == "Bearer token-0":
            return Told(401, b'{"error":"access_denied","hint":"Access token could not be verified"}')
        return standing(asked) or Told(200, page(sale()))

    with opened(token) as (account, server):
        server.will_ask(answer)
        [read] = account.sales(SHOP, START, END, cursor="", now=NOW)

    assert len(read.observed) == 1
    assert token.renewals == 1


def test_a_second_refusal_stops() -> None:
    with opened() as (account, server):
        server.will(Told(401, b"{}"))
        with pytest.raises(VendorRefused):
            account.locations()


def test_times_at_work_come_oldest_first_and_may_be_open() -> None:
    hours = {
        "EmployeeHours": [
            {
                "employeeHoursID": "301",
                "checkIn": "2026-05-02T13:02:10+00:00",
                "checkOut": "2026-05-02T19:00:45+00:00",
                "employeeID": "4",
                "shopID": "1",
            },
            {"employeeHoursID": "302", "checkIn": "2026-05-02T17:31:00+00:00", "employeeID": "7", "shopID": "1"},
            {
                "employeeHoursID": "309",
                "checkIn": "2026-05-02T12:31:00+00:00",
                "checkOut": "",
                "employeeID": "7",
                "shopID": "1",
            },
        ]
    }
    with opened() as (account, server):
        server.will_ask(answers(json.dumps(hours).encode()))
        shifts = list(account.shifts(SHOP, START, END))
        [asked] = [each for each in server.asked if each.path.endswith("/EmployeeHours.json")]

    assert [each.id for each in shifts] == ["309", "301", "302"], "a back-dated entry has a high id"
    assert [each.worked for each in shifts] == [None, timedelta(hours=5, minutes=58, seconds=35), None]
    assert asked.query["sort"] == "employeeHoursID"


def test_people_who_left_are_known_and_others_shops_people_are_not_listed() -> None:
    with opened() as (account, server):
        server.will_ask(lambda asked: standing(asked) or Told(404))
        [alice] = account.staff(SHOP)

    assert (alice.id, alice.name, alice.active) == ("4", "Alice Made-Up", True)


def test_nothing_that_is_posted_is_r_series_own() -> None:
    with pytest.raises(VendorUnreadable):
        CONNECTOR.read(Notification(b"{}", NOW))


def test_without_a_client_it_says_what_to_set() -> None:
    with pytest.raises(ComptoirError, match="LIGHTSPEED_R_CLIENT_ID"):
        CONNECTOR.endpoints({})
    found = CONNECTOR.endpoints({"LIGHTSPEED_R_CLIENT_ID": "a", "LIGHTSPEED_R_CLIENT_SECRET": "b"})
    assert found.token_url == "https://cloud.lightspeedapp.com/auth/oauth/token"
