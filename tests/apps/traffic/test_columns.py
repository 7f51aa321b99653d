"""Which figures a report's table has: the usual few, or those that its reader chose (traffic-analytics.md 6.1)."""

import csv
import io
import json
import re
from decimal import Decimal

import openpyxl
import pyarrow.parquet
import pytest
from django.test import Client

from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.reports import exporting
from comptoir.apps.traffic.wage_tables import Wage
from comptoir.core.accounts.roles import Role
from comptoir.kernel.ids import new_id
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store, works
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
    assert re.findall(r'name="columns" value="(\w+)" form="scope" checked', page) == ["sales", "aur"]
    usual = re.search(r'href="\?([^"]*)">The usual ones', page)
    assert usual is not None
    assert usual[1].replace("&amp;", "&") == DAYS, "everything else of the address stays"
    elsewhere = alice.get(f"/traffic/reports/quality?{DAYS}{CHOSEN}").content.decode()
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


def test_6_1_a_comparison_has_a_row_for_each_figure_that_was_chosen(chain: People) -> None:
    alice = chain.client(chain.alice)
    two = f"&one={chain.bar.public_id}&other={chain.bar.public_id}"

    def figures(more: str = "") -> list[str]:
        page = alice.get(f"/traffic/reports/comparison?{DAYS}{two}{more}").content.decode()
        return re.findall(r'<th scope="row">([^<]*)<br>', page)

    assert len(figures()) > len(USUAL), "all that there are"
    assert figures(CHOSEN) == ["Sales", "Average item price"]


def test_6_1_staffing_quality_and_changes_have_columns_of_their_own_on_the_page_and_in_the_file(chain: People) -> None:
    said = {"location_id": "1", "target_star": Decimal(2)}
    save_location(store=chain.bar, values=said, node_id=None, actor="user:1", now=NOW, today=NOW.date())
    come(chain, {10: 4})
    sell(chain, 10, "7")
    make(chain, now=NOW)
    alice = chain.client(chain.alice)
    always = ("Day", "Hour", "Location", "To look at")
    for report, name, every, some, labels in (
        ("staffing", "fit", 6, "&fit=over_under&fit=star", ["Visitors per staff hour", "Over or under"]),
        ("quality", "known", 6, "&known=late&known=visitors&all=1", ["Visitors", "Late hours"]),
        ("changes", "moved", 6, "&moved=new&moved=cause", ["Now", "Cause"]),
    ):
        page = alice.get(f"/traffic/reports/{report}?{DAYS}&all=1&columns=sales{some}").content.decode()
        assert len(re.findall(rf'name="{name}" value="\w+" form="scope" checked', page)) == len(labels)
        shown = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page.rpartition("<thead>")[2])
        assert [each for each in shown if each not in always] == labels
        assert f"Columns: 2 of {every}" in page
        assert '<input type="hidden" name="columns" value="sales">' in page, "kept for the reports of key figures"
        whole = alice.get(f"/traffic/reports/{report}?{DAYS}&columns=sales").content.decode()
        assert f"Columns: {every} of {every}" in whole, "what was chosen of other tables is nothing here"
    assert fields(alice, f"staffing/csv?{DAYS}&fit=over_under&fit=star") == [
        *("location_id", "location_name", "hour", "star", "over_under"),
        *("hours", "hours_with_visitors", "hours_with_staff"),
    ]
    assert fields(alice, f"changes/export?{DAYS}&moved=new&moved=cause") == [
        *("business_date", "start_local", "new", "cause"),
    ]


def test_6_1_the_data_export_has_the_columns_that_were_chosen_in_every_format(chain: People) -> None:
    alice, some = chain.client(chain.alice), "&fields=sales_net&fields=location_id"
    names = ["location_id", "sales_net"]
    assert fields(alice, f"data/csv?{DAYS}{some}") == names

    def got(kind: str) -> bytes:
        return alice.get(f"/traffic/reports/data/{kind}?{DAYS}{some}").getvalue()

    assert list(json.loads(got("jsonl").splitlines()[0])) == names
    assert pyarrow.parquet.read_table(io.BytesIO(got("parquet"))).column_names == names
    sheet = openpyxl.load_workbook(io.BytesIO(got("xlsx"))).active
    assert sheet is not None
    assert [cell.value for cell in next(sheet.iter_rows())] == names
    page = alice.get(f"/traffic/reports/data?{DAYS}{some}").content.decode()
    assert f"Columns: 2 of {len(exporting.COLUMNS)}" in page
    assert some.replace("&", "&amp;") in page.partition('href="/traffic/reports/data/csv')[2].partition('"')[0]


def fields(client: Client, path: str) -> list[str]:
    text = client.get(f"/traffic/reports/{path}").getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)).fieldnames or [])
