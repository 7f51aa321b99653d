"""Staffing fit: by the hour, what the visitors ask for at the target, and how many hours of staff there were."""

import csv
import io
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import reading, staffing
from comptoir.core.accounts.models import Store
from comptoir.core.ledger import store as ledger
from comptoir.core.ledger import time_clock
from comptoir.pos.people import Shift
from tests.apps.traffic.chain import DAY, NOW, at, come, make, sell, utc_store, works
from tests.apps.traffic.test_reports import name_it, other_store, places, sell_at
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def aim(store: Store, location_id: str, target: str) -> None:
    said = {"location_id": location_id, "target_star": Decimal(target)}
    save_location(store=store, values=said, node_id=None, actor="user:1", now=NOW, today=NOW.date())


def works_at(store: Store, start: float, end: float) -> None:
    """One shift at another location."""
    shift = Shift(id=f"{store.id}", location_id="9", staff_id="9", started_at=at(start), ended_at=at(end))
    with transaction.atomic():
        time_clock.record(
            store=ledger.lock_stores({store.id})[store.id],
            provider="lightspeed_r",
            location_id="9",
            shifts=[shift],
            start=at(0),
            end=at(24),
            names={},
            now=NOW,
        )


@pytest.fixture
def chain(people: People) -> People:
    """40 visitors at 10 with 2 hours of staff, 60 at 11 with 3, 12 nobody counted with 3; the target is 10."""
    utc_store(people)
    aim(people.bar, "1", "10")
    come(people, {10: 40, 11: 60})
    works(people, ("1", 10, 13), ("2", 10, 13), ("3", 11, 13))
    sell(people, 12, "400")
    make(people)
    return people


def found(people: People, **hours: object) -> staffing.Report:
    mine = places(people)
    scope = reading.Scope(people.le_zinc.id, [each.store.id for each in mine], **hours)  # type: ignore[arg-type]
    return staffing.fit(scope, mine, Period(DAY, DAY))


def test_hours_over_and_under_are_staff_less_visitors_by_the_target(chain: People) -> None:
    told = found(chain)
    by_hour = {hour: (fit.visitors, fit.staff_hours, fit.star, fit.target, fit.over) for hour, fit in told.hours}
    assert by_hour == {
        10: (40, 2, 20, 10, -2),
        11: (60, 3, 20, 10, -3),
        12: (None, None, None, None, None),
    }
    assert (told.whole.star, told.whole.hours_at_target, told.whole.over) == (20, 10, -5)


def test_targets_of_several_locations_add_up_in_hours_and_one_without_is_named(chain: People) -> None:
    quiet = other_store(chain, "Quiet", "2")
    aim(quiet, "2", "40")
    come(chain, {10: 80}, location="2")
    name_it(other_store(chain, "Aimless", "3"), "3")
    restate(chain.le_zinc.id, {(quiet.id, DAY)}, now=NOW)
    told = found(chain)
    assert told.without_target == ("Aimless",)
    assert told.unknown == ("Quiet",), "nobody clocked in there"
    assert dict(told.hours)[10].hours_at_target == 4, "visitors of hours whose staff nobody knows ask for nothing"
    works_at(quiet, 10, 14)
    restate(chain.le_zinc.id, {(quiet.id, DAY)}, now=NOW)
    ten = dict(found(chain).hours)[10]
    # 40 ÷ 10 + 80 ÷ 40 = 6 hours, 2 + 1 were there; 120 visitors ÷ 6 is the target of both.
    assert (ten.visitors, ten.staff_hours, ten.hours_at_target, ten.over, ten.target) == (120, 3, 6, -3, 20)


def page(people: People, **query: str) -> str:
    said = {"since": DAY.isoformat(), "until": DAY.isoformat(), **query}
    with time_machine.travel(NOW, tick=False):
        return people.client(people.alice).get("/traffic/reports/staffing", said).content.decode()


def test_the_page_says_how_many_too_few_by_the_hour_and_in_one_sentence(chain: People) -> None:
    shown = page(chain)
    assert "5.00 h of staff fewer than the target asks for" in shown
    row = shown.partition('<th scope="row">11:00')[2].partition("</tr>")[0]
    for words in ("60", "3.00 h", "20.0", "10.0", "6.00 h", "-3.00 h", "too few"):
        assert words in row, words
    chosen = page(chain, hours="chosen", opens="10:00", closes="11:00")
    assert "2.00 h of staff fewer" in chosen, "the hours filter"


def test_a_chain_without_a_target_or_without_a_clock_is_told_what_to_do(people: People) -> None:
    utc_store(people)
    name_it(people.bar, "1")
    sell_at(people.bar, at(10), "10")
    make(people)
    assert "No location has a target yet" in page(people)
    aim(people.bar, "1", "10")
    assert "No hour of these days knows both visitors and staff" in page(people)


def test_the_file_of_staffing_has_a_row_for_each_location_and_hour(chain: People) -> None:
    path = f"/traffic/reports/staffing/csv?since={DAY}&until={DAY}"
    answer = chain.client(chain.alice).get(path).getvalue().decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(answer)) if row["location_id"] == "0001"]
    names = ("hour", "traffic", "staff_hours", "star", "target", "hours_at_target", "over_under")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("10", "40", "2", "20", "10", "4", "-2"),
        ("11", "60", "3", "20", "10", "6", "-3"),
        ("12", "", "", "", "", "", ""),
    ]
