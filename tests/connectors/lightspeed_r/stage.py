"""R-Series on the conformance stage: the simulator served over HTTP, and what a test may make happen at the counter."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from comptoir.connectors.lightspeed_r.client import PAGE_SIZE
from comptoir.connectors.lightspeed_r.connector import CONNECTOR
from comptoir.connectors.lightspeed_r.simulator import (
    Basket,
    Behaviour,
    Chain,
    OAuthClient,
    RSeriesSimulator,
    trade,
)
from comptoir.connectors.lightspeed_r.simulator.trading import Trade
from comptoir.kernel.seal import Secret
from comptoir.pos.conformance import Stage
from comptoir.pos.connector import Endpoints
from comptoir.pos.hosting import Outgoing, Request, Response, Simulator, serve

CLIENT = OAuthClient("client", Secret("secret"), "http://testserver/connections/returned")
SCOPES = CONNECTOR.manifest.scopes
QUIET = Chain(sales_a_day=0, since=date(9000, 1, 1))
"""Nobody buys anything but what a test sells."""


@dataclass
class Shopfront:
    """The simulator, but that it may say once that it is asked too often, and can be made to answer otherwise."""

    simulator: Simulator
    refusals: list[int] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def answer(self, request: Request, *, now: datetime) -> Response:
        if not request.headers.get("authorization", "").startswith("Bearer"):
            return self.simulator.answer(request, now=now)
        self.asked.append(request)
        if self.refusals:
            return Response(429, b"", {"retry-after": str(self.refusals.pop())})
        answer = self.simulator.answer(request, now=now)
        self.statuses.append(answer.status)
        return answer

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        return self.simulator.due(now=now)

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        self.simulator.sent(key, status=status, now=now)


@dataclass
class Shop:
    """A chain in front of its simulator, served over HTTP."""

    trade: Trade
    simulator: RSeriesSimulator
    front: Shopfront
    url: str

    @property
    def endpoints(self) -> Endpoints:
        """Where the connector reaches it."""
        oauth = f"{self.url}/auth/oauth"
        revoke = f"{oauth}/revoke"
        return Endpoints(
            f"{oauth}/authorize", f"{oauth}/token", f"{self.url}/API/V3", CLIENT.id, CLIENT.secret, revoke_url=revoke
        )

    def mint(self, scopes: Sequence[str] = SCOPES) -> str:
        made = self.simulator.tokens.mint(self.trade.books.account_id, scopes, now=datetime.now(UTC))
        return str(made["access_token"])


@contextmanager
def shop(*, behaviour: Behaviour | None = None, chain: Chain = QUIET) -> Iterator[Shop]:
    """A chain; without limits unless told otherwise, and quiet. The simulator's clock is the real one."""
    acting = behaviour or Behaviour(registers=None)
    made = trade(chain, acting)
    simulator = RSeriesSimulator([made.books], client=CLIENT, behaviour=acting)
    front = Shopfront(simulator)
    with serve(front) as hosted:
        yield Shop(made, simulator, front, hosted.url)


@contextmanager
def stage() -> Iterator[Stage]:
    """What `pos.conformance` asks for."""
    with shop() as made:

        def sell(at: datetime) -> str:
            price = Decimal("12.90") + at.minute
            return str(made.trade.counter.ring([Basket(price, item_id=1)], at=at.replace(microsecond=0))["saleID"])

        yield Stage(
            connector=CONNECTOR,
            endpoints=made.endpoints,
            mint=made.mint,
            location_id="900100:1",
            page_size=PAGE_SIZE,
            sell=sell,
            told=lambda: (),
            refuse=made.simulator.tokens.expire_all,
            too_often=made.front.refusals.append,
        )


def environ(made: Stage) -> dict[str, str]:
    """What an installation must be told to reach it."""
    return environ_of(made.endpoints)


def environ_of(endpoints: Endpoints) -> dict[str, str]:
    """The same of addresses."""
    return {
        "LIGHTSPEED_R_API_URL": endpoints.api_url,
        "LIGHTSPEED_R_AUTHORISE_URL": endpoints.authorise_url,
        "LIGHTSPEED_R_TOKEN_URL": endpoints.token_url,
        "LIGHTSPEED_R_REVOKE_URL": endpoints.revoke_url,
        "LIGHTSPEED_R_CLIENT_ID": endpoints.client_id,
        "LIGHTSPEED_R_CLIENT_SECRET": endpoints.client_secret.reveal(),
    }
