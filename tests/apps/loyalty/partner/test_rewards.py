"""Rewards and contest games over the partner API, sentence by sentence of loyalty.md 3.7, 1.7 and 1.1."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.models import Entry
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.core.accounts.partners import scopes
from tests.apps.loyalty.partner.pos import Pos, open_brand, refusal
from tests.apps.loyalty.partner.test_customers import enrols
from tests.people import People, create_store

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def reward(people: People) -> str:
    made = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=(),
        is_active=True,
        products={"sixpos": " 12, ,12,45 "},
        actor="user:1",
        now=now(),
    )
    return made.public_id


def test_e38_a_reward_names_the_products_of_the_caller(pos: Pos, reward: str) -> None:
    [listed] = pos.get("rewards").json()
    assert (listed["public_id"], listed["external_id"], listed["stores"]) == (reward, "12,45", None)
    assert listed["affordable"] is None
    customer = pos.sells("1").json()["customer"]["public_id"]
    [listed] = pos.get(f"rewards?customer={customer}&store_slug={pos.stores[0].slug}").json()
    assert (listed["affordable"], listed["customer_allowed"]) == (True, True)
    assert pos.get("rewards?max_points=9").json() == []


def test_a_reward_is_bought_locked_and_used_on_an_order(pos: Pos, reward: str) -> None:
    customer = pos.sells("1").json()["customer"]["public_id"]
    slug = pos.stores[0].slug
    bought = pos.call("post", f"rewards/{reward}/buy", {"customer": customer, "store_slug": slug})
    assert bought.status_code == 201, bought.content
    held = bought.json()["hash"]
    assert [each["status"] for each in pos.get(f"customers/{customer}/rewards").json()] == ["available"]
    lock = f"customers/{customer}/rewards/lock"
    assert pos.call("post", lock, {"hash": held, "device": "kiosk-1"}).json()["status"] == "locked"
    assert refusal(pos.call("post", lock, {"hash": held, "device": "kiosk-2"})) == (409, "reward_locked")
    assert pos.call("delete", f"{lock}?hash={held}&device=kiosk-1").json()["status"] == "available"
    assert pos.call("post", lock, {"hash": held}).status_code == 200
    assert pos.call("delete", lock, {"hash": held}).json()["status"] == "available"
    order = pos.sells("2", reward_ids=[held], amount=1000)
    assert order.status_code == 201
    assert HeldReward.objects.get().state == "used"
    use = {"hash": held, "store_slug": slug, "order_id": "2"}
    assert pos.call("patch", f"customers/{customer}/rewards/use", use).status_code == 200
    other = pos.call("patch", f"customers/{customer}/rewards/use", use | {"order_id": "1"})
    assert refusal(other) == (409, "reward_already_used")


def test_e14_the_refund_of_an_order_gives_its_reward_back(pos: Pos, reward: str) -> None:
    customer = pos.sells("1").json()["customer"]["public_id"]
    slug = pos.stores[0].slug
    held = pos.call("post", f"rewards/{reward}/buy", {"customer": customer, "store_slug": slug}).json()["hash"]
    lines = [{"sku": "99", "amount": 1000}, {"sku": "12", "amount": 0, "public_reward_id": held}]
    pos.sells("2", amount=1000, lines=lines)
    before = pos.get(f"customers/{customer}").json()["points"]
    assert pos.tells("2", status="refunded", refund_id="r").status_code == 200
    assert [each["status"] for each in pos.get(f"customers/{customer}/rewards").json()] == ["available"]
    assert pos.get(f"customers/{customer}").json()["points"] == before - 10


def test_e34_points_buy_no_more_than_they_are(pos: Pos, reward: str) -> None:
    customer = pos.sells("1", amount=1500).json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": pos.stores[0].slug}
    assert pos.call("post", f"rewards/{reward}/buy", said).status_code == 201
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said)) == (409, "insufficient_points")
    assert pos.get(f"customers/{customer}").json()["points"] == 5


def test_e31_a_pin_is_asked_for(pos: Pos, reward: str) -> None:
    customer = enrols(pos, pin="1234").json()["public_id"]
    assert pos.get(f"customers/{customer}").json()["has_pin"] is True
    pos.sells("1")
    said = {"customer": customer, "store_slug": pos.stores[0].slug}
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said)) == (403, "pin_required")
    for _ in range(5):
        assert refusal(pos.call("post", f"rewards/{reward}/buy", said | {"pin": "0000"})) == (403, "pin_wrong")
    assert refusal(pos.call("post", f"rewards/{reward}/buy", said | {"pin": "1234"})) == (403, "pin_wrong")


def test_e36_a_reward_of_another_store_is_refused(people: People) -> None:
    terrace = create_store(people.le_zinc, "Terrace")
    made = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=(terrace.id,),
        is_active=True,
        products={},
        actor="user:1",
        now=now(),
    )
    pos = open_brand(people.le_zinc, people.bar, terrace)
    customer = pos.sells("1").json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": people.bar.slug}
    assert refusal(pos.call("post", f"rewards/{made.public_id}/buy", said)) == (409, "reward_not_here")
    assert pos.get(f"rewards?store_slug={people.bar.slug}").json() == []


def test_a_reward_of_another_brand_is_not_found(pos: Pos, people: People, reward: str) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    customer = other.sells("1").json()["customer"]["public_id"]
    said = {"customer": customer, "store_slug": people.shop.slug}
    assert refusal(other.call("post", f"rewards/{reward}/buy", said)) == (404, "reward_not_found")


@pytest.fixture
def customer(pos: Pos) -> str:
    """Alice with 21 points."""
    return str(pos.sells("1").json()["customer"]["public_id"])


def buys(pos: Pos, customer: str, reward: str, **said: Any) -> Any:
    body = {"customer": customer, "store_slug": pos.stores[0].slug} | said
    return pos.call("post", f"rewards/{reward}/buy", body)


def locks(pos: Pos, customer: str, held: str, method: str = "post", **said: Any) -> Any:
    return pos.call(method, f"customers/{customer}/rewards/lock", {"hash": held} | said)


def uses(pos: Pos, customer: str, held: str, **said: Any) -> Any:
    body = {"hash": held, "store_slug": pos.stores[0].slug} | said
    return pos.call("patch", f"customers/{customer}/rewards/use", body)


def test_the_catalogue_is_filtered_by_points_and_leaves_out_what_this_customer_cannot_take(
    pos: Pos, people: People, reward: str, customer: str
) -> None:
    made = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Lunch",
        description="",
        points=100,
        store_ids=(),
        tags=["student"],
        is_active=True,
        products={},
        actor="user:1",
        now=now(),
    )
    everything = pos.get("rewards").json()
    assert [(each["name"], each["external_id"]) for each in everything] == [("Coffee", "12,45"), ("Lunch", None)]
    assert [each["name"] for each in pos.get("rewards?min_points=11&max_points=100").json()] == ["Lunch"]
    assert [each["name"] for each in pos.get(f"rewards?customer={customer}").json()] == ["Coffee"]
    assert refusal(buys(pos, customer, made.public_id)) == (409, "reward_not_yours")
    pos.call("put", f"customers/{customer}", {"tags": ["student"]})
    asked = pos.get(f"rewards?customer={customer}").json()
    assert [(each["name"], each["affordable"]) for each in asked] == [("Coffee", True), ("Lunch", False)]


def test_bought_and_used_at_once_or_neither(pos: Pos, reward: str, customer: str) -> None:
    done = buys(pos, customer, reward, used=True)
    assert (done.status_code, done.json()["status"]) == (201, "used")
    assert buys(pos, customer, reward, used=True).status_code == 201
    assert refusal(buys(pos, customer, reward, used=True)) == (409, "insufficient_points")
    held = pos.get(f"customers/{customer}/rewards").json()
    assert [(each["status"], each["used_at"] is not None, each["reward"]["points"]) for each in held] == [
        ("used", True, 10),
        ("used", True, 10),
    ]
    assert pos.get(f"customers/{customer}").json()["points"] == 1


def test_e32_a_lock_belongs_to_one_caller_and_device(pos: Pos, people: People, reward: str, customer: str) -> None:
    held = buys(pos, customer, reward).json()["hash"]
    assert locks(pos, customer, held, device="kiosk-1").json()["status"] == "locked"
    other = open_brand(people.le_zinc, people.bar)
    for stranger in (other, pos):
        assert refusal(locks(stranger, customer, held)) == (409, "reward_locked")
        assert refusal(locks(stranger, customer, held, "delete")) == (409, "reward_locked")
        assert refusal(uses(stranger, customer, held)) == (409, "reward_locked")
    assert uses(pos, customer, held, device="kiosk-1").json()["status"] == "used"
    assert refusal(locks(pos, customer, held)) == (409, "reward_already_used")
    assert HeldReward.objects.get().locked_until is None


def test_e33_a_lock_lasts_ten_minutes_and_its_owner_renews_it(pos: Pos, reward: str, customer: str) -> None:
    held = buys(pos, customer, reward).json()["hash"]
    locks(pos, customer, held, device="kiosk-1")
    first = HeldReward.objects.get().locked_until
    assert first
    assert timedelta(minutes=9) < first - now() <= timedelta(minutes=10)
    locks(pos, customer, held, device="kiosk-1")
    renewed = HeldReward.objects.get().locked_until
    assert renewed
    assert renewed > first
    HeldReward.objects.update(locked_until=now())
    assert [each["status"] for each in pos.get(f"customers/{customer}/rewards").json()] == ["available"]
    assert locks(pos, customer, held, device="kiosk-2").status_code == 200, "its owner crashed: it is free again"


def test_an_abandoned_basket_is_unlocked_and_unlocked_again(pos: Pos, reward: str, customer: str) -> None:
    held = buys(pos, customer, reward).json()["hash"]
    locks(pos, customer, held)
    for _ in range(2):
        assert locks(pos, customer, held, "delete").json()["status"] == "available"
    path = f"customers/{customer}/rewards/lock"
    assert refusal(pos.call("delete", path)) == (422, "validation")
    assert refusal(pos.call("post", path, {})) == (422, "validation")
    assert refusal(locks(pos, customer, "no-such-hash")) == (404, "reward_not_found")


def test_a_lock_takes_the_pin_where_there_is_one(pos: Pos, reward: str) -> None:
    customer = enrols(pos, pin="1234").json()["public_id"]
    pos.sells("1")
    held = buys(pos, customer, reward, pin="1234").json()["hash"]
    assert refusal(locks(pos, customer, held)) == (403, "pin_required")
    assert refusal(locks(pos, customer, held, pin="0000")) == (403, "pin_wrong")
    assert locks(pos, customer, held, pin="1234").status_code == 200
    assert refusal(uses(pos, customer, held)) == (403, "pin_required")
    bare = pos.call("delete", f"customers/{customer}/rewards/lock?hash={held}&pin=1234")
    assert bare.json()["status"] == "available"


def test_a_locked_reward_is_used_by_the_order_that_names_it(pos: Pos, reward: str, customer: str) -> None:
    held = buys(pos, customer, reward).json()["hash"]
    locks(pos, customer, held, device="kiosk-1")
    lines = [{"sku": "99", "amount": 1000}, {"sku": "12", "amount": 0, "public_reward_id": held}]
    assert pos.sells("2", amount=1000, lines=lines, reward_ids=[held]).json()["points_earned"] == 10
    row = HeldReward.objects.get()
    assert (row.state, row.locked_until) == ("used", None)


def test_a_use_before_its_order_is_that_orders(pos: Pos, reward: str, customer: str) -> None:
    held = buys(pos, customer, reward).json()["hash"]
    assert uses(pos, customer, held, order_id="2").status_code == 200
    assert pos.sells("2", amount=1000, reward_ids=[held]).status_code == 201
    assert uses(pos, customer, held, order_id="2").status_code == 200
    assert refusal(uses(pos, customer, held, order_id="1")) == (409, "reward_already_used")
    assert pos.sells("3", amount=1000, reward_ids=[held]).json()["points_earned"] == 10, "money has moved"
    page = pos.get(f"customers/{customer}/rewards").json()
    assert [each["status"] for each in page] == ["used"]


def test_somebody_elses_reward_is_none_of_this_customer(pos: Pos, reward: str, customer: str) -> None:
    held = buys(pos, customer, reward).json()["hash"]
    bob = enrols(pos, phone="33687654321").json()["public_id"]
    assert refusal(locks(pos, bob, held)) == (404, "reward_not_found")
    assert refusal(uses(pos, bob, held)) == (404, "reward_not_found")


def test_rewards_need_their_scopes(people: People, reward: str) -> None:
    allowed = tuple(set(scopes.SCOPES) - {"reward.update"})
    pos = open_brand(people.le_zinc, people.bar, allowed=allowed)
    customer = pos.sells("1").json()["customer"]["public_id"]
    assert pos.get("rewards").status_code == 200
    for refused in (
        buys(pos, customer, reward),
        locks(pos, customer, "x"),
        locks(pos, customer, "x", "delete"),
        uses(pos, customer, "x"),
    ):
        assert refusal(refused) == (403, "scope_missing")


@pytest.fixture
def game(pos: Pos, reward: str) -> str:
    made = pos.call("post", "contest-games", {"name": "Wheel", "reward_id": reward}).json()
    assert pos.get("contest-games").json() == [made]
    return f"contest-games/{made['public_id']}/plays"


def test_a_prize_is_a_held_reward_like_any_other(pos: Pos, customer: str, game: str) -> None:
    said = {"customer": customer, "store_slug": pos.stores[0].slug, "reference": "p1", "won": True}
    held = pos.call("post", game, said).json()["hash"]
    assert pos.call("post", game, said | {"won": False}).json() == {"reference": "p1", "won": True, "hash": held}
    assert not Entry.objects.filter(kind="spend").exists()
    assert locks(pos, customer, held).json()["status"] == "locked"
    assert uses(pos, customer, held).json()["status"] == "used"
    assert pos.get(f"customers/{customer}").json()["points"] == 21


def test_games_are_those_of_the_brand_and_need_their_scopes(pos: Pos, people: People, customer: str, game: str) -> None:
    other = open_brand(people.chez_charlie, people.shop)
    theirs = other.sells("1").json()["customer"]["public_id"]
    assert other.get("contest-games").json() == []
    said = {"customer": theirs, "store_slug": people.shop.slug, "reference": "p1", "won": True}
    assert refusal(other.call("post", game, said)) == (404, "not_found")
    mine = {"customer": theirs, "store_slug": people.bar.slug, "reference": "p1", "won": True}
    assert refusal(pos.call("post", game, mine)) == (404, "customer_not_found")
    bare = open_brand(people.le_zinc, people.bar, allowed=("store.read",))
    assert refusal(bare.get("contest-games")) == (403, "scope_missing")
    assert refusal(bare.call("post", game, said)) == (403, "scope_missing")
    assert not HeldReward.objects.exists()


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("post", "customers/{customer}/attributes", {"name": "table", "value": "12"}),
        ("post", "webhooks", {"event": "customer.created", "url": "https://6xpos.example/hook"}),
        ("post", "{game}", {"customer": "{customer}", "store_slug": "{slug}", "reference": "p1", "won": True}),
        ("post", "rewards/{reward}/buy", {"customer": "{customer}", "store_slug": "{slug}"}),
        ("post", "contest-games", {"name": "Wheel"}),
    ],
)
def test_every_write_is_done_once_under_a_key(
    pos: Pos, customer: str, reward: str, game: str, method: str, path: str, said: dict[str, Any]
) -> None:
    names = {"customer": customer, "reward": reward, "game": game, "slug": pos.stores[0].slug}
    body = {name: value.format(**names) if isinstance(value, str) else value for name, value in said.items()}
    first, again = (pos.call(method, path.format(**names), body, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), first.content
    kept = {"secret": None} if "secret" in first.json() else {}
    assert again.json() == (first.json() | kept if isinstance(first.json(), dict) else first.json())
    other = pos.call(method, path.format(**names), body | {"more": 1}, Idempotency_Key="k")
    assert refusal(other) == (409, "idempotency_conflict")
