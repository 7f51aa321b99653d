"""A K-Series account over real HTTP: the vendor's simulator, what it was asked, what it may be told to do."""

import io
import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import structlog
from django.db import connection as database
from django.db import connections
from django.test import Client

from comptoir.connectors.lightspeed_k.simulator import Behaviour, KSeriesSimulator, OAuthClient
from comptoir.connectors.lightspeed_k.simulator.settings import SCOPES
from comptoir.core.connections import consent
from comptoir.core.connections.credentials import StoredCredentials
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.sealing import sealer
from comptoir.core.connections.tokens import read_token_answer
from comptoir.kernel.http import send
from comptoir.kernel.seal import Secret
from comptoir.pos import registry
from comptoir.pos.hosting import Outgoing, Request, Response, serve
from comptoir.sandbox.catalogue import LE_ZINC, MANAGERS
from comptoir.sandbox.world import RestaurantWorld
from tests.connectors.lightspeed_k.simulator_shop import quiet_world
from tests.people import JOINED, People

PROVIDER = "lightspeed_k"
SECRET = "a-client-secret-nobody-may-see"
CONNECT = f"/connections/connect/{PROVIDER}"
REALM = "/realms/k-series/protocol/openid-connect"
TOKEN_PATH = f"{REALM}/token"
Instead = Callable[[Request, datetime], Response | None]


@dataclass
class Vendor:
    """The simulator behind a glass: every question is seen, and some may be answered otherwise."""

    simulator: KSeriesSimulator
    world: RestaurantWorld
    asked: list[Request] = field(default_factory=list)
    handed_out: list[str] = field(default_factory=list)
    instead: Instead | None = None
    url: str = ""
    conditions: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    """Scopes that tokens handed out from now on do not open."""
    ahead: timedelta = timedelta(0)
    """By how much its clock is ahead of ours."""

    def answer(self, request: Request, *, now: datetime) -> Response:
        self.asked.append(request)
        now += self.ahead
        told = self.instead(request, now) if self.instead else None
        answer = told or self.simulator.answer(request, now=now)
        if request.path == TOKEN_PATH and answer.status == 200:
            self.handed_out += tokens_in(answer.body)
        return answer

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        """Nothing for the host to post: a test that wants what the simulator has to say takes it from there."""
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        raise AssertionError("nothing was given out")

    def at_token(self, *answers: Response) -> None:
        """The token endpoint gives these answers in turn, then its own again."""
        left = list(answers)

        def instead(request: Request, now: datetime) -> Response | None:
            return left.pop(0) if left and request.path == TOKEN_PATH else None

        self.instead = instead

    @property
    def token_requests(self) -> list[dict[str, str]]:
        """What was posted to the token endpoint."""
        return [dict(parse_qsl(each.body.decode())) for each in self.asked if each.path == TOKEN_PATH]

    def mint(self) -> dict[str, Any]:
        """A pair as after a consent; counts as handed out."""
        pair = self.simulator.mint(LE_ZINC, now=datetime.now(UTC))
        self.handed_out += [pair["access_token"], pair["refresh_token"]]
        return pair

    def connect(
        self, people: People, *, expires_in: timedelta | None = None, connection: Connection | None = None
    ) -> Connection:
        """A connection of Le Zinc, or this one again, with a fresh pair; `expires_in` is what we believe of its
        access token."""
        now = datetime.now(UTC)
        pair = read_token_answer(json.dumps(self.mint()).encode(), vendor="the till", now=now)
        made = consent.keep(
            organisation_id=people.le_zinc.id,
            provider=PROVIDER,
            pair=pair,
            user=people.alice,
            now=JOINED,
            connection=connection,
        )
        if expires_in is not None:
            Connection.objects.filter(id=made.id).update(access_expires_at=now + expires_in)
            made.refresh_from_db()
        return made

    @property
    def environ(self) -> dict[str, str]:
        """What an installation must know of this vendor."""
        return {
            "LIGHTSPEED_K_API_URL": self.url,
            "LIGHTSPEED_K_AUTHORISE_URL": f"{self.url}{REALM}/auth",
            "LIGHTSPEED_K_TOKEN_URL": f"{self.url}{TOKEN_PATH}",
            "LIGHTSPEED_K_CLIENT_ID": "client",
            "LIGHTSPEED_K_CLIENT_SECRET": SECRET,
        }


