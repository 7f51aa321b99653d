"""What Marketing and HR see, and what nobody else does (traffic-analytics.md 1.1)."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from comptoir.apps.traffic import rights, wages
from comptoir.apps.traffic.alert_tables import Alert
from comptoir.apps.traffic.budget_tables import Budget
from comptoir.apps.traffic.chains import save_location
from comptoir.core.accounts.authority import Authority
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.core.ledger.models import ClockEntry
from comptoir.kernel.ids import new_id
from tests.apps.traffic.chain import DAY, NOW, at, come, hour, make, sell, utc_store, works
from tests.apps.traffic.test_pages import day_path, someone, typed
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = f"since={DAY}&until={DAY}"
SEEN = (
    *(f"/traffic?{DAYS}", f"/traffic/reports/totals?{DAYS}", f"/traffic/reports/time?{DAYS}"),
    *(f"/traffic/reports/comparison?{DAYS}", f"/traffic/reports/quality?{DAYS}&all=1", "/traffic/reports/changes"),
    *(f"/traffic/reports/totals/export?{DAYS}", f"/traffic/reports/time/export?{DAYS}", "/traffic/alerts"),
    "/traffic/reports/changes/export",
    f"/traffic/budgets?month={DAY:%Y-%m}",
    *(f"/traffic/reports/week?week={DAY}", f"/traffic/reports/week/csv?week={DAY}"),
)
NEXT = DAY + timedelta(days=1)
OF_STAFF = ("taff", "abour", "star", "13.37")


@pytest.fixture
def chain(people: People) -> People:
    """Somebody worked, an hour of it costs something, a clock entry was edited late, and staff were few."""
    utc_store(people)
    save_location(
        store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
    )
    made = {"organisation_id": people.le_zinc.id, "actor": "user:1", "now": NOW}
    cost = {"since": date(2026, 1, 1), "per_hour": Decimal("13.37"), "currency": "EUR", "name": "All"}
    wages.save(**made, **cost, store_id=None, node_id=None)
    sell(people, 10, "50")
    sell(people, 10, "30", day=DAY - timedelta(days=7))
    make(people, DAY - timedelta(days=7))
    come(people, {10: 10})
    works(people, ("1", 9, 12))
    make(people)
    works(people, ("1", 9, 13))
    make(people, now=NOW + timedelta(days=3))
    ClockEntry.objects.update(staff_name="Bob Example")
    for day, amounts in ((DAY, {"sales": 125, "staff_hours": "13.37"}), (NEXT, {"staff_hours": "13.37"})):
        Budget.objects.create(organisation_id=people.le_zinc.id, store_id=people.bar.id, business_date=day, **amounts)
    Alert.objects.create(
        organisation_id=people.le_zinc.id,
        id=new_id(),
        kind="star_above",
        store_id=people.bar.id,
        name="Le Zinc",
        part="",
        since=at(10),
        opened_at=at(10),
        details={"star": "20", "target": "10"},
    )
    return people


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    content = answer.getvalue().decode()
    return content.partition("<main")[2].partition("</main>")[0] or content


def test_marketing_finds_nothing_about_staff_on_any_page_nor_in_any_file(chain: People) -> None:
    marketing, _user = someone(chain, Role.MARKETING)
    owner = chain.client(chain.alice)
    with time_machine.travel(NOW, tick=False):
        for path in (*SEEN, day_path(chain)):
            assert any(word in read(owner, path) for word in OF_STAFF), f"{path}: else its absence would say nothing"
            shown = read(marketing, path).replace("start", "")
            assert [word for word in OF_STAFF if word in shown] == [], path
        rows = list(csv.DictReader(read(marketing, f"/traffic/reports/data/csv?{DAYS}").lstrip("\ufeff").splitlines()))
    assert rows
    assert {(row["staff_hours"], row["staff_status"], row["labour_cost"]) for row in rows} == {("", "", "")}
    assert {row["sales_net"] for row in rows} >= {"50"}, "everything else is there"


def test_a_day_or_a_location_with_a_budget_of_staff_hours_alone_has_none_for_marketing(chain: People) -> None:
    marketing, _user = someone(chain, Role.MARKETING)
    owner = chain.client(chain.alice)
    month, day = f"/traffic/budgets?month={DAY:%Y-%m}", f"{NEXT.day} May"
    assert (day in read(owner, month), day in read(marketing, month)) == (True, False)
    assert "125.00" in read(marketing, month)
    Budget.objects.filter(business_date=DAY).delete()
    assert (day in read(owner, month), day in read(marketing, month)) == (True, False)
    assert "No budget in this month" in read(marketing, month)


def test_hr_sees_hours_by_person_and_no_clock_time(chain: People) -> None:
    hr, _user = someone(chain, Role.HR)
    works(chain, ("1", 9, 13), ("2", 12, 14))
    ClockEntry.objects.update(staff_id="7", staff_name="Bob Example")
    with time_machine.travel(NOW, tick=False):
        page = read(hr, f"/traffic/people?{DAYS}")
        rows = list(csv.DictReader(read(hr, f"/traffic/people/export?{DAYS}").lstrip("\ufeff").splitlines()))
    assert "Bob Example" in page
    assert "5.00 h" in page, "9 to 14: what overlaps counts once"
    assert "times overlap, counted once" in page
    assert not any(time in page for time in ("9:00", "13:00", "14:00"))
    assert [(row["person"], row["business_date"], row["hours"], row["overlap"]) for row in rows] == [
        ("Bob Example", DAY.isoformat(), "5", "1")
    ]
    assert Note.objects.filter(organisation_id=chain.le_zinc.id, what="traffic.people_exported").count() == 1


def test_hours_by_person_are_the_staff_hours_of_the_reports_also_over_midnight_and_while_somebody_is_in(
    chain: People,
) -> None:
    hr, _user = someone(chain, Role.HR)
    works(chain, ("1", 9, 13), ("2", 22, 26), ("3", 20, None), now=at(23.5))
    with time_machine.travel(at(23.5), tick=False):
        rows = csv.DictReader(read(hr, f"/traffic/people/export?{DAYS}").lstrip("\ufeff").splitlines())
        found = {row["person"]: (row["hours"], row["open"]) for row in rows}
    assert sorted(found.values()) == [("2", "0"), ("3.5", "1"), ("4", "0")]


def test_hr_types_staff_hours_alone_and_takes_back_nobody_else_s_figures(chain: People) -> None:
    hr, _user = someone(chain, Role.HR)
    owner = chain.client(chain.alice)
    page = hr.get(day_path(chain)).content.decode()
    assert 'name="staff_hours@' in page
    assert 'name="sales@' not in page
    with time_machine.travel(NOW, tick=False):
        owner.post(day_path(chain, "/edit"), typed("sales", 10, "55"))
        moment = int(NOW.timestamp()) * 1_000_000
        hr.post(day_path(chain, f"/undo/{moment}"))
        assert hour(chain, 10).sales == 55
        owner.post(day_path(chain, f"/undo/{moment}"))
    assert hour(chain, 10).sales == 50


def test_a_supervisor_gives_marketing_and_only_an_owner_hr() -> None:
    assert Role.MARKETING in Authority(Role.SUPERVISOR, None).roles
    assert Role.HR not in Authority(Role.SUPERVISOR, None).roles
    assert Role.HR in Authority(Role.OWNER, None).roles
    assert not rights.may_type(Role.HR, "sales")
