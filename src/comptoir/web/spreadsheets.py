"""Rows for spreadsheets: CSV that Excel opens as it should, and in which nobody's words run as a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.http import StreamingHttpResponse

MARK: Final = "\ufeff"
"""What tells Excel that the text is UTF-8; the first line begins with it."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

PHONE: Final = re.compile(r"[+-][\d ().,-]+")
"""A number, of a telephone or below nought: digits and what stands between them run as nothing else."""


class Figure(str):
    """A number as text, with a point before its decimals: a line writes the mark that its form says."""

    __slots__ = ()


@dataclass(frozen=True)
class Form:
    """How CSV is written: what stands between cells and before decimals. Raises ValueError where both are one."""

    separator: str = ","
    decimal: str = "."

    def __post_init__(self) -> None:
        if self.separator == self.decimal:
            raise ValueError("separator and decimal mark are the same")


USUAL: Final = Form()


def line(cells: Iterable[Any], form: Form = USUAL) -> str:
    """One line of CSV."""
    held = io.StringIO()
    csv.writer(held, delimiter=form.separator).writerow([_cell(each, form) for each in cells])
    return held.getvalue()


def download(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The lines as a file, sent while they are made."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(value: Any) -> Any:
    """Instants and dates as ISO 8601."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _cell(value: Any, form: Form) -> Any:
    """Text that a spreadsheet would run as a formula is marked as text; a phone number is none."""
    if isinstance(value, Figure):
        return value.replace(".", form.decimal)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    said = plain(value)
    runs = isinstance(said, str) and said.startswith(FORMULA) and not PHONE.fullmatch(said)
    return f"'{said}" if runs else said
