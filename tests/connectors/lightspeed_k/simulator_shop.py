"""A quiet restaurant behind the simulator: nothing happens in it but what a test does."""

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from comptoir.connectors.lightspeed_k.simulator import (
    Behaviour,
    KSeriesSimulator,
    OAuthClient,
    account_number,
    receipt_number,
)
from comptoir.connectors.lightspeed_k.simulator.settings import Conditions
from comptoir.kernel.http import Answer, send
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Request, Response
from comptoir.sandbox.catalogue import CARD, CHEZ_CHARLIE, LE_PORT, LE_ZINC, MANAGERS
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.till import Item
from comptoir.sandbox.world import RestaurantWorld

BACK = "http://localhost:8000/connections/lightspeed_k/back"
CLIENT = OAuthClient("devp-v2-test", Secret("for tests only"), ("http://localhost:8000/connections",))
BASIC = "Basic " + base64.b64encode(b"devp-v2-test:for tests only").decode()
NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
ZINC, TERRASSE, ALICE = "90417000000011", "90417000000022", "9052300000000033"
PORT, ISLAND, SCHOOL = "90631000000044", "90631000000055", "90631000000066"
SCOPES = ("orders-api", "financial-api", "offline_access")

__all__ = ["ALICE", "CARD", "CHEZ_CHARLIE", "LE_PORT", "LE_ZINC", "TERRASSE", "ZINC"]


class Numbering:
    """As K-Series numbers."""

    def account(self, device: str, counter: int) -> str:
        return account_number(device, counter)

    def receipt(self, device: str, counter: int) -> str:
        return receipt_number(device, counter)


def quiet_world(journal: Journal | None = None) -> RestaurantWorld:
    return RestaurantWorld(journal or Journal(None), Numbering())


def closed_bill(world: RestaurantWorld, location: str = ZINC, *, at: datetime = NOON, sku: str = "CAFE") -> str:
    """Open, pay and close a bill at an instant; its number."""
    opened = world.open(location, items=[Item(sku)], now=at - timedelta(minutes=20))
    return world.close(location, opened.external_id, [CARD], now=at).external_id


def a_simulator(
    world: RestaurantWorld, *, conditions: Conditions = lambda _: frozenset(), **behaviour: Any
) -> KSeriesSimulator:
    return KSeriesSimulator(
        world, client=CLIENT, behaviour=Behaviour(managers=MANAGERS, **behaviour), conditions=conditions
    )


@dataclass
class Caller:
    """Calls a simulator as a function, with a token for one business."""

    simulator: KSeriesSimulator
    token: str
    now: datetime

    def get(self, path: str, **query: str) -> Response:
        headers = {"authorization": f"Bearer {self.token}", "host": "vendor.example"}
        return self.simulator.answer(Request("GET", path, query, headers), now=self.now)

    def send(self, method: str, path: str, body: Any = None, **query: str) -> Response:
        headers = {"authorization": f"Bearer {self.token}", "host": "vendor.example"}
        content = b"" if body is None else json.dumps(body).encode()
        return self.simulator.answer(Request(method, path, query, headers, content), now=self.now)

    def json(self, path: str, **query: str) -> Any:
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def sales(self, location: str = ZINC, **query: str) -> Any:
        query.setdefault("from_", "2026-03-01T00:00:00Z")
        query["from"] = query.pop("from_")
        return self.json(f"/f/v2/business-location/{location}/sales", **query)


def caller(simulator: KSeriesSimulator, *, now: datetime = NOON, business: str = LE_ZINC) -> Caller:
    return Caller(simulator, simulator.mint(business, now=now)["access_token"], now)


def get(url: str, headers: dict[str, str] | None = None) -> Answer:
    return send("GET", url, body=b"", headers=headers or {})


def post_form(url: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
    sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
    return send("POST", url, body=urlencode(fields).encode(), headers=sent)


def until(condition: Callable[[], Any], *, seconds: float = 10) -> Any:
    """What the condition comes to, as soon as it is true; fails after the deadline."""
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.01)
    return value


def told(simulator: KSeriesSimulator, *, now: datetime, status: int | None = 200) -> list[Any]:
    """The bodies that are due, each answered with the status."""
    bodies = []
    for outgoing in simulator.due(now=now):
        bodies.append(json.loads(outgoing.body))
        simulator.sent(outgoing.key, status=status, now=now)
    return bodies
