"""Pages of pay at table over the K-Series simulator: set-up, payments, and what is behind the links of mails."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.pay_at_table import checks, holding, linking, mail_stops, retry_links, retrying, setting_up
from comptoir.apps.pay_at_table.link_tables import Link, LinkState
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.models import Note
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.pos.hosting import Response
from comptoir.pos.model import Payment
from comptoir.sandbox.till import Item
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def stuck(table: Table) -> GuestPayment:
    """More than is left on the bill (T4)."""
    return table.work(table.take(9900))


def path_of(payment: GuestPayment) -> str:
    return f"/pay-at-table/payments/{payment.public_id}"


def test_f04_a_refused_payment_says_why_and_what_to_do(table: Table, alice: Client) -> None:
    payment = stuck(table)
    assert payment.state == State.NEEDS_ATTENTION
    listed = shown(alice, "/pay-at-table/payments?state=open")
    assert "1 payment is not on the till and needs you." in listed
    assert payment.public_id in listed
    page = shown(alice, path_of(payment))
    assert "The guest has already paid. Do not ask for this amount again." in page
    assert "Retry now" in page
    assert payment.provider_payment_id in page


def test_f05_e37_opening_the_link_changes_nothing_and_the_button_sends_again(table: Table) -> None:
    payment = stuck(table)
    token = retry_links.make(integration=table.integration, now=table.now, payment_id=payment.id)
    scanner = Client()
    for _ in range(3):
        page = shown(scanner, f"/pay-at-table/again/{token}")
    payment.refresh_from_db()
    assert payment.state == State.NEEDS_ATTENTION
    assert "Retry now" in page
    assert payment.provider_payment_id not in page, "no guest, no provider's reference without a login"

    answer = scanner.post(f"/pay-at-table/again/{token}")
    assert answer.status_code == 302
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == (State.QUEUED, "retry")


def test_f05_e37_after_success_the_link_says_since_when(table: Table) -> None:
    payment = table.settle(table.take(2400))
    assert payment.state == State.APPLIED
    token = retry_links.make(integration=table.integration, now=table.now, payment_id=payment.id)
    page = shown(Client(), f"/pay-at-table/again/{token}")
    assert re.search(r"It is on the till since [^<]+\.", page)
    assert "Retry" not in page
    assert Client().post(f"/pay-at-table/again/{token}").status_code == 409


@pytest.mark.parametrize(("token", "status"), [("nonsense", 404)])
def test_a_link_that_leads_nowhere_says_so(table: Table, token: str, status: int) -> None:
    answer = Client().get(f"/pay-at-table/again/{token}")
    assert (answer.status_code, b"This link leads nowhere" in answer.content) == (status, True)


def test_a_stop_link_takes_one_address_out_when_it_is_pressed(table: Table) -> None:
    Integration.objects.update(emails="bob@example.com, alice@example.com")
    table.integration.refresh_from_db()
    url = mail_stops.url_of(table.integration, "bob@example.com", now=table.now)
    path = url.split("/", 3)[3]
    assert "Stop these mails?" in shown(Client(), f"/{path}")
    table.integration.refresh_from_db()
    assert "bob@example.com" in table.integration.emails
    Client().post(f"/{path}")
    table.integration.refresh_from_db()
    assert table.integration.emails == "alice@example.com"


def test_f06_entered_by_hand_needs_a_reason_and_can_be_taken_back(table: Table, alice: Client) -> None:
    payment = stuck(table)
    alice.post(f"{path_of(payment)}/settle", {"why": "  "})
    payment.refresh_from_db()
    assert payment.state == State.NEEDS_ATTENTION
    alice.post(f"{path_of(payment)}/settle", {"why": "Typed in as CASH"})
    payment.refresh_from_db()
    assert payment.state == State.SETTLED_MANUALLY
    assert "Typed in as CASH" in shown(alice, path_of(payment))
    alice.post(f"{path_of(payment)}/undo", {"why": "Another table"})
    payment.refresh_from_db()
    assert payment.state == State.NEEDS_ATTENTION
    alice.post(f"{path_of(payment)}/refund", {"why": "Paid twice"})
    payment.refresh_from_db()
    assert payment.refund_asked_at is not None


def test_f06_all_of_one_cause_are_sent_again_together(table: Table, alice: Client) -> None:
    payments = [stuck(table), table.work(table.take(9900))]
    page = shown(alice, "/pay-at-table/payments")
    assert "Retry all" in page
    cause = re.search(r'name="cause" value="(\w+)"', page)
    assert cause
    alice.post("/pay-at-table/payments/retry-all", {"integration": table.integration.public_id, "cause": cause[1]})
    for payment in payments:
        payment.refresh_from_db()
        assert payment.state == State.QUEUED


def test_staff_sees_tables_and_payments_and_settles_nothing(table: Table, people: People) -> None:
    payment = stuck(table)
    bob = people.client(people.bob)
    assert payment.public_id in shown(bob, "/pay-at-table/payments")
    assert "Retry now" not in shown(bob, path_of(payment))
    assert bob.post(f"{path_of(payment)}/retry").status_code == 403
    Membership.objects.filter(user=people.bob).update(role=Role.MANAGER)
    assert "Retry now" in shown(bob, path_of(payment))


def test_the_floor_shows_what_is_left_to_pay(table: Table, alice: Client) -> None:
    table.settle(table.take(1000))
    checks.open_bills(table.integration, now=table.now, age=timedelta(0))
    page = shown(alice, "/pay-at-table")
    assert "€14.00" in page
    assert "of €24.00" in page


def test_payments_are_exported(table: Table, alice: Client) -> None:
    payment = stuck(table)
    answer = alice.get("/pay-at-table/payments/export?state=open")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert payment.public_id in lines[1]
    assert ",9900," in lines[1]


def test_o04_to_o09_a_place_is_added_set_up_and_enabled(table: Table, alice: Client, people: People) -> None:
    Integration.objects.all().delete()
    link = LocationLink.objects.get(store=people.bar)
    page = shown(alice, "/pay-at-table/integrations")
    assert str(link.id) in page
    made = alice.post("/pay-at-table/integrations/add", {"place": str(link.id)})
    found = Integration.objects.get()
    assert made["Location"].endswith(found.public_id)
    assert not found.enabled
    settings = f"/pay-at-table/integrations/{found.public_id}"

    page = shown(alice, settings)
    assert found.public_id in page
    assert "<svg" in page
    assert "APM" in page, "methods are those of the till"
    alice.post(f"{settings}/switch/on")
    found.refresh_from_db()
    assert not found.enabled, "no card method yet"

    said = {"name": "Qodeup", "card_method": "APM", "lifetime_s": 60, "least_part": 100, "language": "en"}
    wrong = alice.post(f"{settings}/save", {**said, "emails": "bob@example.com, nobody"})
    assert (wrong.status_code, b"nobody is no e-mail address." in wrong.content) == (422, True)
    alice.post(f"{settings}/save", {**said, "emails": "bob@example.com;bob@example.com"})
    found.refresh_from_db()
    assert (found.name, found.card_method, found.emails) == ("Qodeup", "APM", "bob@example.com")
    alice.post(f"{settings}/switch/on")
    found.refresh_from_db()
    assert found.enabled
    alice.post(f"{settings}/switch/off")
    found.refresh_from_db()
    assert not found.enabled
    assert set(Note.objects.values_list("what", flat=True)) >= {
        "table.settings_saved",
        "table.enabled",
        "table.disabled",
    }
    again = alice.post("/pay-at-table/integrations/add", {"place": str(link.id)})
    assert again["Location"].endswith(found.public_id), "one for each place"


def test_e33_one_live_integration_for_a_place(table: Table, people: People) -> None:
    other = Integration.objects.create(
        organisation=people.le_zinc,
        store_id=people.bar.id,
        connection_id=table.integration.connection_id,
        location_id=table.integration.location_id,
        name="Another",
        card_method="APM",
        created_at=table.now,
    )
    with pytest.raises(RuleBroken) as raised:
        setting_up.enable(other, actor="user:1", now=table.now)
    assert raised.value.code == "location_taken"


def test_e31_what_was_taken_goes_on_when_it_is_switched_off(table: Table) -> None:
    """On its way when it is switched off, and on the till afterwards; only new holds are refused."""
    payment = table.run(table.take(1000))
    assert payment.state == State.SUBMITTED
    assert setting_up.disable(table.integration, actor="user:1", now=table.now) == 1
    assert not Integration.objects.get().enabled
    with pytest.raises(RuleBroken) as raised:
        holding.hold(integration=Integration.objects.get(), check_id=table.bill, session="g", amount=500, now=table.now)
    assert raised.value.code == "integration_disabled"
    table.hear()
    table.run(payment)
    assert (payment.state, len(table.lines())) == (State.APPLIED, 1)
    assert setting_up.disable(table.integration, actor="user:1", now=table.now) == 0


def test_a_provider_is_let_in_by_one_click_and_let_go_by_another(
    table: Table, stranger: Provider, alice: Client
) -> None:
    assert stranger.get("")[0] == 404
    linking.ask(key=stranger.key, integration_id=table.integration.id, now=table.now)
    settings = f"/pay-at-table/integrations/{table.integration.public_id}"
    assert "Let Qodeup in" in shown(alice, settings)
    key = public_id("key", stranger.key.app_id)
    alice.post(f"{settings}/providers/{key}/yes")
    assert Link.objects.get().state == LinkState.LINKED
    assert stranger.get("")[0] == 200
    alice.post(f"{settings}/providers/{key}/no")
    assert stranger.get("")[0] == 404


def test_the_checklist_turns_green_by_facts(table: Table, alice: Client) -> None:
    settings = f"/pay-at-table/integrations/{table.integration.public_id}"
    part = alice.get(settings, headers={"HX-Request": "true"}).content.decode()
    assert "This line turns green with the first one." in part
    Integration.objects.update(
        heard_event_at=table.now, heard_result_at=table.now, listening_at=table.now - timedelta(minutes=1)
    )
    part = alice.get(settings, headers={"HX-Request": "true"}).content.decode()
    assert "This line turns green with the first one." not in part


def test_a_till_that_does_not_answer_is_told_in_the_language_of_the_reader(table: Table, people: People) -> None:
    people.alice.language = "fr"
    people.alice.save()
    table.vendor.instead = lambda _request, _now: Response(503, b"", {"retry-after": "3600"})
    page = shown(people.client(people.alice), f"/pay-at-table/integrations/{table.integration.public_id}")
    assert "Lightspeed ne répond pas en ce moment" in page


def test_p10_a_day_stands_beside_the_till(table: Table, alice: Client) -> None:
    payment = stuck(table)
    assert payment.business_date
    query = f"?integration={table.integration.public_id}&day={payment.business_date}"
    assert "No report of this day" in shown(alice, f"/pay-at-table/reconciliation{query}")
    made = alice.post(f"/pay-at-table/reconciliation/{table.integration.public_id}/{payment.business_date}")
    assert made.status_code == 302
    assert payment.public_id in shown(alice, f"/pay-at-table/reconciliation{query}")
    file = b"".join(alice.get(f"/pay-at-table/reconciliation/export{query}")).decode()  # type: ignore[arg-type]
    assert "missing_on_pos" in file
    before = payment.business_date - timedelta(days=1)
    assert "No report of this day" in shown(alice, f"/pay-at-table/reconciliation?day={before}")


def typed_in_after_it_was_refused(table: Table, bill: str) -> GuestPayment:
    """The till's API is off, so it waits; the waiter types the same amount in as a card payment."""
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    payment = table.go_on(table.take(2400, check_id=bill))
    assert payment.state == State.NEEDS_ATTENTION
    table.vendor.conditions = set()
    table.pass_time(minutes=3)
    table.vendor.world.pay(ZINC, bill, Payment(amount=Decimal(24), method=CARD), now=table.now)
    table.pass_time(seconds=5)
    return payment


