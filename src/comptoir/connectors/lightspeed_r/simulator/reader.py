"""Lines and payments as clients write them, made into what a counter understands (sheet sections 9.7 to 9.9)."""

from collections.abc import Mapping
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.basket import Basket, Paid
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.errors import Refused, not_found
from comptoir.connectors.lightspeed_r.simulator.fields import amount, truth, whole
from comptoir.connectors.lightspeed_r.simulator.wire import Row

CODES: Final = ("upc", "ean", "itemID", "systemSku", "customSku")
"""What `itemCode` may stand for, in the order in which it is looked up."""


class Reader:
    """Reads bodies against what there is."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def basket(self, said: Mapping[str, Any]) -> Basket:
        """A line. Raises Refused (400, 404)."""
        item = self._item(said)
        prices = item.get("Prices", {}).get("ItemPrice", [{}])
        discount = self._books.get("Discount", whole(said, "discountID")) or {}
        if whole(said, "discountID") and not discount:
            raise not_found("Discount", said["discountID"])
        note = said.get("Note")
        return Basket(
            price=amount(said, "unitPrice", prices[0].get("amount", "0")),
            quantity=whole(said, "unitQuantity", 1),
            item_id=int(item.get("itemID", 0)),
            employee_id=self.known(said, "Employee", "employeeID", 0),
            discount_amount=amount(said, "discountAmount", discount.get("discountAmount", "0")),
            discount_percent=amount(said, "discountPercent", discount.get("discountPercent", "0")),
            discount_id=int(discount.get("discountID", 0)),
            is_taxed=truth(said, "tax", default=bool(item.get("tax", True))),
            parent_line_id=whole(said, "parentSaleLineID"),
            note=str(note.get("note") or "") if isinstance(note, dict) else "",
        )

    def _item(self, said: Mapping[str, Any]) -> Row:
        """By its id, or by whatever code stands on it. Raises Refused (400, 404)."""
        if number := whole(said, "itemID"):
            item = self._books.get("Item", number)
            if item is None:
                raise not_found("Item", number)
            return item
        code = str(said.get("itemCode") or "")
        if not code:
            return {}
        for name in CODES:
            for row in self._books.all("Item"):
                if str(row[name]) == code:
                    return row
        raise not_found("Item", code)

    def paid(self, said: Mapping[str, Any]) -> Paid:
        """A payment; its amount contains the tip (9.9). Raises Refused (400)."""
        tip = amount(said, "tipAmount")
        return Paid(
            amount(said, "amount") - tip,
            self.known(said, "PaymentType", "paymentTypeID", 1),
            tip,
            self.known(said, "CreditAccount", "creditAccountID", 0),
            reference=str(said.get("remoteReference") or ""),
        )

    def known(self, body: Mapping[str, Any], entity: str, name: str, default: int) -> int:
        """An id of something there is. Raises Refused (400)."""
        number = whole(body, name, default)
        if number and self._books.get(entity, number) is None:
            raise Refused(400, f"There is no {entity} {number}.")
        return number or default
