"""X-Series on the conformance stage: the simulator served over HTTP, and what a test may make happen at the counter."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

from comptoir.connectors.lightspeed_x.client import PAGE_SIZE
from comptoir.connectors.lightspeed_x.connector import CONNECTOR
from comptoir.connectors.lightspeed_x.simulator import (
    Article,
    Behaviour,
    Counter,
    OAuthClient,
    Retailer,
    XSeriesSimulator,
    opened,
)
from comptoir.kernel.seal import Secret
from comptoir.pos.conformance import Stage
from comptoir.pos.connector import Endpoints
from comptoir.pos.hosting import Outgoing, Request, Response, Simulator, serve

CLIENT = OAuthClient("client", Secret("secret"), "http://testserver/connections/returned")
SCOPES = CONNECTOR.manifest.scopes


@dataclass
class Shopfront:
    """The simulator, but that it may say once that it is asked too often: until an HTTP date, as the sheet says."""

    simulator: Simulator
    refusals: list[int] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def answer(self, request: Request, *, now: datetime) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer"):
            return self.simulator.answer(request, now=now)
        self.asked.append(request)
        if self.refusals:
            until = now + timedelta(seconds=self.refusals.pop())
            return Response(429, b"", {"retry-after": format_datetime(until, usegmt=True)})
        return self.simulator.answer(request, now=now)

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        return self.simulator.due(now=now)

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        self.simulator.sent(key, status=status, now=now)


@dataclass
class Shop:
    """A retailer in front of its simulator, served over HTTP."""

    retailer: Retailer
    counter: Counter
    simulator: XSeriesSimulator
    front: Shopfront
    url: str
    version: str = "2026-07"

    @property
    def endpoints(self) -> Endpoints:
        """Where the connector reaches it."""
        token, api = f"{self.url}/api/1.0/token", f"{self.url}/api/{self.version}"
        return Endpoints(f"{self.url}/connect", token, api, CLIENT.id, CLIENT.secret)

    def mint(self, scopes: Sequence[str] = SCOPES) -> str:
        return str(self.simulator.tokens.mint(scopes, now=datetime.now(UTC))["access_token"])


@contextmanager
def shop(
    *,
    behaviour: Behaviour | None = None,
    outlets: Sequence[tuple[str, str]] = (("main", "Europe/Paris"),),
    version: str = "2026-07",
    client: OAuthClient = CLIENT,
) -> Iterator[Shop]:
    """A retailer; without limits unless told otherwise. The simulator's clock is the real one."""
    made = opened(outlets=outlets)
    simulator = XSeriesSimulator(made, client=client, behaviour=behaviour or Behaviour(limited=False))
    front = Shopfront(simulator)
    with serve(front) as hosted:
        yield Shop(made, Counter(made), simulator, front, hosted.url, version)


@contextmanager
def stage(version: str = "2026-07") -> Iterator[Stage]:
    """What `pos.conformance` asks for."""
    with shop(version=version) as made:

        def sell(at: datetime) -> str:
            return str(made.counter.ring([Article(Decimal("12.90") + at.minute)], at=at.replace(microsecond=0))["id"])

        yield Stage(
            connector=CONNECTOR,
            endpoints=made.endpoints,
            mint=made.mint,
            location_id=made.retailer.identifier("outlet/main"),
            page_size=PAGE_SIZE,
            sell=sell,
            told=lambda: (),
            refuse=made.simulator.tokens.expire_all,
            too_often=made.front.refusals.append,
        )


def environ(made: Stage) -> dict[str, str]:
    """What an installation must be told to reach it."""
    return {
        "LIGHTSPEED_X_API_URL": made.endpoints.api_url,
        "LIGHTSPEED_X_AUTHORISE_URL": made.endpoints.authorise_url,
        "LIGHTSPEED_X_TOKEN_URL": made.endpoints.token_url,
        "LIGHTSPEED_X_CLIENT_ID": made.endpoints.client_id,
        "LIGHTSPEED_X_CLIENT_SECRET": made.endpoints.client_secret.reveal(),
    }
