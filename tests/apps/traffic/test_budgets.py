"""Budgets: spread over days by the location's own weekdays, taken from a file, and the index beside every figure."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from comptoir.apps.traffic import budgets
from comptoir.apps.traffic.budget_tables import Budget, BudgetChange
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import against, reading
from comptoir.core.audit.models import Note
from comptoir.kernel.errors import RuleBroken
from tests.apps.traffic.chain import DAY, NOW, at, come, make, sell, utc_store, works
from tests.apps.traffic.test_reports import name_it, other_store, places, sell_at
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()
MONDAY = date(2026, 5, 18)
ONE_DAY = Period(DAY, DAY)


@pytest.fixture
def chain(people: People) -> People:
    """20 May: 100 sold in 4 receipts, 10 visitors in 2 of 3 hours in which 3 bought for 80; 2 staff hours."""
    utc_store(people)
    name_it(people.bar, "1")
    for hour, total in ((10, "50"), (10.5, "20"), (11, "10"), (12, "20")):
        sell(people, hour, total)
    works(people, ("1", 10, 12))
    come(people, {10: 6, 11: 4})
    make(people)
    return people


def plan(people: People, day: date = DAY, **amounts: str) -> None:
    said = {name: Decimal(amount) for name, amount in amounts.items()}
    key = {"organisation_id": people.le_zinc.id, "store_id": people.bar.id, "business_date": day}
    Budget.objects.update_or_create(**key, defaults=said)


def found(people: People, *, today: date = TODAY, period: Period = ONE_DAY) -> against.Against:
    scope = reading.Scope(people.le_zinc.id, [each.store.id for each in places(people)])
    return against.whole(against.by_store(scope, period, today=today))


def shown(people: People, path: str, **query: str) -> str:
    said = {"since": DAY.isoformat(), "until": DAY.isoformat(), "beside": "budget", **query}
    with time_machine.travel(NOW, tick=False):
        return people.client(people.alice).get(path, said).content.decode()


def test_an_index_is_actual_by_budget_of_each_figure_that_has_one(chain: People) -> None:
    plan(chain, visitors="20", transactions="5", sales="125", staff_hours="4")
    said = found(chain)
    # 10 ÷ 20, 4 ÷ 5, 100 ÷ 125, 2 ÷ 4; conversion 3 ÷ 10 beside 5 ÷ 20; a sale 25 beside 25; 8 beside 6.25 a visitor.
    index = {slug: said.index(slug) for slug in ("visitors", "transactions", "sales", "staff_hours")}
    assert index == {"visitors": 50, "transactions": 80, "sales": 80, "staff_hours": 50}
    assert [said.index(slug) for slug in ("conversion", "atv", "spv", "pot")] == [120, 100, 128, 128]
    # 10 visitors ÷ 2 hours beside 20 ÷ 4; nobody budgeted items.
    assert [said.index(slug) for slug in ("star", "items", "upt")] == [100, None, None]


def test_only_days_that_are_over_and_know_both_sides_count(chain: People) -> None:
    sell(chain, 10, "400", day=TODAY)
    sell(chain, 10, "7", day=MONDAY)
    for day in (TODAY, MONDAY):
        make(chain, day)
    plan(chain, DAY, sales="125")
    plan(chain, TODAY, sales="1000")
    plan(chain, DAY - timedelta(days=1), sales="1000")
    said = found(chain, period=Period(MONDAY, TODAY))
    assert (said.index("sales"), said.days("sales")) == (80, 1), "not Monday, which has none, nor Tuesday or today"
    plan(chain, DAY, sales="0")
    assert found(chain).index("sales") is None


def test_the_target_of_a_location_is_the_budget_of_its_conversion_by_its_visitors(chain: People) -> None:
    quiet = other_store(chain, "Quiet", "2")
    sell_at(quiet, at(10), "10")
    come(chain, {10: 30}, location="2")
    restate(chain.le_zinc.id, {(quiet.id, DAY)}, now=NOW)
    for store, number, target in ((chain.bar, "1", "20"), (quiet, "2", "10")):
        said = {"location_id": number, "target_conversion": Decimal(target)}
        save_location(store=store, values=said, node_id=None, actor="user:1", now=NOW, today=TODAY)
    # (10 × 20 % + 30 × 10 %) ÷ 40 = 12.5 %; 4 of 40 bought: 10 %.
    assert found(chain).of("conversion") == (10, Decimal("12.5"))
    assert found(chain).index("conversion") == 80


def test_longer_than_a_day_is_spread_by_the_location_s_own_weekdays_and_adds_up(chain: People) -> None:
    said = {"store": chain.bar, "actor": "user:1", "now": NOW, "today": TODAY}
    sunday = MONDAY + timedelta(days=6)
    budgets.spread(**said, measure="visitors", first=MONDAY, last=sunday, amount=Decimal(70))  # type: ignore[arg-type]
    rows = Budget.objects.order_by("business_date").values_list("visitors", flat=True)
    assert list(rows) == [0, 0, 70, 0, 0, 0, 0], "of the last eight weeks only a Wednesday had visitors"
    sell(chain, 10, "300", day=MONDAY)
    make(chain, MONDAY)
    budgets.spread(**said, measure="sales", first=MONDAY, last=sunday, amount=Decimal("10.01"))  # type: ignore[arg-type]
    by_day = dict(Budget.objects.values_list("business_date", "sales"))
    assert (by_day[MONDAY], by_day[DAY], sum(by_day.values())) == (Decimal("7.51"), Decimal("2.50"), Decimal("10.01"))
    budgets.spread(**said, measure="visitors", first=MONDAY, last=sunday, amount=None)  # type: ignore[arg-type]
    budgets.spread(**said, measure="sales", first=MONDAY, last=MONDAY, amount=None)  # type: ignore[arg-type]
    assert Budget.objects.filter(business_date=MONDAY).count() == 0, "a day without any budget is none"
    assert Budget.objects.get(business_date=DAY).visitors is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last": MONDAY - timedelta(days=1)}, "window_empty"),
        ({"last": MONDAY + timedelta(days=400)}, "budget_too_long"),
        ({"amount": Decimal(-1)}, "number_negative"),
    ],
)
def test_what_cannot_be_a_budget_is_refused(chain: People, change: dict[str, object], code: str) -> None:
    said = {"measure": "sales", "first": MONDAY, "last": MONDAY, "amount": Decimal(1), "actor": "u", "now": NOW}
    with pytest.raises(RuleBroken) as refused:
        budgets.spread(**{**said, "store": chain.bar, "today": TODAY, **change})  # type: ignore[arg-type]
    assert refused.value.code == code
    with pytest.raises(IntegrityError), transaction.atomic():
        plan(chain, sales="-1")


def test_a_file_of_budgets_says_what_of_it_was_taken_and_leaves_what_is_empty(chain: People) -> None:
    plan(chain, visitors="20")
    lines = (
        "Location id;Date;Sales;Visitors;Staff hours",
        "1;2026-05-20;125.50;;4",
        "7;2026-05-20;1;;",
        "0001;20/05/2026;1;;",
        '1;2026-05-21;"1,250";;',
        "1;2026-05-22;;;",
        "1;2026-05-23;0;;",
    )
    alice = chain.client(chain.alice)
    file = SimpleUploadedFile("budget.csv", "\n".join(lines).encode())
    page = alice.post("/traffic/budgets/file", {"file": file}).content.decode()
    assert "2 of 6 rows were taken." in page
    for words in (
        "no location with this id: 7",
        "no date such as 2026-05-20",
        "this is no number: 1,250",
        "no budget in",
    ):
        assert words in page, words
    row = Budget.objects.get(business_date=DAY)
    assert (row.sales, row.visitors, row.staff_hours) == (Decimal("125.5"), 20, 4)
    assert Budget.objects.get(business_date=date(2026, 5, 23)).sales == 0
    wrong = alice.post("/traffic/budgets/file", {"file": SimpleUploadedFile("x.csv", b"Date,Sales\n")})
    assert wrong.status_code == 422
    assert "location" in wrong.content.decode()


def test_a_workbook_of_budgets_is_read_by_the_same_rules_as_one_of_counts(chain: People) -> None:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Location id", "Date", "Sales"])
    book.active.append(["1", DAY, 125.5])
    book.save(content)
    file = SimpleUploadedFile("budget.xlsx", content.getvalue())
    assert chain.client(chain.alice).post("/traffic/budgets/file", {"file": file}).status_code == 200
    assert Budget.objects.get().sales == Decimal("125.5")


def test_every_report_can_stand_beside_the_budget(chain: People) -> None:
    plan(chain, sales="125", visitors="20")
    for path in ("/traffic", "/traffic/reports/totals", "/traffic/reports/comparison"):
        page = shown(chain, path)
        assert "index 80.0" in page, path
        assert "index 50.0" in page, path
    for step in ("day", "week", "month", "year"):
        assert "index 80.0" in shown(chain, "/traffic/reports/time", by=step), step
    assert "index" not in shown(chain, "/traffic/reports/time", by="hour").partition("<tbody")[2]
    part = shown(chain, "/traffic/reports/totals", hours="chosen", opens="10:00", closes="12:00")
    assert "A budget is of a whole day" in part
    assert "index 80.0" not in part
    said = f"since={DAY}&until={DAY}&by=day&beside=budget"
    exported = chain.client(chain.alice).get(f"/traffic/reports/time/export?{said}").getvalue().decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(exported)))
    assert (row["sales"], row["sales_before"], row["sales_change"]) == ("100", "125", "80")
    Budget.objects.all().delete()
    assert "No day of these has a budget and is over" in shown(chain, "/traffic/reports/comparison")


def test_what_no_budget_was_set_of_is_a_gap_beside_the_figures_and_not_nought(chain: People) -> None:
    plan(chain, sales="125", visitors="20")
    two_days = {"since": (DAY - timedelta(days=1)).isoformat()}
    page = shown(chain, "/traffic", **two_days)
    assert "Visitors, budget" in page
    assert "Conversion, budget" not in page, "a conversion needs a budget of transactions too"
    plan(chain, sales="125", visitors="20", transactions="5")
    assert "Conversion, budget" in shown(chain, "/traffic", **two_days)


def test_a_week_has_the_index_of_its_budget_and_of_how_many_days(chain: People) -> None:
    plan(chain, sales="125")
    page = shown(chain, "/traffic/reports/week", week=DAY.isoformat(), beside="last_week")
    week = page.partition('<tbody class="whole">')[2].partition("</tbody>")[0]
    assert "index 80.0" in week
    assert "1 of 7 days" in week
    answer = chain.client(chain.alice).get(f"/traffic/reports/week/csv?week={DAY}").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [(row["sales_budget"], row["budget_index"]) for row in (rows[2], rows[7], rows[3])] == [
        ("125", "80"),
        ("125", "80"),
        ("", ""),
    ]


def test_a_budget_is_typed_on_its_page_and_listed_by_day(chain: People) -> None:
    alice = chain.client(chain.alice)
    said = {"store": chain.bar.public_id, "measure": "sales", "first": "2026-05-20", "last": "2026-05-20"}
    with time_machine.travel(NOW, tick=False):
        assert "No budget in this month" in alice.get("/traffic/budgets").content.decode()
        answer = alice.post("/traffic/budgets/spread", {**said, "amount": "125"})
        assert answer["Location"] == "/traffic/budgets?month=2026-05"
        page = alice.get(f"/traffic/budgets?month=2026-05&at={chain.bar.public_id}").content.decode()
        assert page.count("€125.00") == 2, "the day and the month"
        assert "Wed 20 May" in page
        assert alice.post("/traffic/budgets/spread", {**said, "amount": "-1"}).status_code == 422
        late = alice.post("/traffic/budgets/spread", {**said, "last": "2026-05-19", "amount": "1"}, follow=True)
        assert "The last day comes before the first." in late.content.decode()


def standing() -> dict[date, tuple[Decimal | None, Decimal | None]]:
    rows = Budget.objects.values_list("business_date", "sales", "visitors")
    return {day: (sales, visitors) for day, sales, visitors in rows}


def test_an_edit_and_a_file_of_budgets_are_taken_back_and_set_again_and_noted(chain: People) -> None:
    plan(chain, sales="100", visitors="20")
    alice = chain.client(chain.alice)
    was = standing()
    file = SimpleUploadedFile("budget.csv", b"Location id,Date,Sales\n1,2026-05-20,125.5\n1,2026-05-21,7\n")
    page = alice.post("/traffic/budgets/file", {"file": file}).content.decode()
    upload = BudgetChange.objects.get()
    assert (upload.name, upload.days, upload.public_id in page) == ("A file", 2, True)
    now = standing()
    assert "Sales · 20–21 May 2026" in page
    back = alice.post(f"/traffic/budgets/{upload.public_id}/back", follow=True).content.decode()
    assert standing() == was, "the day that had none has none again, and the other what it had"
    undo = BudgetChange.objects.latest("at", "id")
    assert f"/traffic/budgets/{undo.public_id}/back" in back, "undo is undone by the toast"
    alice.post(f"/traffic/budgets/{upload.public_id}/back")
    assert standing() == was, "twice changes nothing"
    alice.post(f"/traffic/budgets/{undo.public_id}/back")
    assert standing() == now
    notes = Note.objects.filter(what__startswith="traffic.budget").order_by("at")
    assert [(each.what, each.actor, each.details) for each in notes][:2] == [
        ("traffic.budget_saved", f"user:{chain.alice.pk}", {"days": 2, "sales": "100 → 132.5"}),
        ("traffic.budget_taken_back", f"user:{chain.alice.pk}", {"days": 2, "sales": "132.5 → 100"}),
    ]


def test_what_somebody_set_again_since_is_not_taken_back(chain: People) -> None:
    said = {"store": chain.bar, "measure": "sales", "actor": "user:1", "now": NOW, "today": TODAY}
    week = budgets.spread(**said, first=MONDAY, last=DAY, amount=Decimal(30))  # type: ignore[arg-type]
    assert week is not None
    budgets.spread(**said, first=DAY, last=DAY, amount=Decimal(99))  # type: ignore[arg-type]
    assert budgets.spread(**said, first=DAY, last=DAY, amount=Decimal(99)) is None, "nothing moved"  # type: ignore[arg-type]
    page = chain.client(chain.alice).post(f"/traffic/budgets/{week.public_id}/back", follow=True).content.decode()
    assert standing() == {DAY: (99, None)}
    assert "1 amount that somebody set again since" in page
    bob = chain.client(chain.bob)
    assert bob.post(f"/traffic/budgets/{week.public_id}/back").status_code in (403, 404)
