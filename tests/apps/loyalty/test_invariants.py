"""Any interleaving of closing, refunding, voiding, claiming, repeating and hearing late ends at the same points."""

import os
from decimal import Decimal

import msgspec
import pytest
from django.db import connection, transaction
from django.db.models import Sum
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
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.points import Rounding, Rule, eligible_amount, points_for
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale, SaleState
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, Till, bill, counter_entry, refund, till_of
from tests.examples import examples
from tests.people import People

FIRST_RULE = Rule(1, 1, 100, 100, Rounding.FLOOR)
cents = st.integers(min_value=0, max_value=3000).map(lambda amount: Decimal(amount) / 100)
places = st.integers(min_value=0, max_value=10**6)


class Restaurant(RuleBasedStateMachine):
    """Keeps, beside the real thing, the bills of the till: what is left of each says what its points must be."""

    till: Till

    def __init__(self) -> None:
        super().__init__()
        self.sales: dict[str, Sale] = {}
        self.corrections: dict[str, Sale] = {}
        self.unheard: list[Sale] = []
        self.owners: dict[str, str] = {}

    @initialize()
    def opens(self) -> None:
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        self.everything_is_heard()
        for number in self.sales:
            self.converges(number)
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def number(self) -> str:
        return f"A{len(self.sales) + len(self.corrections)}"

    def one(self, known: dict[str, Sale], place: int) -> Sale:
        return known[sorted(known)[place % len(known)]]

    @rule(total=cents)
    def a_bill_is_closed(self, total: Decimal) -> None:
        sale = bill(self.number(), str(total))
        self.sales[sale.external_id] = sale
        self.unheard.append(sale)

    @precondition(lambda self: self.sales)
    @rule(place=places, amount=cents, is_counter_entry=st.booleans())
    def it_is_refunded(self, place: int, amount: Decimal, is_counter_entry: bool) -> None:
        make = counter_entry if is_counter_entry else refund
        correction = make(self.number(), self.one(self.sales, place).external_id, str(-amount))
        self.corrections[correction.external_id] = correction
        self.unheard.append(correction)

    @precondition(lambda self: self.corrections)
    @rule(place=places, amount=cents)
    def a_refund_is_refunded(self, place: int, amount: Decimal) -> None:
        correction = refund(self.number(), self.one(self.corrections, place).external_id, str(amount))
        self.corrections[correction.external_id] = correction
        self.unheard.append(correction)

    @precondition(lambda self: self.sales)
    @rule(place=places, is_correction=st.booleans())
    def it_is_voided(self, place: int, is_correction: bool) -> None:
        known = self.corrections if is_correction and self.corrections else self.sales
        voided = msgspec.structs.replace(self.one(known, place), state=SaleState.CANCELLED, counted=False)
        known[voided.external_id] = voided
        # The till says so after everything it said before of this bill.
        self.unheard = [each for each in self.unheard if each.external_id != voided.external_id]
        self.unheard.append(voided)

    @precondition(lambda self: self.unheard)
    @rule(place=places, repeat=st.integers(1, 3), is_dispatched=st.booleans())
    def a_notification_arrives(self, place: int, repeat: int, is_dispatched: bool) -> None:
        sale = self.unheard.pop(place % len(self.unheard))
        for _ in range(repeat):
            self.till.record(sale)
        if is_dispatched:
            self.till.hear()

    @precondition(lambda self: self.sales)
    @rule(place=places)
    def an_old_notification_comes_again(self, place: int) -> None:
        known = self.sales | self.corrections
        sale = self.one(known, place)
        if sale not in self.unheard:
            self.till.record(sale)

    @rule(place=places, phone=st.sampled_from([ALICES_PHONE, BOBS_PHONE]))
    def somebody_claims(self, place: int, phone: str) -> None:
        offers = self.till.offers()
        if not offers:
            return
        number = offers[place % len(offers)].external_id
        try:
            self.till.claim(number, phone)
        except RuleBroken as refused:
            code = refused.code
        else:
            code = "done"
            assert self.owners.setdefault(number, phone) == phone
        assert code in ("done", "already_collected", "not_collectable")

    @rule()
    def loyalty_hears(self) -> None:
        self.till.hear()

    def everything_is_heard(self) -> None:
        while self.unheard:
            self.till.record(self.unheard.pop())
        self.till.hear()

    def net(self, number: str) -> Decimal:
        """What is left of a bill by the till's own books."""
        below = {number}
        while (
            grown := {each.external_id for each in self.corrections.values() if each.previous_external_id in below}
            - below
        ):
            below |= grown
        standing = [each for each in self.corrections.values() if each.external_id in below]
        return self.sales[number].total + sum(
            (each.total for each in standing if each.state is SaleState.CLOSED), Decimal(0)
        )

    def converges(self, number: str) -> None:
        sale = self.sales[number]
        offer = Offer.objects.filter(external_id=number).first()
        if offer is None:
            assert sale.state is SaleState.CANCELLED
            return
        is_standing = sale.state is SaleState.CLOSED
        due = points_for(eligible_amount(self.net(number), "EUR"), FIRST_RULE) if is_standing else 0
        assert offer.points == due
        assert self.till.points(number) == (due if number in self.owners else 0)
        assert (offer.member_id is not None) == (number in self.owners)
        if number not in self.owners:
            assert (offer.state == "open") == (due > 0)

    @invariant()
    def balances_are_sums_and_every_sale_has_one_owner(self) -> None:
        rows = list(Entry.objects.order_by("sale_id", "position"))
        earned = [row.sale_id for row in rows if row.kind == "earn"]
        assert len(earned) == len(set(earned))
        for member in Member.objects.all():
            mine = sum(row.points for row in rows if row.member_id == member.id)
            assert entries.balance(member.organisation_id, member.id) == mine
        assert len({(row.sale_id, row.member_id) for row in rows}) == len(earned)
        totals = Entry.objects.values_list("sale_id").annotate(points=Sum("points"))
        assert all(points >= 0 for _, points in totals)


@pytest.mark.django_db
def test_any_interleaving_converges(people: People) -> None:
    Restaurant.till = till_of(people.le_zinc, people.bar)
    assert connection.in_atomic_block
    deep = os.environ.get("DEEP") == "1"
    run_state_machine_as_test(
        Restaurant,
        settings=settings(
            max_examples=examples(400 if deep else 25),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
