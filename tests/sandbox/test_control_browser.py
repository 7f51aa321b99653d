"""The control page in a real browser: with and without script, on a phone, in both languages, for everybody."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from comptoir.sandbox.faults import Fault
from comptoir.sandbox.server import LIGHTSPEED_K, Sandbox
from comptoir.sandbox.till import Item
from tests.sandbox.restaurants import ZINC, quiet_sandbox
from tests.sandbox.test_control import open_bill

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    sandbox = quiet_sandbox()
    sandbox.start()
    dishes = [{"sku": Item("CAFE").sku}] * 12
    number = open_bill(sandbox, items=dishes)["number"]
    sandbox.world.split(ZINC, number, now=sandbox.world.open_sales(ZINC)[0].opened_at)
    yield sandbox
    sandbox.stop()


def shown(chromium: Browser, sandbox: Sandbox, **settings: object) -> Page:
    page = chromium.new_context(**settings).new_page()  # type: ignore[arg-type]
    page.goto(f"{sandbox.control_url}/?at={ZINC}")
    return page


@pytest.mark.parametrize("script", [True, False])
def test_a_switch_goes_on_and_all_is_put_right(chromium: Browser, sandbox: Sandbox, script: bool) -> None:
    page = shown(chromium, sandbox, java_script_enabled=script, locale="en-GB")
    switch = page.get_by_role("switch", name="Till offline")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#trouble")).to_contain_text("1 switch is on.")
    assert sandbox.faults.on(LIGHTSPEED_K, ZINC) == {Fault.TILL_OFFLINE}
    if script:
        expect(switch).to_be_focused()
    page.get_by_role("button", name="Put everything right").click()
    expect(switch).to_have_attribute("aria-checked", "false")
    page.context.close()


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-GB", "light", 1280), ("fr-FR", "dark", 390)])
def test_everybody_can_use_it(chromium: Browser, sandbox: Sandbox, locale: str, scheme: str, width: int) -> None:
    viewport = {"width": width, "height": 900}
    sandbox.faults.set(LIGHTSPEED_K, ZINC, ["slow"])
    page = shown(chromium, sandbox, locale=locale, color_scheme=scheme, viewport=viewport)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    sandbox.faults.set(LIGHTSPEED_K, ZINC, [])
    page.context.close()
