"""What the floor sees while guests pay: what is left, who is paying, what is stuck, wherever it is stuck."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from comptoir.apps.pay_at_table import holding, notices, retrying
from comptoir.apps.pay_at_table.models import State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(people: People) -> Client:
    return people.client(people.alice)


def floor(table: Table, client: Client) -> str:
    """The part that the page fetches every three seconds, as text, after the till was read and the mails were due."""
    table.pass_time(seconds=3)
    table.read()
    notices.look(table.integration.organisation_id, table.integration.id, now=table.now)
    part = client.get("/pay-at-table", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def test_the_page_asks_for_its_rows_every_three_seconds(table: Table, alice: Client) -> None:
    assert 'hx-get="/pay-at-table" hx-trigger="every 3s"' in alice.get("/pay-at-table").content.decode()


def test_a_table_says_what_is_left_and_who_is_paying(table: Table, alice: Client) -> None:
    assert "€24.00 of €24.00" in floor(table, alice)
    hold = holding.hold(integration=table.integration, check_id=table.bill, session="g", amount=1000, now=table.now)
    assert "paying €10.00" in floor(table, alice)
    holding.release(integration=table.integration, intent_id=hold.id)
    assert "paying" not in floor(table, alice)
    payment = table.run(table.take(1000))
    assert "on its way to the till" in floor(table, alice)
    table.go_on(payment)
    page = floor(table, alice)
    assert ("€14.00 of €24.00" in page, "on its way" in page) == (True, False)


def test_a_hold_that_ran_out_pays_nothing(table: Table, alice: Client) -> None:
    now = table.now - timedelta(minutes=10)
    holding.hold(integration=table.integration, check_id=table.bill, session="g", amount=1000, now=now)
    assert "paying" not in floor(table, alice)


def test_what_is_stuck_is_red_until_it_is_over(table: Table, alice: Client) -> None:
    table.vendor.conditions = {Condition.API_DISABLED}
    payment = table.go_on(table.take(1000))
    assert "Not on the till: needs you" in floor(table, alice)
    assert "status-bad" in alice.get("/pay-at-table").content.decode()
    table.vendor.conditions = set()
    retrying.retry(organisation_id=payment.organisation_id, payment_id=payment.id, actor="user:alice", now=table.now)
    payment.refresh_from_db()
    assert table.go_on(payment).state == State.APPLIED
    assert "Not on the till" not in floor(table, alice)


def test_t7_what_waits_for_the_till_is_red_once_it_is_late(table: Table, alice: Client) -> None:
    table.vendor.conditions = {Condition.TILL_OFFLINE}
    payment = table.run(table.take(1000))
    payment.created_at -= timedelta(minutes=3)
    payment.save()
    assert "Not on the till" in floor(table, alice)


@pytest.mark.parametrize("why", ["closed", "unknown", "unnamed"])
def test_t5_t9_money_that_is_on_no_open_bill_is_seen_all_the_same(table: Table, alice: Client, why: str) -> None:
    if why == "closed":
        table.tell_of_bills()
        table.read()
        table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
        table.hear()
    table.go_on(table.take(check_id={"closed": table.bill, "unknown": "A1.1", "unnamed": ""}[why]))
    page = floor(table, alice)
    assert "€24.00 paid by a guest, on no open bill Not on the till: needs you" in page
    assert ("of €24.00" in page) == (why != "closed")


def test_t22_what_was_given_back_and_stands_on_the_till_is_named_so(table: Table, alice: Client) -> None:
    payment = table.go_on(table.take(1000))
    retrying.refunded(
        organisation_id=payment.organisation_id, payment_id=payment.id, actor="provider", refund_id="r", now=table.now
    )
    page = floor(table, alice)
    assert ("Refunded, still on the till" in page, "Not on the till" in page) == (True, False)
