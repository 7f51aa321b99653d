"""What X-Series posts, over HTTP from its simulator to a receiver of the test's (lightspeed-x-series.md 7)."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from comptoir.connectors.lightspeed_x.client import Client
from comptoir.connectors.lightspeed_x.connector import CONNECTOR
from comptoir.connectors.lightspeed_x.simulator import Article
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.http import Api
from comptoir.kernel.seal import Secret
from comptoir.pos.conformance import Keys
from comptoir.pos.connector import Notification
from comptoir.pos.hosting import Request, Response, Server
from tests.connectors.lightspeed_x.stage import CLIENT, shop

NOW = datetime(2026, 5, 3, tzinfo=UTC)


def posted() -> tuple[Request, str]:
    """A sale that was told of, after the receiver failed once; and its id."""
    came: list[Request] = []
    told = threading.Event()

    def receive(request: Request, _now: datetime) -> Response:
        came.append(request)
        if len(came) == 2:
            told.set()
        return Response(500 if len(came) == 1 else 204)

    receiver = Server(receive, host="127.0.0.1", port=0)
    receiver.start()
    try:
        with shop() as made:
            api = Api(made.endpoints.api_url, vendor="X", credentials=Keys(made.mint))
            client, url = Client(api), f"{receiver.url}/hooks/lightspeed_x/token"
            client.subscribe("sale.update", url)
            client.subscribe("sale.update", url)
            assert [each.url for page in client.subscriptions() for each in page.data] == [url]
            number = str(made.counter.ring([Article(Decimal(20))], at=NOW)["id"])
            assert told.wait(60)
            client.unsubscribe(url)
            client.unsubscribe(url)
            assert not [each for page in client.subscriptions() for each in page.data]
            api.close()
    finally:
        receiver.stop()
    assert came[0].body == came[1].body
    return came[1], number


def test_a_sale_is_told_signed_and_is_a_hint() -> None:
    request, number = posted()

    signature = request.headers["x-signature"]
    assert CONNECTOR.is_signed(request.body, signature, CLIENT.secret)
    assert CONNECTOR.is_signed(request.body, signature.replace(",", ", "), CLIENT.secret)
    reading = CONNECTOR.read(Notification(body=request.body, received_at=NOW, headers=request.headers))
    assert (reading.observed, reading.delivery, reading.is_hint) == ((), f"sale.update {number}", True)
    refused = [
        (request.body + b"&x=1", signature, CLIENT.secret),
        (request.body, signature, Secret("another")),
        (request.body, "", CLIENT.secret),
        (request.body, "signature=,algorithm=HMAC-SHA256", CLIENT.secret),
        (request.body, signature.replace("SHA256", "MD5"), CLIENT.secret),
    ]
    assert not [each for each in refused if CONNECTOR.is_signed(*each)]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"", "$.payload"),
        (b"payload=", "$.payload"),
        (b"payload={}", "$.payload.id"),
        (b"payload=[1]", "$.payload"),
        (b"payload={}&payload={}", "$.payload"),
        (b"\xff\xfe", "$"),
        (b"&".join([b"a=1"] * 50), "$"),
    ],
)
def test_what_is_no_notification_is_refused_with_its_path(body: bytes, path: str) -> None:
    with pytest.raises(VendorUnreadable) as raised:
        CONNECTOR.read(Notification(body=body, received_at=NOW))
    assert raised.value.path == path
