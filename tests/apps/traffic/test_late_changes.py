"""Reading the past for the first time moves nothing, in whatever order its feeds are read (traffic-analytics.md 5)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from comptoir.apps.traffic import catching_up, chains
from comptoir.apps.traffic.counting.receiving import Reading, receive
from comptoir.apps.traffic.models import Change, Hour
from comptoir.connectors.lightspeed_r.simulator import Basket
from tests.core.rseries import Connected, connected
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
THREE_DAYS_AGO = NOW - timedelta(days=3)


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """A shop whose clock has been read, and not yet its sales."""
    with connected(people, monkeypatch, now=NOW) as made:
        ring(made, THREE_DAYS_AGO)
        made.shop.trade.clock.note(1, 1, THREE_DAYS_AGO, THREE_DAYS_AGO + timedelta(hours=8))
        made.polls()
        catch_up(made)
        assert Hour.objects.filter(staff_hours__gt=0).exists()
        yield made


def ring(house: Connected, at: datetime) -> int:
    return int(house.shop.trade.counter.ring([Basket(Decimal(20), is_taxed=False)], at=at)["saleID"])


def catch_up(house: Connected) -> None:
    catching_up.everything(organisation_id=house.people.le_zinc.id, now=house.now)


def kinds() -> set[str]:
    return set(Change.objects.values_list("kind", flat=True))


def test_sales_that_are_imported_after_the_clock_was_read_are_no_change_and_a_void_of_them_is(
    house: Connected,
) -> None:
    later = THREE_DAYS_AGO + timedelta(hours=2)
    sale = ring(house, later)
    house.imports(NOW - timedelta(days=5), NOW)
    catch_up(house)
    assert sum(each.transactions for each in Hour.objects.all()) == 2
    assert kinds() == set()
    house.shop.trade.counter.void(sale, at=house.now)
    house.polls(timedelta(minutes=5))
    catch_up(house)
    assert kinds() == {"transactions", "sales", "items"}


def test_what_counters_remember_of_the_time_before_they_were_known_is_no_change_and_what_comes_late_is(
    house: Connected,
) -> None:
    people = house.people
    chains.save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )

    def counted(*readings: tuple[datetime, int]) -> None:
        receive(
            organisation_id=people.le_zinc.id,
            readings=[Reading(at, 60, Decimal(number), location="1") for at, number in readings],
            source="api",
            now=house.now,
            store_ids=None,
        )

    counted((THREE_DAYS_AGO, 5))
    assert (Hour.objects.filter(visitors=5).count(), kinds()) == (1, set())
    counted((THREE_DAYS_AGO + timedelta(hours=1), 7))
    assert kinds() == {"visitors"}, "of a day that was counted already"
