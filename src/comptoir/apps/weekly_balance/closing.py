"""The till's own closings beside a department's day, and the bridge between them (weekly-balance.md 7, R5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from comptoir.apps.weekly_balance import sources
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules import drawers
from comptoir.apps.weekly_balance.rules.drawers import Paid, Step
from comptoir.apps.weekly_balance.rules.figures import is_counted
from comptoir.apps.weekly_balance.rules.reconciling import Failure
from comptoir.core.ledger import closures as ledger
from comptoir.core.ledger import days as bills
from comptoir.core.ledger.closures import Kept
from comptoir.pos.model import Sale
from comptoir.pos.places import RegisterClosure

LONGEST: Final = timedelta(days=14)
"""A register that was not closed for longer is not compared: its closing is about nothing that a day can be held
against."""
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Closings:
    """The closings that overlap a day, what of them is compared, and the names of the ways to pay."""

    kept: tuple[Kept, ...] = ()
    steps: tuple[Step, ...] = ()
    failures: tuple[Failure, ...] = ()
    names: tuple[tuple[str, str], ...] = ()

    @property
    def method_names(self) -> dict[str, str]:
        """What a way to pay is called, by its id."""
        return dict(self.names)


def of_days(client: Client, department: Department, days: Collection[date]) -> dict[date, Closings]:
    """What the tills of a department counted around some of its days, by day; at most two questions."""
    clock = sources.clock_of(department)
    bounds = {day: clock.bounds(day) for day in days}
    first, last = min(each[0] for each in bounds.values()), max(each[1] for each in bounds.values())
    found = ledger.between(department.organisation_id, [department.store_id], first, last)
    kept = [each for each in found if _takes(department, each.closure)]
    if not kept:
        return {}
    paid = _paid(client, department, [each.closure for each in kept if is_compared(each)], list(days))
    of_day = {day: [each for each in kept if _overlaps(each.closure, *bounds[day])] for day in days}
    return {day: _closings(mine, paid, day) for day, mine in of_day.items() if mine}


def _closings(kept: Sequence[Kept], paid: Sequence[Paid], day: date) -> Closings:
    compared = [each.closure for each in kept if is_compared(each)]
    names = {each.method.id: each.method.name for closure in compared for each in closure.takings}
    return Closings(
        tuple(kept),
        tuple(drawers.steps(compared, paid, day)) if compared else (),
        tuple(drawers.differences(compared, paid)),
        tuple(sorted(names.items())),
    )


def is_compared(kept: Kept) -> bool:
    """Whether a closing is short enough to be held against days."""
    return (kept.closure.closed_at or kept.seen_at) - kept.closure.opened_at <= LONGEST


def _overlaps(closure: RegisterClosure, start: datetime, end: datetime) -> bool:
    return closure.opened_at < end and (closure.closed_at is None or closure.closed_at > start)


def _takes(department: Department, closure: RegisterClosure) -> bool:
    if department.client_number and department.client_number != closure.location_id:
        return False
    return not department.terminals or closure.register.id in department.terminals


def _paid(
    client: Client, department: Department, closures: Sequence[RegisterClosure], days: Sequence[date]
) -> list[Paid]:
    """The bills of the time that these closings and the days cover together."""
    clock = sources.clock_of(department)
    first = min([*days, *(clock.day_of(each.opened_at) for each in closures)])
    last = max([*days, *(clock.day_of(each.closed_at) for each in closures if each.closed_at)])
    rows = bills.ended(
        department.organisation_id,
        department.store_id,
        first - ONE_DAY,
        last + ONE_DAY,
        provider=client.choices.provider,
    )
    return [
        Paid(each.sale.register.id if each.sale.register else "", at, clock.day_of(at), _amounts(each.sale))
        for each in rows
        if (at := each.sale.closed_at) and is_counted(each.sale) and sources.takes(department, each.sale)
    ]


def _amounts(sale: Sale) -> tuple[tuple[str, Decimal], ...]:
    """A till counts what came in, tips among it."""
    return tuple((each.method.id if each.method else "", each.amount + each.tip) for each in sale.payments)
