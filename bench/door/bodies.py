"""Three kilobytes of till, each different: a notification as a busy restaurant sends it, with a number that moves."""

import json
from typing import Any, Final

SIZE: Final = 3072
_MARK: Final = "@@@@@@@@@@@@"


def _line(index: int) -> dict[str, Any]:
    return {
        "id": 90000000004401 + index * 7919,
        "parentLineId": None,
        "amount": 4.2 + index * 3.15,
        "unitAmount": 4.2 + index * 3.15,
        "quantity": 1,
        "itemDescription": ("Chasselas 1dl", "Steak frites", "Tarte aux abricots", "Ristretto", "Salade mêlée")[
            index % 5
        ],
        "itemSku": f"SKU-{index * 6151 % 9973:04d}",
        "active": True,
        "activeTax": {"code": "TVA10", "description": "TVA 10%", "rate": 1.1, "taxIncluded": True},
        "subLines": [],
        "discounts": [],
    }


def _template() -> tuple[bytes, bytes]:
    account: dict[str, Any] = {
        "id": 90000000004400,
        "businessLocationId": 90000000000001,
        "name": "Salle, Table 12",
        "accountNumber": _MARK,
        "currencyCode": "EUR",
        "deviceName": "Bar 1",
        "staffName": "Alice",
        "openDate": 1772908858000,
        "closeDate": 1772911844310,
        "paidAmount": 58.35,
        "totalAmount": 58.35,
        "coverCount": 2,
        "receiptNumber": "R40017.104",
        "cancelled": False,
        "status": "closed",
        "transactionLines": [_line(index) for index in range(7)],
        "paymentLines": [{"id": 90000000004402, "amount": 58.35, "paymentMethod": "TWINT", "currencyCode": "EUR"}],
        "type": "SALE",
        "note": "",
    }
    notification = {"notificationType": "CLOSE", "account": account, "retryCounter": 0}
    short = SIZE - len(json.dumps(notification).encode())
    account["note"] = "Sans oignons, bien cuit. " * 40
    account["note"] = account["note"][:short]
    head, _, tail = json.dumps(notification).partition(_MARK)
    return head.encode(), tail.encode()


_HEAD, _TAIL = _template()


def body(number: int) -> bytes:
    """The body with this number; no two numbers give the same."""
    return b"%b%012d%b" % (_HEAD, number, _TAIL)
