"""The report of data quality: gaps first."""

from datetime import timedelta

import pytest

from comptoir.apps.traffic import chains
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store, works
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def test_quality_lists_the_days_with_something_to_look_at_and_the_whole_ones_when_asked(people: People) -> None:
    utc_store(people)
    said = {"store": people.bar, "values": {"location_id": "1"}, "node_id": None, "actor": "user:1"}
    chains.save_location(**said, now=NOW, today=DAY)  # type: ignore[arg-type]
    come(people, {9: 10, 10: 10})
    sell(people, 9)
    sell(people, 10)
    works(people, ("1", 9, 11))
    make(people)
    sell(people, 12, day=DAY - timedelta(days=1))
    make(people, DAY - timedelta(days=1))
    alice = people.client(people.alice)
    path = f"/traffic/reports/quality?since={DAY - timedelta(days=1)}&until={DAY}"
    page = alice.get(path).content.decode()
    assert "1 of 2 days has hours that are not known" in page
    assert "19 May 2026</a>" in page
    assert "20 May 2026</a>" not in page
    assert "20 May 2026</a>" in alice.get(f"{path}&all=1").content.decode()
