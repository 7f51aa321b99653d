"""Times at work that overlap are counted right and flagged (traffic-analytics.md 3.2)."""

import pytest
import time_machine
from django.db import transaction

from comptoir.apps.traffic.projection import restate
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.core.ledger import store as ledger
from comptoir.core.ledger import time_clock
from comptoir.pos.people import Shift
from tests.apps.traffic.chain import DAY, NOW, at, sell, utc_store
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)


def clock(store: Store, shop: str, *shifts: tuple[str, float, float]) -> None:
    """What the time clock of a shop has of that day: of whom, from when until when."""
    place = f"900100:{shop}"
    read = [
        Shift(id=f"{shop}-{number}", location_id=place, staff_id=staff, started_at=at(start), ended_at=at(end))
        for number, (staff, start, end) in enumerate(shifts)
    ]
    with transaction.atomic():
        locked = ledger.lock_stores({store.id})[store.id]
        time_clock.record(
            store=locked,
            provider="lightspeed_r",
            location_id=place,
            shifts=read,
            start=at(0),
            end=at(24),
            names={},
            now=NOW,
        )


def pages(people: People, store: Store, role: Role) -> tuple[str, str]:
    """The page of the day, and the list of days to look at."""
    client = people.client(create_member(people.le_zinc, f"Reader{role}{store.name}", role))
    with time_machine.travel(NOW, tick=False):
        day = client.get(f"/traffic/days/{store.public_id}/{DAY}").content.decode()
        quality = client.get(f"/traffic/reports/quality?since={DAY}&until={DAY}").content.decode()
    return day, quality


def test_overlapping_entries_of_one_person_at_one_shop_are_joined_and_flagged(people: People) -> None:
    utc_store(people)
    sell(people, 10, "50")
    clock(people.bar, "1", ("7", 9, 12), ("7", 11, 13), ("8", 11, 13))
    restate(people.le_zinc.id, {(people.bar.id, DAY)}, now=NOW)
    day, quality = pages(people, people.bar, Role.OWNER)
    assert "Times of 1 person overlap here: they count once." in day
    assert "6.00 h" in day, "9 to 13, and 11 to 13"
    assert "times at work overlap" in quality
    assert "at two shops at once" not in quality
    hidden = "".join(pages(people, people.bar, Role.MARKETING))
    assert "overlap" not in hidden, "nothing about staff"


def test_a_person_at_two_shops_at_once_is_counted_at_both_and_flagged(people: People) -> None:
    utc_store(people)
    other = create_store(people.le_zinc, "Quai", timezone="UTC")
    clock(people.bar, "1", ("7", 9, 12))
    clock(other, "2", ("7", 11, 13), ("8", 9, 10))
    restate(people.le_zinc.id, {(people.bar.id, DAY), (other.id, DAY)}, now=NOW)
    payer = people.client(create_member(people.le_zinc, "Payer", Role.HR))
    said = payer.get(f"/traffic/people?since={DAY}&until={DAY}").content.decode()
    assert "2 people worked 6.00 h" in said, "7 is one person, at two shops"
    for store, hours in ((people.bar, "3.00 h"), (other, "3.00 h")):
        day, quality = pages(people, store, Role.OWNER)
        assert "1 person is clocked in at two shops at once: both count." in day
        assert hours in day
        assert quality.count("at two shops at once") == 2
        assert "they count once" not in day


def test_times_one_after_the_other_and_people_of_other_accounts_are_no_overlap(people: People) -> None:
    utc_store(people)
    clock(people.bar, "1", ("7", 9, 12), ("7", 12, 13), ("8", 9, 12))
    restate(people.le_zinc.id, {(people.bar.id, DAY)}, now=NOW)
    day, quality = pages(people, people.bar, Role.OWNER)
    assert "overlap" not in day
    assert "overlap" not in quality
