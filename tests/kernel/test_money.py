"""Rounding to minor units, and money that does not mix."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.kernel.money import Money, decimal_places, to_minor

currencies = st.sampled_from(["EUR", "CHF", "JPY", "KWD", "CLF", "RSD", "XYZ"])
amounts = st.decimals(min_value=-(10**10), max_value=10**10, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("currency", "places"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("RSD", 2), ("IQD", 3), ("HUF", 2), ("ISK", 0), ("XYZ", 2)],
)
def test_decimals_are_those_of_the_standard(currency: str, places: int) -> None:
    assert decimal_places(currency) == places


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("0.005", "EUR", 1),
        ("-0.005", "EUR", -1),
        ("0.0049999999999999999999999999999999999999", "EUR", 0),
        ("1.2345", "EUR", 123),
        ("999.5", "JPY", 1000),
        ("1.0005", "KWD", 1001),
        ("1E+3", "EUR", 100_000),
        ("-0", "EUR", 0),
    ],
)
def test_half_a_cent_goes_away_from_zero(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor


@given(amounts, currencies)
def test_rounding_moves_an_amount_by_half_a_unit_at_most(amount: Decimal, currency: str) -> None:
    unit = Fraction(1, 10 ** decimal_places(currency))
    error = to_minor(amount, currency) * unit - Fraction(amount)
    assert abs(error) <= unit / 2
    if abs(error) == unit / 2:
        assert abs(to_minor(amount, currency) * unit) > abs(Fraction(amount))


@given(amounts, currencies)
def test_rounding_is_symmetrical(amount: Decimal, currency: str) -> None:
    assert to_minor(-amount, currency) == -to_minor(amount, currency)


@given(st.integers(-(10**12), 10**12), currencies)
def test_minor_and_major_units_lead_back(minor: int, currency: str) -> None:
    assert to_minor(Money(minor, currency).major, currency) == minor


@given(amounts)
def test_rounding_agrees_with_plain_quantize(amount: Decimal) -> None:
    assert to_minor(amount, "EUR") == int(amount.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot combine EUR with CHF"):
        Money(1, "EUR") + Money(1, "CHF")
    with pytest.raises(ValueError, match="cannot combine EUR with CHF"):
        Money(1, "EUR") - Money(1, "CHF")


@given(st.integers(), st.integers(), currencies)
def test_money_adds_up(left: int, right: int, currency: str) -> None:
    total = Money(left, currency) + Money(right, currency)
    assert total - Money(right, currency) == Money(left, currency)
    assert total + -total == Money(0, currency)
