"""A provider's program, as it calls the provider API."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from comptoir.apps.pay_at_table import linking
from comptoir.apps.pay_at_table.link_tables import ProviderKey
from comptoir.apps.pay_at_table.models import Integration


@dataclass
class Provider:
    """A provider's program with its key."""

    key: ProviderKey
    secret: str
    integration: Integration
    calls: int = 0

    def get(self, path: str) -> tuple[int, Any]:
        return self._answer(self.ask("GET", path))

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The whole answer, headers and all."""
        sent = {"Authorization": f"Bearer {self.secret}", **headers}
        told = "" if body is None else json.dumps(body)
        return Client().generic(method, self.url(path), told, content_type="application/json", headers=sent)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> tuple[int, Any]:
        self.calls += 1
        answer = self.ask("POST", path, body or {}, **{"Idempotency-Key": key or f"call-{self.calls}", **headers})
        return self._answer(answer)

    def url(self, path: str) -> str:
        return f"/v1/integrations/{self.integration.public_id}{path}"

    @staticmethod
    def _answer(response: Any) -> tuple[int, Any]:
        return response.status_code, json.loads(response.content) if response.content else None


def provider_of(integration: Integration, **said: Any) -> Provider:
    key, secret = linking.make_key(provider="Qodeup", now=datetime.now(UTC), **said)
    return Provider(key, secret.reveal(), integration)


def decide(provider: Provider, *, yes: bool) -> None:
    linking.decide(
        organisation_id=provider.integration.organisation_id,
        integration_id=provider.integration.id,
        key_id=provider.key.app_id,
        yes=yes,
        actor="user:alice",
        now=datetime.now(UTC),
    )


def linked(provider: Provider) -> Provider:
    """The same, let in by the merchant."""
    assert provider.post("/link")[1]["state"] == "waiting"
    decide(provider, yes=True)
    return provider


def taken(**changes: Any) -> dict[str, Any]:
    return {"provider_payment_id": "q-1", "amount": 2400, "currency": "EUR", **changes}
