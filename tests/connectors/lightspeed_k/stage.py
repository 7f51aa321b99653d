"""K-Series on the conformance stage: the simulator served over HTTP, and what a test may make happen at the till."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from comptoir.connectors.lightspeed_k.client import SALES_PAGE_SIZE
from comptoir.connectors.lightspeed_k.connector import CONNECTOR
from comptoir.connectors.lightspeed_k.simulator import Behaviour, KSeriesSimulator, NotificationSetting, OAuthClient
from comptoir.kernel.seal import Secret
from comptoir.pos.conformance import Stage
from comptoir.pos.connector import Endpoints
from comptoir.pos.hosting import Outgoing, Request, Response, serve
from comptoir.sandbox.catalogue import LE_ZINC, MANAGERS
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill, quiet_world

CLIENT = OAuthClient("client", Secret("secret"), ("http://testserver",))


@dataclass
class Till:
    """The simulator, but that it may say once that it is asked too often, and keeps what it would post."""

    simulator: KSeriesSimulator
    refusals: list[int] = field(default_factory=list)

    def answer(self, request: Request, *, now: datetime) -> Response:
        if self.refusals and request.headers.get("authorization", "").startswith("Bearer"):
            return Response(429, b"", {"retry-after": str(self.refusals.pop())})
        return self.simulator.answer(request, now=now)

    def due(self, *, now: datetime) -> Sequence[Outgoing]:
        return ()

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        raise AssertionError("nothing was given out")


@contextmanager
def stage() -> Iterator[Stage]:
    """A quiet restaurant; the simulator's clock is the real one."""
    world = quiet_world()
    simulator = KSeriesSimulator(world, client=CLIENT, behaviour=Behaviour(managers=MANAGERS))
    simulator.configure_notifications(ZINC, NotificationSetting(url="http://testserver/hooks", code="x"))

    def told() -> Sequence[bytes]:
        bodies = []
        later = datetime.now(UTC) + timedelta(hours=1)
        while batch := simulator.due(now=later):
            for outgoing in batch:
                bodies.append(outgoing.body)
                simulator.sent(outgoing.key, status=202, now=later)
        return bodies

    till = Till(simulator)
    with serve(till) as hosted:
        realm = f"{hosted.url}/realms/k-series/protocol/openid-connect"
        yield Stage(
            connector=CONNECTOR,
            endpoints=Endpoints(f"{realm}/auth", f"{realm}/token", hosted.url, CLIENT.id, CLIENT.secret),
            mint=lambda: str(simulator.mint(LE_ZINC, now=datetime.now(UTC))["access_token"]),
            location_id=ZINC,
            page_size=SALES_PAGE_SIZE,
            sell=lambda at: closed_bill(world, ZINC, at=at),
            told=told,
            refuse=lambda: simulator.expire_tokens(LE_ZINC),
            too_often=till.refusals.append,
        )
    simulator.close()


def environ(made: Stage) -> dict[str, str]:
    """What an installation must be told to reach it."""
    return {
        "LIGHTSPEED_K_API_URL": made.endpoints.api_url,
        "LIGHTSPEED_K_AUTHORISE_URL": made.endpoints.authorise_url,
        "LIGHTSPEED_K_TOKEN_URL": made.endpoints.token_url,
        "LIGHTSPEED_K_CLIENT_ID": made.endpoints.client_id,
        "LIGHTSPEED_K_CLIENT_SECRET": made.endpoints.client_secret.reveal(),
    }
