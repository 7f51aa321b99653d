"""What is told of imports: how far each department is, its log, and the days that were not read (3.6, 3.9)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from comptoir.apps.weekly_balance import importing, sources
from comptoir.apps.weekly_balance.models import Department, PosImport
from comptoir.core.intake.importing import reads

INSTANT: Final = timedelta(microseconds=1)
READ: Final = ("done", "known")


@dataclass(frozen=True)
class Advance:
    """How far a department is: business days that are read, of how many, its sales, and the days being read now."""

    department: str
    read: int
    days: int
    sales: int
    now: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class _Piece:
    """A window of a store, in the days of one of its departments."""

    department: str
    first: date
    last: date
    window: reads.WindowFacts

    @property
    def days(self) -> set[date]:
        return {self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)}


def advances(row: PosImport, runs: Iterable[reads.ImportFacts]) -> list[Advance]:
    """How far each department of an import is, by name. A day is read once every till that feeds it was asked."""
    days = {row.first + timedelta(days=number) for number in range((row.last - row.first).days + 1)}
    by_department: dict[str, list[_Piece]] = {}
    for piece in _pieces(row, runs):
        by_department.setdefault(piece.department, []).append(piece)
    found = []
    for department, pieces in sorted(by_department.items()):
        left = {day for piece in pieces if piece.window.state not in READ for day in piece.days}
        going = tuple((piece.first, piece.last) for piece in pieces if piece.window.state == "reading")
        sales = sum(piece.window.sales_read for piece in pieces)
        found.append(Advance(department, len(days - left), len(days), sales, going))
    return found


def not_read(row: PosImport) -> list[tuple[str, date, date, str]]:
    """(department, first day, last day, reason) of what an import could not read, the newest days first."""
    return [
        (piece.department, piece.first, piece.last, piece.window.fault)
        for piece in _pieces(row, importing.progress(row, now=row.started_at).runs)
        if piece.window.state == "failed"
    ]


def _pieces(row: PosImport, runs: Iterable[reads.ImportFacts]) -> Iterator[_Piece]:
    """What an import reads for each of its departments, the newest days first."""
    departments = Department.objects.filter(organisation_id=row.organisation_id, id__in=row.department_ids)
    clocks = [(each, sources.clock_of(each)) for each in departments.order_by("name")]
    for run in runs:
        mine = [(each.name, clock) for each, clock in clocks if each.store_id == run.store_id]
        for window in reads.windows_of(row.organisation_id, run.id):
            for name, clock in mine:
                yield _Piece(name, clock.day_of(window.start), clock.day_of(window.end - INSTANT), window)


def latest_of(department: Department) -> PosImport | None:
    """The newest import that this department was part of."""
    rows = PosImport.objects.filter(
        organisation_id=department.organisation_id, department_ids__contains=[department.id]
    )
    return rows.order_by("-id").first()


def log_of(department: Department, *, now: datetime) -> str:
    """The log of a department's newest import, as far as it is of the department's own store; empty without one."""
    latest = latest_of(department)
    return importing.progress(latest, now=now).log(department.store_id) if latest else ""
