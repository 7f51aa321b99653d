"""Figures beside their budgets: of each both sides, over the same days (traffic-analytics.md 4.3).

An index is actual ÷ budget × 100. Only days count that are over and know both sides: a day without a budget, without a
figure, or still running leaves both sums. Of conversion and visitors for each staff hour the target of the location is
the budget where it has one; several add up by their visitors and their staff hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from comptoir.apps.traffic import kpis
from comptoir.apps.traffic.budget_tables import Budget
from comptoir.apps.traffic.kpis import HUNDRED, ZERO
from comptoir.apps.traffic.periods import Period
from comptoir.apps.traffic.reports.reading import Scope, on_days
from comptoir.apps.traffic.reports.statements import MINE, ONLY, THERE

DAY: Final = timedelta(days=1)
ONE: Final[LiteralString] = "1"
# Actual ÷ actual, budget ÷ budget, and what both sides need. A divisor of 1 a day is no divisor: see `Pair.is_sum`.
PAIRS: Final[Mapping[str, tuple[LiteralString, LiteralString, LiteralString, LiteralString, LiteralString]]] = {
    "visitors": ("t.visitors", ONE, "b.visitors", ONE, "t.visitors IS NOT NULL"),
    "transactions": ("t.transactions", ONE, "b.transactions", ONE, "true"),
    "sales": ("t.sales", ONE, "b.sales", ONE, "true"),
    "items": ("t.items", ONE, "b.items", ONE, "true"),
    "staff_hours": ("t.staff_hours", ONE, "b.staff_hours", ONE, "t.staff_hours IS NOT NULL"),
    "conversion": (
        "t.x_t",
        "t.visitors",
        "t.visitors * coalesce(l.target_conversion / 100, b.transactions / nullif(b.visitors, 0))",
        "t.visitors",
        "t.visitors IS NOT NULL",
    ),
    "atv": ("t.sales", "t.transactions", "b.sales", "b.transactions", "true"),
    "upt": ("t.items", "t.transactions", "b.items", "b.transactions", "true"),
    "spv": ("t.s_t", "t.visitors", "b.sales", "b.visitors", "t.visitors IS NOT NULL"),
    "star": (
        "t.t_h",
        "t.h_t",
        "t.h_t * coalesce(l.target_star, b.visitors / nullif(b.staff_hours, 0))",
        "t.h_t",
        "t.visitors IS NOT NULL AND t.staff_hours IS NOT NULL",
    ),
    "sales_per_hour": ("t.s_h", "t.staff_hours", "b.sales", "b.staff_hours", "t.staff_hours IS NOT NULL"),
}
SUMS: Final = ("visitors", "transactions", "sales", "items", "staff_hours")
FROM: Final[LiteralString] = (
    " FROM traffic_day AS t"
    " LEFT JOIN traffic_budget AS b ON b.organisation_id = t.organisation_id AND b.store_id = t.store_id"
    " AND b.business_date = t.business_date"
    " LEFT JOIN traffic_location AS l ON l.organisation_id = t.organisation_id AND l.store_id = t.store_id"
)
# Others have nothing to stand beside, and most chains type no budget. A day without an hour has no figure.
HAS_ANY: Final[LiteralString] = (
    " AND t.hours > 0 AND (b.store_id IS NOT NULL OR l.target_conversion IS NOT NULL OR l.target_star IS NOT NULL)"
)


@dataclass(frozen=True)
class Pair:
    """A figure and its budget over the days that know both, each as a sum over a sum. `days` counts these."""

    above: Decimal = ZERO
    below: Decimal = ZERO
    budget_above: Decimal = ZERO
    budget_below: Decimal = ZERO
    days: int = 0

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(
            self.above + other.above,
            self.below + other.below,
            self.budget_above + other.budget_above,
            self.budget_below + other.budget_below,
            self.days + other.days,
        )

    def actual(self, *, is_sum: bool, times: Decimal = Decimal(1)) -> Decimal | None:
        """The figure."""
        return _value(self.above, self.below, self.days, is_sum, times)

    def budget(self, *, is_sum: bool, times: Decimal = Decimal(1)) -> Decimal | None:
        """What it was meant to be."""
        return _value(self.budget_above, self.budget_below, self.days, is_sum, times)


def _value(above: Decimal, below: Decimal, days: int, is_sum: bool, times: Decimal) -> Decimal | None:
    if not days:
        return None
    return above if is_sum else kpis.ratio(above, below, times=times)


@dataclass(frozen=True)
class Against:
    """Every figure of a row beside its budget; empty where nothing has one."""

    pairs: Mapping[str, Pair]

    def __add__(self, other: "Against") -> "Against":
        names = {*self.pairs, *other.pairs}
        return Against({name: self.pairs.get(name, Pair()) + other.pairs.get(name, Pair()) for name in names})

    def of(self, slug: str) -> tuple[Decimal | None, Decimal | None]:
        """A figure and its budget; None for what has none."""
        name, times = ("spv", HUNDRED) if slug == "pot" else (slug, HUNDRED if slug == "conversion" else Decimal(1))
        pair, is_sum = self.pairs.get(name, Pair()), name in SUMS
        return pair.actual(is_sum=is_sum, times=times), pair.budget(is_sum=is_sum, times=times)

    def index(self, slug: str) -> Decimal | None:
        """Actual ÷ budget × 100; None where either is empty or the budget is 0."""
        actual, budget = self.of(slug)
        return None if actual is None or not budget else actual / budget * HUNDRED

    def days(self, slug: str) -> int:
        """How many days of how many locations know both."""
        return self.pairs.get("spv" if slug == "pot" else slug, Pair()).days


NONE: Final = Against({})


def by_store(scope: Scope, period: Period, *, today: date) -> dict[UUID, Against]:
    """Each store's that has any."""
    return {row[0]: _against(row[1:]) for row in _asked(scope, period, "t.store_id", today)}


