"""The tablet's screen in a real Chromium, over the real web server: pair, link, wave, collect, lose the network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from comptoir.apps.loyalty.devices import Register, Tablet
from comptoir.apps.loyalty.holdings import HeldReward, said_aloud
from comptoir.apps.loyalty.members import passes
from comptoir.apps.loyalty.models import Entry
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.apps.loyalty.tablets import linking, pairing
from tests.apps.loyalty.till import Till, bill, till_of
from tests.chromium import PATIENCE
from tests.people import People
from tests.servers import WebServer, until, web_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = Path(__file__).resolve().parents[3] / "artefacts" / "tablet"
SIZES = {"wide": (1280, 800), "tall": (800, 1280), "phone": (390, 844)}


@dataclass
class Counter:
    """A tablet on a counter, its till, and who uses it."""

    till: Till
    page: Page
    context: BrowserContext
    server: WebServer

    def closes(self, number: str, total: str) -> None:
        """A bill is paid now."""
        self.till.now = datetime.now(UTC)
        self.till.sends(bill(number, total, at=self.till.now))

    def types(self, digits: str) -> None:
        for digit in digits:
            self.page.locator(f"[data-key='{digit}']").click()

    def picture(self, name: str) -> None:
        """In each size, without sideways scroll and without a fault that axe finds."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for size, (width, height) in SIZES.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=PICTURES / f"{name}-{size}.png")
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
            violations = Axe().run(self.page).response["violations"]
            assert not violations, [(each["id"], each["nodes"][0]["html"]) for each in violations]
        self.page.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def counter(chromium: Browser, server: WebServer, people: People) -> Iterator[Counter]:
    """A tablet that is paired over its own screen, and linked."""
    till = till_of(people.le_zinc, people.bar)
    errors: list[str] = []
    context = chromium.new_context(
        base_url=server.url, viewport={"width": 1280, "height": 800}, locale="en-GB", has_touch=True
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    counter = Counter(till, page, context, server)
    counter.closes("A0", "2.00")
    code = pairing.new_code(
        organisation_id=till.organisation.id, store_id=till.store.id, name="Bar", actor="user:1", now=till.now
    )
    page.goto(f"/tablet#{code.code}")
    page.get_by_role("button", name="Pair").click()
    expect(page.get_by_role("heading", name="Not linked to a register")).to_be_visible()
    linking.link(
        organisation_id=till.organisation.id,
        tablet_id=Tablet.objects.get().id,
        register_id=Register.objects.get().id,
        now=datetime.now(UTC),
    )
    # At once as a rule; a tablet that missed it asks every 30 seconds.
    expect(page.get_by_role("heading", name="Collect points here")).to_be_visible(timeout=PATIENCE)
    yield counter
    context.close()
    assert not errors


def points() -> int:
    return sum(Entry.objects.values_list("points", flat=True))


def test_a_guest_collects_the_points_of_a_sale(counter: Counter) -> None:
    page = counter.page
    counter.picture("idle")
    counter.closes("A1", "24.50")
    expect(page.locator("#amount")).to_have_text("€24.50")
    expect(page.locator("#win")).to_have_text("Collect 24 points")
    expect(page.locator("#collect")).to_be_disabled()
    counter.types("0612345642")
    expect(page.locator("#phone")).to_have_text("06 12 34 56 42")
    counter.picture("offer")
    page.get_by_role("button", name="Collect").click()
    expect(page.locator("#thanks-balance")).to_have_text("You now have 24 points")
    expect(page.locator("#thanks-who")).to_have_text("for +33 6 ** ** ** 42")
    counter.picture("thanks")

    page.get_by_role("button", name="Not my number: undo").click()
    expect(page.locator("#offer-error")).to_have_text("Undone. Type the right number.")
    until(lambda: points() == 0)
    page.keyboard.type("0687654321")
    page.get_by_role("button", name="Collect").click()
    expect(page.locator("#thanks-who")).to_have_text("for +33 6 ** ** ** 21")
    assert points() == 24
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("heading", name="Collect points here")).to_be_visible()


def test_a_guest_takes_a_reward_once_although_the_first_answer_is_lost(counter: Counter) -> None:
    page = counter.page
    for name, price in (("Espresso", 10), ("Menu of the day", 60)):
        catalogue.save(
            organisation_id=counter.till.organisation.id,
            reward_id=None,
            name=name,
            description="",
            points=price,
            store_ids=[],
            is_active=True,
            products={},
            actor="user:1",
            now=datetime.now(UTC),
        )
    counter.closes("A1", "24.50")
    counter.types("0612345642")
    page.get_by_role("button", name="Collect").click()
    expect(page.get_by_text("36 points more for: Menu of the day")).to_be_visible()
    counter.picture("rewards")
    page.get_by_role("button", name="Espresso 10 points").click()
    expect(page.get_by_text("Espresso for 10 points, now?")).to_be_visible()
    page.get_by_role("button", name="Keep my points").click()
    page.get_by_role("button", name="Espresso 10 points").click()

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/tablet/spend", lose, times=1)
    page.get_by_role("button", name="Yes, use it now").click()
    expect(page.locator("#spend-error")).to_have_text("This did not work. Try once more.")
    page.get_by_role("button", name="Yes, use it now").click()
    expect(page.get_by_text("Espresso: show this to the staff")).to_be_visible()
    held = HeldReward.objects.get()
    expect(page.locator("#spend-code")).to_have_text(said_aloud(held.code))
    expect(page.locator("#thanks-balance")).to_have_text("You now have 14 points")
    expect(page.get_by_role("button", name="Not my number: undo")).to_be_hidden()
    counter.picture("rewarded")
    assert (held.state, points()) == ("used", 14)


