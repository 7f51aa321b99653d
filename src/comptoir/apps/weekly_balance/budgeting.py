"""Targets are set, day by day or spread from a longer period, and read for a week or an hour (weekly-balance.md 6)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance.models import Budget, BudgetShape, Department
from comptoir.apps.weekly_balance.rules import budgets
from comptoir.apps.weekly_balance.rules.days import Interval
from comptoir.apps.weekly_balance.rules.terms import BUDGETED, MONEY, FieldType
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.money import decimal_places
from comptoir.kernel.shares import share

EVEN: Final = (*[Decimal("14.28")] * 6, Decimal("14.32"))
LONGEST: Final = 400
Key = tuple[FieldType, date]


def of(department: Department, days: Sequence[date]) -> dict[Key, Decimal]:
    """The targets of some days, in one question."""
    rows = Budget.objects.filter(
        organisation_id=department.organisation_id, department_id=department.id, business_date__in=days
    )
    return {(FieldType(row.measure), row.business_date): row.amount for row in rows}


@transaction.atomic
def save(*, department: Department, amounts: Mapping[Key, Decimal | None], actor: str, now: datetime) -> int:
    """Set targets; None takes one away. Returns how many became something else. Raises RuleBroken below 0."""
    before = of(department, sorted({day for _kind, day in amounts}))
    moved = {key: amount for key, amount in amounts.items() if before.get(key) != amount}
    if any(amount is not None and amount < 0 for amount in moved.values()):
        raise RuleBroken(_("This number cannot be below 0."), code="number_negative", status=422)
    mine = {"organisation_id": department.organisation_id, "department_id": department.id}
    for (kind, day), amount in moved.items():
        if amount is None:
            Budget.objects.filter(**mine, business_date=day, measure=kind).delete()
    Budget.objects.bulk_create(
        [
            Budget(**mine, business_date=day, measure=kind, amount=amount)
            for (kind, day), amount in sorted(moved.items())
            if amount is not None
        ],
        update_conflicts=True,
        unique_fields=["organisation", "department_id", "business_date", "measure"],
        update_fields=["amount"],
    )
    if moved:
        days = sorted({day for _kind, day in moved})
        note(
            organisation_id=department.organisation_id,
            actor=actor,
            what="balance.budget",
            subject=f"{department.name} {days[0]} – {days[-1]}",
            now=now,
            details={"numbers": len(moved)},
        )
    return len(moved)


def spread(
    *,
    department: Department,
    measure: FieldType,
    first: date,
    last: date,
    amount: Decimal,
    actor: str,
    now: datetime,
) -> int:
    """Spread the target of a week, a month or a year over its days by the weights of their weekdays.

    Raises RuleBroken for a period the wrong way round or of more than 400 days.
    """
    if last < first:
        raise RuleBroken(_("The last day comes before the first."), code="window_empty", status=422)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if len(days) > LONGEST:
        raise RuleBroken(_("A budget is for 400 days at most."), code="budget_too_long", status=422)
    parts = budgets.over_days(amount, days, shape(department).weekdays, smallest=smallest(measure, department))
    found: dict[Key, Decimal | None] = {(measure, day): part for day, part in zip(days, parts, strict=True)}
    return save(department=department, amounts=found, actor=actor, now=now)


def smallest(measure: FieldType, department: Department) -> Decimal:
    """The smallest part of a target: the currency's smallest coin, a quarter of an hour, one piece."""
    if measure in MONEY:
        return Decimal(1).scaleb(-decimal_places(department.currency))
    return Decimal("0.25") if measure is FieldType.HOURS else Decimal(1)


def shape(department: Department) -> BudgetShape:
    """How the department's targets are spread; evenly as long as nobody said otherwise."""
    mine = {"organisation_id": department.organisation_id, "department_id": department.id}
    return BudgetShape.objects.filter(**mine).first() or BudgetShape(**mine, weekdays=list(EVEN))


def save_shape(
    *, department: Department, weekdays: Sequence[Decimal], hours: Mapping[int, Decimal], actor: str, now: datetime
) -> None:
    """Say how targets are spread. Raises RuleBroken unless weekdays, and hours if any, add up to 100."""
    budgets.spread(Decimal(0), weekdays)
    said = {hour: share for hour, share in hours.items() if share}
    if said:
        budgets.spread(Decimal(0), list(said.values()))
    BudgetShape.objects.update_or_create(
        organisation_id=department.organisation_id,
        department_id=department.id,
        defaults={"weekdays": list(weekdays), "hours": {str(hour): f"{share:f}" for hour, share in said.items()}},
    )
    note(
        organisation_id=department.organisation_id,
        actor=actor,
        what="balance.budget_shape",
        subject=department.name,
        now=now,
    )


def by_hour(department: Department, amount: Decimal, measure: FieldType, hours: Sequence[Interval]) -> list[Decimal]:
    """The target of a day in parts for its intervals by the hour profile; nothing where there is no profile.

    Of an hour that the clock repeats, or that the start of the day cuts in two, each row has its share by its length.
    """
    profile = {int(hour): Decimal(share) for hour, share in shape(department).hours.items()}
    if not profile:
        return []
    lengths = [Decimal((each.end - each.start).total_seconds()) for each in hours]
    weights = [
        profile.get(int(each.label[:2]), Decimal(0)) * length for each, length in zip(hours, lengths, strict=True)
    ]
    if not sum(weights):
        return []
    return share(amount, weights, smallest=smallest(measure, department))


def measures() -> tuple[FieldType, ...]:
    """What a target can be set for."""
    return BUDGETED
