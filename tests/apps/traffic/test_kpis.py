"""Key figures, digit for digit (traffic-analytics.md 4)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.traffic import shown
from comptoir.apps.traffic.kpis import BY_SLUG, KPIS, Bucket, Sums, change, effects, missed_sales, sums


def bucket(t: object, x: object = 0, s: object = 0, i: object = 0, h: object = None) -> Bucket:
    visitors, hours = (None if each is None else Decimal(str(each)) for each in (t, h))
    return Bucket(visitors, Decimal(str(x)), Decimal(str(s)), Decimal(str(i)), hours)


WORKED = sums([bucket(40, 10, 500, 18, 2), bucket(60, 12, 720, 24, 3), bucket(None, 8, 400, 10, 3)])


def rounded(slug: str, found: Sums = WORKED) -> Decimal | None:
    value = BY_SLUG[slug].of(found)
    return None if value is None else round(value, BY_SLUG[slug].decimals)


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("conversion", "22.0"),
        ("atv", "54.00"),
        ("upt", "1.73"),
        ("aur", "31.15"),
        ("spv", "12.20"),
        ("pot", "1220"),
        ("star", "20.0"),
        ("sales_per_hour", "202.50"),
        ("transactions_per_hour", "3.75"),
        ("sales", "1620"),
        ("visitors", "100"),
    ],
)
def test_the_worked_example(slug: str, said: str) -> None:
    assert rounded(slug) == Decimal(said)


def test_the_worked_example_prints_its_coverage() -> None:
    assert BY_SLUG["conversion"].coverage(WORKED) == (2, 3)
    assert BY_SLUG["atv"].coverage(WORKED) is None


def test_ta20_a_counter_that_is_alive_and_nobody_came() -> None:
    found = sums([bucket(0, 2, 100)])
    assert (rounded("visitors", found), rounded("conversion", found)) == (0, None)


def test_ta21_more_transactions_than_visitors_are_shown() -> None:
    assert rounded("conversion", sums([bucket(3, 4, 10)])) == Decimal("133.3")


def test_ta22_an_hour_of_returns_divides_by_nothing() -> None:
    found = sums([bucket(10, 0, -20)])
    assert (rounded("sales", found), rounded("atv", found), rounded("spv", found)) == (-20, None, Decimal("-2.00"))
    assert rounded("atv", sums([bucket(10, 1, -20)])) == -20


def test_ta07_without_a_time_clock_staff_figures_are_empty_not_nought() -> None:
    found = sums([bucket(10, 1, 20, 1)])
    assert [rounded(slug, found) for slug in ("staff_hours", "star", "sales_per_hour")] == [None, None, None]


def test_a_rate_changes_in_points_and_money_in_per_cent() -> None:
    assert change(BY_SLUG["conversion"], Decimal("24.2"), Decimal("22.0")) == Decimal("2.2")
    assert change(BY_SLUG["sales"], Decimal(110), Decimal(100)) == 10
    assert change(BY_SLUG["sales"], Decimal(110), Decimal(0)) is None
    assert change(BY_SLUG["sales"], Decimal(110), None) is None


def test_a_difference_that_rounds_to_nought_has_no_sign() -> None:
    said = [shown.difference(BY_SLUG["upt"], Decimal(each), "EUR") for each in ("-0.004", "0.004", "-0.006", "0.006")]
    assert said == ["0.00", "0.00", "-0.01", "+0.01"]
    money = [shown.difference(BY_SLUG["sales"], Decimal(each), "EUR") for each in ("-0.004", "0.005", "-1.5")]
    assert money == ["€0.00", "+€0.01", "-€1.50"]


def test_missed_sales_at_target() -> None:
    assert missed_sales(WORKED, Decimal(30)) == Decimal("0.08") * 100 * 54
    assert missed_sales(WORKED, Decimal(20)) == 0
    assert missed_sales(WORKED, None) is None


AMOUNT = st.integers(-50_000, 500_000).map(lambda cents: Decimal(cents) / 100)
COUNT = st.integers(0, 300).map(Decimal)
BUCKETS = st.lists(
    st.builds(Bucket, st.none() | COUNT, COUNT, AMOUNT, COUNT, st.none() | COUNT, COUNT), min_size=1, max_size=8
)


@given(BUCKETS, BUCKETS)
def test_sums_of_parts_are_the_sum_of_the_whole(first: list[Bucket], second: list[Bucket]) -> None:
    assert sums(first) + sums(second) == sums(first + second)


@given(BUCKETS)
def test_visitors_times_conversion_times_average_sale_is_sales_on_matched_hours(buckets: list[Bucket]) -> None:
    found = sums(buckets)
    if found.visitors and found.x_t:
        product = found.visitors * (found.x_t / found.visitors) * (found.s_t / found.x_t)
        assert abs(product - found.s_t) < Decimal("0.000001")


@given(BUCKETS, BUCKETS)
def test_the_three_effects_add_up_to_the_difference(before: list[Bucket], now: list[Bucket]) -> None:
    first, second = sums(before), sums(now)
    found = effects(first, second)
    if found is not None:
        total = found.traffic + found.conversion + found.average_sale
        assert abs(total - (second.s_t - first.s_t)) < Decimal("0.0001")


@given(BUCKETS)
def test_no_figure_is_infinite_or_fails(buckets: list[Bucket]) -> None:
    for each in KPIS:
        value = each.of(sums(buckets))
        assert value is None or value.is_finite()


def test_a_share_of_returns_is_of_goods_sold_however_items_are_counted() -> None:
    less_returned = sums([Bucket(items=Decimal(8), returned=Decimal(2), sold=Decimal(10))])
    as_sold = sums([Bucket(items=Decimal(10), returned=Decimal(2))])
    assert {BY_SLUG["returns_share"].of(each) for each in (less_returned, as_sold)} == {Decimal(20)}
