"""A loyalty programme from nothing to a refund, as its owner sees it (loyalty.md, flow L).

Connect the till, map it, pair a tablet, close a bill, see the register appear, identify the tablet and link it, close
another bill, collect on the tablet, see the points, buy and use a reward, refund. Everything is real: `comptoir demo`
with its database, worker, web server and simulated till, and Chromium. Pictures of each step are kept in `artefacts/`.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import ARTEFACTS, Demo, Visitor, sign_in
from tests.chromium import PATIENCE

pytestmark = pytest.mark.browser


def test_flow_l_from_the_connection_to_a_refund(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page(), "flow-l")
    till = context.new_page()

    sign_in(visitor, demo, "charlie@example.com")
    address = connect(visitor)
    enter_the_address(till, demo, address)
    screen = Visitor(
        chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB").new_page(), "flow-l-tablet"
    )
    pair(visitor, screen, demo)
    first = close_a_bill(till)
    see_it_arrive(visitor, demo, first)
    identify_and_link(visitor, screen, demo)
    number = close_a_bill(till)
    collect_on_the_tablet(screen)
    member = see_the_points(visitor, demo)
    buy_and_use_a_reward(visitor, demo, member)
    refund(till, number)
    see_points_taken_back(visitor, member)
    screen.page.context.close()
    context.close()


def connect(visitor: Visitor) -> str:
    """Through the consent page and back; returns the address the till should call."""
    page = visitor.page
    page.get_by_role("link", name="Connect Lightspeed K-Series").click()
    visitor.picture("connections-empty")
    page.get_by_role("button", name="Connect Lightspeed K-Series").click()
    page.get_by_label("Chez Charlie").check()
    visitor.picture("consent")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_label("Chez Charlie")).to_be_visible()
    visitor.picture("choose-a-store")
    visitor.expect_accessible()
    page.get_by_role("button", name="Save").click()
    shown = page.locator("code").filter(has_text="/hooks/lightspeed_k/").first
    expect(shown).to_be_visible()
    visitor.picture("connected")
    visitor.expect_accessible()
    return shown.inner_text()


def enter_the_address(till: Page, demo: Demo, address: str) -> None:
    """In the back office of the till."""
    till.goto(demo.till)
    till.get_by_role("link", name=re.compile("Chez Charlie")).click()
    till.locator("#url").fill(address)
    till.get_by_role("button", name="Save").click()
    expect(till.get_by_text("Saved")).to_be_visible()


def pair(visitor: Visitor, screen: Visitor, demo: Demo) -> None:
    """A code on the owner's page, typed on the tablet."""
    page = visitor.page
    page.goto(f"{demo.url}/tablets")
    visitor.picture("no-tablet")
    page.get_by_role("button", name="Make a pairing code").click()
    code = page.locator(".loyalty-code").inner_text()
    visitor.picture("pairing-code")
    screen.page.set_default_timeout(PATIENCE)
    screen.page.goto(f"{demo.url}/tablet#{code}")
    screen.page.get_by_role("button", name="Pair").click()
    expect(screen.page.get_by_role("heading", name="Not linked to a register")).to_be_visible()
    screen.picture("paired")


def close_a_bill(till: Page) -> str:
    """At the till: open a bill, close it; returns its number."""
    before = set(till.locator("#open > li").evaluate_all("all => all.map(each => each.id)"))
    till.get_by_role("button", name="New bill").click()
    mine = till.locator("#open > li")
    till.wait_for_function(
        "before => [...document.querySelectorAll('#open > li')].some(each => !before.includes(each.id))",
        arg=list(before),
    )
    identifier = next(
        each for each in mine.evaluate_all("all => all.map(each => each.id)") if each and each not in before
    )
    ticket = till.locator(f"[id='{identifier}']")
    for _ in range(2):
        ticket.get_by_role("button", name="Add").click()
    ticket.get_by_role("button", name="Close and pay").click()
    number = identifier.removeprefix("bill-")
    expect(till.locator(f"[id='receipt-{number}']")).to_be_visible()
    till.screenshot(path=ARTEFACTS / "flow-l" / "till.png")
    return number


