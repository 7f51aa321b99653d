"""What the balance says by itself where a person would have to ask: numbers of the till, lost registers, roundings."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client as Browser

from comptoir.apps.weekly_balance import confirming, sources
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.figures import Figures, figures
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import Role
from comptoir.core.ledger import days as ledger
from comptoir.kernel.errors import RuleBroken
from tests.apps.weekly_balance.bills import DAY, bill, line, local
from tests.apps.weekly_balance.house import House, add_department, link, other_store
from tests.apps.weekly_balance.test_pages import alice, day_path, member, ready, scoped, text
from tests.people import create_member

__all__ = ["alice"]
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 12, 10, tzinfo=UTC)


def test_a_number_that_the_connected_till_does_not_know_is_refused_with_those_it_has(
    house: House, alice: Browser
) -> None:
    house.takes(client_number="7")  # nothing is connected: whatever is typed stands
    link(house.store, "45610")
    with pytest.raises(RuleBroken, match=r"no number 45160\. It has: 45610 \(Le Zinc\)\.") as refused:
        house.takes(client_number="45160")
    assert refused.value.code == "client_number_unknown"
    assert house.takes(client_number="45610").client_number == "45610"
    shown = text(alice, f"/balance/departments/{house.department.public_id}")
    assert '<option value="45610">Le Zinc</option>' in shown


def test_wb06_a_register_of_no_department_is_said_over_the_week(house: House, alice: Browser) -> None:
    house.takes("7")
    house.sells(bill("1", local(11), line("1", "125"), register="7"))
    assert "belongs to no department" not in text(alice, f"/balance?week={DAY}")
    house.sells(bill("2", local(12), line("1", "125"), register="8"))
    shown = text(alice, f"/balance?week={DAY}")
    assert "Register 8 sold in this week and belongs to no department" in shown


def test_wb06_what_it_sold_stands_in_a_row_and_nothing_is_dropped(house: House, alice: Browser) -> None:
    house.takes("7")
    add_department(house.store, "Terrace", ["9"])
    sold = {"7": "125", "8": "250", "9": "375", "": "500"}
    house.sells(*(bill(f"n{each}", local(11), line("1", price), register=each) for each, price in sold.items()))
    found = sources.lost(house.department, house.client.choices, first=DAY, last=DAY)
    assert found == {DAY: figures_of(house, "8", "")}
    unallocated = found[DAY][FieldType.NET_SALES]
    departments = Department.objects.filter(store_id=house.store.id)
    taken = [
        sources.measured(each, house.client.choices, first=DAY, last=DAY)[DAY].day[FieldType.NET_SALES]
        for each in departments
    ]
    assert sum(taken) + unallocated == Decimal(1000), "R3: the departments and what is in none are the shop"

    shown = text(alice, f"/balance?week={DAY}")
    assert "Unallocated: 8, no register" in shown
    rows = shown.split("Unallocated: 8")[1]
    assert re.search(r"5267 Net sales.*?600\.00.*?<strong>600\.00", rows, re.DOTALL)


def figures_of(house: House, *registers: str) -> Figures:
    """What these registers sold, bill by bill."""
    found: Figures = {}
    for each in ledger.ended(house.store.organisation_id, house.store.id, DAY, DAY):
        if (each.sale.register.id if each.sale.register else "") in registers:
            for kind, value in figures(each.sale, house.client.choices).items():
                found[kind] = found.get(kind, Decimal(0)) + value
    return found


def test_3_4_mapping_says_how_many_departments_it_touches(house: House) -> None:
    rita = scoped(house, "Rita", Role.REGIONAL_SUPERVISOR, house.store.id)
    assert "A change is for the whole client: 1 department." in text(rita, "/balance/fields")
    add_department(Store.objects.get(id=other_store(house.people, "Cellar")), "Cellar")
    assert "A change is for the whole client: 2 departments." in text(rita, "/balance/fields"), "also of other regions"


def test_3_4_a_type_that_is_taken_is_said_with_the_way_to_the_field_that_has_it(house: House, alice: Browser) -> None:
    taken, other = house.field(FieldType.NET_SALES), house.field(FieldType.RETURNS)
    answer = alice.post(f"/balance/fields/{other.public_id}", {"field_type": "net_sales"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "5267 Net sales is fed by this already" in shown
    assert f'href="#{taken.public_id}"' in shown
    assert f'id="{taken.public_id}"' in shown
    other.refresh_from_db()
    assert other.field_type == FieldType.RETURNS


def test_wb27_the_page_says_where_shown_hours_do_not_add_up_to_the_day(house: House, alice: Browser) -> None:
    house.sells(bill("1", local(10), line("1", "10", rate=None)))
    assert "rounded" not in text(alice, day_path(house))
    for number in range(3):
        third = line("1", "8.333333", rate=None)
        house.sells(bill(f"third {number}", local(12 + number), third))
    shown = text(alice, day_path(house))
    assert "35.00</strong>" in shown
    assert ">rounded<" in shown


def test_who_is_refused_is_told_whom_to_ask(house: House) -> None:
    create_member(house.people.le_zinc, "Sue", Role.SUPERVISOR)
    shown = text(member(house, "Max", Role.MANAGER), "/balance/import", 403)
    assert "Who sees it here:" in shown
    assert "Sue (Supervisor)" in shown
    assert "Max (" not in shown
    assert "Charlie" not in shown, "of this client alone"


def test_a_manager_can_ask_those_who_may_reopen_his_store_s_day(house: House) -> None:
    ready(house)
    confirming.confirm(client=house.client, department=house.department, day=DAY, actor="system", now=house.now)
    scoped(house, "Rita", Role.REGIONAL_SUPERVISOR, house.store.id)
    scoped(house, "Otto", Role.REGIONAL_SUPERVISOR, other_store(house.people, "Cellar"))
    shown = text(member(house, "Max", Role.MANAGER), day_path(house))
    assert "Confirmed automatically" in shown
    asked = shown.split("A supervisor can reopen a confirmed day.")[1][:600]
    assert "Alice" in asked
    assert "Rita" in asked
    assert "Otto" not in asked


def test_the_hour_of_the_night_is_said_on_a_department_s_own_clock_too(house: House, alice: Browser) -> None:
    assert "the nightly import begins" not in text(alice, "/balance/settings")
    Department.objects.update(zone="Asia/Kathmandu")  # 3 h 45 or 4 h 45 after Copenhagen
    assert re.search(r"Bar: the nightly import begins at 0[56]:45 there", text(alice, "/balance/settings"))
