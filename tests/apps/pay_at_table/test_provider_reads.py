"""What a provider reads: the store, its floor, its bills; and how often."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.apps.pay_at_table import checking, linking, patience, setting_up
from comptoir.apps.pay_at_table.models import Bill, Integration
from comptoir.apps.pay_at_table.provider_tables import CallCount, TillCopy
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.catalogue import API_PAYMENT
from tests.apps.pay_at_table.provider import Provider, linked, provider_of, taken
from tests.apps.pay_at_table.table import Table

pytestmark = pytest.mark.django_db(transaction=True)


def failing(table: Table, status: int = 503) -> None:
    table.vendor.instead = lambda _request, _now: Response(status, b"{}")


def test_the_integration_says_what_may_be_done(table: Table, provider: Provider) -> None:
    status, found = provider.get("")
    assert (status, found["status"], found["currency"]) == (200, "active", "EUR")
    assert found["capabilities"] == {
        "intents": True,
        "split_by_item": True,
        "orders": True,
        "tips": True,
        "pos_message": True,
    }
    assert found["methods"] == {"card": "APM", "voucher": "APM", "card_label": "", "voucher_label": ""}
    Integration.objects.update(enabled=False)
    assert provider.get("")[1]["status"] == "disabled"


def test_what_the_till_calls_a_method_is_shown_once_it_was_asked(table: Table, provider: Provider) -> None:
    name = API_PAYMENT.name
    checking.check(table.integration, now=table.now)
    methods = provider.get("")[1]["methods"]
    assert (methods["card_label"], methods["voucher_label"]) == (name, name)
    setting_up.save(table.integration, {"card_method": "CB"}, actor="user:1", now=table.now)
    methods = provider.get("")[1]["methods"]
    assert (methods["card"], methods["card_label"], methods["voucher_label"]) == ("CB", "", name), "not asked yet"


def test_readiness_is_asked_of_the_till(table: Table, provider: Provider) -> None:
    said = provider.get("/readiness")[1]
    assert (said["ready"], said["pos_reachable"], said["till_online"]) == (True, True, True)
    failing(table)
    assert provider.get("/readiness")[1]["pos_reachable"] is False


def test_f1_floor_plans_are_read_once_in_ten_minutes(table: Table, provider: Provider) -> None:
    first = provider.ask("GET", "/floor-plans")
    assert first.json()["data"][0]["tables"][0]["public_table_code"]
    asked = len(table.vendor.asked)
    assert provider.ask("GET", "/floor-plans", **{"If-None-Match": first["ETag"]}).status_code == 304
    assert len(table.vendor.asked) == asked
    failing(table)
    TillCopy.objects.update(fetched_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert provider.get("/floor-plans")[1]["data"] == first.json()["data"]


def test_f1_no_floor_plan_is_a_normal_state(table: Table, provider: Provider) -> None:
    def none(request: Request, now: datetime) -> Response | None:
        return Response(404, b"{}") if "floorplans" in request.path else None

    table.vendor.instead = none
    assert provider.get("/floor-plans")[1]["reason"] == "no_floor_plan"
    assert provider.get("/tables") == (200, [])


def test_f1_without_a_copy_the_provider_hears_that_the_till_is_away(table: Table, provider: Provider) -> None:
    failing(table)
    answer = provider.ask("GET", "/floor-plans")
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "pos_unreachable", True)
    assert int(answer["Retry-After"]) >= 1


def test_e41_a_table_is_called_by_a_code_that_nobody_can_count_through(table: Table, provider: Provider) -> None:
    number = provider.get("/checks")[1][0]["table_number"]
    found = [each for each in provider.get("/tables")[1] if each["number"] == number]
    assert [each["has_open_check"] for each in found] == [True]
    code = found[0]["public_table_code"]
    assert len(code) == 10
    assert provider.get(f"/checks?public_table_code={code}")[1][0]["table_number"] == number
    assert provider.get(f"/tables?code={code}")[1] == found
    assert provider.get("/checks?public_table_code=zzzzzzzzzz")[1]["code"] == "table_unknown"


def test_e14_a_table_with_two_bills_shows_both(table: Table, provider: Provider) -> None:
    table.another_bill()
    first, second = provider.get("/checks")[1]
    Bill.objects.update(table_number="7", fetched_at=datetime.now(UTC))
    assert first["id"] != second["id"]
    found = provider.get("/checks?table_number=7")[1]
    assert {each["pos_check_id"] for each in found} == {first["pos_check_id"], second["pos_check_id"]}


def test_a_bill_that_has_not_changed_is_not_sent_again(table: Table, provider: Provider) -> None:
    first = provider.ask("GET", f"/checks/{table.bill}")
    same = {"If-None-Match": first["ETag"]}
    assert first["ETag"] == '"rev-1"'
    assert provider.ask("GET", f"/checks/{first.json()['id']}", **same).status_code == 304
    provider.post(f"/checks/{table.bill}/payment-intents", {"amount": 1000, "provider_session_id": "phone"})
    held = provider.ask("GET", f"/checks/{table.bill}", **same)
    assert (held.status_code, held["ETag"], held.json()["payable"]["amount"]) == (200, '"rev-1.1000"', 1400)


def test_fresh_reads_the_bill_now(table: Table, provider: Provider) -> None:
    provider.get(f"/checks/{table.bill}")
    asked = len(table.vendor.asked)
    provider.get(f"/checks/{table.bill}")
    assert len(table.vendor.asked) == asked
    provider.get(f"/checks/{table.bill}?fresh=true")
    assert len(table.vendor.asked) == asked + 1


def test_a_bill_nobody_knows_is_not_found(table: Table, provider: Provider) -> None:
    for check in ("A1.1", "chk_01J00000000000000000000000", "chk_"):
        assert provider.get(f"/checks/{check}")[1]["code"] == "check_not_found"


def test_e43_a_slow_till_is_answered_for_with_what_it_said_last(
    table: Table, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.get(f"/checks/{table.bill}")
    monkeypatch.setattr(patience, "LONGEST", patience.LONGEST / 20)

    released = threading.Event()

    def slow(request: Request, now: datetime) -> Response | None:
        released.wait(60)
        return None

    table.vendor.instead = slow
    with ThreadPoolExecutor(1) as readers:  # it ends when the late reader has put its connection away
        monkeypatch.setattr(patience, "_readers", readers)
        found = provider.get(f"/checks/{table.bill}?fresh=true")[1]
        released.set()
    assert (found["stale"], found["remaining"]["amount"]) == (True, 2400)


def test_e43_no_money_is_decided_on_a_stale_bill(table: Table, provider: Provider) -> None:
    provider.get(f"/checks/{table.bill}")
    Bill.objects.update(fetched_at=datetime(2026, 1, 1, tzinfo=UTC))
    failing(table)
    assert provider.get(f"/checks/{table.bill}")[1]["stale"] is True
    asked = {"amount": 100, "provider_session_id": "phone"}
    status, problem = provider.post(f"/checks/{table.bill}/payment-intents", asked)
    assert (status, problem["code"], problem["retryable"]) == (503, "pos_unreachable", True)


def test_e22_a_bill_below_zero_is_a_credit(table: Table, provider: Provider) -> None:
    provider.get(f"/checks/{table.bill}")
    Bill.objects.update(total=-500, paid=0, remaining=0, fetched_at=datetime.now(UTC))
    found = provider.get(f"/checks/{table.bill}")[1]
    assert (found["credit"]["amount"], found["payable"]["amount"]) == (500, 0)
    asked = {"amount": 1, "provider_session_id": "phone"}
    assert provider.post(f"/checks/{table.bill}/payment-intents", asked)[1]["code"] == "amount_exceeds_payable"


def test_more_than_twenty_calls_in_a_second_wait_and_taken_payments_never(table: Table, provider: Provider) -> None:
    first = provider.ask("GET", "")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("20", "19")
    CallCount.objects.update(number=20, window_ends_at=datetime(2100, 1, 1, tzinfo=UTC))
    refused = provider.ask("GET", "")
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (429, "rate_limited", "1")
    for number in range(6):
        said = taken(provider_payment_id=f"q-{number}", amount=100)
        assert provider.post(f"/checks/{table.bill}/payments", said)[0] == 201


def test_a_version_that_is_not_spoken_is_refused(table: Table, provider: Provider) -> None:
    assert provider.ask("GET", "", **{"Comptoir-Version": "2025-01-01"}).json()["code"] == "version_unknown"
    assert provider.ask("GET", "")["Comptoir-Version"] == "2026-11-01"


def test_two_keys_of_one_program_see_the_same_while_one_replaces_the_other(table: Table, provider: Provider) -> None:
    fresh, secret = linking.make_key(provider="Qodeup", beside=provider.key, now=datetime.now(UTC))
    after = Provider(fresh, secret.reveal(), table.integration)
    assert provider.get("/checks")[0] == after.get("/checks")[0] == 200
    with pytest.raises(RuleBroken, match="Revoke one"):
        linking.make_key(provider="Qodeup", beside=fresh, now=datetime.now(UTC))
    linking.revoke_key(provider.key, now=datetime.now(UTC))
    assert (provider.get("/checks")[0], after.get("/checks")[0]) == (401, 200)


def test_a_test_key_opens_test_integrations_alone(table: Table) -> None:
    testing = provider_of(table.integration, is_test=True)
    assert testing.secret.startswith("cpt_test_")
    assert testing.post("/link")[1]["code"] == "integration_not_found"
    Integration.objects.update(is_test=True)
    assert linked(testing).get("/checks")[0] == 200
    Integration.objects.update(is_test=False)
    assert testing.get("/checks")[0] == 404


@pytest.mark.parametrize(("networks", "status"), [(["192.0.2.0/24"], 403), (["127.0.0.0/8", "::1/128"], 200)])
def test_e39_a_key_is_good_from_its_networks_alone(table: Table, networks: list[str], status: int) -> None:
    provider = provider_of(table.integration, networks=networks)
    if status == 200:
        linked(provider)
    answer = provider.ask("GET", "/checks")
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "forbidden"


def test_e39_either_side_lets_go_in_one_call(table: Table, provider: Provider) -> None:
    provider.post(f"/checks/{table.bill}/payments", taken())
    assert provider.ask("DELETE", "/link").json()["state"] == "unlinked"
    assert provider.get("/payments")[1]["code"] == "integration_not_found"
    assert provider.post("/link")[1]["state"] == "waiting"


def test_problems_name_the_call_they_are_about(table: Table, provider: Provider) -> None:
    said: dict[str, Any] = provider.ask("GET", "/payments/gpay_x", **{"X-Request-Id": "call-of-alice"}).json()
    assert (said["code"], said["request_id"], said["retryable"]) == ("not_found", "call-of-alice", False)


def test_p10_a_provider_reads_the_report_of_a_day(table: Table, provider: Provider) -> None:
    table.run(table.take(1000, tip=100))
    table.hear()
    table.run(table.taken[0])
    table.take(9900)
    status, said = provider.get("/reconciliation")
    assert (status, said["day_open"], said["difference"]) == (200, True, {"amount": 0, "currency": "EUR"})
    assert [(row["state"], row["provider_payment_id"]) for row in said["rows"]] == [
        ("matched", "q-0"),
        ("missing_on_pos", "q-1"),
    ]
    assert said["rows"][1]["on_pos"] is None
    [sums] = said["totals"]
    assert sums["taken"]["amount"] == sums["applied"]["amount"] + sums["open"]["amount"] == 10900
    assert provider.get(f"/reconciliation?business_date={said['business_date']}")[1] == said, (
        "a minute's report is kept"
    )
    assert provider.get("/reconciliation?business_date=2001-01-01")[0] == 404
    assert provider.get("/reconciliation?business_date=soon")[0] == 422
