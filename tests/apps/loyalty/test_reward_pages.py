"""Rewards on pages: an owner makes one, staff sell and use it for a guest, and what went past a rule is told."""

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.holdings import Alert, AlertKind, HeldReward, Reward, RewardProduct
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import buying
from comptoir.core.accounts.models import Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection
from comptoir.kernel.ids import new_id
from tests.apps.loyalty.till import ALICES_PHONE, NOON, Till, bill
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


def test_what_went_past_a_rule_is_told_with_a_masked_number(owner: Client, people: People, guest: Member) -> None:
    assert "Nothing went past a rule" in page(owner, "/loyalty/rewards/alerts")
    coffee = make(owner)
    held = buying.buy(
        organisation_id=guest.organisation_id,
        member_id=guest.id,
        reward_id=coffee.id,
        store_id=people.bar.id,
        actor="user:1",
        now=NOON,
    )
    Alert.objects.create(
        organisation=people.le_zinc,
        held_id=held.id,
        kind=AlertKind.REWARD_CONFLICT,
        sale_id=new_id(),
        reason="reward_already_used",
        at=NOON,
    )
    assert "1 sale went past a rule" in page(owner, "/loyalty/rewards")
    assert "another sale has used" in page(owner, "/loyalty/rewards/alerts")
    Membership.objects.filter(user=people.bob).update(role=Role.MANAGER)
    shown = page(people.client(people.bob), "/loyalty/rewards/alerts")
    assert "** 42" in shown
    assert ALICES_PHONE[-6:] not in shown


def test_e37_a_reward_without_a_product_is_used_by_hand(owner: Client, people: People, guest: Member) -> None:
    """Its product was taken off the till's menu, or it never had one: staff apply it."""
    coffee = make(owner, products_lightspeed_k="")
    assert "applied by hand" in page(owner, "/loyalty/rewards")
    sold: dict[str, Any] = {"reward": coffee.public_id, "store": people.bar.public_id, "use": "yes"}
    people.client(people.bob).post(f"/loyalty/members/{guest.public_id}/rewards", sold)
    assert HeldReward.objects.get().state == "used"
