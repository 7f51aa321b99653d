"""Registers are opened, counted and closed (sheet section 9.4)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from comptoir.connectors.lightspeed_r.simulator.basket import ZERO
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.fields import amount, nested, whole
from comptoir.connectors.lightspeed_r.simulator.wire import Row, text


class Registers:
    """What is done at a register besides selling. Answers are rows of the books."""

    def __init__(self, books: Books, *, now: datetime) -> None:
        self._books = books
        self._now = now

    def open(self, register: Row, body: Mapping[str, Any]) -> Row:
        """Open a register with what lies in it, which its page shows as a RegisterWithdraw. Raises Refused (400)."""
        if register["open"]:
            raise Refused(400, "The register is open already.")
        float_amount = self.withdraw({**body, "registerID": register["registerID"]})
        facts = {"open": True, "openTime": self._now, "openEmployeeID": float_amount["employeeID"]}
        self._books.update("Register", int(register["registerID"]), **facts)
        return float_amount

    def withdraw(self, body: Mapping[str, Any]) -> Row:
        """Cash put in, or taken out where it is negative. Raises Refused (400)."""
        number, kind = whole(body, "registerID"), whole(body, "paymentTypeID", 1)
        if self._books.get("Register", number) is None or self._books.get("PaymentType", kind) is None:
            raise Refused(400, "There is no such register or payment type.")
        facts = {"amount": amount(body, "amount"), "createTime": self._now, "notes": str(body.get("notes") or "")}
        ends = {"employeeID": whole(body, "employeeID", 1), "paymentTypeID": kind, "registerID": number}
        return self._books.add("RegisterWithdraw", facts | ends)

    def close(self, register: Row, body: Mapping[str, Any]) -> Row:
        """Count and close: what should be there, and what is. Raises Refused (400)."""
        if not register["open"]:
            raise Refused(400, "The register is not open.")
        counted = {
            whole(each, "paymentTypeID"): amount(each, "actual")
            for each in nested(body, "RegisterCountAmounts", "RegisterCountAmount")
        }
        facts = {"createTime": self._now, "openTime": register["openTime"], "notes": str(body.get("notes") or "")}
        ends = {
            "registerID": register["registerID"],
            "openEmployeeID": register["openEmployeeID"],
            "closeEmployeeID": whole(body, "closeEmployeeID", 1),
        }
        made = self._books.add("RegisterCount", facts | ends)
        for kind, (added, withdrawn, paid) in self._sums(register).items():
            self._books.add(
                "RegisterCountAmount",
                {
                    "calculated": added + withdrawn + paid,
                    "actual": counted.get(kind, ZERO),
                    "registerCountID": made["registerCountID"],
                    "paymentTypeID": kind,
                },
            )
        self._books.update("Register", int(register["registerID"]), open=False, openEmployeeID=0)
        return made

    def calculated(self, register: Row) -> dict[str, Any]:
        """What came in and went out since it was opened, by payment type; without `@attributes`."""
        rows = [
            {"add": text(added), "withdraw": text(withdrawn), "payment": text(paid), "paymentTypeID": str(kind)}
            for kind, (added, withdrawn, paid) in self._sums(register).items()
        ]
        return {"CalculatedAmount": rows}

    def _sums(self, register: Row) -> dict[int, tuple[Decimal, Decimal, Decimal]]:
        number, since = register["registerID"], register["openTime"]
        sums = {int(each["paymentTypeID"]): [ZERO, ZERO, ZERO] for each in self._books.all("PaymentType")}
        for row in self._books.all("RegisterWithdraw"):
            if row["registerID"] == number and row["createTime"] >= since:
                sums[int(row["paymentTypeID"])][0 if row["amount"] > 0 else 1] += row["amount"]
        for row in self._books.all("SalePayment"):
            if row["registerID"] == number and not row["archived"] and row["createTime"] >= since:
                sums[int(row["paymentTypeID"])][2] += row["amount"]
        return {kind: (added, withdrawn, paid) for kind, (added, withdrawn, paid) in sums.items()}
