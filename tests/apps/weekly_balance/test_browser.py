"""In a real browser: typing, pasting, undoing in the grid, a day confirmed, every page accessible and no wider."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from tests.apps.weekly_balance.bills import DAY, worked_day
from tests.apps.weekly_balance.house import House, house_of
from tests.people import People
from tests.web.test_every_page import SIZES, UNREACHED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def house(people: People) -> House:
    house = house_of(people)
    house.sells(*worked_day())
    house.now = datetime(2026, 6, 11, 3, 0, tzinfo=UTC)
    house.covers(DAY)
    house.compute(DAY)
    return house


@pytest.fixture
def context(chromium: Browser, live_server: LiveServer, house: House) -> Iterator[BrowserContext]:
    cookies = house.people.client(house.people.alice).cookies.items()
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    context.add_init_script("window.EventSource = class extends EventTarget { close() {} }")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 900})
    return page


def field_of(house: House, kind: FieldType) -> str:
    return f'input[name="{house.field(kind).public_id}/{DAY}"]'


PASTE = """(input, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_the_grid_under_the_keyboard(page: Page, house: House) -> None:
    page.goto(f"/balance?week={DAY}")
    table = page.locator(".balance-form table").evaluate("(each) => [each.scrollWidth, each.parentElement.clientWidth]")
    assert table[0] <= table[1], "the seven days and their sum stand side by side"
    gross, net = (page.locator(field_of(house, kind)) for kind in (FieldType.GROSS_SALES, FieldType.NET_SALES))
    expect(gross).to_have_value("690.96")
    gross.focus()
    page.keyboard.press("ArrowDown")
    expect(net).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(field_of(house, FieldType.DISCOUNTS))).to_be_focused()
    gross.evaluate(PASTE, "700,00\t1\n400\t2\n")
    expect(gross).to_have_value("700,00")
    expect(net).to_have_value("400")
    page.get_by_role("button", name="Undo").click()
    expect(gross).to_have_value("690.96")
    visitors = page.locator(field_of(house, FieldType.VISITORS))
    visitors.fill("77")
    page.get_by_role("button", name="Save typed numbers").click()
    expect(page.locator(field_of(house, FieldType.VISITORS))).to_have_value("77")
    assert house.value(DAY, FieldType.VISITORS) == 77
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(field_of(house, FieldType.VISITORS))).to_have_value("")
    assert house.value(DAY, FieldType.VISITORS) is None
    untouched = house.cell(DAY, FieldType.GROSS_SALES)
    assert untouched
    assert untouched.typed is None, "what nobody typed over is still the till's"


COPIED = """() => {
  const data = new DataTransfer();
  document.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
  return data.getData("text/plain");
}"""


def test_a_block_goes_to_a_spreadsheet_and_the_whole_week_too(
    context: BrowserContext, page: Page, house: House
) -> None:
    page.goto(f"/balance?week={DAY}")
    gross = page.locator(field_of(house, FieldType.GROSS_SALES))
    gross.focus()
    assert page.evaluate(COPIED) == "", "without a block the browser copies what it always does"
    gross.select_text()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".balance-picked")).to_have_count(6)
    assert page.evaluate(COPIED) == "690.96\t\n390.96\t\n20.00\t"
    page.keyboard.press("ArrowDown")
    expect(page.locator(".balance-picked")).to_have_count(0)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy for a spreadsheet").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    lines = [each.split("\t") for each in page.evaluate("navigator.clipboard.readText()").split("\n")]
    assert lines[0][3] == "Wed 10 June"
    assert {len(each) for each in lines} == {9}
    assert next(each for each in lines if "Gross" in each[0])[3] == "690.96"


LINES = """(each) => {
  const range = document.createRange();
  range.selectNodeContents(each.lastChild);
  return range.getClientRects().length;
}"""


def test_on_a_phone_one_day_at_a_time(page: Page, house: House) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/balance?week={DAY}&on={DAY}")
    gross, discounts = (page.locator(field_of(house, kind)) for kind in (FieldType.GROSS_SALES, FieldType.DISCOUNTS))
    expect(gross).to_be_visible()
    expect(page.locator(".balance-number:visible")).to_have_count(house.fields)
    height = page.locator(".balance-form table").evaluate("(each) => each.offsetHeight")
    assert height < 844, "a day fits on the screen"
    page.get_by_text("Thu 11", exact=True).click()
    expect(gross).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(gross).to_be_visible()
    discounts.fill("21")
    page.get_by_role("button", name="Save typed numbers").click()
    expect(discounts).to_have_value("21.00")
    expect(page.locator(".balance-number:visible")).to_have_count(house.fields)
    page.get_by_role("link", name="Wed 10 June").click()
    tab = page.locator(".balance-kinds label", has_text="Transactions")
    assert tab.evaluate(LINES) == 1, "a word is not broken in two"
    page.get_by_role("button", name="Confirm the day").click()
    expect(page.locator("#answer")).to_contain_text("1 of 7 days confirmed")
    expect(page.locator(".balance-number:visible")).to_have_count(0)
    expect(page.get_by_text("690.96", exact=True).first).to_be_visible()


def test_a_day_is_confirmed_and_reopened_with_a_reason(page: Page, house: House) -> None:
    page.goto(f"/balance?week={DAY}")
    page.get_by_role("link", name="Wed 10 June").click()
    page.get_by_role("button", name="Confirm the day").click()
    expect(page.locator("#answer")).to_contain_text("1 of 7 days confirmed")
    assert house.day(DAY).state == DayState.CONFIRMED
    page.get_by_role("link", name="Wed 10 June").click()
    page.get_by_label("Reason").fill("Miscounted")
    page.get_by_role("button", name="Reopen the day").click()
    expect(page.locator("#answer")).to_contain_text("Reopened")
    expect(page.locator(".timeline")).to_contain_text("Miscounted")


@pytest.mark.parametrize("size", SIZES, ids=["wide", "phone"])
# In English each page is looked at by tests/web/test_every_page.py too.
@pytest.mark.parametrize("language", ["en", "fr"] if os.environ.get("DEEP") else ["fr"])
def test_every_page_is_accessible_and_fits(
    context: BrowserContext, house: House, size: dict[str, int], language: str
) -> None:
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.set_extra_http_headers({"Accept-Language": language})
    department = house.department.public_id
    paths = ["", "/settings", "/departments", f"/departments/{department}", "/fields", f"/presets?day={DAY}", "/import"]
    paths += [f"/budgets?week={DAY}", f"/totals?week={DAY}", "/today"]
    for path in [*(f"/balance{each}" for each in paths), f"/balance?week={DAY}", f"/balance/of/{department}/{DAY}"]:
        page.goto(path)
        found = Axe().run(page)
        if found.violations_count:
            wrong.append(f"{path}: {found.generate_report()}")
        if (width := page.evaluate("document.documentElement.scrollWidth")) > size["width"]:
            wrong.append(f"{path}: {width} px wide")
        if unreached := page.evaluate(UNREACHED):
            wrong.append(f"{path}: the keyboard does not reach {unreached}")
    assert not wrong, "\n\n".join(wrong)