def tokens_in(body: bytes) -> list[str]:
    fields = json.loads(body)
    return [fields[name] for name in ("access_token", "refresh_token") if isinstance(fields.get(name), str)]


@contextmanager
def vendor_served(
    monkeypatch: pytest.MonkeyPatch, *, scopes: tuple[str, ...] = SCOPES, **behaviour: Any
) -> Iterator[Vendor]:
    world = quiet_world()
    client = OAuthClient("client", Secret(SECRET), ("http://testserver",), scopes)
    conditions: set[str] = set()

    def holding(_: str) -> set[str]:
        return vendor.conditions

    settings = Behaviour(managers=MANAGERS, withheld=lambda: vendor.withheld, **behaviour)
    simulator = KSeriesSimulator(world, client=client, behaviour=settings, conditions=holding)
    vendor = Vendor(simulator, world, conditions=conditions)
    with serve(vendor) as hosted:
        vendor.url = hosted.url
        for name, value in vendor.environ.items():
            monkeypatch.setenv(name, value)
        yield vendor
    simulator.close()


def decide(address: str, decision: str = "approve", **changed: str) -> str:
    """Open the consent page and press one of its buttons, as a browser would; the address it sends back to."""
    page = send("GET", address, body=b"", headers={"accept-language": "en"})
    assert page.status == 200, page.body
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.body.decode())
    fields = {name: unescape(value) for name, value in hidden}
    fields |= {"business_id": LE_ZINC, "decision": decision, **changed}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = send("POST", address.partition("?")[0], body=urlencode(fields).encode(), headers=headers)
    assert answer.status == 303, answer.body
    return str(answer.headers["location"])


def query_of(address: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}


def everything_stored() -> bytes:
    """Every byte of the tables of connections, as whoever steals a backup would read them."""
    found = b""
    with database.cursor() as cursor:
        for table in ("connections_connection", "connections_consentattempt", "connections_webhookaddress"):
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                found += b"|".join(bytes(each) if isinstance(each, memoryview) else str(each).encode() for each in row)
    return found


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """Run in threads that start together; each result, or the exception it came to."""
    barrier = threading.Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def run(place: int) -> None:
        barrier.wait(60)
        try:
            results[place] = tasks[place]()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "this took too long"
    return results


def linked(connection: Connection, people: People, location: str) -> LocationLink:
    """A location of this connection that feeds the bar."""
    made: LocationLink = LocationLink.objects.create(
        organisation=people.le_zinc,
        connection=connection,
        provider=PROVIDER,
        external_id=location,
        name="Le Zinc",
        business_name="Le Zinc",
        currency="EUR",
        timezone="Europe/Paris",
        country="FR",
        store=people.bar,
    )
    return made


def tokens_of(connection: Connection) -> StoredCredentials:
    endpoints = registry.connector(connection.provider).endpoints(os.environ)
    return StoredCredentials(connection.id, endpoints, lambda: datetime.now(UTC))


def row() -> Connection:
    return Connection.objects.get()


def stored() -> tuple[str, str]:
    """Access and refresh token as the table has them now."""
    found = row()
    return sealer().unseal(found.access_token).reveal(), sealer().unseal(found.refresh_token).reveal()


def leave(client: Client, **fields: str) -> str:
    """Press *Connect*; the address of the consent page."""
    response = client.post(CONNECT, fields)
    assert response.status_code == 302, response.content
    return str(response["Location"])


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """Whatever any logger says, down to the last detail."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with structlog.testing.capture_logs() as entries:
            yield said
        said.write(repr(entries))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
