"""The 6xpos till of the sandbox in a browser: settings, a sale, a reward, a refund, by the partner API alone."""

import pytest
from playwright.sync_api import Browser, expect

from comptoir.apps.loyalty.models import Entry
from comptoir.kernel.seal import Secret
from comptoir.sandbox.server import OAuthClient, Sandbox
from tests.apps.loyalty.partner.pos import open_brand
from tests.apps.loyalty.partner.test_till import coffee
from tests.people import People
from tests.servers import web_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_reward_is_used_at_the_till_and_a_refund_corrects_points(people: People, chromium: Browser) -> None:
    pos = open_brand(people.le_zinc, people.bar)
    coffee(people)
    with web_server() as server:
        sandbox = Sandbox(folder=None, client=OAuthClient("c", Secret("s"), (server.url,)))
        sandbox.start()
        try:
            walk(chromium, sandbox.control_url, pos.token, people.bar.slug)
        finally:
            sandbox.stop()
    kinds = list(Entry.objects.order_by("created_at", "id").values_list("kind", "points"))
    assert kinds == [("earn", 21), ("spend", -10), ("earn", 21), ("reversal", -21)]


def walk(chromium: Browser, control_url: str, token: str, slug: str) -> None:
    page = chromium.new_page()
    page.goto(f"{control_url}/sixpos")
    said = page.locator("#said")
    expect(page.get_by_label("Active")).not_to_be_checked()
    page.get_by_role("button", name="Find").click()
    expect(said).to_have_text("The configuration HEYPONGO is not active.")
    page.get_by_label("Token").fill(token)
    page.get_by_label("Store").fill(slug)
    page.get_by_label("Active").check()
    page.get_by_role("button", name="Save").click()
    expect(said).to_have_text("Le Zinc: the store is known to this token.")
    page.get_by_label("Phone, international").fill("+33 6 12 34 56 42")
    page.get_by_role("button", name="Find").click()
    expect(said).to_have_text("Nobody has this number.")
    page.get_by_label("Phone, international").fill("33612345642")
    page.get_by_label("First name").fill("Alice")
    page.get_by_role("button", name="Enrol").click()
    expect(said).to_have_text("Alice · 0 pts")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Close and pay").click()
    expect(said).to_have_text("201: 21 pts")
    page.get_by_role("button", name="Send again").click()
    expect(said).to_have_text("202: This order was already processed.")
    page.get_by_label("Phone, international").fill("33612345642")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Use Coffee").click()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Close and pay").click()
    expect(said).to_have_text("201: 21 pts")
    page.get_by_role("button", name="Give back").first.click()
    expect(said).to_have_text("200: refunded, 0 pts")
    page.close()
