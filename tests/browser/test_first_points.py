"""The first journey of an owner: connect the till, close a bill, see it arrive, give its points, refund it.

Everything is real: `comptoir demo` with its database, worker, web server and simulated till, and Chromium. Pictures of
each step are kept in `artefacts/`.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import ARTEFACTS, PATIENCE, Demo, Visitor, sign_in

pytestmark = pytest.mark.browser


def test_a_bill_closed_at_the_till_becomes_points_and_its_refund_takes_them_back(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    visitor = Visitor(context.new_page(), "first-points")
    till = context.new_page()

    sign_in(visitor, demo, "charlie@example.com")
    address = connect(visitor)
    number = close_a_bill(till, demo, address)
    see_it_arrive(visitor, demo, number)
    member = give_points(visitor, demo, number)
    refund(till, number)
    see_points_taken_back(visitor, demo, member)
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


def close_a_bill(till: Page, demo: Demo, address: str) -> str:
    """At the till: enter the address in its back office, open a bill, close it; returns its number."""
    till.goto(demo.till)
    till.get_by_role("link", name=re.compile("Chez Charlie")).click()
    till.locator("#url").fill(address)
    till.get_by_role("button", name="Save").click()
    expect(till.get_by_text("Saved")).to_be_visible()
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
    till.screenshot(path=ARTEFACTS / "first-points" / "till.png")
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


def give_points(visitor: Visitor, demo: Demo, number: str) -> str:
    """At the counter: the bill waits, a phone number collects it; returns the address of the member's page."""
    page = visitor.page
    page.goto(f"{demo.url}/loyalty/counter")
    visitor.picture("counter")
    visitor.expect_accessible()
    offers = page.locator(".loyalty-offers > li")
    expect(offers.first).to_be_visible()
    page.locator(".loyalty-offer").first.click()  # the newest waits on top
    page.get_by_label("Mobile number").fill("+33 6 12 34 56 78")
    visitor.picture("claim")
    visitor.expect_accessible()
    page.get_by_role("button", name=re.compile("^Give")).click()
    expect(page.get_by_text("now has")).to_be_visible()
    visitor.picture("thanks")
    page.get_by_role("link", name="See this member").click()
    expect(page.get_by_text("Earned").first).to_be_visible()
    visitor.picture("member")
    visitor.expect_accessible()
    return page.url


def refund(till: Page, number: str) -> None:
    receipt = till.locator(f"[id='receipt-{number}']")
    receipt.locator("summary").click()
    receipt.get_by_role("button", name=re.compile("^Refund")).last.click()
    expect(till.locator("#closed .badge").first).to_be_visible()


def see_points_taken_back(visitor: Visitor, demo: Demo, member: str) -> None:
    """The page that is open corrects itself; so does the one that is opened anew."""
    page = visitor.page
    expect(page.locator("#answer")).to_contain_text("0 points")
    visitor.picture("refunded")
    page.goto(member)
    expect(page.locator("#answer")).to_contain_text("0 points")
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.picture("refunded-phone")
    visitor.expect_accessible()
