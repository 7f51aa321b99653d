"""Earning, buying, using, cancelling, refunding and voiding, in any order and number: the books add up."""

import os
from collections.abc import Callable
from decimal import Decimal

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.holdings import HeldReward, Reward
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.points import Rounding, Rule, eligible_amount, points_for
from comptoir.apps.loyalty.rewards import buying, catalogue, using
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale, SaleState
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, Till, bill, refund, till_of
from tests.examples import examples
from tests.people import People

FIRST_RULE = Rule(1, 1, 100, 100, Rounding.FLOOR)
PRICE = 10
cents = st.integers(min_value=1, max_value=3000).map(lambda amount: Decimal(amount) / 100)
places = st.integers(min_value=0, max_value=10**6)
phones = st.sampled_from([ALICES_PHONE, BOBS_PHONE])


def outcome(act: Callable[[], object]) -> str:
    """The code of the refusal; nothing when it was done."""
    try:
        act()
    except RuleBroken as refused:
        return refused.code
    return ""


class Counter(RuleBasedStateMachine):
    """Keeps its own books beside the real ones: bills, who collected them, and where each held reward stands."""

    till: Till
    reward: Reward

    def __init__(self) -> None:
        super().__init__()
        self.sales: dict[str, Sale] = {}
        self.refunds: dict[str, list[Sale]] = {}
        self.owners: dict[str, str] = {}
        self.held: list[HeldReward] = []
        self.states: dict[int, str] = {}
        self.used_on: dict[int, str] = {}

    @initialize()
    def opens(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        # Somebody holds a reward from the start: without it most runs would never come to using one.
        self.a_bill_is_closed(Decimal(30), ALICES_PHONE)
        self.somebody_buys(ALICES_PHONE)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def number(self) -> str:
        return f"A{len(self.sales) + sum(map(len, self.refunds.values()))}"

    def one(self, place: int) -> str:
        return sorted(self.sales)[place % len(self.sales)]

    def net(self, number: str) -> Decimal:
        return self.sales[number].total + sum((each.total for each in self.refunds[number]), Decimal(0))

    def is_gone(self, number: str) -> bool:
        return self.sales[number].state is not SaleState.CLOSED or self.net(number) <= 0

    def due(self, number: str) -> int:
        if self.sales[number].state is not SaleState.CLOSED:
            return 0
        return points_for(eligible_amount(self.net(number), "EUR"), FIRST_RULE)

    def balance_due(self, phone: str) -> int:
        earned = sum(self.due(number) for number, owner in self.owners.items() if owner == phone)
        mine = [place for place, each in enumerate(self.held) if self.phone_of(each) == phone]
        return earned - PRICE * sum(self.states[place] != "cancelled" for place in mine)

    def phone_of(self, held: HeldReward) -> str:
        return Member.objects.get(id=held.member_id).phone

    def lets_go(self, number: str) -> None:
        """A bill that is gone lets go of what was used on it."""
        if self.is_gone(number):
            for place in [place for place, on in self.used_on.items() if on == number]:
                self.states[place] = "available"
                del self.used_on[place]

    @rule(total=cents, phone=phones | st.none())
    def a_bill_is_closed(self, total: Decimal, phone: str | None) -> None:
        sale = bill(self.number(), str(total))
        self.sales[sale.external_id], self.refunds[sale.external_id] = sale, []
        self.till.sends(sale)
        if phone:
            self.claims(sale.external_id, phone)

    @precondition(lambda self: self.sales)
    @rule(place=places, phone=phones)
    def somebody_claims(self, place: int, phone: str) -> None:
        self.claims(self.one(place), phone)

    def claims(self, number: str, phone: str) -> None:
        if code := outcome(lambda: self.till.claim(number, phone)):
            assert code in ("already_collected", "not_collectable")
            assert self.owners.get(number) != phone
        else:
            assert self.owners.setdefault(number, phone) == phone

    @precondition(lambda self: self.sales)
    @rule(place=places, part=cents | st.none(), repeat=st.integers(1, 3))
    def it_is_refunded(self, place: int, part: Decimal | None, repeat: int) -> None:
        number = self.one(place)
        back = refund(self.number(), number, str(-(part or self.sales[number].total)))
        self.refunds[number].append(back)
        self.till.sends(*[back] * repeat)
        self.lets_go(number)

    @precondition(lambda self: self.sales)
    @rule(place=places, repeat=st.integers(1, 3))
    def it_is_voided(self, place: int, repeat: int) -> None:
        number = self.one(place)
        voided = msgspec.structs.replace(self.sales[number], state=SaleState.CANCELLED, counted=False)
        self.sales[number] = voided
        self.till.sends(*[voided] * repeat)
        self.lets_go(number)

    @precondition(lambda self: self.owners)
    @rule(phone=phones)
    def somebody_buys(self, phone: str) -> None:
        member = Member.objects.filter(phone=phone).first()
        if member is None:
            return
        is_covered = self.balance_due(phone) >= PRICE
        code = outcome(
            lambda: buying.buy(
                organisation_id=self.till.organisation.id,
                member_id=member.id,
                reward_id=self.reward.id,
                store_id=self.till.store.id,
                actor="user:1",
                now=self.till.now,
            )
        )
        assert code == ("" if is_covered else "insufficient_points"), "buying never takes a balance below zero"
        if is_covered:
            self.states[len(self.held)] = "available"
            self.held.append(HeldReward.objects.filter(member_id=member.id).order_by("-id")[0])

    @precondition(lambda self: self.held)
    @rule(place=places, sale=places)
    def somebody_uses(self, place: int, sale: int) -> None:
        place, number = place % len(self.held), self.one(sale)
        code = outcome(
            lambda: using.use(
                organisation_id=self.till.organisation.id,
                held_id=self.held[place].id,
                store_id=self.till.store.id,
                actor="user:1",
                now=self.till.now,
                sale_id=self.till.offer(number).sale_id,
            )
        )
        if code:
            assert code == {"used": "reward_already_used", "cancelled": "reward_cancelled"}[self.states[place]]
            assert self.used_on.get(place) != number
            return
        assert self.states[place] == "available" or self.used_on[place] == number
        self.states[place], self.used_on[place] = "used", number
        self.lets_go(number)

    @precondition(lambda self: self.held)
    @rule(place=places)
    def somebody_cancels(self, place: int) -> None:
        place %= len(self.held)
        code = outcome(
            lambda: buying.cancel(
                organisation_id=self.till.organisation.id,
                held_id=self.held[place].id,
                actor="user:1",
                now=self.till.now,
            )
        )
        assert code == ("reward_already_used" if self.states[place] == "used" else "")
        if not code:
            self.states[place] = "cancelled"

    @invariant()
    def the_books_agree(self) -> None:
        for member in Member.objects.all():
            written = sum(Entry.objects.filter(member_id=member.id).values_list("points", flat=True))
            assert entries.balance(member.organisation_id, member.id) == written == self.balance_due(member.phone)
        earned = list(Entry.objects.filter(kind="earn").values_list("sale_id", flat=True))
        assert len(earned) == len(set(earned)), "a sale earns once, for one member"
        sales = {number: self.till.offer(number).sale_id for number in set(self.used_on.values())}
        for place, held in enumerate(self.held):
            held.refresh_from_db()
            on = self.used_on.get(place)
            assert (held.state, held.used_sale_id) == (self.states[place], sales[on] if on else None)


@pytest.mark.django_db
def test_rewards_and_refunds_in_any_order(people: People) -> None:
    Counter.till = till_of(people.le_zinc, people.bar)
    Counter.reward = catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="A coffee",
        description="",
        points=PRICE,
        store_ids=[],
        is_active=True,
        products={},
        actor="user:1",
        now=Counter.till.now,
    )
    deep = os.environ.get("DEEP") == "1"
    run_state_machine_as_test(
        Counter,
        settings=settings(
            max_examples=examples(400 if deep else 25),
            stateful_step_count=30 if deep else 10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
