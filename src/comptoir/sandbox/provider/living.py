"""Guests who pay and order by themselves, so that a demo has an evening; at a pace, none while it is paused."""

import logging
import random
import threading
from collections.abc import Callable
from typing import Any, Final

from comptoir.sandbox.provider import ordering
from comptoir.sandbox.provider.api import Refused
from comptoir.sandbox.provider.company import Company

BETWEEN_SECONDS: Final = 24.0
"""Between two guests at the pace of an ordinary restaurant times four, as the demo starts."""
CATCH_UP_SECONDS: Final = 3.0
TIPS: Final = (0, 0, 5, 10)
VOUCHERS: Final = 0.2
ORDERS: Final = 0.3
"""How many order something more instead of paying; some of them to go."""
TO_GO: Final = 0.3

_log = logging.getLogger(__name__)


class PhoneGuests:
    """Now and then somebody pays all, half or a share of a bill, or orders. One thread at a time may call `visit`."""

    def __init__(self, company: Company, *, speed: Callable[[], float], seed: int) -> None:
        self._company = company
        self._speed = speed
        self._chance = random.Random(seed)  # noqa: S311  (guests, no secrets)
        self._served: list[str] = []

    def run(self, stopping: threading.Event) -> None:
        """Until it is stopped."""
        waited = 0.0
        while not stopping.wait(CATCH_UP_SECONDS):
            waited += CATCH_UP_SECONDS * self._speed() / 4
            try:
                self._company.catch_up()
                if waited >= BETWEEN_SECONDS:
                    waited = 0.0
                    self.visit()
            except Refused as refused:
                _log.info("A guest's phone was refused: %s", refused.code)
            except Exception:
                _log.exception("The guests missed a beat")

    def visit(self) -> None:
        """Somebody pays or orders, where somebody can. Raises Refused."""
        stores = self._company.books.rows("SELECT * FROM store WHERE state = 'linked'")
        if not stores:
            return
        store = self._chance.choice(stores)["integration"]
        open_ = [each for each in self._company.api.checks(store) if self._wants(each)]
        if not open_:
            return
        check = self._chance.choice(open_)
        if self._chance.random() < ORDERS:
            self._order(store, check)
            return
        payable = int(check["payable"]["amount"])
        amount = self._chance.choice((payable, payable, payable // 2 or payable, -(-payable // 3)))
        tip = amount * self._chance.choice(TIPS) // 100
        kind = "voucher" if self._chance.random() < VOUCHERS else "card"
        guest = f"living-{self._chance.randrange(10**9)}"
        row = self._company.hold(store, check, guest, amount=amount, tip=tip, kind=kind)
        self._served = [*self._served[-8:], check["id"]]
        self._company.charge(row["id"])

    def _order(self, store: str, check: dict[str, Any]) -> None:
        """Another drink to the table, or something to go."""
        menu = ordering.dishes(self._company.menu(store))
        if not menu:
            return
        wanted = {str(self._chance.choice(menu)["sku"]): 1}
        table, checks = ("", []) if self._chance.random() < TO_GO else (check["table_number"], [check])
        body = ordering.body(wanted, table=table, checks=checks, said={})
        self._company.order(store, body, what=ordering.words(wanted, menu))

    def _wants(self, check: dict[str, Any]) -> bool:
        """A table with something to pay, not the one of a moment ago."""
        return (
            int(check["payable"]["amount"]) >= 300 and bool(check["table_number"]) and check["id"] not in self._served
        )