def test_a_number_that_is_none_is_said_and_the_language_turns(counter: Counter) -> None:
    page = counter.page
    counter.closes("A1", "24.50")
    counter.types("0612345")
    page.get_by_role("button", name="Collect").click()
    expect(page.locator("#offer-error")).to_contain_text("not a whole phone number")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("#win")).to_contain_text("24 points")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#amount")).to_have_text(re.compile("24,50"))
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#amount")).to_have_text(re.compile("24,50"))


def test_e22_the_next_sale_takes_the_screen_and_the_previous_one_is_a_touch_away(counter: Counter) -> None:
    page = counter.page
    counter.closes("A1", "24.50")
    expect(page.locator("#amount")).to_have_text("€24.50")
    counter.closes("A2", "31.00")
    expect(page.locator("#amount")).to_have_text("€31.00")
    page.get_by_role("button", name="Previous order").click()
    expect(page.locator("#amount")).to_have_text("€24.50")
    page.get_by_role("button", name="No, thank you").click()
    expect(page.locator("#amount")).to_have_text("€31.00")


def test_the_hand_waves_and_the_tablet_answers(counter: Counter) -> None:
    tablet = Tablet.objects.get()
    linking.identify(organisation_id=tablet.organisation_id, tablet_id=tablet.id, now=datetime.now(UTC))
    expect(counter.page.locator("#hand")).to_be_visible()
    expect(counter.page.locator("#hand-name")).to_have_text("Bar")
    until(lambda: Tablet.objects.get().identified_at is not None)
    assert Tablet.objects.get().checks == {
        "browser": True,
        "live": True,
        "storage": True,
        "camera": Tablet.objects.get().checks["camera"],
        "screen": True,
    }


def test_e27_a_revoked_tablet_goes_blank_and_keeps_nothing(counter: Counter) -> None:
    counter.closes("A1", "24.50")
    expect(counter.page.locator("#amount")).to_have_text("€24.50")
    tablet = Tablet.objects.get()
    pairing.revoke(organisation_id=tablet.organisation_id, tablet_id=tablet.id, now=datetime.now(UTC))
    expect(counter.page.get_by_role("heading", name="Pair this tablet")).to_be_visible()
    expect(counter.page.locator("#pair-error")).to_have_text("This tablet was unpaired.")
    assert counter.page.evaluate("Object.keys(localStorage).filter(key => !key.endsWith('language'))") == []


def test_without_a_network_a_claim_is_kept_and_counts_once(counter: Counter) -> None:
    """Two minutes of it, compressed: the network goes, comes back in the middle of an answer, and goes again."""
    page, context = counter.page, counter.context
    counter.closes("A1", "24.50")
    expect(page.locator("#amount")).to_have_text("€24.50")
    context.set_offline(True)
    counter.types("0612345642")
    page.get_by_role("button", name="Collect").click()
    expect(page.get_by_text("Your points are given as soon as the network is back")).to_be_visible()
    counter.picture("offline")
    assert points() == 0
    # The screen itself is kept: it stands after a restart without a network, and so does what was typed.
    page.reload()
    expect(page.locator("#news")).to_have_text("No network. You can go on: your points follow.")
    # The server hears the claim, and its answer is lost on the way.
    answered: list[str] = []

    def lose(route: object) -> None:
        answered.append(route.request.post_data)  # type: ignore[attr-defined]
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/tablet/claim", lose, times=1)
    context.set_offline(False)
    until(lambda: page.wait_for_timeout(100) or points() == 24)
    until(lambda: page.evaluate("JSON.parse(localStorage.getItem('comptoir.claims') || '[]').length") == 0)
    assert len(answered) == 1
    assert points() == 24
    assert Entry.objects.count() == 1
    expect(page.locator("#news")).to_have_text("")


def test_a_scanner_types_a_pass_and_a_wrong_one_is_said(counter: Counter) -> None:
    page, mine = counter.page, counter.till.organisation.id
    alice = counter.till.claim("A0").member
    held = passes.issue(organisation_id=mine, member_id=alice.id, actor="user:1", now=counter.till.now)
    counter.closes("A1", "24.50")
    expect(page.locator("#amount")).to_have_text("€24.50")
    page.keyboard.type("P0123456789ABCDEF")
    expect(page.locator("#offer-error")).to_contain_text("not one of ours")
    page.keyboard.type(held.code.lower())
    expect(page.locator("#thanks-balance")).to_have_text("You now have 26 points")
    expect(page.locator("#thanks-who")).to_have_text("for +33 6 ** ** ** 42")


def test_it_can_be_installed(counter: Counter) -> None:
    page = counter.page
    assert (
        page.evaluate("fetch('/tablet/manifest').then(each => each.json()).then(each => each.start_url)") == "/tablet"
    )
    page.evaluate("navigator.serviceWorker.ready.then(each => each.scope)")
    assert page.evaluate("caches.keys().then(each => each.length)") == 1
