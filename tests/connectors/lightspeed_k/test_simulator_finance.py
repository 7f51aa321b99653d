"""Businesses and V2 sales, as sheet 7 describes them."""

import base64
import json
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from comptoir.connectors.lightspeed_k.simulator import PageEdge
from comptoir.sandbox.catalogue import CARD, CASH
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.till import Item
from comptoir.sandbox.world import RestaurantWorld
from tests.connectors.lightspeed_k.simulator_shop import (
    ALICE,
    CHEZ_CHARLIE,
    NOON,
    TERRASSE,
    ZINC,
    Caller,
    a_simulator,
    caller,
    closed_bill,
    quiet_world,
)

SALES = f"/f/v2/business-location/{ZINC}/sales"
LATER = NOON + timedelta(hours=6)


def numbers_by_page(called: Caller, **query: str) -> list[list[str]]:
    """Account numbers of each page, to the end."""
    pages, token = [], ""
    while True:
        body = called.sales(**query, **({"nextPageToken": token} if token else {}))
        pages.append([sale["accountFiscId"] for sale in body["sales"]])
        token = body.get("nextPageToken", "")
        if not token:
            return pages


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_every_sale_comes_once_whatever_the_page_size(size: int) -> None:
    world = quiet_world()
    numbers = [closed_bill(world, at=NOON + timedelta(minutes=minute)) for minute in range(7)]
    closed_bill(world, TERRASSE)
    pages = numbers_by_page(caller(a_simulator(world), now=LATER), pageSize=str(size))
    assert [number for page in pages for number in page] == numbers
    assert all(len(page) <= size for page in pages)


def test_the_cursor_is_the_closing_instant_of_the_pages_latest_sale() -> None:
    world = quiet_world()
    for minute in range(2):
        closed_bill(world, at=NOON + timedelta(minutes=minute))
    body = caller(a_simulator(world), now=LATER).sales(pageSize="1")
    assert base64.b64decode(body["nextPageToken"]).decode() == body["sales"][0]["timeClosed"]


@pytest.mark.parametrize(
    ("edge", "expected"),
    [
        (PageEdge.SKIPS, [["A40017.1", "A40017.2"], ["A40017.4"]]),
        (PageEdge.REPEATS, [["A40017.1", "A40017.2"], ["A40017.2", "A40017.3"], ["A40017.2", "A40017.3"]]),
    ],
)
def test_sales_of_one_millisecond_at_a_page_edge(edge: PageEdge, expected: list[list[str]]) -> None:
    journal = Journal(None)
    world = quiet_world(journal)
    for minute in range(4):
        closed_bill(world, at=NOON + timedelta(minutes=minute))
    twin = msgspec.structs.replace(journal.sale(ZINC, "A40017.3"), closed_at=journal.sale(ZINC, "A40017.2").closed_at)
    journal.record(twin, at=LATER)
    called = caller(a_simulator(world, page_edge=edge), now=LATER)
    pages, token = [], ""
    for _ in expected:
        body = called.sales(pageSize="2", **({"nextPageToken": token} if token else {}))
        pages.append([sale["accountFiscId"] for sale in body["sales"]])
        token = body.get("nextPageToken", "")
    assert pages == expected


