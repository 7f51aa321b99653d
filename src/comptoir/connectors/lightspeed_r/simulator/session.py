"""Who is signed in, and the account itself (sheet sections 9.1 and 9.2)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.rights import RIGHTS
from comptoir.connectors.lightspeed_r.simulator.wire import Row, text

SYMBOLS: Final = {"USD": "$", "CAD": "$", "EUR": "€", "GBP": "£"}


def session(books: Books, *, employee_id: int, client_id: str, may: Collection[str]) -> dict[str, Any]:
    """The session of a token: the one who granted it, whether they are clocked in, and what the token may."""
    employee = books.get("Employee", employee_id) or {}
    entry = books.get("EmployeeHours", int(employee.get("clockInEmployeeHoursID") or 0))
    shown = {
        "employeeID": str(employee_id),
        "firstName": text(employee.get("firstName", "")),
        "lastName": text(employee.get("lastName", "")),
        "singleShop": text(bool(employee.get("limitToShopID"))),
        "hasPin": text(bool(employee.get("accessPin"))),
        "isCheckedIn": text(entry is not None),
    }
    if entry is not None:
        shown["checkedInAt"] = _local(books, entry)
    return {
        "sessionID": "",
        "sessionCookie": "",
        "employeeID": str(employee_id),
        "systemCustomerID": str(books.account_id),
        "systemUserID": str(employee_id),
        "systemAPIClientID": client_id,
        "systemAPIKeyID": "0",
        "shopCount": str(len(list(books.all("Shop")))),
        "Employee": shown,
        "Rights": {right: text(right in may) for right in RIGHTS},
    }


def _local(books: Books, entry: Row) -> str:
    """The one date-time with the shop's own offset (3.7)."""
    shop = books.get("Shop", int(entry["shopID"])) or {}
    at: datetime = entry["checkIn"].astimezone(ZoneInfo(str(shop.get("timeZone") or "UTC")))
    return at.isoformat(timespec="seconds")


def accounts(books: Books) -> dict[str, Any]:
    """The one account that a token sees."""
    link = {"@attributes": {"href": f"/API/Account/{books.account_id}"}}
    account = {"accountID": str(books.account_id), "name": books.name, "link": link}
    return {"@attributes": {"count": "1"}, "Account": account}


def account(books: Books) -> dict[str, Any]:
    """An account asked for by its number: without a wrapper, and the only place where its currency is told."""
    currency = {"code": books.currency, "symbol": SYMBOLS.get(books.currency, "")}
    return {
        "@attributes": {"systemCustomerID": str(books.account_id)},
        "status": "customer",
        "name": books.name,
        "employeeCount": str(sum(not row["archived"] for row in books.all("Employee"))),
        "employeeLimit": "50",
        "uniqueSubscriptionIdentifier": f"sandbox-{books.account_id}",
        "defaultCurrency": currency,
        "purchasingCurrencies": {"purchasingCurrency": {**currency, "rate": "1"}},
    }
