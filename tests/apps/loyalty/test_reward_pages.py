"""Rewards on pages: an owner makes one, staff sell, hold, use and cancel it for a guest, and every change is told."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.holdings import HeldReward, Reward, RewardProduct
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import buying
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
from tests.apps.loyalty.till import NOON, Till, bill
from tests.people import People

COFFEE = {"name": "Coffee", "points": "10", "description": "On the house", "products_lightspeed_k": " 12, ,12,45 "}


@pytest.fixture
def owner(people: People, till: Till) -> Client:
    Connection.objects.create(
        organisation=people.le_zinc,
        provider="lightspeed_k",
        status_since=NOON,
        access_token=b"",
        refresh_token=b"",
        access_expires_at=NOON,
        created_at=NOON,
    )
    return people.client(people.alice)


@pytest.fixture
def guest(till: Till) -> Member:
    till.sends(bill("A1", "24.50"))
    return till.claim("A1").member


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def make(owner: Client, **changes: str) -> Reward:
    answer = owner.post("/loyalty/rewards/new", {**COFFEE, **changes})
    assert answer.status_code == 302, answer.content.decode()
    return Reward.objects.latest("created_at")


def test_an_owner_makes_a_reward_changes_it_and_sells_it_no_more(owner: Client, people: People) -> None:
    assert "Points buy nothing yet" in page(owner, "/loyalty/rewards")
    coffee = make(owner)
    listed = page(owner, "/loyalty/rewards")
    assert "<code>12</code>" in listed
    assert "Alice" in listed, "who typed the product"
    assert [each.sku for each in RewardProduct.objects.order_by("position")] == ["12", "45"]
    assert 'value="12, 45"' in page(owner, f"/loyalty/rewards/{coffee.public_id}")

    owner.post(f"/loyalty/rewards/{coffee.public_id}", {**COFFEE, "points": "12"})
    assert Reward.objects.get().points == 12
    off = owner.post(f"/loyalty/rewards/{coffee.public_id}/off", follow=True).content.decode()
    assert "not sold any more" in off
    [undo] = re.findall(rf"/loyalty/rewards/{coffee.public_id}/on", off)[:1]
    owner.post(undo)
    assert Reward.objects.get().is_active
    assert RewardProduct.objects.count() == 2, "switching keeps what was typed"


def test_the_list_is_searched_by_name_and_product_and_exported(owner: Client) -> None:
    make(owner)
    make(owner, name="=Dessert", products_lightspeed_k="TARTE")
    assert "Coffee" not in page(owner, "/loyalty/rewards?search=tarte")
    assert "Nothing matches" in page(owner, "/loyalty/rewards?search=nothing")
    text = owner.get("/loyalty/rewards/export").getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["name"] for row in rows} == {"Coffee", "'=Dessert"}
    assert {row["products"] for row in rows} == {"lightspeed_k:12;lightspeed_k:45", "lightspeed_k:TARTE"}


@pytest.mark.parametrize(
    "wrong", [{"points": "0"}, {"points": "x"}, {"name": " "}, {"products_lightspeed_k": "9" * 65}, {"stores": "sto_x"}]
)
def test_what_does_not_fit_is_told_at_its_field(owner: Client, wrong: dict[str, str]) -> None:
    answer = owner.post("/loyalty/rewards/new", {**COFFEE, **wrong})
    assert answer.status_code == 422
    assert not Reward.objects.exists()


def test_staff_sell_use_and_a_manager_gives_points_back(owner: Client, people: People, guest: Member) -> None:
    coffee = make(owner)
    address = f"/loyalty/members/{guest.public_id}"
    staff = people.client(people.bob)
    sold = {"reward": coffee.public_id, "store": people.bar.public_id}
    assert "Buy with points" in page(staff, address)
    assert "Bought: the guest" in staff.post(f"{address}/rewards", sold, follow=True).content.decode()
    held = HeldReward.objects.get()
    assert (entries.balance(guest.organisation_id, guest.id), held.bought_by) == (14, f"user:{people.bob.pk}")

    used = staff.post(f"/loyalty/held/{held.public_id}/use", {"store": people.bar.public_id}, follow=True)
    assert "Used" in used.content.decode()
    again = staff.post(f"/loyalty/held/{held.public_id}/use", {"store": people.bar.public_id}, follow=True)
    assert "already used" in again.content.decode()

    staff.post(f"{address}/rewards", {**sold, "use": "yes"})
    assert HeldReward.objects.filter(state="used").count() == 2
    too_much = staff.post(f"{address}/rewards", sold, follow=True).content.decode()
    assert "not enough points" in too_much
    assert entries.balance(guest.organisation_id, guest.id) == 4


def test_cancelling_is_not_for_the_counter(owner: Client, people: People, guest: Member) -> None:
    coffee = make(owner)
    held = buying.buy(
        organisation_id=guest.organisation_id,
        member_id=guest.id,
        reward_id=coffee.id,
        store_id=people.bar.id,
        actor="user:1",
        now=NOON,
    )
    cancel = f"/loyalty/held/{held.public_id}/cancel"
    assert people.client(people.bob).post(cancel).status_code == 403
    Membership.objects.filter(user=people.bob).update(role=Role.MANAGER)
    assert "points are back" in people.client(people.bob).post(cancel, follow=True).content.decode()
    assert entries.balance(guest.organisation_id, guest.id) == 24


def test_e37_a_reward_without_a_product_is_used_by_hand(owner: Client, people: People, guest: Member) -> None:
    """Its product was taken off the till's menu, or it never had one: staff apply it."""
    coffee = make(owner, products_lightspeed_k="")
    assert "applied by hand" in page(owner, "/loyalty/rewards")
    sold: dict[str, Any] = {"reward": coffee.public_id, "store": people.bar.public_id, "use": "yes"}
    people.client(people.bob).post(f"/loyalty/members/{guest.public_id}/rewards", sold)
    assert HeldReward.objects.get().state == "used"


