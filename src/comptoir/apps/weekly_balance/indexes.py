"""A week beside its targets and the year before: indexes, labour cost, sales per hour (weekly-balance.md 6)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import budgeting, reads, wording
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules import budgets
from comptoir.apps.weekly_balance.rules.terms import BUDGETED, FieldType, LastYear

COMPARED: Final = (FieldType.GROSS_SALES, FieldType.NET_SALES, FieldType.TRANSACTIONS, FieldType.VISITORS)
Numbers = Mapping[date, Decimal | None]
ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A line below the fields: a figure for each day, one for the week, and of how many days that is."""

    name: str
    values: tuple[str, ...]
    total: str
    note: str = ""


def lines(client: Client, department: Department, grid: reads.Week) -> list[Line]:
    """Every line that something is known for: nothing for a client who sets no targets and has no year before."""
    days = [column.day for column in grid.columns]
    actual = {row.kind: {number.day: number.value for number in row.numbers} for row in grid.rows}
    target = budgeting.of(department, days)
    before = last_year(client, department, days, grid)
    found: list[Line] = []
    for kind in BUDGETED:
        mine: Numbers = {day: target.get((kind, day)) for day in days}
        if any(amount is not None for amount in mine.values()):
            found += _of_budget(kind, actual.get(kind, {}), mine, department)
    for kind in COMPARED:
        if kind in actual and any(value is not None for value in before.get(kind, {}).values()):
            name = _("%(what)s, index to last year") % {"what": wording.TYPES[kind]}
            index = _index(name, actual[kind], before[kind])
            found += [index] if any(value != wording.UNKNOWN for value in index.values) else []
    return found + _of_work(client, department, actual, target, days)


def _of_budget(kind: FieldType, actual: Numbers, mine: Numbers, department: Department) -> list[Line]:
    known = [amount for amount in mine.values() if amount is not None]
    words = {"what": wording.TYPES[kind]}
    shown = tuple(wording.bare(amount, kind, department.currency) for amount in mine.values())
    total = wording.bare(sum(known, ZERO), kind, department.currency)
    budget = Line(_("%(what)s, budget") % words, shown, total)
    if not any(actual.get(day) is not None for day in mine):
        return [budget]
    return [budget, _index(_("%(what)s, index to budget") % words, actual, mine)]


def _index(name: str, actual: Numbers, against: Numbers) -> Line:
    total, number = budgets.week_index({day: actual.get(day) for day in against}, against)
    values = tuple(wording.tenths(budgets.index(actual.get(day), amount)) for day, amount in against.items())
    note = "" if number == len(against) else _("%(number)s of %(all)s days") % {"number": number, "all": len(against)}
    return Line(name, values, wording.tenths(total), note)


def last_year(
    client: Client, department: Department, days: Sequence[date], grid: reads.Week
) -> dict[FieldType, Numbers]:
    """The figures of the days that these are compared with, by the client's rule (WB-36)."""
    pairs = {day: budgets.last_year_of(day, LastYear(client.last_year)) for day in days}
    found = reads.values(department, [day for day in pairs.values() if day is not None])
    return {
        row.kind: {day: found.get((row.field.id, then)) if then else None for day, then in pairs.items()}
        for row in grid.rows
        if row.kind in COMPARED
    }


@dataclass(frozen=True)
class _Ratio:
    """Sales and what they are set against, day by day; `of` computes one figure from both, `shown` words it."""

    name: str
    sales: Numbers
    work: Numbers
    of: Callable[[Decimal | None, Decimal | None], Decimal | None]
    shown: Callable[[Decimal | None], str]


def _of_work(
    client: Client,
    department: Department,
    actual: Mapping[FieldType, Numbers],
    target: Mapping[budgeting.Key, Decimal],
    days: Sequence[date],
) -> list[Line]:
    """Labour cost and sales per hour, of what is, of what is scheduled and of what was meant to be."""
    on_top = client.charges_percent if client.wages_with_charges else ZERO
    charges = {"charges": _("with charges") if client.wages_with_charges else _("without charges")}

    def labour(sales: Decimal | None, wages: Decimal | None) -> Decimal | None:
        return budgets.labour_percent(wages, sales, charges_percent=on_top)

    def money(value: Decimal | None) -> str:
        return wording.bare(value, FieldType.NET_SALES, department.currency)

    def meant(kind: FieldType) -> Numbers:
        return {day: target.get((kind, day)) for day in days}

    def known(kind: FieldType) -> Numbers:
        return actual.get(kind, {})

    sold, aim = known(FieldType.NET_SALES), meant(FieldType.NET_SALES)
    wages, per_hour = FieldType.WAGE_COST, budgets.sales_per_hour
    # What a schedule promises is what was meant to be sold by those who are to be there.
    ratios = (
        _Ratio(_("Labour cost %%, %(charges)s") % charges, sold, known(wages), labour, wording.tenths),
        _Ratio(_("Labour cost %%, budget, %(charges)s") % charges, aim, meant(wages), labour, wording.tenths),
        _Ratio(_("Sales per hour worked"), sold, known(FieldType.HOURS), per_hour, money),
        _Ratio(_("Budgeted sales per hour scheduled"), aim, known(FieldType.SCHEDULED_HOURS), per_hour, money),
        _Ratio(_("Sales per hour, budget"), aim, meant(FieldType.HOURS), per_hour, money),
    )
    return [line for each in ratios if (line := _ratio_line(each, days))]


def _ratio_line(ratio: _Ratio, days: Sequence[date]) -> Line | None:
    """The figure of each day, and that of the days that have both; None where none has."""
    both = [day for day in days if ratio.sales.get(day) is not None and ratio.work.get(day) is not None]
    if not both:
        return None
    values = tuple(ratio.shown(ratio.of(ratio.sales.get(day), ratio.work.get(day))) for day in days)
    sales, work = (sum((each[day] or ZERO for day in both), ZERO) for each in (ratio.sales, ratio.work))
    words = {"number": len(both), "all": len(days)}
    note = "" if len(both) == len(days) else _("%(number)s of %(all)s days") % words
    return Line(ratio.name, values, ratio.shown(ratio.of(sales, work)), note)
