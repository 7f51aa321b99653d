"""Numbered edge cases of pay-at-table.md 5 with the till, the sign-in or the mail server in a bad mood."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection as database
from django.test import Client, override_settings

from comptoir.apps.pay_at_table import checks, holding, notices, retrying, till_messages
from comptoir.apps.pay_at_table.models import Attempt, Bill, GuestPayment, Integration, Intent, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.connections.models import Connection
from comptoir.core.health.causes import Cause
from comptoir.core.health.lights import health
from comptoir.core.mail.deliver import RETRY_WAITS
from comptoir.core.mail.models import OutgoingMail
from comptoir.core.mail.server import mail_server
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.postbox import Postbox
from comptoir.sandbox.till import Item, Opening
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, LE_ZINC, ZINC
from tests.people import People
from tests.postbox import postbox as postbox

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 25
"""Each with a database session of its own; a cluster gives a hundred, and two tests run beside one another."""


def test_e11_a_direct_sale_whose_news_come_at_once_is_one_closed_check(table: Table) -> None:
    table.tell_of_bills()
    place = table.vendor.world.place(ZINC)
    table.pass_time(seconds=5)
    counter = Opening(place.registers[0], place.staff[0])
    sale = table.vendor.world.open(ZINC, counter, items=[Item("CAFE")], now=table.now)
    table.read()
    table.vendor.world.close(ZINC, sale.external_id, [CARD], now=table.now)
    assert table.hear(times=2) >= 1, "opened, changed and closed, told together"
    table.read()
    [bill] = Bill.objects.filter(check_id=sale.external_id)
    assert bill.closed
    with pytest.raises(RuleBroken) as raised:
        holding.hold(integration=table.integration, check_id=sale.external_id, session="g", amount=100, now=table.now)
    assert raised.value.code in {"check_closed", "check_not_found"}
    assert not Intent.objects.exists()


def test_e20_the_waiter_takes_cash_while_the_payment_is_on_its_way(table: Table) -> None:
    payment = table.run(table.take(2400))
    assert payment.state == State.SUBMITTED
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    table.go_on(payment)
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "check_closed")
    assert [reference for reference, _ in table.lines() if reference.startswith("CT")] == []
    assert table.sent == 1, "no second one on a closed table"


def retried_after(table: Table, payment: GuestPayment, hours: int) -> GuestPayment:
    table.pass_time(hours=hours)
    table.vendor.conditions = set()
    retrying.retry(organisation_id=payment.organisation_id, payment_id=payment.id, actor="user:1", now=table.now)
    payment.refresh_from_db()
    return table.go_on(payment)


def test_e21_the_next_day_a_bill_is_read_by_its_identifier(table: Table) -> None:
    """As long as the till shows it; after that its choices are those of T9, and nothing is sent."""
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    first, second = table.go_on(table.take(1000)), table.go_on(table.take(500))
    assert (first.state, second.state) == (State.NEEDS_ATTENTION, State.NEEDS_ATTENTION)
    assert retried_after(table, first, 14).state == State.APPLIED
    assert [amount for _, amount in table.lines()] == [1000]
    sent = table.sent
    retried_after(table, second, 11)
    assert (second.state, second.reason, table.sent) == (State.NEEDS_ATTENTION, "check_not_found", sent)


def test_e21_a_bill_of_yesterday_that_was_closed_leaves_the_choices_of_t5(table: Table) -> None:
    table.vendor.conditions = {Condition.METHOD_REMOVED}
    payment = table.go_on(table.take(1000))
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    retried_after(table, payment, 25)
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "check_closed")


def test_e35_many_workers_find_the_token_expired_and_one_refreshes(table: Table) -> None:
    table.read()
    table.vendor.simulator.expire_tokens(LE_ZINC)
    table.vendor.asked.clear()

    def work(_: int) -> int:
        try:
            return checks.fresh_bill(table.integration, table.bill, now=table.now, age=timedelta(0)).remaining
        finally:
            database.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(work, range(AT_ONCE))) == [2400] * AT_ONCE
    assert len(table.vendor.token_requests) == 1


def test_e36_a_refresh_whose_answer_is_lost_is_asked_twice_and_then_a_person(table: Table) -> None:
    table.vendor.simulator.expire_tokens(LE_ZINC)
    table.vendor.asked.clear()
    lost = [Response(200, b"{}", cut_at=0)]

    def instead(request: Request, now: datetime) -> Response | None:
        if "/token" not in request.path or not lost:
            return None
        table.vendor.simulator.answer(request, now=now)  # it arrives, and its answer does not
        return lost.pop()

    table.vendor.instead = instead
    payment = table.run(table.take(1000))
    assert (payment.state, payment.reason) == (State.QUEUED, "reauth_required")
    assert len(table.vendor.token_requests) == 2
    assert Connection.objects.get().status == Connection.Status.RECONNECT
    table.pass_time(minutes=20)
    table.run(payment)
    assert len(table.vendor.token_requests) == 2, "no loop of burnt tokens"


def test_e42_the_order_of_payments_is_that_of_their_receipt(table: Table) -> None:
    first = table.take(400, captured_at=table.now + timedelta(days=3))
    second = table.take(400, captured_at=table.now - timedelta(minutes=1))
    assert first.created_at < second.created_at < table.now
    table.run(second)
    assert second.reason == "another_first"
    table.go_on(first)
    table.go_on(second)
    references = Attempt.objects.order_by("sent_at").values_list("payment_id", flat=True)
    assert list(references) == [first.id, second.id]


def test_e49_what_others_wrote_is_text_on_pages_and_in_mails(table: Table, postbox: Postbox, people: People) -> None:
    Integration.objects.update(emails="chef@example.com")
    table.integration.refresh_from_db()
    evil, robbery = "<b>12</b>", "'); DROP TABLE x;--"
    payment = table.go_on(table.take(9900, name=robbery, table_number=evil))
    GuestPayment.objects.filter(id=payment.id).update(table_number=evil, said="<script>alert(1)</script>")
    Bill.objects.update(table_number=evil, name=evil)
    [mail] = table.told(postbox, "chef@example.com")
    alice = people.client(people.alice)
    path = f"/pay-at-table/payments/{payment.public_id}"
    pages = [alice.get(each).content.decode() for each in (path, "/pay-at-table/payments", "/pay-at-table")]
    pages.append(Client().get("/" + mail.button.split("/", 3)[3]).content.decode())
    for html in (*pages, mail.html):
        assert "&lt;b&gt;12&lt;/b&gt;" in html
        assert "<b>12</b>" not in html
        assert "<script>alert" not in html
    assert evil in mail.text
    found = alice.get("/pay-at-table/payments", {"search": robbery}).content.decode()
    assert payment.public_id in found


def test_e50_a_mail_server_that_is_down_loses_no_mail_and_the_rest_goes_on(table: Table, postbox: Postbox) -> None:
    Integration.objects.update(emails="chef@example.com")
    table.integration.refresh_from_db()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"smtp://127.0.0.1:{taken.getsockname()[1]}"
        payment = table.go_on(table.take(9900, table_number="12"))
        with override_settings(COMPTOIR_MAIL_SERVER=mail_server(nobody)):
            notices.look(payment.organisation_id, table.integration.id, now=table.now)
            table.post()
    waiting = OutgoingMail.objects.get(to="chef@example.com")
    assert (waiting.state, waiting.attempts) == (OutgoingMail.State.WAITING, 1)
    assert sum(RETRY_WAITS, timedelta()) >= timedelta(hours=72)
    alarms = health(payment.organisation_id, now=table.now).troubles
    assert [each.count for each in alarms if each.cause is Cause.MONEY_NOT_ON_TILL] == [1]
    till_messages.show(payment.organisation_id, payment.id, now=table.now)
    assert sum(each.path == "/o/op/1/printMsg" for each in table.vendor.asked) == 1
    table.post()
    assert len(postbox.messages("chef@example.com")) == 1
