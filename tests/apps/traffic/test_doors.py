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
    asked: list[dict[str, Any]] = []

    def ask(_method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        assert path == "/api/doors"
        asked.append(body or {})
        return {}

    with connected(people, monkeypatch, now=NOW) as house:
        for _ in range(2):  # a second start of the demo
            seed_doors.sow(organisation=people.le_zinc, connection=house.connection, ask=ask, now=NOW)
    assert Location.objects.get().location_id == "0001"
    assert [each["places"] for each in asked] == 2 * [{house.link.external_id: "0001"}]
    assert ApiToken.objects.filter(name=seed_doors.TOKEN_NAME, revoked_at=None).count() == 1
    restaurants = Restaurants()
    restaurants.living.fabricate(NOW.replace(hour=18), NOW)
    counter = Doors(restaurants.world, base_url="", seed=1)
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
