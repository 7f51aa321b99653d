"""Refunds and moves, as the world does them."""

from decimal import Decimal

import pytest

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import SaleState
from comptoir.sandbox.catalogue import CARD, CASH
from comptoir.sandbox.till import Item
from tests.sandbox.restaurants import NOON, ZINC, Restaurants


def a_closed_bill(restaurants: Restaurants) -> str:
    items = [Item("ENTRECOTE", extras=("FRITES",)), Item("CAFE")]
    number = restaurants.world.open(ZINC, items=items, now=NOON).external_id
    restaurants.world.close(ZINC, number, [CASH, CARD], tip=Decimal(2), now=NOON)
    return number


def test_a_line_then_the_rest_then_nothing() -> None:
    restaurants = Restaurants()
    number = a_closed_bill(restaurants)
    line = restaurants.world.refund(ZINC, number, 0, now=NOON)
    assert (line.total, line.covers, line.previous_external_id, line.tip) == (Decimal(-28), 0, number, 0)
    with pytest.raises(RuleBroken, match="refunded before"):
        restaurants.world.refund(ZINC, number, 1, now=NOON)
    rest = restaurants.world.refund(ZINC, number, now=NOON)
    assert rest.total == Decimal("-2.6")
    with pytest.raises(RuleBroken, match="refunded before"):
        restaurants.world.refund(ZINC, number, now=NOON)


def test_a_whole_refund_takes_the_covers_back() -> None:
    restaurants = Restaurants()
    refund = restaurants.world.refund(ZINC, a_closed_bill(restaurants), now=NOON)
    assert (refund.total, refund.covers, refund.receipt_number) == (Decimal("-30.6"), -2, "R40017.2")
    with pytest.raises(RuleBroken):
        restaurants.world.refund(ZINC, refund.external_id, now=NOON)


def test_a_refused_refund_leaves_no_trace() -> None:
    restaurants = Restaurants()
    bill = restaurants.world.open(ZINC, items=[Item("CAFE")], now=NOON)
    with pytest.raises(RuleBroken):
        restaurants.world.refund(ZINC, bill.external_id, now=NOON)
    assert restaurants.world.open(ZINC, now=NOON).external_id == "A40017.2"


def test_a_move_supersedes_the_bill() -> None:
    restaurants = Restaurants()
    bill = restaurants.world.open(ZINC, items=[Item("CAFE")], now=NOON)
    fresh = restaurants.world.move(ZINC, bill.external_id, "Table 7", now=NOON)
    assert restaurants.journal.sale(ZINC, bill.external_id).state is SaleState.SUPERSEDED
    assert [sale.external_id for sale in restaurants.world.open_sales(ZINC)] == [fresh.external_id]
    with pytest.raises(RuleBroken):
        restaurants.world.add(ZINC, bill.external_id, [Item("CAFE")], now=NOON)


def test_a_taken_table_leads_to_the_next_free_one() -> None:
    restaurants = Restaurants()
    restaurants.world.open(ZINC, now=NOON)
    assert restaurants.world.free_table(ZINC, "Table 1") == "Table 2"
    assert restaurants.world.free_table(ZINC, "Table 20") == "Table 20"
