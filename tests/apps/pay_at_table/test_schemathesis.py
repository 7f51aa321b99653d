"""The provider API is what its document says, and no operation of it was visited with nothing but refusals: each is
called over HTTP with a provider's key and the ids of things that exist, and with made-up ones."""

from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from pytest_django.live_server_helper import LiveServer
from schemathesis.core.result import Ok

from comptoir.apps.pay_at_table.models import State
from comptoir.apps.pay_at_table.provider_tables import CallCount
from tests.apps.pay_at_table.provider import Provider
from tests.apps.pay_at_table.table import Table
from tests.web.tenant_rows import INTEGRATION, PROVIDER_CALLS
from tests.web.test_schemathesis import trouble_with

pytestmark = pytest.mark.django_db(transaction=True)
ORDER = {
    "type": "eat_in",
    "items": [{"sku": "CAFE", "quantity": 1}],
    "customer": {"first_name": "Alice"},
    **dict.fromkeys(("table_number", "check_id", "note"), ""),
    **dict.fromkeys(("covers", "collect_at", "payment")),
}
MONEY: dict[str, Any] = {"amount": 100, "tip": 0, "currency": "EUR", "captured_at": None}
HOOK = {"url": "https://provider.example/hook", "events": []}
PART = {"amount": 100, "tip": 0, "claims": [], "ttl_s": None}
BODIES: dict[str, dict[str, Any]] = {
    "POST /checks/{check}/split-plans": {"shares": 2, "claims": []},
    "POST /checks/{check}/payment-intents": PART,
    "POST /checks/{check}/payments": MONEY,
    "POST /payments": {**MONEY, "table_number": ""},
    "POST /payment-intents/{intent}/confirm": {"tip": None, "captured_at": None},
    "POST /payments/{payment}/refunds": {"amount": 100, "status": "succeeded"},
    "POST /orders": ORDER,
    "POST /webhook-endpoints": HOOK,
    "PATCH /webhook-endpoints/{endpoint}": {"url": None, "events": None},
}
QUERIES = {
    "GET /availability": {"skus": "CAFE"},
    "POST /webhook-endpoints/{endpoint}/replay": {"since": "2026-01-01T00:00:00Z"},
}


class Names:
    """Things that exist, each made anew where a call uses it up."""

    def __init__(self, table: Table, provider: Provider) -> None:
        self.table, self.provider, self.made = table, provider, 0
        menus = provider.get("/menus")[1]
        hook = provider.post("/webhook-endpoints", HOOK)[1]["endpoint"]["id"]
        sent = provider.post(f"/webhook-endpoints/{hook}/test")[1]["id"]
        stuck = table.run(table.take(currency="CHF", name="stuck"))
        assert stuck.state == State.NEEDS_ATTENTION
        self.lasting = {
            "integration": table.integration.public_id,
            "menu_id": menus[0]["id"],
            "endpoint": hook,
            "delivery": sent,
            "payment": stuck.public_id,
        }

    def for_one(self) -> dict[str, str]:
        """With a fresh bill, a part held of it, and an order on its way."""
        self.made += 1
        bill = self.table.another_bill()
        check = self.provider.get(f"/checks/{bill}?fresh=true")[1]["id"]
        part = {"amount": 100, "provider_session_id": f"s-{self.made}"}
        intent = self.provider.post(f"/checks/{check}/payment-intents", part)[1]["id"]
        order = self.provider.post("/orders", {**ORDER, "provider_order_id": f"o-{self.made}"})[1]["id"]
        return {**self.lasting, "check": check, "intent": intent, "order": order}


def last(operation: Any) -> bool:
    """What takes away what others need comes behind them."""
    return str(operation.label).startswith("DELETE")


def test_every_operation_of_a_provider_is_answered_as_the_document_says(
    table: Table, provider: Provider, live_server: LiveServer
) -> None:
    document = schemathesis.openapi.from_url(f"{live_server.url}/v1/openapi.json")
    found: list[Any] = [each.ok() for each in document.get_all_operations() if isinstance(each, Ok)]
    operations = sorted((each for each in found if each.label in PROVIDER_CALLS), key=last)
    assert len(operations) == len(PROVIDER_CALLS)
    names, headers = Names(table, provider), {"Authorization": f"Bearer {provider.secret}"}
    wrong, without_success = [], []
    for each in operations:
        label, answered = each.label.replace(INTEGRATION, ""), set[int]()
        ids = names.for_one() if not last(each) else names.lasting
        CallCount.objects.all().delete()  # a provider takes a second for what is done here at once
        wrong.append(trouble_with(each, headers, ids, BODIES.get(label), answered, QUERIES.get(label, {})))
        if not any(status < HTTPStatus.MULTIPLE_CHOICES for status in answered):
            without_success.append((label, sorted(answered)))
    assert not any(wrong), "\n\n".join(filter(None, wrong))
    assert without_success == [], without_success
