"""A taken payment goes to the K-Series simulator over real HTTP, and everything that can be lost on the way is."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from comptoir.apps.pay_at_table import applying, checks
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration, MethodKind, State, Transition
from comptoir.apps.pay_at_table.recording import Taken, record
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from tests.apps.pay_at_table.table import PAY, Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC

pytestmark = pytest.mark.django_db(transaction=True)


def test_f3_a_taken_payment_is_on_the_till_and_the_bill_closes(table: Table) -> None:
    payment = table.take(2400, tip=200)
    table.settle(payment)
    assert payment.state == State.APPLIED
    assert table.lines() == [(payment.applied_reference, 2400)]
    assert table.sent == 1


@pytest.mark.parametrize("kind", [MethodKind.CARD, MethodKind.VOUCHER])
def test_f3_a_line_stands_under_the_mapped_method_whatever_the_tills_payment_api_holds(
    table: Table, kind: MethodKind
) -> None:
    """Must-show 6: the Payment API's own method is what a payment would be booked under that names none."""
    Integration.objects.update(card_method="CASH", voucher_method="CB")
    table.vendor.simulator.offices.change(ZINC, default_method="APM")
    table.integration.refresh_from_db()
    table.settle(table.take(1000, method_kind=kind))
    sale = table.vendor.world.find(ZINC, table.bill)
    assert sale
    assert [each.method and each.method.id for each in sale.payments] == ["CASH" if kind == "card" else "CB"]


def test_f3_after_the_tills_yes_a_paid_bill_is_asked_for_once(table: Table) -> None:
    payment = table.run(table.take(2400))
    table.hear()
    asked = len(table.vendor.asked)
    assert table.run(payment).state == State.APPLIED
    assert [each.path for each in table.vendor.asked[asked:]] == [f"/o/op/1/order/accounts/{table.bill}"]
    checks.open_bills(table.integration, now=table.now + timedelta(minutes=1))
    assert Bill.objects.get(check_id=table.bill).closed
    payment.refresh_from_db()
    assert payment.state == State.APPLIED


def test_f3_a_part_leaves_a_rest(table: Table) -> None:
    first, second = table.take(1000), table.take(1400)
    assert table.settle(first).state == State.APPLIED
    assert table.settle(second).state == State.APPLIED
    assert [amount for _, amount in table.lines()] == [1000, 1400]


def test_e9_a_lost_answer_is_asked_for_under_the_same_reference(table: Table) -> None:
    table.at_pay("lost")
    payment = table.work(table.take(), till=False)
    assert (payment.state, payment.reason) == (State.UNKNOWN, "unknown_result")
    table.settle(payment)
    assert payment.state == State.APPLIED
    assert len(table.lines()) == 1
    assert table.attempts(payment) == [("01", "taken")]


def test_e9_an_answer_that_is_lost_twice_is_known_already(table: Table) -> None:
    table.at_pay("lost", "lost")
    payment = table.work(table.take(), till=False)
    table.work(payment, till=False)
    table.work(payment, till=False)
    assert (payment.state, payment.reason) == (State.SUBMITTED, "reference_used")
    assert table.settle(payment).state == State.APPLIED
    assert len(table.lines()) == 1


def test_t6_a_call_that_never_arrived_is_sent_again(table: Table) -> None:
    table.at_pay("cut")
    payment = table.work(table.take(), till=False)
    assert table.lines() == []
    table.settle(payment)
    assert (payment.state, table.attempts(payment)) == (State.APPLIED, [("01", "taken")])


def test_p1_a_till_that_cannot_be_reached_keeps_nothing_from_being_recorded(table: Table) -> None:
    table.vendor.instead = lambda *_: Response(503)
    payment = table.work(table.take())
    assert (payment.state, payment.reason) == (State.QUEUED, "pos_unreachable")
    assert payment.waiting_until
    table.vendor.instead = None
    assert table.settle(payment).state == State.APPLIED


