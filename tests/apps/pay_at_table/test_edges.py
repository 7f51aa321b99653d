"""Numbered edge cases of pay-at-table.md 5 that happen between the record and the till."""

import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine

from comptoir.apps.pay_at_table import (
    applying,
    checks,
    days,
    holding,
    listening,
    looking_after,
    mirror,
    plans,
    retrying,
)
from comptoir.apps.pay_at_table.alarm_tables import Orphan
from comptoir.apps.pay_at_table.models import Bill, Integration, Intent, MethodKind, State, Transition
from comptoir.apps.pay_at_table.plan_tables import PlanLine
from comptoir.core.audit.models import Note
from comptoir.core.connections.locations import webhook_address, webhook_path
from comptoir.core.intake import process
from comptoir.pos.model import Payment
from comptoir.sandbox.till import Item
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)


def hold(table: Table, amount: int, session: str = "guest") -> Intent:
    return holding.hold(
        integration=table.integration, check_id=table.bill, session=session, amount=amount, now=table.now
    )


def test_e05_the_tills_yes_comes_before_the_answer(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = table.take()
    noted = applying._note

    def late(*arguments: object) -> None:
        table.hear()
        noted(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(applying, "_note", late)
        table.run(payment)
    assert table.attempts(payment) == [("01", "taken")]
    assert table.run(payment).state == State.APPLIED
    assert table.sent == 1


def test_e06_a_lost_callback_is_found_on_the_bill(table: Table) -> None:
    payment = table.run(table.take(1000))
    table.till_works()
    assert table.run(payment).state == State.APPLIED
    assert table.lines() == [(payment.applied_reference, 1000)]


def test_e07_yes_and_no_both_come_and_the_bill_decides(table: Table) -> None:
    payment = table.run(table.take(1000))
    no = {"thirdPartyReference": f"CT{payment.ulid}-01", "status": "FAILURE", "type": "PAYMENT", "reason": "race"}
    table.arrive(json.dumps(no | {"businessLocationId": int(ZINC)}).encode())
    table.hear()
    assert table.run(payment).state == State.APPLIED
    said = Transition.objects.filter(actor="till").values_list("cause", flat=True)
    assert [each.split()[0] for each in said] == ["FAILURE", "SUCCESS"]


def test_e10_a_callback_that_comes_twice_does_nothing_twice(table: Table) -> None:
    payment = table.run(table.take(1000))
    table.hear(times=2)
    table.run(payment)
    before = Transition.objects.count()
    table.pass_time(minutes=2)
    table.hear()
    table.run(payment)
    assert (payment.state, Transition.objects.count(), len(table.lines())) == (State.APPLIED, before, 1)


def test_e10_an_update_after_the_close_does_not_open_it_again(table: Table) -> None:
    table.tell_of_bills()
    table.vendor.world.add(ZINC, table.bill, [Item("CAFE")], now=table.now)
    table.hold_back()
    late, table.waiting = table.waiting, []
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)
    table.hear()
    table.waiting = late
    table.hear()
    table.read()
    assert not Bill.objects.filter(closed=False).exists()
    payment = table.go_on(table.take())
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "check_closed")


def test_e12_a_false_yes_with_the_right_address_changes_nothing(table: Table) -> None:
    table.at_pay("cut")
    payment = table.run(table.take(1000))
    false = {"thirdPartyReference": f"CT{payment.ulid}-01", "status": "SUCCESS", "type": "PAYMENT"}
    table.arrive(json.dumps(false | {"businessLocationId": int(ZINC)}).encode())
    process.drain(clock=lambda: table.now)
    table.run(payment)
    assert payment.state != State.APPLIED
    table.pass_time(seconds=120)
    table.run(payment)
    assert (payment.state, payment.reason) == (State.NEEDS_ATTENTION, "reversed_on_pos")


def test_e12_a_flood_of_hints_is_one_read_in_two_seconds(table: Table) -> None:
    asked, now = len(table.vendor.asked), table.now
    for _ in range(20):
        checks.open_bills(table.integration, now=now)
    assert len(table.vendor.asked) - asked == 1