def by_day(scope: Scope, period: Period, *, today: date) -> dict[date, Against]:
    """Each business date's, of all stores together; those that have any."""
    return {row[0]: _against(row[1:]) for row in _asked(scope, period, "t.business_date", today)}


def by_store_day(scope: Scope, period: Period, *, today: date) -> dict[tuple[UUID, date], Against]:
    """Each store's and day's that has any."""
    found = _asked(scope, period, "t.store_id, t.business_date", today)
    return {(row[0], row[1]): _against(row[2:]) for row in found}


def drawn_by_day(scope: Scope, period: Period) -> dict[date, kpis.Sums]:
    """Budgets of each day as if they had happened, for charts: also of days that are not over."""
    if scope.is_part:
        return {}
    mine = Budget.objects.filter(organisation_id=scope.organisation_id, store_id__in=list(scope.store_ids))
    rows = on_days(mine, scope, period)
    found: dict[date, kpis.Sums] = {}
    for row in rows:
        found[row.business_date] = found.get(row.business_date, kpis.Sums()) + kpis.sums(
            [
                kpis.Bucket(
                    visitors=row.visitors,
                    transactions=row.transactions or ZERO,
                    sales=row.sales or ZERO,
                    items=row.items or ZERO,
                    staff_hours=row.staff_hours,
                )
            ]
        )
    return found


def drawn(scope: Scope, period: Period) -> frozenset[str]:
    """Of which figures that are drawn by day there is any budget; of a rate, where each has both of its sides."""
    if scope.is_part:
        return frozenset()
    mine = Budget.objects.filter(organisation_id=scope.organisation_id, store_id__in=list(scope.store_ids))
    found = on_days(mine, scope, period).aggregate(
        of_visitors=Count("visitors"),
        of_both=Count("visitors", filter=Q(transactions__isnull=False)),
        of_sales=Count("sales"),
    )
    known = {
        "visitors": found["of_visitors"],
        "conversion": found["of_visitors"] and found["of_both"] == found["of_visitors"],
        "sales": found["of_sales"],
    }
    return frozenset(slug for slug, is_known in known.items() if is_known)


def whole(found: Mapping[Any, Against]) -> Against:
    """All of them together."""
    return sum(found.values(), start=NONE)


def _asked(scope: Scope, period: Period, group: LiteralString, today: date) -> list[tuple[Any, ...]]:
    """A budget is of a whole day: with some of its hours left out nothing is beside it."""
    if scope.is_part:
        return []
    columns: list[LiteralString] = []
    for above, below, budget_above, budget_below, known in PAIRS.values():
        both: LiteralString = " FILTER (WHERE " + known + " AND " + budget_above + " IS NOT NULL"
        both += " AND " + budget_below + " IS NOT NULL)"
        columns += ["coalesce(sum(" + each + ")" + both + ", 0)" for each in (above, below, budget_above, budget_below)]
        columns.append("(count(*)" + both + ")::int")
    statement: LiteralString = "SELECT " + group + ", " + ", ".join(columns) + FROM + MINE + HAS_ANY  # noqa: S608
    days = scope.chosen(period)
    statement += (THERE if scope.nodes is not None else "") + ("" if days is None else ONLY) + " GROUP BY " + group
    values: dict[str, Any] = {
        "organisation": scope.organisation_id,
        "stores": scope.stores,
        "since": period.since,
        "until": min(period.until, today - DAY),
        "nodes": list(scope.nodes or ()),
        "days": days,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _against(row: tuple[Any, ...]) -> Against:
    parts = [row[place : place + 5] for place in range(0, len(row), 5)]
    return Against({name: Pair(*part) for name, part in zip(PAIRS, parts, strict=True) if part[4]})
