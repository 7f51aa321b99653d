"""Points are spent on the tablet behind a claim, and with a PIN where the member has one (loyalty.md 1.7, 2.4, E31)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.loyalty import entries, pins
from comptoir.apps.loyalty.devices import Tablet
from comptoir.apps.loyalty.holdings import Alert, HeldReward, Reward
from comptoir.apps.loyalty.members import pin as pin_setting
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import catalogue, using
from comptoir.apps.loyalty.tablets import claiming, spending
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id, public_id
from tests.apps.loyalty.counter import linked
from tests.apps.loyalty.test_members import refused
from tests.apps.loyalty.till import ALICES_PHONE, NOON, Till, bill
from tests.people import People


@pytest.fixture
def tablet(till: Till) -> Tablet:
    return linked(till)


def reward(till: Till, name: str = "Coffee", points: int = 10, **changes: Any) -> Reward:
    said: dict[str, Any] = {"store_ids": [], "is_active": True, "products": {}, "description": ""}
    return catalogue.save(
        organisation_id=till.organisation.id,
        reward_id=None,
        name=name,
        points=points,
        actor="user:1",
        now=NOON,
        **{**said, **changes},
    )


def collect(till: Till, tablet: Tablet, number: str = "A1", total: str = "24.50", key: str = "k") -> dict[str, Any]:
    till.sends(bill(number, total, at=till.now))
    answer = claiming.claim(tablet=tablet, key=key, offer_id=till.offer(number).id, phone=ALICES_PHONE, now=till.now)
    return {**answer, **spending.after(tablet=tablet, key=key)}


def spend(till: Till, tablet: Tablet, what: Reward, purchase: str = "p", **more: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"key": "k", "pin": None, "now": till.now, **more}
    return spending.spend(tablet=tablet, purchase=purchase, reward=what.public_id, **said)


def alice() -> Member:
    return Member.objects.get(phone=ALICES_PHONE)


def set_pin(pin: str) -> None:
    member = alice()
    pin_setting.set_pin(organisation_id=member.organisation_id, member_id=member.id, pin=pin, actor="user:1", now=NOON)


def test_after_collecting_the_tablet_says_what_the_points_buy(till: Till, tablet: Tablet) -> None:
    for name, points in (("Coffee", 10), ("Dessert", 24), ("Menu", 60), ("Elsewhere", 5)):
        reward(till, name, points, store_ids=[new_id()] if name == "Elsewhere" else [])
    said = collect(till, tablet)
    assert [each["name"] for each in said["rewards"]] == ["Dessert", "Coffee"]
    assert said["next"] == {"name": "Menu", "missing": 36}
    assert said["has_pin"] is False


def test_a_reward_for_members_with_a_tag_comes_with_store_to_them_alone(till: Till, tablet: Tablet) -> None:
    reward(till, "For students", 5, tags=["student"])
    assert collect(till, tablet)["rewards"] == []
    Member.objects.filter(id=alice().id).update(tags=["student"])
    assert [each["name"] for each in spending.after(tablet=tablet, key="k")["rewards"]] == ["For students"]


def test_a_reward_is_bought_and_used_once_however_often_the_answer_is_lost(till: Till, tablet: Tablet) -> None:
    coffee = reward(till)
    collect(till, tablet)
    first = spend(till, tablet, coffee)
    assert spend(till, tablet, coffee) == first
    assert (first["name"], first["balance"], len(first["code"])) == ("Coffee", 14, 4)
    held = HeldReward.objects.get()
    assert (held.state, held.used_store_id, held.used_by[:7]) == ("used", tablet.store_id, "tablet:")
    assert spend(till, tablet, coffee, "another")["balance"] == 4
    with refused("insufficient_points"):
        spend(till, tablet, coffee, "a third")
    assert HeldReward.objects.count() == 2


def test_what_was_spent_is_not_undone_by_undoing_the_claim(till: Till, tablet: Tablet) -> None:
    coffee = reward(till)
    collect(till, tablet)
    spend(till, tablet, coffee)
    with refused("reward_taken"):
        claiming.undo(tablet=tablet, key="k", now=till.now)
    assert entries.balance(till.organisation.id, alice().id) == 14


def test_an_undone_claim_a_late_one_and_another_tablet_spend_nothing(till: Till, tablet: Tablet) -> None:
    coffee = reward(till)
    collect(till, tablet)
    with refused("too_late"):
        spend(till, tablet, coffee, now=till.now + spending.SPEND_WITHIN + timedelta(seconds=1))
    claiming.undo(tablet=tablet, key="k", now=till.now)
    with refused("not_found"):
        spend(till, tablet, coffee)
    with refused("not_found"):
        spend(till, tablet, coffee, key="never")
    assert not HeldReward.objects.exists()


def test_a_pin_is_asked_for_and_kept_as_a_hash(till: Till, tablet: Tablet) -> None:
    coffee = reward(till)
    collect(till, tablet)
    set_pin("4711")
    assert "4711" not in alice().pin
    assert spending.after(tablet=tablet, key="k")["has_pin"]
    with refused("pin_required"):
        spend(till, tablet, coffee)
    with refused("pin_wrong"):
        spend(till, tablet, coffee, pin="0000")
    assert spend(till, tablet, coffee, pin="4711")["balance"] == 14
    with refused("pin_invalid"):
        set_pin("12a4")


def test_e31_five_wrong_pins_block_and_the_right_one_hears_the_same(till: Till, tablet: Tablet) -> None:
    collect(till, tablet)
    set_pin("4711")
    heard = []
    for typed in ["0000"] * 5 + ["4711"]:
        with pytest.raises(RuleBroken) as refusal:
            pins.require(alice(), typed, now=NOON)
        heard.append((refusal.value.code, refusal.value.status, refusal.value.for_owner))
    assert len(set(heard)) == 1
    with refused("pin_wrong"):
        pins.require(alice(), "4711", now=NOON + pins.BLOCKED_FOR - timedelta(seconds=1))
    pins.require(alice(), "4711", now=NOON + pins.BLOCKED_FOR + timedelta(seconds=1))
    pins.require(alice(), "4711", now=NOON + pins.BLOCKED_FOR + timedelta(seconds=2))


def test_e31_the_third_block_of_a_day_is_told_the_owner_once(till: Till, tablet: Tablet) -> None:
    collect(till, tablet)
    set_pin("4711")
    for block in range(4):
        at = NOON + block * 2 * pins.BLOCKED_FOR
        for _ in range(7):
            with refused("pin_wrong"):
                pins.require(alice(), "0000", now=at)
        assert OutgoingMail.objects.count() == (1 if block >= 2 else 0), block
    mail = OutgoingMail.objects.get()
    assert "PIN" in mail.subject
    assert public_id("mem", alice().id) in mail.text
    assert ALICES_PHONE not in mail.text
    alert = Alert.objects.get()
    assert (alert.kind, alert.member_id) == ("pin_blocked", alice().id)


def test_a_new_pin_lifts_the_block_and_an_erased_member_has_none(till: Till, tablet: Tablet) -> None:
    collect(till, tablet)
    set_pin("4711")
    for _ in range(6):
        with refused("pin_wrong"):
            pins.require(alice(), "0000", now=NOON)
    set_pin("0815")
    pins.require(alice(), "0815", now=NOON)
    set_pin("")
    pins.require(alice(), None, now=NOON)


def test_e33_a_lock_whose_owner_crashed_ends_by_itself(till: Till, tablet: Tablet) -> None:
    coffee = reward(till)
    collect(till, tablet)
    spend(till, tablet, coffee)
    held = HeldReward.objects.get()
    HeldReward.objects.update(state="available", used_at=None)
    said: dict[str, Any] = {"organisation_id": held.organisation_id, "held_id": held.id}
    using.hold(**said, owner="kiosk 1", now=NOON)
    with refused("reward_locked"):
        using.hold(**said, owner="kiosk 2", now=NOON + using.LOCKED_FOR - timedelta(seconds=1))
    using.hold(**said, owner="kiosk 2", now=NOON + using.LOCKED_FOR + timedelta(seconds=1))


def test_staff_have_the_member_type_the_pin(people: People, till: Till, tablet: Tablet) -> None:
    coffee = reward(till)
    collect(till, tablet)
    owner: Client = people.client(people.alice)
    address = f"/loyalty/members/{alice().public_id}"
    assert "The PIN is set" in owner.post(f"{address}/pin", {"pin": "4711"}, follow=True).content.decode()
    assert "PIN set" in owner.get(address).content.decode()
    sold = {"reward": coffee.public_id, "store": people.bar.public_id}
    assert "with a PIN" in owner.post(f"{address}/rewards", sold, follow=True).content.decode()
    assert not HeldReward.objects.exists()
    owner.post(f"{address}/rewards", {**sold, "pin": "4711"})
    assert HeldReward.objects.count() == 1
    assert "The PIN is gone" in owner.post(f"{address}/pin", {"remove": "yes"}, follow=True).content.decode()
