"""Weeks that are added up in advance: at every moment what their days and hours are, whatever moved them."""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.apps.traffic import catching_up, kpis, summing, weeks
from comptoir.apps.traffic.alert_tables import BusinessHours
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.models import Day, Settings, week_tables
from comptoir.apps.traffic.periods import Period, Weekdays
from comptoir.apps.traffic.projection import restate
from comptoir.apps.traffic.reports import reading
from comptoir.apps.traffic.tailoring import Typed, tailor
from comptoir.core.accounts.models import Store
from comptoir.pos.model import SaleState
from tests.apps.traffic.chain import NOW, at, come, sell, works
from tests.bills import bill, read, record, refund, told
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
PERIOD = Period(date(2026, 3, 10), date(2026, 4, 16))
"""With the end of a month in the middle of a week, the day of 23 hours in Paris, and no whole week at either end."""
SPRING, LAST, FIRST = date(2026, 3, 29), date(2026, 3, 31), date(2026, 4, 1)
MONTHS = Period(date(2026, 2, 26), date(2026, 4, 16))
"""With one whole month, days before it and behind it, and five of some weekdays in it."""
DAYS = (PERIOD.since, date(2026, 3, 17), SPRING, LAST, FIRST, date(2026, 4, 8), PERIOD.until)

QUESTIONS: tuple[Callable[[reading.Scope, Period], dict[Any, kpis.Sums]], ...] = (
    *(reading.by_store, reading.by_week, reading.by_month, reading.by_hour, reading.by_store_and_clock),
    reading.by_weekday_and_hour,
)
TABLES = [each.table for each in weeks.KEPT]


@pytest.fixture
def chain(people: People) -> People:
    people.bar.timezone, people.bar.day_start = "Europe/Paris", time(4)
    people.bar.save()
    for store, number in ((people.bar, "1"), (create_store(people.le_zinc, "Quai", timezone="Asia/Kathmandu"), "2")):
        save_location(
            store=store, values={"location_id": number}, node_id=None, actor="user:1", now=NOW, today=NOW.date()
        )
    return people


def quay() -> Store:
    return Store.objects.get(name="Quai")


def trade(people: People) -> None:
    """Sales in the evening and after midnight of some days; counts and clocks of some of them."""
    for day in DAYS:
        for number in (9, 18, 22.5, 25):
            sell(people, number, "20", day=day)
        moment = at(5.6, day)  # 11:21 in Nepal
        sale = bill(f"Q{moment:%m%d}", "7", opened_at=moment, closed_at=moment, tax=Decimal(0), location_id="2")
        record(quay(), [told(sale)], now=NOW)
    works(people, ("1", 8, 19), day=LAST)
    works(people, ("2", 8, 12), day=date(2026, 3, 17))
    hours = {(day - date(2026, 5, 20)).days * 24 + hour: 6 for day in DAYS[:-2] for hour in (9, 18)}
    come(people, hours)


def made(people: People) -> None:
    catching_up.everything(organisation_id=people.le_zinc.id, now=NOW)


def days_of(people: People) -> list[tuple[Any, date]]:
    found = Day.objects.filter(organisation_id=people.le_zinc.id)
    return [*found.values_list("store_id", "business_date")]


def a_scope(people: People, **fields: Any) -> reading.Scope:
    return reading.Scope(people.le_zinc.id, [people.bar.id, quay().id], **fields)


def is_true(people: People) -> bool:
    """What is added up in advance is its days and hours; every question of a long period is the sum of its days."""
    assert weeks.behind(people.le_zinc.id, days_of(people)) == set()
    scopes = (
        a_scope(people),
        a_scope(people, opens=time(11), closes=time(20)),
        a_scope(people, opens=time(20), closes=time(10, 30)),
        a_scope(people, business=True),
    )
    for scope in scopes:
        for period in (PERIOD, MONTHS):
            are_answered_as_from_days(scope, period)
    return True


def are_answered_as_from_days(scope: reading.Scope, period: Period) -> None:
    """Days that are chosen are asked for one by one, and nothing is read that was added up in advance."""
    for asked in QUESTIONS:
        of_days = asked(replace(scope, days=Weekdays(frozenset(range(7)))), period)
        assert asked(scope, period) == of_days, asked.__name__


def test_rows_of_every_level_have_the_columns_of_the_sums_in_their_order() -> None:
    """And the table of weeks has these and no others beside its key: statements name its columns."""
    assert tuple(summing.OF_HOUR) == kpis.COLUMNS
    fields = [each.name for each in week_tables.WeekSums._meta.local_fields]
    assert sorted(fields) == sorted(["organisation_id", "store_id", "since", *kpis.COLUMNS])
    of_months = [each.name for each in week_tables.MonthClock._meta.local_fields]
    key = ("pk", "organisation_id", "store_id", "since", "clock", "in_business")
    assert sorted(of_months) == sorted([*key, *summing.OF_A_CLOCK])


