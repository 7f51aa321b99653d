"""Rows for spreadsheets: CSV that Excel opens as it should, and in which nobody's words run as a formula."""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from django.http import StreamingHttpResponse

MARK: Final = "\ufeff"
"""What tells Excel that the text is UTF-8; the first line begins with it."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

PHONE: Final = re.compile(r"[+-][\d ().,-]+")
"""A number, of a telephone or below nought: digits and what stands between them run as nothing else."""


def line(cells: Iterable[Any]) -> str:
    """One line of CSV."""
    held = io.StringIO()
    csv.writer(held).writerow([_cell(each) for each in cells])
    return held.getvalue()


def download(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The lines as a file, sent while they are made."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(value: Any) -> Any:
    """Instants and dates as ISO 8601."""
    return value.isoformat() if isinstance(value, date | datetime) else value


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula is marked as text; a phone number is none."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    said = plain(value)
    runs = isinstance(said, str) and said.startswith(FORMULA) and not PHONE.fullmatch(said)
    return f"'{said}" if runs else said
