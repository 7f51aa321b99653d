"""The vendor as one function: a request comes in, an answer goes out (`pos.hosting.Simulator`)."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from comptoir.connectors.lightspeed_x.simulator import shapes, wire
from comptoir.connectors.lightspeed_x.simulator.limiter import Limiter
from comptoir.connectors.lightspeed_x.simulator.oauth import Authorisation, Grant, Tokens
from comptoir.connectors.lightspeed_x.simulator.post import Post
from comptoir.connectors.lightspeed_x.simulator.retailer import RESOURCES, Retailer, Row
from comptoir.connectors.lightspeed_x.simulator.settings import Behaviour, OAuthClient
from comptoir.connectors.lightspeed_x.simulator.tills import Tills
from comptoir.pos.hosting import Outgoing, Request, Response

PATH: Final = re.compile(
    r"/api/(?P<version>\d{4}-\d\d|\d\.\d)/(?P<what>[a-z_]+)(?:/(?P<id>[\w-]+))?(?:/(?P<more>\w+))?"
)
SCOPES: Final = {
    "retailer": "retailer:read",
    "search": "sales:read",
    "shifts": "users:read",
    "webhooks": "webhooks",
    **{each: f"{each}:read" for each in ("outlets", "registers", "users", "payment_types", "sales", "products")},
    "customers": "customers:read",
}
COUNTED: Final = "payments_summary"
NEEDED: Final = {COUNTED: ("payments:read",), "retailer": ("retailer:read", "payment_types:read")}
"""Where another right is needed, or more than one."""
LARGEST_SEARCH: Final = 1000


class XSeriesSimulator:
    """Satisfies `pos.hosting.Simulator`; safe to call from several threads."""

    def __init__(self, retailer: Retailer, *, client: OAuthClient, behaviour: Behaviour | None = None) -> None:
        self.behaviour = behaviour or Behaviour()
        self.retailer = retailer
        self.tokens = Tokens(self.behaviour, retailer.domain_prefix)
        self.post = Post(retailer, client)
        self.tills = Tills(retailer)
        self._authorisation = Authorisation(client, self.tokens, retailer.domain_prefix)
        registers = sum(1 for row in retailer.after("registers", 0) if not row["deleted_at"])
        self._limiter = Limiter(registers, self.behaviour.window)

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        """The webhooks to send now."""
        return self.post.due(now=now)

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """What the receiver answered."""
        self.post.sent(key, status=status, now=now)

    def answer(self, request: Request, *, now: datetime) -> Response:
        """Answer one request as the vendor would."""
        if (signed := self._authorisation.answer(request, now=now)) is not None:
            return signed
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        grant = self.tokens.check(token.strip(), now=now) if kind == "Bearer" else None
        if grant is None:
            return wire.error(401, "Unauthorized", "The token is missing, unknown or expired")
        if not request.headers.get("user-agent"):
            return wire.error(400, "Bad Request", "A User-Agent is required")
        with self.retailer.lock:
            allowed, headers = self._limiter.take(now=now) if self.behaviour.limited else (True, {})
            if not allowed:
                return wire.error(429, "Too Many Requests", "Come again later", headers)
            answer = self._answer(request, grant)
        return Response(answer.status, answer.body, {**answer.headers, **headers})

    def _answer(self, request: Request, grant: Grant) -> Response:
        found = PATH.fullmatch(request.path)
        if found is None or found["what"] not in SCOPES:
            return wire.error(404, "Not Found", "There is no such resource")
        needed = NEEDED.get(found["more"] or found["what"]) or (SCOPES[found["what"]],)
        if missing := [scope for scope in needed if scope not in grant.scopes]:
            return wire.error(403, "Forbidden", f"{missing[0]} was not granted")
        if found["what"] == "webhooks" and request.method != "GET":
            return self.post.subscribe(request, found["id"])
        if request.method != "GET":
            return wire.error(405, "Method Not Allowed", "Read only")
        is_old = found["version"] == "2.0"
        if found["what"] == "retailer":
            return wire.answer(200, {"data": self.retailer.about})
        if found["what"] == "search":
            return self._search(request.query, is_old=is_old)
        if found["what"] == "webhooks":
            rows = [self.post.shown(row) for row in self.retailer.after("webhooks", 0)]
            return wire.answer(200, {"data": rows})
        if found["id"]:
            return self._one(found["what"], found["id"], found["more"], is_old=is_old)
        return self._list(found["what"], request.query, is_old=is_old)

    def _list(self, resource: str, query: Mapping[str, str], *, is_old: bool) -> Response:
        size = min(int(query.get("page_size") or self.behaviour.default_page), self.behaviour.largest_page)
        rows = list(self.retailer.after(resource, int(query.get("after") or 0)))
        if before := query.get("before"):
            rows = [row for row in rows if row["version"] < int(before)]
        if resource in ("outlets", "registers") and query.get("deleted") != "true":
            rows = [row for row in rows if not row["deleted_at"]]
        page = rows[:size]
        versions = [row["version"] for row in page]
        about = {"min": min(versions, default=None), "max": max(versions, default=None)}
        return wire.answer(200, {"data": [_shown(resource, row, is_old=is_old) for row in page], "version": about})

    def _one(self, resource: str, identifier: str, more: str | None, *, is_old: bool) -> Response:
        row = self.retailer.get(resource, identifier) if resource in RESOURCES else None
        if row is None:
            return wire.error(404, "Not Found", "There is no such record")
        if (resource, more) == ("registers", COUNTED):
            return wire.answer(200, {"data": self.tills.summary(row)})
        return wire.answer(200, {"data": _shown(resource, row, is_old=is_old)})

    def _search(self, query: Mapping[str, str], *, is_old: bool) -> Response:
        """Sales by date, deleted ones left out (assumed); pages by offset, which move when something changes (3)."""
        if query.get("type") != "sales":
            return wire.error(400, "Bad Request", "type is sales")
        start, end = _instant(query.get("date_from"), "1990"), _instant(query.get("date_to"), "2100")
        rows = [
            row
            for row in self.retailer.after("sales", 0)
            if start <= row["_date"] <= end and not row["deleted_at"] and _matches(row, query)
        ]
        rows.sort(key=lambda row: (row["_date"], row["id"]), reverse=query.get("order_direction") == "desc")
        offset = int(query.get("offset") or 0)
        size = min(int(query.get("page_size") or self.behaviour.default_page), LARGEST_SEARCH)
        return wire.answer(200, {"data": [_shown("sales", row, is_old=is_old) for row in rows[offset : offset + size]]})


def _shown(resource: str, row: Row, *, is_old: bool) -> dict[str, Any]:
    if resource == "sales":
        return shapes.flat(row) if is_old else shapes.nested(row)
    return {key: value for key, value in row.items() if not key.startswith("_")}


def _matches(row: Row, query: Mapping[str, str]) -> bool:
    asked = {"outlet_id": "_outlet", "register_id": "_register", "user_id": "_user", "state": "_state"}
    return all(row[ours] == query[name] for name, ours in asked.items() if query.get(name))


def _instant(text: str | None, year: str) -> datetime:
    return datetime.fromisoformat(text) if text else datetime(int(year), 1, 1, tzinfo=UTC)