def test_weeks_are_their_days_and_hours_whatever_moves_them(chain: People) -> None:
    trade(chain)
    made(chain)
    assert is_true(chain)
    whole = reading.by_store(a_scope(chain), PERIOD)[chain.bar.id]
    assert (whole.transactions, whole.visitors, whole.staff_hours) == (28, 60, 15)
    moves: Iterable[Callable[[], object]] = (
        lambda: record(chain.bar, [read(_of(LAST, state=SaleState.CANCELLED), NOW)], now=NOW),
        lambda: record(chain.bar, [read(_refund(FIRST), NOW)], now=NOW),
        lambda: works(chain, ("1", 8, 12), day=LAST, now=NOW),
        lambda: come(chain, {(SPRING - date(2026, 5, 20)).days * 24 + 22: 9}),
        lambda: _typed(chain),
        lambda: _open(chain),
        lambda: Settings.objects.update_or_create(
            organisation_id=chain.le_zinc.id, defaults={"transactions": "net", "subtract_returns": True}
        ),
    )
    before = reading.by_store_and_clock(a_scope(chain, business=True), PERIOD)
    for move in moves:
        move()
        Day.objects.filter(organisation_id=chain.le_zinc.id).update(ledger_revision=Day.AGAIN)
        made(chain)
        assert is_true(chain)
        now = reading.by_store_and_clock(a_scope(chain, business=True), PERIOD)
        assert now != before, "it moved something"
        before = now


def test_any_period_at_any_hours_has_the_sums_of_its_days(chain: People) -> None:
    trade(chain)
    _open(chain)
    made(chain)
    clocks = st.one_of(st.none(), st.tuples(st.times(), st.times()))

    @given(
        since=st.dates(date(2026, 2, 1), PERIOD.until), length=st.integers(1, 90), clock=clocks, business=st.booleans()
    )
    @settings(max_examples=25, deadline=None)
    def answered(since: date, length: int, clock: tuple[time, time] | None, business: bool) -> None:
        opens, closes = clock or (None, None)
        scope = a_scope(chain, opens=opens, closes=closes, business=business)
        are_answered_as_from_days(scope, Period(since, since + timedelta(days=length - 1)))

    answered()


def _of(day: date, **fields: Any) -> Any:
    moment = at(18, day)
    return bill(f"B{moment:%m%d%H%M}-20", "20", opened_at=moment, closed_at=moment, tax=Decimal(0), **fields)


def _refund(day: date) -> Any:
    moment = at(18, day)
    return refund("R1", "", "-5", opened_at=moment, closed_at=moment, tax=Decimal(0))


def _typed(people: People) -> None:
    typed = [Typed(people.bar.id, at(9, FIRST), "visitors", Decimal(50))]
    tailor(organisation_id=people.le_zinc.id, typed=typed, reason="", actor="user:1", now=NOW)


def _open(people: People) -> None:
    """Business hours that leave out the evening."""
    for weekday in range(7):
        BusinessHours.objects.create(
            organisation_id=people.le_zinc.id,
            store_id=people.bar.id,
            weekday=weekday,
            opens=time(8),
            closes=time(21),
        )


def test_an_hour_that_is_gone_is_gone_from_its_week(chain: People) -> None:
    works(chain, ("1", 8, 19), day=LAST)
    made(chain)
    mine = {"organisation_id": chain.le_zinc.id}
    tables = (week_tables.WeekClock.objects.filter(**mine), week_tables.MonthClock.objects.filter(**mine))
    assert [each.count() for each in tables] == [11, 11]
    works(chain, day=LAST, now=NOW + timedelta(days=1))
    made(chain)
    assert [each.count() for each in tables] == [0, 0]
    assert reading.by_hour(a_scope(chain), PERIOD) == {}


def test_a_week_that_is_not_its_days_is_told_and_made_anew_with_any_of_them(chain: People) -> None:
    trade(chain)
    made(chain)
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET sales = sales + 1 WHERE since = '2026-04-01'")
        begin = date(2026, 4, 1)  # a Wednesday, the first of its month
        assert weeks.behind(chain.le_zinc.id, days_of(chain)) == {(chain.bar.id, begin), (quay().id, begin)}
        restate(chain.le_zinc.id, {(chain.bar.id, FIRST), (quay().id, FIRST)}, now=NOW)
        assert weeks.behind(chain.le_zinc.id, days_of(chain)) == set()


@pytest.mark.parametrize("wrong", ["UPDATE {} SET sales = sales + 1", "DELETE FROM {}"])
@pytest.mark.parametrize("table", TABLES)
def test_weeks_that_a_program_without_them_left_behind_are_mended_when_everything_is_compared(
    chain: People, table: str, wrong: str
) -> None:
    trade(chain)
    made(chain)
    with connection.cursor() as cursor:
        cursor.execute(wrong.format(table))
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert weeks.behind(chain.le_zinc.id, days_of(chain)) == set()


def test_the_migration_makes_the_weeks_that_the_product_makes(chain: People) -> None:
    trade(chain)
    Settings.objects.create(organisation_id=chain.le_zinc.id, transactions="all", subtract_returns=True)
    record(chain.bar, [read(_refund(FIRST), NOW)], now=NOW)
    made(chain)
    first, later = (
        importlib.import_module(f"comptoir.apps.traffic.migrations.{name}")
        for name in ("0022_weeks", "0031_weekdays_of_months")
    )
    for table in (week_tables.Week, week_tables.WeekClock, week_tables.MonthClock):
        table.objects.all().delete()
    assert weeks.behind(chain.le_zinc.id, days_of(chain))
    with connection.cursor() as cursor:
        for statement in (first.WEEKS, first.HOURS, later.HOURS):
            cursor.execute(statement)
    assert weeks.behind(chain.le_zinc.id, days_of(chain)) == set()
