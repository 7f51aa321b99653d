"""Which figures a report's table has: the usual few, or those that its reader chose (traffic-analytics.md 6.1)."""

import csv
import io
import re

import pytest
from django.test import Client

from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.accounts.roles import Role
from comptoir.kernel.ids import new_id
from tests.apps.traffic.chain import DAY, come, make, sell, utc_store, works
from tests.apps.traffic.test_pages import someone
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = f"since={DAY}&until={DAY}&week={DAY}"
REPORTS = ("totals", "time", "week")
USUAL = ["Visitors", "Transactions", "Conversion", "Sales", "Average sale", "Sales per visitor"]
CHOSEN = "&columns=aur&columns=sales"
"""Not in the order in which they are shown."""


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    sell(people, 10, "50")
    come(people, {10: 4}, location="")
    works(people, ("1", 10, 12))
    make(people)
    return people


def heads(client: Client, report: str, more: str = "") -> list[str]:
    page = client.get(f"/traffic/reports/{report}?{DAYS}{more}").content.decode()
    return re.findall(r'<th scope="col" class="right"[^>]*>([^<]*)</th>', page.split("</thead>")[0])


def test_6_1_the_table_has_the_usual_figures_or_those_that_were_chosen(chain: People) -> None:
    alice = chain.client(chain.alice)
    for report in REPORTS:
        assert heads(alice, report) == [*USUAL, "Visitors per staff hour"]
        assert heads(alice, report, CHOSEN) == ["Sales", "Average item price"]
        assert heads(alice, report, "&columns=nothing&columns=") == [*USUAL, "Visitors per staff hour"]
    Wage.objects.create(organisation_id=chain.le_zinc.id, id=new_id(), since="2020-01-01", per_hour=15, currency="EUR")
    assert heads(alice, "totals") == [*USUAL, "Visitors per staff hour", "Labour share"]


def test_6_1_the_choice_goes_from_report_to_report_and_into_the_file(chain: People) -> None:
    alice = chain.client(chain.alice)
    page = alice.get(f"/traffic/reports/totals?{DAYS}{CHOSEN}").content.decode()
    links = re.findall(r'href="(/traffic/reports/[^"]+\?[^"]*)"', page.replace("&amp;", "&"))
    assert len(links) >= len(REPORTS)
    assert [link for link in links if CHOSEN not in link] == []
    assert page.count(" checked") == 2
    elsewhere = alice.get(f"/traffic/reports/comparison?{DAYS}{CHOSEN}").content.decode()
    assert (
        '<input type="hidden" name="columns" value="aur"><input type="hidden" name="columns" value="sales">'
        in elsewhere
    )
    for path, first in (("totals/export", "location_id"), ("time/export", "since"), ("week/csv", "location_id")):
        exported = alice.get(f"/traffic/reports/{path}?{DAYS}{CHOSEN}").getvalue().decode("utf-8-sig")
        columns = list(csv.DictReader(io.StringIO(exported)).fieldnames or [])
        assert columns[0] == first
        assert ("sales" in columns, "aur" in columns, "visitors" in columns) == (True, True, False), path


def test_6_1_nobody_chooses_figures_that_are_not_theirs(chain: People) -> None:
    marketing, _user = someone(chain, Role.MARKETING)
    for report in REPORTS:
        assert heads(marketing, report, "&columns=star&columns=labour_cost") == USUAL
        assert heads(marketing, report, "&columns=star&columns=upt") == ["Items per sale"]
    page = marketing.get(f"/traffic/reports/totals?{DAYS}").content.decode()
    assert 'value="star"' not in page
