"""The typed Python client of the provider API: made from today’s document, and used over HTTP as a provider uses it."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from comptoir_provider import AuthenticatedClient
from comptoir_provider.api.pay_at_table import (
    create_intent,
    floor_plans,
    list_checks,
    list_events,
    list_menus,
    one_check,
    one_menu,
    one_order,
    one_payment,
    place_order,
    plan_split,
    report_payment,
    report_refund,
)
from comptoir_provider.models import (
    IntentIn,
    ItemIn,
    LineClaimIn,
    OrderIn,
    OrderKind,
    PaymentIn,
    RefundIn,
    SplitIn,
)
from comptoir_provider.refusals import Refused, done

from comptoir.apps.pay_at_table import sending_orders
from comptoir.apps.pay_at_table.models import GuestPayment
from comptoir.apps.pay_at_table.order_tables import Order
from tests.apps.pay_at_table.provider import Provider, decide
from tests.apps.pay_at_table.table import Table

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients" / "python"
STEP = re.compile(r"^### \d+\. (.+?)$.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("client_script", ROOT / "scripts" / "client.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def steps() -> dict[str, str]:
    found = dict(STEP.findall((CLIENT / "README.md").read_text(encoding="utf-8")))
    assert len(found) == 6
    return found


def test_it_is_made_of_todays_document() -> None:
    assert script().trouble() == ""


def test_a_changed_api_or_a_file_edited_by_hand_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = script()
    (tmp_path / "openapi.json").write_text(made.as_text({**made.document(), "openapi": "3.0.0"}))
    monkeypatch.setattr(made, "DOCUMENT", tmp_path / "openapi.json")
    assert "the provider API is another one" in made.trouble()
    made = script()
    (tmp_path / "made.sha256").write_text("0" * 64)
    monkeypatch.setattr(made, "MADE", tmp_path / "made.sha256")
    assert "a file of clients/python is not as it was made" in made.trouble()


def test_the_steps_of_its_readme_are_typed_strictly(tmp_path: Path) -> None:
    written = tmp_path / "steps.py"
    written.write_text("\n".join(steps().values()))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file", os.devnull, str(written)]
    told = subprocess.run(command, env={**os.environ, "MYPYPATH": str(CLIENT)}, capture_output=True, text=True)
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.django_db(transaction=True)
def test_the_steps_of_its_readme_do_what_they_say(
    table: Table, stranger: Provider, live_server: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("COMPTOIR_URL", live_server.url)
    monkeypatch.setenv("COMPTOIR_KEY", stranger.secret)
    monkeypatch.setenv("COMPTOIR_INTEGRATION", table.integration.public_id)
    meanwhile = {
        "Be let in": lambda: decide(stranger, yes=True),
        "Tell what was taken": lambda: table.settle(GuestPayment.objects.get()),
    }
    known: dict[str, Any] = {}
    said: dict[str, str] = {}
    for title, code in steps().items():
        exec(compile(code, title, "exec"), known)
        said[title] = capsys.readouterr().out.strip()
        meanwhile.get(title, lambda: None)()
    assert not set(meanwhile) - set(said)
    assert said["Be let in"] == "waiting"
    assert said["Find the bill of a table"].endswith("2400 EUR")
    assert said["Hold a part while the guest pays"].startswith("held ")
    assert "'payment.applied'" in said["Hear that it is on the till"]
    assert "\napplied CT" in said["Hear that it is on the till"]
    assert said["Give money back, and say no well"].splitlines()[0] == "succeeded"
    assert said["Give money back, and say no well"].endswith(" False")
    assert [amount for _, amount in table.lines()] == [1000], "the tip stands beside"


@pytest.mark.django_db(transaction=True)
def test_a_provider_s_evening_floor_bill_claim_payment_feed_refund_and_an_order(
    table: Table, provider: Provider, live_server: Any
) -> None:
    """F1, F2, F3, F12 and 1.7 as a provider's program lives them."""
    store = table.integration.public_id
    client = AuthenticatedClient(base_url=live_server.url, token=provider.secret, raise_on_unexpected_status=True)
    with client:
        assert any(plan.tables for plan in done(floor_plans.sync(store, client=client)).data)
        [bill] = done(list_checks.sync(store, client=client))
        seen = list_checks.sync_detailed(store, client=client)
        again = list_checks.sync_detailed(store, client=client, if_none_match=seen.headers["etag"])
        assert (again.status_code, again.parsed) == (304, None)

        claims = [LineClaimIn(line=bill.lines[0].line, parts=2)]
        split = SplitIn(claims=claims)
        plan = done(plan_split.sync(store, bill.id, client=client, body=split, idempotency_key="split"))
        assert [each.amount for each in plan.amounts] == [1200]
        wish = IntentIn(claims=claims, provider_session_id="phone")
        held = done(create_intent.sync(store, bill.id, client=client, body=wish, idempotency_key="hold"))
        assert held.amount == 1200
        greedy = IntentIn(amount=2400, provider_session_id="another")
        with pytest.raises(Refused, match="amount_exceeds_payable") as refused:
            done(create_intent.sync(store, bill.id, client=client, body=greedy, idempotency_key="greedy"))
        assert not refused.value.may_pass

        money = PaymentIn(provider_payment_id="p-1", amount=1000, currency="EUR")
        first = report_payment.sync_detailed(store, bill.id, client=client, body=money, idempotency_key="p-1")
        twice = report_payment.sync_detailed(store, bill.id, client=client, body=money, idempotency_key="p-1")
        assert (first.status_code, twice.headers["idempotent-replayed"]) == (201, "true")
        payment = done(first.parsed)
        assert done(twice.parsed).id == payment.id
        table.settle(GuestPayment.objects.get())
        told = done(list_events.sync(store, client=client, limit=200))
        assert "payment.applied" in [each.type_ for each in told.data]
        assert done(list_events.sync(store, client=client, after=told.next_cursor)).data == []
        assert done(one_payment.sync(store, payment.id, client=client)).state == "applied"
        assert done(one_check.sync(store, bill.id, client=client, fresh=True)).remaining.amount == 1400

        back = RefundIn(provider_refund_id="r-1", amount=1000)
        done(report_refund.sync(store, payment.id, client=client, body=back, idempotency_key="r-1"))
        assert done(one_payment.sync(store, payment.id, client=client)).state == "refund_pending"

        menus = done(list_menus.sync(store, client=client))
        assert any(each.sku == "CAFE" for each in done(one_menu.sync(store, menus[0].id, client=client)).items)
        wanted = OrderIn(
            provider_order_id="o-1", type_=OrderKind.EAT_IN, items=[ItemIn(sku="CAFE", quantity=2)], check_id=bill.id
        )
        order = done(place_order.sync(store, client=client, body=wanted, idempotency_key="o-1"))
        row = Order.objects.get()
        sending_orders.run(organisation_id=row.organisation_id, order_id=row.id, clock=lambda: table.now)
        table.hear()
        assert done(one_order.sync(store, order.id, client=client)).state == "accepted"
