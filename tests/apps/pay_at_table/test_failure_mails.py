"""Each row of the failure table, from its mail to its end: caused at the till, sent through a real mail server, opened
and followed in Chromium, where looking changes nothing and the button ends in what the row promises.

What the till and the worker do in each row is looked at closely in `test_failures.py`.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.pay_at_table import mails, plans, wording
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.failures import CATALOGUE
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, State
from comptoir.apps.pay_at_table.plan_tables import PlanLine
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.sandbox.postbox import Postbox
from tests.apps.pay_at_table.failure_rows import ROWS
from tests.apps.pay_at_table.failure_scene import TILL, Scene
from tests.apps.pay_at_table.provider import Provider, linked, provider_of, taken
from tests.apps.pay_at_table.table import Table
from tests.chromium import PATIENCE
from tests.people import People
from tests.postbox import postbox as postbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ON_THE_TILL = "It is on the till since"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A telephone in the kitchen: nobody is signed in on it."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def scene(
    table: Table, postbox: Postbox, people: People, context: BrowserContext, live_server: LiveServer, settings: Any
) -> Iterator[Scene]:
    settings.COMPTOIR_URL = live_server.url
    table.integration.emails = TILL
    table.integration.save()
    yield Scene(table, postbox, people, context.new_page(), live_server.url)
    for page in context.pages:
        page.close()
    context.clear_cookies()


LOOKED_AT = {"t03", "t09"}
"""Of one template; with a way to another page, and with a choice."""


WITHOUT_PAYMENT = {
    "invalid_sku": "test_t12_t13_an_unknown_item_is_mapped_from_its_mail_and_what_was_not_printed_is_not_sent_again",
    "printing_error": "test_t12_t13_an_unknown_item_is_mapped_from_its_mail_and_what_was_not_printed_is_not_sent_again",
    "amount_invalid": "test_t18_an_amount_of_nothing_is_refused_at_the_door",
    "provider_webhook_failing": "test_t19_a_provider_whose_endpoint_fails_is_led_to_what_it_can_open",
    "notifications_silent": "test_t20_silent_notifications_lead_to_the_words_for_lightspeed_support",
    "mail_bounced": "test_t21_a_dead_address_is_corrected_where_its_mail_leads",
    "pos_location_gone": "test_f11_a_place_that_is_gone_is_said_before_the_next_guest_pays",
    "plan_ending": "test_f13_a_subscription_that_ends_is_added_to_the_plan_from_its_mail",
    "plan_over": "test_f13_a_subscription_that_ends_is_added_to_the_plan_from_its_mail",
}
"""Rows whose mail is about an order, an address, or a subscription; the test that walks each."""


def test_every_row_of_the_failure_table_is_walked() -> None:
    assert {each.code for each in CATALOGUE} == {row.code for row in ROWS.values()} | set(WITHOUT_PAYMENT)
    here = "".join(each.read_text() for each in Path(__file__).parent.glob("test_*.py"))
    assert not [name for name in WITHOUT_PAYMENT.values() if f"def {name}(" not in here]


@pytest.mark.parametrize("name", ROWS)
def test_the_mail_of_a_row_leads_to_its_end(scene: Scene, name: str) -> None:
    row, table = ROWS[name], scene.table
    payment = row.cause(table)
    mail = scene.mail()
    said = [mail.text, mail.html]
    assert all(row.says in each and "Do not ask for this amount again" in each for each in said)
    assert (Notice.objects.get(over_at=None).code, scene.alarms()) == (row.code, [1])
    before = scene.everything()
    scene.open(mail, row.button)
    expect(scene.page.get_by_text(row.says).first).to_be_visible()
    assert scene.everything() == before, "scanners of mails open links"
    if name in LOOKED_AT:
        violations = Axe().run(scene.page).response["violations"]
        assert not violations, [(each["id"], each["nodes"][0]["html"]) for each in violations]
    row.mend(scene, payment)
    payment.refresh_from_db()
    table.go_on(payment, rounds=14, step=10)
    assert payment.state == row.state
    over = ON_THE_TILL if row.state == State.APPLIED else str(wording.STATES[row.state][1])
    if scene.page.locator("#state[hx-trigger='every 2s']").count() == 0:
        scene.page.reload()
    expect(scene.page.get_by_text(over).first).to_be_visible()
    expect(scene.page.get_by_role("button", name="Retry now")).to_have_count(0)
    lands = payment.amount if row.lands is None else row.lands
    ours = [line for line in table.lines(payment.check_id) if line[0].startswith("CT")]
    assert ours == ([(payment.applied_reference, lands)] if lands else [])
    assert scene.reconciled(payment) == row.shows
    assert ("over: 1 payment" in scene.mail().subject, scene.alarms()) == (True, [])


def test_payments_of_one_cause_go_again_from_their_digest(scene: Scene) -> None:
    table = scene.table
    table.vendor.conditions = {Condition.API_DISABLED}
    payments = [table.go_on(table.take(800, check_id=bill)) for bill in (table.bill, table.another_bill())]
    before = scene.everything()
    scene.open(scene.mail(), "Retry all")
    assert scene.everything() == before
    table.vendor.conditions = set()
    scene.press("Retry all")
    for payment in payments:
        payment.refresh_from_db()
        assert table.go_on(payment).state == State.APPLIED
    scene.page.reload()
    expect(scene.page.get_by_text("Nothing waits because of this any more.")).to_be_visible()
    assert "over: 2 payments" in scene.mail().subject


def test_t18_an_amount_of_nothing_is_refused_at_the_door(table: Table, provider: Provider) -> None:
    """It is the provider's to correct, whom the answer tells; there is no payment, and no mail to the restaurant."""
    status, _ = provider.post("/payments", taken(amount=0))
    assert (status, GuestPayment.objects.count()) == (422, 0)


