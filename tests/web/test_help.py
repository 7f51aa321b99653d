"""Help: on every page, about that page, with what is wrong, the log, and a message that reaches a person."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.core.accounts.roles import Role
from comptoir.core.jobs import engine
from comptoir.core.mail.models import OutgoingMail
from comptoir.sandbox.postbox import Postbox
from comptoir.web import guides
from tests.people import People
from tests.postbox import postbox
from tests.tenants import OF_THE_STORE, World, build
from tests.web.permissions import ROUTES
from tests.web.test_every_page import LOOKED_AT

__all__ = ["postbox"]

FILES = {
    "loyalty_members_export",
    "loyalty_member_data",
    "tablet_code",
    "inbox_export",
    "activity_export",
    "late_changes_export",
    "loyalty_rewards_export",
    "loyalty_figures_export",
    "balance_export",
    "table_payments_export",
    "table_plan_export",
    "backoffice_tables_export",
    "table_reconciliation_export",
    "traffic_totals_export",
    "traffic_over_time_export",
    "traffic_weekly_export",
    "traffic_staffing_export",
    "traffic_hours_and_weekdays_export",
    "traffic_download",
    "traffic_changes_export",
    "traffic_chart",
    "traffic_chart_export",
    "traffic_people_export",
}
SAID = {"message": "The import of Sunday stands still."}


@pytest.fixture
def operated(settings: Any) -> None:
    settings.COMPTOIR_OPERATOR_EMAIL = "help@example.com"
    settings.COMPTOIR_OPERATOR_PHONE = "+33 1 99 00 12 34"
    settings.COMPTOIR_OPERATOR_HOURS = "Mon–Fri 9–18"


def test_every_page_has_its_guide() -> None:
    pages = [name for name in LOOKED_AT if ROUTES[name] and name not in FILES]
    assert len(pages) > 20
    assert [name for name in pages if not guides.of(name)] == []


def test_help_is_on_every_page_and_about_it(people: People, operated: None) -> None:
    alice = people.client(people.alice)
    page = alice.get("/imports?code=secret").content.decode()
    assert 'href="/help?from=/imports"' in page
    assert "Contact support" in page
    shown = alice.get("/help?from=/imports").content.decode()
    assert "the newest days first" in shown
    assert "+33 1 99 00 12 34" in shown
    assert "Mon–Fri 9–18" in shown
    part = alice.get("/help?from=/imports", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "the newest days first" in part


@pytest.mark.parametrize("path", ["//elsewhere.example", "https://elsewhere.example/", "", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere(people: People, operated: None, path: str) -> None:
    sent = people.client(people.alice).post(f"/help?from={path}", SAID)
    assert (sent.status_code, sent["Location"]) == (302, "/")


@pytest.mark.django_db(transaction=True)
def test_a_message_reaches_the_operator_with_all_that_is_asked_for(
    people: People, operated: None, postbox: Postbox
) -> None:
    world = build(people)
    answer = world.client(people.alice).post("/help?from=/imports", SAID, headers={"X-Request-Id": "ask-12345678"})
    assert answer["Location"] == "/imports"
    toast = world.client(people.alice).get("/imports")
    assert toast.status_code == 200
    engine.drain()
    [mail] = postbox.messages("help@example.com")
    assert mail.headers["Reply-To"] == people.alice.email
    assert "Sunday stands still" in mail.subject
    for part in (SAID["message"], "/imports", "ask-12345678", people.le_zinc.public_id, "import imp_", "Owner"):
        assert part in mail.text


def test_a_bad_message_is_refused_at_its_field_and_too_many_wait(people: People, operated: None) -> None:
    alice = people.client(people.alice)
    assert alice.post("/help?from=/imports", {"message": " "}).status_code == 422
    assert alice.post("/help?from=/imports", {"message": "x" * 4001}).status_code == 422
    answers = [alice.post("/help?from=/imports", SAID).status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]
    assert OutgoingMail.objects.count() == 10


def test_without_an_operator_there_is_no_form_and_no_mail(people: People) -> None:
    alice = people.client(people.alice)
    assert "has not said whom to ask" in alice.get("/help").content.decode()
    assert alice.post("/help", SAID).status_code == 422
    assert not OutgoingMail.objects.exists()


def test_the_log_is_of_the_stores_that_one_was_given(people: People) -> None:
    world = build(people)
    owners = world.client(people.alice).get("/help").content.decode()
    assert OF_THE_STORE in owners
    assert "import imp_" in owners
    assert OF_THE_STORE not in world.colleague(Role.MANAGER).get("/help").content.decode()
    log = world.client(people.alice).get("/help", headers={"HX-Request": "true"}).content.decode()
    for secret in ("whsec_", "access_token", "eyJ", "password"):
        assert secret not in log


@pytest.fixture
def world(people: People) -> World:
    return build(people)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_help_opens_and_closes_by_keyboard(world: World, chromium: Browser, live_server: LiveServer) -> None:
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    cookies = world.client(world.people.alice).cookies.items()
    context.add_cookies([{"name": name, "value": each.value, "url": live_server.url} for name, each in cookies])
    context.add_init_script("window.EventSource = class extends EventTarget { close() {} }")
    page = context.new_page()
    page.goto("/imports")
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Help")
    expect(panel).to_be_visible()
    expect(panel.get_by_text("the newest days first")).to_be_visible()
    expect(panel.locator("code").filter(has_text=re.compile("import imp_"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Contact support").click()
    expect(page.get_by_role("heading", level=1, name="Help")).to_be_visible()
    context.close()
