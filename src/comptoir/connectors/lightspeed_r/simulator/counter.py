"""The counter of a shop: sales are rung up, paid, refunded and voided (sheet sections 9.7 to 9.10 and 11)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from comptoir.connectors.lightspeed_r.simulator import arithmetic
from comptoir.connectors.lightspeed_r.simulator.basket import (
    CASH,
    CREDIT_CARD,
    GIFT_CARD,
    ITEM_FEE,
    ZERO,
    Basket,
    Loaded,
    Paid,
    Unpaid,
    rounded,
)
from comptoir.connectors.lightspeed_r.simulator.blanks import charge, head, line_of, payment_of
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour
from comptoir.connectors.lightspeed_r.simulator.wire import Row


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
        shop_id: int = 0,
    ) -> Row:
        """A sale with its lines and payments; by default completed at `at` and paid in cash to the cent.

        `complete_time` may lie in the past (9.7). Not completed, it stays open, or abandoned where archived. `shop_id`:
        0 for that of the register. Payments are taken as they are. Raises KeyError for a register there is not.
        """
        with self._books.changing():
            register = self._books.get("Register", register_id)
            shop = self._books.get("Shop", shop_id or int(register["shopID"])) if register else None
            if register is None or shop is None:
                raise KeyError(f"There is no register {register_id} in a shop.")
            taxes = self._books.get("TaxCategory", int(shop["taxCategoryID"])) or {}
            number = self._books.next_id("Sale")
            blank = head(number, shop, taxes, at)
            facts = {"registerID": register_id, "employeeID": employee_id, "customerID": customer_id}
            sale = self._books.add("Sale", blank | facts | {"archived": is_archived})
            for line in lines:
                self._add_line(sale, line, at)
            self.reckon(sale)
            said = [Paid(sale["calcTotal"])] if payments is None and is_completed else list(payments or ())
            for paid in said:
                self._add_payment(sale, paid, at)
            self._settle(sale, loaded)
            if is_completed:
                self._complete(sale, at, complete_time)
            return sale

    def complete(self, sale_id: int, *, at: datetime, complete_time: datetime | None = None) -> Row:
        """Close an open sale; what is missing is paid in cash."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            if sale["balance"] != ZERO:
                self._add_payment(sale, Paid(sale["balance"]), at)
                self._settle(sale, None)
            self._complete(sale, at, complete_time)
            return sale

    def close(self, sale_id: int, *, at: datetime, complete_time: datetime | None = None) -> Row:
        """Close an open sale that is paid; cash too much is handed back as `change` (9.7). Raises Unpaid."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            self._give_change(sale)
            if sale["balance"] != ZERO:
                raise Unpaid("The sale cannot be completed: its payments do not equal its total.")
            self._complete(sale, at, complete_time)
            return sale

    def pay(self, sale_id: int, paid: Paid, *, at: datetime) -> Row:
        """A payment on an open sale."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            self._add_payment(sale, paid, at)
            self._settle(sale, None)
            return sale

    def add_line(self, sale_id: int, line: Basket, *, at: datetime) -> Row:
        """One line more on an open sale."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            made = self._add_line(sale, line, at)
            self.reckon(sale)
            self._settle(sale, None)
            return made

    def reserve(self, line: Basket, *, at: datetime, shop_id: int, customer_id: int, kind: str) -> Row:
        """A layaway or special order: a line on no sale (11.4). `kind`: the flag that says which. Raises KeyError."""
        with self._books.changing():
            shop = self._books.get("Shop", shop_id)
            if shop is None:
                raise KeyError(f"There is no shop {shop_id}.")
            taxes = self._books.get("TaxCategory", int(shop["taxCategoryID"])) or {}
            owner = head(0, shop, taxes, at) | {"customerID": customer_id, "employeeID": 1}
            made = self._add_line(owner, line, at)
            made[kind] = True
            return made

    def pick_up(self, line: Row, sale_id: int, *, at: datetime) -> Row:
        """A layaway or special order that somebody came for: its line joins an open sale, older than it (11.4)."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id)
            line = self._books.update("SaleLine", int(line["saleLineID"]), saleID=sale_id, timeStamp=at)
            self.refresh(sale, at=at)
            return line

    def recalculate(self, line: Row, *, at: datetime) -> None:
        """After fields of a line were changed: its own amounts, then those of its sale (10)."""
        with self._books.changing():
            sale = self._books.get("Sale", int(line["saleID"]))
            is_inclusive = bool(sale and sale["isTaxInclusive"])
            shared = arithmetic.shared_by(line, is_inclusive=is_inclusive)
            if line["tax"] and not line["tax1Rate"] and not line["tax2Rate"] and sale is not None:
                line["tax1Rate"], line["tax2Rate"] = self._rates(sale, int(line["itemID"]))
            if not line["tax"]:
                line["tax1Rate"], line["tax2Rate"] = ZERO, ZERO
            line |= arithmetic.of_line(line, transaction_discount=shared, is_inclusive=is_inclusive)
            line["timeStamp"] = at
            if sale is not None:
                self.refresh(sale, at=at)

    def refresh(self, sale: Row, *, at: datetime) -> None:
        """Add a sale up again after its lines changed."""
        self.reckon(sale)
        self._settle(sale, None)
        sale |= {"timeStamp": at, "updatetime": at}

    def touch(self, sale_id: int, *, at: datetime, **changes: Any) -> Row:
        """Edit a sale, which moves its change marks."""
        return self._books.update("Sale", sale_id, timeStamp=at, updatetime=at, **changes)

    def refund(self, sale_id: int, *, at: datetime, employee_id: int = 1, units: int | None = None) -> Row:
        """Bring back everything, or `units` of the first line: a new sale of the same magnitudes, negative (10)."""
        sale = self._books.get("Sale", sale_id)
        if sale is None:
            raise KeyError(f"There is no sale {sale_id}.")
        lines = [self.returned(line) for line in self._books.children("SaleLine", "saleID", sale_id)]
        if units is not None:
            lines = [replace(lines[0], quantity=-units)]
        return self.ring(lines, at=at, register_id=int(sale["registerID"]), employee_id=employee_id)

    def rebook(self, sale_id: int, *, at: datetime) -> bool:
        """Cancel a payment and book it anew, as a back office does; whether there was one."""
        with self._books.changing():
            for payment in self._books.children("SalePayment", "saleID", sale_id):
                if not payment["archived"]:
                    number = payment["salePaymentID"]
                    self._books.add("SalePayment", {**payment, "salePaymentID": 0, "createTime": at, "timeStamp": at})
                    self._books.update("SalePayment", int(number), archived=True, timeStamp=at)
                    self.touch(sale_id, at=at)
                    return True
            return False

    def returned(self, line: Row, units: int | None = None) -> Basket:
        """A line that brings back another, or `units` of it with their share of its discounts."""
        whole = int(line["unitQuantity"])
        back = whole if units is None else units
        share = Decimal(back) / whole if whole else Decimal(1)
        sale = self._books.get("Sale", int(line["saleID"])) or {}
        shared = arithmetic.shared_by(line, is_inclusive=bool(sale.get("isTaxInclusive")))
        amount = line["discountAmount"]
        is_whole = back == whole
        return Basket(
            price=line["unitPrice"],
            quantity=-back,
            item_id=int(line["itemID"]),
            discount_percent=line["discountPercent"],
            discount_amount=amount if is_whole else rounded(amount * share),
            transaction_discount=shared if is_whole else rounded(shared * share),
            normal_price=line["normalUnitPrice"],
            employee_id=int(line["employeeID"]),
            parent_line_id=int(line["saleLineID"]),
            is_taxed=bool(line["tax"]),
            line_type=f"{ITEM_FEE}_refund" if line["lineType"] == ITEM_FEE else str(line["lineType"]),
            discount_id=int(line["discountID"]),
        )

    def void(self, sale_id: int, *, at: datetime, employee_id: int = 1, reason: str = "Mistake") -> Row:
        """Void a sale: it stays, its payments are archived, and it is listed in SaleVoid (11.1)."""
        with self._books.changing():
            sale = self._books.update("Sale", sale_id, voided=True)
            if self._behaviour.void_archives:
                sale["archived"] = True
            if self._behaviour.void_reopens:
                sale["completed"] = False
            if self._behaviour.void_moves_time_stamp:
                sale["timeStamp"] = sale["updatetime"] = at
            for payment in self._books.children("SalePayment", "saleID", sale_id):
                if not payment["archived"]:
                    self._move_balance(int(payment["creditAccountID"]), -payment["amount"], at)
                self._books.update("SalePayment", int(payment["salePaymentID"]), archived=True, timeStamp=at)
            self._settle(sale, None)
            facts = {"createTime": at, "reason": reason, "saleID": sale_id, "employeeID": employee_id}
            return self._books.add("SaleVoid", {**facts, "shopID": sale["shopID"]})

    def load_gift_card(
        self, amount: Decimal, *, at: datetime, register_id: int = 1, employee_id: int = 1, code: str = "98765432"
    ) -> Row:
        """Sell a gift card: a line of no price, and two payments that cancel out (11.4)."""
        with self._books.changing():
            blank = {"name": "", "code": code, "creditLimit": ZERO, "description": "", "giftCard": True}
            rest = {"archived": False, "timeStamp": at, "customerID": 0, "balance": ZERO}
            account = int(self._books.add("CreditAccount", blank | rest)["creditAccountID"])
            line = Basket(ZERO, is_taxed=False, note=f"Gift Card ********{code[-4:]}")
            payments = [Paid(-amount, GIFT_CARD, credit_account_id=account), Paid(amount)]
            sale = self.ring(
                [line],
                payments,
                at=at,
                register_id=register_id,
                employee_id=employee_id,
                loaded=Loaded(account, amount),
            )
            [made] = self._books.children("SaleLine", "saleID", int(sale["saleID"]))
            stored, _cash = self._books.children("SalePayment", "saleID", int(sale["saleID"]))
            ends = {"salePaymentID": stored["salePaymentID"], "saleLineID": made["saleLineID"]}
            self._books.add("SaleAccount", {"creditAccountID": account, **ends})
            return sale

    def reckon(self, sale: Row) -> None:
        """The sums of a sale's lines."""
        lines = self._books.children("SaleLine", "saleID", int(sale["saleID"]))
        sale |= arithmetic.of_header(lines, is_inclusive=sale["isTaxInclusive"])

    def _add_line(self, sale: Row, line: Basket, at: datetime) -> Row:
        rates = self._rates(sale, line.item_id) if line.is_taxed else (ZERO, ZERO)
        item = self._books.get("Item", line.item_id) or {}
        note = self._books.add("Note", {"note": line.note, "isPublic": False, "timeStamp": at}) if line.note else None
        row = line_of(line, sale, item, rates, at) | {"noteID": note["noteID"] if note else 0}
        shared, is_inclusive = line.transaction_discount, bool(sale["isTaxInclusive"])
        row |= arithmetic.of_line(row, transaction_discount=shared, is_inclusive=is_inclusive)
        made = self._books.add("SaleLine", row)
        if line.item_id and item.get("itemType") != "non_inventory":
            sold = {"quantity": line.quantity, "createTime": at, "inventoryID": line.item_id}
            self._books.add("InventorySale", {**sold, "_saleLineID": made["saleLineID"]})
        return made

    def _rates(self, sale: Row, item_id: int) -> tuple[Decimal, Decimal]:
        """Those of the sale's tax, unless the item's class has its own there (9.16)."""
        item = self._books.get("Item", item_id)
        if item is not None:
            for each in self._books.children("TaxCategoryClass", "taxCategoryID", int(sale["taxCategoryID"])):
                if each["taxClassID"] == item["taxClassID"]:
                    return each["tax1Rate"], each["tax2Rate"]
        return sale["tax1Rate"], sale["tax2Rate"]

    def _add_payment(self, sale: Row, paid: Paid, at: datetime) -> None:
        row = payment_of(paid, sale, at)
        if paid.type_id == CREDIT_CARD:
            row["ccChargeID"] = self._books.add("CCCharge", charge(paid, sale, at))["ccChargeID"]
        self._books.add("SalePayment", row)
        if not paid.is_cancelled:
            self._move_balance(paid.credit_account_id, paid.amount + paid.tip, at)

    def _move_balance(self, account_id: int, amount: Decimal, at: datetime) -> None:
        """What is stored is negative (9.17: assumed), so what is paid out of an account raises its balance."""
        account = self._books.get("CreditAccount", account_id)
        if account is not None:
            self._books.update("CreditAccount", account_id, balance=account["balance"] + amount, timeStamp=at)

    def _give_change(self, sale: Row) -> None:
        """Cash above the total is kept as the exact amount (9.7)."""
        payments = self._books.children("SalePayment", "saleID", int(sale["saleID"]))
        for payment in reversed(payments):
            over = -sale["balance"]
            if over <= ZERO or payment["archived"] or payment["paymentTypeID"] != CASH or payment["amount"] <= ZERO:
                continue
            back = min(over, payment["amount"])
            payment["amount"] -= back
            sale["change"] += back
            self._settle(sale, None)

    def _settle(self, sale: Row, loaded: Loaded | None) -> None:
        payments = self._books.children("SalePayment", "saleID", int(sale["saleID"]))
        sale |= arithmetic.of_payments(payments, total=sale["calcTotal"], loaded=loaded)

    def _complete(self, sale: Row, at: datetime, complete_time: datetime | None) -> None:
        sale |= {"completed": True, "completeTime": complete_time or at, "timeStamp": at, "updatetime": at}
        for line in self._books.children("SaleLine", "saleID", int(sale["saleID"])):
            line["timeStamp"] = at
        for payment in self._books.children("SalePayment", "saleID", int(sale["saleID"])):
            payment["timeStamp"] = at
