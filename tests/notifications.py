"""Real-time notifications as a K-Series till sends them, made up after the reference (lightspeed-k-series.md 13)."""

import json
from datetime import UTC, datetime
from typing import Any

OPENED = datetime(2026, 3, 7, 18, 40, 58, tzinfo=UTC)
CLOSED = datetime(2026, 3, 7, 19, 30, 44, 310000, tzinfo=UTC)
LOCATION = 90000000000001


def milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def notification(
    number: str = "A40017.231", *, total: float = 28.5, closed: bool = True, location: int = LOCATION, **account: Any
) -> dict[str, Any]:
    """A notification of a bill with one line; `account` overrides its fields."""
    payment = {"id": 90000000004402, "currencyCode": "EUR", "gratuityAmount": 1.5, "amount": total, "active": True}
    line = {
        "id": 90000000004401,
        "parentLineId": None,
        "amount": total,
        "unitAmount": abs(total),
        "quantity": 1 if total >= 0 else -1,
        "itemDescription": "Chasselas 1dl",
        "itemSku": "CHASSELAS",
        "active": True,
        "activeTax": {"code": "TVA10", "description": "TVA 10%", "rate": 1.1, "taxIncluded": True},
        "subLines": [],
        "discounts": [],
        "tags": "",
    }
    fields: dict[str, Any] = {
        "id": 90000000004400,
        "uuid": None,
        "businessLocationId": location,
        "name": "Salle, Table 12",
        "accountNumber": number,
        "currencyCode": "EUR",
        "deviceId": 40017,
        "deviceName": "Bar 1",
        "staffId": 5501,
        "staffName": "Alice",
        "openDate": milliseconds(OPENED),
        "closeDate": milliseconds(CLOSED) if closed else None,
        "paidAmount": total if closed else 0,
        "totalAmount": total,
        "coverCount": 2,
        "gratuityAmount": 1.5 if closed else 0,
        "receiptNumber": "R40017.104" if closed else None,
        "cancelled": False,
        "accountProfileCode": "SURPLACE",
        "transactionLines": [line],
        "paymentLines": [{**payment, "paymentMethod": "TWINT", "paymentMethodDescription": "Twint"}] if closed else [],
        "discounts": [],
        "externalReferences": [],
        "consumerRecord": None,
        "taxAmount": 2.5909,
        "preTaxAmount": 25.9091,
        "serviceCharge": 0,
        "orderMode": "DIRECT",
        "tableName": "Table 12",
        "type": "SALE",
        "updateDate": milliseconds(CLOSED if closed else OPENED),
        "offset": 60,
        "totalDiscount": 0,
        "status": "closed" if closed else "open",
    }
    return {
        "notificationType": "CLOSE" if closed else "OPEN",
        "account": {**fields, **account},
        "event": None,
        "retryCounter": 0,
        "businessLocationId": location,
    }


def body(**fields: Any) -> bytes:
    """The same as bytes."""
    return json.dumps(notification(**fields)).encode()
