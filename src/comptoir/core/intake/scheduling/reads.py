"""Questions about schedules; answers are plain data."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from django.db.models import Q

from comptoir.core.intake.models import ImportRun, ImportSchedule, ScheduledRun
from comptoir.kernel.ids import public_id

LATEST = 5


@dataclass(frozen=True)
class RunFacts:
    """One run. `skipped` says why nothing was read; else `state` is where its import is.

    `missed`: so many runs after it had passed already, and were caught up by this one.
    """

    slot: datetime
    began_at: datetime
    missed: int
    skipped: str
    run_id: UUID | None
    state: str
    sales_read: int
    sales_changed: int
    fault: str

    @property
    def public_id(self) -> str:
        """`imp_…` of the import, or nothing."""
        return public_id("imp", self.run_id) if self.run_id else ""


@dataclass(frozen=True)
class ScheduleFacts:
    """A schedule with when it runs next (UTC) and its latest runs, the latest first."""

    id: UUID
    store_id: UUID
    connection_id: UUID | None
    rhythm: str
    start: time
    days: int
    active: bool
    due_at: datetime
    latest: tuple[RunFacts, ...]

    @property
    def public_id(self) -> str:
        """`sch_…`"""
        return public_id("sch", self.id)


def schedules(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None) -> list[ScheduleFacts]:
    """All of them, in the order they were made."""
    rows = ImportSchedule.objects.filter(organisation_id=organisation_id)
    if store_ids is not None:
        rows = rows.filter(store_id__in=store_ids)
    return [
        ScheduleFacts(
            id=row.id,
            store_id=row.store_id,
            connection_id=row.connection_id,
            rhythm=row.rhythm,
            start=row.start,
            days=row.days,
            active=row.active,
            due_at=row.due_at,
            latest=_latest(organisation_id, row.id),
        )
        for row in rows.order_by("created_at", "id")
    ]


def _latest(organisation_id: UUID, schedule_id: UUID) -> tuple[RunFacts, ...]:
    mine = ScheduledRun.objects.filter(organisation_id=organisation_id, schedule_id=schedule_id)
    rows = list(mine.order_by("-slot")[:LATEST])
    runs = ImportRun.objects.filter(organisation_id=organisation_id)
    known = runs.filter(
        Q(id__in=[row.run_id for row in rows if row.run_id])
        | Q(schedule_id=schedule_id, started_at__in=[row.began_at for row in rows])
    )
    imports = list(known.order_by("id"))
    return tuple(
        _run(row, [each for each in imports if each.id == row.run_id or each.started_at == row.began_at])
        for row in rows
    )


def _run(row: ScheduledRun, imports: Sequence[ImportRun]) -> RunFacts:
    """A store that several shops feed has an import of each: what was read adds up, and the worst state is told."""
    worst = min(imports, key=_badness, default=None)
    return RunFacts(
        slot=row.slot,
        began_at=row.began_at,
        missed=row.missed,
        skipped=row.skipped,
        run_id=row.run_id,
        state=worst.state if worst else "",
        sales_read=sum(each.sales_read for each in imports),
        sales_changed=sum(each.sales_changed for each in imports),
        fault=worst.fault if worst else "",
    )


def _badness(run: ImportRun) -> int:
    states = ImportRun.State
    return [states.FAILED, states.PAUSED, states.RUNNING, states.CANCELLED, states.DONE].index(states(run.state))
