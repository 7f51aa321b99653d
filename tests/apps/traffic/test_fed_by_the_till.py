"""While a till feeds a location nobody types over it by the way; at rest, it is not asked (2.1, 2.6, TA-08, TA-09)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from comptoir.apps.traffic import catching_up, chains, jobs
from comptoir.apps.traffic.models import Change, Hour, ImportJob, Tailored
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.installations import modules
from comptoir.core.installations.install import install
from comptoir.core.ledger.models import Sale
from tests.core.rseries import Connected, connected
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
FIELD = re.compile(r'<input class="cell" id="[^"]*" name="([a-z_]+)@(\d+)"')


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


@pytest.fixture
def alice(house: Connected) -> Client:
    return house.people.client(house.people.alice)


def job(house: Connected) -> ImportJob:
    made = jobs.begin(organisation_id=house.people.le_zinc.id, label="Le Zinc", actor="u", now=NOW)
    jobs.attach(job=made, connection=house.connection)
    jobs.finish(job=made, rhythm="hourly", start=time(0, 2), actor="u", now=NOW)
    return made


def sell(house: Connected, price: str, *, at: datetime = NOW) -> None:
    house.shop.trade.counter.ring([Basket(Decimal(price), is_taxed=False)], at=at)


def fields(page: str) -> set[str]:
    """The kinds of figures that can be typed."""
    return {kind for kind, _at in FIELD.findall(page)}


def test_what_the_till_brings_is_not_typed_by_the_way_and_a_correction_stays(alice: Client, house: Connected) -> None:
    day = f"/traffic/days/{house.people.bar.public_id}/2026-05-20"
    everything = {"visitors", "transactions", "sales", "items", "staff_hours"}
    assert fields(alice.get(day).content.decode()) == everything, "no till feeds it"
    feeding = job(house)
    page = alice.get(day).content.decode()
    assert fields(page) == {"visitors"}, "switched off at once"
    assert "Correct them by hand" in page
    hour = f"{int(datetime(2026, 5, 20, 14, tzinfo=UTC).timestamp())}"
    refused = alice.post(f"{day}/edit", {f"sales@{hour}": "500"})
    assert (refused.status_code, Tailored.objects.exists()) == (409, False)
    correcting = alice.get(f"{day}?edit=1").content.decode()
    assert fields(correcting) == everything
    said = dict(re.findall(r'<input type="hidden" name="(correct)" value="(\d)"', correcting))
    assert alice.post(f"{day}/edit", {f"sales@{hour}": "500", **said}).status_code == 302
    sell(house, "480", at=NOW - timedelta(minutes=30))
    house.imports(NOW - timedelta(days=1), NOW)
    catching_up.everything(organisation_id=house.people.le_zinc.id, now=NOW)
    corrected = Hour.objects.get(sales__gt=0)
    assert (corrected.sales, corrected.tailored) == (500, "sales"), "the next import does not undo it"
    assert "500.00 was typed, US$480.00 is measured now" in alice.get(day).content.decode()
    jobs.switch(job=feeding, on=False, actor="u", now=NOW)
    assert fields(alice.get(day).content.decode()) == everything, "nothing comes in: somebody may type"


def become(house: Connected, status: str) -> None:
    chains.save_location(
        store=house.people.bar, values={"status": status}, node_id=None, actor="u", now=house.now, today=NOW.date()
    )


def asked(house: Connected) -> bool:
    """Whether the minute's readings of the next hour ask the till."""
    house.shop.front.asked.clear()
    house.polls(timedelta(hours=1))
    return bool(house.shop.front.asked)


def test_ta08_a_paused_location_is_not_asked_by_the_minute_and_what_it_sold_meanwhile_is_read(house: Connected) -> None:
    assert asked(house)
    become(house, "paused")
    sell(house, "10", at=house.now + timedelta(minutes=5))
    assert not asked(house)
    assert not asked(house)
    become(house, "operational")
    assert asked(house)
    assert Sale.objects.get().total == 1000


def test_ta09_neither_is_one_whose_job_is_off(house: Connected) -> None:
    feeding = job(house)
    jobs.switch(job=feeding, on=False, actor="u", now=NOW)
    assert not asked(house)
    jobs.switch(job=feeding, on=True, actor="u", now=NOW)
    assert asked(house)


def test_another_app_that_is_on_for_the_store_has_it_asked_all_the_same(house: Connected) -> None:
    become(house, "paused")
    people = house.people
    for app in ("traffic", "loyalty"):
        install(organisation=people.le_zinc, store=people.bar, app=app, provider="lightspeed_r", now=NOW)
    assert asked(house)
    modules.switch(organisation_id=people.le_zinc.id, store_id=people.bar.id, app="loyalty", on=False, now=NOW)
    assert not asked(house)


def test_the_first_reading_of_a_clock_is_no_change_of_the_days_it_tells_of(house: Connected) -> None:
    begin, organisation_id = NOW - timedelta(days=3), house.people.le_zinc.id
    sell(house, "10", at=begin)
    house.imports(NOW - timedelta(days=5), NOW)
    catching_up.everything(organisation_id=organisation_id, now=NOW)
    entry = house.shop.trade.clock.note(1, 1, begin, begin + timedelta(hours=8))["employeeHoursID"]
    house.polls()
    catching_up.everything(organisation_id=organisation_id, now=house.now)
    assert sum(each.staff_hours or 0 for each in Hour.objects.all()) == 8
    assert not Change.objects.exists()
    house.shop.trade.clock.edit(entry, checkOut=begin + timedelta(hours=6))
    house.polls(timedelta(hours=7))
    catching_up.everything(organisation_id=organisation_id, now=house.now)
    assert {each.kind for each in Change.objects.all()} == {"staff_hours"}, "an edit of it is"
