"""The windows of an import: how time is cut, and which of them is read next, by whom."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, repeat
from typing import Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError
from django.db import connection as database
from django.db.models import Case, DurationField, F, QuerySet, Sum, When
from django.db.models.functions import Greatest, Least

from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.kernel.clock import business_date, business_day_bounds

# Today and yesterday are read by themselves, so that they are on screen at once; what lies before in pieces that
# double. Each window ends with a page that is not full and costs the vendor's limit a whole one: a year has some
# nineteen of them, a month six. (how many windows, days of each)
LENGTHS: Final = ((2, 1), (1, 2), (1, 4), (1, 7), (1, 14))
LONGEST: Final = 28
# Tills deliver late: only a window that was read so long after its end is known.
SETTLED: Final = timedelta(hours=26)

OPEN: Final = (ImportWindow.State.WAITING, ImportWindow.State.READING)
OVER: Final = (ImportWindow.State.DONE, ImportWindow.State.KNOWN)
TOTAL: Final = Sum(F("end") - F("start"), output_field=DurationField())
"""The time that windows cover; beside it, how much of that is read."""
READ_SO_FAR: Final = Sum(
    Case(When(state__in=OVER, then=F("end")), default=Greatest(F("start"), Least(F("end"), F("reached_at"))))
    - F("start"),
    output_field=DurationField(),
)
DUE_SQL: Final[LiteralString] = """
SELECT w.run_id, w.number FROM intake_importwindow AS w JOIN intake_importrun AS r
  ON r.organisation_id = w.organisation_id AND r.id = w.run_id
WHERE w.organisation_id = %(organisation)s AND r.state = 'running' AND w.state IN ('waiting', 'reading')
  AND w.due_at <= %(now)s
"""
NEXT_OF_CONNECTION_SQL: Final[LiteralString] = DUE_SQL + " AND r.connection_id = %(of)s ORDER BY w.end DESC"
NEXT_OF_RUN_SQL: Final[LiteralString] = DUE_SQL + " AND r.id = %(of)s ORDER BY w.end DESC"


@dataclass(frozen=True)
class Span:
    """[start, end), UTC."""

    start: datetime
    end: datetime


def cut(start: datetime, end: datetime, *, zone: ZoneInfo, day_start: time) -> list[Span]:
    """[start, end) along the business days of a store, the newest first."""
    spans: list[Span] = []
    lengths = chain.from_iterable(repeat(days, count) for count, days in LENGTHS)
    last = business_date(end - timedelta(microseconds=1), zone=zone, day_start=day_start)
    while end > start:
        days = next(lengths, LONGEST)
        begin = max(start, _begin_of(last - timedelta(days=days - 1), zone, day_start))
        spans.append(Span(begin, end))
        last, end = last - timedelta(days=days), begin
    return spans


def _begin_of(day: date, zone: ZoneInfo, day_start: time) -> datetime:
    return business_day_bounds(day, zone=zone, day_start=day_start)[0]


def known(organisation_id: UUID, link_id: UUID, spans: list[Span]) -> set[Span]:
    """Those that an earlier import has read when nothing more was to come."""
    if not spans:
        return set()
    rows = ImportWindow.objects.filter(
        organisation_id=organisation_id,
        location_link_id=link_id,
        state=ImportWindow.State.DONE,
        start__gte=min(each.start for each in spans),
    )
    read = {
        Span(start, end)
        for start, end, finished_at in rows.values_list("start", "end", "finished_at")
        if finished_at and finished_at >= end + SETTLED
    }
    return read.intersection(spans)


@contextmanager
def next_of_connection(organisation_id: UUID, connection_id: UUID, *, now: datetime) -> Iterator[ImportWindow | None]:
    """The newest window that is due of all running imports of a connection; nobody else reads it meanwhile."""
    with _claimed(NEXT_OF_CONNECTION_SQL, organisation_id, connection_id, now) as window:
        yield window


@contextmanager
def next_of_run(organisation_id: UUID, run_id: UUID, *, now: datetime) -> Iterator[ImportWindow | None]:
    """The same of one import."""
    with _claimed(NEXT_OF_RUN_SQL, organisation_id, run_id, now) as window:
        yield window


@contextmanager
def _claimed(statement: LiteralString, organisation_id: UUID, of: UUID, now: datetime) -> Iterator[ImportWindow | None]:
    """A window under a lock of this database session: it ends with whoever reads, however that ends."""
    with database.cursor() as cursor:
        cursor.execute(statement, {"organisation": organisation_id, "of": of, "now": now})
        due = cursor.fetchall()
    for run_id, number in due:
        name = f"import {run_id} {number}"
        if not _lock(name):
            continue
        try:
            # Somebody may have read it between the question and the lock.
            found = ImportWindow.objects.filter(organisation_id=organisation_id, run_id=run_id, number=number)
            window = found.filter(state__in=OPEN, due_at__lte=now).first()
            if window is not None:
                found.update(state=ImportWindow.State.READING)
                yield window
                return
        finally:
            _unlock(name)
    yield None


def _lock(name: str) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def _unlock(name: str) -> None:
    try:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
    except (OperationalError, InterfaceError):
        database.close()  # the session is gone, and its locks with it


def of(run: ImportRun) -> QuerySet[ImportWindow]:
    """The windows of a run."""
    return ImportWindow.objects.filter(organisation_id=run.organisation_id, run_id=run.id)


def share(run: ImportRun) -> float:
    """How much of its time a run has read, 0 to 1."""
    sums = of(run).aggregate(total=TOTAL, read=READ_SO_FAR)
    return float(sums["read"] / sums["total"]) if sums["total"] else 1.0


def connections_due(*, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, connection) of those with a window to read now."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.organisation_id, r.connection_id FROM intake_importrun AS r"
            " JOIN intake_importwindow AS w ON w.organisation_id = r.organisation_id AND w.run_id = r.id"
            " WHERE r.state = 'running' AND w.state IN ('waiting', 'reading') AND w.due_at <= %s ORDER BY 1, 2",
            [now],
        )
        return [(organisation_id, connection_id) for organisation_id, connection_id in cursor.fetchall()]
