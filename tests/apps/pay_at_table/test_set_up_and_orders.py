"""In Chromium: from the catalogue to an active integration (O2 to O10), a test payment (O11), and rows T12 and T13 from
their mails to where they end. What each step does is looked at closely in `test_plans.py`, `test_trying_out.py`,
`test_pages.py` and `test_order_pages.py`."""

import re

import pytest
from playwright.sync_api import expect

from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import Order, OrderAttempt
from comptoir.apps.pay_at_table.plan_tables import PlanLine
from tests.apps.pay_at_table.failure_scene import TILL, Scene
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.test_failure_mails import context as context
from tests.apps.pay_at_table.test_failure_mails import scene as scene
from tests.apps.pay_at_table.test_orders import number_at, paid, place, send
from tests.connectors.lightspeed_k.simulator_shop import ZINC
from tests.postbox import postbox as postbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_o2_to_o10_from_the_catalogue_to_an_active_integration(scene: Scene) -> None:
    Integration.objects.all().delete()
    scene.sign_in()
    page = scene.page
    page.goto(f"{scene.url}/pay-at-table/catalogue")
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.get_by_text("No card is charged here").first).to_be_visible()
    scene.press("Add new")
    expect(page.get_by_text("The trial begins when you press Enable.")).to_be_visible()
    scene.press("Enable")
    expect(page.get_by_text("card").first).to_be_visible()
    assert not Integration.objects.get().enabled, "a card method is what it cannot be without"
    page.get_by_label("Name").fill("Petite Monnaie")
    page.locator("select[name=card_method]").select_option("APM")
    scene.press("Save")
    scene.press("Enable")
    scene.press("Add to my plan: Monthly, €29.00")
    expect(page.locator("#plan")).to_contain_text("free until")
    page.goto(f"{scene.url}/pay-at-table/plan")
    expect(page.get_by_role("row", name=re.compile("Petite Monnaie"))).to_contain_text("€29.00")
    made = Integration.objects.get()
    assert (made.enabled, made.name, made.card_method) == (True, "Petite Monnaie", "APM")
    assert (PlanLine.objects.get().period, PlanLine.objects.get().ends_at) == ("monthly", None)


def test_o11_the_line_turns_green_by_a_test_payment_that_is_removed_on_the_till(
    scene: Scene, provider: Provider
) -> None:
    table = scene.table
    facts = {"enabled": True, "sales_period_open": True, "till_available": True, "ready": True}
    Integration.objects.update(readiness=facts, readiness_at=table.now, heard_event_at=table.now)
    scene.sign_in()
    page = scene.page
    page.goto(f"{scene.url}/pay-at-table/integrations/{table.integration.public_id}")
    page.get_by_role("link", name="Make a test payment").click()
    page.get_by_label(re.compile(table.bill)).check()
    page.get_by_label("I will remove the €0.01 on the till").check()
    scene.press("Enter €0.01 on this bill")
    last = page.get_by_role("listitem").filter(has_text="The till confirmed a first payment")
    expect(last).to_contain_text("is on its way to bill")
    payment = GuestPayment.objects.get()
    table.run(payment)
    table.hear()
    table.run(payment)
    expect(last).to_contain_text("remove it on the till", timeout=60_000)
    last.get_by_role("link", name="Open the test payment").click()
    scene.press("I removed it on the till")
    expect(page.get_by_text("still shows it on the till")).to_be_visible()
    table.vendor.world.take_back(ZINC, table.bill, now=table.now)
    scene.press("I removed it on the till")
    expect(page.get_by_text("Test over").first).to_be_visible()
    assert (GuestPayment.objects.get().state, table.lines()) == ("settled_manually", [])


def test_t12_t13_an_unknown_item_is_mapped_from_its_mail_and_what_was_not_printed_is_not_sent_again(
    scene: Scene, provider: Provider
) -> None:
    table = scene.table
    table.vendor.simulator.offices.change(ZINC, printer_off=True)
    items = [{"sku": "NO-SUCH", "quantity": 2}, {"sku": "KIR", "quantity": 1}]
    place(provider, items=items, table_number=number_at(provider), payment=paid(amount=1040))
    table.post()
    [mail] = scene.postbox.messages(TILL)
    assert "item unknown to the till" in mail.subject
    scene.sign_in()
    scene.open(mail, "Open the order")
    assert OrderAttempt.objects.count() == 0, "looking changes nothing"
    scene.page.get_by_label("NO-SUCH is at the till").select_option("CAFE")
    scene.press("Send again")
    row = send(table)
    found = table.vendor.world.find(ZINC, row.pos_check_id)
    assert found is not None
    assert sorted((each.sku, int(each.quantity)) for each in found.lines) == [("CAFE", 2), ("KIR", 1)]
    assert GuestPayment.objects.get().state == "applied"

    scene.postbox.clear()
    table.post()
    [mail] = scene.postbox.messages(TILL)
    assert "not printed" in mail.subject
    scene.page.goto("about:blank")
    scene.open(mail, "Open the order")
    expect(scene.page.get_by_text("Reprint it from the till.")).to_be_visible()
    expect(scene.page.get_by_role("button", name="Send again")).to_have_count(0)
    assert (Order.objects.get().reason, OrderAttempt.objects.count()) == ("printing_error", 1)
