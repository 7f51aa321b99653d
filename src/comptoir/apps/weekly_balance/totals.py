"""Departments side by side with their sums, and today's index for staff (weekly-balance.md 2, 6)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from comptoir.apps.weekly_balance.models import Budget, Cell, Client, Day, Department, Field
from comptoir.apps.weekly_balance.rules import budgets
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.apps.weekly_balance.sources import clock_of


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
    numbers: defaultdict[tuple[object, FieldType], dict[date, Decimal | None]] = defaultdict(dict)
    for row in Cell.objects.filter(**mine):
        if row.field_id in kinds:
            value = row.measured if row.typed is None else row.typed
            numbers[row.department_id, kinds[row.field_id]][row.business_date] = value
    targets: defaultdict[object, dict[date, Decimal | None]] = defaultdict(dict)
    for budget in Budget.objects.filter(**mine, measure=FieldType.NET_SALES):
        targets[budget.department_id][budget.business_date] = budget.amount
    confirmed: defaultdict[object, int] = defaultdict(int)
    for of_department in Day.objects.filter(**mine, state=DayState.CONFIRMED).values_list("department_id", flat=True):
        confirmed[of_department] += 1
    lines = []
    for each in departments:
        values = {kind: _sum(list(numbers[each.id, kind].values())) for kind in sorted(set(kinds.values()))}
        index, _days = budgets.week_index(numbers[each.id, FieldType.NET_SALES], targets[each.id])
        lines.append(Total(each.name, each.currency, values, index, confirmed[each.id], each))
    return lines + _sums(lines, numbers, targets)


def _sums(
    lines: Sequence[Total],
    numbers: defaultdict[tuple[object, FieldType], dict[date, Decimal | None]],
    targets: defaultdict[object, dict[date, Decimal | None]],
) -> list[Total]:
    found = []
    for currency in sorted({each.currency for each in lines}):
        mine = [each for each in lines if each.currency == currency]
        values = {kind: _sum([each.values[kind] for each in mine]) for kind in mine[0].values}
        pairs = [
            (actual, targets[each.department.id].get(day))
            for each in mine
            if each.department
            for day, actual in numbers[each.department.id, FieldType.NET_SALES].items()
        ]
        both = [(actual, target) for actual, target in pairs if actual is not None and target is not None]
        index = budgets.index(_sum([actual for actual, _t in both]), _sum([target for _a, target in both]))
        found.append(Total("", currency, values, index, sum(each.confirmed for each in mine)))
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
    found = []
    for each in departments:
        day = clock_of(each).day_of(now)
        found.append(Today(each.name, day, of([each], [day])[0].index))
    return found
