"""6xpos as its server calls us: a token, and the calls of the public API."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest
from comptoir.core.accounts.partners import scopes, tokens
from comptoir.core.installations.install import install_all
from comptoir.kernel.seal import token_hash

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
ALICES_NUMBER = "33612345642"


def partner(name: str = "6xpos") -> PartnerClient:
    return PartnerClient.objects.get_or_create(
        name=name,
        defaults={
            "provider": "sixpos",
            "client_id": f"client-{name}",
            "secret_hash": token_hash("secret"),
            "scopes": list(scopes.DEFAULT),
            "contacts": ["integrations@6xpos.example"],
            "created_at": NOW,
        },
    )[0]


@dataclass
class Pos:
    """A partner's server with the token of one brand."""

    organisation: Organisation
    stores: list[Store]
    token: str
    client: PartnerClient

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        extra = {} if body is None else {"data": body, "content_type": "application/json"}
        return Client().generic(
            method.upper(),
            f"/partner/v1/{path}",
            headers=self.headers | {name.replace("_", "-"): value for name, value in headers.items()},
            **({} if not extra else {"data": _json(body), "content_type": "application/json"}),
        )

    def get(self, path: str) -> Any:
        return self.call("get", path)

    def order(self, order_id: str = "1", **changes: Any) -> dict[str, Any]:
        return order(self.stores[0].slug, order_id, **changes)

    def sells(self, order_id: str = "1", **changes: Any) -> Any:
        return self.call("post", "orders", self.order(order_id, **changes))

    def tells(self, order_id: str, **said: Any) -> Any:
        return self.call("patch", f"orders/{order_id}", said)


def _json(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def order(slug: str, order_id: str = "1", **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {
        "order_id": order_id,
        "loyalty_store_slug": slug,
        "channel": "pos",
        "delivery_mode": "on_site",
        "amount": 2190,
        "status": "paid",
        "created_at": datetime.now(UTC).isoformat(),
        "delivery_status": "delivered",
        "lines": [{"sku": "12", "name": "Menu", "quantity": 1, "unit_amount": 2190, "amount": 2190}],
        "customer": {"phone": ALICES_NUMBER},
    }
    return {name: value for name, value in (said | changes).items() if value is not ...}


def open_brand(
    organisation: Organisation, *stores: Store, allowed: tuple[str, ...] = scopes.DEFAULT, name: str = "6xpos"
) -> Pos:
    """The brand's token was issued: the partner can call."""
    client = partner(name)
    PartnerRequest.objects.get_or_create(
        organisation=organisation,
        client=client,
        defaults={
            "state": PartnerRequest.State.TOKEN_ISSUED,
            "store_ids": [each.id for each in stores],
            "requested_at": NOW,
            "requested_by": "user:1",
        },
    )
    for store in stores:
        install_all(organisation=organisation, store=store, provider="sixpos", now=NOW)
    _, secret = tokens.issue_brand(
        organisation_id=organisation.id,
        client=client,
        store_ids=[each.id for each in stores],
        scopes=allowed,
        actor="user:1",
        now=NOW,
    )
    return Pos(organisation, list(stores), secret.reveal(), client)


def refusal(response: Any) -> tuple[int, str]:
    """Status and code of an error, which must be in the one shape."""
    body = response.json()
    assert set(body) == {"message", "errors", "code", "request_id"}, body
    assert body["message"]
    assert body["request_id"] == response["X-Request-Id"]
    return response.status_code, body["code"]
