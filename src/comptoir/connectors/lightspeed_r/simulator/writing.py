"""Records that a client makes, changes and deletes (sheet sections 1 and 9)."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.counter import Basket, Counter, Paid
from comptoir.connectors.lightspeed_r.simulator.entities import Entity
from comptoir.connectors.lightspeed_r.simulator.errors import Refused, not_found
from comptoir.connectors.lightspeed_r.simulator.filters import instant
from comptoir.connectors.lightspeed_r.simulator.wire import Row

REQUIRED: Final = {"Item": ("description", "Item not created. An Item must have a description.")}
NAMED: Final = frozenset({"PaymentType", "Category", "Discount", "TaxClass", "Vendor"})


def body_of(content: bytes) -> dict[str, Any]:
    """The JSON object of a request, whatever its content type. Raises Refused (400)."""
    if not content.strip():
        return {}
    try:
        found = json.loads(content, parse_float=Decimal)
    except ValueError:
        raise Refused(400, "The request body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise Refused(400, "The request body is an object.")
    return found


class Writer:
    """Writes what clients ask for into the books."""

    def __init__(self, books: Books, counter: Counter) -> None:
        self._books = books
        self._counter = counter

    def create(self, entity: Entity, body: Mapping[str, Any], *, now: datetime) -> Row:
        """A new record. Raises Refused (400, 405)."""
        if not entity.writable:
            raise Refused(405, f"{entity.name} cannot be created.")
        if entity.name == "Sale":
            return self._sale(body, now)
        if entity.name in NAMED and not str(body.get("name", "")).strip():
            raise Refused(400, "name cannot be blank.")
        if entity.name in REQUIRED and not str(body.get(REQUIRED[entity.name][0], "")).strip():
            raise Refused(400, REQUIRED[entity.name][1])
        like = next(iter(self._books.all(entity.name)), {})
        fields = {name: _blank(value) for name, value in like.items() if name != entity.key}
        row = fields | self._read(like, body) | _stamps(like, now)
        if entity.name == "EmployeeHours":
            row = {"checkIn": now, "checkOut": None, "shopID": 1, **self._read(like, body)}
        return self._books.add(entity.name, row)

    def change(self, entity: Entity, number: int, body: Mapping[str, Any], *, now: datetime) -> Row:
        """Fields that are given; the others stay. Raises Refused (400, 404, 405)."""
        row = self._books.get(entity.name, number)
        if row is None:
            raise not_found(entity.name, number)
        if not entity.writable:
            raise Refused(405, f"{entity.name} cannot be changed.")
        if entity.name in NAMED and "name" in body and not str(body["name"]).strip():
            raise Refused(400, "name cannot be blank.")
        moved = {"timeStamp": now} if "timeStamp" in row else {}
        if entity.name == "Sale":
            moved["updatetime"] = now
        return self._books.update(entity.name, number, **self._read(row, body), **moved)

    def delete(self, entity: Entity, number: int, *, now: datetime) -> Row | None:
        """Archive a record, or remove it where the resource does that (None then). Raises Refused (400, 404, 405)."""
        row = self._books.get(entity.name, number)
        if row is None:
            raise not_found(entity.name, number)
        if entity.removes:
            self._books.remove(entity.name, number)
            return None
        if not entity.writable or "archived" not in row:
            raise Refused(405, f"{entity.name} cannot be deleted.")
        if entity.name == "Sale" and row["completed"]:
            raise Refused(400, "A completed sale cannot be archived.")
        return self._books.update(entity.name, number, archived=True, timeStamp=now)

    def refund(self, said: str, *, now: datetime) -> Row:
        """A refund of a sale by its id or ticket number. Raises Refused (404)."""
        number = int(said[2:]) if len(said) == 12 and said.startswith("22") else int(said)
        if self._books.get("Sale", number) is None:
            raise not_found("Sale", said)
        return self._counter.refund(number, at=now)

    def _sale(self, body: Mapping[str, Any], now: datetime) -> Row:
        lines = [self._line(each) for each in nested(body, "SaleLines", "SaleLine")]
        payments = [_payment(each) for each in nested(body, "SalePayments", "SalePayment")]
        is_completed = _truth(body.get("completed", False))
        archived = _truth(body.get("archived", False))
        sale = self._counter.ring(
            lines,
            payments,
            at=now,
            register_id=_id(body, "registerID", 1),
            employee_id=_id(body, "employeeID", 1),
            customer_id=_id(body, "customerID", 0),
            is_completed=False,
            is_archived=archived,
        )
        if is_completed:
            if sale["balance"] != 0:
                self._books.remove("Sale", int(sale["saleID"]))
                raise Refused(422, "The sale cannot be completed: its payments do not equal its total.")
            when = instant(str(body["completeTime"])) if body.get("completeTime") else None
            if when is not None and when > now:
                raise Refused(400, "completeTime cannot lie in the future.")
            self._counter.complete(int(sale["saleID"]), at=now, complete_time=when)
        return sale

    def _line(self, said: Mapping[str, Any]) -> Basket:
        item = self._books.get("Item", _id(said, "itemID", 0)) or {}
        prices = item.get("Prices", {}).get("ItemPrice", [{}])
        first = prices[0] if isinstance(prices, list) else prices
        return Basket(
            price=_amount(said.get("unitPrice", first.get("amount", "0"))),
            quantity=_id(said, "unitQuantity", 1),
            item_id=_id(said, "itemID", 0),
            employee_id=_id(said, "employeeID", 0),
            discount_amount=_amount(said.get("discountAmount", "0")),
            discount_percent=_amount(said.get("discountPercent", "0")),
        )

    def _read(self, like: Mapping[str, Any], body: Mapping[str, Any]) -> Row:
        """The fields of a body that the resource has, in their own kinds; null or empty clears."""
        return {
            name: _as(value, like.get(name), name) for name, value in body.items() if not isinstance(value, dict | list)
        }


def nested(body: Mapping[str, Any], container: str, name: str) -> list[Mapping[str, Any]]:
    """Children of a body in any of the three shapes that clients send (section 1)."""
    box = body.get(container)
    if isinstance(box, list):
        return [each.get(name, each) for each in box if isinstance(each, dict)]
    inner = box.get(name) if isinstance(box, dict) else None
    if isinstance(inner, dict):
        return [inner]
    return [each for each in inner or [] if isinstance(each, dict)]


def _payment(said: Mapping[str, Any]) -> Paid:
    return Paid(_amount(said.get("amount", "0")), _id(said, "paymentTypeID", 1))


def _stamps(like: Mapping[str, Any], now: datetime) -> Row:
    return {name: now for name in ("createTime", "timeStamp") if name in like}


def _blank(value: Any) -> Any:
    match value:
        case bool():
            return False
        case int() | Decimal():
            return type(value)(0)
        case str():
            return ""
        case _:
            return None


def _as(value: Any, like: Any, name: str) -> Any:
    try:
        match like:
            case bool():
                return _truth(value)
            case Decimal():
                return _amount(value)
            case int():
                return int(value or 0)
            case datetime():
                return instant(str(value)) if value else None
            case _:
                pass
        if name in ("checkIn", "checkOut", "completeTime"):
            return instant(str(value)) if value else None
        return value if isinstance(value, bool | int | Decimal) else str(value or "")
    except (ValueError, TypeError):
        raise Refused(400, f"'{value}' is no value for '{name}'.") from None


def _amount(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise Refused(400, f"'{value}' is no amount.") from None


def _id(body: Mapping[str, Any], name: str, default: int) -> int:
    try:
        return int(body.get(name) or default)
    except (TypeError, ValueError):
        raise Refused(400, f"'{body.get(name)}' is no value for '{name}'.") from None


def _truth(value: Any) -> bool:
    return str(value).lower() in ("true", "1")
