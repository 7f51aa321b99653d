"""What must be shown: the till's own books and every report say the same, to the cent (issue 6, 2)."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet
import pytest
import time_machine
from django.test import Client

from comptoir.apps.traffic import catching_up, report_mails
from comptoir.connectors.lightspeed_r.simulator import Chain
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.core.accounts.models import Store
from comptoir.core.connections.locations import link_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import reading, runs
from comptoir.core.mail.models import OutgoingMail
from tests.core.rseries import Connected, connected
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 25, 5, tzinfo=UTC)
"""Monday, before anybody opens: the week that a weekly mail is about has just ended in both zones."""
FIRST, LAST = date(2026, 5, 18), date(2026, 5, 24)
SHOPS = (("Harbour Street", "US/Eastern"), ("Old Station", "America/Chicago"))
CENT = Decimal("0.01")
Figures = dict[str, tuple[Decimal, int]]
"""Sales and transactions of each shop, and of all of them under ""."""


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """Two shops that sold for ten days, with refunds, voids, gift cards, discounts and tax; all of it is imported."""
    chain = Chain(shops=SHOPS, sales_a_day=14, since=date(2026, 5, 15))
    with connected(people, monkeypatch, now=NOW, chain=chain) as made:
        made.shop.trade.advance(NOW)
        other = create_store(people.le_zinc, SHOPS[1][0], timezone=SHOPS[1][1])
        Store.objects.filter(id=other.id).update(currency="USD")
        Store.objects.filter(id=people.bar.id).update(name=SHOPS[0][0])
        other.refresh_from_db()
        second = LocationLink.objects.get(connection=made.connection, external_id__endswith=":2")
        link_location(second, other, now=NOW)
        second.refresh_from_db()
        made.imports(NOW - timedelta(days=9), NOW)
        run_id = runs.begin(second, start=NOW - timedelta(days=9), end=NOW, now=NOW)
        reading.run(organisation_id=people.le_zinc.id, run_id=run_id, clock=made.clock)
        catching_up.everything(organisation_id=people.le_zinc.id, now=NOW)
        yield made


def of_the_books(books: Books) -> Figures:
    """By the vendor's rules alone: completed, not voided; before tax, after discounts; something was sold."""
    sales: defaultdict[str, Decimal] = defaultdict(Decimal)
    receipts: defaultdict[str, int] = defaultdict(int)
    shops = {row["shopID"]: row for row in books.all("Shop")}
    for sale in books.all("Sale"):
        shop = shops[sale["shopID"]]
        if not sale["completed"] or sale["voided"] or sale["archived"]:
            continue
        day = sale["completeTime"].astimezone(ZoneInfo(str(shop["timeZone"]))).date()
        if FIRST <= day <= LAST:
            lines = books.children("SaleLine", "saleID", int(sale["saleID"]))
            for name in ("", str(shop["name"])):
                sales[name] += sale["calcSubtotal"] - sale["calcDiscount"]
                receipts[name] += any(line["unitQuantity"] > 0 and int(line["itemID"]) for line in lines)
    return {name: (cents(total), receipts[name]) for name, total in sales.items()}


def money(said: str) -> Decimal:
    """What a reader sees, as an amount."""
    return Decimal(re.sub(r"[^0-9.-]", "", said))


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def summed(rows: list[dict[str, object]]) -> Figures:
    """A data export, added up by location."""
    sales: defaultdict[str, Decimal] = defaultdict(Decimal)
    receipts: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        for name in ("", str(row["location_name"])):
            sales[name] += Decimal(str(row["sales_net"]))
            receipts[name] += int(Decimal(str(row["transactions"])))
    return {name: (cents(total), receipts[name]) for name, total in sales.items()}


def on_screen(alice: Client) -> Figures:
    page = alice.get(f"/traffic/reports/totals?since={FIRST}&until={LAST}").content.decode()
    found: Figures = {}
    for row in re.findall(r'<tr[^>]*><th scope="row">(.*?)</tr>', page, re.DOTALL):
        cells = dict(re.findall(r'data-label="([^"]+)"><span>([^<]+)<', row))
        name = next((each for each, _zone in SHOPS if each in row), "")
        found[name] = (money(cells["Sales"]), int(cells["Transactions"]))
    return found


def download(alice: Client, path: str) -> bytes:
    answer = alice.get(f"{path}?since={FIRST}&until={LAST}")
    assert answer.status_code == 200
    return bytes(answer.getvalue())


def in_csv(content: bytes) -> list[dict[str, object]]:
    return [dict(row) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]


def in_xlsx(content: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    heads, *cells = [list(row) for row in sheet.iter_rows(values_only=True)]
    return [dict(zip(map(str, heads), row, strict=True)) for row in cells]


def in_the_mail(alice: Client, house: Connected) -> Figures:
    """The weekly mail, as its text and its HTML say: a line for the whole, and one for each store."""
    with time_machine.travel(NOW, tick=False):
        alice.post("/traffic/reports/mails", {"rhythm": "weekly", "hour": "7"})
    assert report_mails.send_due(now=NOW + timedelta(hours=7)) == 1
    mail = OutgoingMail.objects.get(template="traffic/mails/report")
    found: Figures = {}
    for name in ("", *(each for each, _zone in SHOPS)):
        if name:
            line = next(each for each in mail.text.splitlines() if each.startswith(f"{name}:"))
            said = line.removeprefix(f"{name}: ").split(" · ")
            receipts, total = said[2], said[4]
        else:
            receipts, total = (
                next(each.split(": ")[1].split(" ")[0] for each in mail.text.splitlines() if each.startswith(head))
                for head in ("Transactions:", "Sales:")
            )
        assert total in mail.html
        found[name] = (money(total), int(receipts))
    return found


def test_the_till_s_books_are_the_report_to_the_cent_on_screen_in_every_file_and_in_the_mail(house: Connected) -> None:
    books = of_the_books(house.shop.trade.books)
    assert books[""][1] > 100, "a week that says something"
    alice = house.people.client(house.people.alice)
    files = "/traffic/reports/data"
    report = in_csv(download(alice, "/traffic/reports/totals/export"))
    said: dict[str, Figures] = {
        "screen": on_screen(alice),
        "totals.csv": {
            "" if row["name"] == "All" else str(row["name"]): (
                cents(Decimal(str(row["sales"]))),
                int(str(row["transactions"])),
            )
            for row in report
        },
        "csv": summed(in_csv(download(alice, f"{files}/csv"))),
        "xlsx": summed(in_xlsx(download(alice, f"{files}/xlsx"))),
        "parquet": summed(pyarrow.parquet.read_table(io.BytesIO(download(alice, f"{files}/parquet"))).to_pylist()),
        "mail": in_the_mail(alice, house),
    }
    assert said == dict.fromkeys(said, books)
