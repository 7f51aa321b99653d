"""Targets and what is measured by them: spread, indexes, the year before, sums of departments, staff's own page."""

import io
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse

from comptoir.apps.weekly_balance import budgeting, indexes, paper, reads, setting_up, sources, totals
from comptoir.apps.weekly_balance.models import Budget, Client, Department, Field, TypedHour
from comptoir.apps.weekly_balance.rules.budgets import last_year_of, over_days
from comptoir.apps.weekly_balance.rules.days import intervals, week_of
from comptoir.apps.weekly_balance.rules.terms import BUDGETED, FieldType, LastYear
from comptoir.apps.weekly_balance.unallocated import Unallocated
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.kernel.errors import RuleBroken
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import ALICE, House, add_department, other_store
from tests.apps.weekly_balance.test_pages import alice, member, text

__all__ = ["alice"]
WEEK = week_of(DAY)
NET = FieldType.NET_SALES
EVEN = [Decimal(10)] * 5 + [Decimal(30), Decimal(20)]


def target(house: House, amount: str, *days: date, kind: FieldType = NET, department: Department | None = None) -> None:
    budgeting.save(
        department=department or house.department,
        amounts={(kind, day): Decimal(amount) for day in days or (DAY,)},
        actor=ALICE,
        now=house.now,
    )


def shown(house: House, day: date = DAY) -> Mapping[str, indexes.Line]:
    grid = reads.week(house.department, week_of(day))
    return {each.name: each for each in indexes.lines(house.client, house.department, grid)}


def test_a_year_is_spread_over_its_days_by_their_weekdays_and_adds_up() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    parts = over_days(Decimal("1000000.00"), days, EVEN)
    assert sum(parts) == Decimal("1000000.00")
    saturday, monday = parts[days.index(date(2026, 6, 13))], parts[days.index(date(2026, 6, 8))]
    assert abs(saturday - 3 * monday) <= Decimal("0.05")


@pytest.mark.django_db
def test_an_index_is_of_the_days_that_have_both(house: House) -> None:
    house.sells(*worked_day())
    target(house, "400", *WEEK)
    found = shown(house)
    assert found["Net sales, budget"].total.endswith("2,800.00")
    index = found["Net sales, index to budget"]
    assert index.values[WEEK.index(DAY)] == "97.7"
    assert set(index.values) == {"97.7", "—"}
    assert (index.total, index.note) == ("97.7", "1 of 7 days")


@pytest.mark.django_db
def test_labour_cost_and_sales_per_hour(house: House) -> None:
    house.sells(*worked_day())
    for kind, value in ((FieldType.WAGE_COST, "97.74"), (FieldType.HOURS, "8")):
        typed(house, kind, value)
    target(house, "400")
    target(house, "100", kind=FieldType.WAGE_COST)
    found = shown(house)
    assert found["Labour cost %, with charges"].total == "25"
    assert found["Labour cost %, budget, with charges"].total == "25"
    assert found["Sales per hour worked"].total.endswith("48.87")
    assert "Budgeted sales per hour scheduled" not in found, "nobody scheduled anything"


@pytest.mark.django_db
def test_the_basis_of_wage_cost_moves_the_result(house: House) -> None:
    house.sells(*worked_day())
    typed(house, FieldType.WAGE_COST, "97.74")
    Client.objects.update(charges_percent=Decimal(42))
    house.client.refresh_from_db()
    assert shown(house)["Labour cost %, with charges"].total == "35.5"
    Client.objects.update(wages_with_charges=False)
    house.client.refresh_from_db()
    assert shown(house)["Labour cost %, without charges"].total == "25"


@pytest.mark.django_db
def test_sales_per_hour_scheduled_are_what_the_schedule_promises(house: House) -> None:
    extra = setting_up.add_field(
        organisation_id=house.client.organisation_id, number="5276", name="Hours scheduled", actor=ALICE, now=house.now
    )
    Field.objects.filter(id=extra.id).update(field_type=FieldType.SCHEDULED_HOURS)
    target(house, "400")
    typed(house, FieldType.SCHEDULED_HOURS, "16")
    assert shown(house)["Budgeted sales per hour scheduled"].total.endswith("25.00")


