"""Days to include: a report is about the weekdays that were chosen, in every figure, file and comparison (6.1)."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.budget_tables import Budget
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.models import Settings
from comptoir.apps.traffic.periods import Beside, Comparison, Period, Step, Weekdays
from comptoir.apps.traffic.reports import against, comparing, over_time, reading, weekly
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store, works
from tests.apps.traffic.test_reports import name_it, places
from tests.apps.traffic.test_weeks import FIRST, LAST, PERIOD, a_scope, made, trade
from tests.apps.traffic.test_weeks import chain as two_stores  # noqa: F401 (a fixture)
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = Period(date(2026, 5, 11), date(2026, 5, 17))
SOLD = {11: "7", 12: "11", 13: "13", 16: "17", 17: "19"} | {4: "3", 5: "5", 9: "1", 10: "2"}
"""By the day of May: 31 from Monday to Friday, 36 at the weekend; 8 and 3 in the week before."""
WORKING, WEEKEND = Weekdays(frozenset(range(5))), Weekdays(frozenset({5, 6}))


@pytest.fixture
def chain(people: People) -> People:
    """Four visitors on Monday the 11th, eight on Saturday the 16th; two hours of work on both."""
    utc_store(people)
    name_it(people.bar, "1")
    for number, total in SOLD.items():
        sell(people, 10, total, day=date(2026, 5, number))
    for number, visitors in ((11, 4), (16, 8)):
        day = date(2026, 5, number)
        come(people, {(day - DAY).days * 24 + 10: visitors}, location="1")
        works(people, (str(number), 10, 12), day=day)
    for number in SOLD:
        make(people, date(2026, 5, number))
    return people


def scope(people: People, days: Weekdays | None, **fields: Any) -> reading.Scope:
    return reading.Scope(people.le_zinc.id, [people.bar.id], days=days, **fields)


def whole(found: dict[Any, kpis.Sums]) -> kpis.Sums:
    return sum(found.values(), start=kpis.Sums())


def test_6_1_only_days_that_are_included_are_summed(chain: People) -> None:
    for days, sales, visitors, hours in ((WORKING, 31, 4, 4), (WEEKEND, 36, 8, 3), (None, 67, 12, 7)):
        for fields in ({}, {"opens": time(9), "closes": time(13)}):
            asked = scope(chain, days, **fields)
            for question in (reading.by_store, reading.by_day, reading.by_week, reading.by_month, reading.by_hour):
                found = whole(question(asked, WEEK))
                assert (found.sales, found.visitors, found.hours) == (sales, visitors, hours), (days, question.__name__)
    assert sorted(reading.by_day(scope(chain, WEEKEND), WEEK)) == [date(2026, 5, 16), date(2026, 5, 17)]
    assert whole(reading.by_store(scope(chain, Weekdays(frozenset({3}))), WEEK)) == kpis.Sums()


@pytest.mark.parametrize(
    ("comparison", "first", "working", "weekend"),
    [
        (Comparison.LAST_WEEK, None, 8, 3),
        (Comparison.PREVIOUS, None, 8, 3),
        # Six days back: Monday beside Tuesday the 5th, Friday beside Saturday the 9th, Sunday beside Monday the 11th.
        (Comparison.CHOSEN, date(2026, 5, 5), 5 + 1, 2 + 7),
    ],
)
def test_6_1_each_included_day_is_compared_with_its_own_counterpart(
    chain: People, comparison: Comparison, first: date | None, working: int, weekend: int
) -> None:
    beside, today = Beside(WEEK, comparison, first), date(2026, 5, 21)
    for days, now, before in ((WORKING, 31, working), (WEEKEND, 36, weekend)):
        asked, mine = scope(chain, days), places(chain)
        alike = comparing.alike(asked, mine, WEEK, beside, today=today, now=NOW)
        assert [each.sales for each in alike.sides] == [now, before]
        lines = over_time.lines(asked, WEEK, Step.WEEK, beside, today=today)
        assert [[each.sales for each in line.alike or ()] for line in lines] == [[now, before]]
        (block,) = weekly.weekly(asked, mine, WEEK, beside, today=today).blocks
        assert [line.day for line in block.lines] == [*(day for day in WEEK.days() if day in days), None]
        assert block.lines[-1].alike is not None
        assert [each.sales for each in block.lines[-1].alike] == [now, before]


def test_6_1_today_counts_up_to_now_where_it_is_included_and_not_at_all_where_it_is_not(chain: People) -> None:
    period, beside = Period(date(2026, 5, 12), date(2026, 5, 16)), Comparison.LAST_WEEK
    now = NOW.replace(day=16, hour=12)
    for days, sides in ((WEEKEND, [17, 1]), (WORKING, [24, 5])):
        alike = comparing.alike(
            scope(chain, days), places(chain), period, Beside(period, beside), today=period.until, now=now
        )
        assert [each.sales for each in alike.sides] == sides


def test_6_1_budgets_of_included_days_alone_stand_beside(chain: People) -> None:
    for day, amount in ((11, 10), (16, 100)):
        Budget.objects.create(
            organisation_id=chain.le_zinc.id, store_id=chain.bar.id, business_date=date(2026, 5, day), sales=amount
        )
    for days, expected in ((WORKING, (7, 10)), (WEEKEND, (17, 100)), (None, (24, 110))):
        found = against.whole(against.by_store(scope(chain, days), WEEK, today=date(2026, 5, 21)))
        assert found.of("sales") == expected
        drawn = against.drawn_by_day(scope(chain, days), WEEK)
        assert whole(drawn).sales == expected[1]


def test_6_1_some_days_and_all_others_add_up_to_the_whole(two_stores: People) -> None:  # noqa: F811
    """Of every question, at any hours, over the end of a month and a change of the clocks."""
    trade(two_stores)
    made(two_stores)
    questions: tuple[Callable[[reading.Scope, Period], dict[Any, kpis.Sums]], ...] = (
        *(reading.by_store, reading.by_day, reading.by_week, reading.by_month, reading.by_store_day),
        *(reading.by_hour, reading.by_weekday_and_hour, reading.by_store_and_clock),
    )
    hours: tuple[dict[str, Any], ...] = ({}, {"opens": time(20), "closes": time(10, 30)}, {"business": True})

    @settings(max_examples=15, deadline=None, database=None)
    @given(
        st.frozensets(st.integers(0, 6), min_size=1, max_size=6),
        st.integers(0, (LAST - PERIOD.since).days),
        st.integers(0, (PERIOD.until - FIRST).days),
        st.sampled_from(hours),
    )
    def holds(chosen: frozenset[int], later: int, earlier: int, fields: dict[str, Any]) -> None:
        period = Period(PERIOD.since + timedelta(days=later), PERIOD.until - timedelta(days=earlier))
        others = Weekdays(frozenset(range(7)) - chosen)
        for asked in questions:
            some, rest, every = (
                asked(a_scope(two_stores, **fields, days=days), period) for days in (Weekdays(chosen), others, None)
            )
            added = {key: some.get(key, kpis.Sums()) + rest.get(key, kpis.Sums()) for key in {*some, *rest}}
            assert added == every, asked.__name__

    holds()


def page(people: People, report: str, **query: Any) -> str:
    said = {"since": WEEK.since.isoformat(), "until": WEEK.until.isoformat(), "week": WEEK.since.isoformat(), **query}
    with time_machine.travel(NOW, tick=False):
        return people.client(people.alice).get(f"/traffic{report}", said).content.decode()


def test_6_1_every_report_takes_the_days_to_include_and_the_address_keeps_them(chain: People) -> None:
    for report in ("", *(f"/reports/{each}" for each in ("totals", "time", "week", "comparison"))):
        for days, sales in (("weekdays", "€31.00"), ("weekend", "€36.00")):
            shown = page(chain, report, days=days, by="week")
            assert sales in shown, (report, days)
            assert "€67.00" not in shown, (report, days)
            assert f"days={days}" in shown, "in the links to the other reports"
        assert "€67.00" in page(chain, report, by="week")
    shown = page(chain, "/reports/totals", days=["mon", "wed"])
    assert "€20.00" in shown
    assert re.findall(r'name="days" value="(\w+)" form="scope" checked', shown) == ["mon", "wed"]
    assert "days=mon&amp;days=wed" in shown
    paper = shown.partition('<p class="on-paper">')[2].partition("</p>")[0]
    assert paper.endswith("17 May 2026 · Mon, Wed"), "printed too"
    assert "Visitors: 1 of 3 h" in shown, "coverage counts these days only"


def test_6_1_all_days_and_days_there_are_not_are_no_choice(chain: People) -> None:
    every = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for days in (every, ["someday"], [""]):
        shown = page(chain, "/reports/totals", days=days)
        assert "€67.00" in shown
        assert 'totals/export?since=2026-05-11&amp;until=2026-05-17&amp;week=2026-05-11"' in shown
        assert re.findall(r'name="days" value="(\w+)" form="scope" checked', shown) == every
    Settings.objects.update_or_create(organisation_id=chain.le_zinc.id, defaults={"week_starts_on": 6})
    in_order = re.findall(r'name="days" value="(\w+)"', page(chain, "/reports/totals"))
    assert in_order == ["sun", *every[:6]], "as the chain's week has them"
    nothing = page(chain, "/reports/totals", since="2026-05-16", until="2026-05-17", days="weekdays")
    assert "None of these days is one of the weekdays that were chosen." in nothing


def test_6_1_files_have_the_same_days(chain: People) -> None:
    alice = chain.client(chain.alice)
    said = {"since": WEEK.since, "until": WEEK.until, "week": WEEK.since, "days": ["sat", "sun"]}

    def got(path: str) -> bytes:
        with time_machine.travel(NOW, tick=False):
            return alice.get(f"/traffic/reports/{path}", said).getvalue()

    def rows(path: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(got(path).decode("utf-8-sig"))))

    dates = ["2026-05-16", "2026-05-16", "2026-05-17"]
    assert [row["business_date"] for row in rows("data/csv")] == dates
    assert [json.loads(line)["business_date"] for line in got("data/jsonl").splitlines()] == dates
    table = pyarrow.parquet.read_table(io.BytesIO(got("data/parquet"))).to_pylist()
    assert [row["business_date"] for row in table] == dates
    sheet = openpyxl.load_workbook(io.BytesIO(got("data/xlsx"))).active
    assert sheet is not None
    assert [row[5] for row in sheet.iter_rows(min_row=2, values_only=True)] == dates
    assert [row["sales"] for row in rows("totals/export")] == ["36", "36"]
    assert [(row["since"], row["sales"], row["sales_before"]) for row in rows("time/export")] == [
        ("2026-05-16", "17", "1"),
        ("2026-05-17", "19", "2"),
    ]
    assert [(row["business_date"], row["sales"]) for row in rows("week/csv")][:3] == [
        ("2026-05-16", "17"),
        ("2026-05-17", "19"),
        ("", "36"),
    ]


def test_6_1_staffing_quality_changes_and_charts_have_the_same_days(chain: People) -> None:
    said = {"location_id": "1", "target_star": Decimal(4)}
    save_location(store=chain.bar, values=said, node_id=None, actor="user:1", now=NOW, today=NOW.date())
    # 8 visitors in the hour of Saturday that knows both: 2 hours at target, 1 was worked.
    weekend = page(chain, "/reports/staffing", days="weekend")
    assert "1.00 h of staff fewer than the target asks for" in weekend
    assert "As many hours of staff as the target asks for." in page(chain, "/reports/staffing", days="weekdays")
    for days, there, not_there in (
        ("weekend", "16 May 2026</a>", "11 May 2026</a>"),
        ("weekdays", "11 May 2026</a>", "16 May 2026</a>"),
    ):
        shown = page(chain, "/reports/quality", days=days)
        assert (there in shown, not_there in shown) == (True, False)
    for number in (11, 16):
        sell(chain, 10, f"{number}.50", day=date(2026, 5, number))
        make(chain, date(2026, 5, number))
    shown = page(chain, "/reports/changes", days="weekend")
    assert ("€33.50" in shown, "€18.50" in shown) == (True, False)
    rows = page(chain, "/long", days="weekend").partition('id="heat"')[2].partition("</tbody>")[0]
    assert re.findall(r'<th scope="row">(\w+)</th>', rows) == ["Sat", "Sun"]
