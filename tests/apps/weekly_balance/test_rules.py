"""Overwriting, states, the guard of automatic confirmation, budgets, and the checks R1 to R8."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.weekly_balance.rules import budgets, reconciling
from comptoir.apps.weekly_balance.rules.cells import (
    Cell,
    CellState,
    DayState,
    Outcome,
    WeekState,
    move,
    outcome,
    week_state,
)
from comptoir.apps.weekly_balance.rules.confirming import CONFIRM_AT, Evidence, Waits, due_at, is_overdue, waits_for
from comptoir.apps.weekly_balance.rules.days import Clock
from comptoir.apps.weekly_balance.rules.reconciling import Rule
from comptoir.apps.weekly_balance.rules.terms import Choices, FieldType
from comptoir.kernel.errors import RuleBroken
from tests.apps.weekly_balance.bills import bill, line, local

ONE, TWO = Decimal(1), Decimal(2)
PARIS = Clock(ZoneInfo("Europe/Paris"), time(5, 30))


@pytest.mark.parametrize(
    ("cell", "off", "on"),
    [
        (Cell(), Outcome.WRITE, Outcome.WRITE),
        (Cell(measured=ONE), Outcome.WRITE, Outcome.WRITE),
        (Cell(measured=ONE, is_approved=True), Outcome.PENDING, Outcome.REPLACE),
        (Cell(typed=ONE), Outcome.PENDING, Outcome.REPLACE),
        (Cell(measured=TWO, typed=ONE), Outcome.PENDING, Outcome.REPLACE),
        (Cell(typed=ONE, is_approved=True), Outcome.PENDING, Outcome.REPLACE),
        (Cell(measured=ONE, typed=ONE, is_approved=True), Outcome.PENDING, Outcome.REPLACE),
    ],
)
def test_what_an_import_does_to_a_number(cell: Cell, off: Outcome, on: Outcome) -> None:
    """The table of weekly-balance.md 1.2, row by row."""
    assert (outcome(cell, TWO, overwrite=False), outcome(cell, TWO, overwrite=True)) == (off, on)


@given(st.booleans(), st.booleans(), st.booleans())
def test_an_equal_proposal_changes_nothing(is_typed: bool, is_approved: bool, overwrite: bool) -> None:
    cell = Cell(measured=ONE, typed=Decimal("1.00") if is_typed else None, is_approved=is_approved)
    assert outcome(cell, Decimal("1.000000"), overwrite=overwrite) is Outcome.SAME


def test_states_of_cells() -> None:
    cells = [Cell(), Cell(measured=ONE), Cell(typed=ONE), Cell(measured=ONE, typed=TWO)]
    assert [each.state for each in cells] == [
        CellState.EMPTY,
        CellState.IMPORTED,
        CellState.MANUAL,
        CellState.CORRECTED,
    ]
    assert [each.value for each in cells] == [None, ONE, ONE, TWO]


def test_a_day_goes_only_where_it_can() -> None:
    day = DayState.OPEN
    for after in (DayState.INCOMPLETE, DayState.READY, DayState.CONFIRMED, DayState.REOPENED, DayState.CONFIRMED):
        day = move(day, after)
    for before, after in ((DayState.OPEN, DayState.CONFIRMED), (DayState.CONFIRMED, DayState.READY)):
        with pytest.raises(RuleBroken):
            move(before, after)


def test_a_week_is_as_far_as_its_days() -> None:
    days = [DayState.CONFIRMED] * 4 + [DayState.OPEN] * 3
    assert week_state(days) == (WeekState.PARTLY_CONFIRMED, 4)
    assert week_state([DayState.OPEN] * 7) == (WeekState.OPEN, 0)
    assert week_state([DayState.CONFIRMED] * 7) == (WeekState.CONFIRMED, 7)


def test_wb18_a_day_that_ends_at_half_past_five_is_confirmed_at_six() -> None:
    day, end = date(2026, 6, 10), datetime(2026, 6, 11, 3, 30, tzinfo=UTC)
    six = datetime(2026, 6, 11, 4, tzinfo=UTC)
    assert due_at(day, PARIS) == six
    found = Evidence(imported_from=end, checks_pass=True)
    for minutes, expected in (
        (-61, (Waits.HOUR, Waits.DAY_OVER)),
        (-60, (Waits.DAY_OVER,)),
        (-1, (Waits.GRACE,)),
        (0, ()),
    ):
        now = six + timedelta(minutes=minutes)
        assert waits_for(day, PARIS, confirm_at=CONFIRM_AT, evidence=found, now=now) == expected


def test_wb20_no_confirmation_without_an_import_that_began_after_the_day() -> None:
    day = date(2026, 6, 10)
    noon = datetime(2026, 6, 11, 10, tzinfo=UTC)
    for began in (None, datetime(2026, 6, 11, 3, 29, tzinfo=UTC)):
        waits = waits_for(day, PARIS, confirm_at=CONFIRM_AT, evidence=Evidence(began, checks_pass=True), now=noon)
        assert waits == (Waits.IMPORT,)
    assert is_overdue(day, PARIS, now=noon)
    assert not is_overdue(day, PARIS, now=noon - timedelta(seconds=1))


def test_checks_that_fail_hold_it_up() -> None:
    found = Evidence(datetime(2026, 6, 11, 4, tzinfo=UTC), checks_pass=False)
    now = datetime(2026, 6, 12, tzinfo=UTC)
    assert waits_for(date(2026, 6, 10), PARIS, confirm_at=CONFIRM_AT, evidence=found, now=now) == (Waits.CHECKS,)


def test_a_week_is_spread_by_its_weekdays() -> None:
    weights = [Decimal(each) for each in (20, 20, 20, 20, 20, 0, 0)]
    assert budgets.spread(Decimal(1000), weights) == [Decimal(200)] * 5 + [Decimal(0)] * 2
    assert budgets.spread(Decimal("0.03"), weights) == [Decimal("0.01")] * 3 + [Decimal(0)] * 4
    with pytest.raises(RuleBroken):
        budgets.spread(Decimal(1), [Decimal(99)])


@given(st.decimals(-10_000, 10_000, places=3), st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_parts_of_a_budget_add_up_to_it(amount: Decimal, shares: list[int]) -> None:
    used = [Decimal(each) for each in shares if each][:2]
    weights = [*used, Decimal(100) - sum(used, Decimal(0))]
    assert sum(budgets.spread(amount, weights), Decimal(0)) == amount


def test_the_index_is_of_days_that_have_both() -> None:
    first = date(2026, 6, 8)
    days = [first + timedelta(days=number) for number in range(7)]
    actuals = {day: Decimal(110) if number < 4 else None for number, day in enumerate(days)}
    assert budgets.week_index(actuals, dict.fromkeys(days, Decimal(100))) == (Decimal("110.0"), 4)
    assert budgets.index(Decimal(1), Decimal(0)) is None
    assert budgets.index(None, Decimal(1)) is None
    assert budgets.labour_percent(Decimal(300), Decimal(1000)) == Decimal("30.0")
    assert budgets.sales_per_hour(Decimal(1000), Decimal(3)) == Decimal("333.33")


def test_r1_net_is_what_gross_leaves() -> None:
    kinds = (FieldType.GROSS_SALES, FieldType.NET_SALES, FieldType.DISCOUNTS, FieldType.RETURNS)
    right = dict(zip(kinds, map(Decimal, (100, 85, 10, 5)), strict=True))
    wrong = right | {FieldType.NET_SALES: Decimal("85.000001")}
    (found,) = reconciling.equations({"10": right, "11": wrong}, Choices())
    assert (found.rule, found.where, found.by, found.blocks) == (Rule.R1, "11", Decimal("0.000001"), True)


def test_r2_hours_add_up_to_the_day() -> None:
    parts = [{FieldType.NET_SALES: ONE}, {FieldType.NET_SALES: TWO}]
    assert reconciling.sums(parts, {FieldType.NET_SALES: Decimal(3)}) == []
    (found,) = reconciling.sums(parts, {FieldType.NET_SALES: Decimal(4)})
    assert (found.rule, found.by, found.blocks) == (Rule.R2, -1, True)


@pytest.mark.parametrize("strict", [False, True])
def test_r3_registers_add_up_and_none_is_left(strict: bool) -> None:
    parts = {"a": {FieldType.NET_SALES: ONE}}
    assert reconciling.registers(parts, parts["a"], unallocated=False, strict=strict) == []
    (found,) = reconciling.registers(parts, parts["a"], unallocated=True, strict=strict)
    assert (found.rule, found.blocks) == (Rule.R3, strict)


def test_r4_lists_the_receipts_whose_payments_differ() -> None:
    good = bill("1", local(11), line("1", "10"))
    bad = bill("2", local(11), line("1", "10"), payments=())
    (found,) = reconciling.takings([("1", good), ("2", bad)], Choices())
    assert (found.rule, found.where, found.by, found.blocks) == (Rule.R4, "2", -10, False)


def test_r5_shows_the_difference_by_type() -> None:
    (found,) = reconciling.closures({"card": ONE, "cash": TWO}, {"card": ONE, "cash": Decimal(3)})
    assert (found.rule, found.where, found.by) == (Rule.R5, "cash", 1)


def test_r6_finds_the_hole() -> None:
    begin, end = local(0), local(23)
    assert reconciling.coverage([(local(10), end), (begin, local(12))], begin, end) == []
    (found,) = reconciling.coverage([(begin, local(10)), (local(11), end)], begin, end)
    assert (found.rule, found.blocks) == (Rule.R6, True)
    assert reconciling.holes([], begin, end) == [(begin, end)]


def test_r7_tells_missing_numbers() -> None:
    plain, prefixed = reconciling.numbering({"a": ["7", "9"], "b": ["X1", "X5", "Y1"], "c": ["1", "2"], "d": ["none"]})
    assert (plain.rule, plain.where, plain.by) == (Rule.R7, "a: 8", 1)
    assert (prefixed.rule, prefixed.where, prefixed.by) == (Rule.R7, "b: X2", 3)


def test_r8_compares_with_what_the_source_adds_up() -> None:
    assert reconciling.aggregate((2, TWO), None) == reconciling.aggregate((2, TWO), (2, TWO)) == []
    found = reconciling.aggregate((2, TWO), (3, Decimal(4)))
    assert [(each.where, each.by) for each in found] == [("count", 1), ("sum", 2)]
