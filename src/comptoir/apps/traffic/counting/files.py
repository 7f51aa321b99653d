"""Files of counts: rows of 60, 30 or 15 minutes, as makers of counters and tills write them (traffic-analytics.md 3.3).

Columns, in any order: location id, date, hour (two digits, the beginning: 13 is 13:00 to 14:00; or 13:15), and any of
traffic in, traffic out, sales, transactions, items, staff hours. What the file is made of says `lines.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from comptoir.apps.traffic.counting.lines import NUMBER, Columns, Fault, lines

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
QUARTERS: Final = (0, 15, 30, 45)
FIGURES: Final = ("traffic_in", "traffic_out", "sales", "transactions", "items", "staff_hours")


@dataclass(frozen=True)
class Row:
    """One row as it is written. `occurrence` is 1 for the second row of a time that comes twice.

    It covers `minutes` from `minute` past the hour on: as long as the file's times of that location lie apart.
    """

    line: int
    location: str
    day: date
    hour: int
    figures: Mapping[str, Decimal]
    occurrence: int = 0
    minute: int = 0
    minutes: int = 60

    @property
    def time(self) -> tuple[str, date, int, int]:
        """What it speaks of."""
        return self.location, self.day, self.hour, self.minute


def read(content: bytes) -> tuple[list[Row], list[Fault]]:
    """The rows of a file and what is wrong with others. Raises RuleBroken when it is no such file at all."""
    told = lines(content)
    columns = Columns(next(told, (1, []))[1], NAMES, needed=("location", "date"), figures=FIGURES)
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[tuple[str, date, int, int], int] = {}
    for number, cells in told:
        if not any(each.strip() for each in cells):
            continue
        found = _row(number, cells, columns)
        if isinstance(found, Fault):
            faults.append(found)
            continue
        seen[found.time] = seen.get(found.time, -1) + 1
        rows.append(replace(found, occurrence=seen[found.time]))
    return _as_long_as_they_lie_apart(rows), faults


def _as_long_as_they_lie_apart(rows: Sequence[Row]) -> list[Row]:
    """Each row with the minutes it covers: 15 where a location has a time at a quarter, 30 where it has half hours."""
    begins: dict[str, set[int]] = {}
    for row in rows:
        begins.setdefault(row.location, set()).add(row.minute)

    def covers(found: set[int]) -> int:
        return 15 if found & {15, 45} else 30 if 30 in found else 60

    return [replace(row, minutes=covers(begins[row.location])) for row in rows]


def _row(line: int, cells: Sequence[str], columns: Columns) -> Row | Fault:
    def cell(name: str) -> str:
        return columns.cell(cells, name)

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
            return Fault(line, _("this is no number: %(said)s") % {"said": said[:40]})
        figures[name] = Decimal(said)
    if any(figures.get(name, 0) < 0 for name in ("traffic_in", "traffic_out", "staff_hours")):
        return Fault(line, _("people and hours are never below nought"))
    return Row(line, location, when[0], when[1], figures, minute=when[2])


def _when(day: str, hour: str) -> tuple[date, int, int] | None:
    """A date, and an hour of its own or within it, at its beginning or at a quarter."""
    try:
        at = datetime.fromisoformat(day)
        number, _colon, rest = hour.partition(":") if hour else (str(at.hour), "", str(at.minute))
        begin = time(int(number), int(rest[:2] or 0))
    except ValueError:
        return None
    return (at.date(), begin.hour, begin.minute) if begin.minute in QUARTERS else None


def instant(row: Row, zone: ZoneInfo) -> tuple[datetime, bool] | None:
    """When the hour begins, and whether the file leaves open which one; None for an hour that does not exist.

    The repeated hour of autumn is the first unless the file has two rows of it, then in their order (TA-27).
    """
    begin = datetime.combine(row.day, time(row.hour, row.minute), tzinfo=zone)
    first, second = begin.replace(fold=0).astimezone(UTC), begin.replace(fold=1).astimezone(UTC)
    if first == second:
        return first, False
    if first.astimezone(zone).time() != time(row.hour, row.minute):
        return None  # skipped in spring
    return (second, False) if row.occurrence else (first, True)
