"""Pages on paper: without navigation, tables whole; and a table of many columns is not cut on a screen."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.traffic.projection import restate
from tests.apps.traffic.chain import DAY, NOW, come, make, sell, utc_store
from tests.apps.traffic.test_reports import name_it, other_store
from tests.people import People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
A4_PIXELS = 725
"""As wide as the sheet between its margins, at 96 pixels an inch."""


def test_a_report_is_whole_on_a_screen_and_on_paper(people: People, chromium: Browser, live_server: LiveServer) -> None:
    utc_store(people)
    sell(people, 10, "1079.05")
    restate(people.le_zinc.id, {(people.bar.id, DAY)}, now=NOW + timedelta(hours=1))
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="fr-FR")
    # In French, whose words are longer.
    cookies = people.client(people.alice).cookies.items()
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    page = context.new_page()
    page.goto(f"/traffic/reports/time?since={DAY}&until={DAY}&by=month")
    table = page.get_by_role("table")
    assert table.locator("xpath=..").evaluate("each => each.scrollWidth <= each.clientWidth"), "cut on the right"
    only_to_press = (".side", ".filters", ".page-actions")
    for each in only_to_press:
        expect(page.locator(each)).to_be_visible()
    imprint = page.get_by_text("Le Zinc · état au")
    expect(imprint).to_be_hidden()

    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_PIXELS, "height": 1000})
    for each in only_to_press:
        expect(page.locator(each)).to_be_hidden()
    expect(imprint).to_be_visible()
    expect(page.locator(".table thead")).to_be_visible()
    expect(page.locator(".bottom")).to_be_hidden()
    context.close()


def test_names_that_are_folded_and_charts_further_down_are_printed(
    people: People, chromium: Browser, live_server: LiveServer
) -> None:
    utc_store(people)
    name_it(people.bar, "1")
    sell(people, 10, "50")
    come(people, {10: 4})
    make(people)
    for number in range(2, 6):
        other_store(people, f"Quiet {number}", str(number))
    # What Chromium polls with is refused by the pages' own policy once it has to look twice.
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 300}, color_scheme="dark", bypass_csp=True
    )
    cookies = people.client(people.alice).cookies.items()
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    page = context.new_page()
    page.goto(f"/traffic?since={DAY}&until={DAY}")
    page.wait_for_load_state("networkidle")
    page.pdf()
    page.emulate_media(media="print", color_scheme="dark")
    charts = "[...document.images].filter((each) => each.checkVisibility())"
    page.wait_for_function(f"{charts}.every((each) => each.naturalWidth > 0)")
    printed = page.evaluate(f"{charts}.map((each) => each.currentSrc)")
    assert len(printed) > 3
    assert [each for each in printed if "theme=dark" in each] == [], "drawn for black, nobody reads it on white"

    page.emulate_media(media="screen")
    names = page.get_by_text("Not known of: Quiet 2")
    expect(names.locator("visible=true")).to_have_count(0)
    page.emulate_media(media="print")
    expect(names.locator("visible=true")).to_have_count(1)
    context.close()
