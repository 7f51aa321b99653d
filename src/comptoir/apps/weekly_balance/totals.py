"""Departments side by side with their sums, and today's index for staff (weekly-balance.md 2, 6)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from comptoir.apps.weekly_balance.models import Budget, Cell, Client, Day, Department, Field
from comptoir.apps.weekly_balance.rules import budgets
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.apps.weekly_balance.sources import clock_of

KEYS: Final = ("department_id", "business_date")


@dataclass(frozen=True)
class Total:
    """What some days add up to, of one department or of all that count in a currency."""

    name: str
    currency: str
    values: dict[FieldType, Decimal | None]
    index: Decimal | None
    confirmed: int
    department: Department | None = None


def of(departments: Sequence[Department], days: Sequence[date]) -> list[Total]:
    """Each department, then one sum for each currency: amounts of two currencies are never added (4.3)."""
    if not departments:
        return []
    organisation_id = departments[0].organisation_id
    mine = {
        "organisation_id": organisation_id,
        "department_id__in": [each.id for each in departments],
        "business_date__in": days,
    }
    kinds = {row.id: FieldType(row.field_type) for row in Field.objects.filter(organisation_id=organisation_id)}
    standing = Coalesce("typed", "measured")
    cells = Cell.objects.filter(**mine)
    sums = {
        (department, kinds[field]): value
        for department, field, value in cells.values_list("department_id", "field_id").annotate(of_days=Sum(standing))
        if field in kinds
    }
    confirmed = dict(
        Day.objects.filter(**mine, state=DayState.CONFIRMED)
        .values_list("department_id")
        .annotate(days=Count("business_date"))
    )
    sales = [field for field, kind in kinds.items() if kind is FieldType.NET_SALES]
    both = _both(Budget.objects.filter(**mine, measure=FieldType.NET_SALES), cells.filter(field_id__in=sales), standing)
    lines = []
    for each in departments:
        values = {kind: sums.get((each.id, kind)) for kind in sorted(set(kinds.values()))}
        index = _index(both[each.id])
        lines.append(Total(each.name, each.currency, values, index, confirmed.get(each.id, 0), each))
    return lines + _sums(lines, both)


Pairs = list[tuple[Decimal, Decimal]]


def _both(
    targets: "QuerySet[Budget, Budget]", sales: "QuerySet[Cell, Cell]", standing: Coalesce
) -> defaultdict[UUID, Pairs]:
    """Of each department net sales and their target, of the days that have both."""
    found: defaultdict[UUID, Pairs] = defaultdict(list)
    known = {(department, day): amount for department, day, amount in targets.values_list(*KEYS, "amount")}
    if known:
        for department, day, actual in sales.values_list(*KEYS, standing):
            if actual is not None and (department, day) in known:
                found[department].append((actual, known[department, day]))
    return found


def _index(both: Pairs) -> Decimal | None:
    actual, target = (_sum([pair[side] for pair in both]) for side in (0, 1))
    return budgets.index(actual, target)


def _sums(lines: Sequence[Total], both: Mapping[UUID, Pairs]) -> list[Total]:
    found = []
    for currency in sorted({each.currency for each in lines}):
        mine = [each for each in lines if each.currency == currency]
        values = {kind: _sum([each.values[kind] for each in mine]) for kind in mine[0].values}
        pairs = [pair for each in mine if each.department for pair in both.get(each.department.id, ())]
        found.append(Total("", currency, values, _index(pairs), sum(each.confirmed for each in mine)))
    return found


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [each for each in values if each is not None]
    return sum(known, Decimal(0)) if known else None


@dataclass(frozen=True)
class Today:
    """How a department's day goes: net sales of its target, in percent; None where either is not known."""

    name: str
    day: date
    index: Decimal | None


def today(client: Client, departments: Sequence[Department], *, now: datetime) -> list[Today]:
    """Today's index of each department, for a client who lets staff see it; else nothing."""
    if not client.staff_sees_index:
        return []
    days = {each.id: clock_of(each).day_of(now) for each in departments}
    indexes: dict[UUID, Decimal | None] = {}
    for day in set(days.values()):
        lines = of([each for each in departments if days[each.id] == day], [day])
        indexes |= {each.department.id: each.index for each in lines if each.department}
    return [Today(each.name, days[each.id], indexes[each.id]) for each in departments]
