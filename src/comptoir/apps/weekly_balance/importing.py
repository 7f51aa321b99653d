"""Import POS: a person or the night has days of departments read and computed (weekly-balance.md 3.6, 3.7).

Reading is the house's own import; here stands which departments and days it was for, and what became of the numbers
once everything was read.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import engine, sources, trail
from comptoir.apps.weekly_balance.models import Cell, Client, Day, Department, PosImport
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.core.accounts.models import Store
from comptoir.core.intake.importing import reads, runs
from comptoir.core.intake.tasks import enqueue_imports
from comptoir.kernel.errors import RuleBroken

AT_ONCE: Final = 31
"""How many days are computed in one transaction."""
OVER: Final = ("done", "failed", "cancelled")
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Preview:
    """What an import would touch: how many days, and how many numbers that people approved or typed; how often it asks
    the tills at least, and how long that takes at the pace of the latest imports, None where a store had none."""

    departments: int
    days: int
    approved: int
    typed: int
    questions: int = 0
    takes: timedelta | None = None


def check(departments: Sequence[Department], *, first: date, last: date, now: datetime) -> None:
    """Raise RuleBroken for no department, dates the wrong way round, or a day to come."""
    if not departments:
        raise RuleBroken(_("Choose at least one department."), code="departments_missing", status=422)
    if last < first:
        raise RuleBroken(_("The last day comes before the first."), code="window_empty", status=422)
    if any(last > sources.clock_of(each).day_of(now) for each in departments):
        raise RuleBroken(_("The last day lies in the future."), code="day_to_come", status=422)


def preview(departments: Sequence[Department], *, first: date, last: date) -> Preview:
    """The dry run; nothing is written."""
    if not departments:
        return Preview(0, 0, 0, 0)
    mine = {
        "organisation_id": departments[0].organisation_id,
        "department_id__in": [each.id for each in departments],
        "business_date__range": (first, last),
    }
    confirmed = Day.objects.filter(**mine, state=DayState.CONFIRMED).values_list("department_id", "business_date")
    final = set(confirmed)
    cells = list(Cell.objects.filter(**mine).values_list("department_id", "business_date", "typed"))
    stores = Store.objects.filter(organisation_id=departments[0].organisation_id)
    plans = [
        reads.plan(store, first=first, last=last)
        for store in stores.filter(id__in={each.store_id for each in departments})
    ]
    known = [each.takes for each in plans if each.takes is not None]
    return Preview(
        questions=sum(each.questions for each in plans),
        takes=sum(known, timedelta(0)) if len(known) == len(plans) else None,
        departments=len(departments),
        days=(last - first).days + 1,
        approved=sum((department, day) in final for department, day, _ in cells),
        typed=sum(typed is not None for _, _, typed in cells),
    )


def begin(
    *,
    client: Client,
    departments: Sequence[Department],
    first: date,
    last: date,
    overwrite: bool,
    actor: str,
    now: datetime,
) -> PosImport:
    """Have the business dates `first` to `last`, inclusive, read for these departments; enqueue its runs then.

    Raises RuleBroken for no department, dates the wrong way round, a day to come, or a store without a till.
    """
    if not client.pos_import:
        raise RuleBroken(_("Turn on POS import in the settings first."), code="pos_import_off", status=409)
    check(departments, first=first, last=last, now=now)
    stores = Store.objects.filter(
        organisation_id=client.organisation_id, id__in={each.store_id for each in departments}
    )
    with transaction.atomic():
        row = PosImport(
            organisation_id=client.organisation_id,
            department_ids=[each.id for each in departments],
            first=first,
            last=last,
            overwrite=overwrite,
            actor=actor,
            started_at=now,
            run_ids=[
                run_id
                for store in stores.order_by("id")
                for run_id in runs.begin_days(store, first=first, last=last, now=now)
            ],
        )
        row.save(force_insert=True)
    return row


def go(row: PosImport) -> None:
    """Have a worker read what an import is for."""
    for run_id in row.run_ids:
        enqueue_imports(*runs.whose(run_id))


def of_id(organisation_id: UUID, import_id: UUID, department_ids: Collection[UUID]) -> PosImport:
    """An import of departments that somebody may see. Raises RuleBroken (404)."""
    rows = PosImport.objects.filter(organisation_id=organisation_id, id=import_id)
    found = rows.filter(department_ids__contained_by=list(department_ids)).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def act(row: PosImport, what: str, *, client: Client, actor: str, now: datetime) -> PosImport:
    """`pause`, `go-on` or `cancel` what is being read; `again` begins the same days once more.

    Raises RuleBroken where that cannot be done any more.
    """
    if what == "again":
        departments = list(Department.objects.filter(organisation_id=row.organisation_id, id__in=row.department_ids))
        return begin(
            client=client,
            departments=departments,
            first=row.first,
            last=row.last,
            overwrite=row.overwrite,
            actor=actor,
            now=now,
        )
    for run_id in row.run_ids:
        found = reads.import_run(row.organisation_id, run_id, now=now)
        if found is None or found.state == "done":
            continue
        if what == "pause":
            runs.pause(organisation_id=row.organisation_id, run_id=run_id)
        elif what == "go-on":
            runs.take_up(organisation_id=row.organisation_id, run_id=run_id, now=now)
        else:
            runs.cancel(organisation_id=row.organisation_id, run_id=run_id, now=now)
    return row


def finish_due(*, now: datetime) -> None:
    """Compute the numbers of every import that has read everything; one that is queued behind another waits."""
    for organisation_id, import_id in _going():
        finish(organisation_id=organisation_id, import_id=import_id, now=now)


def _going() -> list[tuple[UUID, UUID]]:
    rows = PosImport.objects.filter(finished_at__isnull=True).order_by("id")
    return list(rows.values_list("organisation_id", "id"))


def finish(*, organisation_id: UUID, import_id: UUID, now: datetime) -> bool:
    """Compute one import's numbers if it has read everything; whether it is finished now.

    Two that share a department are computed one after the other, the older first (WB-32). It may be killed anywhere
    and runs again: days that are computed already are equal and write nothing (WB-33).
    """
    row = PosImport.objects.filter(organisation_id=organisation_id, id=import_id, finished_at__isnull=True).first()
    if row is None or _is_queued(row):
        return False
    found = [reads.import_run(organisation_id, run_id, now=now) for run_id in row.run_ids]
    if any(each is not None and each.state not in OVER for each in found):
        return False
    client = Client.objects.get(organisation_id=organisation_id)
    departments = Department.objects.filter(organisation_id=organisation_id, id__in=row.department_ids)
    why = engine.Why(actor=row.actor, cause=_cause(row), overwrite=row.overwrite)
    result = engine.Result()
    for department in departments.order_by("id"):
        for days in _pieces(row.first, row.last):
            result += engine.compute(client=client, department=department, days=days, now=now, why=why)
    with transaction.atomic():
        row.finished_at = now
        row.written, row.kept, row.pending, row.replaced = (
            row.written + result.written,
            result.kept,
            result.pending,
            [*row.replaced, *result.replaced],
        )
        row.fault = next((each.fault for each in found if each is not None and each.fault), "")
        row.save(update_fields=["finished_at", "written", "kept", "pending", "replaced", "fault"])
        Client.objects.filter(organisation_id=organisation_id, imported_at__isnull=True).update(imported_at=now)
    return True


def _is_queued(row: PosImport) -> bool:
    """Whether an older import of one of the same departments is not finished yet."""
    older = PosImport.objects.filter(
        organisation_id=row.organisation_id,
        finished_at__isnull=True,
        id__lt=row.id,
        department_ids__overlap=row.department_ids,
    )
    return older.exists()


def _cause(row: PosImport) -> str:
    return trail.DAILY if row.actor == trail.SYSTEM else f"{trail.MANUAL} {row.public_id}"


def _pieces(first: date, last: date) -> list[list[date]]:
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    return [days[start : start + AT_ONCE] for start in range(0, len(days), AT_ONCE)]


@dataclass(frozen=True)
class Progress:
    """How far an import is: whole percent, sales read, and the words of what it waits for, until when (UTC)."""

    percent: int
    sales_read: int
    is_queued: bool
    words: str
    runs: tuple[reads.ImportFacts, ...]
    resumes_at: datetime | None = None

    def log(self, store_id: UUID) -> str:
        """What happened in one store, line by line in UTC, to be sent to somebody who can help."""
        return "\n".join(
            f"{run.public_id} {run.started_at:%Y-%m-%d %H:%M}Z {run.start:%Y-%m-%d %H:%M}Z/{run.end:%Y-%m-%d %H:%M}Z"
            f" {run.state} {run.percent}% sales={run.sales_read} changed={run.sales_changed}"
            f"{f' {words}' if (words := run.fault or run.waits_for) else ''}"
            for run in self.runs
            if run.store_id == store_id
        )


def progress(row: PosImport, *, now: datetime) -> Progress:
    """How far an import is, by its runs."""
    found = [reads.import_run(row.organisation_id, run_id, now=now) for run_id in row.run_ids]
    known = tuple(each for each in found if each is not None)
    percent = min((each.percent for each in known), default=0)
    return Progress(
        percent=100 if row.finished_at else min(percent, 99),
        sales_read=sum(each.sales_read for each in known),
        is_queued=row.finished_at is None and _is_queued(row),
        words=row.fault or next((each.fault or each.waits_for for each in known if each.fault or each.waits_for), ""),
        runs=known,
        resumes_at=max((each.due_at for each in known if each.due_at and each.due_at > now), default=None),
    )


def latest(
    organisation_id: UUID, *, department_ids: Collection[UUID] | None = None, limit: int = 20
) -> list[PosImport]:
    """Imports, newest first; only those of departments that somebody may see, all of them."""
    rows = PosImport.objects.filter(organisation_id=organisation_id).order_by("-id")
    if department_ids is not None:
        rows = rows.filter(department_ids__contained_by=list(department_ids))
    return list(rows[:limit])
