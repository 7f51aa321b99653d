"""Rows over time: steps cut at the period's ends, each beside its counterpart, like for like, the same as a file."""

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.periods import Beside, Comparison, Period, Step
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import over_time, reading
from tests.apps.traffic.chain import DAY, NOW, sell, utc_store
from tests.bills import bill, record, told
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
LAST_YEAR = date(2025, 5, 21)  # 364 days before, the same weekday
APRIL = date(2026, 4, 30)


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    for day, total in ((DAY, "30.05"), (LAST_YEAR, "20"), (APRIL, "7")):
        sell(people, 10, total, day=day)
        restate(people.le_zinc.id, {(people.bar.id, day)}, now=NOW)
    return people


def told_of(
    people: People, step: Step, comparison: Comparison, chosen: date | None = None
) -> tuple[over_time.Line, ...]:
    scope = reading.Scope(
        people.le_zinc.id, [each.store.id for each in chains.places(people.le_zinc.id, store_ids=None, now=NOW)]
    )
    period = Period(date(2026, 4, 1), date(2026, 5, 20))
    beside = Beside(period, comparison, chosen)
    return over_time.lines(scope, period, step, beside, today=NOW.date())


@pytest.mark.parametrize(
    ("step", "sales"),
    [
        (Step.HOUR, ["37.05"]),
        (Step.DAY, ["7", "30.05"]),
        (Step.WEEK, ["7", "30.05"]),
        (Step.MONTH, ["7", "30.05"]),
        (Step.QUARTER, ["37.05"]),
        (Step.YEAR, ["37.05"]),
        (Step.RETAIL_MONTH, ["7", "30.05"]),
        (Step.RETAIL_MONTH_RESTATED, ["7", "30.05"]),
    ],
)
def test_every_step_adds_up_to_the_same(chain: People, step: Step, sales: list[str]) -> None:
    found = told_of(chain, step, Comparison.SAME_WEEKDAYS)
    assert [each.now.sales for each in found] == [Decimal(each) for each in sales]


def test_steps_are_cut_at_the_ends_of_the_period() -> None:
    found = over_time.parts(Period(date(2025, 12, 30), date(2026, 2, 2)), Step.MONTH)
    assert [(each.since.isoformat(), each.until.isoformat()) for each in found] == [
        ("2025-12-30", "2025-12-31"),
        ("2026-01-01", "2026-01-31"),
        ("2026-02-01", "2026-02-02"),
    ]


@pytest.mark.parametrize(
    ("comparison", "chosen", "before"),
    [
        (Comparison.SAME_WEEKDAYS, None, Decimal(20)),
        (Comparison.CHOSEN, date(2025, 4, 2), Decimal(20)),
        (Comparison.LAST_WEEK, None, None),
    ],
)
def test_a_day_is_beside_its_counterpart(
    chain: People, comparison: Comparison, chosen: date | None, before: Decimal | None
) -> None:
    latest = told_of(chain, Step.DAY, comparison, chosen)[-1]
    assert (latest.alike[1].sales if latest.alike else None) == before


def test_a_store_without_the_other_period_is_in_the_row_and_not_in_its_comparison(chain: People) -> None:
    other = create_store(chain.le_zinc, "Young", timezone="UTC")
    other.day_start = time(0)
    other.save()
    moment = datetime(2026, 5, 20, 11, tzinfo=UTC)
    record(
        other,
        [told(bill("Y1", "100", opened_at=moment, closed_at=moment, tax=Decimal(0), location_id=f"{other.id}"))],
        now=NOW,
    )
    restate(chain.le_zinc.id, {(other.id, DAY)}, now=NOW)
    latest = told_of(chain, Step.DAY, Comparison.SAME_WEEKDAYS)[-1]
    assert latest.now.sales == Decimal("130.05")
    assert latest.alike is not None
    assert [each.sales for each in latest.alike] == [Decimal("30.05"), Decimal(20)]


def test_screen_and_file_say_the_same(chain: People) -> None:
    client = chain.client(chain.alice)
    query = "since=2026-05-01&until=2026-05-20&by=month&beside=same_weekdays"
    page = client.get(f"/traffic/reports/time?{query}").content.decode()
    assert "€30.05" in page
    exported = client.get(f"/traffic/reports/time/export?{query}").getvalue().decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(exported)))
    assert (row["sales"], row["sales_before"], row["sales_change"]) == ("30.05", "20", "50.25")
    assert (row["since"], row["until"], row["visitors"]) == ("2026-05-01", "2026-05-20", "")


def test_4_2_the_page_has_the_months_of_53_weeks_as_they_are_or_restated(chain: People) -> None:
    first_week = date(2023, 2, 1)
    sell(chain, 10, "5", day=first_week)
    restate(chain.le_zinc.id, {(chain.bar.id, first_week)}, now=NOW)
    query = "since=2023-01-29&until=2023-02-28&beside=retail_restated"
    for step, month in ((Step.RETAIL_MONTH, "Month 1 of 2023"), (Step.RETAIL_MONTH_RESTATED, "Month 12 of 2022")):
        page = chain.client(chain.alice).get(f"/traffic/reports/time?{query}&by={step}").content.decode()
        assert f"{month}:" in page, step
        assert "beside the same retail week last year, restated after 53 weeks." in page
