"""What registers of no department sold, in rows of its own on screen and in files (weekly-balance.md 3.3)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import reads, sources
from comptoir.apps.weekly_balance.models import Client, Department, Field
from comptoir.apps.weekly_balance.rules.terms import FieldType


@dataclass(frozen=True)
class Row:
    """A field of the balance: a value for each day of the week, none where those registers sold nothing."""

    field: Field
    kind: FieldType
    by_day: list[tuple[date, Decimal | None]]

    @property
    def total(self) -> Decimal:
        """All days together."""
        return sum((value for _day, value in self.by_day if value is not None), Decimal(0))


@dataclass(frozen=True)
class Unallocated:
    """`registers` of no department that sold in a week, and what they sold (WB-06)."""

    registers: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The head of its rows."""
        return _("Unallocated: %(registers)s") % {"registers": ", ".join(self.registers)}


def of_week(client: Client, department: Department, grid: reads.Week) -> Unallocated:
    """Of the department's store, in the fields and on the days that the week's grid has."""
    first, last = grid.columns[0].day, grid.columns[-1].day
    found = sources.unallocated(department.organisation_id, department.store_id, first=first, last=last)
    registers = sorted({register or _("no register") for each in found.values() for register in each})
    return Unallocated(registers, _rows(client, department, grid) if registers else [])


def _rows(client: Client, department: Department, grid: reads.Week) -> list[Row]:
    first, last = grid.columns[0].day, grid.columns[-1].day
    sold = sources.lost(department, client.choices, first=first, last=last)
    rows = (
        Row(row.field, row.kind, [(each.day, sold.get(each.day, {}).get(row.kind)) for each in grid.columns])
        for row in grid.rows
    )
    return [row for row in rows if any(value for _day, value in row.by_day)]
