"""A shop on R-Series: connected through its consent page, its past imported while somebody watches and steers."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from comptoir.kernel.http import send
from tests.browser.running import Demo, Visitor, sign_in
from tests.chromium import PATIENCE

pytestmark = pytest.mark.browser


def test_a_shop_is_connected_and_its_past_imported_paused_and_cancelled(demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page(), "retail")

    sign_in(visitor, demo, "alice@example.com")
    connect(visitor, demo)
    steer_the_import(visitor, demo)
    make_a_schedule(visitor, demo)
    void_at_the_shop(context.new_page(), demo)
    context.close()


def connect(visitor: Visitor, demo: Demo) -> None:
    page = visitor.page
    page.goto(f"{demo.url}/connections")
    page.get_by_role("button", name="Connect Lightspeed R-Series").click()
    expect(page.get_by_role("heading", name="Allow access?")).to_be_visible()
    visitor.picture("consent")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_label("Harbour Street")).to_be_visible()
    visitor.picture("choose-a-store")
    visitor.expect_accessible()
    expect(page.locator("select[name^=store-]")).to_have_count(12)
    for store in page.locator("select[name^=store-]").all():
        if not re.search("Harbour Street|Old Station", store.inner_text()):  # the machine is shared with other tests
            store.select_option(label="None: its sales are not taken")
    page.get_by_role("button", name="Save").click()


def steer_the_import(visitor: Visitor, demo: Demo) -> None:
    """Percent, rate and remaining time while it runs; then each of its buttons."""
    page = visitor.page
    page.goto(f"{demo.url}/imports")
    visitor.picture("imports")
    visitor.expect_accessible()
    mine = page.get_by_role("row").filter(has_text="Harbour Street").first
    mine.get_by_role("link", name="Harbour Street").click()
    address = page.url
    expect(page.get_by_role("progressbar").first).to_be_visible()
    # A quick import would be over before its last button, so pictures wait until it stands still.
    for button, state in (("Pause", "Paused"), ("Go on", "Running"), ("Cancel", "Cancelled")):
        page.get_by_role("button", name=button).click()
        page.goto(address)
        expect(page.get_by_text(state, exact=True).first).to_be_visible()
        if state != "Running":
            visitor.picture(state.lower())
            visitor.expect_accessible()


def make_a_schedule(visitor: Visitor, demo: Demo) -> None:
    page = visitor.page
    page.goto(f"{demo.url}/imports/schedules")
    visitor.picture("no-schedule")
    page.get_by_label("Store").select_option(label="Harbour Street")
    page.get_by_label("Start time").fill("00:02")
    page.get_by_role("button", name="Add the schedule").click()
    expect(page.get_by_text("Every hour at minute 2")).to_be_visible()
    visitor.picture("schedule")
    visitor.expect_accessible()
    page.set_viewport_size({"width": 390, "height": 844})
    visitor.picture("schedule-phone")
    page.set_viewport_size({"width": 1280, "height": 900})


def void_at_the_shop(shop: Page, demo: Demo) -> None:
    """The page of the sandbox."""
    shop.goto(f"{demo.till}/shops")
    button = shop.get_by_role("button", name=re.compile(r"^Void \d+")).first
    name = button.inner_text()
    button.click()
    expect(shop.get_by_role("button", name=name, exact=True)).to_have_count(0)
    shop.screenshot(path=str(Visitor(shop, "retail").folder / "shops.png"))


def test_a_program_of_somebody_else_s_opens_the_shops_with_what_the_demo_says(demo: Demo) -> None:
    told = next(each for each in demo.facts["simulators"] if each["provider"] == "lightspeed_r")
    headers = {"authorization": f"Bearer {told['access_token']}", "accept": "application/json"}
    for path in ("Account.json", f"Account/{told['account_id']}/Shop.json", f"Account/{told['account_id']}/Sale.json"):
        answer = send("GET", f"{told['url']}/API/V3/{path}", body=b"", headers=headers)
        assert answer.status == 200, path
    fresh = send("POST", f"{demo.facts['sandbox_url']}/api/lightspeed_r/tokens", body=b"", headers={})
    assert json.loads(fresh.body)["access_token"] != told["access_token"]
