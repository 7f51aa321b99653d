"""A bill that is closed now, as a till tells of it."""

import json
import time
from typing import Any

from bench.tablet.counters import LOCATION


def closed(device: int, number: int) -> bytes:
    """The notification; no two numbers give the same."""
    now = round(time.time() * 1000)
    line: dict[str, Any] = {
        "id": 90000000000000 + number,
        "parentLineId": None,
        "amount": 24.5,
        "unitAmount": 24.5,
        "quantity": 1,
        "itemDescription": "Steak frites",
        "itemSku": "STEAK",
        "active": True,
        "activeTax": {"code": "TVA10", "description": "TVA 10%", "rate": 1.1, "taxIncluded": True},
        "subLines": [],
        "discounts": [],
        "tags": "",
    }
    payment = {
        "id": 91000000000000 + number,
        "currencyCode": "EUR",
        "gratuityAmount": 0,
        "amount": 24.5,
        "active": True,
        "paymentMethod": "CB",
        "paymentMethodDescription": "Carte",
    }
    account = {
        "id": 92000000000000 + number,
        "uuid": None,
        "businessLocationId": LOCATION,
        "name": "Salle",
        "accountNumber": f"A{device}.{number}",
        "currencyCode": "EUR",
        "deviceId": device,
        "deviceName": f"Bar {device}",
        "staffId": 1,
        "staffName": "Alice",
        "openDate": now - 60_000,
        "closeDate": now,
        "paidAmount": 24.5,
        "totalAmount": 24.5,
        "coverCount": 1,
        "gratuityAmount": 0,
        "receiptNumber": f"R{device}.{number}",
        "cancelled": False,
        "accountProfileCode": "SURPLACE",
        "transactionLines": [line],
        "paymentLines": [payment],
        "discounts": [],
        "externalReferences": [],
        "consumerRecord": None,
        "taxAmount": 2.2273,
        "preTaxAmount": 22.2727,
        "serviceCharge": 0,
        "orderMode": "DIRECT",
        "tableName": "Table 12",
        "type": "SALE",
        "updateDate": now,
        "offset": 60,
        "totalDiscount": 0,
        "status": "closed",
    }
    told = {
        "notificationType": "CLOSE",
        "account": account,
        "event": None,
        "retryCounter": 0,
        "businessLocationId": LOCATION,
    }
    return json.dumps(told).encode()
