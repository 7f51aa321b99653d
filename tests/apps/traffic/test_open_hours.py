"""Business hours in figures: visitors for each open hour, and reports of open hours alone."""

import csv
import io
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from comptoir.apps.traffic import catching_up, kpis, shown
from comptoir.apps.traffic.alert_tables import BusinessException, BusinessHours
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.kpis import BY_SLUG, Bucket
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports import reading
from tests.apps.traffic.chain import DAY, NOW, come, hour, make, sell, utc_store
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
PER_HOUR = BY_SLUG["visitors_per_open_hour"]


@pytest.fixture
def chain(people: People) -> People:
    """30 visitors at 10, 20 at 11, and somebody who cleans at 6 o'clock; a sale at 10 and one at 12."""
    utc_store(people)
    save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    sell(people, 10, "30")
    sell(people, 12, "50")
    come(people, {6: 1, 10: 30, 11: 20})
    return people


def opens(people: People, begin: time, end: time) -> None:
    """On the weekday of the day."""
    BusinessHours.objects.create(
        organisation_id=people.le_zinc.id, store_id=people.bar.id, weekday=DAY.weekday(), opens=begin, closes=end
    )
    make(people)


def sums(people: People, *, business: bool = False) -> kpis.Sums:
    scope = reading.Scope(people.le_zinc.id, [people.bar.id], business=business)
    return reading.by_store(scope, Period(DAY, DAY)).get(people.bar.id, kpis.Sums())


def test_visitors_per_open_hour_counts_only_hours_that_know_both_and_is_empty_where_it_was_closed() -> None:
    found = kpis.sums(
        [
            Bucket(visitors=Decimal(30), open_hours=Decimal(1)),
            Bucket(visitors=Decimal(20), open_hours=Decimal("0.5")),
            Bucket(visitors=None, open_hours=Decimal(1)),
            Bucket(visitors=Decimal(1000)),
        ]
    )
    assert shown.figure(PER_HOUR, PER_HOUR.of(found), "EUR") == "33.3"
    assert shown.coverage(PER_HOUR, found) == "2 of 4 h"
    assert PER_HOUR.of(kpis.sums([Bucket(visitors=Decimal(5), open_hours=Decimal(0))])) is None


def test_it_is_of_the_typed_business_hours(chain: People) -> None:
    make(chain)
    assert (PER_HOUR.of(sums(chain)), hour(chain, 10).open_hours) == (None, None), "nothing learned goes into a figure"
    opens(chain, time(10, 30), time(12))
    assert [hour(chain, each).open_hours for each in (6, 10, 11, 12)] == [0, Decimal("0.5"), 1, 0]
    assert PER_HOUR.of(sums(chain)) == Decimal(51) / Decimal("1.5")
    hours = reading.by_store_and_hour(reading.Scope(chain.le_zinc.id, [chain.bar.id]), Period(DAY, DAY))
    assert sum(hours.values(), start=kpis.Sums()) == sums(chain), "days and hours say the same"


def test_a_report_of_business_hours_leaves_out_what_was_counted_or_sold_while_it_was_closed(chain: People) -> None:
    opens(chain, time(10, 30), time(12))
    found = sums(chain, business=True)
    assert (found.visitors, found.sales, found.hours) == (50, 30, 2)
    assert (sums(chain).visitors, sums(chain).sales) == (51, 80)


def test_a_night_that_reaches_into_the_next_day_and_a_day_that_is_closed(chain: People) -> None:
    before = DAY - timedelta(days=1)
    mine = {"organisation_id": chain.le_zinc.id, "store_id": chain.bar.id}
    BusinessHours.objects.create(**mine, weekday=before.weekday(), opens=time(20), closes=time(7))
    opens(chain, time(10), time(12))
    assert [hour(chain, each).open_hours for each in (6, 10)] == [1, 1]
    BusinessException.objects.create(**mine, on=DAY)
    make(chain)
    assert [hour(chain, each).open_hours for each in (6, 10)] == [1, 0]
    assert sums(chain, business=True).visitors == 1


