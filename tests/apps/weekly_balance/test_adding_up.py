"""For any trading hours add up to the day and days to the week, in any zone, across midnight and changes of the clock,
under each preset; and the page of it asks as many questions for many registers as for few.
"""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.weekly_balance import reads, sources
from comptoir.apps.weekly_balance.models import Department, HourFigure
from comptoir.apps.weekly_balance.rules import budgets, reconciling
from comptoir.apps.weekly_balance.rules.days import Clock, intervals, week_of
from comptoir.apps.weekly_balance.rules.figures import Figures
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, Basis, Choices, FieldType, Moment, Preset
from comptoir.core.ledger.days import Found
from comptoir.pos.model import Sale
from tests.apps.weekly_balance.bills import DAY, bill, line, local, worked_day
from tests.apps.weekly_balance.house import House, house_of
from tests.apps.weekly_balance.test_figures import total
from tests.apps.weekly_balance.test_pages import alice, day_path, text
from tests.people import People

__all__ = ["alice"]
ZERO = Decimal(0)
# Weeks in which the clock of one of the zones changes, and one in which none does.
WEEKS = [
    date(2026, 3, 23),
    date(2026, 10, 19),
    date(2026, 3, 2),
    date(2026, 10, 26),
    date(2026, 4, 1),
    date(2026, 6, 8),
]
ZONES = ["Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "UTC"]
STARTS = [time(0), time(2, 30), time(4), time(5, 30), time(23, 59)]
quantities = st.sampled_from(["1", "3", "-1", "-2", "0.512", "-0.25"])
rates = st.sampled_from([None, 0, 55_000, 250_000])


@st.composite
def bills(draw: st.DrawFn, monday: date) -> Sale:
    """A bill of the week or beside it, open for up to a day, of one of three registers or of none."""
    start = datetime(monday.year, monday.month, monday.day, tzinfo=UTC) - timedelta(days=1)
    at = start + timedelta(seconds=draw(st.integers(0, 9 * 24 * 3600)))
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        quantity, price = Decimal(draw(quantities)), Decimal(draw(st.integers(0, 50_000))) / 100
        paid = (quantity * price * draw(st.integers(0, 110)) / 100).quantize(Decimal("0.01"))
        lines.append(line(str(quantity), str(price), str(paid), rate=draw(rates)))
    return bill(
        str(draw(st.integers(0, 10**9))),
        at,
        *lines,
        register=draw(st.sampled_from(["", "1", "2", "3"])),
        opened_at=at - timedelta(minutes=draw(st.integers(0, 24 * 60))),
        covers=draw(st.none() | st.integers(0, 9)),
    )


weeks = st.sampled_from(WEEKS)
trading = weeks.flatmap(lambda monday: st.tuples(st.just(monday), st.lists(bills(monday), max_size=12)))
choices = st.builds(
    Choices,
    preset=st.sampled_from(Preset),
    basis=st.sampled_from(Basis),
    moment=st.sampled_from(Moment),
    labour_subtracts_returns=st.booleans(),
    visitors_from_covers=st.booleans(),
)


def summed(parts: "dict[object, Decimal]", key: "Callable[[object], object]") -> dict[object, Figures]:
    found: defaultdict[object, Figures] = defaultdict(dict)
    for where, value in parts.items():
        kind = where[0]  # type: ignore[index]
        target = found[key(where)]
        target[kind] = target.get(kind, ZERO) + value
    return dict(found)


@given(trading, choices, st.sampled_from(ZONES), st.sampled_from(STARTS))
def test_hours_are_the_day_and_days_the_week_for_any_trading(
    traded: tuple[date, list[Sale]], said: Choices, zone: str, start: time
) -> None:
    monday, sold = traded
    department, clock = Department(zone=zone, day_start=start), Clock(ZoneInfo(zone), start)
    days = week_of(monday)
    found = sources.gathered(
        (Found(uuid4(), each.opened_at, each) for each in sold), department, said, first=days[0], last=days[-1]
    )
    for day, figures in found.items():
        hours = summed(figures.hours, lambda where: where[1].isoformat())  # type: ignore[arg-type,index]
        registers = summed(figures.hours, lambda where: where[2])  # type: ignore[arg-type,index]
        assert reconciling.equations(hours, said) == []  # type: ignore[arg-type]
        assert reconciling.sums(hours.values(), figures.day) == []
        assert reconciling.registers(registers, figures.day, unallocated=False, strict=True) == []  # type: ignore[arg-type]
        assert {at for _kind, at, _register in figures.hours} <= {each.start for each in intervals(day, clock)}
    first, last = clock.bounds(days[0])[0], clock.bounds(days[-1])[1]
    inside = [each for each in sold if first <= sources.moment_of(each, said) < last]
    assert reconciling.sums([each.day for each in found.values()], total(inside, said)) == []


@given(st.decimals(0, 10**6, places=2), st.decimals(1, 10**6, places=2), st.decimals(0, 150, places=2))
def test_charges_raise_labour_cost_by_their_share(wages: Decimal, sales: Decimal, charges: Decimal) -> None:
    plain = budgets.labour_percent(wages, sales)
    raised = budgets.labour_percent(wages, sales, charges_percent=charges)
    assert plain is not None
    assert raised is not None
    assert abs(raised - plain * (100 + charges) / 100) <= Decimal("0.2")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "start", "monday"),
    [
        ("Europe/Copenhagen", time(0), date(2026, 10, 19)),
        ("America/New_York", time(4), date(2026, 10, 26)),
        ("Australia/Lord_Howe", time(5, 30), date(2026, 3, 30)),
    ],
)
def test_what_is_stored_adds_up_too(people: People, zone: str, start: time, monday: date) -> None:
    house, chance = house_of(people, zone=zone, day_start=start), random.Random(7)
    clock, days = sources.clock_of(house.department), week_of(monday)
    begin, end = clock.bounds(days[0])[0], clock.bounds(days[-1])[1]
    sold = [
        bill(
            str(number),
            begin + timedelta(seconds=chance.randrange(int((end - begin).total_seconds()))),
            line(chance.choice(["1", "3", "-1", "0.333"]), f"{chance.randrange(5000) / 100:.2f}"),
            register=chance.choice("123"),
        )
        for number in range(60)
    ]
    house.record(*sold)
    house.now = end + timedelta(hours=1)
    house.covers(*days)
    house.compute(*days)
    grid = reads.week(house.department, days)
    whole = total(sold, house.client.choices)
    for row in grid.rows:
        if row.kind not in POS_TYPES or row.kind is FieldType.VISITORS:
            continue
        assert abs((row.total or ZERO) - whole.get(row.kind, ZERO)) < Decimal("0.0001"), row.kind
        for number in row.numbers:
            hours = HourFigure.objects.filter(field_id=row.field.id, business_date=number.day)
            assert abs(sum((each.value for each in hours), ZERO) - (number.measured or ZERO)) < Decimal("0.0001")
            assert {each.start for each in hours} <= {each.start for each in intervals(number.day, clock)}
    blocking = [each for day in days for each in house.day(day).failures if each.get("blocks")]
    assert blocking == []


@pytest.mark.django_db
def test_pages_ask_as_much_for_31_registers_as_for_7(house: House, alice: Browser) -> None:
    def sell(first: int, last: int) -> None:
        house.sells(
            *(
                bill(f"{number}", local(9 + number % 12, number), line("1", "125"), register=str(number))
                for number in range(first, last)
            )
        )
        house.compute(DAY)

    def asked() -> dict[str, int]:
        counts = {}
        for path in (f"/balance?week={DAY}", day_path(house), f"/balance/totals?week={DAY}", "/balance/departments"):
            with CaptureQueriesContext(connection) as questions:
                text(alice, path)
            counts[path] = len(questions)
        return counts

    house.sells(*worked_day())
    sell(0, 7)
    asked()  # what a first visit sets up
    few = asked()
    sell(7, 31)
    assert HourFigure.objects.values("register_id").distinct().count() >= 31
    assert asked() == few
