"""Sales that clients make, change, complete and refund (sheet sections 9.7 and 9.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator import fields
from comptoir.connectors.lightspeed_r.simulator.basket import ZERO, Basket, Paid, Unpaid
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.counter import Counter
from comptoir.connectors.lightspeed_r.simulator.errors import Refused, not_found
from comptoir.connectors.lightspeed_r.simulator.fields import moment, nested, truth, whole
from comptoir.connectors.lightspeed_r.simulator.reader import Reader
from comptoir.connectors.lightspeed_r.simulator.undo import Undo, forget_line
from comptoir.connectors.lightspeed_r.simulator.wire import Row

RECKONED: Final = ("unitQuantity", "unitPrice", "discountAmount", "discountPercent", "tax", "itemID", "discountID")
"""Fields of a line that its amounts follow from; of a completed sale they stand."""
OF_SALE: Final = (
    *("referenceNumber", "referenceNumberSource", "receiptPreference", "tipEnabled", "enablePromotions"),
    *("employeeID", "tipEmployeeID", "customerID", "registerID", "archived"),
)
"""Plain fields of a sale that clients may set."""
KINDS: Final = ("isLayaway", "isSpecialOrder")


class Till:
    """What clients do to sales, in the vendor's words."""

    def __init__(self, books: Books, counter: Counter, now: datetime) -> None:
        self._books = books
        self._counter = counter
        self._reader = Reader(books)
        self._now = now

    def create(self, body: Mapping[str, Any]) -> Row:
        """A sale; with `completed` it must be paid (422). Raises Refused (400, 422)."""
        said = nested(body, "SaleLines", "SaleLine")
        lines = [self._reader.basket(each) for each in said if not whole(each, "saleLineID")]
        payments = [self._reader.paid(each) for each in nested(body, "SalePayments", "SalePayment")]
        is_completed, when = truth(body, "completed"), self._complete_time(body)
        undo = Undo(self._books, self._books.next_id("Sale"))
        sale = self._counter.ring(
            lines,
            payments,
            at=self._now,
            register_id=self._reader.known(body, "Register", "registerID", 1),
            employee_id=self._reader.known(body, "Employee", "employeeID", 1),
            customer_id=self._reader.known(body, "Customer", "customerID", 0),
            shop_id=self._reader.known(body, "Shop", "shopID", 0),
            is_completed=False,
        )
        sale |= fields.read({name: sale[name] for name in OF_SALE}, body)
        self._write_notes(sale, body)
        try:
            for each in said:
                if whole(each, "saleLineID"):
                    self._write_line(sale, each)
            if is_completed:
                self._counter.close(int(sale["saleID"]), at=self._now, complete_time=when)
        except (Refused, Unpaid) as refused:
            undo.take_back()
            raise refused if isinstance(refused, Refused) else Refused(422, str(refused)) from None
        return sale

    def change(self, sale: Row, body: Mapping[str, Any]) -> Row:
        """Fields, lines and payments that are given; `completed` demands that it is paid. Raises Refused (400, 422)."""
        number, when = int(sale["saleID"]), self._complete_time(body)
        lines = nested(body, "SaleLines", "SaleLine")
        payments = [self._reader.paid(each) for each in nested(body, "SalePayments", "SalePayment")]
        if (lines or payments) and (sale["completed"] or sale["voided"]):
            raise Refused(400, "Lines and payments of a completed sale cannot be changed.")
        for name, entity in (("registerID", "Register"), ("employeeID", "Employee"), ("customerID", "Customer")):
            self._reader.known(body, entity, name, 0)
        plain = fields.read({name: sale[name] for name in OF_SALE}, body)
        if plain.get("archived") and sale["completed"]:
            raise Refused(400, "A completed sale cannot be archived.")
        is_completed = truth(body, "completed", default=bool(sale["completed"]))
        if sale["completed"] and not is_completed:
            raise Refused(400, "A completed sale cannot be opened again.")
        if sale["voided"] and is_completed and not sale["completed"]:
            raise Refused(400, "A voided sale stays void.")
        undo = Undo(self._books, number)
        try:
            self._books.update("Sale", number, **plain)
            for each in lines:
                self._write_line(sale, each)
            for paid in payments:
                self._counter.pay(number, paid, at=self._now)
            sale |= {"timeStamp": self._now, "updatetime": self._now}
            if is_completed and not sale["completed"]:
                self._counter.close(number, at=self._now, complete_time=when)
        except (Refused, Unpaid) as refused:
            undo.take_back()
            raise refused if isinstance(refused, Refused) else Refused(422, str(refused)) from None
        self._write_notes(sale, body)
        if when is not None and sale["completed"]:
            sale["completeTime"] = when
        return sale

    def refund(self, said: str, body: Mapping[str, Any]) -> Row:
        """A refund of a sale by its id or ticket number. Raises Refused (400, 404, 422)."""
        number = int(said[2:]) if len(said) == 12 and said.startswith("22") else int(said)
        sale = self._books.get("Sale", number)
        if sale is None:
            raise not_found("Sale", said)
        if not sale["completed"] or sale["voided"]:
            raise Refused(400, "Only a completed sale can be refunded.")
        lines = self._returned(number, nested(body, "SaleLines", "SaleLine"))
        payments = nested(body, "SalePayments", "SalePayment")
        if not payments or any(not whole(each, "paymentTypeID") for each in payments):
            raise Refused(400, "A refund needs the type of at least one payment.")
        undo = Undo(self._books, self._books.next_id("Sale"))
        made = self._counter.ring(
            lines,
            [],
            at=self._now,
            register_id=self._reader.known(body, "Register", "registerID", int(sale["registerID"])),
            employee_id=self._reader.known(body, "Employee", "employeeID", int(sale["employeeID"])),
            shop_id=self._reader.known(body, "Shop", "shopID", int(sale["shopID"])),
            customer_id=int(sale["customerID"]),
            is_completed=False,
        )
        try:
            for paid in self._paid_back(payments, total=made["calcTotal"]):
                self._counter.pay(int(made["saleID"]), paid, at=self._now)
            if truth(body, "completed", default=True):
                self._counter.close(int(made["saleID"]), at=self._now)
        except (Unpaid, Refused) as refused:
            undo.take_back()
            raise refused if isinstance(refused, Refused) else Refused(422, str(refused)) from None
        return made

    def add_line(self, sale: Row, body: Mapping[str, Any]) -> Row:
        """One line more on an open sale. Raises Refused (400)."""
        self._require_open(sale)
        return self._counter.add_line(int(sale["saleID"]), self._reader.basket(body), at=self._now)

    def reserve(self, body: Mapping[str, Any]) -> Row:
        """A layaway or special order; other lines are made through their sale. Raises Refused (400)."""
        kind = next((name for name in KINDS if truth(body, name)), None)
        if kind is None:
            raise Refused(400, "A line without a sale is a layaway or a special order.")
        shop_id = self._reader.known(body, "Shop", "shopID", 1)
        customer_id = self._reader.known(body, "Customer", "customerID", 0)
        line = self._reader.basket(body)
        return self._counter.reserve(line, at=self._now, shop_id=shop_id, customer_id=customer_id, kind=kind)

    def change_line(self, line: Row, body: Mapping[str, Any]) -> Row:
        """Fields of a line; its amounts and those of its sale follow (10). Raises Refused (400)."""
        sale = self._books.get("Sale", int(line["saleID"]))
        if sale is not None and (sale["completed"] or sale["voided"]) and any(name in body for name in RECKONED):
            raise Refused(400, "Lines of a completed sale cannot be changed.")
        settable = (*RECKONED, "employeeID", "isLayaway", "isSpecialOrder", "customerID", "saleID")
        read = fields.read({name: line[name] for name in settable}, body)
        if "itemID" in read or "discountID" in read or "itemCode" in body:
            self._reader.basket({**line, **body})
        joins = int(read.pop("saleID", line["saleID"]))
        if joins != line["saleID"]:
            self._pick_up(line, joins)
        if whole(body, "discountID") and (discount := self._books.get("Discount", whole(body, "discountID"))):
            read |= {name: discount[name] for name in ("discountPercent", "discountAmount")}
        self._books.update("SaleLine", int(line["saleLineID"]), timeStamp=self._now, **read)
        if any(name in body for name in RECKONED):
            self._counter.recalculate(line, at=self._now)
        return line

    def _pick_up(self, line: Row, sale_id: int) -> None:
        """A reserved line joins a sale; any other stays where it is. Raises Refused (400)."""
        sale = self._books.get("Sale", sale_id)
        if not self._is_reserved(line) or sale is None:
            raise Refused(400, "A line stays on its sale.")
        self._require_open(sale)
        self._counter.pick_up(line, sale_id, at=self._now)

    def _is_reserved(self, line: Row) -> bool:
        return not line["saleID"] and any(line[name] for name in KINDS)

    def delete_line(self, line: Row) -> None:
        """Take a line off its open sale. Raises Refused (400)."""
        sale = self._books.get("Sale", int(line["saleID"]))
        if sale is not None:
            self._require_open(sale)
        forget_line(self._books, line)
        if sale is not None:
            self._counter.refresh(sale, at=self._now)

    def _write_line(self, sale: Row, said: Mapping[str, Any]) -> None:
        number = whole(said, "saleLineID")
        line = self._books.get("SaleLine", number) if number else None
        if line is not None and self._is_reserved(line):
            self._pick_up(line, int(sale["saleID"]))
        if number and (line is None or line["saleID"] != sale["saleID"]):
            raise not_found("SaleLine", number)
        if line is None:
            self.add_line(sale, said)
        else:
            self.change_line(line, {name: value for name, value in said.items() if name != "saleID"})

    def _require_open(self, sale: Row) -> None:
        if sale["completed"] or sale["voided"]:
            raise Refused(400, "Lines of a completed sale cannot be changed.")

    def _paid_back(self, payments: Sequence[Mapping[str, Any]], *, total: Decimal) -> list[Paid]:
        """Amounts as given; one payment may be without, which is all that is left. Raises Refused (400)."""
        open_ended = [each for each in payments if each.get("amount") in (None, "")]
        if len(open_ended) > 1:
            raise Refused(400, "Only one payment of a refund can be without an amount.")
        given = [self._reader.paid(each) for each in payments]
        rest = total - sum((each.amount + each.tip for each in given), ZERO)
        return [
            replace(paid, amount=rest) if said.get("amount") in (None, "") else paid
            for paid, said in zip(given, payments, strict=True)
        ]

    def _returned(self, sale_id: int, said: Sequence[Mapping[str, Any]]) -> list[Basket]:
        """The lines of a refund: all that was not brought back yet, or those that are named. Raises Refused (400)."""
        lines = {int(each["saleLineID"]): each for each in self._books.children("SaleLine", "saleID", sale_id)}
        left = {number: self._left(line) for number, line in lines.items()}
        if not said:
            return [self._counter.returned(line, left[number]) for number, line in lines.items() if left[number]]
        found = []
        for each in said:
            number = whole(each, "parentSaleLineID")
            if number not in lines:
                raise Refused(400, f"The sale has no line {number}.")
            units = -whole(each, "unitQuantity", -left[number])
            if not 0 < units <= left[number]:
                raise Refused(400, f"Of line {number}, {left[number]} units can be brought back.")
            left[number] -= units
            found.append(self._counter.returned(lines[number], units))
        return found

    def _left(self, line: Row) -> int:
        """Units of a line that were not brought back yet; a line that brings something back itself goes whole."""
        number = line["saleLineID"]
        back = 0
        for each in self._books.all("SaleLine"):
            if each["parentSaleLineID"] == number:
                sale = self._books.get("Sale", int(each["saleID"]))
                back += 0 if sale is None or sale["voided"] or sale["archived"] else int(each["unitQuantity"])
        return int(line["unitQuantity"]) + back

    def _complete_time(self, body: Mapping[str, Any]) -> datetime | None:
        when = moment(body, "completeTime")
        if when is not None and when > self._now:
            raise Refused(400, "completeTime cannot lie in the future.")
        return when

    def _write_notes(self, sale: Row, body: Mapping[str, Any]) -> None:
        box = body.get("SaleNotes")
        if not isinstance(box, dict):
            return
        told = {
            name: {"note": str(note.get("note") or "")}
            for name in ("InternalNote", "PrintedNote")
            if isinstance(note := box.get(name), dict)
        }
        if number := int(sale.get("_saleNotesID") or 0):
            self._books.update("SaleNotes", number, **told)
        else:
            made = self._books.add("SaleNotes", {"InternalNote": {"note": ""}, "PrintedNote": {"note": ""}, **told})
            sale["_saleNotesID"] = made["saleNotesID"]
