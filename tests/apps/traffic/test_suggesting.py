"""A suggested target of visitors for each staff hour: the weekday on which most visitors bought, of six weeks or so."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from comptoir.apps.traffic import suggesting
from comptoir.apps.traffic.models import Day, Location
from tests.apps.traffic.chain import NOW, utc_store
from tests.apps.traffic.test_reports import name_it
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()
THURSDAY = date(2026, 5, 14)


def days(people: People, last: date, weeks: int, *, came: int, bought: int, worked: int, **fields: int) -> None:
    """So many weeks of one weekday, each the same."""
    hours = {"hours": 10, "hours_t": 10, "hours_h": 10} | fields
    Day.objects.bulk_create(
        Day(
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            business_date=last - timedelta(weeks=number),
            visitors=came,
            x_t=bought,
            transactions=bought,
            staff_hours=worked,
            t_h=came,
            h_t=worked,
            updated_at=datetime(2026, 5, 21, tzinfo=UTC),
            **hours,
        )
        for number in range(weeks)
    )


@pytest.fixture
def chain(people: People) -> People:
    """Thursdays 100 came, 20 bought, 10 hours; Fridays 120, 36, 16; Saturdays 400, 200, 20, but of five weeks alone."""
    utc_store(people)
    name_it(people.bar, "1")
    days(people, THURSDAY, 8, came=100, bought=20, worked=10)
    days(people, THURSDAY + timedelta(days=1), 6, came=120, bought=36, worked=16)
    days(people, THURSDAY + timedelta(days=2), 5, came=400, bought=200, worked=20)
    return people


def test_it_is_the_star_of_the_weekday_whose_conversion_peaks_of_six_weeks_or_more(chain: People) -> None:
    found = suggesting.target(chain.bar, today=TODAY)
    assert found.peak is not None
    # 36 ÷ 120 = 30 % on Fridays, 120 ÷ 16 = 7.5; Saturdays have 50 %, but five weeks are no six.
    assert (found.peak.number, found.peak.days, found.peak.conversion, found.target) == (4, 6, 30, Decimal("7.5"))
    days(chain, THURSDAY + timedelta(days=2) - timedelta(weeks=5), 1, came=400, bought=200, worked=20)
    found = suggesting.target(chain.bar, today=TODAY)
    assert found.peak is not None
    assert (found.peak.number, found.target) == (5, 20)


def test_days_of_which_little_is_known_or_that_are_long_past_or_running_do_not_count(chain: People) -> None:
    Day.objects.filter(business_date=THURSDAY + timedelta(days=1)).update(hours_t=7)
    found = suggesting.target(chain.bar, today=TODAY)
    assert [each.days for each in found.weekdays] == [0, 0, 0, 8, 5, 5, 0], "7 of 10 hours are less than 80 %"
    assert found.target == 10, "Thursdays are left: 100 ÷ 10"
    assert suggesting.target(chain.bar, today=TODAY + timedelta(weeks=12)).target is None
    assert suggesting.target(chain.bar, today=THURSDAY).weekdays[3].days == 7, "today is not over"


def test_its_page_shows_how_it_comes_about_one_press_takes_it_and_undo_gives_it_back(chain: People) -> None:
    alice, path = chain.client(chain.alice), f"/traffic/locations/{chain.bar.public_id}"
    with time_machine.travel(NOW, tick=False):
        page = alice.get(path).content.decode()
        for words in ("7.5 visitors for each staff hour", "on Friday", "30.0%", "highest conversion", "Take 7.5 as"):
            assert words in page, words
        assert alice.post(f"{path}/target/7.5").status_code == 302
        assert Location.objects.get(store_id=chain.bar.id).target_star == Decimal("7.5")
        page = alice.get(path).content.decode()
        assert "It is the target of this location." in page
        assert f"{path}/target/none" in page, "the toast's Undo"
        alice.post(f"{path}/target/none")
        assert Location.objects.get(store_id=chain.bar.id).target_star is None
        assert alice.get(path).content.decode().count(f"{path}/target/7.50") == 1, "what was before"
        assert [alice.post(f"{path}/target/{said}").status_code for said in ("x", "0", "NaN", "1e9")] == [422] * 4


def test_without_six_weeks_nothing_is_suggested_and_the_page_says_why(people: People) -> None:
    utc_store(people)
    page = people.client(people.alice).get(f"/traffic/locations/{people.bar.public_id}").content.decode()
    assert "It takes six weeks of a weekday" in page
