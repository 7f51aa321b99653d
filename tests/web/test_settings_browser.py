"""Settings and the pages of an app that is switched off, in a real browser: accessible, and no wider than a phone."""

from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from comptoir.core.installations import modules
from comptoir.core.installations.install import install_all
from tests.people import People, create_store

NOW = datetime(2026, 3, 7, 21, 0, tzinfo=UTC)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["wide", "phone"])
def test_modules_are_accessible_and_narrow(
    chromium: Browser, live_server: LiveServer, people: People, size: tuple[int, int]
) -> None:
    annexe = create_store(people.le_zinc, "L’annexe")
    for store in (people.bar, annexe):
        install_all(organisation=people.le_zinc, store=store, provider="lightspeed_k", now=NOW)
    modules.switch(organisation_id=people.le_zinc.id, store_id=annexe.id, app="loyalty", on=False, now=NOW)
    client = people.client(people.alice)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": size[0], "height": size[1]})
    context.add_cookies(
        [{"name": name, "value": each.value, "url": live_server.url} for name, each in client.cookies.items()]
    )
    page = context.new_page()
    for path in ("/settings", "/settings/modules", "/loyalty"):
        page.goto(path)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.goto("/settings/modules")
    page.get_by_role("button", name="Switch off Loyalty Le Zinc").press("Enter")
    page.get_by_text("Loyalty is off for Le Zinc.").wait_for()
    page.goto("/loyalty")
    assert "Switched off for every store" in page.inner_text("main")
    assert Axe().run(page).violations_count == 0
    context.close()
