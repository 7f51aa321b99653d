"""Figures of a period beside those that its own days ask for, digit for digit (traffic-analytics.md 4.3)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from comptoir.apps.traffic.periods import Beside, Comparison, Period, Step
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import comparing, over_time, reading
from comptoir.apps.traffic.reports import totals as totals_report
from tests.apps.traffic.chain import sell, utc_store
from tests.apps.traffic.test_reports import name_it, places
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2024, 2, 12, 12, tzinfo=UTC)
SOLD = {
    date(2023, 1, 22): "1",  # week 52 of 2022
    date(2023, 1, 29): "10",  # week 1 of 2023
    date(2023, 2, 5): "100",  # its week 2
    date(2024, 1, 21): "3",  # its week 52
    date(2024, 1, 28): "30",  # its week 53
    date(2024, 2, 4): "300",  # week 1 of 2024
}
OVER_THE_END = Period(date(2024, 1, 21), date(2024, 2, 10))


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    name_it(people.bar, "1")
    for day, total in SOLD.items():
        sell(people, 10, total, day=day)
    restate(people.le_zinc.id, {(people.bar.id, day) for day in SOLD}, now=LATER)
    return people


@pytest.mark.parametrize(
    ("comparison", "before"),
    [
        # Weeks 52 and 1 beside weeks 52 and 1; nothing is beside week 53.
        (Comparison.RETAIL_YEAR, Decimal(11)),
        # 52 weeks before: weeks 52, 1 and 2.
        (Comparison.RETAIL_RESTATED, Decimal(111)),
        (Comparison.SAME_WEEKDAYS, Decimal(111)),
        # The same dates, from 21 January to 10 February 2023.
        (Comparison.SAME_DATES, Decimal(111)),
        (Comparison.LAST_WEEK, Decimal(33)),
    ],
)
def test_4_3_a_period_over_the_end_of_53_weeks_digit_for_digit(
    chain: People, comparison: Comparison, before: Decimal
) -> None:
    scope = reading.Scope(chain.le_zinc.id, [chain.bar.id])
    beside, today = Beside(OVER_THE_END, comparison), LATER.date()
    found = comparing.alike(scope, places(chain), OVER_THE_END, beside, today=today, now=LATER)
    assert (found.now.sales, found.before.sales) == (333, before)
    report = totals_report.totals(scope, places(chain), OVER_THE_END, beside, today=today, now=LATER)
    assert [each.sales for each in report.totals[0].alike or ()] == [333, before]
    months = over_time.lines(scope, OVER_THE_END, Step.YEAR, beside, today=today)
    assert [each.alike[1].sales for each in months if each.alike] == [before]


def test_4_3_each_day_of_it_has_its_own_counterpart(chain: People) -> None:
    scope = reading.Scope(chain.le_zinc.id, [chain.bar.id])
    beside = Beside(OVER_THE_END, Comparison.RETAIL_YEAR)
    days = over_time.lines(scope, OVER_THE_END, Step.DAY, beside, today=LATER.date())
    assert [each.alike and each.alike[1].sales for each in days] == [1, None, 10]
    with time_machine.travel(LATER, tick=False):
        query = {"since": "2024-01-21", "until": "2024-02-10", "beside": "retail_year", "by": "day"}
        client = chain.client(chain.alice)
        told = client.get("/traffic/reports/time/export", query).getvalue().decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
        place = told[0].split(",").index("sales_before")
        assert [line.split(",")[place] for line in told[1:]] == ["1", "", "10"]
        assert client.get("/traffic", query).status_code == 200
        for path in ("/traffic/reports/totals", "/traffic/reports/comparison", "/traffic/reports/week"):
            assert client.get(path, query).status_code == 200, path


def test_4_3_a_running_period_over_29_february_is_beside_the_same_dates(chain: People) -> None:
    year, now = Period(date(2028, 1, 1), date(2028, 12, 31)), datetime(2028, 12, 31, 12, tzinfo=UTC)
    for day, total in ((date(2027, 12, 30), "5"), (date(2027, 12, 31), "50"), (date(2028, 1, 1), "7")):
        sell(chain, 10, total, day=day)
        restate(chain.le_zinc.id, {(chain.bar.id, day)}, now=now)
    scope = reading.Scope(chain.le_zinc.id, [chain.bar.id])
    beside = Beside(year, Comparison.SAME_DATES)
    found = comparing.alike(scope, places(chain), year, beside, today=now.date() + timedelta(days=1), now=now)
    assert (found.now.sales, found.before.sales) == (7, 55), "no day of 2028 is beside itself"
