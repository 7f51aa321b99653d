"""What can be made to go wrong at a vendor or at one of its locations, switchable while everything trades."""

import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Final

from comptoir.connectors.lightspeed_k.simulator import Condition
from comptoir.kernel.errors import RuleBroken

EVERYWHERE: Final = ""
"""In place of a location: the whole vendor."""

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS fault (
    vendor TEXT NOT NULL, location_id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (vendor, location_id, name)
);
"""


class Fault(StrEnum):
    """Everything that can go wrong. Those a vendor must act upon itself have the names of its own conditions."""

    BUSY_SECONDS = "busy_seconds"
    BUSY_DATE = "busy_date"
    BUSY_BARE = "busy_bare"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"
    SLOW = "slow"
    CUT_SHORT = "cut_short"
    EMPTY_ERRORS = "empty_errors"
    PAGE_TOKEN_REPEATED = Condition.PAGE_TOKEN_REPEATED.value
    CHANGED_WHILE_READ = Condition.CHANGED_WHILE_READ.value
    TILL_OFFLINE = Condition.TILL_OFFLINE.value
    SALES_PERIOD_CLOSED = Condition.SALES_PERIOD_CLOSED.value
    API_DISABLED = Condition.API_DISABLED.value
    METHOD_REMOVED = Condition.METHOD_REMOVED.value
    STAFF_INACTIVE = Condition.STAFF_INACTIVE.value
    EDITS_RENUMBER = "edits_renumber"
    REFRESH_ANSWER_LOST = "refresh_answer_lost"
    ANSWER_LOST = "answer_lost"
    RESULTS_LOST = "results_lost"
    RESULTS_DOUBLED = "results_doubled"
    RESULTS_DELAYED = "results_delayed"
    NOTIFICATIONS_LOST = "notifications_lost"
    NOTIFICATIONS_DOUBLED = "notifications_doubled"
    NOTIFICATIONS_DELAYED = "notifications_delayed"
    NOTIFICATIONS_REORDERED = "notifications_reordered"


GROUPS: Final[Mapping[str, tuple[Fault, ...]]] = {
    "till": (
        Fault.TILL_OFFLINE,
        Fault.SALES_PERIOD_CLOSED,
        Fault.API_DISABLED,
        Fault.METHOD_REMOVED,
        Fault.STAFF_INACTIVE,
        Fault.EDITS_RENUMBER,
    ),
    "results": (
        Fault.ANSWER_LOST,
        Fault.RESULTS_LOST,
        Fault.RESULTS_DOUBLED,
        Fault.RESULTS_DELAYED,
    ),
    "notifications": (
        Fault.NOTIFICATIONS_LOST,
        Fault.NOTIFICATIONS_DOUBLED,
        Fault.NOTIFICATIONS_DELAYED,
        Fault.NOTIFICATIONS_REORDERED,
    ),
    "answers": (
        Fault.BUSY_SECONDS,
        Fault.BUSY_DATE,
        Fault.BUSY_BARE,
        Fault.BROKEN,
        Fault.UNAVAILABLE,
        Fault.SLOW,
        Fault.CUT_SHORT,
        Fault.EMPTY_ERRORS,
        Fault.PAGE_TOKEN_REPEATED,
        Fault.CHANGED_WHILE_READ,
    ),
    "sign_in": (Fault.REFRESH_ANSWER_LOST,),
}
OF_SHOPS: Final = (*GROUPS["answers"], *GROUPS["sign_in"])
"""What can go wrong at the vendor of the shops: it sends nothing, and has no tills to switch off."""
WHOLE_VENDOR: Final = frozenset({Fault.REFRESH_ANSWER_LOST})
"""What no location can be told apart for: on for one, it is on for all."""


class Faults:
    """What is switched on, kept across restarts; safe to use from several threads."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._transaction = transaction
        self._lock = threading.Lock()
        with transaction() as database:
            database.execute(SCHEMA)
            rows = database.execute("SELECT vendor, location_id, name FROM fault").fetchall()
        self._on = {(row["vendor"], row["location_id"], row["name"]) for row in rows}

    def on(self, vendor: str, location_id: str) -> frozenset[str]:
        """What is on at a location, for itself or for the whole vendor."""
        with self._lock:
            return frozenset(
                name for of, place, name in self._on if of == vendor and place in (EVERYWHERE, location_id)
            )

    def own(self, vendor: str, location_id: str) -> frozenset[Fault]:
        """What was switched on at this very place, which may be EVERYWHERE."""
        with self._lock:
            return frozenset(Fault(name) for of, place, name in self._on if (of, place) == (vendor, location_id))

    def set(self, vendor: str, location_id: str, names: Collection[str]) -> None:
        """Switch exactly these on at a place. Raises RuleBroken for one that is not known."""
        wanted = {_known(name) for name in names}
        for fault in Fault:
            self.switch(vendor, location_id, fault, on=fault in wanted)

    def switch(self, vendor: str, location_id: str, name: str, *, on: bool) -> None:
        """Switch one on or off at a place. Raises RuleBroken for one that is not known."""
        fault = _known(name)
        row = (vendor, EVERYWHERE if fault in WHOLE_VENDOR else location_id, fault.value)
        if fault in WHOLE_VENDOR and location_id != EVERYWHERE and not on and row not in self._on:
            return
        with self._transaction() as database, self._lock:
            if on:
                database.execute("INSERT OR IGNORE INTO fault VALUES (?, ?, ?)", row)
                self._on.add(row)
            else:
                database.execute("DELETE FROM fault WHERE vendor = ? AND location_id = ? AND name = ?", row)
                self._on.discard(row)

    def take(self, vendor: str, fault: Fault) -> bool:
        """Whether a fault of the whole vendor is on; it happens once, and is off afterwards."""
        if fault.value not in self.on(vendor, EVERYWHERE):
            return False
        self.switch(vendor, EVERYWHERE, fault, on=False)
        return True


def _known(name: str) -> Fault:
    try:
        return Fault(name)
    except ValueError:
        raise RuleBroken(f"There is no switch named {name}.", code="fault_unknown", status=422) from None
