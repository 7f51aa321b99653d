"""Each row of the failure table (pay-at-table.md 4): caused at the till, mailed through a real mail server, mended,
retried through the link of the mail, and where it ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from comptoir.apps.pay_at_table import checking, linking, mails, retry_links, retrying, telling
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.mail.models import OutgoingMail
from comptoir.pos.hosting import Response
from comptoir.pos.model import Payment
from comptoir.sandbox.postbox import Mail, Postbox
from tests.apps.pay_at_table.table import PAY, Table, table_of
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People
from tests.postbox import postbox as postbox

pytestmark = pytest.mark.django_db(transaction=True)
TILL, BOSS = "till@example.com", "boss@example.com"


@pytest.fixture
def table(people: People, no_jobs: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    with table_of(people, monkeypatch) as made:
        made.integration.emails = f"{TILL}, {BOSS}"
        made.integration.save()
        yield made


def press(table: Table, mail: Mail) -> list[GuestPayment]:
    """The button of a mail, as the page behind it does when it is pressed."""
    return retry_links.press(mail.button.rpartition("/")[2], now=table.now)


def one_mail(table: Table, postbox: Postbox, *words: str) -> Mail:
    """The one mail of the till's address, with these words in both its parts; the other address has the same."""
    got = table.told(postbox)
    assert sorted(address for mail in got for address in mail.to) == [BOSS, TILL]
    [mail] = [each for each in got if TILL in each.to]
    for word in words:
        assert word in mail.text, mail.text
    assert "Do not ask for this amount again" in mail.text
    assert mail.button in mail.text
    return mail


def mended(table: Table, postbox: Postbox, mail: Mail, payment: GuestPayment) -> None:
    """Press, and it is on the till, once; a mail says that it is over."""
    assert press(table, mail) == [payment]
    assert table.go_on(payment).state == State.APPLIED
    assert len(table.lines(payment.check_id)) == 1
    [over, _] = table.told(postbox)
    assert "over: 1 payment" in over.subject
    assert not table.told(postbox)


