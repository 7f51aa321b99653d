"""The older half of the vendor: finance V1, OAuth V1, and what both finance APIs say of odd accounts (sheet 3, 7)."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from comptoir.connectors.lightspeed_k.simulator import Condition
from comptoir.pos.hosting import Request
from comptoir.sandbox.till import Item
from comptoir.sandbox.world import RestaurantWorld
from tests.connectors.lightspeed_k.simulator_shop import (
    BACK,
    BASIC,
    CARD,
    LE_PORT,
    LE_ZINC,
    NOON,
    PORT,
    SCHOOL,
    ZINC,
    Caller,
    a_simulator,
    caller,
    closed_bill,
    quiet_world,
)

LATER = NOON + timedelta(hours=6)
WINDOW = "2026-03-07T00:00:00Z/2026-03-08T00:00:00Z"


def v1(called: Caller, location: str = ZINC, **query: str) -> Any:
    return called.json(f"/f/finance/{location}/financials/{WINDOW}", **query)


def test_pages_follow_accounts_and_links_name_another_host() -> None:
    world = quiet_world()
    numbers = [closed_bill(world, at=NOON + timedelta(minutes=minute)) for minute in range(12)]
    called = caller(a_simulator(world), now=LATER)
    seen, query = [], {"pageSize": "5"}
    while True:
        body = v1(called, **query)
        seen += [sale["accountFiscId"] for sale in body["sales"]]
        link = body["_links"].get("nextPage")
        if link is None:
            break
        assert not link["href"].startswith("http://vendor.example")
        query["nextPageToken"] = parse_qs(urlsplit(link["href"]).query)["nextPageToken"][0]
    assert seen == numbers
    assert (body["businessName"], body["dataComplete"]) == ("Le Zinc", False)


def test_both_spellings_and_no_rounding() -> None:
    world = quiet_world()
    closed_bill(world)
    [recorded] = v1(caller(a_simulator(world), now=LATER), include="payments")["sales"]
    [documented] = v1(caller(a_simulator(world, v1_spelling_as_documented=True), now=LATER))["sales"]
    assert recorded["timeOfCloseAndPaid"] == documented["timeofCloseAndPaid"] == "2026-03-07T12:00:00.000Z"
    assert recorded["salesLines"][0]["timeOfSale"] == documented["salesLines"][0]["timeofSale"]
    assert recorded["salesLines"][0]["quantity"] == "1"
    assert "roundingAmount" not in recorded["payments"][0]


def odd_accounts(world: RestaurantWorld) -> None:
    moved = world.open(ZINC, items=[Item("CAFE")], now=NOON)
    moved = world.move(ZINC, moved.external_id, "Table 9", now=NOON)
    world.close(ZINC, moved.external_id, [CARD], now=NOON)
    parted = world.open(ZINC, items=[Item("CAFE"), Item("KIR")], now=NOON)
    for part in world.split(ZINC, parted.external_id, now=NOON):
        world.close(ZINC, part.external_id, [CARD], now=NOON)
    handed = world.hand_over(ZINC, world.open(ZINC, items=[Item("KIR")], now=NOON).external_id, now=NOON)
    world.close(ZINC, handed.external_id, [CARD], tip=Decimal(1), now=NOON)
    world.void(ZINC, handed.external_id, now=NOON)
    world.cancel(ZINC, world.open(ZINC, items=[Item("CAFE")], now=NOON).external_id, now=NOON)


def types(body: Any) -> list[str]:
    return sorted(sale["type"] for sale in body["sales"])


def test_transitory_accounts_are_in_v1_alone_unless_they_are_named() -> None:
    world = quiet_world()
    odd_accounts(world)
    called = caller(a_simulator(world), now=LATER)
    assert types(called.sales()) == ["SALE"] * 5 + ["VOID"]
    assert types(v1(called)) == ["SALE"] * 5 + ["TRANSITORY"] * 3 + ["VOID"]
    named = caller(a_simulator(world, named_reversals=True), now=LATER)
    assert types(named.sales()) == ["SALE"] * 5 + ["SPLIT", "TRANSFER", "VOID"]
    counted = [sale for sale in called.sales(include="payments")["sales"] if not sale["cancelled"]]
    lines = sum(Decimal(line["totalNetAmountWithTax"]) for sale in counted for line in sale["salesLines"])
    assert lines == Decimal("2.6") * 2 + Decimal("5.8")
    [void] = [sale for sale in counted if sale["type"] == "VOID"]
    assert (void["voidReason"], void["payments"][0]["tip"]) == ("User Mistake", "-1.00")


def test_a_correction_is_dated_differently() -> None:
    world = quiet_world()
    number = closed_bill(world)
    next_day = NOON + timedelta(days=1)
    world.amend(ZINC, number, now=next_day)
    called = caller(a_simulator(world), now=next_day + timedelta(hours=1))
    assert [sale["payments"][0]["code"] for sale in v1(called, include="payments")["sales"]] == ["CASH"]
    assert called.sales(to="2026-03-08T00:00:00Z")["sales"] == []
    [corrected] = called.sales(include="payments")["sales"]
    assert (corrected["timeClosed"], corrected["payments"][0]["code"]) == ("2026-03-08T12:00:00.000Z", "CASH")


def test_a_service_charge_is_inside_the_lines_or_beside_them() -> None:
    world = quiet_world()
    opened = world.open(PORT, items=[Item("ENTRECOTE"), Item("CAFE")], now=NOON)
    closed = world.close(PORT, opened.external_id, [CARD], now=NOON)
    for inside in (True, False):
        called = caller(a_simulator(world, service_charge_in_lines=inside), business=LE_PORT, now=LATER)
        [sale] = called.sales(PORT, include="payments")["sales"]
        total, charge = (
            sum(Decimal(line[name]) for line in sale["salesLines"])
            for name in ("totalNetAmountWithTax", "serviceCharge")
        )
        assert charge == closed.service_charge == Decimal("2.66")
        assert (total if inside else total + charge) == Decimal(sale["payments"][0]["netAmountWithTax"])


def test_a_day_without_a_date_is_today_and_a_till_that_practises_has_none() -> None:
    world = quiet_world()
    closed_bill(world)
    closed_bill(world, SCHOOL)
    called = caller(a_simulator(world), now=LATER)
    body = called.json(f"/f/finance/{ZINC}/dailyFinancials")
    assert (len(body["sales"]), body["nextStartOfDayAsIso8601"]) == (1, "2026-03-08T05:30:00+01:00")
    called = caller(called.simulator, business=LE_PORT, now=LATER)
    assert called.json(f"/f/finance/{SCHOOL}/dailyFinancials")["sales"] == []
    assert called.sales(SCHOOL)["sales"] == []


def test_reference_lists_and_sums() -> None:
    world = quiet_world()
    closed_bill(world)
    closed_bill(world, sku="KIR")
    conditions: set[str] = set()
    called = caller(a_simulator(world, conditions=lambda _: conditions), now=LATER)
    rates = called.json(f"/f/finance/{ZINC}/tax-rates")["_embedded"]["taxRateList"]
    assert [rate["rate"] for rate in rates] == [1.055, 1.1, 1.2]
    methods = called.json(f"/f/finance/{ZINC}/paymentMethods")["_embedded"]["paymentMethodList"]
    assert {"CB", "CASH", "APM"} <= {method["code"] for method in methods}
    conditions.add(Condition.METHOD_REMOVED)
    methods = called.json(f"/f/finance/{ZINC}/paymentMethods")["_embedded"]["paymentMethodList"]
    assert "APM" not in {method["code"] for method in methods}
    assert called.json(f"/f/finance/{ZINC}/accountingGroups")["_embedded"]["accountingGroupList"]
    path = f"/f/finance/{ZINC}/aggregatedSales"
    tree = called.json(path, groupBy="accountingGroup,sku")
    assert (tree["totalAmount"], tree["numberOfSales"]) == ("8.40", 2)
    assert [(each["groupByValue"], each["children"][0]["groupByValue"]) for each in tree["children"]] == [
        ("Bar", "CAFE"),
        ("Cave", "KIR"),
    ]
    flat = called.json(path, groupBy="accountingGroup,sku", flattened="true")
    assert [each["groupByKey"] for each in flat["children"]] == ["sku", "sku"]
    assert called.get(path, groupBy="x").status == 400


def test_errors_name_a_java_class() -> None:
    called = caller(a_simulator(quiet_world()))
    bad = called.get(f"/f/finance/{ZINC}/financials/yesterday/today")
    assert (bad.status, "exception" in json.loads(bad.body)) == (400, True)
    assert called.get(f"/f/finance/{ZINC}/financials/2024-01-01T00:00:00Z/2026-01-01T00:00:00Z").status == 400
    unknown = called.get(f"/f/finance/{ZINC}/saleByExternalReference", externalReferenceId="TASK:OO-1")
    assert unknown.status == 404


def test_a_page_token_can_be_made_to_repeat() -> None:
    world = quiet_world()
    for minute in range(9):
        closed_bill(world, at=NOON + timedelta(minutes=minute))
    called = caller(a_simulator(world, conditions=lambda _: {Condition.PAGE_TOKEN_REPEATED}), now=LATER)
    token = called.sales(pageSize="3")["nextPageToken"]
    assert called.sales(pageSize="3", nextPageToken=token)["nextPageToken"] == token


def test_a_sale_can_change_while_its_page_is_read() -> None:
    world = quiet_world()
    closed_bill(world)
    called = caller(a_simulator(world, conditions=lambda _: {Condition.CHANGED_WHILE_READ}), now=LATER)
    [before] = called.sales(include="payments")["sales"]
    called.now += timedelta(minutes=1)
    [after] = called.sales(include="payments")["sales"]
    assert (before["payments"][0]["code"], after["payments"][0]["code"]) == ("CB", "CASH")


def test_v1_consent_takes_its_fields_from_the_query() -> None:
    simulator = a_simulator(quiet_world())
    asked = {"response_type": "code", "client-id": "devp-v2-test", "redirect_uri": BACK, "scope": "financial-api"}
    body = urlencode({**asked, "business_id": LE_ZINC, "decision": "approve"}).encode()
    answer = simulator.answer(Request("POST", "/oauth/authorize", body=body), now=NOON)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    query = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    request = Request("POST", "/oauth/token", query, {"authorization": BASIC})
    pair = json.loads(simulator.answer(request, now=NOON).body)
    assert pair["expires_in"] == 3600
    called = Caller(simulator, pair["access_token"], NOON + timedelta(minutes=59))
    called.json("/f/data/businesses")
    query = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    request = Request("POST", "/oauth/token", query, {"authorization": BASIC})
    assert simulator.answer(request, now=NOON).status == 200
    assert simulator.answer(request, now=NOON).status == 400
