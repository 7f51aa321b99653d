"""The provider API as a provider calls it (docs/reference/api.md); amounts are minor units."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from comptoir.kernel.errors import VendorBusy
from comptoir.kernel.http import send

SECONDS: Final = 10.0


class Refused(Exception):
    """The API said no; or nothing at all (status 0)."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.code = code
        self.words = words

    @property
    def may_pass(self) -> bool:
        """Whether the same call may do better later."""
        return self.status in (0, 429) or self.status >= 500 or self.code == "idempotency_in_progress"


class ProviderApi:
    """One provider's key at one address. Everything raises Refused."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._key = key

    def link(self, integration: str) -> str:
        """Ask to be let in, or what became of it: `waiting`, `linked`, `refused`."""
        return str(self._call("POST", f"{integration}/link")["state"])

    def unlink(self, integration: str) -> None:
        """Let go."""
        self._call("DELETE", f"{integration}/link")

    def integration(self, integration: str) -> dict[str, Any]:
        """The store, and what may be done there."""
        return self._call("GET", integration)

    def tables(self, integration: str) -> list[dict[str, Any]]:
        """Every table, with `has_open_check`."""
        return self._list("GET", f"{integration}/tables")

    def checks(self, integration: str, table: str = "") -> list[dict[str, Any]]:
        """Open bills, of one table or all."""
        query = f"?{urlencode({'table_number': table})}" if table else ""
        return self._list("GET", f"{integration}/checks{query}")

    def check(self, integration: str, check: str) -> dict[str, Any]:
        """One bill, read at the till just now."""
        return self._call("GET", f"{integration}/checks/{quote(check)}?fresh=true")

    def shares(self, integration: str, check: str, number: int, *, key: str) -> list[int]:
        """What each share that is left comes to."""
        body = {"shares": number}
        plan = self._call("POST", f"{integration}/checks/{quote(check)}/split-plans", body, key=key)
        return [int(each["amount"]) for each in plan["amounts"]]

    def hold(self, integration: str, check: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Hold a part of a bill."""
        return self._call("POST", f"{integration}/checks/{quote(check)}/payment-intents", body, key=key)

    def confirm(self, integration: str, intent: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """The guest of a held part was charged."""
        return self._call("POST", f"{integration}/payment-intents/{quote(intent)}/confirm", body, key=key)

    def cancel(self, integration: str, intent: str, *, key: str) -> None:
        """Let a held part go."""
        self._call("POST", f"{integration}/payment-intents/{quote(intent)}/cancel", key=key)

    def payment(self, integration: str, payment: str) -> dict[str, Any]:
        """Where a payment stands."""
        return self._call("GET", f"{integration}/payments/{quote(payment)}")

    def refund(self, integration: str, payment: str, body: Mapping[str, Any], *, key: str) -> None:
        """Money went back to a guest."""
        self._call("POST", f"{integration}/payments/{quote(payment)}/refunds", body, key=key)

    def menu(self, integration: str) -> dict[str, Any]:
        """The first menu of a store."""
        menus = self._list("GET", f"{integration}/menus")
        return self._call("GET", f"{integration}/menus/{quote(str(menus[0]['id']))}") if menus else {}

    def order(self, integration: str, body: Mapping[str, Any], *, key: str) -> dict[str, Any]:
        """Send an order to the kitchen."""
        return self._call("POST", f"{integration}/orders", body, key=key)

    def order_of(self, integration: str, order: str) -> dict[str, Any]:
        """Where an order stands."""
        return self._call("GET", f"{integration}/orders/{quote(order)}")

    def listen(self, integration: str, url: str, *, key: str) -> dict[str, Any]:
        """Have webhooks sent; the answer holds their secret, once."""
        return self._call("POST", f"{integration}/webhook-endpoints", {"url": url}, key=key)

    def _list(self, method: str, path: str) -> list[dict[str, Any]]:
        answer = self._ask(method, path, None, "")
        return list(answer if isinstance(answer, list) else answer.get("data", []))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> dict[str, Any]:
        return dict(self._ask(method, path, body, key))

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None, key: str) -> Any:
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        if key:
            headers["idempotency-key"] = key
        content = json.dumps(body).encode() if body is not None else b""
        url = f"{self.base_url}/v1/integrations/{path}"
        try:
            answer = send(method, url, body=content, headers=headers, timeout=SECONDS)
        except VendorBusy:
            raise Refused(0, "no_answer", "Comptoir does not answer.") from None
        said = _read(answer.body)
        if answer.status >= 300:
            told = said if isinstance(said, dict) else {}
            raise Refused(answer.status, str(told.get("code", "")), str(told.get("detail") or told.get("title") or ""))
        return said


def _read(body: bytes) -> Any:
    try:
        return json.loads(body) if body else {}
    except ValueError:
        return {}
