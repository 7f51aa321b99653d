"""Workbooks of counts, XLS and XLSX, as the rows of text that a CSV would have: the first sheet that has any."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken

XLSX: Final = b"PK\x03\x04"
XLS: Final = b"\xd0\xcf\x11\xe0"
MOST_UNPACKED: Final = 100_000_000
"""Bytes: a small file must not become a machine's whole memory."""


def is_workbook(content: bytes) -> bool:
    """By its first bytes; what it is called says nothing."""
    return content.startswith((XLSX, XLS))


def lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row that has anything, with its number in the sheet. Raises RuleBroken for what is no workbook."""
    import python_calamine

    _weigh(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = (book.get_sheet_by_index(place) for place in range(len(book.sheet_names)))
        found = (each.to_python(skip_empty_area=False) for each in sheets)
        rows: list[list[Any]] = next(filter(None, found), [])
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise _unreadable() from error
    for number, row in enumerate(rows, start=1):
        cells = [_text(each) for each in row]
        if any(cells):
            yield number, cells


def _weigh(content: bytes) -> None:
    if not content.startswith(XLSX):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    if size > MOST_UNPACKED:
        raise RuleBroken(_("The workbook is too large: cut it in parts."), code="file_too_large", status=413)


def _unreadable() -> RuleBroken:
    return RuleBroken(
        _("The workbook cannot be read: open it, save it again as XLSX or CSV."), code="file_unreadable", status=422
    )


def _text(cell: Any) -> str:
    """A cell as a CSV would have it: whole numbers without a point, dates and times as ISO 8601."""
    if isinstance(cell, bool) or cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, timedelta):
        return f"{cell // timedelta(hours=1):02}:{cell // timedelta(minutes=1) % 60:02}"
    return str(cell).strip()
