"""The week as an Excel file: a sheet of the grid, and one of the hours (decision 0013)."""

import io
from datetime import datetime, time
from decimal import Decimal

import xlsxwriter
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import reads, wording
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.figures import rounded
from comptoir.apps.weekly_balance.rules.terms import MONEY, FieldType
from comptoir.apps.weekly_balance.unallocated import Unallocated
from comptoir.kernel.money import decimal_places

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Workbook:
    """A file in the making. Text is text, whatever it begins with."""

    def __init__(self, currency: str) -> None:
        self.held = io.BytesIO()
        self.currency = currency
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self.held, options)
        places = decimal_places(currency)
        money = "#,##0" + (f".{'0' * places}" if places else "")
        self.bold = self.book.add_format({"bold": True})
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd", "bold": True})
        self.money = self.book.add_format({"num_format": money})

    def number(
        self, sheet: xlsxwriter.worksheet.Worksheet, place: tuple[int, int], value: Decimal | None, kind: FieldType
    ) -> None:
        """A figure as a number; a cell that is not known stays empty."""
        if value is not None:
            sheet.write_number(*place, rounded(value, kind, self.currency), self.money if kind in MONEY else None)


def written(department: Department, grid: reads.Week, lost: Unallocated) -> bytes:
    """The file of a department's week."""
    made = Workbook(department.currency)
    sheet = made.book.add_worksheet(_("Week"))
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(grid.columns) + 1, 13)
    sheet.write_string(0, 0, f"{department.name} ({department.currency})", made.bold)
    for column, each in enumerate(grid.columns, start=1):
        sheet.write_datetime(0, column, datetime.combine(each.day, time()), made.date)
        sheet.write_string(1, column, str(wording.DAYS[each.state][1]))
    sheet.write_string(0, len(grid.columns) + 1, _("Week"), made.bold)
    for line, row in enumerate(grid.rows, start=2):
        sheet.write_string(line, 0, f"{row.field.number} {row.field.name}")
        for column, number in enumerate(row.numbers, start=1):
            made.number(sheet, (line, column), number.value, row.kind)
        made.number(sheet, (line, len(grid.columns) + 1), row.total, row.kind)
    _lost(made, sheet, lost, line=len(grid.rows) + 3)
    _hours(made, department, grid)
    made.book.close()
    return made.held.getvalue()


def _lost(made: Workbook, sheet: xlsxwriter.worksheet.Worksheet, lost: Unallocated, *, line: int) -> None:
    """What registers of no department sold, below the grid and under its own head."""
    if lost.rows:
        sheet.write_string(line, 0, lost.title, made.bold)
    for below, row in enumerate(lost.rows, start=line + 1):
        sheet.write_string(below, 0, f"{row.field.number} {row.field.name}")
        for column, (_day, value) in enumerate(row.by_day, start=1):
            made.number(sheet, (below, column), value, row.kind)
        made.number(sheet, (below, len(row.by_day) + 1), row.total, row.kind)


def _hours(made: Workbook, department: Department, grid: reads.Week) -> None:
    """One line for each hour of each day, with its distance from UTC: the repeated hour of autumn stands twice."""
    sheet = made.book.add_worksheet(_("Hours"))
    split = [row for row in grid.rows if row.field.is_split]
    for column, head in enumerate([_("Day"), _("Hour"), "UTC", *(row.field.name for row in split)]):
        sheet.write_string(0, column, head, made.bold)
    line = 1
    for each in grid.columns:
        if each.row is None:
            continue
        found = reads.day(department, each.day)
        for hour in found.intervals:
            sheet.write_datetime(line, 0, datetime.combine(each.day, time()), made.date)
            sheet.write_string(line, 1, hour.label)
            sheet.write_number(line, 2, hour.offset.total_seconds() / 3600)
            for column, row in enumerate(split, start=3):
                value = found.hours.get((hour.start, row.field.id), Decimal(0))
                known = found.numbers[row.field.id].measured is not None
                made.number(sheet, (line, column), value if known else None, row.kind)
            line += 1
