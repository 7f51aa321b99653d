"""What a person does about a payment that is not on the till: again, all again, by hand, taken back, refunded."""

from datetime import timedelta

import pytest

from comptoir.apps.pay_at_table import retry_links, retrying, telling
from comptoir.apps.pay_at_table.failures import BY_CODE, CATALOGUE, SIGNALS, failure_of
from comptoir.apps.pay_at_table.models import Attempt, GuestPayment, State, Transition
from comptoir.core.installations.models import Installation
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Response
from tests.apps.pay_at_table.table import PAY, Table

pytestmark = pytest.mark.django_db(transaction=True)


def api_off(table: Table) -> None:
    body = b'{"status":400,"message":"payment api is not enabled"}'
    table.vendor.instead = lambda request, _: Response(400, body) if request.path == PAY else None


def test_every_row_of_the_failure_table_stands_once() -> None:
    assert {f"T{number}" for number in range(1, 24)} <= {each.number for each in CATALOGUE}
    assert len(BY_CODE) == len(CATALOGUE)
    assert set(SIGNALS.values()) <= set(BY_CODE)
    assert failure_of("what nobody knows").number == "T15"


def test_the_installation_is_the_integration(table: Table) -> None:
    installed = Installation.objects.get(app="pay_at_table")
    assert installed.public_id == table.integration.public_id


def test_f5_a_link_opens_without_changing_anything_and_a_press_retries(table: Table) -> None:
    api_off(table)
    payment = table.settle(table.take())
    token = retry_links.make(integration=table.integration, payment_id=payment.id, now=table.now)
    before = Transition.objects.count()
    assert retry_links.open_link(token, now=table.now).payments == (payment,)
    assert Transition.objects.count() == before
    table.vendor.instead = None
    assert retry_links.press(token, now=table.now) == [payment]
    assert table.settle(payment).state == State.APPLIED
    with pytest.raises(RuleBroken) as refused:
        retry_links.press(token, now=table.now)
    assert refused.value.code == "not_retryable"


def test_f5_a_link_ends_after_seven_days_and_is_not_pressed_without_end(table: Table) -> None:
    payment = table.take()
    token = retry_links.make(integration=table.integration, payment_id=payment.id, now=table.now)
    codes = []
    for _ in range(12):
        with pytest.raises(RuleBroken) as refused:
            retry_links.press(token, now=table.now)
        codes.append(refused.value.code)
    assert codes == ["retry_in_progress"] * 10 + ["pressed_too_often"] * 2
    for wrong, code in ((token, "link_expired"), ("no token", "link_unknown")):
        with pytest.raises(RuleBroken) as refused:
            retry_links.open_link(wrong, now=table.now + timedelta(days=7, minutes=1))
        assert refused.value.code == code


def test_f5_all_of_one_cause_go_again(table: Table) -> None:
    api_off(table)
    payments = [table.take(800, check_id=bill) for bill in (table.bill, table.another_bill())]
    for payment in payments:
        table.settle(payment)
    other = table.settle(table.take(9900, check_id=table.another_bill()))
    token = retry_links.make(integration=table.integration, code="pos_payment_api_disabled", now=table.now)
    table.vendor.instead = None
    assert retry_links.press(token, now=table.now) == payments
    assert [table.settle(each).state for each in payments] == [State.APPLIED, State.APPLIED]
    other.refresh_from_db()
    assert (other.state, other.reason) == (State.NEEDS_ATTENTION, "amount_exceeds_remaining")


def test_p5_entered_by_hand_names_who_and_why_and_can_be_taken_back(table: Table) -> None:
    api_off(table)
    payment = table.settle(table.take())
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id, "now": table.now}
    with pytest.raises(RuleBroken):
        retrying.settle_by_hand(**mine, actor="user:alice", why="  ")
    retrying.settle_by_hand(**mine, actor="user:alice", why="typed in at 21:04")
    with pytest.raises(RuleBroken) as refused:
        retrying.retry(**mine, actor="user:alice")
    assert refused.value.code == "not_retryable"
    retrying.undo(**mine, actor="user:alice", why="it was another table")
    told = list(Transition.objects.filter(payment_id=payment.id).order_by("-id").values_list("actor", "cause"))
    assert told[:2] == [("user:alice", "it was another table"), ("user:alice", "typed in at 21:04")]
    payment.refresh_from_db()
    assert telling.cause_of(payment) == "pos_payment_api_disabled"


def test_a_refund_is_asked_for_once_and_stays_open(table: Table) -> None:
    api_off(table)
    payment = table.settle(table.take())
    mine = {"organisation_id": payment.organisation_id, "payment_id": payment.id, "actor": "user:alice"}
    for _ in range(2):
        retrying.ask_for_refund(**mine, why="paid twice", now=table.now)
    payment.refresh_from_db()
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "refund_asked")
    assert "ask_refund" not in telling.tell(payment, now=table.now).acts
    retrying.refunded(
        organisation_id=payment.organisation_id, payment_id=payment.id, actor="provider", refund_id="r-1", now=table.now
    )
    payment.refresh_from_db()
    assert payment.state == State.REFUNDED


def test_words_name_what_is_left_and_what_was_paid(table: Table) -> None:
    payment = table.settle(table.take(2450))
    told = telling.tell(payment, now=table.now)
    assert told.happened == "Remaining on the till: €24.00; paid by the guest: €24.50."
    assert "Refund €0.50" in told.steps[1]


def test_t9_apply_here_puts_it_on_another_bill(table: Table) -> None:
    payment = table.settle(table.take(check_id="A1.1"))
    assert payment.reason == "check_not_found"
    retrying.retry(
        organisation_id=payment.organisation_id,
        payment_id=payment.id,
        actor="user:alice",
        check_id=table.bill,
        now=table.now,
    )
    assert table.settle(GuestPayment.objects.get(id=payment.id)).state == State.APPLIED


def test_p2_t9_what_stands_on_a_closed_bill_after_all_is_not_applied_to_another(table: Table) -> None:
    """The till's books were late: it was looked for in vain, and a person chooses another bill meanwhile."""
    table.at_pay("lost")
    payment = table.work(table.take())
    assert table.lines()[0][1] == 2400
    table.pass_time(seconds=5)
    Attempt.objects.update(outcome="expired", resolved_at=table.now)
    GuestPayment.objects.update(state=State.NEEDS_ATTENTION, reason="check_not_found")
    other, mine = table.another_bill(), {"organisation_id": payment.organisation_id, "payment_id": payment.id}
    retrying.retry(**mine, actor="user:alice", check_id=other, now=table.now)
    payment = table.go_on(GuestPayment.objects.get())
    assert (payment.state, payment.check_id, table.sent) == (State.APPLIED, table.bill, 1)
    assert table.lines(other) == []


@pytest.mark.parametrize("arrived", [True, False])
def test_e46_given_back_while_nobody_knows_whether_the_till_has_it(table: Table, arrived: bool) -> None:
    table.at_pay("lost" if arrived else "cut", "cut", "cut")
    payment = table.run(table.take(1000))
    assert payment.state == State.UNKNOWN
    retrying.refunded(
        organisation_id=payment.organisation_id, payment_id=payment.id, actor="provider", refund_id="r", now=table.now
    )
    table.go_on(payment, rounds=4, step=30)
    assert payment.state == (State.REFUND_PENDING_POS if arrived else State.REFUNDED)
    assert (table.sent, len(table.lines())) == (1, int(arrived))
