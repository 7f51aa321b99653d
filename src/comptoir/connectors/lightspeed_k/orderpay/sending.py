"""Payments and orders sent to the till: queued, known already, declined or unknown; never repeated blindly."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from comptoir.connectors.lightspeed_k.calls import (
    VENDOR,
    Calls,
    iso,
    reason_of,
    require_ok,
    whole_number,
    without_empty,
)
from comptoir.connectors.lightspeed_k.orderpay.failures import REFERENCE_USED, UNKNOWN_TYPE, failure, kind_of
from comptoir.kernel.errors import RuleBroken, VendorRefused
from comptoir.kernel.http import Answer
from comptoir.pos.orders import (
    Declined,
    Guest,
    OrderItem,
    OrderPayment,
    OrderRequest,
    PaymentRequest,
    ServiceMode,
    Submission,
)

PAY_PATH: Final = "/o/op/1/pay"
LOCAL_PATH: Final = "/o/op/1/order/local"
TO_GO_PATH: Final = "/o/op/1/order/toGo"
LONGEST_PAYMENT_REFERENCE: Final = 50
LONGEST_ORDER_REFERENCE: Final = 48
LONGEST_COLLECTION_CODE: Final = 8
LONGEST_SKU: Final = 25
LONGEST_FIRST_NAME: Final = 128
SHORTEST_LIFETIME: Final = timedelta(minutes=1)


class Sending(Calls):
    """Payments and orders."""

    def pay(self, request: PaymentRequest) -> Submission:
        """Enter a payment on a check. https://api-docs.lsk.lightspeed.app/operation/operation-apemakepayment"""
        return _submission(self._do("POST", PAY_PATH, payment_body(request)))

    def place_order(self, request: OrderRequest) -> Submission:
        """Send an order. https://api-docs.lsk.lightspeed.app/operation/operation-apelocalorder

        https://api-docs.lsk.lightspeed.app/operation/operation-apeplacetogoorder
        """
        path = LOCAL_PATH if request.mode is ServiceMode.EAT_IN else TO_GO_PATH
        return _submission(self._do("POST", path, order_body(request)))


def payment_body(request: PaymentRequest) -> dict[str, object]:
    """What the vendor wants of a payment: here `paymentAmount` is without the tip. Raises RuleBroken."""
    _check_reference(request.reference, LONGEST_PAYMENT_REFERENCE)
    _check(request.amount > 0, "amount_not_positive", "A payment needs an amount above zero.")
    _check(request.tip >= 0, "tip_negative", "A tip cannot be negative.")
    _check(bool(request.check_id), "check_missing", "A payment needs the bill it is for.")
    return {
        "businessLocationId": whole_number(request.location_id, "place"),
        "endpointId": request.endpoint_id,
        "thirdPartyPaymentReference": request.reference,
        "iKaccountIdentifier": request.check_id,
        "paymentAmount": request.amount,
        **without_empty({"tipAmount": request.tip or None, "paymentMethod": request.method}),
        **_staff_and_lifetime(request.staff_id, request.lifetime, "taskTtlInMs"),
        **({"deviceId": whole_number(request.register_id, "register")} if request.register_id else {}),
    }


