"""Budgets: spreading a week over days and a day over hours, and the index (weekly-balance.md 6): pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance.rules.terms import LastYear
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.shares import CENT, share

HUNDRED: Final = Decimal(100)
TENTH: Final = Decimal("0.1")


def spread(amount: Decimal, weights: Sequence[Decimal], *, smallest: Decimal = CENT) -> list[Decimal]:
    """An amount in parts of these percentages, which add up to 100; the parts add up to the amount.

    The parts are whole multiples of `smallest`; what rounding leaves over goes to the largest remainders, the earlier
    part first. Raises RuleBroken when weights do not add up to 100 or one is negative.
    """
    if sum(weights, Decimal(0)) != HUNDRED or any(weight < 0 for weight in weights):
        raise RuleBroken(_("The weights have to add up to 100 %."), code="weights", status=422)
    return share(amount, weights, smallest=smallest)


def over_days(
    amount: Decimal, days: Sequence[date], weekdays: Sequence[Decimal], *, smallest: Decimal = CENT
) -> list[Decimal]:
    """The target of a year, a month or a week in parts for its days, by the weights of their weekdays (Monday first).

    The parts add up to the amount. Raises RuleBroken when no day of them has a weight.
    """
    return share(amount, [weekdays[day.weekday()] for day in days], smallest=smallest)


def index(actual: Decimal | None, budget: Decimal | None) -> Decimal | None:
    """Actual ÷ budget × 100, one decimal; None where either is empty or the budget is 0."""
    if actual is None or not budget:
        return None
    return (actual / budget * HUNDRED).quantize(TENTH, ROUND_HALF_UP)


def week_index(
    actuals: Mapping[date, Decimal | None], budgets: Mapping[date, Decimal | None]
) -> tuple[Decimal | None, int]:
    """The index over the days that have both, and how many these are."""
    days = [day for day, actual in actuals.items() if actual is not None and budgets.get(day) is not None]
    actual = sum((actuals[day] or Decimal(0) for day in days), Decimal(0))
    budget = sum((budgets[day] or Decimal(0) for day in days), Decimal(0))
    return (index(actual, budget) if days else None), len(days)


def last_year_of(day: date, rule: LastYear) -> date | None:
    """The day of the year before that a day is compared with; None where that year has no such day.

    By weekday it lies 52 weeks back; by week it is the same day of the week of the same ISO number, which week 53 has
    in few years (WB-36); by date it is the same date, which 29 February has in few.
    """
    if rule is LastYear.WEEKDAY:
        return day - timedelta(weeks=52)
    year, number, weekday = day.isocalendar()
    try:
        if rule is LastYear.ISO_WEEK:
            return date.fromisocalendar(year - 1, number, weekday)
        return day.replace(year=day.year - 1)
    except ValueError:
        return None


def labour_percent(
    wages: Decimal | None, net_sales: Decimal | None, *, charges_percent: Decimal = Decimal(0)
) -> Decimal | None:
    """Wage cost, with what the employer pays on top of it, ÷ net sales × 100, one decimal."""
    return index(None if wages is None else wages * (HUNDRED + charges_percent) / HUNDRED, net_sales)


def sales_per_hour(net_sales: Decimal | None, hours: Decimal | None) -> Decimal | None:
    """Net sales ÷ hours worked, to the cent."""
    return None if net_sales is None or not hours else (net_sales / hours).quantize(CENT, ROUND_HALF_UP)
