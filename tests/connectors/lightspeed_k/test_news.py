"""What the vendor posts beside bills: told apart, read to facts, or refused with a path."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.orderpay.failures import FAILURES
from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.connector import Fact, Notification, Reading
from comptoir.pos.orders import FailureKind, OrderState, OrderStatus, PaymentOutcome, PaymentResult, Readiness
from comptoir.pos.people import Shift
from comptoir.pos.places import Availability
from tests.connectors.lightspeed_k.kseries_bodies import encoded, glass_of_chasselas, notification
from tests.connectors.lightspeed_k.test_checks import check
from tests.connectors.lightspeed_k.test_shifts import shift_news
from tests.connectors.lightspeed_k.test_webhooks_hostile import anything, changed, check_fault, places

NOW = datetime(2026, 3, 8, 6, tzinfo=UTC)
PAYMENT = {
    "thirdPartyReference": "cmp-pay-1",
    "businessLocationId": 90000000000001,
    "status": "SUCCESS",
    "ikentooAccountId": "90000000004242",
    "ikentooAccountIdentifier": "A40017.212",
    "type": "PAYMENT",
}
ORDER = {**PAYMENT, "thirdPartyReference": "cmp-ord-77", "type": "ORDER", "ikentooAccountId": 90000000004300}
ITEM = {
    "sku": "FON",
    "businessLocationId": 90000000000001,
    "count": None,
    "countUpdatedAt": "2024-04-04T09:42:00.000+00:00",
    "status": "RESTRICTED",
    "type": "ITEM",
}
ORDER_API = {
    "businessLocationId": 90000000000001,
    "lastUpdatedAt": "2025-12-11T07:27:47.407Z",
    "status": "READY",
    "type": "ORDER_API",
    "onlineOrderingApiConfiguration": {"enabled": True, "orderProfileId": None, "staffId": 789012},
    "posStatus": {"salesPeriod": "OPENED", "acceptingOnlineOrders": True, "availableDevices": True},
}


def read(body: dict[str, Any] | bytes) -> Reading:
    body = body if isinstance(body, bytes) else encoded(body)
    return CONNECTOR.read(Notification(body=body, received_at=NOW))


def fact(body: dict[str, Any] | bytes) -> Fact:
    (found,) = read(body).facts
    return found


def failed(**said: Any) -> Any:
    found = fact({**PAYMENT, "status": "FAILURE", **said})
    assert isinstance(found, PaymentResult)
    assert found.outcome is PaymentOutcome.FAILED
    return found.failure


# Payments


def test_a_payment_that_was_taken() -> None:
    reading = read(PAYMENT)
    assert (reading.location_id, reading.observed) == ("90000000000001", ())
    assert reading.delivery == "PAYMENT SUCCESS · cmp-pay-1"
    (found,) = reading.facts
    assert found == PaymentResult(
        reference="cmp-pay-1",
        outcome=PaymentOutcome.TAKEN,
        said="SUCCESS",
        location_id="90000000000001",
        check_id="A40017.212",
    )


@pytest.mark.parametrize("kind", [each for each in FAILURES if each.isupper() and each not in ("TIMEOUT", "UNKNOWN")])
def test_every_reason_of_the_till_has_a_code_and_words(kind: str) -> None:
    found = failed(reason="Something", errors={"account": {"type": kind}})
    assert (found.code, found.kind, found.for_owner) == FAILURES[kind]
    assert found.said == "Something"


def test_codes_are_stable() -> None:
    assert sorted(code for code, _, _ in FAILURES.values()) == [
        "api_not_enabled",
        "check_already_closed",
        "check_not_found",
        "guest_known_otherwise",
        "invalid_request",
        "item_not_added",
        "item_not_found",
        "overpaid",
        "payment_method_native",
        "payment_method_not_found",
        "payment_not_found",
        "staff_missing",
        "staff_not_found",
        "till_refused",
        "till_unreachable",
        "update_failed",
    ]
    assert all(words.endswith(".") for _, _, words in FAILURES.values())


def test_no_till_in_time() -> None:
    timeout = {"errorKey": "errors.payment.pos.task_timeout", "message": "Not processed before validity ended"}
    found = failed(errors={"timeout": timeout})
    assert (found.code, found.kind) == ("till_unreachable", FailureKind.TRANSIENT)
    assert found.said == "Not processed before validity ended"


def test_the_till_goes_before_a_timeout() -> None:
    assert failed(errors={"timeout": {}, "account": {"type": "OVERPAID"}}).code == "overpaid"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("the payment amount is greater than the amount due", "overpaid"),
        ("Payment method not found", "payment_method_not_found"),
        ("payment API not enabled", "api_not_enabled"),
        ("Account not found", "check_not_found"),
        ("Item not found", "item_not_found"),
        ("The SKU 12 does not exist", "item_not_found"),
        ("Invalid SKU: 12", "item_not_found"),
        ("Item could not be added", "item_not_added"),
        ("Staff is missing or inactive", "staff_missing"),
        ("Staff not found", "staff_not_found"),
        ("Not processed before validity ended", "till_unreachable"),
        ("Whatever", "till_refused"),
        (None, "till_refused"),
    ],
)
@pytest.mark.parametrize("errors", [None, {}, {"account": {}}, {"account": {"type": "SOMETHING_NEW"}}])
def test_without_a_reason_of_the_till_its_sentence_decides(reason: Any, code: str, errors: Any) -> None:
    assert failed(reason=reason, errors=errors).code == code


def test_a_word_nobody_knows_is_neither_taken_nor_failed() -> None:
    found = fact({**PAYMENT, "status": "PENDING"})
    assert isinstance(found, PaymentResult)
    assert (found.outcome, found.said, found.failure) == (PaymentOutcome.UNKNOWN, "PENDING", None)


# Orders


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("SUCCESS", OrderStatus.ACCEPTED),
        ("CHECK_WAS_UPDATED", OrderStatus.CHANGED),
        ("CLOSED", OrderStatus.CLOSED),
        ("READY_FOR_PICKUP", OrderStatus.READY),
        ("BAKED", OrderStatus.OTHER),
    ],
)
def test_where_an_order_is(said: str, status: OrderStatus) -> None:
    found = fact({**ORDER, "status": said})
    assert isinstance(found, OrderState)
    assert (found.reference, found.status, found.said) == ("cmp-ord-77", status, said)


def test_an_order_with_its_bill() -> None:
    found = fact({**ORDER, "account": check(currentAmount="49.00", paidAmount="20.00")})
    assert isinstance(found, OrderState)
    assert (found.total, found.paid, found.check_id) == (49, 20, "A40017.212")


def test_a_failure_without_type_and_location() -> None:
    reason = "A consumer already exists for this email address with a different external reference."
    reading = read({"status": "FAILURE", "reason": reason, "thirdPartyReference": "REF12212"})
    (found,) = reading.facts
    assert isinstance(found, OrderState)
    assert reading.location_id == ""
    assert found.failure is not None
    assert found.failure.code == "guest_known_otherwise"


def test_errors_make_it_a_payment() -> None:
    assert isinstance(fact({"status": "FAILURE", "thirdPartyReference": "a", "errors": {"timeout": {}}}), PaymentResult)


# Items and readiness


@pytest.mark.parametrize(("count", "expected"), [(None, None), (3, 3), ("0", 0)])
def test_an_item(count: object, expected: int | None) -> None:
    found = fact({**ITEM, "count": count})
    at = datetime(2024, 4, 4, 9, 42, tzinfo=UTC)
    assert found == Availability(location_id="90000000000001", sku="FON", count=expected, sold_out=True, changed_at=at)
    back = fact({**ITEM, "status": "NOT_RESTRICTED"})
    assert isinstance(back, Availability)
    assert back.sold_out is False


def test_readiness_is_decided_by_what_it_is_made_of() -> None:
    found = fact(ORDER_API)
    assert isinstance(found, Readiness)
    assert found.ready
    for place, word, value in [
        ("onlineOrderingApiConfiguration", "enabled", False),
        ("posStatus", "salesPeriod", "CLOSED"),
        ("posStatus", "acceptingOnlineOrders", False),
        ("posStatus", "availableDevices", False),
    ]:
        lacking = fact({**ORDER_API, place: {**ORDER_API[place], word: value}})  # type: ignore[dict-item]
        assert isinstance(lacking, Readiness)
        assert not lacking.ready


# Told apart


def test_each_body_is_what_it_is() -> None:
    bodies: list[tuple[dict[str, Any], type]] = [
        (PAYMENT, PaymentResult),
        (ORDER, OrderState),
        (ITEM, Availability),
        (ORDER_API, Readiness),
        (shift_news(), Shift),
    ]
    for body, kind in bodies:
        assert isinstance(fact(body), kind)
    bill = read(notification(glass_of_chasselas()))
    assert (len(bill.observed), bill.facts) == (1, ())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("payment-success", PaymentResult),
        ("payment-failure-overpaid", PaymentResult),
        ("order-closed", OrderState),
        ("order-success-with-account", OrderState),
    ],
)
def test_published_bodies(recorded: Callable[[str], bytes], name: str, kind: type) -> None:
    found = fact(recorded(name))
    assert isinstance(found, kind)
    assert isinstance(found, PaymentResult | OrderState)
    if name == "payment-failure-overpaid":
        assert found.failure is not None
        assert found.failure.code == "overpaid"
    if isinstance(found, OrderState):
        assert (found.total, found.check_id, found.location_id) == (4, "A17700.3", "247158188015618")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({**PAYMENT, "status": None}, "$.status"),
        ({**PAYMENT, "thirdPartyReference": ""}, "$.thirdPartyReference"),
        ({**PAYMENT, "thirdPartyReference": "r" * 65}, "$.thirdPartyReference"),
        ({**PAYMENT, "thirdPartyReference": None}, "$.thirdPartyReference"),
        ({**PAYMENT, "businessLocationId": True}, "$.businessLocationId"),
        ({**ORDER, "account": {"currentAmount": 1}}, "$.account.ikaccountId"),
        ({**ITEM, "status": "MAYBE"}, "$.status"),
        ({**ITEM, "businessLocationId": None}, "$.businessLocationId"),
        ({**ORDER_API, "posStatus": None}, "$.posStatus"),
        ({**ORDER_API, "businessLocationId": None}, "$.businessLocationId"),
        ({"type": "GIFT"}, "$.notificationType"),
        ({}, "$.notificationType"),
        ({"notificationType": "shift.moved", "data": {}}, "$.notificationType"),
    ],
)
def test_a_fault_names_its_path(body: dict[str, Any], path: str) -> None:
    with pytest.raises(VendorUnreadable) as caught:
        read(body)
    assert caught.value.path == path


@settings(max_examples=300)
@given(st.sampled_from([PAYMENT, {**ORDER, "account": check()}, ITEM, ORDER_API, shift_news()]), st.data())
def test_any_value_in_any_place(body: dict[str, Any], data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        body = changed(body, data.draw(st.sampled_from(places(body))), data.draw(anything))
        if not isinstance(body, dict):
            break
    try:
        read(encoded(body))
    except VendorUnreadable as error:
        check_fault(error)


@given(st.sampled_from([PAYMENT, ORDER, ITEM, ORDER_API, shift_news()]), st.data())
def test_any_byte_in_any_place(said: dict[str, Any], data: st.DataObject) -> None:
    body = bytearray(encoded(said))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        read(bytes(body))
    except VendorUnreadable as error:
        check_fault(error)
