"""Alice invites Bob's colleague for one of two stores, in a real browser, by keyboard and at the width of a phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.core.accounts.models import Invitation, Membership
from comptoir.core.mail.models import OutgoingMail
from tests.people import People, create_store

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs"),
]
ADDRESS = "bobby+terrace@example.com"
PHONE = {"width": 390, "height": 844}


def is_fine(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def test_from_the_invitation_to_the_one_store(
    chromium: Browser, live_server: LiveServer, people: People, settings: pytest.FixtureRequest
) -> None:
    settings.COMPTOIR_URL = live_server.url  # type: ignore[attr-defined]
    create_store(people.le_zinc, "Terrace")
    create_store(people.le_zinc, "Cellar")
    cookies = people.client(people.alice).cookies.items()
    alices = chromium.new_context(base_url=live_server.url, viewport=PHONE)  # type: ignore[arg-type]
    alices.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    page = alices.new_page()
    page.goto("/settings/users")
    page.get_by_label("E-mail", exact=True).fill(ADDRESS)
    page.get_by_label("Role", exact=True).select_option("manager")
    page.get_by_label("Chosen stores", exact=True).and_(page.get_by_role("radio")).focus()
    page.keyboard.press("Space")
    page.get_by_role("checkbox", name="Terrace").focus()
    page.keyboard.press("Space")
    is_fine(page)
    page.get_by_role("button", name="Send the invitation").press("Enter")
    expect(page.get_by_role("rowheader", name=ADDRESS)).to_be_visible()
    is_fine(page)
    page.goto(f"/settings/users/{Membership.objects.get(user=people.bob).pk}")
    is_fine(page)

    guests = chromium.new_context(base_url=live_server.url, viewport=PHONE)  # type: ignore[arg-type]
    guest = guests.new_page()
    link = re.search(r"http://\S+/invitations/\S+", OutgoingMail.objects.get(to=ADDRESS).text)
    assert link, "without a mail server the mail waits"
    guest.goto(link[0])
    is_fine(guest)
    guest.get_by_label("Your name").fill("Bobby")
    guest.get_by_label("Choose a password").fill("a zinc counter at noon")
    guest.get_by_role("button", name="Accept").press("Enter")
    expect(guest.locator("html")).to_contain_text("Le Zinc")
    guest.goto("/imports")
    expect(guest.get_by_label("Store", exact=True).locator("option")).to_have_text(["Terrace"])
    assert Invitation.objects.get().accepted_at
    for each in (guests, alices):
        each.close()
