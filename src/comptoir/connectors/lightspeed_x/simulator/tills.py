"""Tills are opened and closed: what one took meanwhile is its closure, and stays what it was (section 5)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from comptoir.connectors.lightspeed_x.simulator.retailer import Retailer, Row


class Tills:
    """The tills of one retailer, by the short names of their outlets."""

    def __init__(self, retailer: Retailer) -> None:
        self._retailer = retailer

    def open(self, short: str, *, at: datetime) -> Row:
        """Begin to take money: the next closure."""
        row = self._till(short)
        sequence = row["_sequence"] + 1
        closure = self._retailer.identifier(f"closure/{short}/{sequence}")
        began = {
            "is_open": True,
            "register_open_time": at,
            "register_close_time": None,
            "_opened": at,
            "_sequence": sequence,
            "_taken": None,
        }
        return self._retailer.put("registers", {**row, **began, "register_open_sequence_id": closure})

    def close(self, short: str, *, at: datetime) -> Row:
        """Count the drawer: what is corrected later changes nothing in this closure."""
        row = self._till(short)
        taken = self._counted(row)
        with self._retailer.lock:
            closed = {"is_open": False, "register_close_time": at, "_taken": taken}
            kept = self._retailer.put("registers", {**row, **closed})
            self._retailer.put("closures", {"id": row["register_open_sequence_id"]})
        return kept

    def summary(self, register: Row) -> dict[str, Any]:
        """What it took since it was opened; a closed till shows its last closure (assumed)."""
        taken = self._counted(register) if register["_taken"] is None else register["_taken"]
        return {
            "register_open_time": register["_opened"],
            "register_closure_id": register["register_open_sequence_id"],
            "register_closure_sequence_number": register["_sequence"],
            "payments": [
                {"payment_type_id": kind, "payment_type_name": name, "total": f"{total:.2f}"}
                for (kind, name), total in taken.items()
            ],
        }

    def _till(self, short: str) -> Row:
        found = self._retailer.get("registers", self._retailer.identifier(f"register/{short}"))
        if found is None:
            raise KeyError(short)
        return found

    def _counted(self, register: Row) -> dict[tuple[str, str], Decimal]:
        counted: dict[tuple[str, str], Decimal] = {}
        for sale in self._retailer.after("sales", 0):
            if sale["_state"] == "voided" or sale["deleted_at"]:
                continue
            for each in sale["_payments"]:
                if each["_register"] == register["id"] and each["_date"] >= register["_opened"]:
                    kind = each["_type"], each["_name"]
                    counted[kind] = counted.get(kind, Decimal(0)) + each["_amount"]
        return counted
