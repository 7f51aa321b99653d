"""Who works there is no visitor: a fixed number a day, or as a sensor tells; groups are a figure of their own (3.3)."""

import json
from datetime import time
from decimal import Decimal

import pytest

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.alert_tables import BusinessHours
from comptoir.apps.traffic.counting.receiving import Reading, add_counter, receive
from comptoir.apps.traffic.models import Day
from tests.apps.traffic.chain import DAY, NOW, at, come, hour, make, sell, utc_store
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain(people: People) -> People:
    """A location that is open from 10 to 14 on Wednesdays, as its day is one."""
    utc_store(people)
    save(people)
    BusinessHours.objects.create(
        organisation_id=people.le_zinc.id, store_id=people.bar.id, weekday=2, opens=time(10), closes=time(14)
    )
    return people


def save(people: People, **values: object) -> None:
    said = {"store": people.bar, "node_id": None, "actor": "user:1", "values": {"location_id": "1", **values}}
    chains.save_location(**said, now=NOW, today=DAY)  # type: ignore[arg-type]


def count(people: People, kind: str, counts: dict[int, int]) -> None:
    add_counter(organisation_id=people.le_zinc.id, store_id=people.bar.id, name=kind, now=NOW, serial=kind, kind=kind)
    readings = [Reading(at(number), 60, Decimal(many), serial=kind) for number, many in counts.items()]
    receive(organisation_id=people.le_zinc.id, readings=readings, source="api", now=NOW, store_ids=None)


def test_a_fixed_number_a_day_is_spread_over_the_business_hours_and_no_hour_goes_below_nought(chain: People) -> None:
    come(chain, {9: 6, 10: 30, 11: 20, 12: 3, 13: 10})
    save(chain, staff_off="fixed", staff_passes=Decimal(20))
    make(chain)
    # Twenty over four hours are five an hour; at nine it is closed, at noon only three came.
    assert [hour(chain, each).visitors for each in (9, 10, 11, 12, 13)] == [6, 25, 15, 0, 5]
    save(chain, staff_off="", staff_passes=None)
    assert Day.objects.get(business_date=DAY).ledger_revision == Day.AGAIN
    make(chain)
    assert hour(chain, 10).visitors == 30


def test_without_typed_business_hours_a_fixed_number_takes_nothing_off(chain: People) -> None:
    BusinessHours.objects.all().delete()
    come(chain, {10: 30})
    save(chain, staff_off="fixed", staff_passes=Decimal(20))
    make(chain)
    assert hour(chain, 10).visitors == 30


def test_a_sensor_of_staff_is_taken_off_and_its_silence_leaves_visitors_unknown(chain: People) -> None:
    come(chain, {10: 30, 11: 4, 12: 9})
    count(chain, "staff", {10: 8, 11: 5})
    assert hour(chain, 10).visitors == 30  # the location does not say so
    save(chain, staff_off="sensor")
    make(chain)
    assert [hour(chain, each).visitors for each in (10, 11)] == [22, 0]
    assert hour(chain, 12).traffic_status == "partial"


def test_groups_are_counted_apart_shown_and_exported_and_are_no_visitors(chain: People) -> None:
    sell(chain, 10)
    come(chain, {10: 30, 11: 20})
    count(chain, "groups", {10: 12})
    assert [hour(chain, 10).visitors, hour(chain, 10).groups, hour(chain, 11).groups] == [30, 12, None]
    alice = chain.client(chain.alice)
    page = alice.get(f"/traffic/days/{chain.bar.public_id}/{DAY}").content.decode()
    assert '<td class="right" data-label="Groups">12</td>' in page
    answer = alice.get(f"/traffic/reports/data/jsonl?since={DAY}&until={DAY}")
    assert [json.loads(each)["groups"] for each in answer.content.decode().splitlines()] == ["12", None]


def test_the_location_s_page_takes_it_and_wants_the_number(chain: People) -> None:
    alice, path = chain.client(chain.alice), f"/traffic/locations/{chain.bar.public_id}/save"
    said = {"location_id": "1", "status": "operational", "staff_off": "fixed"}
    answer = alice.post(path, said)
    assert answer.status_code == 422
    assert "Type how many passages of staff a day are taken off." in answer.content.decode()
    alice.post(path, {**said, "staff_passes": "12"})
    (place,) = chains.places(chain.le_zinc.id, store_ids={chain.bar.id}, now=NOW)
    assert [place.location.staff_off, place.location.staff_passes] == ["fixed", 12]
