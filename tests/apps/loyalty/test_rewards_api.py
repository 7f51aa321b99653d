"""Rewards as a kiosk's token sees them (loyalty.md 3.7, 3.9)."""

import json
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.holdings import Alert, HeldReward
from comptoir.apps.loyalty.models import Member
from comptoir.kernel.ids import public_id
from tests.apps.loyalty.test_api import Caller
from tests.apps.loyalty.test_rewards import member_with, reward
from tests.apps.loyalty.till import Till, bill
from tests.people import People, create_store


@pytest.fixture
def caller(people: People) -> Caller:
    return Caller(people.le_zinc)


def bought(till: Till, caller: Caller, *, points: int = 25, **more: object) -> Any:
    member = member_with(till, points)
    body = {"member": member.public_id, "store": till.store.public_id} | more
    return caller.post(f"rewards/{reward(till).public_id}/buy", body, 201)


def sale(till: Till, number: str) -> str:
    return public_id("sal", till.offer(number).sale_id)


def with_key(caller: Caller, path: str, body: object, key: str) -> Any:
    headers = caller.headers | {"Idempotency-Key": key}
    return Client().post(f"/v1/loyalty/{path}", json.dumps(body), content_type="application/json", headers=headers)


def test_the_catalogue_with_its_filters(people: People, till: Till, caller: Caller) -> None:
    cellar = create_store(people.le_zinc, "The cellar")
    member = member_with(till, 15)
    reward(till, name="A lunch", points=50, skus=" 12, ,12,45 ")
    reward(till, name="A coffee", points=10, store_ids=[cellar.id])
    reward(till, name="Of last year", points=20, is_active=False)

    def names(**query: object) -> list[str]:
        return [each["name"] for each in caller.get("rewards", **query)["data"]]

    coffee, lunch = caller.get("rewards")["data"]
    assert (coffee["stores"], lunch["stores"], lunch["affordable"]) == ([cellar.public_id], None, None)
    assert lunch["products"] == [{"provider": "lightspeed_k", "sku": "12"}, {"provider": "lightspeed_k", "sku": "45"}]
    assert names(min_points=10, max_points=10) == ["A coffee"]
    assert names(min_points=11) == ["A lunch"]
    assert names(store=till.store.public_id) == ["A lunch"]
    assert names(store=cellar.public_id) == ["A coffee", "A lunch"]
    can = {each["name"]: each["affordable"] for each in caller.get("rewards", member=member.public_id)["data"]}
    assert can == {"A coffee": True, "A lunch": False}
    for query in ({"store": people.shop.public_id}, {"member": public_id("mem", till.store.id)}):
        assert caller.get("rewards", 404, **query)["code"] == "not_found"


def test_bought_locked_used_on_a_sale_and_listed(till: Till, caller: Caller) -> None:
    held = bought(till, caller)
    path = f"held-rewards/{held['id']}"
    assert (held["state"], held["points"]) == ("available", 10)
    locked = caller.post(f"{path}/lock", {"device": "kiosk 1"})
    assert locked["state"] == "locked"
    assert locked["locked_until"]
    for deed, more in [("lock", {}), ("use", {"store": till.store.public_id}), ("unlock", {}), ("cancel", {})]:
        assert caller.post(f"{path}/{deed}", {"device": "kiosk 2"} | more, 409)["code"] == "reward_locked", deed
    assert caller.post(f"{path}/unlock", {"device": "kiosk 1"})["state"] == "available"
    till.sends(bill("A1", "8.00"), bill("A2", "8.00"))
    body = {"store": till.store.public_id, "sale": sale(till, "A1")}
    used = [caller.post(f"{path}/use", body) for _ in range(2)]
    assert used[0] == used[1]
    assert (used[0]["state"], used[0]["sale"], used[0]["store"]) == ("used", body["sale"], body["store"])
    assert caller.get(f"members/{held['member']}/rewards")["data"] == used[:1]
    assert caller.get(path) == used[0]
    assert caller.post(f"{path}/cancel", {}, 409)["code"] == "reward_already_used"


def test_a_conflict_is_told_under_a_key_too(till: Till, caller: Caller) -> None:
    held = bought(till, caller, used=True)
    assert held["state"] == "used"
    till.sends(bill("A1", "8.00"))
    body = {"store": till.store.public_id, "sale": sale(till, "A1")}
    for _ in range(2):
        refused = with_key(caller, f"held-rewards/{held['id']}/use", body, "k1")
        assert (refused.status_code, refused.json()["code"]) == (409, "reward_already_used")
    assert Alert.objects.get().kind == "reward_conflict"


def test_a_key_buys_once_and_cancelling_gives_the_points_back(till: Till, caller: Caller) -> None:
    member, coffee = member_with(till, 25), reward(till)
    body = {"member": member.public_id, "store": till.store.public_id}
    answers = [with_key(caller, f"rewards/{coffee.public_id}/buy", body, "k1") for _ in range(3)]
    assert [each.status_code for each in answers] == [201] * 3
    assert len({each.content for each in answers}) == 1
    assert entries.balance(till.organisation.id, member.id) == 15
    other = with_key(caller, f"rewards/{coffee.public_id}/buy", body | {"used": True}, "k1")
    assert other.json()["code"] == "idempotency_conflict"
    assert caller.post(f"held-rewards/{answers[0].json()['id']}/cancel", {})["state"] == "cancelled"
    assert entries.balance(till.organisation.id, member.id) == 25


def test_what_cannot_be_bought(people: People, till: Till, caller: Caller) -> None:
    cellar = create_store(people.le_zinc, "The cellar")
    member = member_with(till, 25)
    body = {"member": member.public_id, "store": till.store.public_id}
    for changes, code in [
        ({"points": 26}, "insufficient_points"),
        ({"is_active": False}, "reward_unavailable"),
        ({"store_ids": [cellar.id]}, "reward_not_here"),
    ]:
        what = reward(till, **changes)
        assert caller.post(f"rewards/{what.public_id}/buy", body, 409)["code"] == code
    coffee = reward(till)
    for changes in ({"store": people.shop.public_id}, {"sale": public_id("sal", member.id)}, {"member": "mem_x"}):
        assert caller.post(f"rewards/{coffee.public_id}/buy", body | changes, 404)["code"] == "not_found"
    assert not HeldReward.objects.exists()
    assert Member.objects.count() == 1


def test_reading_scopes_do_not_buy(people: People, till: Till) -> None:
    reader = Caller(people.le_zinc, scopes=("loyalty.read",))
    member, coffee = member_with(till, 25), reward(till)
    body = {"member": member.public_id, "store": till.store.public_id}
    reader.post(f"rewards/{coffee.public_id}/buy", body, 403)