@pytest.mark.django_db
def test_sales_per_hour_of_each_kind_are_their_own_sums(house: House) -> None:
    """Worked: what was sold by the hours worked; scheduled and budgeted: the target by the hours planned or meant."""
    house.sells(*worked_day())
    extra = setting_up.add_field(
        organisation_id=house.client.organisation_id, number="5276", name="Hours scheduled", actor=ALICE, now=house.now
    )
    Field.objects.filter(id=extra.id).update(field_type=FieldType.SCHEDULED_HOURS)
    typed(house, FieldType.HOURS, "10")
    typed(house, FieldType.SCHEDULED_HOURS, "16")
    target(house, "400")
    target(house, "20", kind=FieldType.HOURS)
    found = shown(house)
    assert found["Sales per hour worked"].total.endswith("39.10")
    assert found["Budgeted sales per hour scheduled"].total.endswith("25.00")
    assert found["Sales per hour, budget"].total.endswith("20.00")


def typed(house: House, kind: FieldType, value: str) -> None:
    from comptoir.apps.weekly_balance import confirming

    confirming.type_number(
        client=house.client,
        department=house.department,
        day=DAY,
        field_id=house.field(kind).id,
        value=Decimal(value),
        actor=ALICE,
        now=house.now,
    )


@pytest.mark.django_db
def test_the_year_before_by_the_rule_of_the_client(house: House) -> None:
    before = DAY - timedelta(weeks=52)
    house.sells(bill("old", local(11, day=before), line("1", "500"), tax="100"), *worked_day())
    assert shown(house)["Net sales, index to last year"].values[WEEK.index(DAY)] == "97.7"
    house.client = setting_up.change(
        organisation_id=house.client.organisation_id,
        values={"last_year": LastYear.DATE},
        actor=ALICE,
        now=house.now,
    )
    assert "Net sales, index to last year" not in shown(house), "10 June 2025 sold nothing"


def test_wb36_week_53_is_compared_by_the_rule_of_the_client() -> None:
    monday = date(2026, 12, 28)
    assert monday.isocalendar()[:2] == (2026, 53)
    assert last_year_of(monday, LastYear.WEEKDAY) == date(2025, 12, 29)
    assert last_year_of(monday, LastYear.ISO_WEEK) is None, "2025 has no week 53"
    assert last_year_of(monday, LastYear.DATE) == date(2025, 12, 28)
    assert last_year_of(date(2024, 2, 29), LastYear.DATE) is None


@pytest.mark.django_db
@pytest.mark.parametrize("day", [DAY, date(2026, 3, 29), date(2026, 10, 25)])
def test_the_hours_of_a_target_add_up_to_it(house: House, day: date) -> None:
    budgeting.save_shape(
        department=house.department,
        weekdays=EVEN,
        hours={2: Decimal(10), 11: Decimal(60), 12: Decimal(30)},
        actor=ALICE,
        now=house.now,
    )
    hours = intervals(day, sources.clock_of(house.department))
    parts = budgeting.by_hour(house.department, Decimal("333.33"), NET, hours)
    assert len(parts) == len(hours)
    assert sum(parts) == Decimal("333.33")


@pytest.mark.django_db
def test_a_shape_that_is_not_100_is_refused(house: House) -> None:
    with pytest.raises(RuleBroken, match="100"):
        budgeting.save_shape(
            department=house.department, weekdays=[Decimal(10)] * 7, hours={}, actor=ALICE, now=house.now
        )


@pytest.mark.django_db
def test_targets_are_typed_and_spread_on_their_page(house: House, alice: Browser) -> None:
    path = reverse("balance_budget_save", args=[house.department.public_id, "days"])
    name = f"net_sales/{DAY}"
    alice.post(path, {name: "1 200,50", f"was:{name}": "", "week": str(DAY)})
    assert Budget.objects.get(business_date=DAY).amount == Decimal("1200.50")
    spread = reverse("balance_budget_save", args=[house.department.public_id, "spread"])
    said = {"measure": "net_sales", "amount": "700", "from": str(WEEK[0]), "until": str(WEEK[-1]), "week": str(DAY)}
    alice.post(spread, said)
    assert sum(Budget.objects.values_list("amount", flat=True)) == 700
    page = text(alice, f"/balance/budgets?week={DAY}")
    assert 'value="99.96"' in page
    refused = alice.post(spread, said | {"until": "2030-01-01"}, follow=True).content.decode()
    assert "400 days at most" in refused
    assert sum(Budget.objects.values_list("amount", flat=True)) == 700


@pytest.mark.django_db
def test_sums_are_of_one_currency(house: House) -> None:
    kroner = house.department
    euros = add_department(Store.objects.get(id=other_store(house.people, "Paris")), "Paris")
    Department.objects.filter(id=euros.id).update(currency="EUR")
    euros.currency = "EUR"
    house.sells(*worked_day())
    target(house, "400")
    lines = totals.of([kroner, euros], WEEK)
    sums = {each.currency: each for each in lines if each.department is None}
    assert set(sums) == {"DKK", "EUR"}
    assert sums["DKK"].values[NET] == Decimal("390.96")
    assert sums["DKK"].index == Decimal("97.7")
    assert sums["EUR"].values[NET] is None


