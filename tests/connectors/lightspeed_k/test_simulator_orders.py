"""Orders from outside, webhook registration, readiness, reference data (sheet 6, 10)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k.simulator import Condition
from comptoir.kernel.errors import RuleBroken
from comptoir.sandbox.till import Item
from tests.connectors.lightspeed_k.simulator_shop import (
    CARD,
    ISLAND,
    LE_PORT,
    LE_ZINC,
    NOON,
    PORT,
    SCHOOL,
    ZINC,
    a_simulator,
    caller,
    quiet_world,
    told,
)
from tests.connectors.lightspeed_k.test_simulator_pay import ENDPOINT, SOON, Till

ORDER = {
    "businessLocationId": int(ZINC),
    "thirdPartyReference": "ord-1",
    "endpointId": "cmp",
    "customerInfo": {"firstName": "Alice", "email": "alice@example.com"},
    "items": [{"sku": "ENTRECOTE", "quantity": 1, "subItems": [{"sku": "FRITES", "quantity": 1}]}],
}
WEBHOOK = "/o/wh/1/webhook"


def order(till: Till, path: str = "local", **changed: Any) -> tuple[int, Any]:
    answer = till.called.send("POST", f"/o/op/1/order/{path}", {**ORDER, **changed})
    return answer.status, json.loads(answer.body)


def test_an_order_to_a_table_from_success_to_closed() -> None:
    till = Till()
    expanded = {"provideAccount": True, "expandTransactions": True, "expandPayments": True}
    till.called.send("POST", WEBHOOK, {**ENDPOINT, **expanded})
    assert order(till, tableNumber="7", clientCount=2) == (200, {"status": "ok"})
    [body] = till.told()
    assert (body["type"], body["status"], body["thirdPartyReference"]) == ("ORDER", "SUCCESS", "ord-1")
    account = body["account"]
    assert (account["currentAmount"], account["tableNumber"], account["clientCount"]) == ("28.00", 7, 2)
    assert account["salesEntries"][0]["subLineItems"][0]["itemSku"] == "FRITES"
    number = body["ikentooAccountIdentifier"]
    till.world.add(ZINC, number, [Item("CAFE")], now=SOON)
    assert [each["status"] for each in till.told()] == ["CHECK_WAS_UPDATED"]
    till.world.close(ZINC, number, [CARD], now=SOON)
    assert [each["status"] for each in till.told()] == ["CLOSED"]
    reference = f"TASK:OO-{ZINC}-ord-1"
    found = till.called.json(f"/f/finance/{ZINC}/saleByExternalReference", externalReferenceId=reference)
    assert (found["accountFiscId"], found["externalReferences"]) == (number, [reference])


def test_the_kitchen_tells_how_an_order_fares() -> None:
    till = Till()
    order(till, "toGo")
    till.told()
    for status in ("IN_DELIVERY", "DELIVERED"):
        till.simulator.announce_order(ZINC, "ord-1", status, now=SOON)
    assert [each["status"] for each in till.told()] == ["IN_DELIVERY"]
    till.called.send("POST", WEBHOOK, {**ENDPOINT, "subscribeTo": [{"name": "DELIVERED", "resource": "order"}]})
    till.simulator.announce_order(ZINC, "ord-1", "DELIVERED", now=SOON)
    assert [each["status"] for each in till.told()] == ["DELIVERED"]
    with pytest.raises(RuleBroken):
        till.simulator.announce_order(ZINC, "ord-9", "DELIVERED", now=SOON)


def test_bills_opened_at_the_till_are_not_told_of() -> None:
    till = Till()
    till.world.close(ZINC, till.bill, [CARD], now=SOON)
    assert till.told() == []


def test_to_go_paid_at_once_with_the_tip_inside() -> None:
    till = Till()
    payment = {"paymentAmount": 30, "tipAmount": 2, "paymentMethod": "APM"}
    assert order(till, "toGo", payment=payment)[0] == 200
    assert [each["status"] for each in till.told()] == ["SUCCESS", "CLOSED"]
    [sale] = till.world.by_reference(ZINC, f"TASK:OO-{ZINC}-ord-1")
    assert (sale.paid, sale.tip, sale.table) == (28, 2, "")


def test_an_order_can_go_on_a_bill_that_is_open() -> None:
    till = Till()
    order(till, accountIdentifier=till.bill)
    assert till.told()[0]["ikentooAccountIdentifier"] == till.bill
    assert till.checks()[0]["currentAmount"] == 52


def test_an_order_for_a_bill_that_is_closed_says_so() -> None:
    till = Till()
    till.world.close(ZINC, till.bill, [CARD], now=NOON)
    order(till, accountIdentifier=till.bill)
    failure = next(each for each in till.told() if each["status"] == "FAILURE")
    assert failure["reason"] == "Account is already closed"


def test_orders_fail_and_repeat_in_their_own_way() -> None:
    till = Till(order_failures_with_type=False)
    order(till, items=[{"sku": "CAVIAR", "quantity": 1}])
    [failure] = till.told()
    assert failure["status"] == "FAILURE"
    assert "type" not in failure
    assert order(till) == (409, {"status": "fail", "msg": "reference has already been used ord-1"})


@pytest.mark.parametrize(
    ("path", "changed", "field", "code"),
    [
        ("local", {"thirdPartyReference": None}, "thirdPartyReference", "NotNull"),
        ("toGo", {"customerInfo": None}, "customerInfo", "NotNull"),
        ("local", {"customerInfo": {}}, "customerInfo.firstName", "Size"),
        ("local", {"items": [{"quantity": 1}]}, "items[0].sku", "Size"),
        ("local", {"tableNumber": 7}, "tableNumber", "typeMismatch"),
        ("local", {"maxTimeToAttemptOrderDeliverToPos": 1}, "maxTimeToAttemptOrderDeliverToPos", "Min"),
    ],
)
def test_orders_are_validated(path: str, changed: dict[str, Any], field: str, code: str) -> None:
    status, body = order(Till(), path, **changed)
    assert status == 400
    name = f"{path}Order"
    assert body["message"] == f"Validation failed for object='{name}'. Error count: 1"
    [fault] = body["errors"]
    assert (fault["objectName"], fault["field"], fault["code"]) == (name, field, code)
    assert f"{code}.{name}.{field}" in fault["codes"]


def test_registration_has_odd_verbs_and_forgets_flags() -> None:
    called = caller(a_simulator(quiet_world()))
    assert called.send("GET", f"{WEBHOOK}/cmp").status == 404
    assert called.send("POST", WEBHOOK, ENDPOINT).status == 404
    assert called.send("PUT", WEBHOOK, {**ENDPOINT, "provideAccount": True}).status == 200
    assert called.send("PUT", WEBHOOK, ENDPOINT).status == 400
    assert called.json(f"{WEBHOOK}/cmp")["provideAccount"] is True
    assert called.send("POST", WEBHOOK, ENDPOINT).status == 200
    assert called.json(f"{WEBHOOK}/cmp")["provideAccount"] is False
    refused = json.loads(called.send("PUT", WEBHOOK, {"endpointId": "x"}).body)
    assert refused["errors"][0]["objectName"] == "webhookEndpointDto"
    assert called.send("PUT", f"{WEBHOOK}/cmp/business-locations/{ZINC}").status == 200
    assert [each["businessLocationId"] for each in called.json(f"{WEBHOOK}/cmp/business-locations")] == [int(ZINC)]
    assert called.send("DELETE", f"{WEBHOOK}/cmp/business-locations/{ZINC}").status == 200
    assert called.send("DELETE", f"{WEBHOOK}/cmp").status == 200
    assert called.send("GET", f"{WEBHOOK}/cmp").status == 404


def test_readiness_and_availability_are_told_to_attached_locations() -> None:
    till = Till()
    till.called.send("PUT", f"{WEBHOOK}/cmp/business-locations/{ZINC}")
    assert till.told() == []
    path = "/o/op/1/onlineOrderReadiness"
    assert till.called.json(path, businessLocationId=ZINC)["status"] == "READY"
    till.conditions.add(Condition.TILL_OFFLINE)
    [body] = till.told()
    assert (body["type"], body["status"], body["posStatus"]["availableDevices"]) == ("ORDER_API", "NOT_READY", False)
    till.conditions.add(Condition.API_DISABLED)
    assert till.told()[0]["onlineOrderingApiConfiguration"]["enabled"] is False
    assert till.told() == []
    till.simulator.set_item_count(ZINC, "TATIN", 3, now=SOON)
    [item] = till.told()
    assert (item["type"], item["sku"], item["count"], item["status"]) == ("ITEM", "TATIN", 3, "RESTRICTED")
    available = till.called.json("/o/op/1/itemAvailability", businessLocationId=ZINC, skus="TATIN,CAFE")
    assert [(each["sku"], each["count"]) for each in available["data"]] == [("TATIN", 3)]
    assert available["metadata"]["warnings"][0]["information"] == "CAFE"


def test_checks_of_a_table_of_an_account_and_of_a_till_that_practises() -> None:
    world = quiet_world()
    first, second = (world.open(PORT, items=[Item("ENTRECOTE")], now=NOON) for _ in range(2))
    world.move(PORT, second.external_id, first.table, now=NOON)
    called = caller(a_simulator(world), business=LE_PORT)
    path = "/o/op/1/order/table"
    listed = called.json(f"{path}/getCheck", businessLocationId=PORT)
    assert [each["tableNumber"] for each in listed] == [1, 1]
    oldest = called.json(f"{path}/1/getCheck", businessLocationId=PORT)
    assert oldest == listed[0]
    assert (oldest["currentAmount"], oldest["serviceCharge"]) == (26.4, 2.4)
    assert called.get(f"{path}/9/getCheck", businessLocationId=PORT).status == 404
    account = "/o/op/1/order/accounts"
    assert called.json(f"{account}/{first.external_id}", businessLocationId=PORT) == oldest
    assert called.get(f"{account}/{second.external_id}", businessLocationId=PORT).status == 404
    assert called.get(f"{account}/nonsense", businessLocationId=PORT).status == 400
    later = caller(called.simulator, business=LE_PORT, now=NOON + timedelta(hours=15, minutes=1))
    assert later.json(f"{path}/getCheck", businessLocationId=PORT) == []
    world.open(SCHOOL, now=NOON)
    assert called.json(f"{path}/getCheck", businessLocationId=SCHOOL) == []
    text = caller(a_simulator(world, check_money_as_text=True, check_dates_with_colon=True), business=LE_PORT)
    [check, _] = text.json(f"{path}/getCheck", businessLocationId=PORT)
    assert (check["currentAmount"], check["openDate"]) == ("26.40", "2026-03-07T12:00:00.000+00:00")


def test_a_check_that_moves_keeps_its_uuid() -> None:
    till = Till()
    [before] = till.checks()
    till.world.move(ZINC, till.bill, "Table 9", now=NOON)
    [after] = till.checks()
    assert before["uuid"] == after["uuid"]
    assert before["ikaccountId"] != after["ikaccountId"]


def test_what_orders_can_be_made_of() -> None:
    called = caller(a_simulator(quiet_world()), business=LE_PORT)
    rooms = called.json(f"/o/op/data/{PORT}/floorplans")
    assert [(room["name"], len(room["tables"])) for room in rooms] == [("Salle", 8), ("Terrasse", 8)]
    assert "tables" not in called.json(f"/o/op/data/{PORT}/floorplans", expandTables="false")[0]
    tables = called.json(f"/o/op/data/{PORT}/floorplans/{rooms[1]['id']}/tables")
    assert tables == rooms[1]["tables"]
    assert isinstance(tables[0]["id"], str)
    assert called.get(f"/o/op/data/{ISLAND}/floorplans").status == 404
    profiles = called.json("/o/op/data/account-profiles", businessLocationId=PORT)["accountProfileList"]
    one = called.json(f"/o/op/data/{PORT}/account-profiles/tagcode/EMPORTER")
    assert one in profiles
    [menu] = called.json("/o/op/1/menu/list", businessLocationId=PORT)
    loaded = called.json(f"/o/op/2/menu/load/{menu['ikentooMenuId']}", businessLocationId=PORT)
    assert {each["@type"] for each in loaded["menuEntryGroups"]} == {"group"}
    assert called.json("/o/op/1/menu/modifiers", businessLocationId=PORT)[0]["productionIntructionGroupId"]
    assert len(called.json("/o/op/1/menu/discounts", businessLocationId=PORT)) == 2
    items = called.json("/items/v1/items", businessLocationId=PORT, amount="2", offset="1")
    assert [item["sku"] for item in items] == ["POIREAUX", "PLAT-JOUR"]
    assert called.get("/items/v1/items").status == 400
    assert called.send("POST", "/o/op/1/printMsg", {"message": "Bonjour"}, businessLocationId=PORT).status == 200


def test_a_webhook_without_a_listener_is_dropped() -> None:
    till = Till()
    till.pay()
    till.called.send("DELETE", f"{WEBHOOK}/cmp")
    assert told(till.simulator, now=SOON) == []
    assert caller(till.simulator, business=LE_ZINC).get(f"{WEBHOOK}/cmp").status == 404
