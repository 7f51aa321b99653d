"""Weekly performance: seven days and their week, of each location and of all, beside another week; and its files."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pyarrow.parquet
import pytest
import time_machine
from django.test import Client

from comptoir.apps.traffic import chains, report_mails
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.models import ReportMail, Settings
from comptoir.apps.traffic.periods import Beside, Comparison, Period
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.reports import weekly as report
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import public_id
from tests.apps.traffic.chain import DAY, NOW, at, come, make, sell, utc_store, works
from tests.apps.traffic.test_reports import name_it, other_store, places, sell_at
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 5, 18)
WEEK = Period(MONDAY, date(2026, 5, 24))
BEFORE = DAY - timedelta(days=7)


@pytest.fixture
def chain(people: People) -> People:
    """Wednesday 20 May: 50 + 30 at 10, 20 at 12; 10 visitors and 2 staff hours. The Wednesday before: 40. Monday: 7."""
    utc_store(people)
    name_it(people.bar, "1")
    for hour, total in ((10, "50"), (10.5, "30"), (12, "20")):
        sell(people, hour, total)
    works(people, ("1", 10, 12))
    come(people, {10: 6, 11: 4})
    sell(people, 10, "40", day=BEFORE)
    sell(people, 10, "7", day=MONDAY)
    for day in (DAY, BEFORE, MONDAY):
        make(people, day)
    return people


def found(people: People, *, today: date = DAY + timedelta(days=1)) -> report.Report:
    mine = places(people)
    scope = reading.Scope(people.le_zinc.id, [each.store.id for each in mine])
    return report.weekly(scope, mine, WEEK, Beside(WEEK, Comparison.LAST_WEEK), today=today)


def page(people: People, **query: str) -> str:
    with time_machine.travel(NOW, tick=False):
        return (
            people.client(people.alice).get("/traffic/reports/week", {"week": "2026-05-20", **query}).content.decode()
        )


def test_it_has_seven_days_and_the_week_of_each_location_and_of_all(chain: People) -> None:
    young = other_store(chain, "Young", "2")
    sell_at(young, at(11), "100")
    restate(chain.le_zinc.id, {(young.id, DAY)}, now=NOW)
    told = found(chain)
    mine = next(each for each in told.blocks if each.place and each.place.store.id == chain.bar.id)
    assert [line.day for line in mine.lines] == [*WEEK.days(), None]
    assert [line.now.sales for line in mine.lines] == [7, 0, 100, 0, 0, 0, 0, 107]
    (whole,) = told.wholes
    assert [line.now.sales for line in whole.lines] == [7, 0, 200, 0, 0, 0, 0, 207]
    wednesday, week = whole.lines[2], whole.lines[7]
    assert wednesday.alike is not None
    assert [each.sales for each in wednesday.alike] == [100, 40], "like for like: Young had no week before"
    assert week.alike is not None
    assert [each.sales for each in week.alike] == [107, 40]
    assert told.left_out == ("Young",)


def test_the_lines_of_a_level_are_called_after_it(chain: People) -> None:
    young = other_store(chain, "Young", "2")
    north = chains.add_node(
        organisation_id=chain.le_zinc.id, name="North", kind="region", parent_id=None, actor="user:1", now=NOW
    )
    for store in (chain.bar, young):
        save_location(store=store, values={}, node_id=north.id, actor="user:1", now=NOW, today=MONDAY)
    assert "All locations, EUR" in page(chain)
    shown = page(chain, at=public_id("nod", north.id))
    assert ("North, EUR" in shown, "All locations, EUR" in shown) == (True, False)


def test_a_day_that_is_not_over_is_in_its_row_and_compared_with_nothing(chain: People) -> None:
    (whole,) = found(chain, today=DAY).wholes
    assert (whole.lines[2].now.sales, whole.lines[2].alike) == (100, None)
    assert whole.lines[7].now.sales == 107
    assert whole.lines[7].alike is None, "of the days that are over only Monday has sales, the Monday before none"


def test_the_page_has_the_days_their_figures_their_change_and_coverage(chain: People) -> None:
    shown = page(chain)
    row = shown.partition(">Wed 20 May</a>")[2].partition("</tr>")[0]
    # 100 in 3 sales; 10 visitors of 2 of 3 hours, in which 2 bought: 20 %; 10 visitors ÷ 2 staff hours.
    for words in ("€100.00", "20.0%", "€33.33", "5.0", "Visitors: 2 of 3 h", "+150.0%"):
        assert words in row, words
    assert "All locations, " not in shown, "there is one"
    assert "18–24 May 2026" in shown


def test_a_week_begins_as_the_chain_says_and_the_latest_that_is_over_is_the_usual(chain: People) -> None:
    assert "17–23 May 2026" not in page(chain)
    Settings.objects.update_or_create(organisation_id=chain.le_zinc.id, defaults={"week_starts_on": 6})
    shown = page(chain)
    assert "17–23 May 2026" in shown
    assert "week=2026-05-10" in shown, "the week before"
    assert "10–16 May 2026" in page(chain, week=""), "on Thursday the 21st"
    assert "10–16 May 2026" in page(chain, week="", since="2026-05-12", until="2026-05-13"), "days somebody chose"
    assert 'name="since" value="2026-05-12"' in page(chain, week="", since="2026-05-12", until="2026-05-13"), "kept"


def test_hours_of_the_day_and_location_options_hold_here_too(chain: People) -> None:
    shown = page(chain, hours="chosen", opens="12:00", closes="13:00", at=chain.bar.public_id)
    assert "€20.00" in shown
    assert "€107.00" not in shown
    assert f"at={chain.bar.public_id}" in shown


def test_a_week_of_which_nothing_is_known_says_what_to_do(chain: People) -> None:
    assert "Nothing is known of this week" in page(chain, week="2026-01-05")


def download(client: Client, kind: str) -> bytes:
    with time_machine.travel(NOW, tick=False):
        return client.get(f"/traffic/reports/week/{kind}?week=2026-05-20").getvalue()


def test_the_files_of_a_week_say_what_the_page_says(chain: People) -> None:
    alice = chain.client(chain.alice)
    rows = list(csv.DictReader(io.StringIO(download(alice, "csv").decode("utf-8-sig"))))
    assert [(row["location_id"], row["business_date"]) for row in rows[:8]] == [
        *(("0001", day.isoformat()) for day in WEEK.days()),
        ("0001", ""),
    ]
    wednesday = rows[2]
    named = ("sales", "sales_before", "sales_change", "visitors", "conversion", "hours", "hours_with_visitors")
    assert [wednesday[name] for name in named] == ["100", "40", "150", "10", "20", "3", "2"]
    assert rows[7]["sales"] == "107"
    assert rows[1]["sales"] == "", "a day of which nothing is known"
    sheet = openpyxl.load_workbook(io.BytesIO(download(alice, "xlsx"))).active
    assert sheet is not None
    head, *lines = sheet.iter_rows(values_only=True)
    assert (lines[2][0], lines[2][head.index("sales")]) == ("0001", 100)
    table = pyarrow.parquet.read_table(io.BytesIO(download(alice, "parquet"))).to_pylist()
    assert (table[7]["location_id"], table[7]["sales"]) == ("0001", Decimal(107))
    assert alice.get("/traffic/reports/week/doc").status_code == 404


def mailed(people: People, report_name: str, rhythm: str) -> OutgoingMail:
    with time_machine.travel(NOW, tick=False):
        people.client(people.alice).post(
            "/traffic/reports/mails", {"report": report_name, "rhythm": rhythm, "hour": "13"}
        )
    ReportMail.objects.update(due_at=NOW)
    assert report_mails.send_due(now=NOW) == 1
    assert report_mails.send_due(now=NOW) == 0
    return OutgoingMail.objects.get(template="traffic/mails/table")


def test_a_week_comes_by_mail_with_the_figures_of_its_page(chain: People) -> None:
    mail = mailed(chain, "weekly", "daily")
    assert mail.subject == "Le Zinc: Weekly performance, 18–24 May 2026"
    for body in (mail.text, mail.html):
        for words in ("€100.00", "€107.00", "20.0%", "Wed 20 May", "/traffic/reports/week?week=2026-05-18"):
            assert words in body, words
    assert [each["cid"] for each in mail.images] == ["visitors@chart", "conversion@chart", "sales@chart"]
    with time_machine.travel(NOW, tick=False):
        listed = chain.client(chain.alice).get("/traffic/reports/mails").content.decode()
    assert "Weekly performance" in listed.partition("<tbody>")[2].partition("</tbody>")[0]


def test_staffing_fit_comes_by_mail_with_the_figures_of_its_page(chain: People) -> None:
    said = {"location_id": "1", "target_star": Decimal(2)}
    save_location(store=chain.bar, values=said, node_id=None, actor="user:1", now=NOW, today=NOW.date())
    mail = mailed(chain, "staffing", "daily")
    for body in (mail.text, mail.html):
        # 10 visitors ÷ 2 are 5 hours, of which 2 were there.
        for words in ("3.00 h of staff fewer than the target asks for", "5.00 h", "-3.00 h", "reports/staffing?since="):
            assert words in body, words
    assert [each["cid"] for each in mail.images] == ["staffing@chart"]
