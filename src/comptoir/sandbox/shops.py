"""Made-up shops behind a simulated R-Series: they trade from a seed; what visitors do is kept and done again."""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator import (
    Basket,
    Behaviour,
    Chain,
    Conditions,
    OAuthClient,
    RSeriesSimulator,
    trade,
)
from comptoir.kernel.errors import RuleBroken

LIGHTSPEED_R: Final = "lightspeed_r"
HISTORY: Final = timedelta(days=45)
HOUR: Final = timedelta(hours=1)
TWELVE: Final = Chain(
    name="Alice’s Shops",
    shops=tuple(
        (name, "US/Eastern" if place < 8 else "America/Chicago")
        for place, name in enumerate(
            (
                *("Harbour Street", "Old Station", "North Gate", "Mill Lane", "Church Square", "Bridge Road"),
                *("Market Hall", "Park Row", "River Side", "Hill Top", "South Quay", "West End"),
            )
        )
    ),
    people=(
        *("Alice", "Bob", "Charlie", "Dana", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Karl", "Lena"),
        *("Mona", "Nils", "Olga", "Paul", "Quinn", "Ruth", "Sam", "Tina", "Uma", "Vera", "Walt", "Xenia"),
    ),
    sales_a_day=8,
)
"""A chain of 12 shops in two time zones, two people in each."""


class Shops:
    """Safe to use from several threads. `path` keeps the first day and every act; None keeps them in memory.

    `conditions`: what is made to go wrong now. `chain`: which shops; seed and first day are those said here.
    `registers`: of the subscription, which sets how fast the vendor may be asked (lightspeed-r-series.md 7); by default
    one for two shops.
    """

    def __init__(
        self,
        *,
        client: OAuthClient,
        path: Path | None,
        seed: int,
        now: datetime,
        conditions: Conditions = frozenset,
        chain: Chain = TWELVE,
        registers: int | None = None,
    ) -> None:
        self._path = path
        self._lock = threading.Lock()
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        since = datetime.fromisoformat(json.loads(lines[0])["since"]) if lines else now - HISTORY
        behaviour = Behaviour(registers=registers or max(1, len(chain.shops) // 2))
        self.trade = trade(replace(chain, since=since.date(), seed=seed), behaviour)
        self.books = self.trade.books
        if not lines:
            self._write({"since": since.isoformat()})
        for line in lines[1:]:
            self._do(json.loads(line))
        tokens = path.with_name("lightspeed_r-tokens.json") if path is not None else None
        self.simulator = RSeriesSimulator(
            [self.books],
            client=client,
            behaviour=behaviour,
            advance=self.trade.advance,
            path=tokens,
            conditions=conditions,
        )

    def mint(self, *, now: datetime) -> dict[str, Any]:
        """A fresh pair of tokens that open everything, as after a consent, and the account they are for."""
        account = self.books.account_id
        return {**self.simulator.tokens.mint(account, ("employee:all",), now=now), "account_id": str(account)}

    def bought(self, shop_id: str, start: datetime, end: datetime) -> list[datetime]:
        """When somebody bought something in a shop within [start, end), whether or not it was taken back since.

        Raises RuleBroken for an unknown shop.
        """
        if not shop_id.isdecimal() or self.books.get("Shop", int(shop_id)) is None:
            raise RuleBroken("There is no such shop.", code="shop_unknown", status=404)
        self.trade.advance(end)
        with self.books.lock:
            return [
                row["completeTime"]
                for row in self.books.all("Sale")
                if row["completed"]
                and int(row["shopID"]) == int(shop_id)
                and row["calcTotal"] > 0
                and start <= row["completeTime"] < end
            ]

    def act(self, name: str, said: Mapping[str, Any], *, now: datetime) -> None:
        """`sell`, `void`, `refund`, `shorten` or `forget`; kept for the next start.

        Raises RuleBroken for what there is not, or cannot be done any more.
        """
        deed = {"act": name, "number": int(said.get("number") or 0), "at": now.replace(microsecond=0).isoformat()}
        with self._lock:
            self.trade.advance(now)
            self._require(deed)
            self._write(deed)
            self._do(deed)

    def _require(self, deed: Mapping[str, Any]) -> None:
        number = deed["number"]
        match deed["act"]:
            case "sell":
                return
            case "void" | "refund":
                sale = self.books.get("Sale", number)
                if sale is None or not sale["completed"] or sale["voided"] or sale["calcTotal"] <= 0:
                    raise RuleBroken("There is no such sale to take back.", code="sale_unknown", status=404)
            case "shorten" | "forget":
                entry = self.books.get("EmployeeHours", number)
                if entry is None or entry["checkOut"] is None:
                    raise RuleBroken("There is no such time at work.", code="clock_entry_unknown", status=404)
            case _:
                raise RuleBroken("There is no such act.", code="act_unknown", status=404)

    def _do(self, deed: Mapping[str, Any]) -> None:
        at, number = datetime.fromisoformat(deed["at"]), deed["number"]
        self.trade.advance(at)
        match deed["act"]:
            case "sell":
                self.trade.counter.ring(
                    [Basket(Decimal("12.90"), item_id=1), Basket(Decimal("1.20"), item_id=5)], at=at
                )
            case "void":
                self.trade.counter.void(number, at=at)
            case "refund":
                self.trade.counter.refund(number, at=at)
            case "shorten":
                entry = self.books.get("EmployeeHours", number) or {}
                self.trade.clock.edit(number, checkOut=max(entry["checkIn"], entry["checkOut"] - HOUR))
            case _:
                self.trade.clock.delete(number)

    def _write(self, deed: Mapping[str, Any]) -> None:
        """Before it is done: what was answered is never lost."""
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(json.dumps(deed) + "\n")
