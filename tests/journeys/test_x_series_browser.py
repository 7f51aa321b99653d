"""An owner connects X-Series and looks: sales, one that is told, one that is voided, what the till counted, and hours
that are not provided. Everything is real: the vendor's simulator, our server and a browser."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.fixtures import Settings

from comptoir.apps.weekly_balance import setting_up
from comptoir.connectors.lightspeed_x.simulator import Article, OAuthClient
from comptoir.core.accounts.models import Store
from comptoir.core.intake import clocking
from comptoir.core.intake.models import BookReading
from comptoir.core.jobs import engine
from comptoir.kernel.seal import Secret
from tests.browser.running import Visitor
from tests.chromium import PATIENCE
from tests.connectors.lightspeed_x.stage import Shop, shop
from tests.journeys.inbox import wake
from tests.people import People
from tests.servers import WebServer, free_port, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OUTLETS = (("Montmartre", "Europe/Paris"), ("Bastille", "Europe/Paris"))
SCARF = Article(Decimal(20))


@dataclass
class Owner:
    """Alice at her browser, and her two shops."""

    people: People
    shop: Shop
    visitor: Visitor
    day: date

    @property
    def page(self) -> Page:
        return self.visitor.page

    def sells(self, *, minutes_ago: int = 0) -> str:
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=minutes_ago)
        return str(self.shop.counter.ring([SCARF], at=at, outlet="Montmartre")["id"])

    def begin_the_day(self) -> None:
        """The store's day began twelve hours ago, whenever this runs: nothing here falls on two days."""
        began = datetime.now(ZoneInfo("Europe/Paris")) - timedelta(hours=12)
        Store.objects.filter(id=self.people.bar.id).update(day_start=time(began.hour))
        self.day = began.date()

    def sees(self, path: str, *words: str) -> None:
        """Jobs are done and the page is looked at again until it says all of it."""

        def said() -> bool:
            wake()
            engine.drain()
            self.page.goto(path)
            shown = self.page.locator("main").inner_text()
            return all(each in shown for each in words)

        until(said)


@pytest.fixture
def owner(people: People, chromium: Browser, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Owner]:
    server = WebServer(free_port())
    client = OAuthClient("client", Secret("secret"), f"{server.url}/connections/returned")
    with shop(outlets=OUTLETS, client=client) as made:
        for name, value in (
            ("AUTHORISE_URL", f"{made.url}/connect"),
            ("API_URL", made.endpoints.api_url),
            ("TOKEN_URL", made.endpoints.token_url),
            ("CLIENT_ID", client.id),
            ("CLIENT_SECRET", client.secret.reveal()),
        ):
            monkeypatch.setenv(f"LIGHTSPEED_X_{name}", value)
        settings.COMPTOIR_URL = server.url
        server.start()
        context = chromium.new_context(base_url=server.url, viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.set_default_timeout(PATIENCE)
        signed_in = people.client(people.alice).cookies[settings.SESSION_COOKIE_NAME].value
        # Each port has a session of its own, so that two installations on one machine do not sign each other out.
        context.add_cookies([{"name": f"comptoir_{server.port}", "value": signed_in, "url": server.url}])
        yield Owner(people, made, Visitor(context.new_page(), "x-series"), datetime.now(UTC).date())
        context.close()
        server.stop()


def test_from_the_consent_to_a_closing_that_is_bridged(owner: Owner) -> None:
    owner.begin_the_day()
    tills, today = owner.shop.simulator.tills, datetime.now(UTC).replace(microsecond=0)
    tills.open("Montmartre", at=today - timedelta(minutes=40))
    before = owner.sells(minutes_ago=30)
    owner.shop.retailer.put(
        "shifts", {"id": "s-1", "user_id": owner.shop.retailer.identifier("user/alice"), "time_in": today}
    )
    connect(owner)
    owner.sees("/sales", "DT-1", "24.00")
    owner.visitor.picture("sales")

    told = owner.sells()
    owner.sees("/sales", "DT-2")
    BookReading.objects.update(read_at=today - timedelta(minutes=1))
    owner.shop.counter.change(before, state="voided")
    owner.sees("/sales", "Cancelled")
    owner.visitor.picture("voided")

    see_the_closing(owner)
    see_hours_not_provided(owner)
    assert told


def connect(owner: Owner) -> None:
    page = owner.page
    page.goto("/connections")
    owner.visitor.picture("connections")
    page.get_by_role("button", name="Connect Lightspeed X-Series").click()
    expect(page.get_by_label("Shop Montmartre")).to_be_visible()
    owner.visitor.expect_accessible()
    owner.visitor.picture("choose-a-store")
    page.get_by_label("Shop Montmartre").select_option(value=owner.people.bar.public_id)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Shop Montmartre").first).to_be_visible()
    owner.visitor.picture("connected")


def see_the_closing(owner: Owner) -> None:
    """One bill of 24.00 was counted and voided since: the till counted 48.00, the day's bills say 24.00."""
    store, now = Store.objects.get(id=owner.people.bar.id), datetime.now(UTC)
    mine = {"organisation_id": owner.people.le_zinc.id, "actor": "user:alice", "now": now}
    setting_up.change(values={"pos_import": True, "multi_cash_registers": True}, **mine)
    setting_up.map_usual(**mine)
    department = setting_up.save_department(
        store=store, name="Montmartre", client_number="", terminals=(), actor="user:alice", now=now
    )
    owner.sells()
    BookReading.objects.update(read_at=now - timedelta(minutes=1))
    owner.shop.simulator.tills.close("Montmartre", at=now.replace(microsecond=0) + timedelta(seconds=1))
    owner.sees(
        f"/balance/of/{department.public_id}/{owner.day}",
        "What the tills counted",
        "Till Montmartre",
        "48.00",
    )
    owner.visitor.expect_accessible()
    owner.visitor.picture("closing")
    owner.page.set_viewport_size({"width": 390, "height": 844})
    owner.visitor.picture("closing-phone")
    owner.page.set_viewport_size({"width": 1280, "height": 900})


def see_hours_not_provided(owner: Owner) -> None:
    for organisation_id, link_id in clocking.due(now=datetime.now(UTC)):
        clocking.read(organisation_id=organisation_id, link_id=link_id, clock=lambda: datetime.now(UTC))
    owner.sees("/traffic", "Staff hours: not provided.", "does not say in which shop")
    owner.visitor.expect_accessible()
    owner.visitor.picture("hours-not-provided")
