"""Sums are of the locations that have the feed, and the others are named (traffic-analytics.md 4.1, rule 3)."""

from decimal import Decimal

import pytest

from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import Sums
from comptoir.apps.traffic.models import Location
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports.lacking import lacking_feeds
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.kernel.ids import new_id
from tests.apps.traffic.chain import DAY, NOW, at, come, make, sell, utc_store, works
from tests.apps.traffic.test_pages import someone
from tests.apps.traffic.test_reports import name_it, other_store, sell_at
from tests.people import People

VISITORS = "Visitors, and figures made of them, are of 1 of 2 locations. Not known of: Quiet."
STAFF = "Staff hours, and figures made of them, are of 1 of 2 locations. Not known of: Quiet."
PAGES = ("/traffic", "/traffic/reports/totals", "/traffic/reports/time", "/traffic/reports/week")


def place(name: str, status: str = Location.OPERATIONAL) -> Place:
    store = Store(id=new_id(), name=name)
    return Place(store, Location(store_id=store.id, status=status), None)


def test_4_1_of_each_feed_the_locations_without_it_are_named_unless_none_has_it() -> None:
    counted, quiet, unheard, closed = place("Counted"), place("Quiet"), place("Unheard"), place("Closed", "closed")
    sells = Sums(sales=Decimal(10), hours=1)
    found = {counted.store.id: Sums(visitors=Decimal(4), hours=1, hours_t=1), quiet.store.id: sells}
    (of_visitors,) = lacking_feeds([counted, quiet, unheard, closed], found)
    assert (of_visitors.feed, of_visitors.known, of_visitors.every) == ("visitors", 1, 3), "and nobody has staff hours"
    assert of_visitors.names == ("Quiet", "Unheard")
    assert lacking_feeds([closed], {closed.store.id: sells}) == ()
    assert lacking_feeds([counted, closed], {**found, closed.store.id: sells})[0].names == ("Closed",), "it sold then"


@pytest.mark.django_db(transaction=True)
def test_4_1_a_sum_is_of_the_locations_with_the_feed_and_every_page_names_the_others(people: People) -> None:
    utc_store(people)
    name_it(people.bar, "1")
    quiet = other_store(people, "Quiet", "2")
    sell(people, 10, "50")
    come(people, {10: 4})
    works(people, ("1", 10, 12))
    make(people)
    for minute in (0, 5, 10):
        sell_at(quiet, at(10 + minute / 60), "10")
    restate(people.le_zinc.id, {(quiet.id, DAY)}, now=NOW)
    owner, (marketing, _user) = people.client(people.alice), someone(people, Role.MARKETING)
    days = {"since": DAY.isoformat(), "until": DAY.isoformat(), "week": DAY.isoformat()}
    for path in PAGES:
        page, without_staff = (each.get(path, days).content.decode() for each in (owner, marketing))
        # 1 of 4 visitors bought: the three sales where nobody counted are in sales, and in no conversion.
        assert "25.0%" in page.replace(" %", "%").replace("\u00a0", ""), path
        assert "€80.00" in page, path
        assert (VISITORS in page, STAFF in page) == (True, True), path
        assert (VISITORS in without_staff, "taff hours" in without_staff) == (True, False), path
    one = owner.get(PAGES[0], {**days, "at": quiet.public_id}).content.decode()
    assert "figures made of them" not in one, "one location is no sum"


@pytest.mark.django_db(transaction=True)
def test_4_1_many_names_are_folded(people: People) -> None:
    utc_store(people)
    name_it(people.bar, "1")
    come(people, {10: 4})
    make(people)
    for number in range(2, 6):
        other_store(people, f"Quiet {number}", str(number))
    page = people.client(people.alice).get(PAGES[1], {"since": DAY.isoformat(), "until": DAY.isoformat()})
    words = "<summary>Visitors, and figures made of them, are of 1 of 5 locations.</summary><p>Not known of: Quiet 2, "
    assert words in page.content.decode()
