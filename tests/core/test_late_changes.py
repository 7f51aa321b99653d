"""Late changes of any age come by themselves, once, and are listed with what was before (lightspeed-r-series.md 11)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.connections.models import CallBudget
from comptoir.core.intake import clocking
from comptoir.core.intake.models import BookReading, ClockReading
from comptoir.core.ledger import late, reads
from comptoir.core.ledger.models import ClockEntry, ClockEntryRevision, Sale
from comptoir.core.ledger.rebuild import compare
from tests.connectors.lightspeed_r.stage import SCOPES
from tests.core.rseries import Connected, connected
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)  # 11:00 in New York
MONTH_AGO = NOW - timedelta(days=33)
LATER = timedelta(minutes=11)
"""The books of a quiet shop are read every ten minutes."""


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


def found(house: Connected) -> list[late.Late]:
    return late.changes(house.people.le_zinc.id)


def sell(house: Connected, at: datetime, price: str = "10.00") -> int:
    return int(house.shop.trade.counter.ring([Basket(Decimal(price), is_taxed=False)], at=at)["saleID"])


def test_a_void_of_a_month_old_sale_arrives_by_itself_and_is_listed(house: Connected) -> None:
    number = sell(house, MONTH_AGO)
    house.imports(NOW - timedelta(days=40), NOW)
    house.polls()
    before = Sale.objects.get(external_id=str(number))
    assert before.counted
    house.shop.trade.counter.void(number, at=house.now)
    house.polls(LATER)
    after = Sale.objects.get(external_id=str(number))
    assert not after.counted
    [change] = found(house)
    assert isinstance(change, late.LateSale)
    assert (change.business_date, change.noticed_at) == (MONTH_AGO.date(), house.now)
    assert (change.before.counted, change.after.counted) == (True, False)
    house.polls(LATER)
    assert len(found(house)) == 1, "once, however often it is read"
    assert compare(house.people.bar, mend=False).wrong == 0


def test_an_edited_sale_of_any_age_arrives_and_today_s_edits_are_no_late_changes(house: Connected) -> None:
    old, new = sell(house, MONTH_AGO), sell(house, NOW - timedelta(hours=1))
    house.imports(NOW - timedelta(days=40), NOW)
    for number in (old, new):
        line = house.shop.trade.books.children("SaleLine", "saleID", number)[0]
        line["calcTotal"] = line["calcSubtotal"] = Decimal(8)
        changed = {"calcTotal": Decimal(8), "total": Decimal(8), "calcSubtotal": Decimal(8)}
        house.shop.trade.counter.touch(number, at=house.now, **changed)
    house.polls()
    assert {row.total for row in Sale.objects.all()} == {800}
    assert [each.after.external_id for each in found(house) if isinstance(each, late.LateSale)] == [str(old)]


def test_without_the_scope_for_voids_the_week_is_read_again_each_day(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tuple(scope for scope in SCOPES if scope != "employee:admin_void_sale")
    with connected(people, monkeypatch, now=NOW, scopes=few) as house:
        number = sell(house, NOW - timedelta(days=5))
        house.imports(NOW - timedelta(days=40), NOW)
        house.polls()
        house.shop.trade.counter.void(number, at=house.now)
        house.polls(LATER)
        assert Sale.objects.get().counted, "not yet: voids move no mark"
        house.polls(timedelta(days=1))
        assert not Sale.objects.get().counted
        assert BookReading.objects.get().fault == ""


def test_a_clock_entry_that_is_edited_moved_or_deleted_is_listed_with_what_it_was(house: Connected) -> None:
    clock = house.shop.trade.clock
    start = MONTH_AGO + timedelta(hours=1)
    edited, deleted, kept = (
        clock.note(1, 1, start + day * timedelta(days=1), start + timedelta(days=day, hours=8))["employeeHoursID"]
        for day in (0, 5, 30)
    )
    house.polls()
    assert ClockEntry.objects.filter(deleted=False).count() == 3
    clock.edit(edited, checkOut=start + timedelta(hours=6))
    clock.delete(deleted)
    house.polls(timedelta(minutes=11))
    assert found(house) == [], "the latest days alone were read"
    house.polls(timedelta(hours=24))
    changes = {each.after.is_deleted: each for each in found(house) if isinstance(each, late.LateClockEntry)}
    assert changes[False].before.ended_at == start + timedelta(hours=8)
    assert changes[False].after.ended_at == start + timedelta(hours=6)
    assert changes[True].staff == "Alice Example"
    assert ClockEntry.objects.get(external_id=str(kept)).revision == 1
    house.polls(timedelta(hours=24))
    assert ClockEntryRevision.objects.count() == 2, "read again, nothing more"


def test_a_shift_that_goes_on_past_midnight_is_no_late_change(house: Connected) -> None:
    late_evening = NOW - timedelta(hours=13)  # 22:00 yesterday
    house.shop.trade.clock.clock_in(1, 1, at=late_evening)
    house.polls()
    assert ClockEntry.objects.get().ended_at is None
    house.shop.trade.clock.clock_out(1, at=house.now)
    house.polls(timedelta(minutes=11))
    assert ClockEntry.objects.get().ended_at is not None
    assert found(house) == []


def test_a_back_dated_entry_and_a_dirty_one_are_kept_as_they_are(house: Connected) -> None:
    clock = house.shop.trade.clock
    house.polls()
    clock.note(1, 1, NOW - timedelta(days=6), NOW - timedelta(days=6) + timedelta(seconds=4))
    clock.note(2, 1, NOW - timedelta(days=6), NOW - timedelta(days=5) + timedelta(hours=6))
    house.polls(timedelta(hours=7))
    assert {row.ended_at - row.started_at for row in ClockEntry.objects.all() if row.ended_at} == {
        timedelta(seconds=4),
        timedelta(hours=30),
    }


def test_a_vendor_that_cannot_be_asked_is_asked_again_later(house: Connected) -> None:
    house.shop.trade.clock.note(1, 1, NOW - timedelta(hours=5), NOW - timedelta(hours=1))
    house.shop.front.refusals[:] = [60]
    house.polls()
    assert ClockEntry.objects.count() == 0
    assert ClockReading.objects.get().fault
    CallBudget.objects.all().delete()  # the minute that the vendor asked for is over
    ClockReading.objects.update(due_at=house.now)
    house.polls(timedelta(hours=2))
    assert ClockEntry.objects.count() == 1
    assert ClockReading.objects.get().fault == ""


def test_a_consent_that_does_not_open_the_clock_is_no_fault(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(scope for scope in SCOPES if scope != "employee:admin_employees")
    with connected(people, monkeypatch, now=NOW, scopes=few) as house:
        house.now += timedelta(minutes=1)
        for organisation_id, link_id in clocking.due(now=house.now):
            clocking.read(organisation_id=organisation_id, link_id=link_id, clock=house.clock)
        row = ClockReading.objects.get()
        assert (row.fault, row.faults) == ("", 0)
        assert row.due_at - house.now == clocking.MONTH_EVERY
        house.connection.refresh_from_db()
        assert (house.connection.status, house.connection.probe_at) == ("connected", None)


def test_the_page_and_its_export_say_what_moved(house: Connected) -> None:
    client = house.people.client(house.people.alice)
    assert "Nothing changed late" in client.get(reverse("late_changes")).content.decode()
    number = sell(house, MONTH_AGO)
    house.shop.trade.clock.note(1, 1, MONTH_AGO, MONTH_AGO + timedelta(hours=8))
    house.imports(NOW - timedelta(days=40), NOW)
    house.polls()
    house.shop.trade.counter.void(number, at=house.now)
    house.shop.trade.clock.delete(1)
    house.polls(timedelta(hours=25))
    page = client.get(reverse("late_changes")).content.decode()
    assert all(words in page for words in ("Time at work of Alice Example", "not there", "$10.00 · Cancelled"))
    assert f"/sales/{reads.sales(house.people.le_zinc.id)[0].public_id}" in page
    rows = client.get(reverse("late_changes_export")).getvalue().decode().splitlines()
    assert len(rows) == 3
    elsewhere = client.get(reverse("late_changes"), {"since": "2026-05-01"}).content.decode()
    assert "Nothing matches" in elsewhere
    assert client.get(reverse("late_changes"), {"store": house.people.bar.public_id}).status_code == 200
    assert house.people.client(house.people.charlie).get(
        reverse("late_changes"), {"store": house.people.bar.public_id}
    ).status_code in (403, 404)