def see_it_arrive(visitor: Visitor, demo: Demo, number: str) -> None:
    page = visitor.page
    page.goto(f"{demo.url}/inbox?search={number}")
    expect(page.get_by_role("link", name=re.compile(f"CLOSE · {number}")).first).to_be_visible()
    expect(page.get_by_role("cell", name="Recorded").first).to_be_visible()
    visitor.picture("inbox")
    visitor.expect_accessible()
    page.goto(f"{demo.url}/sales?search={number}")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    visitor.picture("sale")
    visitor.expect_accessible()


def identify_and_link(visitor: Visitor, screen: Visitor, demo: Demo) -> None:
    """The register appeared by itself; the hand waves on the tablet in question."""
    page = visitor.page
    page.goto(f"{demo.url}/tablets")
    expect(page.get_by_role("button", name=re.compile("It is a passive till")).first).to_be_visible()
    visitor.picture("register-appeared")
    visitor.expect_accessible()
    page.locator("a.row-link").first.click()
    page.get_by_role("button", name="Identify").click()
    expect(screen.page.locator("#hand")).to_be_visible()
    screen.picture("waving")
    expect(page.get_by_text("The tablet answered")).to_be_visible()
    page.get_by_label("Show the sales of").select_option(index=1)
    page.get_by_role("button", name="Link").click()
    visitor.picture("linked")
    visitor.expect_accessible()


def collect_on_the_tablet(screen: Visitor) -> None:
    page = screen.page
    expect(page.locator("#offer")).to_be_visible()
    screen.picture("offer")
    screen.expect_accessible()
    page.keyboard.type("0791234567")
    page.get_by_role("button", name="Collect").click()
    expect(page.locator("#thanks-balance")).to_contain_text("point")
    screen.picture("thanks")


def see_the_points(visitor: Visitor, demo: Demo) -> str:
    """On the dashboard, and with their reason on the member's page; returns its address."""
    page = visitor.page
    page.goto(f"{demo.url}/loyalty")
    expect(page.get_by_text(re.compile(r"\+\d+ ")).first).to_be_visible()
    visitor.picture("dashboard")
    visitor.expect_accessible()
    page.goto(f"{demo.url}/loyalty/members")
    page.locator("a[href*='/loyalty/members/mem_']").first.click()
    expect(page.get_by_text("Earned").first).to_be_visible()
    visitor.picture("member")
    visitor.expect_accessible()
    return page.url


def buy_and_use_a_reward(visitor: Visitor, demo: Demo, member: str) -> None:
    page = visitor.page
    page.goto(f"{demo.url}/loyalty/rewards/new")
    page.get_by_label("Name", exact=True).fill("A coffee")
    page.get_by_label("Price in points").fill("2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("A coffee").first).to_be_visible()
    visitor.picture("reward")
    page.goto(member)
    page.get_by_role("button", name="Buy and use now").click()
    expect(page.get_by_text("Spent").first).to_be_visible()
    visitor.picture("reward-used")
    visitor.expect_accessible()


def refund(till: Page, number: str) -> None:
    receipt = till.locator(f"[id='receipt-{number}']")
    receipt.locator("summary").click()
    receipt.get_by_role("button", name=re.compile("^Refund")).last.click()
    expect(till.locator("#closed .badge").first).to_be_visible()


def see_points_taken_back(visitor: Visitor, member: str) -> None:
    """The page that is open corrects itself: what was spent already is owed, as the rules say."""
    page = visitor.page
    expect(page.locator("#answer")).to_contain_text("-2 points")
    expect(page.get_by_text("Corrected").first).to_be_visible()
    visitor.picture("refunded")
    page.goto(member)
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.picture("refunded-phone")
    visitor.expect_accessible()
