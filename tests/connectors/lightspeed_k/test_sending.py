"""Payments and orders: what is sent, and what is known afterwards."""

import json
import socket
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k.account import KSeriesAccount
from comptoir.connectors.lightspeed_k.calls import written
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.orderpay.sending import payment_body
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints
from comptoir.pos.orders import (
    Declined,
    FailureKind,
    Guest,
    OrderItem,
    OrderRequest,
    PaymentRequest,
    ServiceMode,
    Submission,
)
from tests.answering import Answering, Told
from tests.connectors.lightspeed_k.conftest import Tokens
from tests.connectors.lightspeed_k.kseries_bodies import encoded

PAYMENT = PaymentRequest(
    location_id="90000000000001",
    check_id="A40017.230",
    reference="cmp-pay-1",
    endpoint_id="comptoir",
    amount=Decimal("28.50"),
    tip=Decimal("1.5"),
    method="CMPT",
    staff_id="5501",
    register_id="40017",
    lifetime=timedelta(minutes=2),
)
ORDER = OrderRequest(
    location_id="90000000000001",
    reference="cmp-ord-77",
    endpoint_id="comptoir",
    mode=ServiceMode.EAT_IN,
    guest=Guest(first_name="Bob"),
    items=(OrderItem(sku="FON", quantity=2, modifier_ids=("7",), items=(OrderItem(sku="CHEESE"),)),),
    table_number="12",
    covers=2,
)
OK = Told(200, b'{"status":"ok"}')


def spring(message: str, status: int = 400) -> Told:
    said = {"timestamp": "2026-03-07T19:00:20.075+0000", "status": status, "error": "Bad Request", "message": message}
    return Told(status, encoded({**said, "path": "/o/op/1/pay"}))


def changed(request: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(request, **fields)


# Payments


def test_what_is_sent_for_a_payment(till: Answering, account: KSeriesAccount) -> None:
    till.will(OK)
    assert account.pay(PAYMENT) is Submission.QUEUED
    (asked,) = till.asked
    assert (asked.method, asked.path) == ("POST", "/o/op/1/pay")
    assert b'"paymentAmount":28.50' in asked.body
    assert json.loads(asked.body) == {
        "businessLocationId": 90000000000001,
        "endpointId": "comptoir",
        "thirdPartyPaymentReference": "cmp-pay-1",
        "iKaccountIdentifier": "A40017.230",
        "paymentAmount": 28.5,
        "tipAmount": 1.5,
        "paymentMethod": "CMPT",
        "staffId": 5501,
        "deviceId": 40017,
        "taskTtlInMs": 120000,
    }


def test_a_payment_says_no_more_than_it_knows() -> None:
    plain = changed(PAYMENT, tip=Decimal(0), method="", staff_id="", register_id="", lifetime=None)
    assert payment_body(plain) == {
        "businessLocationId": 90000000000001,
        "endpointId": "comptoir",
        "thirdPartyPaymentReference": "cmp-pay-1",
        "iKaccountIdentifier": "A40017.230",
        "paymentAmount": Decimal("28.50"),
    }


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": Decimal(0)}, "amount_not_positive"),
        ({"amount": Decimal("-1")}, "amount_not_positive"),
        ({"tip": Decimal("-1")}, "tip_negative"),
        ({"check_id": ""}, "check_missing"),
        ({"reference": ""}, "reference_length"),
        ({"reference": "r" * 51}, "reference_length"),
        ({"location_id": "here"}, "id_unknown"),
        ({"location_id": "9" * 19}, "id_unknown"),
        ({"staff_id": "Lea"}, "id_unknown"),
        ({"lifetime": timedelta(seconds=59)}, "lifetime_too_short"),
    ],
)
def test_what_is_never_sent(till: Answering, account: KSeriesAccount, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        account.pay(changed(PAYMENT, **fields))
    assert caught.value.code == code
    assert till.asked == []


@given(st.decimals(min_value="0.01", max_value="99999", places=2))
def test_amounts_leave_as_exact_numbers(amount: Decimal) -> None:
    body = written(payment_body(changed(PAYMENT, amount=amount)))
    sent = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    assert sent["paymentAmount"] == amount


# What is known afterwards


def test_a_reference_the_vendor_knows_was_submitted_before(till: Answering, account: KSeriesAccount) -> None:
    till.will(spring("reference has already been used cmp-pay-1"))
    assert account.pay(PAYMENT) is Submission.ALREADY_SUBMITTED
    till.will(Told(409, b'{"status":"fail","msg":"reference has already been used cmp-ord-77"}'))
    assert account.place_order(ORDER) is Submission.ALREADY_SUBMITTED


@pytest.mark.parametrize(
    "told",
    [
        Told(hang_up=True),
        Told(500, b""),
        Told(503, b"busy"),
        Told(504),
        Told(200, b""),
        Told(200, b"<html>"),
        Told(200, b'{"status":"fail"}'),
        Told(200, b"{}"),
    ],
)
def test_what_is_unknown_is_said_and_not_repeated(till: Answering, account: KSeriesAccount, told: Told) -> None:
    till.will(told)
    with pytest.raises(OutcomeUnknown):
        account.pay(PAYMENT)
    with pytest.raises(OutcomeUnknown):
        account.place_order(ORDER)
    assert len(till.asked) == 2


@pytest.mark.parametrize(
    ("told", "code", "kind"),
    [
        (spring("payment API not enabled"), "api_not_enabled", FailureKind.CONFIGURATION),
        (spring("Order API is not activated", 403), "api_not_enabled", FailureKind.CONFIGURATION),
        (spring("The orders api is not enabled", 403), "api_not_enabled", FailureKind.CONFIGURATION),
        (
            spring("Validation failed for object='standalonePayment'. Error count: 1"),
            "till_refused",
            FailureKind.UNKNOWN,
        ),
        (spring("", 404), "till_refused", FailureKind.UNKNOWN),
        (Told(400, b""), "till_refused", FailureKind.UNKNOWN),
        (Told(400, b"\xff<html>"), "till_refused", FailureKind.UNKNOWN),
        (Told(422, b'{"error":"Payment method not found"}'), "payment_method_not_found", FailureKind.CONFIGURATION),
    ],
)
def test_a_clear_no(till: Answering, account: KSeriesAccount, told: Told, code: str, kind: FailureKind) -> None:
    till.will(told)
    with pytest.raises(Declined) as caught:
        account.pay(PAYMENT)
    assert (caught.value.code, caught.value.failure.kind) == (code, kind)
    assert caught.value.for_owner == caught.value.failure.for_owner
    assert len(till.asked) == 1


def test_a_refused_sign_in(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(403, b""))
    with pytest.raises(VendorRefused):
        account.pay(PAYMENT)
    till.will(Told(401, b""), OK)
    assert account.pay(PAYMENT) is Submission.QUEUED


def test_a_limit_and_an_absent_vendor_did_nothing(till: Answering, account: KSeriesAccount) -> None:
    till.will(Told(429, b"", {"retry-after": "5"}))
    with pytest.raises(VendorBusy):
        account.pay(PAYMENT)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = CONNECTOR.open(Endpoints("", "", f"http://127.0.0.1:{port}", "id", Secret("hush")), Tokens())
    with pytest.raises(VendorBusy):
        gone.pay(PAYMENT)
    gone.close()
