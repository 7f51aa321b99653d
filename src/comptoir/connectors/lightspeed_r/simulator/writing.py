"""Records that a client makes, changes and deletes (sheet sections 1 and 9)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.clock import TimeClock
from comptoir.connectors.lightspeed_r.simulator.counter import Counter
from comptoir.connectors.lightspeed_r.simulator.entities import Entity
from comptoir.connectors.lightspeed_r.simulator.errors import Refused, not_found
from comptoir.connectors.lightspeed_r.simulator.fields import blank, moment, nested, read, texts, whole
from comptoir.connectors.lightspeed_r.simulator.opening import contact_of
from comptoir.connectors.lightspeed_r.simulator.selling import Till
from comptoir.connectors.lightspeed_r.simulator.wire import Row

REQUIRED: Final = {"Item": ("description", "Item not created. An Item must have a description.")}
NAMED: Final = frozenset({"PaymentType", "Category", "Discount", "TaxClass", "Vendor", "CustomerType", "Shop"})
REACHED: Final = frozenset({"Customer", "Employee", "Shop"})
"""Who has a contact."""


class Writer:
    """Writes what clients ask for into the books."""

    def __init__(self, books: Books, counter: Counter, *, now: datetime) -> None:
        self._books = books
        self._now = now
        self.till = Till(books, counter, now)

    def create(self, entity: Entity, body: Mapping[str, Any]) -> Row:
        """A new record. Raises Refused (400, 405, 422)."""
        match entity.name:
            case "Sale":
                return self.till.create(body)
            case "SaleLine":
                return self.till.reserve(body)
            case "EmployeeHours":
                return self._clocked(body)
            case name if name in NAMED and not str(body.get("name") or "").strip():
                raise Refused(400, "name cannot be blank.")
            case name if name in REQUIRED and not str(body.get(REQUIRED[name][0]) or "").strip():
                raise Refused(400, REQUIRED[name][1])
        like = next(iter(self._books.all(entity.name)), {})
        row = {name: blank(value) for name, value in like.items() if name != entity.key}
        row |= read(like, {name: said for name, said in body.items() if name != entity.key}) | _stamps(like, self._now)
        if entity.name in REACHED:
            row["contactID"] = self._books.add("Contact", contact_of(body.get("Contact"), at=self._now))["contactID"]
        if entity.name == "Item":
            number = self._books.next_id("Item")
            row |= {"systemSku": f"21{number:010d}", "itemType": row["itemType"] or "default"}
            row["Prices"] = _prices(body, {"ItemPrice": [{"amount": "0", "useTypeID": "1", "useType": "Default"}]})
        return self._books.add(entity.name, row)

    def change(self, entity: Entity, number: int, body: Mapping[str, Any]) -> Row:
        """Fields that are given; the others stay. Raises Refused (400, 404, 405, 422)."""
        row = self._row(entity, number)
        if entity.name == "Sale":
            return self.till.change(row, body)
        if entity.name == "SaleLine":
            return self.till.change_line(row, body)
        if entity.name in NAMED and "name" in body and not str(body["name"] or "").strip():
            raise Refused(400, "name cannot be blank.")
        moved = {"timeStamp": self._now} if "timeStamp" in row else {}
        changes = read(row, {name: said for name, said in body.items() if name != entity.key})
        self._books.update(entity.name, number, **changes, **moved)
        if entity.name in REACHED and isinstance(body.get("Contact"), dict):
            self._reach(row, body["Contact"])
        if entity.name == "Item":
            row["Prices"] = _prices(body, row["Prices"])
        if entity.name == "EmployeeHours":
            self._point(row)
        return row

    def delete(self, entity: Entity, number: int) -> Row | None:
        """Archive a record, or remove it where the resource does that (None then). Raises Refused (400, 404, 405)."""
        row = self._row(entity, number)
        if entity.name == "SaleLine":
            self.till.delete_line(row)
            return None
        if entity.removes:
            self._books.remove(entity.name, number)
            if entity.name == "EmployeeHours":
                self._point(row, is_gone=True)
            return None
        if "archived" not in row:
            raise Refused(405, f"{entity.name} cannot be deleted.")
        if entity.name == "Sale" and row["completed"]:
            raise Refused(400, "A completed sale cannot be archived.")
        if entity.name == "Item":
            for stock in self._books.children("ItemShop", "itemID", number):
                stock["qoh"] = stock["sellable"] = 0
        moved = {name: self._now for name in ("timeStamp", "updatetime") if name in row}
        return self._books.update(entity.name, number, archived=True, **moved)

    def anonymize(self, number: int) -> Row:
        """Archive a customer and forget who they were (9.14). Raises Refused (404)."""
        row = self._books.get("Customer", number)
        if row is None:
            raise not_found("Customer", number)
        cleared = dict.fromkeys(("title", "company", "companyRegistrationNumber", "vatNumber"), "")
        named = {"firstName": "Customer", "lastName": f"[{number}]", "dob": None, "archived": True}
        if contact := int(row["contactID"]):
            self._books.update("Contact", contact, **contact_of(None, at=self._now))
        return self._books.update("Customer", number, **cleared, **named, timeStamp=self._now)

    def _clocked(self, body: Mapping[str, Any]) -> Row:
        """Somebody is clocked in, or an entry is written afterwards (9.6)."""
        employee = whole(body, "employeeID")
        if not employee or self._books.get("Employee", employee) is None:
            raise Refused(400, "employeeID cannot be blank.")
        start, end = moment(body, "checkIn") or self._now, moment(body, "checkOut")
        facts = {"checkIn": start, "checkOut": end, "employeeID": employee, "shopID": whole(body, "shopID", 1)}
        row = self._books.add("EmployeeHours", facts)
        self._point(row)
        return row

    def _point(self, entry: Row, *, is_gone: bool = False) -> None:
        """The employee points at the open entry, and at none once it has an end or is deleted (11.6)."""
        TimeClock(self._books).point(entry, is_gone=is_gone)

    def _reach(self, row: Row, said: Mapping[str, Any]) -> None:
        number = int(row["contactID"])
        before = self._books.get("Contact", number) or {}
        told = contact_of({**before, **said}, at=self._now)
        if number:
            self._books.update("Contact", number, **told)
        else:
            row["contactID"] = self._books.add("Contact", told)["contactID"]

    def _row(self, entity: Entity, number: int) -> Row:
        row = self._books.get(entity.name, number)
        if row is None:
            raise not_found(entity.name, number)
        return row


def _prices(body: Mapping[str, Any], otherwise: Row) -> Row:
    told = [texts(each) for each in nested(body, "Prices", "ItemPrice")]
    return {"ItemPrice": told} if told else otherwise


def _stamps(like: Mapping[str, Any], now: datetime) -> Row:
    return {name: now for name in ("createTime", "timeStamp") if name in like}
