"""Orders of guests: each on the till once, however often it is sent, and with it what was paid (F12)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from comptoir.apps.pay_at_table import failures, hearing, mails, menu, ordering, sending_orders
from comptoir.apps.pay_at_table.models import GuestPayment, Integration
from comptoir.apps.pay_at_table.order_tables import Order, OrderAttempt, OrderState
from comptoir.apps.pay_at_table.provider_tables import TillCopy
from comptoir.core.installations.manifest import Heard
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from comptoir.pos import registry
from comptoir.pos.connector import Notification
from comptoir.pos.hosting import Request, Response
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.table import Table
from tests.connectors.lightspeed_k.simulator_shop import CARD, ZINC

pytestmark = pytest.mark.django_db(transaction=True)
LOCAL = "/o/op/1/order/local"


def order(**changes: Any) -> dict[str, Any]:
    return {
        "provider_order_id": "o-1",
        "type": "eat_in",
        "items": [{"sku": "CAFE", "quantity": 2}],
        "customer": {"first_name": "Alice"},
        **changes,
    }


def paid(**changes: Any) -> dict[str, Any]:
    return {"provider_payment_id": "q-1", "amount": 520, "currency": "EUR", **changes}


def place(provider: Provider, **changes: Any) -> dict[str, Any]:
    status, shown = provider.post("/orders", order(**changes))
    assert status == 202, shown
    return dict(shown)


def send(table: Table, *, tells: bool = True) -> Order:
    """The worker sends it, the till does it and tells."""
    row = Order.objects.get()
    work(table, row)
    bodies = table.till_works()
    for body in bodies if tells else ():
        hear(table, body)
    row.refresh_from_db()
    return row


def work(table: Table, row: Order) -> None:
    sending_orders.run(organisation_id=row.organisation_id, order_id=row.id, clock=lambda: table.now)


def hear(table: Table, body: bytes, *, verified: bool = True) -> None:
    facts = registry.connector("lightspeed_k").read(Notification(body, table.now)).facts
    mine = table.integration
    told = [Heard(mine.organisation_id, mine.store_id, "lightspeed_k", each, verified) for each in facts]
    with transaction.atomic():
        hearing.heard(told, table.now)


def at_the_till(table: Table) -> list[str]:
    """The bills that came from orders."""
    sales = table.vendor.world.open_sales(ZINC)
    return [each.external_id for each in sales if each.external_id != table.bill]


def failing_orders(table: Table, *faults: str) -> None:
    left = list(faults)

    def instead(request: Request, now: datetime) -> Response | None:
        fault = left.pop(0) if request.path == LOCAL and left else "ok"
        if fault == "lost":
            table.vendor.simulator.answer(request, now=now)
        return None if fault == "ok" else Response(200, b'{"status":"ok"}', cut_at=0)

    table.vendor.instead = instead


def number_at(provider: Provider) -> str:
    return str(provider.get("/tables")[1][0]["number"])


def test_f12_an_eat_in_order_is_accepted_when_the_till_says_so(table: Table, provider: Provider) -> None:
    shown = place(provider, table_number=number_at(provider))
    assert shown["state"] == "queued"
    assert send(table, tells=False).state == OrderState.SENT
    assert provider.get(f"/orders/{shown['id']}")[1]["state"] == "sent"
    [bill] = at_the_till(table)
    hear(table, success(table, bill))
    found = provider.get(f"/orders/{shown['id']}")[1]
    assert (found["state"], found["pos_check_id"]) == ("accepted", bill)


def success(table: Table, bill: str, status: str = "SUCCESS") -> bytes:
    reference = OrderAttempt.objects.latest("number").reference
    said = f'"thirdPartyReference":"{reference}","status":"{status}","ikentooAccountIdentifier":"{bill}"'
    return f'{{"type":"ORDER","businessLocationId":{ZINC},{said}}}'.encode()


def test_f12_to_go_is_accepted_too(table: Table, provider: Provider) -> None:
    place(provider, type="to_go", collect_at="2099-01-01T12:00:00Z")
    assert send(table).state == OrderState.ACCEPTED
    assert len(at_the_till(table)) == 1


def test_f12_an_order_joins_a_running_bill(table: Table, provider: Provider) -> None:
    check = provider.get(f"/checks/{table.bill}")[1]
    place(provider, check_id=check["id"])
    row = send(table)
    assert (row.state, row.pos_check_id) == ("accepted", table.bill)
    assert provider.get(f"/checks/{check['id']}?fresh=true")[1]["total"]["amount"] == 2400 + 520


@pytest.mark.parametrize("faults", [("lost",), ("cut",), ("lost", "lost"), ("cut", "lost")])
def test_an_order_whose_answer_is_lost_is_on_the_till_once(
    table: Table, provider: Provider, faults: tuple[str, ...]
) -> None:
    place(provider)
    failing_orders(table, *faults)
    for _ in range(len(faults) + 1):
        row = send(table)
        table.ahead += timedelta(minutes=1)
    assert row.state == OrderState.ACCEPTED
    assert len(at_the_till(table)) == 1
    assert OrderAttempt.objects.count() == 1


def test_a_worker_killed_between_its_writes_sends_the_same_reference(table: Table, provider: Provider) -> None:
    place(provider)
    failing_orders(table, "lost")
    row = Order.objects.get()
    work(table, row)
    Order.objects.update(waiting_until=None)  # as a kill right after the call would leave it
    assert send(table).state == OrderState.ACCEPTED
    assert (len(at_the_till(table)), OrderAttempt.objects.count()) == (1, 1)


def test_a_repeated_order_is_the_same_order_and_another_one_a_conflict(table: Table, provider: Provider) -> None:
    first = place(provider)
    status, again = provider.post("/orders", order())
    assert (status, again["id"]) == (200, first["id"])
    status, problem = provider.post("/orders", order(items=[{"sku": "KIR", "quantity": 1}]))
    assert (status, problem["code"]) == (409, "provider_id_conflict")
    assert Order.objects.count() == 1


def test_news_repeated_or_late_never_move_an_order_back(table: Table, provider: Provider) -> None:
    place(provider, type="to_go")
    row = send(table)
    for status, state in [
        ("READY_FOR_PICKUP", "ready_for_pickup"),
        ("SUCCESS", "ready_for_pickup"),
        ("IN_DELIVERY", "in_delivery"),
        ("READY_FOR_PICKUP", "in_delivery"),
        ("FAILURE", "in_delivery"),
        ("CLOSED", "closed"),
        ("CANCELLED", "closed"),
    ]:
        hear(table, success(table, row.pos_check_id, status))
        row.refresh_from_db()
        assert row.state == state, status
    assert row.guest == {}


def test_news_from_a_shared_door_are_believed_by_nobody(table: Table, provider: Provider) -> None:
    place(provider)
    row = send(table, tells=False)
    hear(table, success(table, "A1.1"), verified=False)
    row.refresh_from_db()
    assert row.state == OrderState.SENT


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"items": [{"sku": "NO-SUCH", "quantity": 1}]}, 422, "invalid_sku"),
        ({"items": [{"sku": "CAFE", "quantity": 1, "unit_price": 100}]}, 422, "price_changed"),
        ({"table_number": "999"}, 422, "table_unknown"),
        ({"items": [{"sku": "CAFE", "quantity": 0}]}, 422, "validation"),
    ],
)
def test_an_order_that_cannot_go_is_refused(
    table: Table, provider: Provider, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = provider.post("/orders", order(**changes))
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert Order.objects.count() == 0


def test_the_price_on_the_menu_is_no_change(table: Table, provider: Provider) -> None:
    assert place(provider, items=[{"sku": "CAFE", "quantity": 1, "unit_price": 260}])["state"] == "queued"


def floor_of(provider: Provider, change: Callable[[list[dict[str, Any]]], None]) -> None:
    provider.get("/floor-plans")
    kept = TillCopy.objects.get(what="floor_plans")
    change(kept.said)
    kept.save()


def test_a_table_out_of_use_is_refused(table: Table, provider: Provider) -> None:
    floor_of(provider, lambda said: said[0]["tables"][0].update(active=False))
    number = TillCopy.objects.get(what="floor_plans").said[0]["tables"][0]["number"]
    assert provider.post("/orders", order(table_number=number))[1]["code"] == "table_inactive"


def test_e15_a_number_on_two_floors_is_asked_for_again(table: Table, provider: Provider) -> None:
    def twice(said: list[dict[str, Any]]) -> None:
        said.append({"id": "terrace", "name": "Terrace", "tables": [{**said[0]["tables"][0], "id": "t-2"}]})

    floor_of(provider, twice)
    number = TillCopy.objects.get(what="floor_plans").said[0]["tables"][0]["number"]
    status, problem = provider.post("/orders", order(table_number=number))
    assert (status, problem["code"]) == (409, "table_unknown")
    assert {each["floor_plan"] for each in problem["errors"]} >= {"Terrace"}


def close_at_the_till(table: Table) -> None:
    """The waiter closes the bill; nothing of it is told."""
    table.vendor.world.close(ZINC, table.bill, [CARD], now=table.now)


def test_an_order_for_a_bill_that_closed_or_moved_is_refused(table: Table, provider: Provider) -> None:
    """Also one closed a moment ago, while what was read of it still counts as fresh."""
    provider.get(f"/checks/{table.bill}")
    asked = order(check_id=table.bill, table_number="998")
    assert provider.post("/orders", asked)[1]["code"] == "table_changed"
    close_at_the_till(table)
    assert provider.post("/orders", order(check_id=table.bill))[1]["code"] == "check_closed"
    assert not Order.objects.exists()


def test_an_order_for_a_bill_that_the_till_gave_another_number_finds_it_when_it_is_said_again(
    table: Table, provider: Provider
) -> None:
    visit = provider.get(f"/checks/{table.bill}")[1]["id"]
    moved = table.vendor.world.move(ZINC, table.bill, "Table 9", now=table.now).external_id
    assert provider.post("/orders", order(check_id=visit))[1]["code"] == "check_not_found"
    place(provider, check_id=visit)
    assert send(table).pos_check_id == moved


def test_an_order_for_a_bill_of_a_till_that_cannot_be_read_goes_by_what_was_read_last(
    table: Table, provider: Provider
) -> None:
    provider.get(f"/checks/{table.bill}")
    table.vendor.instead = lambda request, _now: Response(200, b"{}") if "/order/accounts/" in request.path else None
    place(provider, check_id=table.bill)
    assert send(table).pos_check_id == table.bill


def test_an_order_whose_bill_closes_before_it_is_there_says_why_it_failed(table: Table, provider: Provider) -> None:
    shown = place(provider, check_id=table.bill)
    close_at_the_till(table)
    assert send(table).state == OrderState.FAILED
    found = provider.get(f"/orders/{shown['id']}")[1]
    assert (found["reason"], found["pos_raw"]) == ("check_closed", "Account is already closed")
    told = OutgoingMail.objects.get(key__startswith=f"table order {Order.objects.get().id} check_closed")
    assert "closed on the till before the order for it arrived" in told.text


def test_whatever_keeps_an_order_out_of_the_kitchen_is_told_by_mail(table: Table, provider: Provider) -> None:
    """Rows of the failure table speak of money that was paid; no such place is left open in a mail about an order."""
    place(provider)
    placed = Order.objects.get()
    for code in failures.BY_CODE:
        mails.order_in_trouble(table.integration, placed, code=code, said="", occasion=code, now=table.now)
    assert OutgoingMail.objects.filter(key__startswith="table order ").count() == len(failures.BY_CODE)


def test_e26_what_is_paid_with_an_order_is_on_the_till_with_its_tip_beside(table: Table, provider: Provider) -> None:
    shown = place(provider, payment=paid(tip=80))
    assert shown["payment"]["state"] == "submitted"
    sent: list[bytes] = []
    table.vendor.instead = lambda request, _now: sent.append(request.body) if request.path == LOCAL else None
    row = send(table)
    assert b'"paymentAmount":6' in sent[0].replace(b" ", b"")
    assert b'"tipAmount":0.8' in sent[0].replace(b" ", b"")
    payment = GuestPayment.objects.get()
    assert (payment.state, payment.check_id) == ("applied", row.pos_check_id)
    found = table.vendor.world.find(ZINC, row.pos_check_id)
    assert found is not None
    [line] = found.payments
    assert (line.amount * 100, line.external_reference) == (520, payment.applied_reference)
    provider.get(f"/checks/{row.pos_check_id}?fresh=true")
    payment.refresh_from_db()
    assert payment.state == "applied"  # the bill shows it, under the order's reference


def test_p1_what_was_paid_is_kept_when_the_order_cannot_go(table: Table, provider: Provider) -> None:
    shown = place(provider, items=[{"sku": "NO-SUCH", "quantity": 1}], payment=paid())
    assert (shown["state"], shown["reason"]) == ("failed", "invalid_sku")
    assert (shown["payment"]["state"], shown["payment"]["reason"]) == ("needs_attention", "invalid_sku")
    assert provider.post("/orders", order(items=[{"sku": "NO-SUCH", "quantity": 1}], payment=paid()))[0] == 200


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Item not found", "invalid_sku"),
        ("Staff is missing or inactive", "pos_staff_inactive"),
        ("Staff not found", "pos_staff_inactive"),
        ("Account not found", "check_not_found"),
        ("Nobody knows", "pos_rejected_other"),
    ],
)
def test_t2_t9_t12_t15_a_till_that_refuses_an_order_says_why_in_a_sentence(
    table: Table, provider: Provider, said: str, code: str
) -> None:
    """Unlike of a payment, it names no type: an item may leave the menu after we read it."""
    place(provider)
    work(table, Order.objects.get())
    reference = OrderAttempt.objects.get().reference
    told = {"status": "FAILURE", "reason": said, "thirdPartyReference": reference, "businessLocationId": int(ZINC)}
    hear(table, json.dumps(told).encode())
    row = Order.objects.get()
    assert (row.state, row.reason, row.said) == (OrderState.FAILED, code, said)


def test_an_unknown_item_is_mapped_and_the_order_sent_again_once(table: Table, provider: Provider) -> None:
    Integration.objects.update(emails="chef@zinc.example")
    place(provider, items=[{"sku": "NO-SUCH", "quantity": 2}], payment=paid())
    assert "NO-SUCH" in OutgoingMail.objects.get(to="chef@zinc.example").text
    integration = Integration.objects.get()
    for wrong in ("NOT-EITHER", "X" * 26):
        with pytest.raises(RuleBroken):
            menu.map_item(integration=integration, sku="NO-SUCH", till_sku=wrong, actor="user:alice", now=table.now)
    menu.map_item(integration=integration, sku="NO-SUCH", till_sku="CAFE", actor="user:alice", now=table.now)
    ordering.send_again(order=Order.objects.get(), actor="user:alice", now=table.now)
    with pytest.raises(RuleBroken):
        ordering.send_again(order=Order.objects.get(), actor="user:bob", now=table.now)
    row = send(table)
    assert row.state == OrderState.CLOSED  # paid in full, the bill closes by itself
    assert table.vendor.world.find(ZINC, row.pos_check_id) is not None
    assert (OrderAttempt.objects.count(), GuestPayment.objects.get().state) == (1, "applied")


def test_an_item_may_be_left_out(table: Table, provider: Provider) -> None:
    integration = Integration.objects.get()
    menu.map_item(integration=integration, sku="NO-SUCH", till_sku="", actor="user:alice", now=table.now)
    place(provider, items=[{"sku": "NO-SUCH", "quantity": 1}, {"sku": "KIR", "quantity": 1}])
    row = send(table)
    found = table.vendor.world.find(ZINC, row.pos_check_id)
    assert found is not None
    assert [each.sku for each in found.lines] == ["KIR"]
    assert provider.post("/orders", order(provider_order_id="o-2", items=[{"sku": "NO-SUCH", "quantity": 1}]))[0] == 422


def test_retry_of_the_money_sends_its_order_again(table: Table, provider: Provider) -> None:
    Integration.objects.update(card_method="")
    place(provider, payment=paid())
    row = send(table)
    assert (row.state, row.reason) == ("failed", "method_not_mapped")
    Integration.objects.update(card_method="APM")
    payment = GuestPayment.objects.get()
    assert provider.post(f"/payments/{payment.public_id}/retry")[0] == 202
    payment.refresh_from_db()
    assert sending_orders.for_payment(payment, now=table.now)
    assert send(table).state == OrderState.CLOSED
    payment.refresh_from_db()
    assert payment.state == "applied"


def test_an_order_is_cancelled_before_it_is_sent_and_not_after(table: Table, provider: Provider) -> None:
    first = place(provider, payment=paid())
    assert provider.post(f"/orders/{first['id']}/cancel")[1]["state"] == "cancelled"
    assert send(table, tells=False).state == "cancelled"
    assert at_the_till(table) == []
    assert GuestPayment.objects.get().reason == "order_cancelled"
    Order.objects.all().delete()
    second = place(provider, provider_order_id="o-2")
    send(table, tells=False)
    assert provider.post(f"/orders/{second['id']}/cancel")[1]["code"] == "already_sent"


def test_silence_of_the_till_is_looked_into_by_the_money_on_its_bills(table: Table, provider: Provider) -> None:
    place(provider, payment=paid(amount=100), table_number=number_at(provider))
    assert send(table, tells=False).state == OrderState.SENT
    table.ahead += timedelta(minutes=2)
    assert send(table, tells=False).state == OrderState.ACCEPTED


def test_silence_without_money_on_the_bill_stays_unknown_until_the_till_speaks(
    table: Table, provider: Provider
) -> None:
    place(provider)
    send(table, tells=False)
    table.ahead += timedelta(minutes=2)
    row = send(table, tells=False)
    assert (row.state, row.reason) == ("unknown", "unknown_result")
    with pytest.raises(RuleBroken, match="on its way"):
        ordering.send_again(order=row, actor="user:alice", now=table.now)
    hear(table, success(table, at_the_till(table)[0]))
    row.refresh_from_db()
    assert row.state == OrderState.ACCEPTED


def test_e44_a_guest_without_a_name_is_called_after_the_table(table: Table, provider: Provider) -> None:
    sent: list[bytes] = []
    table.vendor.instead = lambda request, _now: sent.append(request.body) if request.path == LOCAL else None
    number = number_at(provider)
    place(provider, customer={}, table_number=number)
    send(table)
    assert f"Table {number}".encode() in sent[0]


def test_menus_and_what_is_sold_out(table: Table, provider: Provider) -> None:
    [named] = provider.get("/menus")[1]
    items = {each["sku"]: each for each in provider.get(f"/menus/{named['id']}")[1]["items"]}
    assert items["CAFE"]["price"] == {"amount": 260, "currency": "EUR"}
    assert provider.get("/menus/1")[0] == 404
    assert [each["sold_out"] for each in provider.get("/availability?skus=CAFE,KIR")[1]] == [False, False]


def test_what_is_sold_out_is_refused(table: Table, provider: Provider) -> None:
    table.vendor.simulator.set_item_count(ZINC, "CAFE", 1, now=datetime.now(UTC))
    table.till_works()
    answer = provider.post("/orders", order())
    assert answer[1]["code"] == "item_unavailable", answer


def test_a_till_that_is_not_ready_takes_no_orders(table: Table, provider: Provider) -> None:
    shut = {"ready": False, "enabled": True, "sales_period_open": False, "till_available": True}
    Integration.objects.update(readiness=shut, readiness_at=datetime.now(UTC))
    status, problem = provider.post("/orders", order())
    assert (status, problem["code"], problem["retryable"]) == (503, "pos_not_ready", True)
