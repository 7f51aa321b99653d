"""What must be shown: a chain of 12 shops from the consent to a void of last month, in Chromium (issue 6, 1).

Everything is real: the sandbox's shops and their page, our server, its live updates, and a browser; the test itself is
the worker, so that each step can be watched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.fixtures import Settings

from comptoir.apps.traffic import catching_up
from comptoir.apps.traffic.counting.receiving import Reading, receive
from comptoir.connectors.lightspeed_r.simulator import Basket, OAuthClient
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import clocking, polling
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.models import BookReading, ClockReading, ImportRun, ImportWindow
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints
from comptoir.pos.hosting import Server, serve
from comptoir.sandbox.control.shops import ShopsPage
from comptoir.sandbox.shops import TWELVE, Shops
from tests.browser.running import PATIENCE, Visitor
from tests.connectors.lightspeed_r.stage import environ_of
from tests.people import People
from tests.servers import WebServer, free_port

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ZONE = ZoneInfo(TWELVE.shops[0][1])
HARBOUR = TWELVE.shops[0][0]

BOTTOMS = """() => new Set([...document.querySelectorAll(".one-row > *")].filter((each) => each.checkVisibility())
  .map((each) => Math.round(each.getBoundingClientRect().bottom))).size"""


@dataclass
class Analyst:
    """Alice at her browser; the shops, and the page on which somebody corrects what happened there."""

    people: People
    shops: Shops
    sandbox: Page
    sandbox_url: str
    visitor: Visitor

    @property
    def page(self) -> Page:
        return self.visitor.page

    @property
    def yesterday(self) -> date:
        return datetime.now(ZONE).date() - timedelta(days=1)

    @property
    def last_month(self) -> date:
        return self.yesterday - timedelta(days=30)

    def happens(self) -> None:
        """What any day of the year has to have: a sale on both days, and Alice at work yesterday."""
        self.shops.trade.advance(datetime.now(UTC))
        for day in (self.yesterday, self.last_month):
            noon = datetime.combine(day, time(12), ZONE).astimezone(UTC)
            self.shops.trade.counter.ring([Basket(Decimal("12.90"), item_id=1)], at=noon, shop_id=1)
        since, until = self.hours(self.yesterday)
        worked = [each for each in self.shops.books.all("EmployeeHours") if since <= each["checkIn"] < until]
        if not any(each["employeeID"] == 1 and each["checkOut"] for each in worked):
            self.shops.trade.clock.note(1, 1, since + timedelta(hours=10), since + timedelta(hours=16))

    def hours(self, day: date) -> tuple[datetime, datetime]:
        begin = datetime.combine(day, time(), ZONE)
        return begin.astimezone(UTC), (begin + timedelta(days=1)).astimezone(UTC)

    def sold_at_harbour(self, day: date) -> list[dict[str, object]]:
        """Receipts of the first shop that count, by the till's own books."""
        since, until = self.hours(day)
        rows = self.shops.books.all("Sale")
        return [
            row
            for row in rows
            if int(row["shopID"]) == 1
            and row["completed"]
            and not row["voided"]
            and since <= row["completeTime"] < until
            and any(
                line["unitQuantity"] > 0 and int(line["itemID"])
                for line in self.shops.books.children("SaleLine", "saleID", int(row["saleID"]))
            )
        ]

    def reads(self, windows: int | None = None) -> None:
        """So many windows of what is to be imported, or all of it."""
        connection = Connection.objects.get(provider="lightspeed_r")
        mine = {"organisation_id": connection.organisation_id, "connection_id": connection.id}
        with reading.Till() as till:
            while windows is None or windows > 0:
                if not reading.read_next(**mine, till=till, clock=lambda: datetime.now(UTC)):
                    return
                windows = None if windows is None else windows - 1

    def looks_again(self) -> None:
        """The minute's readings of the first shop, and what the app makes of them."""
        link = LocationLink.objects.get(external_id__endswith=":1")
        mine = {"organisation_id": link.organisation_id, "link_id": link.id}
        for rows, read in ((BookReading, polling), (ClockReading, clocking)):
            now = datetime.now(UTC)
            read.due(now=now)
            rows.objects.filter(location_link_id=link.id).update(due_at=now)
            read.read(**mine, clock=lambda: datetime.now(UTC))
        catching_up.everything(organisation_id=link.organisation_id, now=datetime.now(UTC))


@pytest.fixture
def analyst(
    people: People, chromium: Browser, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Analyst]:
    web = WebServer(free_port())
    client = OAuthClient("client", Secret("secret"), f"{web.url}/connections/returned")
    shops = Shops(client=client, path=None, seed=7, now=datetime.now(UTC), chain=TWELVE)
    control = Server(ShopsPage(shops).answer, host="127.0.0.1", port=0)
    control.start()
    with serve(shops.simulator) as vendor:
        for name, value in environ_of(endpoints(vendor.url, client)).items():
            monkeypatch.setenv(name, value)
        settings.COMPTOIR_URL = web.url
        web.start()
        context = chromium.new_context(base_url=web.url, viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        signed_in = people.client(people.alice).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": f"comptoir_{web.port}", "value": signed_in, "url": web.url}])
        made = Analyst(people, shops, context.new_page(), control.url, Visitor(context.new_page(), "traffic"))
        made.happens()
        yield made
        context.close()
        web.stop()
    control.stop()


def test_twelve_shops_from_the_consent_to_a_void_of_last_month(analyst: Analyst) -> None:
    connect(analyst)
    match_all_twelve(analyst)
    watch_the_first_download(analyst)
    see_yesterday_s_conversion(analyst)
    edit_a_clock_entry_and_watch(analyst)
    void_a_sale_of_last_month(analyst)


def connect(analyst: Analyst) -> None:
    page = analyst.page
    page.goto("/traffic/integrations")
    page.get_by_label("Label").fill("Alice’s Shops")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name="Connect Lightspeed R-Series").click()
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    analyst.visitor.picture("consent")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("The till answers: 12 shops.")).to_be_visible()