def test_every_change_is_told_with_who_made_it(owner: Client, people: People) -> None:
    coffee = make(owner)
    address = f"/loyalty/rewards/{coffee.public_id}"
    owner.post(address, {**COFFEE, "points": "12", "products_lightspeed_k": "45", "tags": "student, staff"})
    owner.post(f"{address}/off")
    shown = page(owner, address)
    for words in ("Sold no more", "price in points: 10 → 12", "12, 45 → 45", "tags: – → staff, student", "Alice"):
        assert words in shown, words
    owner.post(address, {**COFFEE, "points": "12", "products_lightspeed_k": "45", "tags": "student, staff"})
    assert page(owner, address).count("moment-title") == 3, "saving what is there already is no change"


def test_a_reward_for_students_comes_with_store_to_students(owner: Client, people: People, guest: Member) -> None:
    coffee = make(owner, tags="student")
    address = f"/loyalty/members/{guest.public_id}"
    sold = {"reward": coffee.public_id, "store": people.bar.public_id}
    assert "do not reach" in page(owner, address)
    assert "for other members" in owner.post(f"{address}/rewards", sold, follow=True).content.decode()
    Member.objects.filter(id=guest.id).update(tags=["regular", "student"])
    assert "Bought: the guest" in owner.post(f"{address}/rewards", sold, follow=True).content.decode()
    Member.objects.filter(id=guest.id).update(tags=[])
    used = owner.post(f"/loyalty/held/{HeldReward.objects.get().public_id}/use", sold, follow=True)
    assert "for other members" in used.content.decode(), "looked at again when it is used"


def test_a_held_reward_is_kept_for_one_at_the_counter(owner: Client, people: People, guest: Member) -> None:
    coffee = make(owner)
    address = f"/loyalty/members/{guest.public_id}"
    owner.post(f"{address}/rewards", {"reward": coffee.public_id, "store": people.bar.public_id})
    held = f"/loyalty/held/{HeldReward.objects.get().public_id}"
    staff = people.client(people.bob)
    assert "Held for ten minutes" in staff.post(f"{held}/lock", follow=True).content.decode()
    assert "Being used right now" in page(owner, address)
    assert "Somebody is using" in owner.post(f"{held}/unlock", follow=True).content.decode()
    refused = owner.post(f"{held}/use", {"store": people.bar.public_id}, follow=True).content.decode()
    assert "Somebody is using" in refused
    assert "Let go" in staff.post(f"{held}/unlock", follow=True).content.decode()
    owner.post(f"{held}/use", {"store": people.bar.public_id})
    told = page(owner, address)
    assert re.search(r"used [^<]* · Le Zinc · Alice", told), "when, where and by whom"


def test_holding_wants_the_pin(owner: Client, people: People, guest: Member) -> None:
    coffee = make(owner)
    owner.post(f"/loyalty/members/{guest.public_id}/rewards", {"reward": coffee.public_id})
    owner.post(f"/loyalty/members/{guest.public_id}/pin", {"pin": "1234"})
    lock = f"/loyalty/held/{HeldReward.objects.get().public_id}/lock"
    assert "not right" in owner.post(lock, {"pin": "4321"}, follow=True).content.decode()
    assert "Held for ten minutes" in owner.post(lock, {"pin": "1234"}, follow=True).content.decode()
