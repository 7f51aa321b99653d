"""What a back office says decides what becomes of payments and orders (sheet 6.6, 9, 10, 13)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k.simulator import REASONS, NotificationSetting
from comptoir.pos.model import Named
from comptoir.sandbox.till import Item
from tests.connectors.lightspeed_k.simulator_shop import NOON, ZINC, told
from tests.connectors.lightspeed_k.test_simulator_pay import LATE, SOON, Till

QODEUP = Named(id="QOD", name="Qodeup")


def error_of(till: Till, reference: str = "pay-1", **body: Any) -> str:
    assert till.pay(reference, 5, **body)[0] == 200
    [told_] = till.told()
    return str(told_["status"] if told_["status"] == "SUCCESS" else told_["errors"]["account"]["type"])


def order(till: Till, sku: str = "CAFE", reference: str = "o-1") -> Any:
    asked = {
        "businessLocationId": int(ZINC),
        "endpointId": "cmp",
        "thirdPartyReference": reference,
        "customerInfo": {"firstName": "Alice"},
        "tableNumber": "4",
        "items": [{"sku": sku, "quantity": 1}],
    }
    assert till.called.send("POST", "/o/op/1/order/local", asked).status == 200
    return till.told()[0]


def test_a_method_is_made_renamed_and_gone() -> None:
    till = Till()
    office = till.simulator.offices
    office.change(ZINC, methods=(QODEUP,))
    listed = till.called.json(f"/f/finance/{ZINC}/paymentMethods")
    assert [each["code"] for each in listed["_embedded"]["paymentMethodList"]] == ["QOD"]
    assert error_of(till, paymentMethod="QOD") == "SUCCESS"
    office.change(ZINC, methods=(Named(id="QOD2", name="Qodeup"),))
    assert error_of(till, "pay-2", paymentMethod="QOD") == "PAYMENT_METHOD_NOT_FOUND"


def test_the_payment_api_has_a_default_of_its_own_which_a_named_method_overrides() -> None:
    till = Till()
    till.simulator.offices.change(ZINC, default_method="TR")
    assert error_of(till, "pay-1") == "SUCCESS"
    assert error_of(till, "pay-2", paymentMethod="APM") == "SUCCESS"
    sale = till.world.find(ZINC, till.bill)
    assert sale
    assert [each.method.id for each in sale.payments if each.method] == ["TR", "APM"]


def test_whoever_enters_it_or_opened_the_table_must_work_there() -> None:
    till = Till()
    office = till.simulator.offices
    office.change(ZINC, api_staff="5502", inactive_staff=frozenset({"5502"}))
    assert error_of(till) == "MISSING_STAFF"
    office.change(ZINC, api_staff="5503", inactive_staff=frozenset({"5501"}))  # she opened the table
    assert error_of(till, "pay-2") == "MISSING_STAFF"
    users = json.loads(till.called.get(f"/staff/v1/businessLocations/{ZINC}/userTypes/POS", isActive="false").body)
    assert "5501" in json.dumps(users)
    office.change(ZINC, inactive_staff=frozenset())
    assert error_of(till, "pay-3") == "SUCCESS"


def test_one_ipad_off_leaves_the_other_and_both_off_leave_none() -> None:
    till = Till()
    till.simulator.offices.change(ZINC, devices_off=frozenset({"40017"}))
    assert till.called.json("/o/op/1/onlineOrderReadiness", businessLocationId=ZINC)["status"] == "READY"
    assert till.pay("pay-1", 5, deviceId=40017, taskTtlInMs=60_000)[0] == 200
    assert till.told() == []
    [lapsed] = till.told(LATE)
    assert lapsed["errors"]["timeout"]["errorKey"] == "errors.payment.pos.task_timeout"
    till.simulator.offices.change(ZINC, devices_off=frozenset({"40017", "40018"}))
    ready = till.called.json("/o/op/1/onlineOrderReadiness", businessLocationId=ZINC)
    assert (ready["status"], ready["posStatus"]["availableDevices"]) == ("NOT_READY", False)


def test_the_last_ipad_going_off_is_pushed_to_whoever_is_attached() -> None:
    till = Till()
    path = f"/o/wh/1/webhook/cmp/business-locations/{ZINC}"
    assert till.called.send("PUT", path).status == 200
    till.told(NOON)
    till.simulator.offices.change(ZINC, devices_off=frozenset({"40017"}))
    assert till.told() == []
    till.simulator.offices.change(ZINC, devices_off=frozenset({"40017", "40018"}))
    [news] = till.told()
    assert (news["type"], news["status"], news["posStatus"]["availableDevices"]) == ("ORDER_API", "NOT_READY", False)


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_each_error_of_the_catalogue_can_be_asked_for_once(kind: str) -> None:
    till = Till()
    till.simulator.offices.change(ZINC, refuse_next=kind)
    assert error_of(till) == kind
    assert error_of(till, "pay-2") == "SUCCESS"


def test_an_item_off_the_menu_is_not_found_and_one_sold_out_is_not_added() -> None:
    till = Till()
    till.simulator.offices.change(ZINC, off_menu=frozenset({"TATIN"}))
    assert order(till, "TATIN")["reason"] == "Item not found"
    till.simulator.set_item_count(ZINC, "KIR", 0, now=NOON)
    assert order(till, "KIR", "o-2")["reason"] == "Item could not be added"
    assert till.world.by_reference(ZINC, f"TASK:OO-{ZINC}-o-2") == []


def test_a_printer_that_is_off_is_told_though_the_order_stands() -> None:
    till = Till()
    till.simulator.offices.change(ZINC, printer_off=True)
    news = order(till)
    assert news["status"] == "FAILURE"
    assert "Printing error" in news["reason"]
    assert news["ikentooAccountIdentifier"] == till.world.by_reference(ZINC, f"TASK:OO-{ZINC}-o-1")[0].external_id


def test_only_the_types_somebody_subscribed_to_are_told() -> None:
    till = Till()
    told(till.simulator, now=NOON)
    till.simulator.configure_notifications(ZINC, NotificationSetting("http://door.example/rtn"))
    till.simulator.offices.change(ZINC, told=("CLOSE",))
    till.world.add(ZINC, till.bill, [Item("CAFE")], now=NOON)
    assert till.told() == []
    till.world.close(ZINC, till.bill, [Named(id="CASH", name="Cash")], now=SOON)
    assert [each["notificationType"] for each in till.told()] == ["CLOSE"]


def test_a_message_for_the_till_is_kept_for_a_day() -> None:
    till = Till()
    assert till.called.send("POST", "/o/op/1/printMsg", {"message": "Table 4 has paid"}, businessLocationId=ZINC).status
    offices = till.simulator.offices
    assert [each.text for each in offices.messages(ZINC, now=NOON)] == ["Table 4 has paid"]
    assert offices.messages(ZINC, now=NOON + timedelta(hours=25)) == []
    offices.read_messages(ZINC)
    assert offices.messages(ZINC, now=NOON) == []


def test_what_came_from_outside_is_listed_with_its_outcome() -> None:
    till = Till()
    till.pay("pay-1", 5)
    [waiting] = till.simulator.sent_from_outside(ZINC)
    assert (waiting.is_payment, waiting.reference, waiting.status) == (True, "pay-1", "")
    till.told()
    order(till)
    latest, first = till.simulator.sent_from_outside(ZINC)
    assert [(each.is_payment, each.status) for each in (latest, first)] == [(False, "SUCCESS"), (True, "SUCCESS")]
