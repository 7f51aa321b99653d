"""Imports read as fast as the vendor's bucket leaks, and never into a 429 (lightspeed-r-series.md 7)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from comptoir.connectors.lightspeed_r.connector import CONNECTOR
from comptoir.connectors.lightspeed_r.pace import import_pause
from comptoir.connectors.lightspeed_r.simulator import Basket, Behaviour
from comptoir.kernel.budget import Budget, Priority
from comptoir.pos.conformance import Keys
from tests.connectors.lightspeed_r.stage import shop

NOW = datetime(2026, 5, 2, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("level", "rate", "seconds"),
    [
        ("10.131664752959/90", "1", 0.0),
        ("63/90", "1", 0.0),
        ("66/90", "1.5", 2.0),
        ("90/90", "0", 0.0),
        ("NaN/90", "1", 0.0),
        ("90", "1", 0.0),
        ("", "1", 0.0),
        ("90/90", "", 0.0),
    ],
)
def test_the_pause_follows_from_the_headers(level: str, rate: str, seconds: float) -> None:
    assert import_pause({"x-ls-api-bucket-level": level, "x-ls-api-drip-rate": rate}) == pytest.approx(seconds)


def test_an_import_is_never_refused_and_a_live_call_finds_room() -> None:
    small = Behaviour(registers=1, size=Decimal(24), drip=Decimal(60), most_in_a_second=1000)
    with shop(behaviour=small) as made:
        for number in range(2000):
            made.trade.counter.ring([Basket(Decimal(5))], at=NOW - timedelta(seconds=number))
        vendor = CONNECTOR.open(made.endpoints, Keys(made.mint), Budget(calls=200))
        [location, _other] = vendor.locations()
        pages = vendor.sales(location, NOW - timedelta(days=1), NOW + timedelta(days=1), cursor="", now=NOW)
        assert sum(len(page.observed) for page in pages) == 2000
        vendor.locations()
        vendor.close()
        assert set(made.front.statuses) == {200}, "20 pages at 3 drips are more than the bucket holds"


def test_imports_wait_and_people_do_not() -> None:
    budget = Budget(calls=3)
    budget.hold_imports(now=10.0, seconds=2.0)
    assert budget.take(now=10.0) == 0
    assert budget.take(now=10.0, priority=Priority.IMPORT) == pytest.approx(2.0)
    assert budget.take(now=12.0, priority=Priority.IMPORT) == 0
