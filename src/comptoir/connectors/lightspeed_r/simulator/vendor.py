"""The vendor as one function: a request comes in, an answer goes out (`pos.hosting.Simulator`)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Final

from comptoir.connectors.lightspeed_r.simulator import rights, wire
from comptoir.connectors.lightspeed_r.simulator.books import Books
from comptoir.connectors.lightspeed_r.simulator.bucket import Bucket
from comptoir.connectors.lightspeed_r.simulator.call import Call, wants_json
from comptoir.connectors.lightspeed_r.simulator.errors import Refused
from comptoir.connectors.lightspeed_r.simulator.lists import Selections
from comptoir.connectors.lightspeed_r.simulator.oauth import Authorisation
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour, Conditions, OAuthClient
from comptoir.connectors.lightspeed_r.simulator.tokens import Chain, Tokens
from comptoir.pos.hosting import Outgoing, Request, Response

ERRORS: Final = "text/html; charset=UTF-8"
"""What errors call themselves although they are JSON, as recorded (section 8)."""
CLOUD: Final = {"cf-ray": "0"}


class RSeriesSimulator:
    """Satisfies `pos.hosting.Simulator`; safe to call from several threads.

    `advance` is called with the instant of each request, before it is answered: shops trade on in it.
    `path` keeps consents across restarts. `conditions`: what is made to go wrong now.
    """

    def __init__(
        self,
        books: Sequence[Books],
        *,
        client: OAuthClient,
        behaviour: Behaviour | None = None,
        advance: Callable[[datetime], None] | None = None,
        path: Path | None = None,
        conditions: Conditions = frozenset,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self._books = {each.account_id: each for each in books}
        self._selections = {each.account_id: Selections(each) for each in books}
        self._buckets = {each.account_id: Bucket(self.behaviour) for each in books}
        self.tokens = Tokens(self.behaviour, client.id, path)
        names = {each.account_id: each.name for each in books}
        self._authorisation = Authorisation(client, self.tokens, self.behaviour, names)
        self._client = client
        self._advance = advance
        self._conditions = conditions

    def bucket(self, account_id: int) -> Bucket:
        """The limit of an account: how full it is, and what it has served and refused."""
        return self._buckets[account_id]

    def due(self, *, now: datetime) -> Sequence[Outgoing]:  # noqa: ARG002 (the protocol's)
        """R-Series posts nothing (9.19)."""
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Nothing is ever sent."""
        raise AssertionError(f"{key} was not given out ({status}, {now})")

    def answer(self, request: Request, *, now: datetime) -> Response:
        """Answer one request as the vendor would."""
        if (signed := self._authorisation.answer(request, now=now)) is not None:
            return Response(signed.status, signed.body, {**signed.headers, **CLOUD})
        if self._advance is not None:
            self._advance(now)
        chain, hint = self.tokens.check(bearer(request), now=now)
        if chain is None:
            return self._unknown(request, hint)
        books = self._books[chain.account_id]
        with books.lock:
            employee = books.get("Employee", chain.employee_id)
            if employee is not None and employee["lockOut"]:
                return self._unknown(request, "Access token has been revoked")
            return self._answer(request, chain, books, now)

    def _unknown(self, request: Request, hint: str) -> Response:
        """A token that is none; older recordings show the API's own envelope (2.3, section 8)."""
        kind = {"content-type": "application/json", **CLOUD}
        if self.behaviour.envelope_401:
            error = Refused(401, "Invalid username/password or API key.", "BadAuthenticationRequestError")
            if wants_json(request):
                return Response(401, wire.as_json(error.body), kind)
            return Response(401, wire.as_xml("Error", error.body), {**kind, "content-type": wire.XML})
        body = {"error": "access_denied", "error_description": "The resource owner denied the request.", "hint": hint}
        return Response(401, wire.as_json(body), kind)

    def _answer(self, request: Request, chain: Chain, books: Books, now: datetime) -> Response:
        headers = {"X-LS-Acct-Id": str(books.account_id), "X-LS-OAuth-Client-Id": self._client.id, **CLOUD}
        may = rights.of_token(chain.scopes, rights.of_employee(books, chain.employee_id))
        call = Call(request, books, self.behaviour, client_id=self._client.id, may=may)
        status, limits = self._buckets[books.account_id].take(call.cost(), now=now, is_code=call.looks_up_a_code)
        headers |= limits
        try:
            if status != HTTPStatus.OK:
                burst = "burst" in limits["X-LS-API-RateLimit-Type"]
                raise Refused(429, "Burst rate limit exceeded." if burst else "Rate limit exceeded.")
            selections = self._selections[books.account_id]
            root, body = call.answer(selections, employee_id=chain.employee_id, conditions=self._conditions, now=now)
        except Refused as refused:
            return refusal(request, refused, headers)
        if wants_json(request):
            return Response(200, wire.as_json(body), {"content-type": "application/json", **headers})
        return Response(200, wire.as_xml(root, body), {"content-type": wire.XML, **headers})


def refusal(request: Request, refused: Refused, headers: dict[str, str]) -> Response:
    """An error in the vendor's envelope."""
    if wants_json(request):
        return Response(refused.status, wire.as_json(refused.body), {"content-type": ERRORS, **headers})
    return Response(refused.status, wire.as_xml("Error", refused.body), {"content-type": wire.XML, **headers})


def failure(status: int, request: Request) -> Response:
    """An error that is not the API's own doing: it is down, or asked too often."""
    phrase = HTTPStatus(status).phrase
    message = "Rate limit exceeded." if status == HTTPStatus.TOO_MANY_REQUESTS else phrase
    limited = {"X-LS-API-RateLimit-Type": "api-leaky-bucket"} if status == HTTPStatus.TOO_MANY_REQUESTS else {}
    return refusal(request, Refused(status, message), {**CLOUD, **limited})


def bearer(request: Request) -> str:
    """The access token of a request, or nothing."""
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() in ("bearer", "oauth"):
        return token.strip()
    return request.query.get("access_token", "")
