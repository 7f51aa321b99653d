"""The back office and the provider's desk in a real browser: for everybody, on a phone, without script."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from comptoir.sandbox.server import Sandbox
from comptoir.sandbox.till import Item
from tests.answering import answering
from tests.sandbox.restaurants import NOON, ZINC, quiet_sandbox
from tests.sandbox.test_control import ask
from tests.sandbox.test_phones import STORE, Comptoir

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = quiet_sandbox()
    sandbox.start()
    for sku in ("ENTRECOTE", "KIR"):
        sandbox.world.open(ZINC, items=[Item(sku)], now=NOON)
    with answering() as server:
        Comptoir(server)
        sandbox.provider.books.keep_setting("address", server.url)
        ask(sandbox, "POST", "/api/provider", {"key": "cpt_live_made_up", "ask": [STORE]})
        yield sandbox
    sandbox.stop()


@pytest.mark.parametrize(("scheme", "width", "locale"), [("light", 1280, "en-GB"), ("dark", 390, "fr-FR")])
@pytest.mark.parametrize("path", [f"/office?at={ZINC}", "/phones", f"/phones/{STORE}/tables/4"])
def test_everybody_can_use_it(
    chromium: Browser, sandbox: Sandbox, path: str, scheme: Any, width: int, locale: str
) -> None:
    context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=locale)
    page = context.new_page()
    page.goto(sandbox.control_url + path)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    context.close()


def test_an_ipad_goes_off_and_on_without_script(chromium: Browser, sandbox: Sandbox) -> None:
    page = chromium.new_context(java_script_enabled=False).new_page()
    page.goto(f"{sandbox.control_url}/office?at={ZINC}")
    page.get_by_role("button", name="Switch off Bar 1").click()
    assert sandbox.lightspeed_k.offices.of(ZINC).devices_off == {"40017"}
    page.get_by_role("button", name="Switch on Bar 1").click()
    expect(page.get_by_role("button", name="Switch off Bar 1")).to_be_visible()
    page.context.close()
