"""Guests as scripts: what a visit will do and when, drawn from a seed; the same minute brings the same guests."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from comptoir.pos.model import Named
from comptoir.pos.world import WorldGuest
from comptoir.sandbox.catalogue import CARD, CASH, DISHES, EAT_IN, GUESTS, MEAL_VOUCHER, TAKE_AWAY, Dish, Place
from comptoir.sandbox.till import Item, Opening

MINUTE: Final = timedelta(minutes=1)
KNOWN: Final = 0.15
GIVEN_UP: Final = 0.015
SPLIT: Final = 0.05
HANDED_OVER: Final = 0.03
VOIDED: Final = 0.02
FIFTY_GRAMS: Final = Decimal("0.05")


class Step(msgspec.Struct, frozen=True):
    """One thing a visit does at an instant; after a split, those with the other bill pay at `then`."""

    at: datetime
    act: Literal["open", "add", "move", "split", "hand_over", "close", "cancel", "refund", "void"]
    items: tuple[Item, ...] = ()
    table: str = ""
    covers: int = 0
    profile: str = ""
    register: Named | None = None
    staff: Named | None = None
    methods: tuple[Named, ...] = ()
    tip_percent: int = 0
    line: int | None = None
    guest: WorldGuest | None = None
    then: datetime | None = None

    def opening(self, table: str) -> Opening:
        """How the bill of an `open` step begins, at a table that is free."""
        if self.register is None or self.staff is None:
            raise ValueError("an open step names its register and its staff")
        return Opening(self.register, self.staff, table, self.covers, self.profile)


def visits(place: Place, minute: datetime, *, seed: int, speed: float, only_when_open: bool) -> Iterator[list[Step]]:
    """The visits that begin in a minute (UTC). `speed` brings more guests, and quicker ones, by that factor."""
    hour = minute.astimezone(ZoneInfo(place.location.timezone)).hour
    if only_when_open and not place.hours.is_open(hour):
        return
    chance = Random(f"{seed}/{place.location.id}/{int(minute.timestamp()) // 60}")  # noqa: S311 - guests, not keys
    expected = place.hours.visits_an_hour(hour) * speed / 60
    arrivals = math.floor(expected) + (chance.random() < expected % 1)
    for _ in range(arrivals):
        arrives_at = minute + timedelta(milliseconds=chance.randrange(60_000))
        script = _take_away if chance.random() < 0.2 else _at_table
        yield script(place, arrives_at, chance, speed)


def _at_table(place: Place, at: datetime, chance: Random, speed: float) -> list[Step]:
    """Drinks, food, perhaps another table, dessert, the bill, and now and then a complaint."""
    covers = chance.choices((1, 2, 3, 4, 6), (2, 6, 2, 3, 1))[0]
    opening = Step(
        at,
        "open",
        items=_round(chance, covers, ("Bar", "Cave")),
        table=f"Table {chance.randint(1, place.tables)}",
        covers=covers,
        profile=EAT_IN,
        register=chance.choice(place.registers),
        staff=chance.choice(place.staff),
    )
    clock = _Clock(at, chance, speed)
    steps = [opening, Step(clock.after(5, 12), "add", items=_round(chance, covers, ("Cuisine",)))]
    if chance.random() < 0.08:
        steps.append(Step(clock.after(1, 4), "move", table=f"Table {chance.randint(1, place.tables)}"))
    if chance.random() < 0.5:
        steps.append(Step(clock.after(15, 30), "add", items=_round(chance, max(1, covers // 2), ("Cuisine", "Bar"))))
    methods = chance.choices(((CARD,), (CASH,), (MEAL_VOUCHER, CARD), (CARD, CARD)), (6, 2, 1, 1))[0]
    tip = chance.choices((0, 5, 10), (6, 2, 2))[0]
    steps.append(Step(clock.after(10, 20), "close", methods=methods, tip_percent=tip))
    if chance.random() < 0.04:
        steps.append(Step(clock.after(2, 10), "refund", line=0 if chance.random() < 0.6 else None))
    return _with_whims(place, steps)


def _with_whims(place: Place, steps: list[Step]) -> list[Step]:
    """What happens more rarely, drawn apart so that it changes nobody else's visit."""
    whims = Random(f"whims/{place.location.id}/{steps[0].at.isoformat()}")  # noqa: S311 - guests, not keys
    paying = next(index for index, step in enumerate(steps) if step.act == "close")
    before, close = steps[paying - 1].at, steps[paying]
    between = before + (close.at - before) / 2
    between = between.replace(microsecond=between.microsecond // 1000 * 1000)
    if whims.random() < KNOWN:
        steps[0] = msgspec.structs.replace(steps[0], guest=whims.choice(GUESTS))
    drawn = whims.random()
    if drawn < GIVEN_UP:
        return [*steps[:paying], Step(close.at, "cancel")]
    if drawn < GIVEN_UP + SPLIT:
        steps.insert(paying, Step(between, "split", methods=close.methods, then=close.at))
    elif drawn < GIVEN_UP + SPLIT + HANDED_OVER:
        steps.insert(paying, Step(between, "hand_over"))
    elif drawn < GIVEN_UP + SPLIT + HANDED_OVER + VOIDED and steps[-1].act == "close":
        later = close.at + (close.at - before) / 10
        steps.append(Step(later.replace(microsecond=later.microsecond // 1000 * 1000), "void"))
    return steps


def _take_away(place: Place, at: datetime, chance: Random, speed: float) -> list[Step]:
    """Something from the counter, paid a moment later."""
    opening = Step(
        at,
        "open",
        items=_round(chance, chance.randint(1, 3), ("Comptoir", "Bar")),
        profile=TAKE_AWAY,
        register=place.registers[0],
        staff=chance.choice(place.staff),
    )
    method = chance.choice((CARD, CASH))
    return [opening, Step(_Clock(at, chance, speed).after(1, 3), "close", methods=(method,))]


class _Clock:
    """Goes forward by a number of minutes drawn between two, shortened by the speed."""

    def __init__(self, at: datetime, chance: Random, speed: float) -> None:
        self._at = at
        self._chance = chance
        self._speed = speed

    def after(self, least: float, most: float) -> datetime:
        milliseconds = self._chance.uniform(least, most) * 60_000 / self._speed
        self._at += timedelta(milliseconds=round(milliseconds))
        return self._at


def _round(chance: Random, count: int, groups: tuple[str, ...]) -> tuple[Item, ...]:
    """What `count` guests order from these parts of the menu."""
    listed = [dish for dish in DISHES if dish.group in groups]
    return tuple(_item(chance, chance.choice(listed)) for _ in range(count))


def _item(chance: Random, dish: Dish) -> Item:
    if dish.by_weight:
        return Item(dish.sku, quantity=FIFTY_GRAMS * chance.randint(3, 16))
    extras = tuple(extra.sku for extra in dish.extras if chance.random() < 0.35)
    quantity = Decimal(2) if chance.random() < 0.1 else Decimal(1)
    return Item(dish.sku, quantity, extras, discount_percent=chance.choices((0, 10, 100), (30, 2, 1))[0])
