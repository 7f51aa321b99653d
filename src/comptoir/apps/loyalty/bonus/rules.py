"""What a bonus rule brings: pure (loyalty.md 1.4, E17, E50)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule

GIVEN_LATE: Final = timedelta(days=7)
"""How long after a birthday its bonus is still given, so that a machine that was off costs nobody theirs."""


@dataclass(frozen=True)
class Bill:
    """What a bonus looks at: `points` are what the sale earns now, `units` what is left of each product.

    `is_visit`: no other sale of this member has this visit's bonus already.
    """

    points: int
    business_date: date
    provider: str
    units: Mapping[str, Decimal]
    is_visit: bool


def is_in_force(rule: BonusRule, at: datetime) -> bool:
    """Whether the rule counted at an instant: from its start on, until its end."""
    return rule.starts_at <= at and (rule.ends_at is None or at < rule.ends_at)


def points_for(rule: BonusRule, bill: Bill) -> int:
    """Points on top for a bill; one that earns nothing brings no bonus either. Fractions are dropped."""
    if bill.points <= 0:
        return 0
    match BonusKind(rule.kind):
        case BonusKind.DAYS:
            counts = not rule.weekdays or bill.business_date.isoweekday() in rule.weekdays
            return bill.points * rule.extra_percent // 100 if counts else 0
        case BonusKind.PRODUCT:
            if rule.provider != bill.provider:
                return 0
            return rule.points * int(
                sum((max(Decimal(0), bill.units.get(sku, Decimal(0))) for sku in rule.skus), Decimal(0))
            )
        case BonusKind.VISIT:
            return rule.points if bill.is_visit else 0
        case BonusKind.BIRTHDAY:
            return 0


def birthday_in(year: int, born: date) -> date:
    """The birthday in a year; who was born on 29 February has theirs on the 28th in other years."""
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def birthday_due(born: date, today: date) -> date | None:
    """The birthday whose bonus is to be given today: today's, or one of the days before; `today` is the store's."""
    for year in (today.year, today.year - 1):
        day = birthday_in(year, born)
        if timedelta(0) <= today - day < GIVEN_LATE:
            return day
    return None


def born_on(today: date) -> Collection[tuple[int, int]]:
    """(month, day) of everybody whose bonus may be due today."""
    days = {today - timedelta(days=back) for back in range(GIVEN_LATE.days)}
    found = {(day.month, day.day) for day in days}
    return found | {(2, 29)} if (2, 28) in found else found