@pytest.mark.django_db
def test_totals_are_of_the_departments_that_somebody_may_see(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    add_department(Store.objects.get(id=other_store(house.people, "Harbour")), "Harbour")
    assert "Harbour" in text(alice, f"/balance/totals?week={DAY}")
    from tests.apps.weekly_balance.test_pages import scoped

    page = text(scoped(house, "Someone", Role.REGIONAL_SUPERVISOR, house.store.id), f"/balance/totals?week={DAY}")
    assert "Harbour" not in page
    assert "390.96" in page


@pytest.mark.django_db
def test_staff_see_today_s_index_when_the_client_lets_them(house: House) -> None:
    staff = member(house, "Someone", Role.STAFF)
    assert "not shown to staff" in text(staff, "/balance/today")
    setting_up.change(
        organisation_id=house.client.organisation_id, values={"staff_sees_index": True}, actor=ALICE, now=house.now
    )
    assert "Bar" in text(staff, "/balance/today")
    text(staff, "/balance", 403)
    client = setting_up.client_of(house.client.organisation_id, now=house.now)
    house.sells(*worked_day())
    target(house, "400")
    [found] = totals.today(client, [house.department], now=local(20))
    assert found.index == Decimal("97.7")


@pytest.mark.django_db
def test_visitors_typed_by_the_hour_add_up_to_the_day(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    path = reverse("balance_hours", args=[house.department.public_id, str(DAY)])
    field = house.field(FieldType.VISITORS).public_id
    names = [f"{field}/{local(hour):%Y-%m-%dT%H:%M:%SZ}" for hour in (10, 11)]
    alice.post(path, {names[0]: "30", names[1]: "12"})
    assert house.value(DAY, FieldType.VISITORS) == 42
    alice.post(path, {names[0]: "", f"was:{names[0]}": "30"})
    assert house.value(DAY, FieldType.VISITORS) == 12
    typed(house, FieldType.VISITORS, "50")
    assert not TypedHour.objects.exists(), "a number for the whole day takes the place of its hours"


@pytest.mark.django_db
def test_an_hour_that_the_clock_skips_or_the_till_fills_is_refused(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    spring = date(2026, 3, 29)
    path = reverse("balance_hours", args=[house.department.public_id, str(spring)])
    field = house.field(FieldType.VISITORS).public_id
    shown = alice.post(path, {f"{field}/2026-03-29T01:30:00Z": "3"}, follow=True).content.decode()
    assert "no such hour" in shown
    gross = house.field(FieldType.GROSS_SALES).public_id
    path = reverse("balance_hours", args=[house.department.public_id, str(DAY)])
    shown = alice.post(path, {f"{gross}/{local(10):%Y-%m-%dT%H:%M:%SZ}": "3"}, follow=True).content.decode()
    assert "The till fills these hours" in shown
    assert not TypedHour.objects.exists()


@pytest.mark.django_db
def test_a_field_is_added_and_its_number_taken_once(house: House, alice: Browser) -> None:
    path = reverse("balance_field_save", args=["new"])
    alice.post(path, {"number": "6000", "name": "Umbrellas"})
    assert "6000 Umbrellas" in text(alice, f"/balance?week={DAY}")
    shown = alice.post(path, {"number": "6000", "name": "Again"}, follow=True).content.decode()
    assert "numbered 6000 already" in shown


@pytest.mark.django_db
def test_the_week_on_paper(house: House, alice: Browser) -> None:
    house.sells(*worked_day())
    typed(house, FieldType.VISITORS, "77")
    target(house, "400")
    grid = reads.week(house.department, WEEK)
    drawn = paper.drawn(house.department, grid, Unallocated(), indexes.lines(house.client, house.department, grid))
    assert "390.96" in drawn
    assert "77 *" in drawn
    assert "Net sales, index to budget" in drawn
    answer = alice.get(reverse("balance_export", args=[house.department.public_id]), {"week": DAY, "format": "pdf"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert io.BytesIO(answer.content).read(5) == b"%PDF-"


def test_what_a_target_can_be_set_for() -> None:
    assert set(BUDGETED) == {"gross_sales", "net_sales", "transactions", "visitors", "hours", "wage_cost"}
