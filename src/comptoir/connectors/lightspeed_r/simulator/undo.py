"""A write that is refused leaves nothing behind."""

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.wire import Row

PARTS = {"SaleLine": "saleLineID", "SalePayment": "salePaymentID"}


class Undo:
    """How a sale stood with its lines and payments, to go back to; of a sale that is not there yet: to nothing."""

    def __init__(self, books: Books, sale_id: int) -> None:
        self._books = books
        self._sale_id = sale_id
        sale = books.get("Sale", sale_id)
        self._sale = dict(sale) if sale is not None else None
        self._parts = {
            (name, int(row[key])): dict(row)
            for name, key in PARTS.items()
            for row in books.children(name, "saleID", sale_id)
        }
        # A reservation that joined the sale goes back to being one.
        self._parts |= {
            ("SaleLine", int(row["saleLineID"])): dict(row) for row in books.all("SaleLine") if not row["saleID"]
        }

    def take_back(self) -> None:
        """Forget what was added since, and restore what was changed."""
        with self._books.changing():
            for name, key in PARTS.items():
                for row in self._books.children(name, "saleID", self._sale_id):
                    before = self._parts.get((name, int(row[key])))
                    if before is None:
                        self._forget(name, row, int(row[key]))
                    else:
                        self._books.update(name, int(row[key]), **before)
            if self._sale is None:
                self._books.remove("Sale", self._sale_id)
            else:
                self._books.update("Sale", self._sale_id, **self._sale)

    def _forget(self, name: str, row: Row, number: int) -> None:
        if name == "SaleLine":
            forget_line(self._books, row)
            return
        account = self._books.get("CreditAccount", int(row["creditAccountID"]))
        if account is not None:
            account["balance"] -= row["amount"]
        if charge := int(row["ccChargeID"]):
            self._books.remove("CCCharge", charge)
        self._books.remove(name, number)


def forget_line(books: Books, line: Row) -> None:
    """A line, and what it took out of stock."""
    number = int(line["saleLineID"])
    for sold in books.children("InventorySale", "_saleLineID", number):
        books.remove("InventorySale", int(sold["inventorySaleID"]))
    books.remove("SaleLine", number)
