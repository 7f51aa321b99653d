"""The shell in a real browser: accessible in both themes, usable by keyboard and without script, live without jumps."""

import itertools
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.people import People

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.development_urls"),
]
WIDE, PHONE = (1280, 800), (390, 844)

FAKE_STREAM = """
window.EventSource = class extends EventTarget {
  constructor() {
    super();
    window.stream = this;
    setTimeout(() => this.dispatchEvent(new Event("open")));
  }
  close() {}
};
window.news = (topic) => window.stream.dispatchEvent(new MessageEvent(topic, { data: "{}" }));
"""


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer, people: People) -> Iterator[BrowserContext]:
    """A browser in which Alice is signed in; the stream of news is in the test's hand."""
    client = people.client(people.alice)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": WIDE[0], "height": WIDE[1]})
    context.add_cookies(
        [{"name": name, "value": each.value, "url": live_server.url} for name, each in client.cookies.items()]
    )
    context.add_init_script(FAKE_STREAM)
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when a script does."""
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors


# What an organisation has is looked at by test_every_page.py.
@pytest.mark.parametrize(
    ("path", "size", "theme"),
    [
        *itertools.product(["/_ui"], [WIDE, PHONE], ["light", "dark"]),
        *itertools.product(["/sign-in", "/nowhere"], [WIDE], ["light"]),
        *itertools.product(["/sign-in", "/nowhere"], [PHONE], ["dark"]),
    ],
)
def test_axe_finds_nothing(context: BrowserContext, page: Page, path: str, size: tuple[int, int], theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    if path == "/sign-in":
        context.clear_cookies()
    page.goto(path)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/", "/_ui", "/sign-out"])
def test_nothing_sticks_out_on_a_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_keyboard_goes_everywhere(page: Page) -> None:
    page.goto("/_ui")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator(".side .organisation").focus()
    page.keyboard.press("Enter")
    assert page.locator("#organisations").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#organisations").is_visible()
    page.locator("[data-dialog]").focus()
    page.keyboard.press("Enter")
    assert page.locator("dialog[open]").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.dialog") == "sample"


def test_without_script_pages_still_lead_on(
    chromium: Browser, context: BrowserContext, live_server: LiveServer
) -> None:
    plain = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    plain.add_cookies(context.cookies())  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto("/_ui")
    page.fill("#id_name", "Le Zinc")
    page.fill("#id_phone", "06 12 34 56 78")
    page.check("#id_counting_0")
    page.click("#form button.primary")
    assert "Saved" in page.inner_text("#toasts")
    page.click(".person")
    page.click("#person button[value=fr]")
    assert page.locator("html[lang=fr]").count() == 1
    plain.close()


def live_page(page: Page) -> None:
    """The test page with a live region that gains a row each time it asks."""
    asked: list[str] = []

    def answer(route: object) -> None:
        asked.append("asked")
        rows = "".join(
            f'<tr id="row-{1 - number}"><th>row {1 - number}</th></tr>' for number in range(len(asked), -3, -1)
        )
        route.fulfill(body=f'<table class="table"><tbody>{rows}</tbody></table>', content_type="text/html")  # type: ignore[attr-defined]

    page.route("**/part", answer)
    page.goto("/_ui")
    page.evaluate(
        "const rows = document.getElementById('rows'); rows.setAttribute('hx-get', '/part'); htmx.process(rows)"
    )


def test_news_swaps_in_where_nobody_reads(page: Page) -> None:
    live_page(page)
    page.evaluate("news('sample')")
    page.wait_for_selector("#row-0")
    assert page.get_attribute("#row-0", "data-fresh") == ""
    assert page.get_attribute("#row-1", "data-fresh") is None


def test_news_waits_while_somebody_reads(page: Page) -> None:
    live_page(page)
    page.evaluate("scrollTo(0, document.getElementById('rows').offsetTop + 80)")
    # What lies above may still grow (a font that comes late): the browser scrolls along, and what is read stays.
    where = "document.getElementById('row-1').getBoundingClientRect().top"
    before = page.evaluate(where)
    page.evaluate("news('sample')")
    page.wait_for_selector(".pill")
    assert page.inner_text(".pill") == "1 new"
    assert page.locator("#row-0").count() == 0
    assert abs(page.evaluate(where) - before) < 1, "whole pixels are what can be scrolled"
    page.click(".pill")
    page.wait_for_selector("#row-0")
    assert page.locator(".pill").count() == 0


def test_what_was_drawn_open_keeps_no_news_waiting_and_what_somebody_opened_does(page: Page) -> None:
    live_page(page)
    put = (
        "(kind) => document.getElementById('rows').insertAdjacentHTML('afterbegin', `<details open ${kind}></details>`)"
    )
    page.evaluate(put, "data-drawn-open")
    page.evaluate("news('sample')")
    page.wait_for_selector("#row-0")
    assert page.locator(".pill").count() == 0
    page.evaluate(put, "")
    page.evaluate("news('sample')")
    page.wait_for_selector(".pill")


def test_news_does_not_take_the_focus_away(page: Page) -> None:
    live_page(page)
    page.locator("#rows .row-link").first.focus()
    page.evaluate("news('sample')")
    page.wait_for_selector(".pill")
    assert page.evaluate("document.activeElement.className") == "row-link"


def test_a_lost_stream_says_so_after_a_while_and_reads_again(page: Page) -> None:
    page.clock.install()
    live_page(page)
    page.route("**/live-address", lambda route: route.abort())
    page.evaluate("stream.dispatchEvent(new Event('error'))")
    page.clock.run_for(4000)
    assert page.locator(".live-state").count() == 0
    page.clock.run_for(2000)
    assert page.inner_text(".live-state") == "Reconnecting…"
    page.unroute("**/live-address")
    for _attempt in range(20):
        page.clock.run_for(5000)
        if page.locator(".live-state").count() == 0:
            break
    page.wait_for_selector("#row-0")
    assert page.locator(".live-state").count() == 0
