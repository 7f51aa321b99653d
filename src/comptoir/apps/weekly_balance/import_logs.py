"""What is told of imports: the newest of a department, its log, and the days that were not read (3.6, 3.9)."""

from datetime import date, datetime, timedelta

from comptoir.apps.weekly_balance import importing, sources
from comptoir.apps.weekly_balance.models import Department, PosImport
from comptoir.core.intake.importing import reads


def not_read(row: PosImport) -> list[tuple[str, date, date, str]]:
    """(department, first day, last day, reason) of what an import could not read, the newest days first."""
    found = []
    for run in importing.progress(row, now=row.started_at).runs:
        clocks = {
            each.name: sources.clock_of(each)
            for each in Department.objects.filter(
                organisation_id=row.organisation_id, store_id=run.store_id, id__in=row.department_ids
            ).order_by("name")
        }
        for window in reads.windows_of(row.organisation_id, run.id):
            if window.state == "failed":
                last = window.end - timedelta(microseconds=1)
                found += [
                    (name, clock.day_of(window.start), clock.day_of(last), window.fault)
                    for name, clock in clocks.items()
                ]
    return found


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
