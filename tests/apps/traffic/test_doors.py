"""The demo's counters: what the seed gives them is enough to tell through the public API, and no more."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from comptoir.apps.traffic.models import Hour, Location
from comptoir.cli import seed_doors
from comptoir.core.accounts.models import ApiToken
from comptoir.sandbox.doors import Doors
from tests.core.rseries import connected
from tests.people import People
from tests.sandbox.restaurants import ZINC, Restaurants

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 20, 0, tzinfo=UTC)


def test_locations_get_an_id_and_counters_a_token_that_only_writes_counts(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_at: dict[str, list[dict[str, Any]]] = {"/api/lightspeed_k/doors": [], "/api/lightspeed_r/doors": []}

    def ask(_method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        told_at[path].append(body or {})
        return {}

    with connected(people, monkeypatch, now=NOW) as house:
        for _ in range(2):  # a second start of the demo
            seed_doors.sow(
                organisation=people.le_zinc,
                connection=house.connection,
                owner_of_shops=people.chez_charlie,
                ask=ask,
                now=NOW,
            )
    asked, of_shops = told_at.values()
    assert Location.objects.get().location_id == "0001"
    assert [each["places"] for each in asked] == 2 * [{house.link.external_id: "0001"}]
    assert of_shops[-1]["places"] == {str(number): f"{number:04}" for number in range(1, 13)}
    assert ApiToken.objects.filter(name=seed_doors.TOKEN_NAME, revoked_at=None).count() == 2, "one of each chain"
    restaurants = Restaurants()
    restaurants.living.fabricate(NOW.replace(hour=18), NOW)
    counter = Doors(restaurants.world.bought, base_url="", seed=1)
    told = [{**each, "location": "0001"} for each in counter.counts(ZINC, NOW.replace(hour=18), NOW)]
    headers = {"Authorization": f"Bearer {asked[-1]['token']}"}
    client = people.client(people.alice)
    body = json.dumps({"counts": told})
    answer = client.post("/v1/traffic/counts", body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.json()) == (202, {"taken": 8, "resets": 0, "refused": []})
    came = sum(each["went_in"] for each in told)
    assert came > 0
    assert sum(each.visitors or 0 for each in Hour.objects.all()) == came
    assert client.get("/v1/sales", headers=headers).status_code == 403
