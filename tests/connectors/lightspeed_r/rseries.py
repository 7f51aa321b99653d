"""Made-up sales in R-Series' words, and an account that a scripted server answers."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from comptoir.connectors.lightspeed_r.account import RSeriesAccount
from comptoir.connectors.lightspeed_r.connector import CONNECTOR
from comptoir.connectors.lightspeed_r.schemas import SALES, Sale
from comptoir.connectors.lightspeed_r.values import decode, listed
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints
from tests.answering import Answering, Asked, Told, answering

STREET = {"address1": "12 Bob Street", "address2": "", "zip": "H2X 1Y4", "city": "Montréal"}

NOW = datetime(2026, 5, 2, 20, 0, tzinfo=UTC)
ACCOUNT = "900100"


class Token:
    """Good once; renewed when it is refused."""

    def __init__(self) -> None:
        self.renewals = 0

    def access_token(self) -> Secret:
        return Secret(f"token-{self.renewals}")

    def renewed(self, stale: Secret) -> Secret:
        assert stale == self.access_token()
        self.renewals += 1
        return self.access_token()


def line(**changed: Any) -> dict[str, Any]:
    return {
        "saleLineID": "1502",
        "unitQuantity": "2",
        "unitPrice": "20",
        "tax": "true",
        "tax1Rate": "0.05",
        "tax2Rate": "0.09975",
        "lineType": "",
        "calcTotal": "41.391",
        "employeeID": "7",
        "itemID": "55",
        "Item": {"itemID": "55", "description": "Blue scarf", "systemSku": "210000000055", "categoryID": "3"},
        **changed,
    }


def payment(**changed: Any) -> dict[str, Any]:
    return {
        "salePaymentID": "880",
        "amount": "41.39",
        "tipAmount": "0",
        "archived": "false",
        "remoteReference": "",
        "paymentTypeID": "1",
        "PaymentType": {"paymentTypeID": "1", "name": "Cash", "type": "cash"},
        **changed,
    }


def sale(lines: Any = None, payments: Any = None, **changed: Any) -> dict[str, Any]:
    """One line and one payment, each as the object that a list of one is."""
    return {
        "saleID": "711",
        "timeStamp": "2026-05-02T18:04:11+00:00",
        "createTime": "2026-05-02T17:59:40+00:00",
        "completeTime": "2026-05-02T18:04:11+00:00",
        "completed": "true",
        "archived": "false",
        "voided": "false",
        "ticketNumber": "220000000711",
        "calcDiscount": "4",
        "calcSubtotal": "40",
        "calcTax1": "1.8",
        "calcTax2": "3.59",
        "calcPayments": "41.39",
        "calcTips": "0",
        "total": "41.39",
        "employeeID": "4",
        "registerID": "2",
        "shopID": "1",
        "SaleLines": {"SaleLine": line() if lines is None else lines},
        "SalePayments": {"SalePayment": payment() if payments is None else payments},
        **changed,
    }


def page(*sales: Mapping[str, Any], following: str = "") -> bytes:
    """One hit is an object, none is no key at all."""
    body: dict[str, Any] = {"@attributes": {"next": following, "previous": ""}}
    if sales:
        body["Sale"] = sales[0] if len(sales) == 1 else list(sales)
    return json.dumps(body).encode()


def read(body: Mapping[str, Any]) -> Sale:
    [found] = listed(decode(page(body), SALES).sale)
    return found


def standing(asked: Asked) -> Told | None:
    """What every account answers: itself, its currency, two shops, a till, two people."""
    answers: dict[str, dict[str, Any]] = {
        "/Account.json": {"Account": {"accountID": ACCOUNT, "name": "Foulards Alice"}},
        f"/Account/{ACCOUNT}.json": {"defaultCurrency": {"code": "CAD", "symbol": "$"}},
        f"/Account/{ACCOUNT}/Shop.json": {
            "Shop": [
                {"shopID": "1", "name": "Rue Alice", "timeZone": "US/Eastern", "archived": "false", "Contact": ""},
                {
                    "shopID": "2",
                    "name": "Rue Bob",
                    "timeZone": "America/Toronto",
                    "archived": "false",
                    "Contact": {"Addresses": {"ContactAddress": {**STREET, "countryCode": "CA"}}},
                },
            ]
        },
        f"/Account/{ACCOUNT}/Register.json": {"Register": {"registerID": "2", "name": "Till 2"}},
        f"/Account/{ACCOUNT}/Employee.json": {
            "Employee": [
                {"employeeID": "4", "firstName": "Alice ", "lastName": " Made-Up", "archived": "false"},
                {"employeeID": "7", "firstName": "Bob", "lastName": "", "archived": "true", "limitToShopID": "2"},
            ]
        },
    }
    body = answers.get(asked.path)
    return None if body is None else Told(200, json.dumps({"@attributes": {"next": ""}, **body}).encode())


@contextmanager
def opened(token: Token | None = None) -> Iterator[tuple[RSeriesAccount, Answering]]:
    """An account, and the server it asks."""
    with answering() as server:
        endpoints = Endpoints("", "", server.url, "client", Secret("secret"))
        account = CONNECTOR.open(endpoints, token or Token())
        try:
            yield account, server
        finally:
            account.close()
