"""Payments on checks: queued, done by a till, told by a webhook (sheet 9, 10, 11)."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k.simulator import Condition
from comptoir.pos.model import SaleState
from comptoir.sandbox.till import Item
from comptoir.sandbox.world import RestaurantWorld
from tests.connectors.lightspeed_k.simulator_shop import (
    CARD,
    NOON,
    ZINC,
    Caller,
    a_simulator,
    caller,
    quiet_world,
    told,
)

ENDPOINT = {"endpointId": "cmp", "url": "http://door.example/hooks"}
SOON = NOON + timedelta(seconds=1)
LATE = NOON + timedelta(minutes=2)
CHECKS = "/o/op/1/order/table/getCheck"


class Till:
    """A bill of 24.00, and what can be done to it from outside."""

    def __init__(self, *conditions: Condition, **behaviour: Any) -> None:
        self.conditions = set(conditions)
        self.world: RestaurantWorld = quiet_world()
        self.simulator = a_simulator(self.world, conditions=lambda _: self.conditions, **behaviour)
        self.called: Caller = caller(self.simulator)
        self.register()
        self.bill = self.world.open(ZINC, items=[Item("ENTRECOTE")], now=NOON).external_id

    def register(self, **registration: Any) -> None:
        assert self.called.send("PUT", "/o/wh/1/webhook", {**ENDPOINT, **registration}).status == 200

    def pay(self, reference: str = "pay-1", amount: Any = 24, **body: Any) -> tuple[int, Any]:
        asked = {
            "businessLocationId": int(ZINC),
            "endpointId": "cmp",
            "thirdPartyPaymentReference": reference,
            "paymentAmount": amount,
            "iKaccountIdentifier": self.bill,
            **body,
        }
        answer = self.called.send("POST", "/o/op/1/pay", asked)
        return answer.status, json.loads(answer.body)

    def told(self, now: datetime = SOON) -> list[Any]:
        return told(self.simulator, now=now)

    def checks(self) -> Any:
        return self.called.json(CHECKS, businessLocationId=ZINC)


def test_a_payment_is_queued_then_done_then_told() -> None:
    till = Till()
    assert till.pay(tipAmount=1.5, paymentMethod="APM") == (200, {"status": "ok"})
    assert till.told(NOON) == []
    [body] = till.told()
    assert (body["type"], body["status"], body["thirdPartyReference"]) == ("PAYMENT", "SUCCESS", "pay-1")
    assert (body["businessLocationId"], body["ikentooAccountIdentifier"]) == (int(ZINC), till.bill)
    assert isinstance(body["ikentooAccountId"], int)
    sale = till.world.find(ZINC, till.bill)
    assert sale
    assert (sale.state, sale.tip, sale.payments[0].external_reference) == (SaleState.CLOSED, Decimal("1.5"), "pay-1")
    assert till.checks() == []
    assert till.told(LATE) == []


def test_parts_leave_a_rest_and_the_rest_closes() -> None:
    till = Till()
    till.pay("one", 10)
    till.told()
    [check] = till.checks()
    assert (check["currentAmount"], check["paidAmount"]) == (24, 10)
    assert check["paymentEntries"][0]["externalReference"] == "one"
    assert check["paymentEntries"][0]["paymentMethodCode"] == "APM"
    till.pay("two", 14.01)
    assert [each["errors"]["account"]["type"] for each in till.told()] == ["OVERPAID"]
    till.pay("three", 14)
    assert [each["status"] for each in till.told()] == ["SUCCESS"]
    assert till.checks() == []


def test_the_till_takes_the_rest_of_a_bill_that_guests_paid_in_part() -> None:
    till = Till()
    till.pay("one", 10)
    till.told()
    closed = till.world.close(ZINC, till.bill, [CARD], now=SOON)
    assert [payment.amount for payment in closed.payments] == [10, 14]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"amount": 24.01}, "OVERPAID"),
        ({"iKaccountIdentifier": "A40017.99"}, "ACCOUNT_NOT_FOUND"),
        ({"paymentMethod": "NOPE"}, "PAYMENT_METHOD_NOT_FOUND"),
        ({"paymentMethod": "LSPAY"}, "NATIVE_PAYMENT_NOT_SUPPORTED"),
        ({"staffId": 5504}, "MISSING_STAFF"),
        ({"staffId": 1}, "STAFF_NOT_FOUND"),
    ],
)
def test_a_till_says_why_not(changed: dict[str, Any], kind: str) -> None:
    till = Till()
    assert till.pay(**changed)[0] == 200
    [body] = till.told()
    assert (body["status"], body["errors"]) == ("FAILURE", {"account": {"type": kind}})
    assert body["reason"]
    assert till.checks()[0]["paidAmount"] == 0


@pytest.mark.parametrize(
    ("condition", "kind"),
    [(Condition.METHOD_REMOVED, "PAYMENT_METHOD_NOT_FOUND"), (Condition.STAFF_INACTIVE, "MISSING_STAFF")],
)
def test_what_a_merchant_undid_shows(condition: Condition, kind: str) -> None:
    till = Till(condition)
    till.pay(paymentMethod="APM")
    assert till.told()[0]["errors"]["account"]["type"] == kind


def test_closed_and_renumbered_bills_are_told_apart() -> None:
    till = Till()
    till.pay("moved")
    till.world.move(ZINC, till.bill, "Table 9", now=NOON)
    assert till.told()[0]["errors"]["account"]["type"] == "ACCOUNT_NOT_FOUND"
    till.bill = till.checks()[0]["ikaccountId"]
    till.pay("closed")
    till.world.close(ZINC, till.bill, [CARD], now=NOON)
    assert till.told()[0]["errors"]["account"]["type"] == "ACCOUNT_ALREADY_CLOSED"


@pytest.mark.parametrize("condition", [Condition.TILL_OFFLINE, Condition.SALES_PERIOD_CLOSED])
def test_without_a_till_a_payment_waits_and_at_last_times_out(condition: Condition) -> None:
    till = Till(condition)
    till.pay("waits", 4, taskTtlInMs=60_000)
    till.pay("lasts", 4, taskTtlInMs=600_000)
    assert till.told() == []
    [body] = till.told(NOON + timedelta(seconds=61))
    assert (body["thirdPartyReference"], body["reason"]) == ("waits", "Not processed before validity ended")
    assert body["errors"]["timeout"]["errorKey"] == "errors.payment.pos.task_timeout"
    till.conditions.clear()
    assert [each["thirdPartyReference"] for each in till.told(LATE)] == ["lasts"]


def test_the_api_off_answers_at_once_or_fails_later() -> None:
    assert Till(Condition.API_DISABLED).pay()[0] == 400
    till = Till(Condition.API_DISABLED, api_disabled_status=None)
    assert till.pay()[0] == 200
    assert till.told()[0]["errors"]["account"]["type"] == "INVALID_TASK"


def test_a_reference_is_good_for_one_payment_for_ever() -> None:
    till = Till()
    till.pay("same", 1)
    status, body = till.pay("same", 1)
    assert (status, body["message"], body["path"]) == (400, "reference has already been used same", "/o/op/1/pay")
    till.told()
    assert till.pay("same", 1)[0] == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"thirdPartyPaymentReference": "x" * 51},
        {"thirdPartyPaymentReference": ""},
        {"paymentAmount": 0},
        {"paymentAmount": "24"},
        {"tipAmount": -1},
        {"taskTtlInMs": 59_999},
        {"iKaccountIdentifier": None},
        {"endpointId": "nobody"},
    ],
)
def test_what_no_till_would_understand_is_refused(changed: dict[str, Any]) -> None:
    status, body = Till().pay(**changed)
    assert status == 400
    assert set(body) == {"timestamp", "status", "error", "message", "path"}


def test_spellings_of_webhooks() -> None:
    till = Till(failures_with_errors=False, account_id_as_text=True, account_id_key="iKentooAccountId")
    till.pay("bad", 99)
    till.pay("good")
    bad, good = till.told()
    assert set(bad) == {
        "thirdPartyReference",
        "businessLocationId",
        "status",
        "reason",
        "ikentooAccountIdentifier",
        "type",
    }
    assert isinstance(good["iKentooAccountId"], str)


def test_a_webhook_that_failed_is_sent_again_with_basic_authentication() -> None:
    till = Till()
    answer = till.called.send(
        "POST", "/o/wh/1/webhook", {**ENDPOINT, "withBasicAuth": True, "username": "u", "password": "p"}
    )
    assert json.loads(answer.body)["password"] == "p"
    till.pay()
    [outgoing] = till.simulator.due(now=SOON)
    assert outgoing.headers["authorization"].startswith("Basic ")
    assert till.simulator.due(now=LATE) == []
    till.simulator.sent(outgoing.key, status=500, now=SOON)
    assert len(till.told(SOON + timedelta(seconds=2))) == 1
    assert till.told(LATE) == []
