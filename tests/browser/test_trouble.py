"""Something breaks, and its owner is told and mends it: from the light to the mail, its button, and the end of it.

Everything is real, the mail included: `comptoir demo` sends it by SMTP to the sandbox, whose mailbox page shows it.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import Demo, Visitor, sign_in
from tests.chromium import PATIENCE
from tests.servers import until

pytestmark = pytest.mark.browser


def test_a_till_that_signs_out_is_told_by_mail_and_mended_by_its_button(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page(), "trouble")
    till = context.new_page()

    sign_in(visitor, demo, "alice@example.com")
    withdraw_consent(till, demo)
    see_the_light_turn_red(visitor)
    press_the_button_of_the_mail(visitor, demo)
    sign_in_at_the_till_again(visitor)
    see_it_mended(visitor, demo)
    context.close()


def withdraw_consent(till: Page, demo: Demo) -> None:
    """At the till's maker: Comptoir is not welcome any more, and what it holds is void at once."""
    till.goto(demo.till)
    for what in ("Withdraw consent", "Expire access now"):
        with till.expect_response(lambda answer: "/access" in answer.url):
            till.get_by_role("button", name=re.compile(what)).click()


def see_the_light_turn_red(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name="Connections", exact=True).first.click()
    page.get_by_role("heading", name=re.compile("Lightspeed K-Series")).get_by_role("link").click()
    page.get_by_role("button", name="Read locations again").click()
    expect(page.locator("#connections .status-bad")).to_contain_text("Signed out")
    expect(page.get_by_text("no sale comes in until you sign in there again").first).to_be_visible()
    visitor.picture("red")
    visitor.expect_accessible()
    page.get_by_role("link", name="Help", exact=True).click()
    panel = page.get_by_role("dialog", name="Help")
    expect(panel.get_by_text("no sale comes in until you sign in there again")).to_be_visible()
    visitor.picture("help")
    panel.get_by_role("button", name="Close").click()
    page.get_by_role("link", name="Overview").first.click()
    expect(page.locator("#flow .status-bad").first).to_be_visible()
    visitor.picture("overview")
    visitor.expect_accessible()


def open_mail(visitor: Visitor, demo: Demo, subject: str) -> None:
    """Wait for it as its reader would: by looking again."""
    page = visitor.page

    def arrived() -> bool:
        page.goto(f"{demo.till}/mailbox")
        return page.get_by_role("link", name=re.compile(subject)).count() > 0

    until(arrived, seconds=120)
    visitor.picture("mailbox")
    visitor.expect_accessible()
    page.get_by_role("link", name=re.compile(subject)).first.click()
    visitor.picture("mail")
    visitor.expect_accessible()


def press_the_button_of_the_mail(visitor: Visitor, demo: Demo) -> None:
    """The one in the mail itself, inside the frame that runs nothing."""
    open_mail(visitor, demo, "Signed out")
    button = visitor.page.frame_locator("iframe").get_by_role("link", name="Sign in again")
    with visitor.page.expect_popup() as opened:
        button.click()
    visitor.page = opened.value
    expect(visitor.page).to_have_url(re.compile("/connections/con_"))
    visitor.picture("where-the-button-leads")
    visitor.expect_accessible()


def sign_in_at_the_till_again(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("button", name=re.compile("Sign in to .* again")).click()
    page.get_by_label("Le Zinc").first.check()
    page.get_by_role("button", name="Approve").click()
    expect(page).to_have_url(re.compile("/connections/con_"))


def see_it_mended(visitor: Visitor, demo: Demo) -> None:
    page = visitor.page
    page.get_by_role("link", name="Connections", exact=True).first.click()
    expect(page.locator("#connections .status-bad")).to_have_count(0)
    expect(page.locator("#connections .status-ok").first).to_be_visible()
    visitor.picture("green")
    open_mail(visitor, demo, "all is well again")
