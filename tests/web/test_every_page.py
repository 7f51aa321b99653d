"""Every page of a house full of data, wide and on a phone, light and dark, in English and French: accessible, reached
by keyboard, and no wider than the screen.

A new route is looked at without being named here. DEEP=1 looks at each of them in all eight ways.
"""

import itertools
import os
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page
from pytest_django.live_server_helper import LiveServer

from tests.people import People
from tests.tenants import World, build
from tests.web.tenant_rows import PAGES, Of
from tests.web.test_tenants import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
WAYS = list(itertools.product(SIZES, ("light", "dark"), ("en", "fr")))
NO_PAGES = {"live_address", "loyalty_programme_example", "traffic_job_check"}
"""Answers to scripts: an address, a part of a page."""
UNREACHED = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [data-dialog], [onclick]"
)].filter((each) => each.checkVisibility() && !each.disabled && each.tabIndex !== 0)
  .map((each) => each.outerHTML.slice(0, 100))"""
"""Whatever can be pressed is reached with Tab, in the order it stands in."""
CUT = """() => [...document.querySelectorAll(".table-wrap")].filter((each) =>
  each.checkVisibility() && getComputedStyle(each).overflowX === "clip" && each.scrollWidth > each.clientWidth
).map((each) => each.querySelector("caption").textContent)"""
"""A table that does not scroll is as wide as its place."""
PARTS = 3
"""Nobody waits for the last one: they are looked at side by side."""
LOOKED_AT = sorted(
    name for name, row in PAGES.items() if row.method == "get" and row.of is not Of.NOBODY and name not in NO_PAGES
)


@pytest.fixture
def world(people: People, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_ID", "client")
    monkeypatch.setenv("LIGHTSPEED_K_CLIENT_SECRET", "secret")
    return build(people)


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer, world: World) -> Iterator[BrowserContext]:
    cookies = world.client(world.people.alice).cookies.items()
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    context.add_init_script("window.EventSource = class extends EventTarget { close() {} }")
    yield context
    context.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(context: BrowserContext, world: World, part: int) -> None:
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    looked_at = 0
    for number, name in list(enumerate(LOOKED_AT))[part::PARTS]:
        path = address(name, PAGES[name], world)
        for size, theme, language in WAYS if os.environ.get("DEEP") else [WAYS[number % len(WAYS)]]:
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
            page.set_extra_http_headers({"Accept-Language": language})
            if not is_shown(page, path):
                continue
            looked_at += 1
            where = f"{name} at {size['width']} px, {theme}, {language}"
            found = Axe().run(page)
            if found.violations_count:
                wrong.append(f"{where}: {found.generate_report()}")
            if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
                wrong.append(f"{where}: {width} px wide")
            if cut := page.evaluate(CUT):
                wrong.append(f"{where}: cut off are {cut}")
            if unreached := page.evaluate(UNREACHED):
                wrong.append(f"{where}: the keyboard does not reach {unreached}")
            if (spoken := page.locator("html").get_attribute("lang")) != language:
                wrong.append(f"{where}: spoken in {spoken}")
            if page.locator("h1").count() != 1 or page.title() == "Comptoir":
                wrong.append(f"{where}: {page.locator('h1').count()} first headings, titled {page.title()}")
    assert not wrong, "\n\n".join(wrong)
    assert looked_at > 20


def is_shown(page: Page, path: str) -> bool:
    """Whether there is a page, or a redirect or a file."""
    try:
        answer = page.goto(path)
    except Error:
        return False  # a file
    assert answer
    return (
        answer.status == 200
        and not answer.request.redirected_from
        and "text/html" in answer.header_value("content-type")  # type: ignore[operator]
    )
