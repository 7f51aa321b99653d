"""Questions about imports; answers are plain data."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q

from comptoir.core.accounts.models import Store
from comptoir.core.intake.importing import windows
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.kernel.clock import business_day_bounds
from comptoir.kernel.ids import public_id

PAGE = 50
OF_RUN = (
    "id",
    "store_id",
    "start",
    "end",
    "state",
    "sales_read",
    "sales_changed",
    "fault",
    "started_at",
    "finished_at",
)


@dataclass(frozen=True)
class ImportFacts:
    """An import of a store's sales between two instants.

    `share` of its time is read, 0 to 1. `rate` is in sales per second since it was last set going, `remaining` how
    long it will take at that pace; None before anything can be said. `reading` is the newest time being read now.
    `waits_for` is the fault of a window that is tried again by itself at `due_at`.
    """

    id: UUID
    store_id: UUID
    start: datetime
    end: datetime
    state: str
    sales_read: int
    sales_changed: int
    fault: str
    started_at: datetime
    finished_at: datetime | None
    share: float
    rate: float | None
    remaining: timedelta | None
    reading: tuple[datetime, datetime] | None
    waits_for: str
    due_at: datetime | None
    windows: int
    windows_read: int

    @property
    def public_id(self) -> str:
        """`imp_…`"""
        return public_id("imp", self.id)

    @property
    def percent(self) -> int:
        """Whole percent, 100 only when everything is read."""
        return 100 if self.share >= 1 else min(99, int(self.share * 100))


@dataclass(frozen=True)
class WindowFacts:
    """One window of an import, and what became of it."""

    start: datetime
    end: datetime
    state: str
    sales_read: int
    sales_changed: int
    reached_at: datetime
    attempts: int
    due_at: datetime
    fault: str
    finished_at: datetime | None


def import_runs(
    organisation_id: UUID,
    *,
    now: datetime,
    store_ids: Collection[UUID] | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
    is_scheduled: bool | None = None,
) -> list[ImportFacts]:
    """Imports, newest first by our id; `before` is the id of the last one seen. By a schedule, by a person, or all."""
    rows = ImportRun.objects.filter(organisation_id=organisation_id)
    if is_scheduled is not None:
        rows = rows.filter(schedule_id__isnull=not is_scheduled)
    if store_ids is not None:
        rows = rows.filter(store_id__in=store_ids)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[:limit])
    sums = _sums(organisation_id, [each.id for each in found])
    return [_facts(each, sums.get(each.id, {}), now) for each in found]


def import_run(
    organisation_id: UUID, run_id: UUID, *, now: datetime, store_ids: Collection[UUID] | None = None
) -> ImportFacts | None:
    """One import, or None."""
    rows = ImportRun.objects.filter(organisation_id=organisation_id, id=run_id)
    found = (rows if store_ids is None else rows.filter(store_id__in=store_ids)).first()
    return _facts(found, _sums(organisation_id, [run_id]).get(run_id, {}), now) if found else None


def windows_of(organisation_id: UUID, run_id: UUID) -> list[WindowFacts]:
    """The windows of an import, the newest days first."""
    names = list(WindowFacts.__dataclass_fields__)
    rows = ImportWindow.objects.filter(organisation_id=organisation_id, run_id=run_id).order_by("number")
    return [WindowFacts(**values) for values in rows.values(*names)]


def _sums(organisation_id: UUID, run_ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the windows of each run add up to, in one query."""
    is_reading, waits = Q(state=ImportWindow.State.READING), Q(state__in=windows.OPEN) & ~Q(fault="")
    rows = (
        ImportWindow.objects.filter(organisation_id=organisation_id, run_id__in=run_ids)
        .order_by()
        .values("run_id")
        .annotate(
            total=windows.TOTAL,
            read=windows.READ_SO_FAR,
            all=Count("number"),
            done=Count("number", filter=Q(state__in=windows.OVER)),
            since=Max("start", filter=is_reading),
            until=Max("end", filter=is_reading),
            waits_for=Min("fault", filter=waits),
            due_at=Min("due_at", filter=waits),
        )
    )
    return {row["run_id"]: dict(row) for row in rows}


def _facts(run: ImportRun, sums: dict[str, Any], now: datetime) -> ImportFacts:
    share = sums["read"] / sums["total"] if sums else 0.0
    rate, remaining = _pace(run, share, now) if run.state == ImportRun.State.RUNNING else (None, None)
    since, until = sums.get("since"), sums.get("until")
    return ImportFacts(
        **{name: getattr(run, name) for name in OF_RUN},
        share=share,
        rate=rate,
        remaining=remaining,
        reading=(since, until) if since and until else None,
        waits_for=sums.get("waits_for") or "",
        due_at=sums.get("due_at"),
        windows=sums.get("all", 0),
        windows_read=sums.get("done", 0),
    )


def _pace(run: ImportRun, share: float, now: datetime) -> tuple[float | None, timedelta | None]:
    """Sales per second, and how long the rest takes, since the run was last set going."""
    seconds = (now - run.going_since).total_seconds()
    gained = share - run.share_then
    if seconds <= 0 or gained <= 0:
        return None, None
    return (run.sales_read - run.read_then) / seconds, timedelta(seconds=(1 - share) / gained * seconds)


@dataclass(frozen=True)
class Plan:
    """What an import would ask of a till: at least so many questions, and how long they take at the pace of the newest
    import of the store; None before there was one."""

    questions: int
    takes: timedelta | None


def plan(shop: Store, *, first: date, last: date) -> Plan:
    """The plan for the business dates `first` to `last` of a store; nothing is written and no till is asked."""
    zone = ZoneInfo(shop.timezone)
    start, _ = business_day_bounds(first, zone=zone, day_start=shop.day_start)
    _, end = business_day_bounds(last, zone=zone, day_start=shop.day_start)
    done = ImportRun.objects.filter(
        organisation_id=shop.organisation_id, store_id=shop.id, state=ImportRun.State.DONE, finished_at__isnull=False
    )
    newest = done.order_by("-finished_at", "-pk").first()
    takes = None
    if newest is not None and newest.finished_at is not None:
        takes = (newest.finished_at - newest.going_since) * ((end - start) / (newest.end - newest.start))
    return Plan(len(windows.cut(start, end, zone=zone, day_start=shop.day_start)), takes)


@dataclass(frozen=True)
class Read:
    """A piece of time that an import has read, and when that import was last set going."""

    start: datetime
    end: datetime
    began_at: datetime


def read_of(organisation_id: UUID, store_id: UUID, begin: datetime, end: datetime) -> list[Read]:
    """What imports of a store have read of a time, in one question."""
    mine = ImportRun.objects.filter(organisation_id=organisation_id, store_id=store_id)
    windows = ImportWindow.objects.filter(
        organisation_id=organisation_id,
        state__in=(ImportWindow.State.DONE, ImportWindow.State.KNOWN),
        start__lt=end,
        end__gt=begin,
        run_id__in=mine.values("id"),
    )
    rows = list(windows.values_list("run_id", "start", "end"))
    began = dict(mine.filter(id__in={run_id for run_id, _, _ in rows}).values_list("id", "going_since"))
    return [Read(start, stop, began[run_id]) for run_id, start, stop in rows]
