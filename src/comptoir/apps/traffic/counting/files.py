"""Files of counts: one row an hour, as people-counter makers and tills write them (traffic-analytics.md 3.3).

Columns, in any order: location id, date, hour (two digits, the beginning: 13 is 13:00 to 14:00), and any of traffic in,
traffic out, sales, transactions, items, staff hours. A decimal point, no thousands mark.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.kernel.errors import RuleBroken

DELIMITERS: Final = ",;\t"
MOST_BYTES: Final = 8_000_000
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "location": ("location id", "location_id", "location", "store", "store id"),
    "date": ("date", "date and time", "day", "datetime"),
    "hour": ("hour", "time"),
    "traffic_in": ("traffic in", "traffic_in", "in", "visitors"),
    "traffic_out": ("traffic out", "traffic_out", "out"),
    "sales": ("sales", "sales amount", "net sales"),
    "transactions": ("transactions", "transaction"),
    "items": ("items", "items sold", "units"),
    "staff_hours": ("staff hours", "staff_hours", "labor hours", "labour hours"),
}
FIGURES: Final = ("traffic_in", "traffic_out", "sales", "transactions", "items", "staff_hours")
NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Row:
    """One row as it is written. `occurrence` is 1 for the second row of an hour that comes twice."""

    line: int
    location: str
    day: date
    hour: int
    figures: Mapping[str, Decimal]
    occurrence: int = 0


@dataclass(frozen=True)
class Fault:
    """A row that was not taken: its line and why."""

    line: int
    words: str


def read(content: bytes) -> tuple[list[Row], list[Fault]]:
    """The rows of a file and what is wrong with others. Raises RuleBroken when it is no such file at all."""
    if len(content) > MOST_BYTES:
        raise RuleBroken(_("The file is larger than 8 MB: cut it in parts."), code="file_too_large", status=413)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text), delimiter=delimiter)
    places = _places(next(lines, []))
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, date, int], int] = {}
    for number, cells in enumerate(lines, start=2):
        if not any(each.strip() for each in cells):
            continue
        found = _row(number, cells, places)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        key = (found.location, found.day, found.hour)
        seen[key] = seen.get(key, -1) + 1
        rows.append(Row(found.line, found.location, found.day, found.hour, found.figures, seen[key]))
    return rows, faults


def _places(header: Sequence[str]) -> dict[str, int]:
    said = [each.strip().casefold() for each in header]
    found = {name: said.index(each) for name, spelled in NAMES.items() for each in spelled if each in said}
    missing = [name for name in ("location", "date") if name not in found]
    if missing or not any(name in found for name in FIGURES):
        wanted = ", ".join([*missing, *(() if any(name in found for name in FIGURES) else ("traffic in",))])
        raise RuleBroken(
            _("The first line names the columns; there is none for: %(names)s.") % {"names": wanted},
            code="columns_missing",
            status=422,
        )
    return found


def _row(line: int, cells: Sequence[str], places: Mapping[str, int]) -> Row | Fault:
    def cell(name: str) -> str:
        place = places.get(name, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    location = cell("location")
    when = _when(cell("date"), cell("hour"))
    if not location:
        return Fault(line, _("no location id"))
    if when is None:
        return Fault(line, _("no date and hour: %(said)s") % {"said": f"{cell('date')} {cell('hour')}".strip()})
    figures = {}
    for name in FIGURES:
        said = cell(name)
        if not said:
            continue
        if not NUMBER.fullmatch(said):
            return Fault(line, _("not a number: %(said)s") % {"said": said[:40]})
        figures[name] = Decimal(said)
    if any(figures.get(name, 0) < 0 for name in ("traffic_in", "traffic_out", "staff_hours")):
        return Fault(line, _("people and hours are never below nought"))
    return Row(line, location, when[0], when[1], figures)


def _when(day: str, hour: str) -> tuple[date, int] | None:
    """A date, and an hour of its own or within it."""
    try:
        at = datetime.fromisoformat(day)
        number = int(hour[:2]) if hour else at.hour
    except (ValueError, InvalidOperation):
        return None
    return (at.date(), number) if 0 <= number <= 23 else None


def instant(row: Row, zone: ZoneInfo) -> tuple[datetime, bool] | None:
    """When the hour begins, and whether the file leaves open which one; None for an hour that does not exist.

    The repeated hour of autumn is the first unless the file has two rows of it, then in their order (TA-27).
    """
    begin = datetime.combine(row.day, time(row.hour), tzinfo=zone)
    first, second = begin.replace(fold=0).astimezone(UTC), begin.replace(fold=1).astimezone(UTC)
    if first == second:
        return first, False
    if first.astimezone(zone).hour != row.hour:
        return None  # skipped in spring
    return (second, False) if row.occurrence else (first, True)
