"""Notifications recorded on a real till, moved to now and doubled: one open check and no revenue; then its close."""

import itertools
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.connections.locations import webhook_address, webhook_path
from comptoir.core.installations.install import install_all
from comptoir.core.intake.models import Notification
from comptoir.core.jobs import engine
from comptoir.core.ledger.models import HourlyFigure
from tests.journeys.inbox import wake
from tests.people import People
from tests.servers import WebServer, web_server

FOLDER = (
    Path(os.environ.get("COMPTOIR_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "k-series"
)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded K-Series notifications in {FOLDER}"),
]
OPEN_CHECK = "A70001.23"
OTHER_IDS = {"A22096": "A70001", "379610684457": "480721795568"}


def recorded(name: str) -> dict[str, Any]:
    """A recorded body with other ids and the dates of today."""
    text = (FOLDER / name).read_text()
    for old, new in OTHER_IDS.items():
        text = text.replace(old, new)
    body: dict[str, Any] = json.loads(text)
    moved = round((datetime.now(UTC) - timedelta(minutes=5)).timestamp() * 1000) - body["account"]["openDate"]
    _move(body, moved)
    return body


def _move(value: Any, by: int) -> None:
    """Move every date in a body, however deep."""
    if isinstance(value, dict):
        for key, each in value.items():
            if (key.endswith("Date") or key == "date") and isinstance(each, int):
                value[key] = each + by
            else:
                _move(each, by)
    elif isinstance(value, list):
        for each in value:
            _move(each, by)


def closed(body: dict[str, Any]) -> dict[str, Any]:
    """The close of an open check, paid in full."""
    now = round(datetime.now(UTC).timestamp() * 1000)
    total = body["account"]["totalAmount"]
    payment = {"id": 1, "currencyCode": "GBP", "gratuityAmount": 0, "amount": total, "active": True, "date": now}
    account = {
        **body["account"],
        "status": "closed",
        "closeDate": now,
        "updateDate": now,
        "paidAmount": total,
        "receiptNumber": "R70001.9",
        "paymentLines": [{**payment, "paymentMethod": "CASH", "paymentMethodDescription": "Cash"}],
    }
    return {**body, "notificationType": "CLOSE", "account": account}


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Any:
    with web_server() as running:
        yield running


class Till:
    """A till that tells one store, and a program that asks the API."""

    def __init__(self, server: WebServer, people: People) -> None:
        self.server = server
        now = datetime.now(UTC)
        install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=now)
        address = webhook_address(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=now)
        self.path = webhook_path(address)
        _, token = create_token(name="test", scopes=SCOPES, organisations=[people.le_zinc], now=now)
        self.headers = {"Authorization": f"Bearer {token.reveal()}"}

    def tell(self, *bodies: dict[str, Any]) -> None:
        for body in bodies:
            assert self.server.request("POST", self.path, json.dumps(body).encode())[0] == 202
        wake()
        engine.drain()

    def ask(self, path: str) -> list[dict[str, Any]]:
        status, content, _ = self.server.request("GET", path, headers=self.headers)
        assert status == 200, content
        found: list[dict[str, Any]] = json.loads(content)["data"]
        return found


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_recorded_notifications_then_a_close_make_exactly_one_award(
    server: WebServer, people: People, order: tuple[int, ...]
) -> None:
    till = Till(server, people)
    opened, transitory = recorded("rtn-open.json"), recorded("rtn-update-transitory.json")
    as_close = {**transitory, "notificationType": "CLOSE"}
    told = [[opened, opened], [transitory, as_close, transitory]]
    till.tell(*(body for index in order for body in told[index]))

    [check] = till.ask(f"/v1/sales?external_id={OPEN_CHECK}")
    assert (check["state"], check["total"]) == ("open", {"amount": 1000, "currency": "GBP"})
    assert [each["external_id"] for each in till.ask("/v1/sales?state=open")] == [OPEN_CHECK]
    assert not HourlyFigure.objects.exists()
    assert till.ask("/v1/loyalty/offers?state=open") == []
    assert not Notification.objects.exclude(outcome__in=["recorded", "unchanged"]).exists()

    close = closed(opened)
    till.tell(close, close, opened, {**close, "retryCounter": 1})

    [check] = till.ask(f"/v1/sales?external_id={OPEN_CHECK}")
    assert check["state"] == "closed"
    [offer] = till.ask("/v1/loyalty/offers?state=open")
    assert (offer["external_id"], offer["points"]) == (OPEN_CHECK, 10)
    for name in (opened["account"]["id"], close["account"]["receiptNumber"]):
        assert [each["external_id"] for each in till.ask(f"/v1/sales?external_id={name}")] == [OPEN_CHECK]


def test_the_recorded_edit_replaces_the_check_it_cancelled(server: WebServer, people: People) -> None:
    till = Till(server, people)
    opened, transitory = recorded("rtn-open.json"), recorded("rtn-update-transitory.json")
    earlier = json.loads(json.dumps(opened))
    earlier["account"] |= {"id": 1, "accountNumber": "A70001.21", "originAccountNumber": None, "originAccountId": None}
    till.tell(opened, transitory, earlier)

    assert [each["external_id"] for each in till.ask("/v1/sales?state=open")] == [OPEN_CHECK]
    [replaced] = till.ask("/v1/sales?external_id=A70001.21")
    assert replaced["state"] == "superseded"