def page(people: People, path: str, **query: str) -> str:
    said = {"since": DAY.isoformat(), "until": DAY.isoformat(), **query}
    return people.client(people.alice).get(path, said).content.decode()


def test_every_report_takes_business_or_chosen_hours_and_the_address_keeps_them(chain: People) -> None:
    opens(chain, time(10, 30), time(12))
    for query, sales in (
        ({"hours": "business"}, "€30.00"),
        ({"hours": "chosen", "opens": "12:00", "closes": "13:00"}, "€50.00"),
    ):
        for path in ("/traffic", "/traffic/reports/totals", "/traffic/reports/time", "/traffic/reports/comparison"):
            shown_page = page(chain, path, **query, one=chain.bar.public_id, other=chain.bar.public_id)
            assert sales in shown_page, (path, query)
            assert "€80.00" not in shown_page, (path, query)
        assert f"hours={query['hours']}" in page(chain, "/traffic/reports/totals", **query)
    assert "€80.00" in page(chain, "/traffic/reports/totals", hours="", opens="12:00", closes="13:00"), "all hours"


def test_files_have_the_same_hours(chain: People) -> None:
    opens(chain, time(10, 30), time(12))

    def starts(**query: str) -> list[str]:
        said = {"since": DAY.isoformat(), "until": DAY.isoformat(), **query}
        answer = chain.client(chain.alice).get("/traffic/reports/data/csv", said)
        rows = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
        return [row["start_local"][-5:] for row in rows]

    assert starts() == ["06:00", "10:00", "11:00", "12:00"]
    assert starts(hours="business") == ["10:00", "11:00"]
    assert starts(hours="chosen", opens="11:00", closes="12:00") == ["11:00"]
    assert starts(hours="chosen", opens="12:00", closes="11:00") == ["06:00", "10:00", "12:00"], "over midnight"


def test_locations_without_business_hours_are_named_and_count_whole(chain: People) -> None:
    make(chain)
    shown_page = page(chain, "/traffic/reports/totals", hours="business")
    assert "Nobody typed the business hours of Le Zinc" in shown_page
    assert "€80.00" in shown_page


def test_saving_business_hours_makes_past_days_anew(chain: People) -> None:
    make(chain)
    client: Client = chain.client(chain.alice)
    path = f"/traffic/locations/{chain.bar.public_id}/hours"
    weekday = DAY.weekday()
    assert client.post(path, {f"opens_{weekday}": "10:00", f"closes_{weekday}": "11:00"}).status_code == 302
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert sums(chain, business=True).visitors == 30
    assert client.post(f"{path}/dates", {"on": DAY.isoformat()}).status_code == 302
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert sums(chain, business=True).hours == 0
    assert client.post(f"{path}/dates/{DAY}/delete").status_code == 302
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert sums(chain, business=True).visitors == 30


def test_a_difference_that_rounds_to_nought_has_no_sign() -> None:
    items, money = BY_SLUG["upt"], BY_SLUG["atv"]
    said = [shown.difference(kpi, Decimal(value), "EUR") for kpi in (items, money) for value in ("-0.004", "0.006")]
    assert said == ["0.00", "+0.01", "€0.00", "+€0.01"]


def test_a_counter_that_told_nothing_for_a_week_is_not_called_counting_where_nobody_knows_when_it_is_open(
    chain: People,
) -> None:
    def page(days: int) -> str:
        Counter.objects.update(heard_at=timezone.now() - timedelta(days=days))
        return chain.client(chain.alice).get(f"/traffic/locations/{chain.bar.public_id}").content.decode()

    assert ("Counting" in (near := page(6)), "Nothing lately" in near) == (True, False)
    assert ("Counting" in (far := page(8)), "Nothing lately" in far) == (False, True)
