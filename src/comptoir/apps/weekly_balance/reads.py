"""Questions of the pages, the exports and the API; answers are plain data, a few questions a week."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from comptoir.apps.weekly_balance import sources
from comptoir.apps.weekly_balance.models import Cell, Change, Correction, Day, Department, Field, HourFigure, TypedHour
from comptoir.apps.weekly_balance.rules import cells
from comptoir.apps.weekly_balance.rules.cells import CellState, DayState, WeekState, week_state
from comptoir.apps.weekly_balance.rules.days import Interval, intervals
from comptoir.apps.weekly_balance.rules.terms import FieldType


@dataclass(frozen=True)
class Number:
    """One number of the grid: what stands, where it comes from, and what the till would rather say. `is_final`: its
    day is confirmed, or a supervisor approved it alone.
    """

    day: date
    field_id: UUID
    value: Decimal | None
    measured: Decimal | None
    state: CellState
    is_final: bool
    correction: Correction | None = None
    is_approved: bool = False


@dataclass(frozen=True)
class Row:
    """A field over the days of a week; `total` is of the days that have a number, None when none has."""

    field: Field
    kind: FieldType
    numbers: tuple[Number, ...]
    total: Decimal | None


@dataclass(frozen=True)
class Column:
    """A day of the week with its state."""

    day: date
    state: DayState
    row: Day | None


@dataclass(frozen=True)
class Week:
    """A department's week."""

    department: Department
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    state: WeekState
    confirmed: int
    pending: int


@dataclass
class DayView:
    """A day from within: its hours (start, by field), its registers, its checks, its trail."""

    department: Department
    day: date
    row: Day
    fields: list[Field]
    intervals: tuple[Interval, ...]
    hours: dict[tuple[datetime, UUID], Decimal] = field(default_factory=dict)
    registers: dict[tuple[str, UUID], Decimal] = field(default_factory=dict)
    typed_hours: dict[tuple[datetime, UUID], Decimal] = field(default_factory=dict)
    numbers: dict[UUID, Number] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def department(organisation_id: UUID, department_id: UUID, *, store_ids: Collection[UUID] | None) -> Department | None:
    """One department of this organisation, or of these stores of it."""
    rows = Department.objects.filter(organisation_id=organisation_id, id=department_id)
    return (rows if store_ids is None else rows.filter(store_id__in=store_ids)).first()


def fields(organisation_id: UUID) -> list[Field]:
    """The rows of the balance, by number."""
    return list(Field.objects.filter(organisation_id=organisation_id).order_by("number"))


def week(of: Department, days: Sequence[date]) -> Week:
    """The grid of some days: four questions, whatever it holds."""
    mine: dict[str, Any] = {"organisation_id": of.organisation_id, "department_id": of.id, "business_date__in": days}
    known = {row.business_date: row for row in Day.objects.filter(**mine)}
    found = {(row.field_id, row.business_date): row for row in Cell.objects.filter(**mine)}
    waiting = {
        (row.field_id, row.business_date): row
        for row in Correction.objects.filter(**mine, state=Correction.State.WAITING)
    }
    columns = tuple(
        Column(day, DayState(known[day].state) if day in known else DayState.OPEN, known.get(day)) for day in days
    )
    rows = []
    for each in fields(of.organisation_id):
        numbers = tuple(
            _number(column, each, found.get((each.id, column.day)), waiting.get((each.id, column.day)))
            for column in columns
        )
        values = [number.value for number in numbers if number.value is not None]
        total = sum(values, Decimal(0)) if values else None
        rows.append(Row(each, FieldType(each.field_type), numbers, total))
    state, confirmed = week_state([column.state for column in columns])
    return Week(of, columns, tuple(rows), state, confirmed, len(waiting))


def values(of: Department, days: Collection[date]) -> dict[tuple[UUID, date], Decimal | None]:
    """What stands for some days, by field and day, in one question."""
    rows = Cell.objects.filter(organisation_id=of.organisation_id, department_id=of.id, business_date__in=days)
    return {(row.field_id, row.business_date): row.measured if row.typed is None else row.typed for row in rows}


def _number(column: Column, of: Field, row: Cell | None, correction: Correction | None) -> Number:
    cell = cells.Cell(row.measured, row.typed) if row else cells.Cell()
    is_approved = row is not None and row.is_approved
    is_final = is_approved or column.state is DayState.CONFIRMED
    return Number(column.day, of.id, cell.value, cell.measured, cell.state, is_final, correction, is_approved)


def day(of: Department, when: date) -> DayView:
    """A day from within."""
    grid = week(of, [when])
    mine: dict[str, Any] = {"organisation_id": of.organisation_id, "department_id": of.id, "business_date": when}
    row = grid.columns[0].row or Day(**mine)
    found = DayView(of, when, row, [each.field for each in grid.rows], intervals(when, sources.clock_of(of)))
    found.numbers = {each.field.id: each.numbers[0] for each in grid.rows}
    hours: defaultdict[tuple[datetime, UUID], Decimal] = defaultdict(Decimal)
    registers: defaultdict[tuple[str, UUID], Decimal] = defaultdict(Decimal)
    for each in HourFigure.objects.filter(**mine):
        hours[each.start, each.field_id] += each.value
        registers[each.register_id, each.field_id] += each.value
    found.hours, found.registers = dict(hours), dict(registers)
    found.typed_hours = {(each.start, each.field_id): each.value for each in TypedHour.objects.filter(**mine)}
    found.corrections = list(Correction.objects.filter(**mine, state=Correction.State.WAITING).order_by("id"))
    found.changes = list(Change.objects.filter(**mine).order_by("-id")[:200])
    return found
