"""The week on one sheet of paper, A4 lying down: the grid, its indexes, who confirmed what, and the notes.

The sheet is drawn as SVG and made a PDF by `vl-convert`, which draws the charts too (decision 0012).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

import vl_convert
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import reads, wording
from comptoir.apps.weekly_balance.indexes import Line
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.cells import CellState
from comptoir.apps.weekly_balance.rules.days import week_label
from comptoir.apps.weekly_balance.unallocated import Unallocated
from comptoir.core.accounts import reads as accounts
from comptoir.web import formats

TYPE: Final = "application/pdf"
WIDTH: Final = 842
HEIGHT: Final = 595
"""A4 in points."""
MARGIN: Final = 32
NAMES: Final = 186
LINE: Final = 17
LONGEST_NOTE: Final = 130


@dataclass
class Sheet:
    """A sheet in the making; `y` is the baseline that was reached, `scale` shrinks what would not fit."""

    parts: list[str] = field(default_factory=list)
    y: float = MARGIN + 10

    def text(self, x: float, words: str, *, size: float = 9, weight: str = "normal", anchor: str = "start") -> None:
        """Words at a place on the current line."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{self.y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )

    def rule(self, *, strong: bool = False) -> None:
        """A line under what was written."""
        y = self.y + 5
        width = 0.9 if strong else 0.3
        self.parts.append(
            f'<line x1="{MARGIN}" y1="{y:.1f}" x2="{WIDTH - MARGIN}" y2="{y:.1f}" stroke="#444" '
            f'stroke-width="{width}"/>'
        )

    def row(self, name: str, cells: Sequence[str], *, weight: str = "normal", size: float = 9) -> None:
        """A name and figures under their columns."""
        self.text(MARGIN, name, weight=weight, size=size)
        step = (WIDTH - 2 * MARGIN - NAMES) / len(cells)
        for number, cell in enumerate(cells, start=1):
            self.text(MARGIN + NAMES + step * number, cell, anchor="end", weight=weight, size=size)

    def down(self, by: float = LINE) -> None:
        """The next line."""
        self.y += by

    def svg(self) -> str:
        """The sheet; one with more lines than it has room for is shrunk to fit."""
        scale = min(1.0, (HEIGHT - MARGIN) / self.y)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {WIDTH} {HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
            f'<g font-family="sans-serif" fill="#111" transform="scale({scale:.4f})">{"".join(self.parts)}</g></svg>'
        )


def written(department: Department, grid: reads.Week, lost: Unallocated, lines: Sequence[Line]) -> bytes:
    """The PDF of a department's week."""
    return bytes(vl_convert.svg_to_pdf(drawn(department, grid, lost, lines)))


def drawn(department: Department, grid: reads.Week, lost: Unallocated, lines: Sequence[Line]) -> str:
    """The sheet as SVG."""
    sheet = Sheet()
    days = [column.day for column in grid.columns]
    title = f"{department.organisation.name} · {department.name} · {week_label(days[0])}"
    sheet.text(MARGIN, title, size=15, weight="bold")
    sheet.text(WIDTH - MARGIN, f"{department.currency} · {department.zone}", anchor="end")
    sheet.down(26)
    sheet.row(_("Field"), [*(formats.day(day) for day in days), _("Week")], weight="bold", size=8)
    sheet.down(13)
    sheet.row("", [*(_state(each) for each in grid.columns), ""], size=7.5)
    sheet.rule(strong=True)
    sheet.down()
    for row in grid.rows:
        cells = [_number(each, row, department) for each in row.numbers]
        total = wording.bare(row.total, row.kind, department.currency)
        sheet.row(f"{row.field.number} {_(row.field.name)}", [*cells, total])
        sheet.rule()
        sheet.down()
    _lost(sheet, lost, department.currency)
    for line in lines:
        sheet.row(line.name, [*line.values, f"{line.total} ({line.note})" if line.note else line.total], size=8)
        sheet.down(14)
    _below(sheet, grid)
    return sheet.svg()


def _state(column: reads.Column) -> str:
    return str(wording.DAYS[column.state][1]) if column.row else _("Nothing yet")


def _number(number: reads.Number, row: reads.Row, department: Department) -> str:
    shown = wording.bare(number.value, row.kind, department.currency)
    is_typed = number.state in (CellState.MANUAL, CellState.CORRECTED)
    return f"{shown} *" if is_typed else shown


def _lost(sheet: Sheet, lost: Unallocated, currency: str) -> None:
    """What registers of no department sold."""
    if lost.rows:
        sheet.row(lost.title, [""], weight="bold", size=8)
        sheet.down()
    for row in lost.rows:
        values = [*(value for _day, value in row.by_day), row.total]
        cells = [wording.bare(value, row.kind, currency) for value in values]
        sheet.row(f"{row.field.number} {_(row.field.name)}", cells)
        sheet.rule()
        sheet.down()


def _below(sheet: Sheet, grid: reads.Week) -> None:
    """Who confirmed which day, what people wrote, and what a star means."""
    sheet.down(6)
    people = accounts.names_of({each.row.confirmed_by for each in grid.columns if each.row})
    for each in grid.columns:
        if each.row is None:
            continue
        if each.row.confirmed_at:
            words = _("%(day)s: confirmed by %(who)s, revision %(number)s") % {
                "day": formats.day(each.day),
                "who": wording.actor(each.row.confirmed_by, people),
                "number": each.row.revision,
            }
            sheet.text(MARGIN, words, size=8)
            sheet.down(12)
        if each.row.note:
            note = " ".join(each.row.note.split())
            sheet.text(MARGIN, f"{formats.day(each.day)} · {note[:LONGEST_NOTE]}", size=8)
            sheet.down(12)
    sheet.text(MARGIN, _("* typed by hand"), size=7.5)
