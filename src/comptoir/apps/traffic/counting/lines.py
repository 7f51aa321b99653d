"""A table that somebody sends, of counts or of budgets: its lines, and which column is which.

CSV with commas, semicolons or tabs, or the first sheet of a workbook (XLS, XLSX).
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from comptoir.apps.traffic.counting import sheets
from comptoir.kernel.errors import RuleBroken

DELIMITERS: Final = ",;\t"
MOST_BYTES: Final = 8_000_000
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
"""A decimal point, no thousands mark."""


@dataclass(frozen=True)
class Fault:
    """A row that was not taken: its line and why."""

    line: int
    words: str


class Columns:
    """Which column is which, by the first line. `names`: how each may be spelled, in small letters.

    Raises RuleBroken (422) where one of `needed` is missing, or every one of `figures`: the first of these is named.
    """

    def __init__(
        self,
        header: Sequence[str],
        names: Mapping[str, Sequence[str]],
        *,
        needed: Sequence[str],
        figures: Sequence[str],
    ) -> None:
        said = [each.strip().casefold() for each in header]
        self._at = {name: said.index(each) for name, spelled in names.items() for each in spelled if each in said}
        missing = [name for name in needed if name not in self._at]
        if not any(name in self._at for name in figures):
            missing.append(names[figures[0]][0])
        if missing:
            words = _("The first line names the columns; there is none for: %(names)s.") % {"names": ", ".join(missing)}
            raise RuleBroken(words, code="columns_missing", status=422)

    def cell(self, cells: Sequence[str], name: str) -> str:
        """What stands in that column of a row; "" where nothing does."""
        place = self._at.get(name, len(cells))
        return cells[place].strip() if place < len(cells) else ""


def lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number, from 1 on. Raises RuleBroken for a file that is too large, or no table at all."""
    if len(content) > MOST_BYTES:
        raise RuleBroken(_("The file is larger than 8 MB: cut it in parts."), code="file_too_large", status=413)
    return sheets.lines(content) if sheets.is_workbook(content) else _of_text(content)


def _of_text(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """By the mark that its first line has most of."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    yield from enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1)
