"""A client of the simulator over real HTTP, at whatever instant a test wants; it knows nothing of our own client."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from comptoir.connectors.lightspeed_r.simulator import (
    Behaviour,
    Chain,
    Condition,
    OAuthClient,
    RSeriesSimulator,
    trade,
)
from comptoir.connectors.lightspeed_r.simulator.trading import Trade
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Request, Response, Server

NOW = datetime(2026, 5, 2, 18, 0, tzinfo=UTC)
ACCOUNT = "/API/V3/Account/900100"
EVERYTHING = ("employee:all",)
CLIENT = OAuthClient("client", Secret("secret"), "http://testserver/connections/returned")
QUIET = Chain(sales_a_day=0, since=date(9000, 1, 1))
"""Nobody buys anything but what a test sells."""
HOST = "sandbox.test"
_desks: dict[str, "Desk"] = {}


def _answer(request: Request, _now: datetime) -> Response:
    """By whichever desk asks, at its own instant."""
    where = _desks[request.headers["x-desk"]]
    return where.simulator.answer(request, now=where.now)


@cache
def _served() -> tuple[Server, httpx.Client]:
    server = Server(_answer, host="127.0.0.1", port=0)
    server.start()
    return server, httpx.Client(base_url=server.url)


def close() -> None:
    """Give the port back, if one was taken."""
    if _served.cache_info().currsize:
        server, client = _served()
        client.close()
        server.stop()
        _served.cache_clear()


@dataclass
class Desk:
    """One account with its simulator, and a token for it."""

    trade: Trade
    simulator: RSeriesSimulator
    token: str
    now: datetime = NOW
    conditions: set[Condition] = field(default_factory=set)
    number: str = field(default_factory=lambda: secrets.token_hex(8))

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> httpx.Response:
        """`path` from the root, with its query; header names with underscores."""
        _desks[self.number] = self
        said = {"authorization": f"Bearer {self.token}", "accept": "application/json", "host": HOST}
        said |= {"x-desk": self.number, **{name.replace("_", "-"): value for name, value in headers.items()}}
        _server, client = _served()
        try:
            return client.request(method, path, content=body, headers=said)
        finally:
            del _desks[self.number]

    def get(self, resource: str, *more: tuple[str, str], **query: str) -> dict[str, Any]:
        answer = self.ask(f"{ACCOUNT}/{resource}.json?{urlencode([*query.items(), *more])}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def status(self, resource: str, **query: str) -> int:
        return self.ask(f"{ACCOUNT}/{resource}.json?{urlencode(query)}").status_code

    def count(self, resource: str, *more: tuple[str, str], **query: str) -> int:
        return int(self.get(resource, *more, count="1", **query)["@attributes"]["count"])

    def send(self, resource: str, body: Any, method: str = "POST") -> httpx.Response:
        return self.ask(f"{ACCOUNT}/{resource}.json", method, json.dumps(body).encode())

    def made(self, resource: str, body: Any, method: str = "POST") -> dict[str, Any]:
        """The one record that an answer holds."""
        answer = self.send(resource, body, method)
        assert answer.status_code == 200, answer.text
        [record] = [value for name, value in answer.json().items() if name != "@attributes"]
        return dict(record)

    def walk(self, resource: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        page = self.get(resource, **query)
        while True:
            yield listed(page.get(resource))
            if not (following := page["@attributes"]["next"]):
                return
            parts = urlsplit(following)
            assert (parts.netloc, parts.path.startswith("/API/V3/")) == (HOST, True)
            page = self.ask(f"{parts.path}?{parts.query}").json()


def listed(found: Any) -> list[dict[str, Any]]:
    """One child is an object, several are a list, none is absent or empty (sheet 3.3, 3.4)."""
    return found if isinstance(found, list) else [found] if found else []


def desk(behaviour: Behaviour | None = None, chain: Chain = QUIET, scopes: tuple[str, ...] = EVERYTHING) -> Desk:
    """An account; without limits unless told otherwise, and quiet."""
    acting = behaviour or Behaviour(registers=None)
    made = trade(chain, acting)
    on: set[Condition] = set()
    simulator = RSeriesSimulator([made.books], client=CLIENT, behaviour=acting, conditions=lambda: on)
    token = str(simulator.tokens.mint(900100, scopes, now=NOW)["access_token"])
    return Desk(made, simulator, token, conditions=on)


def scalars(found: Any) -> Iterator[Any]:
    """Every leaf of an answer."""
    if isinstance(found, dict | list):
        for each in found.values() if isinstance(found, dict) else found:
            yield from scalars(each)
    else:
        yield found
