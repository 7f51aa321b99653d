"""The rules alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.loyalty.points import Rounding, Rule, correction, eligible_amount, points_for


def rule(rate_points: int, rate_minor: int, minimum: int = 0, rounding: Rounding = Rounding.FLOOR) -> Rule:
    return Rule(1, rate_points, rate_minor, minimum, rounding)


@pytest.mark.parametrize(
    ("eligible", "given_rule", "points"),
    [
        (999, rule(1, 100, 1000), 0),
        (1000, rule(1, 100, 1000), 10),
        (1099, rule(1, 100, 1000), 10),
        (60, rule(1, 100, 100), 0),
        (1000, rule(3, 100), 30),
        (499, rule(1, 500), 0),
        (1499, rule(1, 500), 2),
        (1450, rule(1, 100, rounding=Rounding.HALF_UP), 15),
        (1449, rule(1, 100, rounding=Rounding.HALF_UP), 14),
        (1401, rule(1, 100, rounding=Rounding.CEIL), 15),
        (1400, rule(1, 100, rounding=Rounding.CEIL), 14),
        (0, rule(1, 100, rounding=Rounding.CEIL), 0),
        (-500, rule(1, 100), 0),
        (1000, rule(0, 100), 0),
    ],
)
def test_worked_examples(eligible: int, given_rule: Rule, points: int) -> None:
    assert points_for(eligible, given_rule) == points


@pytest.mark.parametrize(
    ("net", "currency", "minor"),
    [("9.5", "EUR", 950), ("28.499999", "EUR", 2850), ("-3", "EUR", 0), ("1250", "JPY", 1250), ("1.2345", "KWD", 1235)],
)
def test_amounts_become_minor_units_of_their_currency(net: str, currency: str, minor: int) -> None:
    assert eligible_amount(Decimal(net), currency) == minor


amounts = st.integers(min_value=0, max_value=10**14)
rules = st.builds(
    rule,
    rate_points=st.integers(0, 10_000),
    rate_minor=st.integers(1, 1_000_000),
    minimum=amounts,
    rounding=st.sampled_from(list(Rounding)),
)


@given(amounts, amounts, rules)
def test_more_money_never_earns_less(one: int, other: int, given_rule: Rule) -> None:
    less, more = sorted((one, other))
    assert points_for(less, given_rule) <= points_for(more, given_rule)


@given(amounts, rules)
def test_rounding_moves_less_than_a_point(eligible: int, given_rule: Rule) -> None:
    points = points_for(eligible, given_rule)
    if eligible >= given_rule.minimum_order:
        assert abs(points * given_rule.rate_minor - eligible * given_rule.rate_points) < given_rule.rate_minor


@given(st.integers(), st.integers())
def test_a_correction_ends_at_the_target(target: int, already: int) -> None:
    assert already + correction(target, already) == target
