"""Guests: the same ones for the same seed, in the hours of the place, and for a demo at any hour."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import SaleKind, SaleState
from comptoir.sandbox.catalogue import CARD
from tests.sandbox.restaurants import NOON, TERRASSE, ZINC, Restaurants

DAY = timedelta(days=1)
NIGHT = datetime(2026, 3, 7, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def a_day() -> Restaurants:
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON - DAY, NOON)
    return restaurants


def watch(restaurants: Restaurants, start: datetime, length: timedelta) -> None:
    """Let time pass in steps of ten seconds."""
    now = start
    while now <= start + length:
        restaurants.living.advance(now)
        now += timedelta(seconds=10)


def test_same_seed_same_day(a_day: Restaurants) -> None:
    again = Restaurants()
    again.living.fabricate(NOON - DAY, NOON)
    assert again.everything() == a_day.everything()


def test_another_seed_is_another_day(a_day: Restaurants) -> None:
    other = Restaurants(seed=2)
    other.living.fabricate(NOON - DAY, NOON)
    assert other.everything() != a_day.everything()


def test_a_day_has_all_that_happens_in_restaurants(a_day: Restaurants) -> None:
    sales = [change.sale for change in a_day.world.changes(0)]
    closed = [sale for sale in sales if sale.state is SaleState.CLOSED]
    lines = [line for sale in closed for line in sale.lines]
    assert len(closed) > 200
    assert {sale.kind for sale in closed} == {
        SaleKind.SALE,
        SaleKind.REFUND,
        SaleKind.CORRECTION,
        SaleKind.SPLIT,
        SaleKind.TRANSFER,
        SaleKind.VOID,
    }
    assert any(sale.state is SaleState.CANCELLED for sale in sales)
    assert any(sale.service_charge for sale in closed)
    assert any(a_day.world.facts(sale.location_id, sale.external_id).guest for sale in closed)
    assert {line.tax_rate_ppm for line in lines} == {55_000, 100_000, 200_000}
    assert any(line.quantity % 1 for line in lines)
    assert any(line.parent is not None for line in lines)
    assert any(sale.discount for sale in closed)
    assert any(sale.tip for sale in closed)
    assert any(len(sale.payments) > 1 for sale in closed)
    assert any(not sale.table and sale.covers == 0 for sale in closed)
    assert any(len(sale.lines) > 0 and sale.covers == 0 for sale in closed if sale.kind is SaleKind.REFUND)


def test_instants_are_whole_milliseconds_and_no_two_sales_of_a_place_close_together(a_day: Restaurants) -> None:
    for location_id in (ZINC, TERRASSE):
        closings = [sale.closed_at for sale in a_day.world.closed_sales(location_id, NOON - DAY, NOON)]
        assert closings == sorted(set(closings))
        assert all(at is not None and at.microsecond % 1000 == 0 for at in closings)


def test_the_past_keeps_to_opening_hours_of_the_place(a_day: Restaurants) -> None:
    hours = {
        change.sale.opened_at.astimezone(ZoneInfo("Europe/Paris")).hour
        for change in a_day.world.changes(0)
        if change.sale.location_id == TERRASSE and change.sale.kind is SaleKind.SALE
    }
    assert min(hours) == 11
    assert max(hours) <= 22


def test_bills_open_at_the_end_of_the_past_go_on(a_day: Restaurants) -> None:
    open_then = {sale.external_id for sale in a_day.world.open_sales(ZINC)}
    assert open_then
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON - DAY, NOON)
    watch(restaurants, NOON, timedelta(hours=2))
    assert not open_then & {sale.external_id for sale in restaurants.world.open_sales(ZINC)}


def test_no_past_is_no_guests() -> None:
    for second in range(0, 3600, 37):
        restaurants = Restaurants()
        restaurants.living.fabricate(NOON + timedelta(seconds=second), NOON + timedelta(seconds=second))
        assert restaurants.journal.next_visit(NOON + DAY) is None


def test_the_past_is_made_once() -> None:
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON - timedelta(hours=1), NOON)
    made = restaurants.everything()
    restaurants.living.fabricate(NOON - DAY, NOON)
    assert restaurants.everything() == made


def test_it_is_alive_at_any_hour() -> None:
    restaurants = Restaurants()
    restaurants.living.fabricate(NIGHT, NIGHT)
    watch(restaurants, NIGHT, timedelta(minutes=10))
    assert len({sale.external_id for _, sale in restaurants.everything()}) >= 3


def test_speed_brings_more_guests_and_pause_none() -> None:
    counts = []
    for speed in (0, 1, 20):
        restaurants = Restaurants()
        restaurants.living.set_speed(speed)
        restaurants.living.fabricate(NOON, NOON)
        watch(restaurants, NOON, timedelta(minutes=10))
        counts.append(len({sale.external_id for _, sale in restaurants.everything()}))
    assert counts[0] == 0 < counts[1] < counts[2] / 5


def test_after_a_pause_what_was_due_happens_dated_now() -> None:
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON, NOON)
    watch(restaurants, NOON, timedelta(minutes=5))
    speed = restaurants.living.speed
    restaurants.living.set_speed(0)
    watch(restaurants, NOON + timedelta(minutes=5), timedelta(minutes=30))
    before = len(restaurants.everything())
    assert restaurants.living.paused
    assert restaurants.living.speed == speed
    restaurants.living.set_speed(speed)
    restaurants.living.advance(NOON + timedelta(minutes=36))
    assert {at for at, _ in restaurants.everything()[before:]} >= {NOON + timedelta(minutes=36)}


def test_after_a_long_stop_nobody_is_made_up_for() -> None:
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON, NOON)
    restaurants.living.advance(NOON + 9 * DAY)
    assert len(restaurants.everything()) < 10


@pytest.mark.parametrize("factor", [-1, 61, float("nan"), float("inf")])
def test_speeds_out_of_range_are_refused(factor: float) -> None:
    with pytest.raises(RuleBroken):
        Restaurants().living.set_speed(factor)


def test_guests_whose_bill_somebody_else_closed_or_moved_are_no_trouble() -> None:
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON - timedelta(hours=2), NOON)
    closed, moved, *_ = restaurants.world.open_sales(ZINC)
    restaurants.world.close(ZINC, closed.external_id, [CARD], tip=Decimal(1), now=NOON)
    fresh = restaurants.world.move(ZINC, moved.external_id, "Table 20", now=NOON)
    watch(restaurants, NOON, timedelta(hours=2))
    assert restaurants.journal.sale(ZINC, fresh.external_id).state is not SaleState.OPEN
    assert restaurants.journal.sale(ZINC, closed.external_id).tip == 1


def test_old_news_is_forgotten_but_no_sale() -> None:
    restaurants = Restaurants()
    restaurants.living.fabricate(NOON - timedelta(minutes=30), NOON)
    count = len(restaurants.world.closed_sales(ZINC, NOON - DAY, NOON))
    restaurants.living.advance(NOON + 30 * DAY)
    assert all(at > NOON + DAY for at, _ in restaurants.everything())
    assert len(restaurants.world.closed_sales(ZINC, NOON - DAY, NOON)) == count


def test_the_world_is_found_again(tmp_path: Path) -> None:
    first = Restaurants(path=tmp_path / "world.sqlite3")
    first.living.fabricate(NOON - timedelta(hours=1), NOON)
    second = Restaurants(path=tmp_path / "world.sqlite3")  # the first one was not closed: as after a kill
    assert second.everything() == first.everything()
    bill = second.world.open(ZINC, now=NOON)
    assert bill.external_id not in {sale.external_id for _, sale in first.everything()[:-1]}
    first.journal.close()
    second.journal.close()
