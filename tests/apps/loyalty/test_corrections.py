"""Refunds, voids and counter-entries: points follow what is left of the sale (loyalty.md 1.7)."""

from datetime import timedelta
from itertools import permutations

import msgspec
import pytest

from comptoir.apps.loyalty import entries, programmes
from comptoir.apps.loyalty.models import Entry
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import SaleState
from tests.apps.loyalty.till import NOON, Till, bill, refund


def rule(till: Till, *, points: int, per: int, minimum: int) -> None:
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=points,
        rate_minor=per,
        minimum_order=minimum,
        actor="user:1",
        now=NOON - timedelta(days=1),
    )


def test_e08_a_refund_below_the_minimum_takes_all_points_back(till: Till) -> None:
    rule(till, points=1, per=100, minimum=1000)
    till.sends(bill("A1", "12.00"))
    till.claim("A1")
    till.sends(refund("A2", "A1", "-5.00"))
    assert till.entries("A1") == [("earn", 12), ("reversal", -12)]
    assert till.offer("A1").state == "adjusted"


def test_e09_three_refunds_of_a_third_end_at_zero(till: Till) -> None:
    till.sends(bill("A1", "9.99"))
    till.claim("A1")
    till.sends(*(refund(f"A{n}", "A1", "-3.33") for n in (2, 3, 4)))
    assert till.points("A1") == 0
    assert till.offer("A1").state == "voided"


def test_e10a_many_small_refunds_converge(till: Till) -> None:
    rule(till, points=1, per=1000, minimum=0)
    till.sends(bill("A1", "21.90"))
    till.claim("A1")
    seen = []
    for number, amount in enumerate(["-1.00"] * 5 + ["-5.00"], start=2):
        till.sends(refund(f"A{number}", "A1", amount))
        seen.append(till.points("A1"))
    assert seen == [2, 1, 1, 1, 1, 1]
    assert till.entries("A1") == [("earn", 2), ("reversal", -1)]


def test_e10_points_that_were_given_back_can_leave_a_debt(till: Till) -> None:
    till.sends(bill("A1", "50.00"))
    member = till.claim("A1").member
    # Spending comes with rewards; its entry is written here by hand.
    Entry.objects.create(
        organisation=till.organisation, member_id=member.id, kind="spend", points=-50, created_at=till.now
    )
    till.sends(refund("A2", "A1", "-50.00"), bill("A3", "60.00"))
    assert entries.balance(till.organisation.id, member.id) == -50
    assert till.claim("A3").balance == 10


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_e11_a_refund_before_its_sale_is_kept(till: Till, order: tuple[int, ...]) -> None:
    story = [bill("A1", "20.00"), refund("A2", "A1", "-4.00"), refund("A3", "A2", "-6.00")]
    till.sends(*(story[place] for place in order))
    assert till.offer("A1").points == 10
    assert till.claim("A1").points == 10


def test_e12_a_refund_of_an_unclaimed_sale_withdraws_the_offer(till: Till) -> None:
    till.sends(bill("A1", "20.00"), refund("A2", "A1", "-20.00"))
    assert (till.offer("A1").state, till.offer("A1").reason) == ("voided", "refunded")
    assert not Entry.objects.exists()
    with pytest.raises(RuleBroken) as refused:
        till.claim("A1")
    assert refused.value.code == "not_collectable"


def test_e12_a_partial_refund_lowers_what_waits(till: Till) -> None:
    till.sends(bill("A1", "20.00"), refund("A2", "A1", "-5.50"))
    assert (till.offer("A1").state, till.offer("A1").points) == ("open", 14)
    assert till.claim("A1").points == 14


def test_e13_earn_refund_and_keep_is_impossible(till: Till) -> None:
    for number in range(0, 10, 2):
        till.sends(bill(f"A{number}", "20.00"))
        claimed = till.claim(f"A{number}")
        till.sends(refund(f"A{number + 1}", f"A{number}", "-20.00"))
        assert entries.balance(till.organisation.id, claimed.member.id) == 0


def test_a_void_at_the_till_takes_the_points_back_once(till: Till) -> None:
    sale = bill("A1", "20.00")
    till.sends(sale)
    till.claim("A1")
    till.sends(*[msgspec.structs.replace(sale, state=SaleState.CANCELLED, counted=False)] * 3)
    assert till.entries("A1") == [("earn", 20), ("reversal", -20)]
    assert (till.offer("A1").state, till.offer("A1").reason) == ("voided", "cancelled")


def test_a_refund_that_is_cancelled_gives_the_points_back(till: Till) -> None:
    taken = refund("A2", "A1", "-20.00")
    till.sends(bill("A1", "20.00"))
    till.claim("A1")
    till.sends(taken, msgspec.structs.replace(taken, state=SaleState.CANCELLED, counted=False))
    assert till.entries("A1") == [("earn", 20), ("reversal", -20), ("reversal", 20)]
    assert till.offer("A1").state == "adjusted"


def test_an_edited_amount_corrects_the_points(till: Till) -> None:
    till.sends(bill("A1", "20.00"))
    till.claim("A1")
    till.sends(bill("A1", "25.00"))
    assert till.entries("A1") == [("earn", 20), ("reversal", 5)]


def test_refunds_keep_the_version_the_sale_was_credited_with(till: Till) -> None:
    till.sends(bill("A1", "20.00"))
    till.claim("A1")
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=5,
        rate_minor=100,
        minimum_order=1900,
        actor="user:1",
        now=NOON - timedelta(hours=1),
    )
    till.sends(refund("A2", "A1", "-5.00"))
    assert till.entries("A1") == [("earn", 20), ("reversal", -5)]


def test_repeating_a_refund_reverses_once(till: Till) -> None:
    till.sends(bill("A1", "20.00"))
    till.claim("A1")
    for _ in range(5):
        till.sends(refund("A2", "A1", "-5.00"))
    assert till.entries("A1") == [("earn", 20), ("reversal", -5)]


def test_a_claim_sees_a_refund_whose_event_is_still_on_the_way(till: Till) -> None:
    till.sends(bill("A1", "20.00"))
    till.record(refund("A2", "A1", "-5.00"))
    assert till.claim("A1").points == 15
    till.hear()
    assert till.entries("A1") == [("earn", 15)]
