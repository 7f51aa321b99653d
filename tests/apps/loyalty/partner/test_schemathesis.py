"""The partner API's document is a promise, held as tests/web/test_schemathesis.py holds that of the platform API.

Each operation has a token of its own, so that no limit answers in its place.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from schemathesis.core.result import Ok

from comptoir.apps.loyalty.partner_tables import ContestGame, PartnerHook
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.accounts.partners import grants, scopes
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand
from tests.apps.loyalty.partner.test_flow_x import BRAND_USER, PASSWORD, technical_user
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
    pos.sells("1", amount=1_000_000)
    customer = pos.sells("2").json()["customer"]["public_id"]
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


def bodies(operation: str, pos: Pos, ids: dict[str, str], client: dict[str, str]) -> dict[str, Any]:
    """What a body of this operation may name that exists."""
    slug, customer = pos.stores[0].slug, ids["public_id"]
    at = datetime.now(UTC).isoformat()
    pos.call("post", f"customers/{customer}/attributes", {"name": "table", "value": "12"})
    held = pos.call("post", f"rewards/{ids['reward_id']}/buy", {"customer": customer, "store_slug": slug}).json()
    here: dict[str, Any] = {"store_slug": slug, "customer": customer}
    # What rules judge beyond the schema: an address that is none, a birthday to come.
    silent = dict.fromkeys(("email", "birthday", "points", "tags", "has_optin_at", "payment_method_hash"))
    return {
        "POST /oauth/token": client,
        "POST /orders": {"loyalty_store_slug": slug, "customer": {"public_id": customer}, "created_at": at}
        | dict.fromkeys(("tax_amount", "tip_amount", "closed_at", "withdrawal_at", "comment", "payments")),
        "PATCH /orders/{order_id}": {"loyalty_store_slug": slug, "customer": None, "reward_ids": [held["hash"]]},
        "POST /customers": {"reference_store_slug": slug, "phone": "33687654321"} | silent,
        "PUT /customers/{public_id}": {"phone": ALICES_NUMBER, "store_id": None, "reference_store_slug": slug} | silent,
        "PATCH /customers/{public_id}": {"phone": ALICES_NUMBER, "store_id": None, "reference_store_slug": slug}
        | silent,
        "POST /checkins": {"store_slug": slug, "international_phone_number": ALICES_NUMBER, "checked_in_at": at},
        "POST /rewards/{reward_id}/buy": here,
        "POST /contest-games": {"reward_id": ids["reward_id"]},
        "POST /contest-games/{game_id}/plays": here,
        "POST /webhooks": {"url": "https://6xpos.example/hook"},
    }.get(operation, {"hash": held["hash"], "store_slug": slug, "pin": None} if "rewards" in operation else {})


def test_every_call_is_answered_as_the_document_says(
    people: People, pos: Pos, ids: dict[str, str], server: WebServer
) -> None:
    made, secret = grants.register(
        name="Client", provider="sixpos", redirect_uris=(), contacts=(), now=datetime.now(UTC)
    )
    technical_user(people)
    client = {"grant_type": "password", "username": BRAND_USER, "password": PASSWORD, "scope": ""}
    client |= {"client_id": made.client_id, "client_secret": secret.reveal()}
    document = schemathesis.openapi.from_url(f"{server.url}/partner/v1/openapi.json")
    operations: list[Any] = [found.ok() for found in document.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) > 25
    wrong, without_success = [], []
    for each in operations:
        caller = open_brand(people.le_zinc, people.bar, allowed=scopes.SCOPES)
        label, answered = each.label.replace("/partner/v1", ""), set[int]()
        known = bodies(label, caller, ids, client)
        wrong.append(trouble_with(each, caller.headers, ids, known, answered))
        if not any(status < HTTPStatus.MULTIPLE_CHOICES for status in answered):
            without_success.append((label, sorted(answered)))
    assert not any(wrong), "\n\n".join(filter(None, wrong))
    assert without_success == [], without_success
