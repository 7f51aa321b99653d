"""The partner API's document is a promise, held as tests/web/test_schemathesis.py holds that of the platform API.

Each operation has a token of its own, so that no limit answers in its place.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from schemathesis.core.result import Ok

from comptoir.apps.loyalty.partner_tables import ContestGame, PartnerHook
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.accounts.partners import scopes
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand
from tests.people import People
from tests.servers import WebServer, web_server
from tests.web.test_schemathesis import trouble_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pos(people: People) -> Pos:
    return open_brand(people.le_zinc, people.bar, allowed=scopes.SCOPES)


@pytest.fixture
def ids(people: People, pos: Pos) -> dict[str, str]:
    """Things that exist, under the names of the paths."""
    now = datetime.now(UTC)
    reward = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=1,
        store_ids=(),
        is_active=True,
        products={"sixpos": "7"},
        actor="user:1",
        now=now,
    )
    game = ContestGame.objects.create(organisation=people.le_zinc, name="Wheel", reward_id=reward.id, created_at=now)
    hook = PartnerHook.objects.create(
        organisation=people.le_zinc,
        client_id=pos.client.id,
        event="customer.created",
        url="https://x.example/",
        secret=b"",
        created_at=now,
    )
    customer = pos.sells("1").json()["customer"]["public_id"]
    pos.call("post", f"customers/{customer}/attributes", {"name": "table", "value": "12"})
    return {
        "public_id": customer,
        "order_id": "1",
        "reward_id": reward.public_id,
        "game_id": game.public_id,
        "webhook_id": hook.public_id,
        "phone": ALICES_NUMBER,
        "name": "table",
    }


@pytest.fixture
def server(people: People) -> Iterator[WebServer]:
    with web_server() as serving:
        yield serving


def test_every_call_is_answered_as_the_document_says(people: People, ids: dict[str, str], server: WebServer) -> None:
    document = schemathesis.openapi.from_url(f"{server.url}/partner/v1/openapi.json")
    operations: list[Any] = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 25
    wrong = []
    for each in operations:
        pos = open_brand(people.le_zinc, people.bar, allowed=scopes.SCOPES)
        wrong.append(trouble_with(each, pos.headers, ids))
    assert not any(wrong), "\n\n".join(filter(None, wrong))
