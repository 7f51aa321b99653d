"""The report of data quality: gaps first."""

from datetime import time, timedelta
from decimal import Decimal

import pytest
import time_machine

from comptoir.apps.traffic import chains, tailoring
from comptoir.apps.traffic.alert_tables import BusinessHours
from comptoir.apps.traffic.models import Change, Day, Settings
from tests.apps.traffic.chain import DAY, NOW, at, come, make, sell, utc_store, works
from tests.bills import bill, record, told
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


def both(people: People) -> None:
    """20 May: 10 visitors, a sale and somebody at work at 9 and at 10; at 12 a sale that nobody counted."""
    utc_store(people)
    said = {"store": people.bar, "values": {"location_id": "1"}, "node_id": None, "actor": "user:1"}
    chains.save_location(**said, now=NOW, today=DAY)  # type: ignore[arg-type]
    come(people, {9: 10, 10: 10})
    for hour in (9, 10, 12):
        sell(people, hour)
    works(people, ("1", 9, 11))
    make(people)
    Change.objects.all().delete()


def seen(people: People, path: str, **query: str) -> str:
    said = {"since": DAY.isoformat(), "until": DAY.isoformat(), **query}
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        return people.client(people.alice).get(f"/traffic/reports/{path}", said).content.decode()


def test_data_quality_and_changes_take_business_or_chosen_hours_too(people: People) -> None:
    both(people)
    assert "2 of 3 h" in seen(people, "quality")
    morning = {"hours": "chosen", "opens": "09:00", "closes": "11:00"}
    assert "Visitors and staff hours of every hour are known." in seen(people, "quality", **morning)
    assert "2 of 2 h" in seen(people, "quality", **morning, all="1")
    night = {"hours": "chosen", "opens": "12:00", "closes": "10:00"}
    assert "1 of 2 h" in seen(people, "quality", **night), "over midnight: 12 and 9 o'clock"
    sell(people, 10, "70")
    sell(people, 12, "80")
    make(people, now=NOW + timedelta(days=1))
    assert [words in seen(people, "changes") for words in ("€80.00", "€90.00")] == [True, True]
    assert [words in seen(people, "changes", **morning) for words in ("€80.00", "€90.00")] == [True, False]
    mine = {"organisation_id": people.le_zinc.id, "store_id": people.bar.id}
    BusinessHours.objects.create(**mine, weekday=DAY.weekday(), opens=time(11), closes=time(20))
    make(people, now=NOW + timedelta(days=1))
    business = seen(people, "changes", hours="business")
    assert [words in business for words in ("€80.00", "€90.00")] == [False, True]
    assert "0 of 1 h" in seen(people, "quality", hours="business")


def test_data_quality_tells_the_share_of_typed_hours_and_how_many_moved_late(people: People) -> None:
    both(people)
    type_over(people, Decimal(50))
    row = seen(people, "quality").partition("20 May 2026</a>")[2].partition("</tr>")[0]
    assert "1 (33%)" in row
    late = row.partition('data-label="Late hours"')[2]
    assert late.startswith(">1<"), "the typed one moved after its day"


def type_over(people: People, value: Decimal | None) -> None:
    """Sales of 9 o'clock, the day after."""
    typed = tailoring.Typed(people.bar.id, at(9), "sales", value)
    tailoring.tailor(organisation_id=people.le_zinc.id, typed=[typed], reason="", actor="user:1", now=NOW)


def test_a_change_says_what_it_comes_from(people: People) -> None:
    both(people)

    def causes() -> dict[str, str]:
        make(people, now=NOW + timedelta(days=3))
        found = {row.kind: row.cause for row in Change.objects.all()}
        Change.objects.all().delete()
        return found

    sell(people, 10, "70")
    works(people, ("1", 9, 10.5), now=NOW)
    come(people, {11: 5})
    assert causes() == {
        "transactions": "till",
        "sales": "till",
        "items": "till",
        "staff_hours": "clock",
        "visitors": "counter",
    }
    type_over(people, Decimal(50))
    assert causes() == {"sales": "typed"}
    type_over(people, None)
    assert causes() == {"sales": "taken_back"}
    Settings.objects.update_or_create(organisation_id=people.le_zinc.id, defaults={"with_tax": True})
    taxed = bill("T1", "30", opened_at=at(9.5), closed_at=at(9.5), tax=Decimal(5))
    record(people.bar, [told(taxed)], now=NOW)
    make(people, now=NOW + timedelta(days=3))
    Change.objects.all().delete()
    Settings.objects.update(with_tax=False)
    Day.objects.update(ledger_revision=Day.AGAIN)
    assert causes() == {"sales": "counting"}
    sell(people, 10, "70", number="another")
    make(people, now=NOW + timedelta(days=3))
    page = seen(people, "changes")
    assert "Receipts came late, were changed or voided" in page
