"""Rewards: bought, locked, used, cancelled, let go by a refund (loyalty.md 1.6, 1.7 and its section 4)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import IntegrityError, connection, transaction

from comptoir.apps.loyalty import entries, programmes
from comptoir.apps.loyalty.expiry.rules import Expiry
from comptoir.apps.loyalty.holdings import Alert, HeldReward, Reward, RewardProduct
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.programmes import Terms
from comptoir.apps.loyalty.rewards import buying, catalogue, using
from comptoir.core.installations.models import Installation
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Line, SaleState
from tests.apps.loyalty.till import BOBS_PHONE, NOON, Till, bill, refund
from tests.people import People, create_store


def reward(till: Till, *, points: int = 10, skus: str = "", **changes: object) -> Reward:
    said: dict[str, object] = {
        "organisation_id": till.organisation.id,
        "reward_id": None,
        "name": "A coffee",
        "description": "",
        "points": points,
        "store_ids": [],
        "is_active": True,
        "products": {"lightspeed_k": skus},
        "actor": "user:1",
        "now": till.now,
    }
    return catalogue.save(**said | changes)  # type: ignore[arg-type]


def member_with(till: Till, points: int, number: str = "M1") -> Member:
    till.sends(bill(number, f"{points}.00"))
    return till.claim(number).member


def buy(till: Till, member: Member, what: Reward) -> HeldReward:
    return buying.buy(
        organisation_id=till.organisation.id,
        member_id=member.id,
        reward_id=what.id,
        store_id=till.store.id,
        actor="user:1",
        now=till.now,
    )


def use(till: Till, held: HeldReward, number: str = "", *, owner: str = "", store: object = None) -> HeldReward:
    return using.use(
        organisation_id=till.organisation.id,
        held_id=held.id,
        store_id=store or till.store.id,  # type: ignore[arg-type]
        actor="user:1",
        now=till.now,
        sale_id=till.offer(number).sale_id if number else None,
        owner=owner,
    )


def cancel(till: Till, held: HeldReward) -> HeldReward:
    return buying.cancel(organisation_id=till.organisation.id, held_id=held.id, actor="user:1", now=till.now)


def balance(till: Till, member: Member) -> int:
    return entries.balance(till.organisation.id, member.id)


def line(sku: str, total: str, quantity: str = "1") -> Line:
    return Line(name=sku, sku=sku, quantity=Decimal(quantity), unit_price=Decimal(total), total=Decimal(total))


def refused(code: str) -> pytest.RaisesExc[RuleBroken]:
    return pytest.raises(RuleBroken, check=lambda error: error.code == code)


def change(till: Till, terms: Terms, minimum: int = 0) -> None:
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=1,
        rate_minor=100,
        minimum_order=minimum,
        actor="user:1",
        now=NOON - timedelta(days=400),
        terms=terms,
    )


def test_buying_takes_the_price_and_cancelling_gives_it_back_once(till: Till) -> None:
    member = member_with(till, 25)
    held = buy(till, member, reward(till))
    assert balance(till, member) == 15
    assert [cancel(till, held).state for _ in range(3)] == ["cancelled"] * 3
    assert balance(till, member) == 25
    with refused("reward_cancelled"):
        use(till, held)


def test_e34_two_rewards_and_points_for_one(till: Till) -> None:
    member, coffee = member_with(till, 15), reward(till)
    buy(till, member, coffee)
    with refused("insufficient_points"):
        buy(till, member, coffee)
    assert balance(till, member) == 5
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            organisation=till.organisation, member_id=member.id, kind="spend", points=-6, created_at=till.now
        )


@pytest.mark.django_db(transaction=True)
def test_e34_at_once(till: Till) -> None:
    member, coffee = member_with(till, 35), reward(till)

    def one(_: int) -> bool:
        try:
            buy(till, member, coffee)
        except RuleBroken:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(one, range(6))) == 3
    assert balance(till, member) == 5


def test_e10_a_debt_buys_nothing_and_the_next_points_fill_it(till: Till) -> None:
    member, coffee = member_with(till, 15), reward(till)
    buy(till, member, coffee)
    till.sends(refund("M2", "M1", "-15.00"))
    assert balance(till, member) == -10
    with refused("insufficient_points"):
        buy(till, member, coffee)
    member_with(till, 25, "M3")
    assert balance(till, member) == 15
    buy(till, member, coffee)


def test_a_reward_is_used_once_and_again_only_for_the_same_sale(till: Till) -> None:
    member = member_with(till, 30)
    held = buy(till, member, reward(till))
    till.sends(bill("A1", "8.00"), bill("A2", "8.00"))
    assert [use(till, held, "A1").state for _ in range(3)] == ["used"] * 3
    with refused("reward_already_used"):
        use(till, held, "A2")
    with refused("reward_already_used"):
        cancel(till, held)
    assert list(Alert.objects.values_list("kind", "reason")) == [("reward_conflict", "reward_already_used")]


def test_e32_e33_a_lock_keeps_others_out_until_it_is_over(till: Till) -> None:
    held = buy(till, member_with(till, 30), reward(till))

    def hold(owner: str) -> None:
        using.hold(organisation_id=till.organisation.id, held_id=held.id, owner=owner, now=till.now)

    hold("kiosk 1")
    hold("kiosk 1")
    with refused("reward_locked"):
        hold("kiosk 2")
    with refused("reward_locked"):
        use(till, held, owner="kiosk 2")
    till.now += timedelta(minutes=10)
    hold("kiosk 2")
    assert use(till, held, owner="kiosk 2").state == "used"


@pytest.mark.django_db(transaction=True)
def test_e32_at_once(till: Till) -> None:
    member, coffee = member_with(till, 30), reward(till)
    till.sends(*[bill(f"A{place}", "8.00") for place in range(6)])
    locked, used = buy(till, member, coffee), buy(till, member, coffee)

    def code(act: Callable[[], object]) -> str:
        try:
            act()
        except RuleBroken as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    def hold(place: int) -> str:
        return code(
            lambda: using.hold(
                organisation_id=till.organisation.id, held_id=locked.id, owner=f"kiosk {place}", now=till.now
            )
        )

    with ThreadPoolExecutor(6) as threads:
        assert sorted(threads.map(hold, range(6))) == ["done", *["reward_locked"] * 5]
        told = threads.map(lambda place: code(lambda: use(till, used, f"A{place}")), range(6))
        assert sorted(told) == ["done", *["reward_already_used"] * 5]
    assert Alert.objects.count() == 5, "each sale that named it and could not have it"


def test_an_abandoned_basket_is_unlocked_by_its_owner(till: Till) -> None:
    held = buy(till, member_with(till, 30), reward(till))
    keys = {"organisation_id": till.organisation.id, "held_id": held.id, "now": till.now}
    using.hold(**keys, owner="kiosk 1")
    with refused("reward_locked"):
        using.release(**keys, owner="kiosk 2")
    using.release(**keys, owner="kiosk 1")
    assert use(till, held, owner="kiosk 2").state == "used"


def test_e35_what_was_bought_stays_as_it_was_bought(till: Till) -> None:
    member, coffee = member_with(till, 30), reward(till)
    held = buy(till, member, coffee)
    reward(till, reward_id=coffee.id, points=25, is_active=False, name="A tea")
    with refused("reward_unavailable"):
        buy(till, member, coffee)
    assert (held.points, held.name, use(till, held).state) == (10, "A coffee", "used")


def test_e36_a_reward_of_one_store_is_refused_at_another(people: People, till: Till) -> None:
    cellar = create_store(people.le_zinc, "The cellar")
    member = member_with(till, 30)
    with refused("reward_not_here"):
        buy(till, member, reward(till, store_ids=[cellar.id]))
    coffee = reward(till, store_ids=[till.store.id])
    held = buy(till, member, coffee)
    till.sends(bill("A1", "8.00"))
    with refused("reward_not_here"):
        use(till, held, "A1", store=cellar.id)
    assert Alert.objects.get().reason == "reward_not_here"
    assert till.offer("A1").state == "open", "the sale stands"


def test_e37_a_reward_without_a_product_is_used_by_hand(till: Till) -> None:
    held = buy(till, member_with(till, 30), reward(till, skus=""))
    assert use(till, held).state == "used"


def test_e38_product_ids_are_trimmed_and_kept_in_order(till: Till) -> None:
    assert catalogue.skus(" 12, ,12,45 ") == ["12", "45"]
    coffee = reward(till, skus=" 12, ,12,45 ")
    reward(till, reward_id=coffee.id, skus="45,7")
    assert list(RewardProduct.objects.order_by("position").values_list("sku", flat=True)) == ["45", "7"]


def test_e07_a_sale_paid_by_a_reward_alone(till: Till) -> None:
    held = buy(till, member_with(till, 30), reward(till, skus="12"))
    till.sends(bill("A1", "0.00", lines=(line("12", "0.00"),)))
    assert use(till, held, "A1").state == "used"
    assert (till.offer("A1").state, till.offer("A1").points) == ("ineligible", 0)


def test_a_reward_line_never_earns_and_can_leave_less_than_the_minimum(till: Till) -> None:
    change(till, Terms(), minimum=1000)
    member = member_with(till, 30)
    held = buy(till, member, reward(till, skus="12"))
    till.sends(bill("A1", "12.00", lines=(line("1", "9.00"), line("12", "3.00"))))
    assert till.offer("A1").points == 12
    use(till, held, "A1")
    offer = till.offer("A1")
    assert (offer.eligible, offer.points, offer.reason) == (900, 0, "below_minimum")


def test_e14_a_refunded_sale_lets_go_of_its_reward_once(till: Till) -> None:
    member = member_with(till, 30)
    held = buy(till, member, reward(till, skus="12"))
    till.sends(bill("A1", "12.00", lines=(line("1", "12.00"), line("12", "0.00"))))
    use(till, held, "A1")
    till.sends(*[refund("A2", "A1", "-12.00")] * 3)
    held.refresh_from_db()
    assert (held.state, held.used_sale_id, balance(till, member)) == ("available", None, 20)
    till.sends(bill("A3", "12.00"))
    use(till, held, "A3")
    till.sends(refund("A2", "A1", "-12.00"))
    held.refresh_from_db()
    assert held.state == "used", "an old refund told again does not touch its new sale"
    assert Alert.objects.filter(kind="reward_refunded").count() == 1


def test_a_partial_refund_lets_go_only_when_the_reward_itself_comes_back(till: Till) -> None:
    held = buy(till, member_with(till, 30), reward(till, skus="12"))
    till.sends(bill("A1", "12.00", lines=(line("1", "12.00"), line("12", "0.00"))))
    use(till, held, "A1")
    till.sends(refund("A2", "A1", "-4.00", lines=(line("1", "-4.00", "-1"),)))
    held.refresh_from_db()
    assert held.state == "used"
    till.sends(refund("A3", "A1", "0.00", lines=(line("12", "0.00", "-1"),)))
    held.refresh_from_db()
    assert held.state == "available"


def test_a_void_lets_go_and_a_programme_can_keep_it_used(till: Till) -> None:
    change(till, Terms(reinstates_rewards=False))
    held = buy(till, member_with(till, 30), reward(till))
    sale = bill("A1", "12.00")
    till.sends(sale)
    use(till, held, "A1")
    till.sends(*[msgspec.structs.replace(sale, state=SaleState.CANCELLED, counted=False)] * 2)
    held.refresh_from_db()
    assert (held.state, Alert.objects.get().reason) == ("used", "kept")


def test_a_reward_has_its_time(till: Till) -> None:
    held = buy(till, member_with(till, 30), reward(till))
    till.now = held.valid_until
    with refused("reward_expired"):
        use(till, held)
    with refused("reward_expired"):
        cancel(till, held)


def test_e48_points_that_are_gone_buy_nothing_before_anything_wrote_it_down(till: Till) -> None:
    change(till, Terms(expiry=Expiry.AFTER_EARNING, expiry_months=1))
    member, coffee = member_with(till, 30), reward(till)
    till.now = NOON + timedelta(days=33)
    with refused("insufficient_points"):
        buy(till, member, coffee)


def test_nobody_buys_where_loyalty_is_off_or_for_strangers(people: People, till: Till) -> None:
    member, coffee = member_with(till, 30), reward(till)
    with refused("not_found"):
        buying.buy(
            organisation_id=people.chez_charlie.id,
            member_id=member.id,
            reward_id=coffee.id,
            store_id=people.shop.id,
            actor="user:1",
            now=till.now,
        )
    Installation.objects.update(enabled=False)
    with refused("module_inactive"):
        buy(till, member, coffee)
    assert BOBS_PHONE not in Member.objects.values_list("phone", flat=True)
