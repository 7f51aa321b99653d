"""Orders for the kitchen, and messages on the till: what is sent."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.orderpay.sending import order_body
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.orders import Guest, OrderItem, OrderPayment, ServiceMode, Submission
from tests.answering import Answering
from tests.connectors.lightspeed_k.test_checks import BISTRO
from tests.connectors.lightspeed_k.test_sending import OK, ORDER, changed


def test_what_is_sent_for_an_order_at_a_table(till: Answering, account: KSeriesAccount) -> None:
    till.will(OK)
    assert account.place_order(ORDER) is Submission.QUEUED
    (asked,) = till.asked
    assert asked.path == "/o/op/1/order/local"
    assert json.loads(asked.body) == {
        "businessLocationId": 90000000000001,
        "thirdPartyReference": "cmp-ord-77",
        "endpointId": "comptoir",
        "customerInfo": {"firstName": "Bob"},
        "items": [
            {
                "quantity": 2,
                "sku": "FON",
                "modifiers": [{"modifierId": "7"}],
                "subItems": [{"quantity": 1, "sku": "CHEESE"}],
            }
        ],
        "tableNumber": "12",
        "clientCount": 2,
    }


def test_an_order_on_a_running_bill_moves_neither_table_nor_guests() -> None:
    body = order_body(changed(ORDER, check_id="A40017.230"))
    assert body["accountIdentifier"] == "A40017.230"
    assert "tableNumber" not in body
    assert "clientCount" not in body


def test_an_order_to_go(till: Answering, account: KSeriesAccount) -> None:
    till.will(OK)
    guest = Guest(
        first_name="Alice",
        last_name="Roux",
        email="alice@example.com",
        phone="+41790000000",
        reference="mem-1",
        street="Rue du Lac 1",
        postcode="1000",
        city="Lausanne",
    )
    account.place_order(
        changed(
            ORDER,
            mode=ServiceMode.DELIVERY,
            guest=guest,
            payment=OrderPayment(amount=Decimal("20.00"), tip=Decimal("2.50"), method="CMPT"),
            items=(OrderItem(sku="FON", course=1, price=Decimal("9.90"), name="Special"),),
            collect_at=datetime(2026, 3, 7, 20, tzinfo=UTC),
            prepare_at=datetime(2026, 3, 7, 19, tzinfo=UTC),
            collection_code="AB-12",
            order_profile="TOGO",
            note="No onions",
            staff_id="5501",
            lifetime=timedelta(minutes=5),
        )
    )
    (asked,) = till.asked
    assert asked.path == "/o/op/1/order/toGo"
    sent = json.loads(asked.body)
    assert sent["payment"] == {"paymentAmount": 22.5, "tipAmount": 2.5, "paymentMethod": "CMPT"}
    assert sent["customerInfo"]["thirdPartyReference"] == "mem-1"
    assert sent["deliveryAddress"] == {"addressLine1": "Rue du Lac 1", "zip": "1000", "city": "Lausanne"}
    assert sent["items"] == [{"quantity": 1, "sku": "FON", "customItemName": "Special", "customItemPrice": 9.9}]
    assert (sent["maxTimeToAttemptOrderDeliverToPos"], sent["staffId"]) == (300000, 5501)
    assert sent["orderCollectionTimeAsIso8601"] == "2026-03-07T20:00:00.000Z"
    assert "tableNumber" not in sent
    assert repr(guest) == "Guest(…)"


def test_a_guest_without_an_address_has_no_reference_either() -> None:
    body = order_body(changed(ORDER, guest=Guest(first_name="Bob", reference="mem-1")))
    assert body["customerInfo"] == {"firstName": "Bob"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reference": "r" * 49}, "reference_length"),
        ({"guest": Guest(first_name="")}, "guest_without_name"),
        ({"collection_code": "c" * 9}, "collection_code_too_long"),
        ({"items": (OrderItem(sku=""),)}, "sku_unknown"),
        ({"items": (OrderItem(sku="s" * 26),)}, "sku_unknown"),
        ({"items": (OrderItem(sku="FON", quantity=0),)}, "quantity_not_positive"),
    ],
)
def test_orders_that_are_never_sent(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        order_body(changed(ORDER, **fields))
    assert caught.value.code == code


def test_a_message_on_the_till(till: Answering, account: KSeriesAccount) -> None:
    till.will(OK)
    account.show_message(BISTRO, "Table 12 paid 28.50", also_print=True)
    (asked,) = till.asked
    assert (asked.path, asked.query) == ("/o/op/1/printMsg", {"businessLocationId": "90000000000001"})
    assert json.loads(asked.body) == {"message": "Table 12 paid 28.50", "alsoToPrinter": True}
