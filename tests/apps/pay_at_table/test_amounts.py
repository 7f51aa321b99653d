"""Splits are exact, and nobody may pay more than is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.pay_at_table.amounts import (
    Claim,
    check_guest_amount,
    check_payable,
    claimed,
    equal_shares,
    payable,
    spread,
)
from comptoir.kernel.errors import RuleBroken

AMOUNTS = st.integers(min_value=1, max_value=10**9)


@given(AMOUNTS, st.integers(1, 100))
def test_p9_equal_shares_are_exact_and_differ_by_one_unit(remaining: int, shares: int) -> None:
    if remaining < shares:
        with pytest.raises(RuleBroken):
            equal_shares(remaining, shares)
        return
    split = equal_shares(remaining, shares)
    assert sum(split) == remaining
    assert max(split) - min(split) <= 1
    assert list(split) == sorted(split, reverse=True)


@pytest.mark.parametrize(
    ("remaining", "shares", "split"),
    [(10000, 3, (3334, 3333, 3333)), (1000, 3, (334, 333, 333)), (10001, 3, (3334, 3334, 3333))],
)
def test_e23_equal_shares(remaining: int, shares: int, split: tuple[int, ...]) -> None:
    assert equal_shares(remaining, shares) == split


def test_e23_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        equal_shares(1, 2)
    assert refused.value.code == "amount_invalid"


@given(AMOUNTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_p9_a_spread_amount_is_exact_and_in_proportion(amount: int, weights: list[int]) -> None:
    split = spread(amount, weights)
    assert sum(split) == amount
    assert all(
        abs(part * sum(weights) - amount * weight) < sum(weights) for part, weight in zip(split, weights, strict=True)
    )


@given(st.lists(st.integers(1, 10**5), min_size=1, max_size=8), st.integers(0, 10**4), st.data())
def test_p9_guests_who_claim_every_part_of_every_line_pay_the_bill(
    lines: list[int], service: int, data: st.DataObject
) -> None:
    total = sum(lines) + service
    parts = [data.draw(st.integers(1, 5)) for _ in lines]
    claims = [Claim(line, part, of) for line, of in enumerate(parts) for part in range(1, of + 1)]
    assert sum(claimed(total=total, lines=lines, claims=[claim]) for claim in claims) == total


def test_an_item_is_claimed_once() -> None:
    with pytest.raises(RuleBroken):
        claimed(total=10, lines=[10], claims=[Claim(0, 1, 1), Claim(0, 1, 1)])


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_p3_what_may_be_paid_is_never_above_what_is_left(total: int, paid: int, held: int) -> None:
    left = payable(total=total, paid=paid, held=held)
    assert 0 <= left <= max(0, total - paid)
    with pytest.raises(RuleBroken):
        check_payable(amount=left + 1, payable_now=left)


def test_the_last_part_may_be_small() -> None:
    check_payable(amount=40, payable_now=40, least=100)
    with pytest.raises(RuleBroken):
        check_payable(amount=40, payable_now=90, least=100)


@pytest.mark.parametrize("amount", [0, -1, 10**12])
def test_e40_amounts_that_are_none(amount: int) -> None:
    with pytest.raises(RuleBroken):
        check_guest_amount(amount=amount, tip=0, tip_confirmed=False)


def test_e25_a_tip_above_the_amount_is_confirmed() -> None:
    with pytest.raises(RuleBroken) as refused:
        check_guest_amount(amount=100, tip=500, tip_confirmed=False)
    assert refused.value.code == "tip_unconfirmed"
    check_guest_amount(amount=100, tip=500, tip_confirmed=True)
