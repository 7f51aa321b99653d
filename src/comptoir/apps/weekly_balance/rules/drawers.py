"""From what tills counted at their closings to what a day's bills were paid with: pure (weekly-balance.md 7, R5).

A closing is no day. What it counted, less what its bills of other days brought, and with the bills of the day that lie
in no closing, is the day; what is left over is the till's word against its own bills, and is named.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from comptoir.apps.weekly_balance.rules import reconciling
from comptoir.apps.weekly_balance.rules.reconciling import Failure
from comptoir.pos.places import RegisterClosure

ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Paid:
    """What a bill was paid with: its register, the instant, the business date it belongs to, amounts by way to pay."""

    register_id: str
    at: datetime
    day: date
    amounts: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True)
class Step:
    """One way to pay on the way from the closings to the day: counted - other_days - unexplained + unclosed = day."""

    method: str
    counted: Decimal
    other_days: Decimal
    unexplained: Decimal
    unclosed: Decimal
    day: Decimal


def steps(closures: Sequence[RegisterClosure], paid: Collection[Paid], day: date) -> list[Step]:
    """The bridge of one day, a step for each way to pay that any closing or bill of it names."""
    counted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for closure in closures:
        for taking in closure.takings:
            counted[taking.method.id] += taking.total
    ours: defaultdict[str, Decimal] = defaultdict(Decimal)
    others: defaultdict[str, Decimal] = defaultdict(Decimal)
    unclosed: defaultdict[str, Decimal] = defaultdict(Decimal)
    whole: defaultdict[str, Decimal] = defaultdict(Decimal)
    for each in paid:
        is_inside = any(contains(closure, each) for closure in closures)
        for method, amount in each.amounts:
            if is_inside:
                ours[method] += amount
                others[method] += amount if each.day != day else ZERO
            if each.day == day:
                whole[method] += amount
                unclosed[method] += ZERO if is_inside else amount
    methods = {method for method in {*counted, *whole} if counted[method] or whole[method]}
    return [
        Step(each, counted[each], others[each], counted[each] - ours[each], unclosed[each], whole[each])
        for each in sorted(methods)
    ]


def contains(closure: RegisterClosure, paid: Paid) -> bool:
    """Whether a bill was paid at this register while it was open for this closing."""
    is_before_end = closure.closed_at is None or paid.at < closure.closed_at
    return paid.register_id == closure.register.id and closure.opened_at <= paid.at and is_before_end


def differences(closures: Sequence[RegisterClosure], paid: Collection[Paid]) -> list[Failure]:
    """R5: each finished closing counted, by way to pay, what its bills were paid with; named by register and way."""
    found = []
    for closure in closures:
        if closure.closed_at is None:
            continue
        tills = {each.method.id: each.total for each in closure.takings if each.total}
        ours: defaultdict[str, Decimal] = defaultdict(Decimal)
        for each in paid:
            if contains(closure, each):
                for method, amount in each.amounts:
                    ours[method] += amount
        names = {each.method.id: each.method.name for each in closure.takings}
        for failure in reconciling.closures({key: value for key, value in ours.items() if value}, tills):
            where = f"{closure.register.name or closure.register.id}: {names.get(failure.where, failure.where)}"
            found.append(Failure(failure.rule, where, failure.by))
    return found
