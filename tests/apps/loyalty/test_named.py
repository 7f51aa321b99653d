"""Rewards that a bill names are used on it, and what it may not have is told (loyalty.md 1.7, 2.5, E36)."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from comptoir.apps.loyalty import claims
from comptoir.apps.loyalty.holdings import Alert, HeldReward, Reward
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import using
from comptoir.pos.model import Line, Sale, SaleState
from tests.apps.loyalty.test_rewards import buy, cancel, line, member_with, reward, use
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill, refund, till_of
from tests.people import People, create_store

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def coffee(till: Till) -> Reward:
    return reward(till, name="Coffee", skus="12, 13")


@pytest.fixture
def alice(till: Till) -> Member:
    """With 60 points, of which nothing is spent yet."""
    return member_with(till, 60)


def named(till: Till, number: str, *lines: Line, total: str = "9.00", **changes: object) -> Sale:
    till.now = LATER + timedelta(seconds=2)
    return bill(number, total, at=LATER, lines=lines, **changes)


def as_reward(sku: str, total: str, name: str) -> Line:
    return msgspec.structs.replace(line(sku, total), reward=name)


def state(held: HeldReward) -> tuple[str, bool]:
    held.refresh_from_db()
    return held.state, held.used_sale_id is not None


def reasons() -> list[str]:
    return sorted(Alert.objects.values_list("reason", flat=True))


@pytest.mark.parametrize("name", ["code", "public_id"])
def test_a_line_that_names_a_held_reward_uses_it_once(till: Till, alice: Member, coffee: Reward, name: str) -> None:
    held = buy(till, alice, coffee)
    sale = named(till, "A1", line("1", "6.00"), as_reward("12", "3.00", getattr(held, name)))
    till.sends(*[sale] * 3)
    assert state(held) == ("used", True)
    assert (held.used_by, held.used_at, held.used_store_id) == ("sale", LATER, till.store.id)
    assert till.offer("A1").eligible == 600, "a reward line never earns"
    assert reasons() == []


def test_a_bill_names_its_rewards_as_a_whole(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.sends(named(till, "A1", line("1", "6.00"), line("12", "3.00"), rewards=(held.code,)))
    assert state(held) == ("used", True)
    assert till.offer("A1").eligible == 600


def test_the_line_and_the_bill_may_both_name_it(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.sends(named(till, "A1", as_reward("12", "3.00", held.code), line("12", "3.00"), rewards=(held.code,)))
    assert till.offer("A1").eligible == 600, "the second coffee was paid"
    assert reasons() == []


def test_one_that_another_bill_has_used_is_told_and_the_bill_earns(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.sends(named(till, "A1", as_reward("12", "0.00", held.code)))
    till.sends(*[named(till, "A2", line("1", "9.00"), as_reward("12", "0.00", held.code))] * 2)
    assert (till.offer("A2").state, till.offer("A2").points) == ("open", 9)
    alert = Alert.objects.get()
    assert (alert.reason, alert.sale_id, alert.store_id) == (
        "reward_already_used",
        till.offer("A2").sale_id,
        till.store.id,
    )
    assert till.offer("A1").sale_id == HeldReward.objects.get().used_sale_id


def test_e36_a_bill_of_another_store_keeps_nothing_and_stands(people: People, till: Till, alice: Member) -> None:
    cellar = create_store(people.le_zinc, "The cellar")
    held = buy(till, alice, reward(till))
    Reward.objects.update(store_ids=[cellar.id])
    till.sends(named(till, "A1", line("1", "9.00"), as_reward("12", "0.00", held.code)))
    assert state(held) == ("available", False)
    assert (till.offer("A1").points, reasons()) == (9, ["reward_not_here"])


def test_what_is_over_and_what_is_unknown_is_told(till: Till, alice: Member, coffee: Reward) -> None:
    gone, old, students = (buy(till, alice, coffee) for _ in range(3))
    cancel(till, gone)
    HeldReward.objects.filter(id=old.id).update(valid_until=LATER)
    till.sends(named(till, "A1", as_reward("12", "0.00", gone.code), as_reward("12", "0.00", old.code)))
    Reward.objects.update(tags=["student"])
    till.sends(named(till, "A2", as_reward("12", "0.00", students.code), as_reward("9", "0.00", "SUMMER25")))
    assert reasons() == ["reward_cancelled", "reward_expired", "reward_not_yours", "reward_unknown"]
    assert Alert.objects.get(reason="reward_unknown").subject == "SUMMER25"
    assert [state(each)[1] for each in (gone, old, students)] == [False] * 3


def test_another_organisation_s_reward_is_unknown(people: People, till: Till, alice: Member) -> None:
    held = buy(till, alice, reward(till))
    theirs = till_of(people.chez_charlie, people.shop)
    theirs.sends(bill("C1", "9.00", at=LATER, lines=(as_reward("12", "0.00", held.code),)))
    assert state(held) == ("available", False)
    assert Alert.objects.get().organisation_id == people.chez_charlie.id


def test_what_was_handed_out_at_the_counter_finds_its_bill(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.now = LATER - timedelta(minutes=1)
    use(till, held)
    till.sends(named(till, "A1", as_reward("12", "0.00", held.code)))
    assert (state(held), reasons()) == (("used", True), [])
    till.sends(named(till, "A2", as_reward("12", "0.00", held.code)))
    assert reasons() == ["reward_already_used"]


def test_a_locked_reward_is_paid_for_with_its_bill(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    using.hold(organisation_id=till.organisation.id, held_id=held.id, owner="token:1 kiosk", now=LATER)
    till.sends(named(till, "A1", as_reward("12", "0.00", held.code)))
    assert state(held) == ("used", True)
    assert held.locked_until is None


def test_an_item_of_the_catalogue_is_the_guest_s_own(till: Till, alice: Member, coffee: Reward) -> None:
    """The till names no held reward: which of them it is follows from who collects."""
    first, _second = buy(till, alice, coffee), buy(till, alice, coffee)
    sale = named(till, "A1", line("1", "9.00"), as_reward("12", "0.00", coffee.public_id))
    till.sends(sale)
    assert state(first) == ("available", False)
    till.claim("A1")
    till.sends(sale)
    assert state(first) == ("used", True)
    assert HeldReward.objects.filter(state="used").count() == 1
    till.sends(named(till, "A2", line("1", "9.00"), as_reward("12", "0.00", coffee.public_id)))
    till.claim("A2", BOBS_PHONE)
    assert reasons() == ["reward_unknown"], "Bob holds none"


def test_a_product_given_away_is_the_reward_its_guest_held(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.sends(named(till, "A1", line("12", "3.00"), line("13", "0.00")))
    till.claim("A1")
    assert state(held) == ("used", True)
    assert till.offer("A1").eligible == 900, "the coffee that was paid earns"


def test_what_was_bought_after_the_bill_is_not_on_it(till: Till, alice: Member, coffee: Reward) -> None:
    sale = named(till, "A1", line("1", "9.00"), line("12", "0.00"))
    till.sends(sale)
    till.claim("A1")
    held = buy(till, alice, coffee)
    till.sends(sale)
    assert state(held) == ("available", False)


def test_a_free_product_takes_the_one_that_was_handed_out(till: Till, alice: Member, coffee: Reward) -> None:
    given, kept = buy(till, alice, coffee), buy(till, alice, coffee)
    till.now = LATER - timedelta(minutes=5)
    use(till, given)
    till.sends(named(till, "A1", line("1", "9.00"), line("12", "0.00")))
    till.claim("A1")
    assert (state(given), state(kept)) == (("used", True), ("available", False))


def test_all_products_together(till: Till, alice: Member) -> None:
    menu = buy(till, alice, reward(till, skus="12, 45", takes_all=True))
    till.sends(named(till, "A1", line("1", "9.00"), line("12", "0.00")))
    till.claim("A1")
    assert state(menu) == ("available", False), "half of it is not it"
    till.sends(named(till, "A2", line("1", "9.00"), line("12", "4.00"), line("45", "5.00"), total="18.00"))
    till.claim("A2")
    use(till, menu, "A2")
    assert till.offer("A2").eligible == 900, "both are the reward"


def test_a_claim_taken_back_gives_the_reward_back(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.sends(named(till, "A1", line("1", "9.00"), line("12", "0.00")))
    made = till.claim("A1")
    claims.undo(
        organisation_id=till.organisation.id,
        offer_id=made.offer.id,
        claimed_at=till.now,
        actor="user:1",
        now=till.now,
    )
    assert state(held) == ("available", False)
    till.claim("A1", BOBS_PHONE)
    assert state(held) == ("available", False)
    till.sends(named(till, "A2", line("1", "9.00"), line("12", "0.00")))
    till.claim("A2", ALICES_PHONE)
    assert state(held) == ("used", True)


def test_a_refund_lets_go_and_the_bill_does_not_take_it_again(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    sale = named(till, "A1", line("1", "6.00"), as_reward("12", "3.00", held.code))
    till.sends(sale)
    back = refund("A2", "A1", "-9.00", lines=(line("1", "-6.00", "-1"), line("12", "-3.00", "-1")))
    till.sends(back, sale, back)
    assert state(held) == ("available", False)
    assert (till.offer("A1").eligible, reasons()) == (0, ["reinstated"])


def test_a_refunded_reward_line_takes_nothing_from_what_was_paid(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    till.sends(named(till, "A1", line("1", "6.00"), as_reward("12", "3.00", held.code)))
    till.sends(refund("A2", "A1", "-3.00", lines=(line("12", "-3.00", "-1"),)))
    assert till.offer("A1").eligible == 600
    assert state(held) == ("available", False)


def test_an_open_bill_uses_nothing_yet(till: Till, alice: Member, coffee: Reward) -> None:
    held = buy(till, alice, coffee)
    sale = named(till, "A1", line("1", "9.00"), as_reward("12", "0.00", held.code))
    till.sends(msgspec.structs.replace(sale, state=SaleState.OPEN, closed_at=None))
    assert state(held) == ("available", False)
    till.sends(sale)
    assert state(held) == ("used", True)


def test_records_without_rewards_stay_as_they_were() -> None:
    """Fingerprints of sales in the ledger rest on this."""
    encoded = msgspec.json.encode(bill("A1", "9.00", lines=(line("12", "3.00"),)))
    assert b"reward" not in encoded
    assert msgspec.json.decode(encoded, type=Sale).lines[0].total == Decimal("3.00")
