"""What a provider does about money: splits, holds, taken payments, refunds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.pay_at_table import checking
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration
from tests.apps.pay_at_table.provider import Provider, taken
from tests.apps.pay_at_table.table import Table

pytestmark = pytest.mark.django_db(transaction=True)


def line(name: str, total: str, quantity: str = "1", parent: int | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"name": name, "quantity": quantity, "unit_price": total, "total": total}
    return said if parent is None else {**said, "parent": parent}


def bill_of(table: Table, provider: Provider, *, total: int, lines: list[dict[str, Any]], currency: str = "EUR") -> str:
    """The bill as the till might have shown it: this much, these lines."""
    check = provider.get(f"/checks/{table.bill}")[1]["id"]
    now = datetime.now(UTC) + timedelta(minutes=5)  # not read again during the test
    Bill.objects.update(total=total, paid=0, remaining=total, lines=lines, currency=currency, fetched_at=now)
    return str(check)


def amounts(answer: tuple[int, Any]) -> list[int]:
    assert answer[0] == 201, answer
    return [each["amount"] for each in answer[1]["amounts"]]


@pytest.mark.parametrize(
    ("total", "shares", "currency", "expected"),
    [
        (10000, 3, "EUR", [3334, 3333, 3333]),
        (1000, 3, "JPY", [334, 333, 333]),
        (10000, 3, "KWD", [3334, 3333, 3333]),
    ],
)
def test_e23_equal_shares_are_exact(
    table: Table, provider: Provider, total: int, shares: int, currency: str, expected: list[int]
) -> None:
    check = bill_of(table, provider, total=total, lines=[], currency=currency)
    assert amounts(provider.post(f"/checks/{check}/split-plans", {"shares": shares})) == expected


def test_e23_a_share_of_nothing_is_refused(table: Table, provider: Provider) -> None:
    check = bill_of(table, provider, total=1, lines=[])
    assert provider.post(f"/checks/{check}/split-plans", {"shares": 2})[1]["code"] == "amount_invalid"


def test_a_plan_of_shares_divides_what_is_left_by_the_shares_that_are_left(table: Table, provider: Provider) -> None:
    check = bill_of(table, provider, total=10000, lines=[])
    provider.post(f"/checks/{check}/split-plans", {"shares": 3})
    asked = {"amount": 3334, "provider_session_id": "alice"}
    assert provider.post(f"/checks/{check}/payment-intents", asked)[0] == 201
    assert amounts(provider.post(f"/checks/{check}/split-plans", {"shares": 3})) == [3333, 3333]
    Bill.objects.update(total=10101, remaining=10101)  # somebody had another coffee
    assert amounts(provider.post(f"/checks/{check}/split-plans", {"shares": 3})) == [3384, 3383]


def test_items_carry_their_part_of_service_and_discount_and_come_to_the_bill(table: Table, provider: Provider) -> None:
    lines = [line("Entrecôte", "24.00"), line("Rosé", "18.00", "3"), line("Extra sauce", "1.00", parent=0)]
    check = bill_of(table, provider, total=4730, lines=lines)  # 43.00 and 10 % service
    parts = [{"line": 0}, {"line": 1, "quantity": 1}, {"line": 1, "quantity": 2}]
    alone = [amounts(provider.post(f"/checks/{check}/split-plans", {"claims": [each]}))[0] for each in parts]
    assert alone == [2750, 660, 1320]
    assert sum(alone) == 4730


def test_an_item_that_somebody_pays_is_taken(table: Table, provider: Provider) -> None:
    check = bill_of(table, provider, total=4200, lines=[line("Entrecôte", "24.00"), line("Rosé", "18.00", "3")])
    path = f"/checks/{check}/payment-intents"
    held = provider.post(path, {"claims": [{"line": 1, "quantity": 2}], "provider_session_id": "alice"})[1]
    assert held["amount"] == 1200
    wants: list[tuple[dict[str, int], str]] = [
        ({"line": 1, "quantity": 2}, "items_taken"),
        ({"line": 2}, "amount_invalid"),
    ]
    for claim, code in [*wants, ({"line": 1, "parts": 2}, "items_taken")]:
        assert provider.post(path, {"claims": [claim], "provider_session_id": "bob"})[1]["code"] == code
    status, last = provider.post(path, {"claims": [{"line": 1, "quantity": 1}], "provider_session_id": "bob"})
    assert (status, last["amount"]) == (201, 600)
    provider.post(f"/payment-intents/{held['id']}/confirm", {"provider_payment_id": "q-1"})
    paid = [{"line": 1, "part": 1, "parts": 3}, {"line": 1, "part": 2, "parts": 3}]
    assert GuestPayment.objects.get().claims == paid
    payment = provider.get("/payments")[1]["data"][0]
    assert payment["items"] == paid
    assert payment["staff_view_url"].endswith(f"/pay-at-table/payments/{payment['id']}")


def test_items_and_another_amount_are_refused(table: Table, provider: Provider) -> None:
    check = bill_of(table, provider, total=2400, lines=[line("Entrecôte", "24.00")])
    asked = {"claims": [{"line": 0}], "amount": 2399, "provider_session_id": "alice"}
    assert provider.post(f"/checks/{check}/payment-intents", asked)[1]["code"] == "amount_invalid"
    assert (
        provider.post(f"/checks/{check}/payment-intents", {"provider_session_id": "a"})[1]["code"] == "amount_invalid"
    )


def test_check_changed_brings_the_bill_as_it_is(table: Table, provider: Provider) -> None:
    asked = {"amount": 100, "provider_session_id": "phone"}
    status, problem = provider.post(f"/checks/{table.bill}/payment-intents", asked, **{"If-Match": '"rev-7"'})
    assert (status, problem["code"], problem["check"]["revision"]) == (409, "check_changed", 1)
    assert problem["check"]["payable"] == {"amount": 2400, "currency": "EUR"}


def test_e2_without_holds_the_second_payment_waits_for_somebody(table: Table, provider: Provider) -> None:
    for name in ("q-1", "q-2"):
        assert provider.post(f"/checks/{table.bill}/payments", taken(provider_payment_id=name, amount=2000))[0] == 201
    first, second = GuestPayment.objects.order_by("id")
    table.settle(first)
    table.settle(second)
    shown = provider.get("/payments")[1]["data"]
    said = [(each["state"], each["reason"]) for each in shown]
    assert said == [("needs_attention", "amount_exceeds_remaining"), ("applied", "")]


def test_e3_an_answer_that_is_repeated_says_so(table: Table, provider: Provider) -> None:
    path, key = f"/checks/{table.bill}/payments", {"Idempotency-Key": "k"}
    first, again = provider.ask("POST", path, taken(), **key), provider.ask("POST", path, taken(), **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")


def test_a_payment_at_a_table_with_one_bill_is_for_that_bill(table: Table, provider: Provider) -> None:
    check = provider.get("/checks")[1][0]
    said = taken(table_number=check["table_number"])
    status, payment = provider.post("/payments", said)
    assert (status, payment["check_id"]) == (201, check["id"])
    assert provider.post("/payments", said)[1]["id"] == payment["id"]


def test_e14_a_payment_at_a_table_with_two_bills_waits_for_somebody(table: Table, provider: Provider) -> None:
    table.another_bill()
    provider.get("/checks")
    Bill.objects.update(table_number="7")
    payment = provider.post("/payments", taken(table_number="7"))[1]
    assert (payment["state"], payment["check_id"]) == ("recorded", "")


def test_e24_a_tip_alone_is_no_payment(table: Table, provider: Provider) -> None:
    assert provider.post(f"/checks/{table.bill}/payments", taken(amount=0, tip=300))[0] == 422


def test_e25_a_tip_above_the_amount_is_asked_for_twice(table: Table, provider: Provider) -> None:
    asked = {"amount": 100, "tip": 500, "provider_session_id": "phone"}
    path = f"/checks/{table.bill}/payment-intents"
    assert provider.post(path, asked)[1]["code"] == "tip_unconfirmed"
    assert provider.post(path, {**asked, "tip_confirmed": True})[0] == 201


def test_e27_one_method_for_vouchers_and_cards_is_allowed(table: Table, provider: Provider) -> None:
    said = taken(method_kind="voucher")
    payment = provider.post(f"/checks/{table.bill}/payments", said)[1]
    assert payment["pos_method"] == {"code": "", "label": ""}
    checking.check(table.integration, now=table.now)
    table.settle(GuestPayment.objects.get())
    method = provider.get(f"/payments/{payment['id']}")[1]["pos_method"]
    assert method["code"] == "APM"
    assert method["label"] == Integration.objects.get().card_label != ""


def test_e28_a_voucher_stays_when_the_card_fails(table: Table, provider: Provider) -> None:
    path = f"/checks/{table.bill}/payment-intents"
    voucher = provider.post(path, {"amount": 1000, "method_kind": "voucher", "provider_session_id": "v"})[1]
    card = provider.post(path, {"amount": 1400, "provider_session_id": "c"})[1]
    provider.post(f"/payment-intents/{voucher['id']}/confirm", {"provider_payment_id": "q-v"})
    provider.post(f"/payment-intents/{card['id']}/cancel")
    table.settle(GuestPayment.objects.get())
    found = provider.get(f"/checks/{table.bill}?fresh=true")[1]
    assert (found["state"], found["remaining"]["amount"], found["payable"]["amount"]) == ("partially_paid", 1400, 1400)


def test_e42_a_clock_that_is_ahead_is_noted(table: Table, provider: Provider) -> None:
    said = taken(captured_at="2099-01-01T00:00:00Z")
    assert provider.post(f"/checks/{table.bill}/payments", said)[1]["captured_in_future"] is True


def test_payments_come_by_pages_and_by_state(table: Table, provider: Provider) -> None:
    for number in range(3):
        provider.post(f"/checks/{table.bill}/payments", taken(provider_payment_id=f"q-{number}", amount=100))
    page = provider.get("/payments?limit=2")[1]
    rest = provider.get(f"/payments?limit=2&cursor={page['next_cursor']}")[1]
    assert [each["provider_payment_id"] for each in page["data"] + rest["data"]] == ["q-2", "q-1", "q-0"]
    assert rest["next_cursor"] is None
    assert provider.get("/payments?state=applied")[1]["data"] == []
    assert provider.get("/payments?updated_since=2099-01-01T00:00:00Z")[1]["data"] == []


def refund(**changes: Any) -> dict[str, Any]:
    return {"provider_refund_id": "r-1", "amount": 2400, **changes}


def test_e45_never_more_is_given_back_than_was_taken(table: Table, provider: Provider) -> None:
    payment = provider.post(f"/checks/{table.bill}/payments", taken(tip=100))[1]["id"]
    path = f"/payments/{payment}/refunds"
    assert provider.post(path, refund(amount=2000, status="pending"))[0] == 201
    assert provider.post(path, refund(provider_refund_id="r-2", amount=501))[1]["code"] == "refund_exceeds_payment"
    assert provider.post(path, refund(amount=2000, status="failed"))[0] == 200
    assert provider.post(path, refund(amount=2000, status="succeeded"))[1]["code"] == "provider_id_conflict"
    assert provider.post(path, refund(provider_refund_id="r-2", amount=2500))[0] == 201
    assert provider.post(path, refund(provider_refund_id="r-2", amount=2500))[0] == 200
    assert [each["status"] for each in provider.get(f"/payments/{payment}")[1]["refunds"]] == ["failed", "succeeded"]


def test_e46_a_refund_of_what_is_on_the_till_waits_for_the_line_to_go(table: Table, provider: Provider) -> None:
    payment = provider.post(f"/checks/{table.bill}/payments", taken())[1]["id"]
    table.settle(GuestPayment.objects.get())
    path = f"/payments/{payment}/refunds"
    assert provider.post(path, refund(amount=1000))[0] == 201
    found = provider.get(f"/payments/{payment}")[1]
    assert (found["state"], found["reason"]) == ("refund_pending", "refund_not_booked")
    assert (found["amount"]["amount"], found["due"]["amount"]) == (2400, 1400)
    assert provider.post(path, refund(provider_refund_id="r-2", amount=1400))[0] == 201
    found = provider.get(f"/payments/{payment}")[1]
    assert (found["state"], found["reason"]) == ("refund_pending", "refund_not_removed")


def test_p5_a_payment_that_was_given_back_is_refunded(table: Table, provider: Provider) -> None:
    Integration.objects.update(card_method="")
    payment = provider.post(f"/checks/{table.bill}/payments", taken())[1]["id"]
    assert table.work(GuestPayment.objects.get()).state == "needs_attention"
    found = provider.get(f"/payments/{payment}")[1]
    assert (found["retryable"], found["state_reason"]["code"]) == (True, "method_not_mapped")
    provider.post(f"/payments/{payment}/refunds", refund())
    assert provider.get(f"/payments/{payment}")[1]["state"] == "refunded"
