"""Bills that staff change while a guest is about to pay."""

from decimal import Decimal

import pytest

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Named, Payment, SaleState
from comptoir.sandbox.catalogue import CARD
from comptoir.sandbox.till import Item
from tests.sandbox.restaurants import NOON, ZINC, Restaurants

APM = Named(id="APM", name="API")


def a_bill(restaurants: Restaurants, *items: Item) -> str:
    listed = items or (Item("ENTRECOTE", extras=("FRITES",)), Item("CAFE"))
    return restaurants.world.open(ZINC, items=listed, now=NOON).external_id


def from_outside(restaurants: Restaurants, number: str, amount: str) -> None:
    payment = Payment(amount=Decimal(amount), method=APM, external_reference="CT-1")
    restaurants.world.pay(ZINC, number, payment, now=NOON)


def test_a_line_is_struck_with_what_hangs_on_it() -> None:
    restaurants = Restaurants()
    number = a_bill(restaurants)
    struck = restaurants.world.strike(ZINC, number, 0, now=NOON)
    assert ([line.sku for line in struck.lines], struck.total) == (["CAFE"], Decimal("2.6"))


def test_a_bill_is_carried_to_another_table_under_its_number() -> None:
    restaurants = Restaurants()
    number = a_bill(restaurants)
    carried = restaurants.world.carry(ZINC, number, "Table 9", now=NOON)
    assert (carried.external_id, carried.table) == (number, "Table 9")


def test_two_bills_become_one_and_the_first_is_cancelled() -> None:
    restaurants = Restaurants()
    first, second = a_bill(restaurants), a_bill(restaurants, Item("KIR"))
    from_outside(restaurants, first, "5")
    joined = restaurants.world.merge(ZINC, first, second, now=NOON)
    assert (joined.external_id, joined.total, joined.paid) == (second, Decimal("36.4"), Decimal(5))
    assert [line.parent for line in joined.lines] == [None, None, 1, None]
    gone = restaurants.world.find(ZINC, first)
    assert gone
    assert gone.state is SaleState.SUPERSEDED
    assert [each.external_id for each in restaurants.world.open_sales(ZINC)] == [second]
    with pytest.raises(RuleBroken):
        restaurants.world.merge(ZINC, second, second, now=NOON)


def test_a_bill_closed_by_mistake_opens_again_and_keeps_what_came_from_outside() -> None:
    restaurants = Restaurants()
    number = a_bill(restaurants)
    from_outside(restaurants, number, "5")
    restaurants.world.close(ZINC, number, [CARD], now=NOON)
    opened = restaurants.world.reopen(ZINC, number, now=NOON)
    assert (opened.state, opened.paid) == (SaleState.OPEN, Decimal(5))


def test_a_payment_is_taken_back_or_entered_twice() -> None:
    restaurants = Restaurants()
    number = a_bill(restaurants)
    from_outside(restaurants, number, "5")
    assert restaurants.world.pay_again(ZINC, number, now=NOON).paid == 10
    assert restaurants.world.take_back(ZINC, number, now=NOON).paid == 5
    assert restaurants.world.take_back(ZINC, number, now=NOON).paid == 0
    with pytest.raises(RuleBroken, match="Nobody has paid"):
        restaurants.world.take_back(ZINC, number, now=NOON)
    from_outside(restaurants, number, "30.6")
    assert restaurants.world.take_back(ZINC, number, now=NOON).state is SaleState.OPEN
