"""A title of one's own, and every report by mail with precisely the parameters of its page (6.1)."""

import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
import time_machine

from comptoir.apps.traffic import catching_up, chains, report_mails, tasks
from comptoir.apps.traffic.deliveries import content, plans
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.apps.traffic.models import ReportMail
from comptoir.apps.traffic.pages import mailed
from comptoir.apps.traffic.reports import exporting
from comptoir.core.accounts.roles import Role
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.ids import new_id, public_id
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store, works
from tests.apps.traffic.test_pages import someone
from tests.apps.traffic.test_reports import other_store, sell_at
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "<Été> & co"
SOLD = {11: "7", 12: "11", 13: "3", 18: "17", 19: "23", 20: "19"}
"""By the day of May: two weeks from Monday to Wednesday, 46 without their Tuesdays; the 18th has 50.50 more late."""
ASKED = {"title": TITLE, "days": ["mon", "wed"], "period": "28", "columns": ["sales", "transactions", "visitors"]}
ASKED |= {"hours": "chosen", "opens": "09:00", "closes": "14:00"}


@pytest.fixture
def chain(people: People) -> People:
    utc_store(people)
    said = {"location_id": "1", "target_star": Decimal(4)}
    chains.save_location(store=people.bar, values=said, node_id=None, actor="user:1", now=NOW, today=NOW.date())
    for number, total in SOLD.items():
        day = date(2026, 5, number)
        sell(people, 10, total, day=day)
        works(people, (str(number), 10, 12), day=day)
    come(people, {(date(2026, 5, number) - DAY).days * 24 + 10: 4 for number in SOLD})
    for number in SOLD:
        make(people, date(2026, 5, number))
    sell(people, 10, "50.50", day=date(2026, 5, 18))
    make(people, date(2026, 5, 18), now=NOW)
    return people


