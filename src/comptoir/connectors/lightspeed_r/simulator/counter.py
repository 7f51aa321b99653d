"""The counter of a shop: sales are rung up, paid, refunded and voided, with the vendor's arithmetic (section 10)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour
from comptoir.connectors.lightspeed_r.simulator.wire import Row

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal(0)
CASH, CREDIT_CARD, CREDIT_ACCOUNT, GIFT_CARD = 1, 3, 4, 5
"""Payment types with fixed ids (9.11)."""


@dataclass(frozen=True)
class Basket:
    """One line. `price` before tax and line discount; a negative `quantity` is a return; amounts in major units.

    `discount_percent` is a share (0.1), `discount_amount` an amount, `transaction_discount` the line's share of a
    discount of the whole sale. `normal_price`: before a price rule, 0 without one.
    """

    price: Decimal
    quantity: int = 1
    item_id: int = 0
    discount_percent: Decimal = ZERO
    discount_amount: Decimal = ZERO
    transaction_discount: Decimal = ZERO
    normal_price: Decimal = ZERO
    employee_id: int = 0
    parent_line_id: int = 0
    is_taxed: bool = True
    line_type: str = ""
    note: str = ""


@dataclass(frozen=True)
class Paid:
    """A payment, tip included; `is_cancelled`: an attempt that must not count (9.9)."""

    amount: Decimal
    type_id: int = CASH
    tip: Decimal = ZERO
    credit_account_id: int = 0
    is_cancelled: bool = False


@dataclass(frozen=True)
class Loaded:
    """A gift card that was sold: its account and the amount on it."""

    credit_account_id: int
    amount: Decimal


def rounded(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


class Counter:
    """Writes sales into the books."""

    def __init__(self, books: Books, behaviour: Behaviour | None = None) -> None:
        self._books = books
        self._behaviour = behaviour or Behaviour()

    def ring(
        self,
        lines: Sequence[Basket],
        payments: Sequence[Paid] | None = None,
        *,
        at: datetime,
        register_id: int = 1,
        employee_id: int = 1,
        complete_time: datetime | None = None,
        is_completed: bool = True,
        is_archived: bool = False,
        customer_id: int = 0,
        loaded: Loaded | None = None,
    ) -> Row:
        """A sale with its lines and payments; by default completed at `at` and paid in cash to the cent.

        `complete_time` may lie in the past (9.7). Not completed, it stays open, or abandoned where archived.
        """
        with self._books.changing():
            register = self._books.get("Register", register_id)
            shop = self._books.get("Shop", int(register["shopID"])) if register else None
            if register is None or shop is None:
                raise KeyError(f"There is no register {register_id} in a shop.")
            sale = self._books.add("Sale", self._head(shop, register_id, employee_id, at, customer_id, is_archived))
            for line in lines:
                self._add_line(sale, line, at)
            self._sum_up(sale)
            said = [Paid(sale["calcTotal"])] if payments is None and is_completed else list(payments or ())
            for paid in said:
                self._add_payment(sale, paid, at)
            self._settle(sale, loaded)
            if is_completed:
                self._complete(sale, at, complete_time)
            return sale

    def complete(self, sale_id: int, *, at: datetime, complete_time: datetime | None = None) -> Row:
        """Close an open sale that is paid in cash."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            if sale["balance"] != ZERO:
                self._add_payment(sale, Paid(sale["balance"]), at)
                self._settle(sale, None)
            self._complete(sale, at, complete_time)
            return sale

    def pay(self, sale_id: int, paid: Paid, *, at: datetime) -> Row:
        """A payment on an open sale."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            self._add_payment(sale, paid, at)
            self._settle(sale, None)
            return sale

    def touch(self, sale_id: int, *, at: datetime, **changes: Any) -> Row:
        """Edit a sale, which moves its change marks."""
        return self._books.update("Sale", sale_id, timeStamp=at, updatetime=at, **changes)

    def refund(self, sale_id: int, *, at: datetime, employee_id: int = 1, units: int | None = None) -> Row:
        """Bring back everything, or `units` of the first line: a new sale of the same magnitudes, negative (10)."""
        sale = self._books.get("Sale", sale_id)
        if sale is None:
            raise KeyError(f"There is no sale {sale_id}.")
        lines = [self._returned(line) for line in self._books.children("SaleLine", "saleID", sale_id)]
        if units is not None:
            lines = [replace(lines[0], quantity=-units)]
        return self.ring(lines, at=at, register_id=int(sale["registerID"]), employee_id=employee_id)

    def void(self, sale_id: int, *, at: datetime, employee_id: int = 1, reason: str = "Mistake") -> Row:
        """Void a sale: it stays, its payments are archived, and it is listed in SaleVoid (11.1)."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id, voided=True, archived=True)
            if self._behaviour.void_reopens:
                sale["completed"] = False
            if self._behaviour.void_moves_time_stamp:
                sale["timeStamp"] = sale["updatetime"] = at
            for payment in self._books.children("SalePayment", "saleID", sale_id):
                self._books.update("SalePayment", int(payment["salePaymentID"]), archived=True)
            self._settle(sale, None)
            facts = {"createTime": at, "reason": reason, "saleID": sale_id, "employeeID": employee_id}
            return self._books.add("SaleVoid", {**facts, "shopID": sale["shopID"]})

    def load_gift_card(
        self, amount: Decimal, *, at: datetime, register_id: int = 1, employee_id: int = 1, code: str = "98765432"
    ) -> Row:
        """Sell a gift card: a line of no price, and two payments that cancel out (11.4)."""
        with self._books.changing():
            account = self._books.add(
                "CreditAccount",
                {
                    "name": "",
                    "code": f"********{code[-4:]}",
                    "creditLimit": ZERO,
                    "description": "",
                    "giftCard": True,
                    "archived": False,
                    "timeStamp": at,
                    "customerID": 0,
                    "balance": -amount,
                },
            )
            number = int(account["creditAccountID"])
            line = Basket(ZERO, is_taxed=False, note=f"Gift Card ********{code[-4:]}")
            payments = [Paid(-amount, GIFT_CARD, credit_account_id=number), Paid(amount)]
            return self.ring(
                [line],
                payments,
                at=at,
                register_id=register_id,
                employee_id=employee_id,
                loaded=Loaded(number, amount),
            )

    def _head(
        self, shop: Row, register_id: int, employee_id: int, at: datetime, customer_id: int, is_archived: bool
    ) -> Row:
        number = self._books.next_id("Sale")
        taxes = self._books.get("TaxCategory", int(shop["taxCategoryID"])) or {}
        return {
            "saleID": number,
            "timeStamp": at,
            "discountPercent": ZERO,
            "completed": False,
            "archived": is_archived,
            "voided": False,
            "enablePromotions": True,
            "isTaxInclusive": False,
            "createTime": at,
            "updatetime": at,
            "completeTime": None,
            "referenceNumber": "",
            "referenceNumberSource": "",
            "tax1Rate": taxes.get("tax1Rate", ZERO),
            "tax2Rate": taxes.get("tax2Rate", ZERO),
            "change": ZERO,
            "receiptPreference": "printed",
            "displayableSubtotal": ZERO,
            "ticketNumber": f"22{number:010d}",
            "tipEnabled": False,
            "customerID": customer_id,
            "discountID": 0,
            "employeeID": employee_id,
            "tipEmployeeID": 0,
            "quoteID": 0,
            "registerID": register_id,
            "shipToID": 0,
            "shopID": shop["shopID"],
            "taxCategoryID": shop["taxCategoryID"],
        }

    def _add_line(self, sale: Row, line: Basket, at: datetime) -> None:
        rates = self._rates(sale, line)
        subtotal = line.quantity * line.price
        sign = -1 if line.quantity < 0 else 1
        discount = sign * line.discount_amount + rounded(subtotal * line.discount_percent)
        shared = sign * line.transaction_discount
        base = subtotal - discount - shared
        taxes = [base * rate for rate in rates]
        item = self._books.get("Item", line.item_id) or {}
        cost = item.get("avgCost", ZERO)
        note = self._books.add("Note", {"note": line.note, "isPublic": False, "timeStamp": at}) if line.note else None
        self._books.add(
            "SaleLine",
            {
                "createTime": at,
                "timeStamp": at,
                "unitQuantity": line.quantity,
                "unitPrice": line.price,
                "normalUnitPrice": line.normal_price,
                "discountAmount": line.discount_amount,
                "discountPercent": line.discount_percent,
                "avgCost": cost,
                "fifoCost": cost,
                "tax": line.is_taxed,
                "tax1Rate": rates[0],
                "tax2Rate": rates[1],
                "isLayaway": False,
                "isWorkorder": False,
                "isSpecialOrder": False,
                "displayableSubtotal": base,
                "displayableUnitPrice": line.price,
                "lineType": line.line_type,
                "calcLineDiscount": discount,
                "calcTransactionDiscount": shared,
                "calcTotal": base + taxes[0] + taxes[1],
                "calcSubtotal": subtotal,
                "calcTax1": taxes[0],
                "calcTax2": taxes[1],
                "taxClassID": item.get("taxClassID", 1),
                "customerID": sale["customerID"],
                "discountID": 0,
                "employeeID": line.employee_id or sale["employeeID"],
                "itemID": line.item_id,
                "noteID": note["noteID"] if note else 0,
                "parentSaleLineID": line.parent_line_id,
                "shopID": sale["shopID"],
                "taxCategoryID": sale["taxCategoryID"],
                "saleID": sale["saleID"],
                "itemFeeID": 0,
            },
        )

    def _rates(self, sale: Row, line: Basket) -> tuple[Decimal, Decimal]:
        """Those of the sale's tax, unless the item's class has its own there; none for an untaxed line (9.16)."""
        if not line.is_taxed:
            return ZERO, ZERO
        item = self._books.get("Item", line.item_id)
        if item is not None:
            for each in self._books.children("TaxCategoryClass", "taxCategoryID", int(sale["taxCategoryID"])):
                if each["taxClassID"] == item["taxClassID"]:
                    return each["tax1Rate"], each["tax2Rate"]
        return sale["tax1Rate"], sale["tax2Rate"]

    def _add_payment(self, sale: Row, paid: Paid, at: datetime) -> None:
        self._books.add(
            "SalePayment",
            {
                "amount": paid.amount + paid.tip,
                "tipAmount": paid.tip,
                "createTime": at,
                "archived": paid.is_cancelled,
                "remoteReference": "",
                "paymentID": "",
                "saleID": sale["saleID"],
                "paymentTypeID": paid.type_id,
                "ccChargeID": 0,
                "refPaymentID": 0,
                "registerID": sale["registerID"],
                "employeeID": sale["employeeID"],
                "creditAccountID": paid.credit_account_id,
            },
        )

    def _sum_up(self, sale: Row) -> None:
        """The header: taxes are rounded here, and only here (10)."""
        lines = self._books.children("SaleLine", "saleID", int(sale["saleID"]))

        def total(name: str) -> Decimal:
            return sum((line[name] for line in lines), ZERO)

        subtotal, discount = total("calcSubtotal"), total("calcLineDiscount") + total("calcTransactionDiscount")
        tax1, tax2 = rounded(total("calcTax1")), rounded(total("calcTax2"))
        taxable = sum((line["displayableSubtotal"] for line in lines if line["tax"]), ZERO)
        cost = sum((line["avgCost"] * line["unitQuantity"] for line in lines), ZERO)
        after = subtotal - discount
        sale |= {
            "displayableSubtotal": after,
            "calcDiscount": discount,
            "calcTotal": after + tax1 + tax2,
            "calcSubtotal": subtotal,
            "calcTaxable": taxable,
            "calcNonTaxable": after - taxable,
            "calcAvgCost": cost,
            "calcFIFOCost": cost,
            "calcTax1": tax1,
            "calcTax2": tax2,
            "total": after + tax1 + tax2,
            "taxTotal": tax1 + tax2,
        }

    def _settle(self, sale: Row, loaded: Loaded | None) -> None:
        payments = self._books.children("SalePayment", "saleID", int(sale["saleID"]))
        live = [each for each in payments if not each["archived"]]
        paid = sum((each["amount"] for each in live), ZERO)
        tips = sum((each["tipAmount"] for each in live), ZERO)
        stored = sum((each["amount"] for each in live if each["paymentTypeID"] in (CREDIT_ACCOUNT, GIFT_CARD)), ZERO)
        sale |= {
            "calcPayments": paid,
            "calcTips": tips,
            "totalDue": sale["calcTotal"] - stored,
            "displayableTotal": sale["calcTotal"] + (loaded.amount if loaded else ZERO),
            "balance": sale["calcTotal"] + tips - paid,
        }

    def _complete(self, sale: Row, at: datetime, complete_time: datetime | None) -> None:
        sale |= {"completed": True, "completeTime": complete_time or at, "timeStamp": at, "updatetime": at}
        for line in self._books.children("SaleLine", "saleID", int(sale["saleID"])):
            line["timeStamp"] = at

    def _returned(self, line: Row) -> Basket:
        return Basket(
            price=line["unitPrice"],
            quantity=-int(line["unitQuantity"]),
            item_id=int(line["itemID"]),
            discount_percent=line["discountPercent"],
            discount_amount=line["discountAmount"],
            employee_id=int(line["employeeID"]),
            parent_line_id=int(line["saleLineID"]),
            is_taxed=bool(line["tax"]),
        )