def test_both_ends_are_read_on_the_closing_time_and_a_future_end_becomes_now() -> None:
    world = quiet_world()
    first, second = (closed_bill(world, at=NOON + timedelta(hours=hour)) for hour in range(2))
    called = caller(a_simulator(world), now=NOON + timedelta(minutes=30))
    assert numbers_by_page(called, to="2030-01-01T00:00:00Z") == [[first]]
    called = caller(called.simulator, now=LATER)
    assert numbers_by_page(called, from_="2026-03-07T12:00:00.001Z") == [[second]]
    assert numbers_by_page(called, from_="2026-03-07T13:00:00+01:00", to="2026-03-07T13:00:00Z") == [[first]]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "Required request parameter 'from' for method parameter type OffsetDateTime is not present"),
        ({"from": "yesterday"}, "Invalid date format: yesterday"),
        ({"from": "2026-13-01T00:00:00Z"}, "Invalid date format: 2026-13-01T00:00:00Z"),
        ({"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}, "must be before"),
        ({"from": "2024-12-31T00:00:00Z", "to": "2025-01-02T00:00:00Z"}, "2025-01-01T00:00:00.000Z"),
        ({"from": "2025-01-02T00:00:00Z"}, "365 days"),
        ({"from": "2026-03-01T00:00:00Z", "pageSize": "none"}, "pageSize"),
        ({"from": "2026-03-01T00:00:00Z", "nextPageToken": "%%%"}, "nextPageToken"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_vendors_words(query: dict[str, str], words: str) -> None:
    answer = caller(a_simulator(quiet_world()), now=LATER).get(SALES, **query)
    assert answer.status == 400
    body = json.loads(answer.body)
    assert set(body) == {"error"}
    assert words in body["error"]


def test_unknown_locations_are_404_and_other_peoples_403() -> None:
    called = caller(a_simulator(quiet_world()))
    unknown = called.get("/f/v2/business-location/1/sales", **{"from": "2026-03-01T00:00:00Z"})
    assert unknown.status == 404
    assert json.loads(unknown.body)["message"] == "Business Location Not found for 1"
    assert called.get(f"/f/v2/business-location/{ALICE}/sales", **{"from": "2026-03-01T00:00:00Z"}).status == 403


def test_include_decides_what_is_told() -> None:
    world = quiet_world()
    closed_bill(world)
    called = caller(a_simulator(world), now=LATER)
    bare = called.sales()["sales"][0]
    full = called.sales(include="payments, table,staff,account_profile,revenue_center")["sales"][0]
    told = {"payments", "tableName", "tableNumber", "ownerName", "ownerId", "accountProfileCode"}
    assert set(full) - set(bare) == told
    assert (full["tableName"], full["tableNumber"]) == ("Salle, Table 1", "1")
    assert full["payments"][0]["code"] == "CB"


def test_a_sale_in_full() -> None:
    world = quiet_world()
    items = [Item("ENTRECOTE", extras=("SAUCE-POIVRE",)), Item("KIR", discount_percent=10)]
    opened = world.open(ZINC, items=items, now=NOON)
    closed = world.close(ZINC, opened.external_id, [CASH, CARD], tip=Decimal("2.50"), now=LATER)
    sale = caller(a_simulator(world), now=LATER + timedelta(hours=1)).sales(include="payments")["sales"][0]
    steak, sauce, kir = sale["salesLines"]
    assert sauce["parentLineId"] == steak["id"]
    assert "parentLineId" not in kir
    assert steak["taxAmount"] == "2.181818"
    assert steak["totalNetAmountWithoutTax"] == "21.818182"
    assert steak["taxRatePercentage"] == "10.00"
    assert steak["taxLines"][0]["taxRate"] == "1.1"
    assert (kir["menuListPrice"], kir["totalDiscountAmount"], kir["totalNetAmountWithTax"]) == ("5.80", "0.58", "5.22")
    assert [(each["netAmountWithTax"], each["tip"]) for each in sale["payments"]] == [
        ("15.86", "0.00"),
        ("15.86", "2.50"),
    ]
    assert sale["nbCovers"] == 2.0
    assert b'"nbCovers":2.0' in msgspec.json.encode(sale)
    assert sale["receiptId"] == "R40017.1" == closed.receipt_number
    assert sale["source"] == {"initialAccountId": "A40017.1"}


def test_a_refund_points_at_the_bill_it_gives_back() -> None:
    world = quiet_world()
    number = closed_bill(world, sku="ENTRECOTE")
    refund = world.refund(ZINC, number, now=NOON + timedelta(hours=1))
    sale = caller(a_simulator(world), now=LATER).sales(include="payments")["sales"][-1]
    assert (sale["accountFiscId"], sale["type"]) == (refund.external_id, "REFUND")
    assert sale["source"] == {"initialAccountId": number, "previousAccountId": number}
    assert sale["nbCovers"] == -2.0
    assert sale["salesLines"][0]["quantity"] == "-1.000"
    assert sale["salesLines"][0]["totalNetAmountWithTax"] == "-24.00"
    assert sale["payments"][0]["netAmountWithTax"] == "-24.00"


def test_moving_a_bill_leaves_one_visible_sale_whose_source_is_the_chain() -> None:
    world = quiet_world()
    opened = world.open(ZINC, items=[Item("CAFE")], now=NOON)
    moved = world.move(ZINC, opened.external_id, "Table 9", now=NOON + timedelta(minutes=5))
    world.close(ZINC, moved.external_id, [CARD], now=NOON + timedelta(minutes=9))
    sales = caller(a_simulator(world), now=LATER).sales()["sales"]
    assert [sale["accountFiscId"] for sale in sales] == ["A40017.3"]
    assert sales[0]["source"] == {"initialAccountId": "A40017.1", "previousAccountId": "A40017.2"}


def test_a_day_crosses_midnight_and_is_complete_only_when_it_is_over() -> None:
    world = quiet_world()
    late = closed_bill(world, at=NOON + timedelta(hours=14))  # 03:00 local time of the next calendar day
    next_day = closed_bill(world, at=NOON + timedelta(hours=20))
    path = f"/f/v2/business-location/{ZINC}/sales-daily"
    called = caller(a_simulator(world), now=NOON + timedelta(hours=16))
    body = called.json(path, date="2026-03-07")
    assert [sale["accountFiscId"] for sale in body["sales"]] == [late]
    assert body["nextStartOfDayAsIso8601"] == "2026-03-08T05:30:00+01:00"
    assert body["dataComplete"] is False
    called = caller(a_simulator(world), now=NOON + timedelta(hours=21))
    assert called.json(path, date="2026-03-07")["dataComplete"] is True
    assert [sale["accountFiscId"] for sale in called.json(path, date="2026-03-08")["sales"]] == [next_day]
    assert called.get(path, date="someday").status == called.get(path).status == 400


def test_businesses_in_pages_with_the_other_spelling() -> None:
    called = caller(a_simulator(quiet_world(), location_id_key="blId"), business=CHEZ_CHARLIE)
    body = called.json("/f/data/businesses")
    assert body["_embedded"]["businessList"][0]["businessLocations"][0]["blId"] == int(ALICE)
    assert body["_links"]["self"]["href"] == "http://vendor.example/f/data/businesses"
    assert set(called.json("/f/data/businesses", page="1")) == {"_links"}


def test_an_open_bill_is_no_sale() -> None:
    world: RestaurantWorld = quiet_world()
    world.open(ZINC, items=[Item("CAFE")], now=NOON)
    assert caller(a_simulator(world), now=LATER).sales() == {"sales": []}
