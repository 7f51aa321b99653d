"""A test payment (O11): on a bill that somebody chose, on its way like any other, and nobody's money."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.pay_at_table import days, holding, notices, reconciling, setting_up, trying_out
from comptoir.apps.pay_at_table.alarm_tables import Notice
from comptoir.apps.pay_at_table.day_tables import DayReport
from comptoir.apps.pay_at_table.event_tables import ProviderEvent
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, State
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.core.audit.models import Note
from comptoir.kernel.errors import RuleBroken
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


@pytest.fixture
def green(table: Table, provider: Provider) -> Table:
    """Everything on the checklist is green that can be before anybody has paid."""
    facts = {"enabled": True, "sales_period_open": True, "till_available": True, "ready": True}
    Integration.objects.update(readiness=facts, readiness_at=table.now, heard_event_at=table.now)
    table.integration.refresh_from_db()
    return table


def start(table: Table, bill: str = "") -> GuestPayment:
    return trying_out.start(table.integration, check_id=bill or table.bill, actor="user:alice", now=table.now)


def arrives(table: Table, payment: GuestPayment) -> GuestPayment:
    """On the till, with what it tells, by the real clock: pages have no other."""
    table.run(payment)
    table.hear()
    return table.run(payment)


def refusal(table: Table, bill: str = "") -> str:
    with pytest.raises(RuleBroken) as refused:
        start(table, bill)
    return refused.value.code


def report(table: Table) -> DayReport:
    return reconciling.make(table.integration, days.of_store(table.integration, table.now), now=table.now)


def path_of(table: Table, more: str = "") -> str:
    return f"/pay-at-table/integrations/{table.integration.public_id}{more}"


def shown(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def checklist(client: Client, table: Table) -> str:
    return shown(client, path_of(table), **{"HX-Request": "true"})


def test_o11_it_is_entered_from_the_checklist_and_is_a_difference_until_it_is_removed(
    green: Table, provider: Provider, alice: Client
) -> None:
    assert "Make a test payment" in checklist(alice, green)
    page = shown(alice, path_of(green, "/test"))
    assert "payment of €0.01 with the payment method APM, which nobody has paid" in page
    assert f'value="{green.bill}"' in page
    alice.post(path_of(green, "/test/pay"), {"bill": green.bill})
    assert not GuestPayment.objects.exists(), "nobody said that it will be removed"
    alice.post(path_of(green, "/test/pay"), {"bill": green.bill, "understood": "yes"})
    payment = GuestPayment.objects.get()
    assert "is on its way to bill" in checklist(alice, green)
    assert arrives(green, payment).state == State.APPLIED
    assert green.lines() == [(payment.applied_reference, 1)]
    assert "remove it on the till" in checklist(alice, green)

    made = report(green)
    assert [(row["state"], row["taken"], row["on_pos"]) for row in made.rows] == [("test_payment", None, 1)]
    assert (made.difference, list(made.totals), made.totals["test"]["on_pos"]) == (1, ["test"], 1)
    page = f"/pay-at-table/payments/{payment.public_id}"
    alice.post(f"{page}/settle")
    payment.refresh_from_db()
    assert payment.state == State.APPLIED, "the bill still shows it"
    green.strike_out(0)
    alice.post(f"{page}/settle")
    payment.refresh_from_db()
    made = report(green)
    assert (payment.state, made.difference) == (State.SETTLED_MANUALLY, 0)
    assert [(row["state"], row["on_pos"]) for row in made.rows] == [("test_settled", None)], "it stays a row"
    assert set(Note.objects.values_list("what", flat=True)) >= {"table.test_made"}
    assert "Make a test payment" not in checklist(alice, green), "it is proven"


def test_o11_no_provider_hears_of_it(green: Table, provider: Provider) -> None:
    payment = start(green)
    green.go_on(payment)
    assert payment.state == State.APPLIED
    assert provider.get("/payments")[1]["data"] == []
    assert provider.get(f"/payments/{payment.public_id}")[0] == 404
    assert provider.post(f"/payments/{payment.public_id}/retry")[0] == 404
    refund = {"provider_refund_id": "r-1", "amount": 1, "status": "succeeded", "reason": ""}
    assert provider.post(f"/payments/{payment.public_id}/refunds", refund)[0] == 404
    kinds = set(ProviderEvent.objects.values_list("kind", flat=True))
    assert not {each for each in kinds if each.startswith("payment")}, kinds
    green.take(2399, name="q-real")
    green.go_on(green.taken[0])
    assert [each["provider_payment_id"] for each in provider.get("/payments")[1]["data"]] == ["q-real"]
    assert sorted(row["state"] for row in report(green).rows) == ["matched", "test_payment"]
    assert [each["state"] for each in provider.get("/reconciliation")[1]["rows"]] == ["matched"]


def test_o11_only_a_bill_that_nobody_pays_is_chosen(green: Table) -> None:
    paid, held, taken, waiting, unplaced = (green.another_bill() for _ in range(5))
    green.vendor.world.pay(ZINC, paid, Payment(amount=Decimal(1), method=CARD), now=green.now)
    green.read()
    holding.hold(integration=green.integration, check_id=held, session="g", amount=500, now=green.now)
    green.take(1000, check_id=taken)
    green.take(99900, check_id=waiting)
    green.go_on(green.taken[1])
    table = next(
        each.table_number
        for each in trying_out.free_bills(green.integration, now=green.now)
        if each.check_id == unplaced
    )
    green.take(1000, check_id="", table_number=table)
    green.pass_time(seconds=3)
    free = [each.check_id for each in trying_out.free_bills(green.integration, now=green.now)]
    assert set(free).isdisjoint({paid, held, taken, waiting, unplaced})
    for bill in (paid, held, taken, waiting, unplaced):
        assert refusal(green, bill) == "bill_not_free"
    assert refusal(green, "A404.1") == "check_not_found"
    assert not GuestPayment.objects.filter(is_test=True).exists()


def test_o11_one_at_a_time_and_only_when_all_else_is_green(green: Table, alice: Client) -> None:
    other = green.another_bill()
    Integration.objects.update(heard_event_at=None)
    green.integration.refresh_from_db()
    assert refusal(green) == "not_ready"
    assert "Make a test payment" not in checklist(alice, green)
    Integration.objects.update(heard_event_at=green.now)
    green.integration.refresh_from_db()
    first = start(green)
    assert refusal(green, other) == "test_under_way"
    assert "One test at a time" in shown(alice, path_of(green, "/test"))
    green.go_on(first)
    assert refusal(green, other) == "test_under_way", "until it is removed"
    green.strike_out(0)
    green.read()
    first.refresh_from_db()
    assert (first.state, first.reason) == (State.SETTLED_MANUALLY, "line_removed"), "the bill shows it"
    second = start(green, other)
    with pytest.raises(RuleBroken) as refused:
        trying_out.undo(first, actor="user:alice", now=green.now)
    assert (refused.value.code, second.check_id) == ("test_under_way", other)
    assert setting_up.disable(green.integration, actor="user:alice", now=green.now) == 0, "no money of a guest's"


def test_o11_a_payment_said_to_be_removed_that_stands_on_its_bill_is_to_be_removed_again(green: Table) -> None:
    payment = start(green)
    green.go_on(payment)
    world: Any = green.vendor.world
    kept = world.find(ZINC, green.bill)
    green.strike_out(0)
    green.read()
    green.pass_time(seconds=5)
    world._record(kept, green.now)
    green.read()
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == (State.APPLIED, "seen_on_till")
    assert report(green).difference == 1


def test_o11_one_that_is_refused_alarms_nobody_and_is_given_up(green: Table, alice: Client) -> None:
    green.vendor.conditions = {Condition.METHOD_REMOVED}
    payment = green.go_on(start(green))
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "pos_payment_method_missing")
    later = green.now + timedelta(minutes=5)
    assert notices.due(now=later) == []
    notices.look(green.integration.organisation_id, green.integration.id, now=later)
    assert not Notice.objects.exists()
    assert "is not on the till: payment method missing" in checklist(alice, green)
    page = shown(alice, f"/pay-at-table/payments/{payment.public_id}")
    assert "Open your integration and choose the payment method again." in page
    assert "The guest has already paid" not in page
    assert "Nothing needs you." in shown(alice, "/pay-at-table/payments")
    alice.post(f"/pay-at-table/payments/{payment.public_id}/refund", {"why": "x"})
    alice.post(f"/pay-at-table/payments/{payment.public_id}/settle")
    payment.refresh_from_db()
    assert (payment.state, payment.refund_asked_at) == (State.SETTLED_MANUALLY, None)
    green.vendor.conditions = set()
    assert green.go_on(start(green)).state == State.APPLIED


def test_o11_a_test_leaves_the_shares_of_a_bill_alone(green: Table, provider: Provider) -> None:
    green.read()
    [bill] = provider.get("/checks")[1]
    before = provider.post(f"/checks/{bill['id']}/split-plans", {"shares": 2})[1]
    green.go_on(start(green))
    green.vendor.world.add(ZINC, green.bill, [Item("ENTRECOTE")], now=green.now)
    green.pass_time(seconds=20)
    after = provider.post(f"/checks/{bill['id']}/split-plans", {"shares": 2})[1]
    assert (len(before["amounts"]), len(after["amounts"])) == (2, 2)