@pytest.mark.parametrize("is_over", [False, True])
def test_f13_a_subscription_that_ends_is_added_to_the_plan_from_its_mail(scene: Scene, is_over: bool) -> None:
    integration, now = scene.table.integration, scene.table.now
    ends_at = now - DAY if is_over else now + DAY
    plans.begin(integration, now=now)
    PlanLine.objects.update(ends_at=ends_at)
    mails.plan_ends(integration, ends_at=ends_at, is_over=is_over, now=now)
    scene.table.post()
    [mail] = scene.postbox.messages("alice@example.com")
    scene.sign_in()
    scene.open(mail, "Open the integration")
    scene.press("Add to my plan: Monthly, €29.00")
    assert (PlanLine.objects.get().period, PlanLine.objects.get().ends_at) == ("monthly", None)


def test_t19_a_provider_whose_endpoint_fails_is_led_to_what_it_can_open(scene: Scene) -> None:
    provider = linked(provider_of(scene.table.integration))
    provider.key.contact = "dev@provider.example.com"
    provider.key.save()
    mails.endpoint_failing(scene.table.integration, said="503", occasion="paused", now=scene.table.now)
    scene.table.post()
    [mail] = scene.postbox.messages(provider.key.contact)
    assert "503" in mail.html
    scene.open(mail, "Read the documentation of the API")
    expect(scene.page).to_have_title(re.compile("Comptoir"))
    assert "openapi.json" in scene.page.content()


def test_t20_silent_notifications_lead_to_the_words_for_lightspeed_support(scene: Scene) -> None:
    mails.silent(scene.table.integration, address="https://comptoir.example/hooks/x", now=scene.table.now)
    scene.table.post()
    [mail] = scene.postbox.messages(TILL)
    assert "https://comptoir.example/hooks/x" in mail.html
    scene.sign_in()
    scene.open(mail, "Open the integration")
    expect(scene.page.locator("#support")).to_contain_text("UPDATE")


def test_t21_a_dead_address_is_corrected_where_its_mail_leads(scene: Scene) -> None:
    mails.bounced(scene.table.integration, address=TILL, now=scene.table.now)
    scene.table.post()
    [mail] = scene.postbox.messages("alice@example.com")
    scene.sign_in()
    scene.open(mail, "Open the integration")
    scene.page.get_by_label("Emails").fill("bar@example.com")
    scene.press("Save")
    assert Integration.objects.get().emails == "bar@example.com"
    scene.table.integration.refresh_from_db()
    scene.table.vendor.conditions = {Condition.API_DISABLED}
    scene.table.go_on(scene.table.take())
    assert scene.mail("bar@example.com").subject.startswith("[Comptoir] Le Zinc – payment API switched off")