def test_e13_a_result_at_another_stores_door_is_a_security_note(table: Table, people: People) -> None:
    other = create_store(people.le_zinc, "Elsewhere")
    payment = table.run(table.take(1000))
    body = {"thirdPartyReference": f"CT{payment.ulid}-01", "status": "FAILURE", "type": "PAYMENT"}
    door = webhook_address(organisation=people.le_zinc, store=other, provider="lightspeed_k", now=table.now)
    table.arrive(json.dumps(body).encode(), path=webhook_path(door))
    process.drain(clock=lambda: table.now)
    assert table.attempts(payment) == [("01", "accepted")]
    assert Note.objects.filter(what="table.result_at_wrong_store").count() == 1


def test_f07_a_reference_like_ours_that_is_not_raises_an_alarm(table: Table, people: People) -> None:
    for reference in ("CT01ARZ3NDEKTSV4RRFFQ69G5FAV-01", "somebody-else"):
        body = {"thirdPartyReference": reference, "status": "SUCCESS", "type": "PAYMENT"}
        table.arrive(json.dumps(body | {"businessLocationId": int(ZINC)}).encode())
    process.drain(clock=lambda: table.now)
    [orphan] = Orphan.objects.all()
    assert orphan.reference == "CT01ARZ3NDEKTSV4RRFFQ69G5FAV-01"
    alice, bob = people.client(people.alice), people.client(people.bob)
    assert "Unknown payment" in alice.get("/").content.decode()
    assert orphan.reference in alice.get("/pay-at-table/payments?state=open").content.decode()
    path = f"/pay-at-table/payments/unknown/{orphan.reference}"
    assert [bob.post(path).status_code, alice.post(path).status_code] == [403, 302]
    assert "Unknown payment" not in alice.get("/").content.decode()
    assert alice.post(path).status_code == 404


def test_e16_an_item_that_is_added_keeps_no_payment_back(table: Table) -> None:
    intent = hold(table, 2400)
    table.vendor.world.add(ZINC, table.bill, [Item("CAFE")], now=table.now)
    assert table.go_on(table.take(2400, intent_id=intent.id)).state == State.APPLIED
    bill = Bill.objects.get(check_id=table.bill)
    assert (bill.remaining > 0, bill.revision) == (True, 3)


def test_e17_a_hold_that_no_longer_fits_is_let_go_of_the_latest_first(table: Table) -> None:
    first, second = hold(table, 1000, "a"), hold(table, 1000, "b")
    table.vendor.world.pay(ZINC, table.bill, Payment(amount=12, method=CARD), now=table.now)
    table.pass_time(seconds=3)
    table.read()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("held", "invalidated")
    payment = table.go_on(table.take(1300, intent_id=second.id))
    assert payment.reason == "amount_exceeds_remaining"


def test_a_hold_ends_by_itself(table: Table) -> None:
    intent = hold(table, 1000)
    assert looking_after.end_holds(now=table.now + timedelta(seconds=179)) == 0
    assert looking_after.end_holds(now=table.now + timedelta(seconds=181)) == 1
    intent.refresh_from_db()
    assert intent.state == "expired"


def test_e18_e51_a_bill_that_goes_on_under_another_number_is_followed(table: Table) -> None:
    payment = table.go_on(table.take(1000))
    waiting = table.take(1400)
    moved = table.vendor.world.move(ZINC, table.bill, "Table 9", now=table.now)
    assert moved.external_id != table.bill
    table.pass_time(seconds=16)
    table.go_on(waiting)
    payment.refresh_from_db()
    assert (payment.state, waiting.state) == (State.APPLIED, State.APPLIED)
    assert payment.check_id == waiting.check_id == moved.external_id
    assert [amount for _, amount in table.lines(moved.external_id)] == [1000, 1400]
    assert [each.check_id for each in mirror.chain_of(Bill.objects.get(check_id=moved.external_id))] == [
        table.bill,
        moved.external_id,
    ]


def test_e51_the_bill_is_edited_while_the_payment_is_on_its_way(table: Table) -> None:
    payment = table.run(table.take(1000))
    assert payment.state == State.SUBMITTED
    moved = table.vendor.world.move(ZINC, table.bill, "Table 9", now=table.now)
    table.hear()  # the till does not know the old number any more
    table.pass_time(seconds=5)
    assert table.go_on(payment).state == State.APPLIED
    assert table.attempts(payment) == [("01", "refused"), ("02", "taken")]
    assert len(table.lines(moved.external_id)) == 1


def test_e52_e53_what_calls_itself_closed_only_makes_us_read(table: Table) -> None:
    table.tell_of_bills()
    hold(table, 1000)
    moved = table.vendor.world.move(ZINC, table.bill, "Table 9", now=table.now)
    table.hear()
    table.pass_time(seconds=3)
    table.read()
    assert Bill.objects.get(closed=False).check_id == moved.external_id
    assert Intent.objects.get().check_id == moved.external_id
    assert Integration.objects.get().heard_event_at is not None


