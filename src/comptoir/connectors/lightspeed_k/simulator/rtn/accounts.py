"""A sale as real-time notifications tell it (sheet 13); keys and their order follow the recorded bodies."""

from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import encode
from comptoir.connectors.lightspeed_k.simulator.figures import (
    ZERO,
    account_tax,
    discount,
    milliseconds,
    rate,
)
from comptoir.connectors.lightspeed_k.simulator.numbers import counter_of, long_id
from comptoir.connectors.lightspeed_k.simulator.settings import Behaviour, Closing
from comptoir.connectors.lightspeed_k.simulator.tongue import (
    PROFILE_NAMES,
    REVERSALS,
    account_type,
    room_and_table,
    tax_code,
)
from comptoir.pos.model import Line, Payment, Sale, SaleState, exact
from comptoir.pos.world import BillFacts, Change, WorldGuest, WorldLocation

OPEN: Final = "OPEN"
UPDATE: Final = "UPDATE"
CLOSE: Final = "CLOSE"


def announcements(sale: Sale, *, known: bool, closing: Closing = Closing.CLOSE) -> tuple[str, ...]:
    """Which notifications a change gives rise to; `known` says whether the account was announced before.

    A transitory account is announced twice (rule 1 of sheet 13); an account that another one replaces falls silent.
    """
    if sale.state is SaleState.SUPERSEDED:
        return ()
    if sale.kind in REVERSALS or (closing is Closing.UPDATE_AND_CLOSE and sale.state is not SaleState.OPEN):
        return (UPDATE, CLOSE)
    if sale.state is SaleState.OPEN:
        return (UPDATE,) if known else (OPEN,)
    return (UPDATE,) if closing is Closing.AS_IN_2019 else (CLOSE,)


def envelope(kind: str, account: bytes, *, location_id: str, retries: int) -> bytes:
    """The body that is posted: what happened, the account, and how often it was sent before."""
    return encode(
        {
            "notificationType": kind,
            "account": msgspec.Raw(account),
            "event": None,
            "retryCounter": retries,
            "businessLocationId": int(location_id),
        }
    )


def account(change: Change, location: WorldLocation, facts: BillFacts, behaviour: Behaviour) -> bytes:
    """The account as it is after the change, as JSON."""
    sale = change.sale
    paid = sale.paid or ZERO
    references = [_reference(each) for each in facts.references]
    body = {
        **_identity(sale, location),
        "openDate": milliseconds(sale.opened_at),
        "closeDate": milliseconds(sale.closed_at) if sale.closed_at else None,
        "paidAmount": exact(paid),
        "totalAmount": exact(sale.total),
        "coverCount": sale.covers or 0,
        "gratuityAmount": exact(sale.tip or ZERO),
        "receiptNumber": sale.receipt_number or None,
        "cancelled": sale.state is SaleState.CANCELLED,
        "accountProfileCode": sale.order_profile,
        "transactionLines": _lines(sale, location, parent=None),
        "paymentLines": [_payment(sale, payment, index) for index, payment in enumerate(sale.payments)],
        "discounts": [],
        "externalReferences": references,
        "deliveryInformation": _delivery(sale, from_api=bool(references)),
        "consumerRecord": _consumer_record(facts.guest) if facts.guest else None,
        "currentProductionPhase": 0,
        "currentInsertionPhase": 0,
        "accountObjectId": long_id(sale.location_id, "object", sale.table),
        "paymentInProgress": False,
        "latestExternalReferences": references[-1:],
        "taxAmount": exact(account_tax(sale)),
        "preTaxAmount": exact(sale.total - account_tax(sale)),
        **_closing_keys(change, location, behaviour),
    }
    if facts.name:
        body["name"] = facts.name
    if behaviour.closing is Closing.AS_IN_2019:
        del body["type"], body["updateDate"]
    return encode(body)


def _reference(text: str) -> dict[str, str]:
    prefix, _, reference = text.partition(":")
    return {"prefix": prefix, "reference": reference}


def _consumer_record(guest: WorldGuest) -> dict[str, Any]:
    """A known guest; keys as in the recorded body."""
    consumer = {
        "id": int(guest.id) + 1,
        "recordId": None,
        "firstSeenByBusinessId": None,
        "creationDate": None,
        "emailAddress": guest.email,
        "language": None,
        "ticketCount": None,
        "totalAmount": None,
        "gratuityAmount": None,
        "contactInformation": None,
    }
    unknown = dict.fromkeys(("addressLine1", "addressLine2", "zipCode", "city", "taxIdentifier"), "")
    contact = {
        "id": None,
        "salutation": None,
        "firstName": guest.first_name,
        "lastName": guest.last_name,
        "companyName": "",
        "phoneNumber1": guest.phone,
        "phoneNumber2": "",
        **unknown,
        "emailReceipts": bool(guest.email),
        "fullName": f"{guest.first_name} {guest.last_name}",
    }
    return {
        "id": int(guest.id),
        "consumerRecordUUID": str(uuid5(NAMESPACE_URL, f"guest/{guest.id}")),
        "consumer": consumer,
        "contactInformation": contact,
        "consumerNotes": [],
        "externalReferences": [],
    }


