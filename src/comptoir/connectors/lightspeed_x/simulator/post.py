"""Webhooks: who wants to hear of what, and the signed forms that are posted (section 7)."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from comptoir.connectors.lightspeed_x.simulator import shapes, wire
from comptoir.connectors.lightspeed_x.simulator.retailer import Retailer, Row
from comptoir.connectors.lightspeed_x.simulator.settings import OAuthClient
from comptoir.pos.hosting import Outgoing, Request, Response

TYPES: Final = frozenset(
    {
        "sale.update",
        "product.update",
        "customer.update",
        "inventory.update",
        "register_closure.create",
        "consignment.send",
        "consignment.receive",
    }
)
TOLD: Final = {
    "sales": "sale.update",
    "products": "product.update",
    "customers": "customer.update",
    "closures": "register_closure.create",
}
MOST_ATTEMPTS: Final = 21
"""Once, and up to 20 times again."""
LATEST: Final = timedelta(hours=48)
FIRST_WAIT: Final = timedelta(milliseconds=650)
"""Doubled each time, so that 20 of them take two days (assumed)."""


@dataclass
class Letter:
    """A webhook on its way."""

    url: str
    body: bytes
    began: datetime
    due_at: datetime
    attempts: int = 0
    under_way: bool = False


class Post:
    """The subscriptions of a retailer and what is to be sent to them. The retailer's lock guards it."""

    def __init__(self, retailer: Retailer, client: OAuthClient) -> None:
        self._retailer, self._client = retailer, client
        self._letters: dict[str, Letter] = {}

    def subscribe(self, request: Request, identifier: str | None) -> Response:
        """Make a subscription, change one, or end one."""
        if identifier is not None and self._retailer.get("webhooks", identifier) is None:
            return wire.error(404, "Not Found", "There is no such webhook")
        match request.method:
            case "POST" if identifier is None:
                return self._keep(secrets.token_hex(16), wire.read(request.body), 201)
            case "PUT" if identifier is not None:
                return self._keep(identifier, wire.read(request.body), 200)
            case "DELETE" if identifier is not None:
                self._retailer.remove("webhooks", identifier)
                return Response(200)
            case _:
                return wire.error(405, "Method Not Allowed", "Not here")

    def _keep(self, identifier: str, said: Row, status: int) -> Response:
        kind, url = said.get("type"), said.get("url")
        if kind not in TYPES or not isinstance(url, str) or not url.startswith("http"):
            return wire.error(422, "Unprocessable Entity", "type and url are required")
        same = [row for row in self._retailer.after("webhooks", 0) if (row["type"], row["url"]) == (kind, url)]
        if any(row["id"] != identifier for row in same):
            return wire.error(409, "Conflict", "There is such a webhook already")
        row = {"id": identifier, "retailer_id": self._retailer.about["id"], "type": kind, "url": url}
        kept = self._retailer.put("webhooks", {**row, "active": bool(said.get("active"))})
        return wire.answer(status, {"data": self.shown(kept)})

    def shown(self, row: Row) -> Row:
        """A subscription, which has no version."""
        return {key: value for key, value in row.items() if key != "version"}

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        """What is to be sent now, each at most once until `sent`."""
        with self._retailer.lock:
            self._write(now)
            ready = [(key, each) for key, each in self._letters.items() if not each.under_way and each.due_at <= now]
            for _key, letter in ready:
                letter.under_way = True
            return [Outgoing(key, each.url, each.body, self.signed(each.body)) for key, each in ready]

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Any 2xx ends it; else it is sent again, later each time, for two days."""
        with self._retailer.lock:
            letter = self._letters[key]
            letter.under_way = False
            letter.attempts += 1
            is_taken = status is not None and 200 <= status < 300
            if is_taken or letter.attempts >= MOST_ATTEMPTS or now - letter.began >= LATEST:
                del self._letters[key]
            else:
                letter.due_at = now + FIRST_WAIT * 2 ** (letter.attempts - 1)

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers of a form: HMAC-SHA256 of its bytes under the client's secret, in hex (assumed)."""
        value = hmac.new(self._client.secret.reveal().encode(), body, hashlib.sha256).hexdigest()
        return {
            "content-type": "application/x-www-form-urlencoded",
            "x-signature": f"signature={value},algorithm=HMAC-SHA256",
        }

    def form(self, kind: str, row: Row) -> bytes:
        """The body of a webhook."""
        shown = shapes.posted(row) if kind == "sale.update" else {"id": row["id"]}
        fields = {
            "payload": wire.as_json(shown).decode(),
            "domain_prefix": self._retailer.domain_prefix,
            "retailer_id": self._retailer.about["id"],
            "type": kind,
            "environment": "prod",
        }
        return urlencode(fields).encode()

    def _write(self, now: datetime) -> None:
        changed, self._retailer.changed = self._retailer.changed, []
        hooks = [row for row in self._retailer.after("webhooks", 0) if row["active"]]
        for resource, identifier in changed:
            row = self._retailer.get(resource, identifier)
            for hook in hooks:
                if row is not None and hook["type"] == TOLD.get(resource):
                    letter = Letter(hook["url"], self.form(hook["type"], row), now, now)
                    self._letters[secrets.token_hex(8)] = letter
