"""A chain that has something at the end of every relation of the sheet."""

from datetime import datetime
from decimal import Decimal

from comptoir.connectors.lightspeed_r.simulator import Basket, Paid
from comptoir.connectors.lightspeed_r.simulator.trading import Trade


def furnish(trade: Trade, at: datetime) -> None:
    """Something at the end of every relation."""
    counter, books = trade.counter, trade.books
    counter.load_gift_card(Decimal(50), at=at)
    basket = Basket(Decimal("9.99"), item_id=6, note="Wrapped", discount_id=1)
    sale = counter.ring([basket], [Paid(Decimal("11.49"), 3)], at=at, customer_id=1)
    stamp = {"timeStamp": at}
    books.add(
        "TaxCategoryClass",
        {"tax1Rate": Decimal(0), "tax2Rate": Decimal(0), "taxCategoryID": 1, "taxClassID": 2, **stamp},
    )
    books.add("Category", {**(books.get("Category", 1) or {}), "categoryID": 0, "name": "Sheets", "parentID": 1})
    to = {"shipped": False, "shipNote": "", "firstName": "Alice", "lastName": "", "company": "", "customerID": 1}
    shipped = books.add("ShipTo", {**to, **stamp, "saleID": sale["saleID"], "_contactID": 1})
    quote = {"issueDate": at, "notes": "", "archived": False, "employeeID": 1, "saleID": sale["saleID"]}
    notes = books.add("SaleNotes", {"InternalNote": {"note": "Regular"}, "PrintedNote": {"note": "Thank you"}})
    books.update(
        "Sale",
        int(sale["saleID"]),
        discountID=1,
        shipToID=shipped["shipToID"],
        quoteID=books.add("Quote", quote)["quoteID"],
        _saleNotesID=notes["saleNotesID"],
    )
    books.update("Customer", 1, discountID=1, taxCategoryID=1, creditAccountID=1)
    [payment] = books.children("SalePayment", "saleID", int(sale["saleID"]))
    paid = {"salePaymentID": payment["salePaymentID"]}
    books.add("SalePaymentSignature", {"filePath": "sig.pdf", "createTime": at, **paid})
    books.add("ProcessingFee", {**paid, "processor": "TEST", "amount": Decimal("11.49"), "fixedFee": Decimal("0.1")})