def _identity(sale: Sale, location: WorldLocation) -> dict[str, Any]:
    room, table = room_and_table(sale.table)
    return {
        "id": long_id(sale.location_id, sale.external_id),
        "uuid": None,
        "businessLocationId": int(location.id),
        "name": f"{room}, {table}" if table else f"Order {counter_of(sale.external_id)}",
        "accountNumber": sale.external_id,
        "currencyCode": sale.currency,
        **_device(sale),
        **_staff(sale),
    }


def _closing_keys(change: Change, location: WorldLocation, behaviour: Behaviour) -> dict[str, Any]:
    sale = change.sale
    origin = sale.previous_external_id
    offset = change.at.astimezone(ZoneInfo(location.timezone)).utcoffset()
    return {
        "serviceCharge": exact(sale.service_charge or ZERO),
        "orderMode": "DIRECT",
        "tableName": sale.table or None,
        "accountProfileName": PROFILE_NAMES.get(sale.order_profile, sale.order_profile),
        "accountProfileId": str(long_id(location.id, "profile", sale.order_profile)),
        "originAccountId": long_id(sale.location_id, origin) if origin else None,
        "originAccountNumber": origin or None,
        "type": account_type(sale.kind, named=behaviour.named_reversals),
        "updateDate": milliseconds(change.at),
        "offset": int(offset.total_seconds()) // 60 if offset is not None else 0,
        "totalDiscount": exact(sum(map(discount, sale.lines), ZERO)),
        "status": "open" if sale.state is SaleState.OPEN else "closed",
    }


def _lines(sale: Sale, location: WorldLocation, *, parent: int | None) -> list[dict[str, Any]]:
    """The lines below `parent` (None: those at the top), each with its own sub-lines inside."""
    return [
        _line(sale, location, line, index, parent) for index, line in enumerate(sale.lines) if line.parent == parent
    ]


def _line(sale: Sale, location: WorldLocation, line: Line, index: int, parent: int | None) -> dict[str, Any]:
    account_id = long_id(sale.location_id, sale.external_id)
    code, description = tax_code(line)
    return {
        "id": account_id + 1 + index,
        "parentLineId": None if parent is None else account_id + 1 + parent,
        "accountId": account_id,
        "currencyCode": None,
        "amount": exact(line.total),
        "unitAmount": exact(line.unit_price),
        "quantity": exact(line.quantity),
        **_staff(sale),
        "nameOverride": "",
        "itemDescription": line.name,
        "accountingGroupId": str(long_id(location.business_id, "group", line.category)),
        "accountingGroupName": line.category,
        "itemId": long_id(location.business_id, "item", line.sku),
        "itemSku": line.sku,
        "date": milliseconds(sale.opened_at),
        "active": True,
        **_device(sale),
        "activeTax": {
            "code": code,
            "description": description,
            "rate": rate(line),
            "taxIncluded": True,
        },
        "subLines": _lines(sale, location, parent=index),
        "discounts": [],
        "tags": "",
        "phase": 0,
        "categories": [{"category": "default", "value": ""}],
    }


def _payment(sale: Sale, payment: Payment, index: int) -> dict[str, Any]:
    account_id = long_id(sale.location_id, sale.external_id)
    # Payment lines of reversals carry neither method nor staff (rule 3 of sheet 13, and the recorded body).
    nobody: dict[str, Any] = {"staffId": None, "staffName": None, "staffEmail": None}
    return {
        "id": account_id + 1 + len(sale.lines) + index,
        "accountId": account_id,
        "currencyCode": sale.currency,
        "gratuityAmount": exact(payment.tip),
        "amount": exact(payment.amount),
        **(_staff(sale) if payment.method else nobody),
        "date": milliseconds(sale.closed_at or sale.opened_at),
        "active": True,
        "paymentMethod": payment.method.id if payment.method else None,
        "paymentMethodDescription": payment.method.name if payment.method else None,
        **_device(sale),
        "externalReference": payment.external_reference or None,
    }


def _device(sale: Sale) -> dict[str, Any]:
    register = sale.register
    return {
        "deviceId": int(register.id) if register else None,
        "deviceName": register.name if register else None,
        "deviceIp": None,
    }


def _staff(sale: Sale) -> dict[str, Any]:
    staff = sale.staff
    return {
        "staffId": int(staff.id) if staff else None,
        "staffName": staff.name if staff else None,
        "staffEmail": None,
    }


def _delivery(sale: Sale, *, from_api: bool) -> dict[str, Any]:
    return {
        "id": None,
        "enabled": False,
        "deliveryMode": "LOCAL",
        "deliveryState": "IN_PRODUCTION",
        "collectionCode": "",
        "deliveryInfo": None,
        "deliveryDueTime": None,
        "deliveryTime": None,
        "deliveredTime": None,
        "productionDueTime": None,
        "prepaid": False,
        "deliveryOrigin": "API" if from_api else "POS",
        "deviceName": sale.register.name if sale.register else None,
    }