def order_body(request: OrderRequest) -> dict[str, object]:
    """What the vendor wants of an order. Raises RuleBroken."""
    _check_reference(request.reference, LONGEST_ORDER_REFERENCE)
    _check(
        len(request.collection_code) <= LONGEST_COLLECTION_CODE,
        "collection_code_too_long",
        f"A collection code has at most {LONGEST_COLLECTION_CODE} characters.",
    )
    local = request.mode is ServiceMode.EAT_IN
    here = {
        "accountIdentifier": request.check_id,
        "tableNumber": "" if request.check_id else request.table_number,
        "clientCount": None if request.check_id else request.covers,
    }
    return {
        "businessLocationId": whole_number(request.location_id, "place"),
        "thirdPartyReference": request.reference,
        "endpointId": request.endpoint_id,
        "customerInfo": _guest(request.guest),
        "items": [_item(item, local=local) for item in request.items],
        **without_empty(
            {
                "payment": _order_payment(request.payment) if request.payment else None,
                "accountProfileCode": request.order_profile,
                "orderNote": request.note,
                "collectionCode": request.collection_code,
                "scheduledTimeForOrderAsIso8601": iso(request.prepare_at) if request.prepare_at else None,
                "orderCollectionTimeAsIso8601": iso(request.collect_at) if request.collect_at else None,
                **(here if local else {"deliveryAddress": _address(request)}),
            }
        ),
        **_staff_and_lifetime(request.staff_id, request.lifetime, "maxTimeToAttemptOrderDeliverToPos"),
    }


def _submission(answer: Answer) -> Submission:
    """What an answer says. Raises Declined, OutcomeUnknown, VendorRefused."""
    if answer.status < 300:
        require_ok(answer)
        return Submission.QUEUED
    reason = reason_of(answer)
    if REFERENCE_USED.search(reason):
        return Submission.ALREADY_SUBMITTED
    kind = kind_of(reason)
    if answer.status == 403 and kind == UNKNOWN_TYPE:
        raise VendorRefused(f"{VENDOR} asks you to sign in again.", for_log=f"status 403: {reason}")
    raise Declined(failure(kind, reason or f"status {answer.status}"))


def _order_payment(payment: OrderPayment) -> dict[str, object]:
    """In an order, unlike in a payment, the vendor's `paymentAmount` includes the tip."""
    said = {"paymentAmount": payment.amount + payment.tip, "tipAmount": payment.tip or None}
    return without_empty({**said, "paymentMethod": payment.method})


def _guest(guest: Guest) -> dict[str, object]:
    _check(
        0 < len(guest.first_name) <= LONGEST_FIRST_NAME, "guest_without_name", "An order needs the guest's first name."
    )
    return without_empty(
        {
            "firstName": guest.first_name,
            "lastName": guest.last_name,
            "email": guest.email,
            "contactNumberAsE164": guest.phone,
            "thirdPartyReference": guest.reference if guest.email else "",
            "notes": guest.notes,
        }
    )


def _address(request: OrderRequest) -> Mapping[str, object]:
    guest = request.guest
    return without_empty({"addressLine1": guest.street, "zip": guest.postcode, "city": guest.city})


def _item(item: OrderItem, *, local: bool) -> dict[str, object]:
    _check(0 < len(item.sku) <= LONGEST_SKU, "sku_unknown", f"An item's code has 1 to {LONGEST_SKU} characters.")
    _check(item.quantity > 0, "quantity_not_positive", "An item is ordered at least once.")
    return {
        "quantity": item.quantity,
        "sku": item.sku,
        **without_empty(
            {
                "customItemName": item.name,
                "customItemPrice": item.price,
                "modifiers": [{"modifierId": each} for each in item.modifier_ids],
                "discountCode": item.discount_code,
                "course": item.course if local else None,
                "subItems": [_item(each, local=local) for each in item.items],
            }
        ),
    }


def _staff_and_lifetime(staff_id: str, lifetime: timedelta | None, field: str) -> dict[str, object]:
    said: dict[str, object] = {"staffId": whole_number(staff_id, "user")} if staff_id else {}
    if lifetime is not None:
        _check(lifetime >= SHORTEST_LIFETIME, "lifetime_too_short", "A till is tried for at least a minute.")
        said[field] = lifetime // timedelta(milliseconds=1)
    return said


def _check_reference(reference: str, longest: int) -> None:
    _check(0 < len(reference) <= longest, "reference_length", f"A reference has 1 to {longest} characters.")


def _check(holds: bool, code: str, otherwise: str) -> None:
    if not holds:
        raise RuleBroken(otherwise, code=code, status=422)
