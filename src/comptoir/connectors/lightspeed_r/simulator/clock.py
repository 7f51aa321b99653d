"""The time clock of a shop: entries without a change mark (9.6, 11.6)."""

from datetime import datetime
from typing import Any

from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.wire import Row


class TimeClock:
    """Writes clock entries into the books."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def clock_in(self, employee_id: int, shop_id: int, *, at: datetime) -> Row:
        """Somebody comes; the employee points at the open entry."""
        with self._books.changing():
            facts = {"checkIn": at, "checkOut": None, "employeeID": employee_id, "shopID": shop_id}
            entry = self._books.add("EmployeeHours", facts)
            self._books.update("Employee", employee_id, clockInEmployeeHoursID=entry["employeeHoursID"])
            return entry

    def clock_out(self, employee_id: int, *, at: datetime) -> Row:
        """They go. Raises KeyError when they are not in."""
        with self._books.changing():
            employee = self._books.get("Employee", employee_id)
            if employee is None or not employee["clockInEmployeeHoursID"]:
                raise KeyError(f"Employee {employee_id} is not clocked in.")
            entry = self._books.update("EmployeeHours", int(employee["clockInEmployeeHoursID"]), checkOut=at)
            self._books.update("Employee", employee_id, clockInEmployeeHoursID=0)
            return entry

    def note(self, employee_id: int, shop_id: int, start: datetime, end: datetime) -> Row:
        """An entry that a manager writes afterwards: a high id for an early time."""
        facts = {"checkIn": start, "checkOut": end, "employeeID": employee_id, "shopID": shop_id}
        return self._books.add("EmployeeHours", facts)

    def edit(self, entry_id: int, **changes: Any) -> Row:
        """Change `checkIn`, `checkOut` or the shop; nothing else moves. Raises KeyError."""
        entry = self._books.update("EmployeeHours", entry_id, **changes)
        if "checkOut" in changes:
            self.point(entry)
        return entry

    def delete(self, entry_id: int) -> None:
        """Gone, without a trace. Raises KeyError."""
        entry = self._books.get("EmployeeHours", entry_id)
        self._books.remove("EmployeeHours", entry_id)
        if entry is not None:
            self.point(entry, is_gone=True)

    def point(self, entry: Row, *, is_gone: bool = False) -> None:
        """Employees point at their open entry, and no longer at one that has ended or is gone (11.6)."""
        number = entry["employeeHoursID"]
        employee = self._books.get("Employee", int(entry["employeeID"]))
        if employee is None:
            return
        if entry["checkOut"] is None and not is_gone:
            self._books.update("Employee", int(entry["employeeID"]), clockInEmployeeHoursID=number)
        elif employee["clockInEmployeeHoursID"] == number:
            self._books.update("Employee", int(entry["employeeID"]), clockInEmployeeHoursID=0)
