"""The provider API, as a provider's program calls it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.apps.pay_at_table import retrying
from comptoir.apps.pay_at_table.link_tables import ProviderKey
from comptoir.apps.pay_at_table.models import GuestPayment, Integration, Intent
from comptoir.kernel.errors import RuleBroken
from tests.apps.pay_at_table.provider import Provider, decide, provider_of, taken
from tests.apps.pay_at_table.table import Table

pytestmark = pytest.mark.django_db(transaction=True)


def test_o8_an_integration_id_alone_opens_nothing(table: Table, stranger: Provider) -> None:
    for path in ("/checks", f"/checks/{table.bill}"):
        assert stranger.get(path)[0] == 404
    assert stranger.post("/link") == (200, {"integration": table.integration.public_id, "state": "waiting"})
    assert stranger.get("/checks")[1]["code"] == "integration_not_found"
    decide(stranger, yes=False)
    assert stranger.post("/link")[1]["state"] == "refused"
    assert stranger.post("/payments", taken())[0] == 404
    assert GuestPayment.objects.count() == 0


def test_e39_a_key_that_was_revoked_opens_nothing(provider: Provider) -> None:
    ProviderKey.objects.update(revoked_at=datetime.now(UTC))
    assert provider.get("/checks")[0] == 401


def test_another_provider_sees_nothing_of_it(table: Table, provider: Provider) -> None:
    other = provider_of(table.integration)
    payment = provider.post(f"/checks/{table.bill}/payments", taken())[1]["id"]
    assert other.get(f"/payments/{payment}")[0] == 404
    assert other.post(f"/payments/{payment}/retry")[0] == 404


def test_f2_open_checks_come_as_a_list(table: Table, provider: Provider) -> None:
    table.another_bill()
    status, found = provider.get("/checks")
    assert status == 200
    assert [each["remaining"] for each in found] == [{"amount": 2400, "currency": "EUR"}] * 2


def test_f2_whoever_asks_at_once_is_served_by_one_read(table: Table, provider: Provider) -> None:
    asked = len(table.vendor.asked)
    assert provider.get("/checks")[1] == provider.get("/checks")[1]
    assert len(table.vendor.asked) == asked + 1


def test_f3_a_guest_holds_pays_and_the_till_has_it(table: Table, provider: Provider) -> None:
    held = {"amount": 1000, "provider_session_id": "phone"}
    status, intent = provider.post(f"/checks/{table.bill}/payment-intents", held)
    assert (status, intent["state"]) == (201, "held")
    assert provider.get(f"/checks/{table.bill}")[1]["payable"]["amount"] == 1400
    status, payment = provider.post(f"/payment-intents/{intent['id']}/confirm", {"provider_payment_id": "q-1"})
    assert (status, payment["state"]) == (201, "recorded")
    table.settle(GuestPayment.objects.get())
    assert provider.get(f"/payments/{payment['id']}")[1]["state"] == "applied"
    assert [amount for _, amount in table.lines()] == [1000]


def test_e1_two_guests_on_the_last_amount_the_second_is_told_before_paying(table: Table, provider: Provider) -> None:
    for session, status in (("one", 201), ("two", 409)):
        answer = provider.post(
            f"/checks/{table.bill}/payment-intents", {"amount": 2400, "provider_session_id": session}
        )
        assert answer[0] == status
    assert answer[1]["code"] == "amount_exceeds_payable"


def test_a_session_that_holds_again_holds_once(table: Table, provider: Provider) -> None:
    for amount in (2400, 1000):
        asked = {"amount": amount, "provider_session_id": "phone"}
        assert provider.post(f"/checks/{table.bill}/payment-intents", asked)[0] == 201
    assert [*Intent.objects.filter(state="held").values_list("amount", flat=True)] == [1000]


def test_an_intent_on_a_bill_that_changed_is_refused(table: Table, provider: Provider) -> None:
    asked = {"amount": 100, "provider_session_id": "phone"}
    path = f"/checks/{table.bill}/payment-intents"
    assert provider.post(path, asked, **{"If-Match": '"rev-7"'})[1]["code"] == "check_changed"
    assert provider.post(path, asked, **{"If-Match": '"rev-1"'})[0] == 201


def test_p1_a_late_confirmation_of_a_cancelled_hold_is_recorded(table: Table, provider: Provider) -> None:
    asked = {"amount": 1000, "provider_session_id": "phone"}
    intent = provider.post(f"/checks/{table.bill}/payment-intents", asked)[1]["id"]
    assert provider.post(f"/payment-intents/{intent}/cancel")[1]["state"] == "canceled"
    assert provider.post(f"/payment-intents/{intent}/confirm", {"provider_payment_id": "q-1"})[0] == 201


def test_e3_the_same_call_and_the_same_id_are_one_payment(table: Table, provider: Provider) -> None:
    path = f"/checks/{table.bill}/payments"
    first = provider.post(path, taken(), key="k")
    assert first[0] == 201
    assert provider.post(path, taken(), key="k") == first
    status, again = provider.post(path, taken(), key="another")
    assert (status, again["id"]) == (200, first[1]["id"])
    assert GuestPayment.objects.count() == 1


def test_e4_the_same_id_with_another_amount_is_a_conflict(table: Table, provider: Provider) -> None:
    path = f"/checks/{table.bill}/payments"
    provider.post(path, taken())
    status, problem = provider.post(path, taken(amount=1))
    assert (status, problem["code"]) == (409, "provider_id_conflict")


def test_a_key_that_is_used_for_another_call_is_refused(table: Table, provider: Provider) -> None:
    path = f"/checks/{table.bill}/payments"
    provider.post(path, taken(), key="k")
    assert provider.post(path, taken(amount=1), key="k")[1]["code"] == "idempotency_key_reused"


def test_p1_what_the_till_says_keeps_nothing_from_being_recorded(table: Table, provider: Provider) -> None:
    Integration.objects.update(enabled=False)
    assert provider.post("/checks/A1.1/payments", taken(amount=10**9))[0] == 201
    assert provider.post("/payments", taken(provider_payment_id="q-2", table_number="9"))[0] == 201
    unplaced = table.work(GuestPayment.objects.get(provider_payment_id="q-2"))
    assert (unplaced.state, unplaced.reason) == ("needs_attention", "check_unknown")


@pytest.mark.parametrize("amount", [0, -1, 1.5, 10**12, "2400", None])
def test_e40_what_is_no_amount_is_refused(table: Table, provider: Provider, amount: Any) -> None:
    assert provider.post(f"/checks/{table.bill}/payments", taken(amount=amount))[0] == 422


def test_f6_a_payment_that_waits_for_somebody_is_sent_again(table: Table, provider: Provider) -> None:
    path = f"/checks/{table.bill}/payments"
    payment = provider.post(path, taken())[1]["id"]
    row = GuestPayment.objects.get()
    assert provider.post(f"/payments/{payment}/retry")[1]["code"] == "retry_in_progress"
    Integration.objects.update(card_method="")
    assert table.work(row).reason == "method_not_mapped"
    Integration.objects.update(card_method="APM")
    assert provider.post(f"/payments/{payment}/retry")[0] == 202
    assert table.settle(row).state == "applied"
    assert provider.post(f"/payments/{payment}/retry")[1]["code"] == "not_retryable"


def test_p5_settled_by_hand_needs_a_reason(table: Table) -> None:
    payment = table.work(table.take(2401))
    said: dict[str, Any] = {
        "organisation_id": payment.organisation_id,
        "payment_id": payment.id,
        "now": table.now,
        "actor": "user:a",
    }
    with pytest.raises(RuleBroken):
        retrying.settle_by_hand(**said, why=" ")
    assert retrying.settle_by_hand(**said, why="entered at the bar").state == "settled_manually"