def test_e19_of_a_bill_that_was_split_nobody_knows_which_it_was(table: Table) -> None:
    table.vendor.world.add(ZINC, table.bill, [Item("CAFE")], now=table.now)
    payment = table.take(2400)
    table.read()
    parts = table.vendor.world.split(ZINC, table.bill, 1, now=table.now)
    table.pass_time(seconds=16)
    table.go_on(payment)
    assert (payment.state, payment.reason, table.sent) == (State.NEEDS_ATTENTION, "check_not_found", 0)
    retrying.retry(
        organisation_id=payment.organisation_id,
        payment_id=payment.id,
        actor="user:alice",
        check_id=parts[0].external_id,
        now=table.now,
    )
    payment.refresh_from_db()
    assert table.go_on(payment).state == State.APPLIED


def test_e28_vouchers_of_a_group_go_first(table: Table) -> None:
    table.integration.voucher_method = "CASH"
    table.integration.save()
    card = table.take(1400, group_id="g")
    voucher = table.take(1000, group_id="g", method_kind=MethodKind.VOUCHER)
    table.run(card)
    assert (card.state, card.reason) == (State.QUEUED, "another_first")
    assert table.go_on(voucher).state == State.APPLIED
    assert table.go_on(card).state == State.APPLIED
    assert [amount for _, amount in table.lines()] == [1000, 1400]


def test_e30_an_attempt_keeps_the_settings_it_was_sent_with(table: Table) -> None:
    table.at_pay("cut")
    payment = table.run(table.take(1000))
    table.integration.card_method = "CASH"
    table.integration.save()
    assert table.go_on(payment).state == State.APPLIED
    sale = table.vendor.world.find(ZINC, table.bill)
    assert sale and sale.payments[0].method and sale.payments[0].method.id == "APM"  # noqa: PT018


def test_e31_switched_off_what_was_taken_goes_on(table: Table) -> None:
    payment = table.take()
    table.integration.enabled = False
    table.integration.save()
    assert table.go_on(payment).state == State.APPLIED


def test_e32_f13_after_the_grace_it_is_kept_and_not_sent(table: Table) -> None:
    plans.begin(table.integration, now=table.now - plans.TRIAL)  # it has just ended
    assert table.go_on(table.take(1000)).state == State.APPLIED
    PlanLine.objects.update(ends_at=table.now - plans.GRACE)
    payment = table.go_on(table.take(1000))
    assert (payment.state, payment.reason, table.sent) == (State.NEEDS_ATTENTION, "plan_inactive", 1)


def test_e47_after_a_restore_the_same_reference_is_found(table: Table) -> None:
    payment = table.go_on(table.take())
    sent = table.attempts(payment)
    with pytest.MonkeyPatch.context():
        payment.state, payment.applied_reference = State.UNKNOWN, ""
        payment.save()  # as it was an hour ago
    assert table.go_on(payment).state == State.APPLIED
    assert (table.attempts(payment), table.sent) == (sent, 1)


def test_e48_the_night_the_clock_goes_back_has_one_business_date(table: Table) -> None:
    with time_machine.travel(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), tick=False):
        first = days.of_store(table.integration, datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
        again = days.of_store(table.integration, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert first == again == date(2026, 10, 24)


def test_a_payment_that_names_only_a_table_finds_its_one_bill(table: Table) -> None:
    table.read()
    number = Bill.objects.get().table_number
    payment = table.go_on(table.take(1000, check_id="", table_number=number))
    assert (payment.state, payment.check_id) == (State.APPLIED, table.bill)
    lost = table.go_on(table.take(1000, check_id="", table_number="77"))
    assert (lost.state, lost.reason) == (State.NEEDS_ATTENTION, "check_unknown")


def test_each_store_has_an_endpoint_of_its_own_at_its_own_door(table: Table) -> None:
    before = table.integration.endpoint_id
    listening.register(table.integration, now=table.now)
    assert table.integration.endpoint_id == before
    assert before.startswith("comptoir-")
    assert len(before) <= 40
    assert urlsplit(listening.address_of(table.integration, now=table.now)).path.startswith("/hooks/lightspeed_k/")
    listening.stop(table.integration)
    assert Integration.objects.get().listening_at is None