@pytest.mark.parametrize("after_the_call", [False, True])
def test_e8_e9_a_worker_killed_between_the_row_and_the_answer(
    table: Table, monkeypatch: pytest.MonkeyPatch, after_the_call: bool
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> bool:
        raise Killed

    payment = table.take()
    with monkeypatch.context() as patched:
        patched.setattr(applying, "_note" if after_the_call else "_send", killed)
        with pytest.raises(Killed):
            table.work(payment)
    table.till_works()
    table.settle(payment)
    assert payment.state == State.APPLIED
    assert len(table.lines()) == 1
    assert table.attempts(payment) == [("01", "taken")]


def test_e2_two_guests_on_the_last_amount_one_is_applied_and_one_waits(table: Table) -> None:
    first, second = table.take(), table.take()
    assert table.settle(first).state == State.APPLIED
    table.settle(second)
    assert (second.state, second.reason) in {
        (State.NEEDS_ATTENTION, "check_closed"),
        (State.NEEDS_ATTENTION, "check_not_found"),
    }
    assert len(table.lines()) == 1


def test_t4_more_than_what_is_left(table: Table) -> None:
    payment = table.settle(table.take(2401))
    assert (payment.state, payment.reason, table.sent) == (State.NEEDS_ATTENTION, "amount_exceeds_remaining", 0)


def test_t5_a_bill_closed_with_cash(table: Table) -> None:
    table.vendor.world.close(ZINC, table.bill, [CARD], now=datetime.now(UTC))
    payment = table.settle(table.take())
    assert payment.state == State.NEEDS_ATTENTION
    assert payment.reason in {"check_closed", "check_not_found"}
    assert table.sent == 0


def test_f4_a_definite_refusal_is_followed_by_a_new_reference_after_a_read(table: Table) -> None:
    refused: list[str] = []

    def instead(request: Request, now: datetime) -> Response | None:
        if request.path != PAY or refused:
            return None
        refused.append(request.path)
        return Response(400, b'{"status":400,"message":"something odd"}')

    table.vendor.instead = instead
    payment = table.settle(table.take())
    assert payment.state == State.APPLIED
    assert table.attempts(payment) == [("01", "refused"), ("02", "taken")]
    assert payment.applied_reference.endswith("-02")


def test_t1_a_setting_that_must_be_changed_first_is_not_tried_again(table: Table) -> None:
    body = b'{"status":400,"message":"payment api is not enabled"}'
    table.vendor.instead = lambda request, _: Response(400, body) if request.path == PAY else None
    payment = table.settle(table.take())
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "pos_payment_api_disabled")
    assert table.sent == 1


def test_e3_a_report_that_is_repeated_is_one_payment(table: Table) -> None:
    payment, again = table.take(name="same"), table.take(name="same")
    assert payment.id == again.id
    assert GuestPayment.objects.count() == 1


def test_e4_a_report_with_other_figures_is_a_conflict(table: Table) -> None:
    table.take(name="same")
    with pytest.raises(RuleBroken) as refused:
        table.take(1000, name="same")
    assert refused.value.code == "provider_id_conflict"


def test_p2_many_workers_at_once_make_one_line(table: Table) -> None:
    payment = table.take()

    def work() -> None:
        table.run(GuestPayment.objects.get(id=payment.id))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table.till_works()
    assert table.settle(payment).state == State.APPLIED
    assert len(table.lines()) == 1
    assert table.attempts(payment) == [("01", "taken")]


def test_p7_payments_of_one_bill_go_in_the_order_they_came(table: Table) -> None:
    first, second = table.take(1000), table.take(1000)
    table.work(second)
    assert (second.state, second.reason, table.sent) == (State.QUEUED, "another_first", 0)
    table.settle(first)
    assert table.settle(second).state == State.APPLIED


def test_p8_every_step_is_in_the_journal(table: Table) -> None:
    payment = table.settle(table.take())
    told = Transition.objects.filter(payment_id=payment.id).order_by("id").values_list("before", "after")
    assert [*told] == [("", "recorded"), ("recorded", "unknown"), ("unknown", "submitted"), ("submitted", "applied")]


def test_t7_a_till_that_was_off_until_its_patience_was_over(table: Table) -> None:
    payment = table.work(table.take(), till=False)
    table.vendor.simulator.due(now=datetime.now(UTC) - timedelta(minutes=5))
    assert payment.state == State.SUBMITTED
    table.ahead += timedelta(seconds=91)
    table.work(payment, till=False)
    # The till's own clock has not moved: its task still stands, and the new reference is the one that is refused.
    assert table.attempts(payment)[0] == ("01", "expired")


def test_p1_recording_asks_nothing_of_an_integration_that_is_off(table: Table) -> None:
    table.integration.enabled = False
    table.integration.save()
    taken = Taken("q", 2400, "EUR", check_id=table.bill)
    payment, made = record(integration=table.integration, taken=taken, now=table.now)
    assert (payment.state, made) == (State.RECORDED, True)
