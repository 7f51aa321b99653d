"""The vendor as one function: a request comes in, an answer goes out (`pos.hosting.Simulator`)."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from comptoir.connectors.lightspeed_r.simulator import lists, relations, wire
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.bucket import Bucket
from comptoir.connectors.lightspeed_r.simulator.counter import Counter
from comptoir.connectors.lightspeed_r.simulator.entities import ENTITIES, Entity
from comptoir.connectors.lightspeed_r.simulator.errors import Refused, not_found
from comptoir.connectors.lightspeed_r.simulator.oauth import Authorisation
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour, OAuthClient
from comptoir.connectors.lightspeed_r.simulator.tokens import Chain, Tokens
from comptoir.connectors.lightspeed_r.simulator.writing import Writer, body_of
from comptoir.pos.hosting import Outgoing, Request, Response

PATH: Final = re.compile(
    r"/API(?P<v3>/V3)?/(?P<what>Session|Account)(?:/(?P<account>[\w-]+))?"
    r"(?:/(?P<resource>[A-Z]\w+)(?:/(?P<id>\d+))?(?:/(?P<action>\w+))?)?(?P<suffix>\.json|\.xml)?"
)
ENOUGH: Final = "-"
"""In place of an account number, as recorded clients write it: the token's own."""


class RSeriesSimulator:
    """Satisfies `pos.hosting.Simulator`; safe to call from several threads.

    `advance` is called with the instant of each request, before it is answered: shops trade on in it.
    `path` keeps consents across restarts.
    """

    def __init__(
        self,
        books: Sequence[Books],
        *,
        client: OAuthClient,
        behaviour: Behaviour | None = None,
        advance: Callable[[datetime], None] | None = None,
        path: Path | None = None,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self._books = {each.account_id: each for each in books}
        self._selections = {each.account_id: lists.Selections(each) for each in books}
        self._buckets = {each.account_id: Bucket(self.behaviour) for each in books}
        self.tokens = Tokens(self.behaviour, client.id, path)
        names = {each.account_id: each.name for each in books}
        self._authorisation = Authorisation(client, self.tokens, self.behaviour, names)
        self._client = client
        self._advance = advance

    def due(self, *, now: datetime) -> Sequence[Outgoing]:  # noqa: ARG002 (the protocol's)
        """R-Series posts nothing (9.19)."""
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Nothing is ever sent."""
        raise AssertionError(f"{key} was not given out ({status}, {now})")

    def answer(self, request: Request, *, now: datetime) -> Response:
        """Answer one request as the vendor would."""
        if (signed := self._authorisation.answer(request, now=now)) is not None:
            return signed
        if self._advance is not None:
            self._advance(now)
        chain, hint = self.tokens.check(_bearer(request), now=now)
        if chain is None:
            body = {
                "error": "access_denied",
                "error_description": "The resource owner denied the request.",
                "hint": hint,
            }
            return Response(401, wire.as_json(body), {"content-type": "application/json", "cf-ray": "0"})
        books = self._books[chain.account_id]
        with books.lock:
            return self._answer(request, chain, books, now)

    def _answer(self, request: Request, chain: Chain, books: Books, now: datetime) -> Response:
        headers = {"X-LS-Acct-Id": str(books.account_id), "X-LS-OAuth-Client-Id": self._client.id, "cf-ray": "0"}
        found = PATH.fullmatch(request.path)
        wants_json = _wants_json(request, found)
        try:
            call = Call(self, request, found, chain, books, now)
            status, limits = self._buckets[books.account_id].take(call.cost(), now=now)
            headers |= limits
            if status != HTTPStatus.OK:
                burst = "burst" in limits["X-LS-API-RateLimit-Type"]
                raise Refused(429, "Burst limit exceeded." if burst else "Rate limit exceeded.")
            root, body = call.answer(self._selections[books.account_id])
            status = 200
        except Refused as refused:
            root, body, status = "Error", refused.body, refused.status
        content = wire.as_json(body) if wants_json else wire.as_xml(root, body)
        kind = "application/json" if wants_json else "text/xml; charset=UTF-8"
        return Response(status, content, {"content-type": kind, **headers})


class Call:
    """One request to the Retail API, understood."""

    def __init__(
        self,
        vendor: RSeriesSimulator,
        request: Request,
        found: "re.Match[str] | None",
        chain: Chain,
        books: Books,
        now: datetime,
    ) -> None:
        self._behaviour = vendor.behaviour
        self._request = request
        self._chain = chain
        self._books = books
        self._now = now
        if found is None:
            raise Refused(404, "There is no such resource.")
        self._is_v3 = bool(found["v3"])
        self._what, self._account = found["what"], found["account"]
        self._entity = ENTITIES.get(found["resource"] or "")
        self._resource, self._id, self._action = found["resource"], found["id"], found["action"]
        self._body = body_of(request.body) if request.method in ("POST", "PUT") else {}

    def cost(self) -> Any:
        """Drips."""
        is_list = self._entity is not None and self._id is None
        name = self._resource or self._what
        return relations.request_cost(self._request.method, name, self._request.query, self._body, is_list=is_list)

    def answer(self, selections: lists.Selections) -> tuple[str, dict[str, Any]]:
        """The root of the XML and the body. Raises Refused."""
        if self._what == "Session":
            return "Session", self._session()
        if self._account not in (None, ENOUGH, str(self._books.account_id)):
            raise not_found("Account", self._account)
        if self._resource is None:
            return self._of_account()
        if self._entity is None:
            raise Refused(404, f"There is no resource named {self._resource}.")
        self._require_scope(self._entity)
        match self._request.method, self._id, self._action:
            case "GET", None, None:
                return self._list(self._entity, selections, self._request.query)
            case "GET", str(number), str(below) if below in ENTITIES:
                query = {**self._request.query, self._entity.key: number}
                return self._list(ENTITIES[below], selections, query)
            case "GET", str(number), None:
                return self._one(self._entity, self._row(self._entity, int(number)))
            case method, _, _:
                return self._written(self._entity, method)

    def _written(self, entity: Entity, method: str) -> tuple[str, dict[str, Any]]:
        writer = Writer(self._books, Counter(self._books, self._behaviour))
        match method, self._id, self._action:
            case "POST", None, None:
                return self._one(entity, writer.create(entity, self._body, now=self._now))
            case "POST", str(number), "refund" if entity.name == "Sale":
                return self._one(entity, writer.refund(number, now=self._now))
            case "PUT", str(number), None:
                return self._one(entity, writer.change(entity, int(number), self._body, now=self._now))
            case "DELETE", str(number), None:
                kept = writer.delete(entity, int(number), now=self._now)
                if kept is None:
                    return entity.name, {"name": entity.name, "primaryID": number}
                return self._one(entity, kept)
            case _:
                raise Refused(405, f"{method} is not allowed here.")

    def _list(
        self, entity: Entity, selections: lists.Selections, query: Mapping[str, str]
    ) -> tuple[str, dict[str, Any]]:
        tree = relations.asked(entity.name, query.get("load_relations", ""))
        if query.get("count") == "1":
            page = lists.count(selections, entity, query)
        elif self._is_v3:
            page = lists.page(selections, entity, query, address=self._address())
        else:
            page = lists.page_of_v2(selections, entity, query)
        rows = [relations.record(self._books, entity.name, row, tree, self._behaviour) for row in page.rows]
        inner = wire.children(entity.name, rows) or {}
        return wire.plural(entity.name), {"@attributes": page.attributes, **inner}

    def _one(self, entity: Entity, row: wire.Row) -> tuple[str, dict[str, Any]]:
        tree = relations.asked(entity.name, self._request.query.get("load_relations", ""))
        if entity.name == "Sale" and self._request.method != "GET":
            tree = {
                "SaleLines": {},
                "SalePayments": {"PaymentType": {}},
                "TaxCategory": {"TaxCategoryClasses": {}},
                **tree,
            }
        shown = relations.record(self._books, entity.name, row, tree, self._behaviour)
        return wire.plural(entity.name), {"@attributes": {"count": "1"}, entity.name: shown}

    def _row(self, entity: Entity, number: int) -> wire.Row:
        row = self._books.get(entity.name, number)
        if row is None:
            raise not_found(entity.name, number)
        return row

    def _address(self) -> str:
        """Where the client found us: the links lead back there."""
        headers: Mapping[str, str] = self._request.headers
        scheme = headers.get("x-forwarded-proto", "http")
        return f"{scheme}://{headers.get('host', 'localhost')}{self._request.path}"

    def _require_scope(self, entity: Entity) -> None:
        granted = {scope.removeprefix("employee:") for scope in self._chain.scopes}
        if "all" not in granted and not granted & set(entity.scopes):
            wanted = " or ".join(f"employee:{scope}" for scope in entity.scopes)
            raise Refused(403, f"{entity.name} needs {wanted}.", "ForbiddenException")

    def _session(self) -> dict[str, Any]:
        employee = next(iter(self._books.all("Employee")), {})
        return {
            "sessionID": "",
            "sessionCookie": "",
            "employeeID": wire.text(employee.get("employeeID", 1)),
            "systemCustomerID": str(self._books.account_id),
            "systemUserID": "1",
            "systemAPIClientID": self._client_id(),
            "systemAPIKeyID": "0",
            "shopCount": str(len(list(self._books.all("Shop")))),
            "Employee": {
                "employeeID": wire.text(employee.get("employeeID", 1)),
                "firstName": wire.text(employee.get("firstName", "")),
                "lastName": wire.text(employee.get("lastName", "")),
                "singleShop": "false",
                "hasPin": "false",
                "isCheckedIn": "false",
            },
            "Rights": {scope.removeprefix("employee:"): "true" for scope in self._chain.scopes},
        }

    def _client_id(self) -> str:
        return "19570"

    def _of_account(self) -> tuple[str, dict[str, Any]]:
        books = self._books
        if self._account is None:
            link = {"@attributes": {"href": f"/API/Account/{books.account_id}"}}
            account = {"accountID": str(books.account_id), "name": books.name, "link": link}
            return "Accounts", {"@attributes": {"count": "1"}, "Account": account}
        count = sum(not row["archived"] for row in books.all("Employee"))
        return "Account", {
            "@attributes": {"systemCustomerID": str(books.account_id)},
            "status": "customer",
            "name": books.name,
            "employeeCount": str(count),
            "employeeLimit": "50",
            "uniqueSubscriptionIdentifier": f"sandbox-{books.account_id}",
            "defaultCurrency": {"code": books.currency, "symbol": {"USD": "$", "EUR": "€"}.get(books.currency, "")},
            "purchasingCurrencies": {"purchasingCurrency": {"code": books.currency, "symbol": "", "rate": "1"}},
        }


def _bearer(request: Request) -> str:
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() in ("bearer", "oauth"):
        return token.strip()
    return request.query.get("access_token", "")


def _wants_json(request: Request, found: "re.Match[str] | None") -> bool:
    """`Accept` wins over the suffix; without either it is XML (section 1)."""
    accept = request.headers.get("accept", "")
    if "application/json" in accept:
        return True
    if "xml" in accept and "html" not in accept:
        return False
    return found is not None and found["suffix"] == ".json"