def match_all_twelve(analyst: Analyst) -> None:
    page = analyst.page
    expect(page.get_by_text("0 of 12")).to_be_visible()
    analyst.visitor.expect_accessible()
    analyst.visitor.picture("match")
    page.get_by_role("button", name="Make locations of 12 unmatched shops").click()
    expect(page.get_by_text("12 of 12")).to_be_visible()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("It reads by itself from now on.").first).to_be_visible()


def watch_the_first_download(analyst: Analyst) -> None:
    """The bar grows on the page as it stands: nobody presses anything."""
    page = analyst.page
    latest = page.get_by_role("progressbar", name="The latest days")
    expect(latest).to_have_attribute("value", "0")
    analyst.reads(windows=24)  # today and yesterday of each shop
    expect(latest).not_to_have_attribute("value", "0")
    analyst.visitor.picture("first-download")
    only_what_is_looked_at(analyst)
    analyst.reads()
    expect(latest).to_have_count(0)
    catching_up.everything(organisation_id=analyst.people.le_zinc.id, now=datetime.now(UTC))


def only_what_is_looked_at(analyst: Analyst) -> None:
    """The other days are as good as read: this test has a minute, not a night."""
    latest = analyst.hours(analyst.yesterday)[0]
    since, until = analyst.hours(analyst.last_month)
    harbour = LocationLink.objects.get(external_id__endswith=":1")
    looked_at = Q(location_link_id=harbour.id) & (Q(end__gt=latest) | Q(start__lt=until, end__gt=since))
    ImportWindow.objects.exclude(looked_at).exclude(state=ImportWindow.State.DONE).delete()
    for run in ImportRun.objects.all():
        runs.settle(run.organisation_id, run.id, datetime.now(UTC))


def see_yesterday_s_conversion(analyst: Analyst) -> None:
    """One in four bought something."""
    bought = len(analyst.sold_at_harbour(analyst.yesterday))
    opened = datetime.combine(analyst.yesterday, time(10), ZONE).astimezone(UTC)
    come = [Reading(opened + timedelta(hours=each), 60, Decimal(0), location="1") for each in range(-10, 14)]
    come[10] = Reading(opened, 60, Decimal(bought * 4), location="1")
    taken = receive(
        organisation_id=analyst.people.le_zinc.id, readings=come, source="api", now=datetime.now(UTC), store_ids=None
    )
    assert (bought > 0, taken.taken) == (True, 24)
    page = analyst.page
    page.goto("/traffic?period=yesterday")
    page.get_by_label("Location options").select_option(label=HARBOUR)
    page.get_by_role("button", name="Show").click()
    expect(tile(page, "Conversion")).to_have_text("25.0%")
    expect(tile(page, "Transactions")).to_have_text(str(bought))
    assert page.evaluate(BOTTOMS) == 1, "the choices stand in one row"
    page.get_by_label("Period").select_option(label="Chosen days")
    expect(page.get_by_label("From", exact=True)).to_be_visible()
    assert page.evaluate(BOTTOMS) == 1, "also with days to choose"
    page.get_by_label("Period").select_option(label="Yesterday")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    analyst.visitor.expect_accessible()
    analyst.visitor.picture("yesterday")


def tile(page: Page, label: str) -> Locator:
    return page.locator(".figure", has=page.get_by_text(label, exact=True)).locator(".figure-value").first


def edit_a_clock_entry_and_watch(analyst: Analyst) -> None:
    """The dashboard stays open; an hour is taken off somebody's shift at the till."""
    analyst.looks_again()
    page, sandbox = analyst.page, analyst.sandbox
    page.reload()
    star = tile(page, "Visitors per staff hour")
    before = star.inner_text()
    assert before != "–"
    sandbox.goto(f"{analyst.sandbox_url}/shops?day={analyst.yesterday}")
    sandbox.get_by_role("button", name="An hour less for Alice").first.click()
    analyst.looks_again()
    expect(star).not_to_have_text(before)
    analyst.visitor.picture("corrected")


def void_a_sale_of_last_month(analyst: Analyst) -> None:
    day = analyst.last_month
    sale = analyst.sold_at_harbour(day)[0]
    sandbox, page = analyst.sandbox, analyst.page
    sandbox.goto(f"{analyst.sandbox_url}/shops?day={day}")
    sandbox.get_by_role("button", name=f"Void {sale['saleID']}", exact=True).click()
    expect(sandbox.get_by_role("button", name=f"Void {sale['saleID']}", exact=True)).to_have_count(0)
    analyst.looks_again()
    page.goto(f"/traffic/reports/changes?since={day}&until={day}")
    listed = page.get_by_role("row").filter(has_text="Sales")
    expect(listed).to_have_count(1)
    before, now = (money(listed.locator(f'[data-label="{each}"]').inner_text()) for each in ("Before", "Now"))
    assert before - now == (sale["calcSubtotal"] - sale["calcDiscount"]).quantize(Decimal("0.01"))
    analyst.visitor.expect_accessible()
    analyst.visitor.picture("changes")


def money(said: str) -> Decimal:
    return Decimal(re.sub(r"[^0-9.-]", "", said))


def endpoints(url: str, client: OAuthClient) -> Endpoints:
    """Where the simulator answers."""
    oauth = f"{url}/auth/oauth"
    return Endpoints(
        f"{oauth}/authorize",
        f"{oauth}/token",
        f"{url}/API/V3",
        client.id,
        client.secret,
        revoke_url=f"{oauth}/revoke",
    )
