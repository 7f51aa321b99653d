"""One id leads from a request through its jobs to the calls to the vendor, and no secret stands in any line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from structlog.contextvars import merge_contextvars

from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.jobs import engine
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_k.simulator_shop import ZINC, closed_bill
from tests.core.conftest import no_jobs as no_jobs
from tests.core.kseries import SECRET, TOKEN_PATH, Vendor, decide, everything_logged, leave, query_of, vendor_served
from tests.people import People

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]

ID = "a-proxy-gave-this-1"


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    with vendor_served(monkeypatch) as served:
        yield served


class Lines:
    """What the log would say, with everything that is bound around each line."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def __call__(self, _: object, __: str, entry: dict[str, Any]) -> dict[str, Any]:
        self.entries.append(dict(entry))
        raise structlog.DropEvent


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    kept = Lines()
    before = structlog.get_config()
    structlog.configure(processors=[merge_contextvars, kept], cache_logger_on_first_use=False)
    yield kept.entries
    structlog.configure(**before)


def connected(people: People, vendor: Vendor) -> LocationLink:
    """The whole way of an owner: connect at the till's page, then choose a store for a location."""
    client = people.client(people.alice)
    back = decide(leave(client))
    client.get(back.removeprefix("http://testserver"))
    return LocationLink.objects.get(external_id=ZINC)


def test_one_id_leads_from_the_click_to_the_call_at_the_vendor(
    people: People, vendor: Vendor, lines: list[dict[str, Any]]
) -> None:
    link = connected(people, vendor)
    closed_bill(vendor.world, ZINC, at=datetime.now(UTC) - timedelta(hours=1))
    client = people.client(people.alice)
    fields = {f"store-{link.id}": people.bar.public_id}
    path = f"/connections/{Connection.objects.get().public_id}/locations"
    response = client.post(path, fields, headers={"X-Request-Id": ID})
    assert response.headers["X-Request-Id"] == ID
    lines.clear()
    engine.drain()

    called = [each for each in lines if each["event"] == "vendor.called" and each.get("job") == "intake.import_window"]
    assert called
    assert {each["request_id"] for each in called} == {ID}
    others = [each for each in lines if each.get("job") == "intake.sweep"]
    assert ID not in {each.get("request_id") for each in others}


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space here", "line\tbreak-here", "é" * 20])
def test_an_id_that_is_none_is_not_taken(people: People, given: str) -> None:
    answered = people.client(people.alice).get("/sales", headers={"X-Request-Id": given}).headers["X-Request-Id"]

    assert answered != given
    assert 8 <= len(answered) <= 64


def test_no_secret_stands_in_any_line_of_a_whole_journey(people: People, vendor: Vendor) -> None:
    client = people.client(people.alice)
    with everything_logged() as leaving:
        address = leave(client)
    back = decide(address)  # a browser and the till's own page, which are not ours to keep quiet
    with everything_logged() as said:
        client.get(back.removeprefix("http://testserver"))
        link = LocationLink.objects.get(external_id=ZINC)
        client.post(
            f"/connections/{Connection.objects.get().public_id}/locations", {f"store-{link.id}": people.bar.public_id}
        )
        closed_bill(vendor.world, ZINC, at=datetime.now(UTC) - timedelta(hours=1))
        engine.drain()
        Connection.objects.update(access_expires_at=datetime.now(UTC))
        refuse(vendor, 401)
        client.post(f"/connections/{Connection.objects.get().public_id}/refresh")
        client.get("/connections")

    text = leaving.getvalue() + said.getvalue()
    exchanged = vendor.token_requests[0]
    secrets = [*vendor.handed_out, exchanged["code"], exchanged["code_verifier"], query_of(address)["state"], SECRET]
    secrets += [each["webhook"] for each in addresses(people)]
    assert len(secrets) >= 8
    assert "vendor.called" in text
    for secret in secrets:
        assert secret not in text


def refuse(vendor: Vendor, status: int) -> None:
    def instead(request: Request, now: datetime) -> Response | None:
        body = json.dumps({"error": "no", "quoted": request.headers.get("authorization", "")}).encode()
        return Response(status, body) if request.path != TOKEN_PATH else None

    vendor.instead = instead


def addresses(people: People) -> list[dict[str, str]]:
    from comptoir.core.connections.locations import webhook_path
    from comptoir.core.connections.models import WebhookAddress

    rows = WebhookAddress.objects.filter(organisation=people.le_zinc)
    return [{"webhook": webhook_path(row).rsplit("/", 1)[1]} for row in rows]
