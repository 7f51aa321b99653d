"""Shops that trade from a seed: the same seed and the same instant give the same books."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_r.simulator import goods, opening
from comptoir.connectors.lightspeed_r.simulator.basket import CREDIT_CARD, Basket, Paid
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.clock import TimeClock
from comptoir.connectors.lightspeed_r.simulator.counter import Counter
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour

PEOPLE: Final = ("Alice", "Bob", "Charlie", "Dana", "Erin", "Frank")
OPENS: Final = time(10)
OPEN_FOR: Final = timedelta(hours=9)
BUSY_HOURS: Final = (1, 2, 4, 5, 4, 3, 3, 4, 2)
"""How much of a day falls into each hour after opening."""
NOTEBOOK: Final = 6
Deed = Callable[[datetime], None]


@dataclass(frozen=True)
class Chain:
    """A chain to simulate. `shops` are names with time zones; `sales_a_day` is the mean of one shop.

    `people` work in the shops, one after the other: with as many people as shops there is one in each.
    """

    account_id: int = 900100
    name: str = "Alice’s Books"
    shops: tuple[tuple[str, str], ...] = (("Harbour Street", "US/Eastern"), ("Old Station", "America/Chicago"))
    people: tuple[str, ...] = PEOPLE
    sales_a_day: int = 25
    seed: int = 1871
    since: date = date(2026, 1, 5)


@dataclass
class Trade:
    """Shops that go on trading: `advance` makes everything happen that is due."""

    chain: Chain
    books: Books
    counter: Counter
    clock: TimeClock
    _next_day: date = date.min
    _due: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def advance(self, now: datetime) -> None:
        """Make happen, in order, what falls before `now`. Twice for one instant changes nothing."""
        with self.books.lock:
            while datetime.combine(self._next_day, time(), UTC) - timedelta(days=1) <= now:
                self._plan(self._next_day)
                self._next_day += timedelta(days=1)
            while self._due and self._due[0][0] <= now:
                at, _order, deed = heapq.heappop(self._due)
                deed(at)

    def _plan(self, day: date) -> None:
        for row in list(self.books.all("Shop")):
            shop_id = int(row["shopID"])
            chance = Random(f"{self.chain.seed}/{shop_id}/{day}")  # noqa: S311 - a made-up shop
            opened = datetime.combine(day, OPENS, ZoneInfo(str(row["timeZone"]))).astimezone(UTC)
            self._plan_sales(shop_id, opened, chance)
            self._plan_shifts(shop_id, opened, chance)

    def _plan_sales(self, shop_id: int, opened: datetime, chance: Random) -> None:
        mean = self.chain.sales_a_day * (1.4 if opened.weekday() == 5 else 0.6 if opened.weekday() == 6 else 1.0)
        for _sale in range(max(0, round(chance.gauss(mean, mean**0.5)))):
            hour = chance.choices(range(len(BUSY_HOURS)), BUSY_HOURS)[0]
            at = opened + timedelta(hours=hour, seconds=chance.randrange(3600))
            self._at(at, self._sale(shop_id, Random(chance.random())))  # noqa: S311

    def _sale(self, shop_id: int, chance: Random) -> Deed:
        def deed(at: datetime) -> None:
            kind = chance.random()
            employee = 1 + chance.randrange(len(self.chain.people))
            if kind < 0.03:
                self._refund_one(shop_id, chance, at)
            elif kind < 0.045:
                self.counter.load_gift_card(Decimal(50), at=at, register_id=shop_id, employee_id=employee)
            elif kind < 0.06:
                lines = self._lines(chance)
                self.counter.ring(
                    lines, at=at, register_id=shop_id, employee_id=employee, is_completed=False, is_archived=True
                )
            else:
                sale = self.counter.ring(self._lines(chance), [], at=at, register_id=shop_id, is_completed=False)
                self.books.update("Sale", int(sale["saleID"]), employeeID=employee)
                self._pay(int(sale["saleID"]), chance, at)
                if kind > 0.99:
                    self._at(at + timedelta(minutes=40), lambda later: self._void(int(sale["saleID"]), later))

        return deed

    def _pay(self, sale_id: int, chance: Random, at: datetime) -> None:
        sale = self.books.get("Sale", sale_id) or {}
        if chance.random() < 0.7:
            self.counter.pay(sale_id, Paid(sale["balance"], CREDIT_CARD), at=at)
        self.counter.complete(sale_id, at=at)

    def _lines(self, chance: Random) -> list[Basket]:
        goods = list(self.books.all("Item"))
        lines = []
        for _line in range(1 + chance.randrange(4)):
            item = chance.choice(goods)
            price = Decimal(item["Prices"]["ItemPrice"][0]["amount"])
            percent = Decimal("0.1") if chance.random() < 0.12 else Decimal(0)
            quantity = 1 if chance.random() < 0.85 else 2 + chance.randrange(3)
            seller = 1 + chance.randrange(len(self.chain.people)) if chance.random() < 0.2 else 0
            number = int(item["itemID"])
            lines.append(Basket(price, quantity, number, discount_percent=percent, employee_id=seller))
        return lines

    def _refund_one(self, shop_id: int, chance: Random, at: datetime) -> None:
        latest = self.books.next_id("Sale") - 1
        for _try in range(8):
            sale = self.books.get("Sale", max(1, latest - chance.randrange(200)))
            if sale and sale["completed"] and sale["shopID"] == shop_id and sale["calcTotal"] > 0:
                self.counter.refund(int(sale["saleID"]), at=at)
                return

    def _void(self, sale_id: int, at: datetime) -> None:
        self.counter.void(sale_id, at=at)

    def _plan_shifts(self, shop_id: int, opened: datetime, chance: Random) -> None:
        number = len(self.chain.shops)
        for place, _name in enumerate(self.chain.people):
            if place % number != (shop_id - 1) % number or chance.random() < 0.3:
                continue
            employee_id = place + 1
            comes = opened - timedelta(minutes=chance.randrange(20))
            goes = comes + timedelta(hours=4 + chance.randrange(5), minutes=chance.randrange(60))
            self._at(comes, self._comes(employee_id, shop_id))
            if chance.random() > 0.01:  # some forget
                self._at(goes, self._goes(employee_id))

    def _comes(self, employee_id: int, shop_id: int) -> Deed:
        def deed(at: datetime) -> None:
            self.clock.clock_in(employee_id, shop_id, at=at)

        return deed

    def _goes(self, employee_id: int) -> Deed:
        def deed(at: datetime) -> None:
            employee = self.books.get("Employee", employee_id)
            if employee is not None and employee["clockInEmployeeHoursID"]:
                self.clock.clock_out(employee_id, at=at)

        return deed

    def _at(self, at: datetime, deed: Deed) -> None:
        heapq.heappush(self._due, (at.replace(microsecond=0), next(self._order), deed))


def trade(chain: Chain, behaviour: Behaviour | None = None) -> Trade:
    """A chain that has opened and sold nothing yet."""
    books = Books(chain.account_id, name=chain.name)
    opening.furnish(books)
    for name in chain.people:
        opening.employee(books, name, "Example")
    opening.employee(books, "Gone", "Example", archived=True)
    books.add("EmployeeRight", {"name": "register_withdraw", "_employeeID": 2})
    for name, timezone in chain.shops:
        opening.shop(books, name, timezone=timezone)
    for description, price, cost in goods.GOODS:
        goods.item(books, description, price, cost)
    goods.display(books, NOTEBOOK)
    goods.box(books, "Postcards, box of 100", "84.00", of=5, quantity=100)
    return Trade(chain, books, Counter(books, behaviour), TimeClock(books), _next_day=chain.since)