def test_t01_the_payment_api_is_not_enabled(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payment = table.go_on(table.take(tip=200))
    mail = one_mail(table, postbox, "Ask Lightspeed support", "€24.00 + tip €2.00", "payment API is not enabled")
    assert mail.subject.startswith("[Comptoir] Le Zinc – payment API switched off – table ")
    assert payment.reason == "pos_payment_api_disabled"
    table.vendor.conditions = set()
    mended(table, postbox, mail, payment)


def test_t01_it_goes_out_by_itself_when_the_till_turns_ready(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payment = table.go_on(table.take())
    assert payment.state == State.NEEDS_ATTENTION
    table.hear()
    table.vendor.conditions = set()
    table.hear(only="ORDER_API")
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == (State.QUEUED, "retry")
    assert table.go_on(payment).state == State.APPLIED


def test_t02_the_staff_account_was_closed(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.STAFF_INACTIVE}
    payment = table.go_on(table.take())
    mail = one_mail(table, postbox, "Reactivate it", "Staff is missing or inactive")
    table.vendor.conditions = set()
    mended(table, postbox, mail, payment)


def test_t02_it_is_seen_before_a_guest_pays(table: Table, postbox: Postbox) -> None:
    table.integration.staff_id = "1"
    table.integration.save()
    assert checking.check(table.integration, now=table.now) == "pos_staff_inactive"
    table.post()
    [first, _] = postbox.messages()
    assert "staff account closed" in first.subject
    checking.check(table.integration, now=table.now)
    table.post()
    assert len(postbox.messages()) == 2


def test_t03_the_payment_method_was_removed(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    payment = table.go_on(table.take())
    mail = one_mail(table, postbox, "Open your integration and choose the payment method again")
    table.integration.card_method = "CASH"
    table.integration.save()
    mended(table, postbox, mail, payment)
    sale = table.vendor.world.find(ZINC, table.bill)
    assert sale and sale.payments[0].method and sale.payments[0].method.id == "CASH"  # noqa: PT018


def test_t03_it_is_seen_before_a_guest_pays(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    assert checking.check(table.integration, now=table.now) == "pos_payment_method_missing"
    assert Integration.objects.get().degraded == "pos_payment_method_missing"
    table.vendor.conditions = set()
    assert checking.check(table.integration, now=table.now) == ""
    assert Integration.objects.get().degraded_at is None


def test_t04_more_than_is_left(table: Table, postbox: Postbox) -> None:
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    payment = table.go_on(table.take())
    mail = one_mail(table, postbox, "Remaining on the till: €12.00; paid by the guest: €24.00.", "Refund €12.00")
    assert table.sent == 0
    assert press(table, mail) == [payment]
    assert table.go_on(payment).reason == "amount_exceeds_remaining"


def asked_in_part(table: Table, payment: GuestPayment, *, amount: int) -> dict[str, Any]:
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id}
    retrying.ask_for_refund(**mine, actor="user:alice", why="paid in cash too", now=table.now, amount=amount)
    return {**mine, "actor": "provider", "refund_id": "r-1"}


def test_t04_part_of_it_is_refunded_and_the_rest_applied(table: Table, postbox: Postbox) -> None:
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    payment = table.go_on(table.take(2400, tip=200))
    one_mail(table, postbox, "Refund €12.00 and apply €12.00")
    assert telling.over_of(payment) == 1200
    mine = asked_in_part(table, payment, amount=1200)
    payment.refresh_from_db()
    assert (telling.cause_of(payment), table.sent) == ("amount_exceeds_remaining", 0)
    assert not table.told(postbox), "nothing new happened"
    retrying.refunded(**mine, total=1200, now=table.now)
    payment.refresh_from_db()
    table.go_on(payment)
    assert (payment.state, payment.amount, payment.due) == (State.APPLIED, 2400, 1200)
    assert table.lines() == [("", 1200), (payment.applied_reference, 1200)]
    assert "over: 1 payment" in table.told(postbox)[0].subject


def test_t04_what_was_given_back_while_it_was_on_its_way_is_told_apart(table: Table, postbox: Postbox) -> None:
    payment = table.run(table.take(2000))
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id, "actor": "provider"}
    retrying.refunded(**mine, refund_id="r-1", total=800, now=table.now)
    table.go_on(payment)
    assert (payment.state, payment.reason, table.sent) == (State.REFUND_PENDING_POS, "refund_not_booked", 1)
    one_mail(table, postbox, "The guest got €8.00 back; €12.00 of the payment belongs on the till")
    table.strike_out(0)
    table.pass_time(seconds=91)
    table.read()
    payment.refresh_from_db()
    assert payment.reason == "reversed_on_pos"
    mine.pop("actor")
    retrying.retry(**mine, actor="user:alice", now=table.now)
    payment.refresh_from_db()
    assert table.go_on(payment).state == State.APPLIED
    assert table.lines() == [(payment.applied_reference, 1200)]


def test_t04_a_till_that_found_it_too_much_is_asked_for_less(table: Table) -> None:
    """It was paid in cash between our read and the till's work: OVERPAID."""
    payment = table.run(table.take(2400))
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    table.hear()
    assert table.go_on(payment).reason == "amount_exceeds_remaining"
    assert table.attempts(payment) == [("01", "refused")]
    mine = asked_in_part(table, payment, amount=1200)
    retrying.refunded(**mine, total=1200, now=table.now)
    payment.refresh_from_db()
    table.go_on(payment)
    assert (payment.state, table.attempts(payment)[-1]) == (State.APPLIED, ("02", "taken"))


def test_t05_the_table_was_closed(table: Table, postbox: Postbox) -> None:
    table.tell_of_bills()
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    payment = table.go_on(table.take())
    mail = one_mail(table, postbox, "The table was closed on the till while the guest paid €24.00.")
    assert (payment.reason, table.sent) == ("check_closed", 0)
    retrying.ask_for_refund(
        organisation_id=payment.organisation_id, payment_id=payment.id, actor="user:alice", why="twice", now=table.now
    )
    retrying.refunded(
        organisation_id=payment.organisation_id, payment_id=payment.id, actor="provider", refund_id="r", now=table.now
    )
    assert "over: 1 payment" in table.told(postbox)[0].subject
    with pytest.raises(Exception, match="settled"):
        press(table, mail)


def test_t06_lightspeed_cannot_be_reached(table: Table, postbox: Postbox) -> None:
    table.vendor.instead = lambda *_: Response(503)
    payment = table.run(table.take())
    assert (payment.state, payment.reason) == (State.QUEUED, "pos_unreachable")
    assert not table.told(postbox)
    table.pass_time(seconds=121)
    mail = one_mail(table, postbox, "The connection to Lightspeed fails since", "Nothing to do")
    table.vendor.instead = None
    mended(table, postbox, mail, payment)


@pytest.mark.parametrize("cause", [Condition.TILL_OFFLINE, Condition.SALES_PERIOD_CLOSED])
def test_t07_t08_no_till_or_no_sales_period(table: Table, postbox: Postbox, cause: Condition) -> None:
    table.vendor.conditions = {cause}
    payment = table.run(table.take())
    t07 = cause is Condition.TILL_OFFLINE
    assert (payment.state, payment.reason) == (State.QUEUED, "till_offline" if t07 else "sales_period_closed")
    table.pass_time(seconds=121)
    one_mail(
        table, postbox, "Open the Lightspeed app" if t07 else "Open the sales period", "We send again every minute"
    )
    table.hear()
    table.vendor.conditions = set()
    table.hear(only="ORDER_API")  # the till says that it is ready, and what waits goes out without anybody
    assert table.go_on(payment).state == State.APPLIED
    assert "over" in table.told(postbox)[0].subject


def test_t07_a_till_that_sleeps_when_the_payment_is_on_its_way(table: Table, postbox: Postbox) -> None:
    payment = table.run(table.take())
    assert payment.state == State.SUBMITTED
    table.vendor.conditions = {Condition.TILL_OFFLINE}
    table.pass_time(seconds=61)
    table.hear()
    table.run(payment)
    assert (payment.state, payment.reason) == (State.QUEUED, "till_offline")
    assert table.attempts(payment) == [("01", "refused")]
    table.pass_time(seconds=60)
    mail = one_mail(table, postbox, "Open the Lightspeed app", "Not processed before validity ended")
    table.vendor.conditions = set()
    table.pass_time(seconds=61)
    mended(table, postbox, mail, payment)
    assert payment.applied_reference.endswith("-02")


def test_t09_the_bill_is_not_found_and_another_is_chosen(table: Table, postbox: Postbox) -> None:
    payment = table.go_on(table.take(check_id="A1.1"))
    mail = one_mail(table, postbox, "The till no longer knows this bill")
    token = mail.button.rpartition("/")[2]
    retry_links.press(token, check_id=table.bill, now=table.now)
    payment.refresh_from_db()
    assert table.go_on(payment).state == State.APPLIED
    assert len(table.lines()) == 1


def test_t10_the_consent_was_withdrawn(table: Table, postbox: Postbox) -> None:
    refuse = Response(401, b'{"error":"invalid_token"}')
    table.vendor.instead = lambda request, _: (
        refuse if "/token" not in request.path else Response(400, b'{"error":"invalid_grant"}')
    )
    payment = table.run(table.take())
    assert (payment.state, payment.reason) == (State.QUEUED, "reauth_required")
    table.pass_time(seconds=121)
    one_mail(table, postbox, "Reconnect Lightspeed", "All waiting payments go out by themselves")


def test_t11_the_result_is_not_known(table: Table, postbox: Postbox) -> None:
    table.at_pay("cut", "cut", "cut", "cut", "cut", "cut", "cut", "cut", "cut", "cut")
    payment = table.run(table.take())
    assert payment.state == State.UNKNOWN
    table.pass_time(seconds=85)
    assert not table.told(postbox)
    table.pass_time(seconds=6)
    mail = one_mail(table, postbox, "Do not enter it by hand yet")
    with pytest.raises(Exception, match="on its way"):
        press(table, mail)
    table.vendor.instead = None
    assert table.go_on(payment, rounds=12, step=10).state == State.APPLIED
    assert len(table.lines()) == 1
    assert "over" in table.told(postbox)[0].subject


def test_t14_twice_on_the_till(table: Table, postbox: Postbox) -> None:
    payment = table.go_on(table.take(1000))
    assert payment.state == State.APPLIED
    twin = Payment(amount=10, method=CARD, external_reference=payment.applied_reference)
    table.vendor.world.pay(ZINC, table.bill, twin, now=table.now)
    table.pass_time(seconds=3)
    table.read()
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "duplicate_on_pos")
    one_mail(table, postbox, "Remove the second line, reference ending in 01")
    table.strike_out(1)
    table.pass_time(seconds=3)
    table.read()
    payment.refresh_from_db()
    assert table.go_on(payment).state == State.APPLIED
    assert table.sent == 1


def test_t15_refused_without_a_reason_we_know(table: Table, postbox: Postbox) -> None:
    body = b'{"status":400,"message":"something odd"}'
    table.vendor.instead = lambda request, _: Response(400, body) if request.path == PAY else None
    payment = table.go_on(table.take(), rounds=12)
    assert (payment.state, payment.reason, table.sent) == (State.NEEDS_ATTENTION, "pos_rejected_other", 3)
    mail = one_mail(table, postbox, "something odd", "enter the payment by hand with method APM")
    table.vendor.instead = None
    mended(table, postbox, mail, payment)


def test_t15_a_line_that_staff_removed(table: Table, postbox: Postbox) -> None:
    payment = table.go_on(table.take(1000))
    table.strike_out(0)
    table.pass_time(seconds=3)
    table.read()
    payment.refresh_from_db()
    assert payment.reason == "reversed_on_pos"
    mail = one_mail(table, postbox, "its line is gone")
    table.pass_time(seconds=90)
    mended(table, postbox, mail, payment)
    assert payment.applied_reference.endswith("-02")


def test_t16_too_many_calls(table: Table, postbox: Postbox) -> None:
    slow = Response(429, b"{}", {"retry-after": "1"})
    table.vendor.instead = lambda *_: slow
    payment = table.run(table.take())
    assert (payment.state, payment.reason) == (State.QUEUED, "pos_rate_limited")
    table.pass_time(seconds=121)
    one_mail(table, postbox, "Nothing to do")


def test_t17_a_reference_that_was_used_is_looked_for(table: Table, postbox: Postbox) -> None:
    table.at_pay("lost", "lost")
    payment = table.run(table.take())
    table.run(payment)
    table.run(payment)
    assert payment.reason == "reference_used"
    assert not table.told(postbox)
    table.pass_time(seconds=91)
    mail = one_mail(table, postbox, "Lightspeed has this payment already")
    assert mail.subject.startswith("[Comptoir] Le Zinc – already with Lightspeed")
    assert table.go_on(payment).state == State.APPLIED
    assert len(table.lines()) == 1


def test_t18_another_currency_is_the_providers_to_mend(table: Table, postbox: Postbox) -> None:
    key, _ = linking.make_key(provider="Qodeup", now=table.now)
    key.contact = "dev@provider.example.com"
    key.save()
    mine = {"organisation_id": table.integration.organisation_id, "integration_id": table.integration.id}
    linking.ask(key=key, integration_id=table.integration.id, now=table.now)
    linking.decide(**mine, key_id=key.id, yes=True, actor="user:alice", now=table.now)
    payment = table.go_on(table.take(currency="CHF"))
    assert (payment.state, payment.reason, table.sent) == (State.NEEDS_ATTENTION, "currency_mismatch", 0)
    got = table.told(postbox)
    assert sorted(address for mail in got for address in mail.to) == [BOSS, "dev@provider.example.com", TILL]
    assert all("other currency" in mail.subject for mail in got)


def test_t19_an_endpoint_that_fails_is_told_to_the_provider(table: Table, postbox: Postbox) -> None:
    test_t18_another_currency_is_the_providers_to_mend(table, postbox)
    postbox.clear()
    for _ in range(2):
        mails.endpoint_failing(table.integration, said="503", occasion="paused", now=table.now)
    table.post()
    [mail] = postbox.messages()
    assert (mail.to, "503" in mail.text) == (("dev@provider.example.com",), True)


def test_t20_a_till_that_trades_and_tells_nothing(table: Table, postbox: Postbox) -> None:
    Integration.objects.update(listening_at=table.now - timedelta(days=2))
    assert not checking.silent(now=table.now)
    sell(table)
    [integration] = checking.silent(now=table.now)
    for _ in range(2):
        mails.silent(integration, address="https://comptoir.example/hooks/x", now=table.now)
    table.post()
    assert len(postbox.messages()) == 2
    assert "https://comptoir.example/hooks/x" in postbox.messages(TILL)[0].text


def test_t21_addresses_that_bounce_and_owners_who_get_it(table: Table, postbox: Postbox) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payment = table.go_on(table.take())
    postbox.refuse_with = "550 nobody here"
    assert not table.told(postbox)
    assert OutgoingMail.objects.filter(state=OutgoingMail.State.GIVEN_UP).count() == 2
    postbox.refuse_with = ""
    got = table.told(postbox, "alice@example.com")
    assert len(got) == len(postbox.messages()) == 3
    [money] = [mail for mail in got if "payment API switched off" in mail.subject]
    assert f"No address of the integration took this mail: {TILL}, {BOSS}" in money.text
    assert sum("mail address does not work" in mail.subject for mail in got) == 2
    table.vendor.conditions = set()
    assert press(table, money) == [payment]
    assert not [mail for mail in table.told(postbox) if "switched off" in mail.subject]


def test_t21_without_addresses_owners_get_it(table: Table, postbox: Postbox) -> None:
    table.integration.emails = ""
    table.integration.save()
    table.vendor.conditions = {Condition.API_DISABLED}
    table.go_on(table.take())
    [mail] = table.told(postbox)
    assert mail.to == ("alice@example.com",)


def test_t22_refunded_and_still_on_the_till(table: Table, postbox: Postbox) -> None:
    payment = table.go_on(table.take(1000))
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id}
    retrying.refunded(**mine, actor="provider", refund_id="r-1", now=table.now)
    one_mail(table, postbox, "The guest got €10.00 back", "Remove the line on the till")
    table.strike_out(0)
    table.pass_time(seconds=3)
    table.read()
    payment.refresh_from_db()
    assert payment.state == State.REFUNDED
    assert "over" in table.told(postbox)[0].subject