@pytest.mark.parametrize("left", [0, 2400], ids=["nothing is left", "as much is left"])
def test_e38_a_retry_after_somebody_typed_it_names_the_line_and_sends_nothing_blindly(
    table: Table, provider: Provider, left: int
) -> None:
    if left:
        table.vendor.world.add(ZINC, table.bill, [Item("ENTRECOTE")], now=table.now)
    payment = typed_in_after_it_was_refused(table, table.bill)
    token = retry_links.make(integration=table.integration, now=table.now, payment_id=payment.id)
    sent = table.sent
    with pytest.raises(RuleBroken) as refused:
        retry_links.press(token, now=table.now)
    assert refused.value.code == "perhaps_entered_by_hand"
    page = shown(Client(), f"/pay-at-table/again/{token}")
    assert re.search(r"of the same amount is on the bill: €24\.00 with Carte bancaire, entered [^.]+:\d\d\.", page)
    assert "say below that it was entered by hand" in page
    assert retrying.retry_all(**one_cause(payment), actor="mail", now=table.now) == [], "nor together with others"
    told = provider.post(f"/payments/{payment.public_id}/retry")
    assert (told[0], told[1]["code"]) == (409, "perhaps_entered_by_hand"), "nor because the provider says so"
    payment.refresh_from_db()
    assert (payment.state, table.sent) == (State.NEEDS_ATTENTION, sent)

    again = Client().post(f"/pay-at-table/again/{token}", {"seen": "1"})
    assert again.status_code == 302, "somebody says that it was another one"
    table.go_on(GuestPayment.objects.get(id=payment.id))
    payment.refresh_from_db()
    assert (payment.state == State.APPLIED) == bool(left)
    assert table.sent == sent + bool(left)


def one_cause(payment: GuestPayment) -> dict[str, Any]:
    return {
        "organisation_id": payment.organisation_id,
        "integration_id": payment.integration_id,
        "cause": "pos_payment_method_missing",
    }