def cells(html: str) -> list[str]:
    """Figures of the tables of a page or a mail, as text."""
    html = html.replace("\u202f", " ").replace("\xa0", " ")
    rows = re.findall(r"<td[^>]*>(.*?)</td>", html, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", each)).strip() for each in rows]


def schedule(people: People, report: str, rhythm: str = "weekly", **asked: Any) -> ReportMail:
    """As the button of a report's page does it, and the form behind."""
    alice, before = people.client(people.alice), list(ReportMail.objects.values_list("id", flat=True))
    with time_machine.travel(NOW, tick=False):
        form = alice.get("/traffic/reports/mails", {"report": report, **asked})
        assert f'<option value="{report}" selected>' in form.content.decode()
        assert ("title" in asked) == ("<li>Title: &lt;Été&gt; &amp; co</li>" in form.content.decode())
        said = {"report": report, "rhythm": rhythm, "hour": "13"}
        assert alice.post(form.wsgi_request.get_full_path(), said).status_code == 302
    return ReportMail.objects.exclude(id__in=before).get()


def sent(row: ReportMail) -> OutgoingMail:
    ReportMail.objects.filter(id=row.id).update(due_at=NOW)
    assert report_mails.send_due(now=NOW) == 1
    return OutgoingMail.objects.get(key__startswith=f"traffic {row.id} ")


@pytest.mark.parametrize("report", mailed.REPORTS)
def test_6_1_a_report_by_mail_has_the_title_days_hours_columns_and_figures_of_its_page(
    chain: People, report: str
) -> None:
    mail = sent(schedule(chain, report, **ASKED))
    assert mail.subject.startswith(f"Le Zinc: {TITLE}, "), "as it was typed: a subject is no HTML"
    assert mail.subject.endswith(", Mon, Wed, 09:00–14:00")
    assert "&lt;Été&gt; &amp; co" in mail.html
    assert "<Été>" not in mail.html
    (url,) = set(re.findall(rf'href="([^"]*{_path(report)}[^"]*)"', mail.html))
    link = urlsplit(url.replace("&amp;", "&"))
    query = parse_qs(link.query)
    assert (query["title"], query["days"], query["opens"]) == ([TITLE], ["mon", "wed"], ["09:00"])
    assert "period" not in query, "whenever it is opened it has these days"
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        page = chain.client(chain.alice).get(f"{link.path}?{link.query}").content.decode()
    assert "<h1>&lt;Été&gt; &amp; co</h1>" in page
    told = [each.split(" (")[0] for each in cells(mail.html.partition("<h")[0] + mail.html) if re.search(r"\d", each)]
    shown = " ".join(cells(page))
    figures = [each for each in told if re.fullmatch(r"[+-]?€?[\d,.]+( h|%| of .*)?", each)]
    assert figures, "there are some"
    assert [each for each in figures if each not in shown] == []


def _path(report: str) -> str:
    return {"weekly": "reports/week", "time": "reports/time"}.get(report, f"reports/{report}")


def test_6_1_the_totals_of_a_mail_are_those_of_its_page(chain: People) -> None:
    mail = sent(schedule(chain, "totals", **ASKED))
    for words in ("€96.50", "Sales", "Transactions"):
        assert words in mail.text
    assert "Conversion" not in mail.text, "it was not chosen"
    assert "€130.50" in sent(schedule(chain, "totals", period="28")).text, "of all days"


def test_6_1_two_stores_and_a_region_are_scheduled_as_they_were_chosen(chain: People) -> None:
    young = other_store(chain, "Young", "2")
    sell_at(young, NOW - timedelta(days=1), "100")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    mail = sent(schedule(chain, "comparison", one=chain.bar.public_id, other=young.public_id, period="28"))
    assert "Le Zinc beside Young." in mail.text
    assert "€100.00" in mail.text
    node = chains.add_node(
        organisation_id=chain.le_zinc.id, name="West", kind="district", parent_id=None, actor="u", now=NOW
    )
    place = {"node_id": node.id, "actor": "u", "now": NOW, "today": date(2026, 1, 1)}
    chains.save_location(store=chain.bar, values={"location_id": "1"}, **place)
    row = schedule(chain, "totals", at=public_id("nod", node.id), period="28")
    chains.save_location(store=young, values={"location_id": "2"}, **place)
    assert "€230.50" in sent(row).text, "a store that came to the region later is in its mail, as on its page"


def test_6_1_the_page_of_mails_says_what_each_is_and_old_ones_go_on(chain: People) -> None:
    old = ReportMail.objects.create(
        organisation_id=chain.le_zinc.id,
        id=new_id(),
        user_id=chain.alice.pk,
        report="weekly",
        rhythm="daily",
        language="en",
        due_at=NOW,
        created_at=NOW - timedelta(days=90),
    )
    assert old.asked == {}
    assert sent(old).subject == "Le Zinc: Weekly performance, 18–24 May 2026"
    new = schedule(chain, "totals", **ASKED, since="2026-01-01", until="2026-01-02")
    shown = chain.client(chain.alice).get("/traffic/reports/mails").content.decode()
    row = shown.partition("&lt;Été&gt; &amp; co")[2].partition("</tr>")[0]
    for words in ("Totals", "28 days", "09:00–14:00", "Days to include: Mon, Wed", "On Monday<"):
        assert words in row, words
    assert "Columns: Visitors, Transactions, Sales" in row
    assert new.asked.keys().isdisjoint({"since", "until"})


def test_6_1_nobody_is_sent_a_report_that_is_not_theirs(chain: People) -> None:
    marketing, _user = someone(chain, Role.MARKETING)
    said = {"report": "staffing", "rhythm": "daily", "hour": "7"}
    assert marketing.post("/traffic/reports/mails", said).status_code == 422
    asked = "/traffic/reports/mails?columns=star&columns=sales"
    assert marketing.post(asked, {**said, "report": "totals"}).status_code == 302
    mail = sent(ReportMail.objects.get())
    assert "Visitors per staff hour" not in mail.text


def test_6_1_a_title_heads_the_page_its_file_and_its_sheet_and_stays_with_its_report(chain: People) -> None:
    alice = chain.client(chain.alice)
    query = {"title": "  Week:\n[Été] ", "since": "2026-05-11", "until": "2026-05-17"}
    page = alice.get("/traffic/reports/totals", query).content.decode()
    assert "<h1>Week: [Été]</h1>" in page
    tabs = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    assert "title=" not in tabs, "another report has another title"
    export = re.search(r'href="(/traffic/reports/totals/export[^"]*)"', page)
    assert export is not None
    answer = alice.get(export[1].replace("&amp;", "&"))
    assert answer["Content-Disposition"] == 'attachment; filename="week-ete-2026-05-11-2026-05-17.csv"'
    answer = alice.get("/traffic/reports/data/xlsx", query)
    assert answer["Content-Disposition"] == 'attachment; filename="week-ete-2026-05-11-2026-05-17.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(answer.getvalue())).sheetnames == ["Week Été"]
    answer = alice.get("/traffic/reports/staffing/xlsx", {**query, "title": "'" + "a" * 40})
    assert openpyxl.load_workbook(io.BytesIO(answer.getvalue())).sheetnames == ["a" * 31]
    assert exporting.sheet_of("History") == exporting.sheet_of(" ?:* ") == "data"


def test_6_1_a_title_that_is_too_long_is_refused_in_words(chain: People) -> None:
    alice = chain.client(chain.alice)
    assert alice.get("/traffic/reports/totals", {"title": "a" * 80}).status_code == 200
    for path in ("totals", "mails", "exports", "data/csv"):
        answer = alice.get(f"/traffic/reports/{path}", {"title": "a" * 81})
        assert answer.status_code == 422
        assert "A title has at most 80 characters: this one has 81." in answer.content.decode()


def test_6_1_a_data_export_that_goes_by_itself_has_the_parameters_of_its_page(chain: People) -> None:
    alice = chain.client(chain.alice)
    asked = {**ASKED, "fields": ["business_date", "sales_net"]}
    said = {"kind": "csv", "separator": "comma", "decimal": "point", "rhythm": "daily", "days": "35", "hour": "7"}
    with time_machine.travel(NOW, tick=False):
        form = alice.get("/traffic/reports/exports", asked)
        assert 'name="name" value="&lt;Été&gt; &amp; co"' in form.content.decode()
        path = form.wsgi_request.get_full_path()
        assert alice.post(path, {**said, "name": TITLE, "way": "mail"}).status_code == 302
        shown = alice.get("/traffic/reports/exports").content.decode()
    assert "Days to include: Mon, Wed" in shown
    assert "Columns: business_date, sales_net" in shown
    plan = ExportPlan.objects.get()
    plans.run(plan, slot=NOW, now=NOW)
    run = ExportRun.objects.get()
    assert content.name_of(plan, run) == "ete-co-2026-04-16-2026-05-20.csv"
    lines = content.made(plan, run, now=NOW).decode("utf-8-sig").split()
    assert lines == [
        "business_date,sales_net",
        *("2026-05-11,7", "2026-05-11,0", "2026-05-13,3", "2026-05-13,0"),
        *("2026-05-18,67.5", "2026-05-18,0", "2026-05-20,19", "2026-05-20,0"),
    ]


def test_the_job_of_report_mails_is_one_of_the_worker_s() -> None:
    from comptoir.core.jobs.engine import engine_app

    assert "traffic.report_mails" in engine_app.tasks
    assert "traffic.exports" in engine_app.tasks
    assert tasks.look