def test_t22_a_refund_that_was_booked_beside_the_line_is_said_by_somebody(table: Table, postbox: Postbox) -> None:
    payment = table.go_on(table.take(1000))
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id}
    retrying.refunded(**mine, actor="provider", refund_id="r-1", now=table.now)
    retrying.settle_by_hand(**mine, actor="user:alice", why="booked at 21:04", now=table.now)
    table.pass_time(seconds=3)
    table.read()
    payment.refresh_from_db()
    assert (payment.state, telling.acts_of(payment)) == (State.REFUNDED, {"undo"})
    retrying.undo(**mine, actor="user:alice", why="it was another bill", now=table.now)
    one_mail(table, postbox, "The guest got €10.00 back")


def test_t23_the_method_of_a_card_terminal(table: Table, postbox: Postbox) -> None:
    table.integration.card_method = "LSPAY"
    table.integration.save()
    payment = table.go_on(table.take())
    mail = one_mail(table, postbox, "integrated card terminal", "Native payment is not supported")
    table.integration.card_method = "APM"
    table.integration.save()
    mended(table, postbox, mail, payment)


def sell(table: Table) -> None:
    """A sale that the ledger knows, and no notification told of."""
    table.tell_of_bills()
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    Integration.objects.update(heard_event_at=None)
