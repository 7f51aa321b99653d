"""Days are confirmed, reopened, and corrections of their numbers decided; numbers are typed (weekly-balance.md 1.1)."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.weekly_balance import engine, sources, states, trail
from comptoir.apps.weekly_balance.models import (
    Cell,
    Change,
    Client,
    Correction,
    Day,
    Department,
    Field,
    ReopenRequest,
    TypedHour,
)
from comptoir.apps.weekly_balance.rules import cells
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken

LONGEST_REASON: Final = 200


@transaction.atomic
def confirm(*, client: Client, department: Department, day: date, actor: str, now: datetime, cause: str = "") -> Day:
    """Declare a day's numbers final. Raises RuleBroken when it is not ready; a confirmed day stays as it is."""
    row = engine.lock_days(department, [day])[day]
    if row.state == DayState.CONFIRMED:
        return row
    if row.state != DayState.REOPENED:
        _look_again(client, department, row, now)
    if row.state == DayState.INCOMPLETE:
        raise RuleBroken(_("Something is missing, or a check does not hold: look at the day."), code="day_incomplete")
    before, row.state = row.state, cells.move(DayState(row.state), DayState.CONFIRMED)
    row.revision += before == DayState.REOPENED
    row.confirmed_at, row.confirmed_by, row.reason = now, actor, ""
    row.save(update_fields=["state", "revision", "confirmed_at", "confirmed_by", "reason"])
    _tell(department, row, before, actor, cause or trail.EDIT, now)
    return row


@transaction.atomic
def reopen(*, department: Department, day: date, reason: str, actor: str, now: datetime) -> Day:
    """Let a confirmed day be changed again; the reason stands in its history, and whoever asked for it has been heard.

    Raises RuleBroken.
    """
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_("Say why the day is reopened."), code="reason_missing", status=422)
    row = engine.lock_days(department, [day])[day]
    before, row.state = row.state, cells.move(DayState(row.state), DayState.REOPENED)
    row.reason = reason[:LONGEST_REASON]
    row.save(update_fields=["state", "reason"])
    asked = ReopenRequest.objects.filter(organisation_id=department.organisation_id, department_id=department.id)
    asked.filter(business_date=day, state=ReopenRequest.State.WAITING).update(
        state=ReopenRequest.State.GRANTED, answered_by=actor, answered_at=now
    )
    _tell(department, row, before, actor, trail.EDIT, now)
    return row


@transaction.atomic
def type_number(
    *,
    client: Client,
    department: Department,
    day: date,
    field_id: UUID,
    value: Decimal | None,
    actor: str,
    now: datetime,
) -> Cell:
    """A person's number, over the till's or alone; None takes it back. Raises RuleBroken in a confirmed day.

    Nor is a number typed over that a supervisor approved.
    """
    row = engine.lock_days(department, [day])[day]
    if row.state == DayState.CONFIRMED:
        raise RuleBroken(_("This day is confirmed. A supervisor can reopen it."), code="day_confirmed", status=409)
    mapped = _field(department.organisation_id, field_id)
    if value is not None and value < 0 and mapped.field_type not in (FieldType.NET_SALES, FieldType.MANUAL):
        raise RuleBroken(_("This number cannot be below 0."), code="number_negative", status=422)
    mine = {"organisation_id": department.organisation_id, "department_id": department.id, "business_date": day}
    found = Cell.objects.filter(**mine, field_id=field_id).first()
    if found is not None and found.is_approved:
        raise RuleBroken(
            _("A supervisor approved this number, and can take that back on the day’s page."),
            code="number_approved",
            status=409,
        )
    cell = found or Cell(**mine, field_id=field_id)
    before = cells.Cell(cell.measured, cell.typed).value
    if cell.typed == value and (found or value is None):
        return cell
    TypedHour.objects.filter(**mine, field_id=field_id).delete()
    cell.typed, cell.updated_at = value, now
    cell.save(force_insert=found is None)
    _changed(department, day, field_id, before, cells.Cell(cell.measured, value).value, actor, trail.EDIT, now)
    _look_again(client, department, row, now)
    return cell


@transaction.atomic
def approve(*, department: Department, day: date, field_id: UUID, is_approved: bool, actor: str, now: datetime) -> Cell:
    """Make one number of a day that is not confirmed final, or take that back; twice is once (1).

    Raises RuleBroken: `day_confirmed`, `number_missing`.
    """
    row = engine.lock_days(department, [day])[day]
    if row.state == DayState.CONFIRMED:
        raise RuleBroken(_("This day is confirmed: all of its numbers are final."), code="day_confirmed", status=409)
    mine = {"organisation_id": department.organisation_id, "department_id": department.id, "business_date": day}
    cell = Cell.objects.filter(**mine, field_id=_field(department.organisation_id, field_id).id).first()
    value = cells.Cell(cell.measured, cell.typed).value if cell else None
    if cell is None or value is None:
        raise RuleBroken(_("There is no number here to approve."), code="number_missing", status=409)
    if cell.is_approved != is_approved:
        cell.is_approved, cell.updated_at = is_approved, now
        cell.save(update_fields=["is_approved", "updated_at"])
        cause = trail.APPROVED if is_approved else trail.RELEASED
        _changed(department, day, field_id, value, value, actor, cause, now)
    return cell


@transaction.atomic
def decide(
    *,
    organisation_id: UUID,
    correction_id: UUID,
    accept: bool,
    actor: str,
    now: datetime,
    store_ids: Collection[UUID] | None = None,
) -> Correction:
    """Let the till's new number stand, or keep the old one. Raises RuleBroken (404) where nothing waits.

    An accepted one restates a confirmed day: it stays confirmed, its revision goes up.
    """
    rows = Correction.objects.filter(organisation_id=organisation_id, id=correction_id)
    found = rows.first()
    department = _of(organisation_id, found.department_id, store_ids) if found else None
    if found is None or department is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    day = found.business_date
    row = engine.lock_days(department, [day])[day]
    found = rows.get()  # as it is under the lock
    if found.state != Correction.State.WAITING:
        raise RuleBroken(_("Somebody has decided about this already."), code="correction_decided", status=409)
    found.state = Correction.State.ACCEPTED if accept else Correction.State.REJECTED
    found.decided_at, found.decided_by = now, actor
    found.save(update_fields=["state", "decided_at", "decided_by"])
    if accept:
        mine = {"organisation_id": organisation_id, "department_id": department.id, "business_date": day}
        Cell.objects.filter(**mine, field_id=found.field_id).update(measured=found.proposed, typed=None, updated_at=now)
        TypedHour.objects.filter(**mine, field_id=found.field_id).delete()
        engine.restate_hours(department, day, found.field_id)
        if row.state == DayState.CONFIRMED:
            row.revision += 1
        row.computed_at = now
        row.save(update_fields=["revision", "computed_at"])
    cause = trail.LATE if accept else trail.KEPT
    _changed(department, day, found.field_id, found.standing, found.proposed, actor, cause, now)
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="balance.corrected" if accept else "balance.kept",
        subject=f"{department.name} {day}",
        now=now,
    )
    return found


@transaction.atomic
def write_note(*, department: Department, day: date, text: str, actor: str, now: datetime) -> None:
    """A remark that stands over a day's column."""
    row = engine.lock_days(department, [day])[day]
    before, row.note = row.note, text.strip()
    if before != row.note:
        row.save(update_fields=["note"])
        Change.objects.bulk_create(
            [
                trail.change(
                    organisation_id=department.organisation_id,
                    department_id=department.id,
                    day=day,
                    field_id=None,
                    before=before[:40],
                    after=row.note[:40],
                    actor=actor,
                    cause=trail.NOTE,
                    now=now,
                )
            ]
        )


def _look_again(client: Client, department: Department, row: Day, now: datetime) -> None:
    """The day's state as it is now; its numbers stay."""
    day = row.business_date
    found = sources.measured(department, client.choices, first=day, last=day)
    covered = states.covered(department, [day])
    states.settle(client=client, department=department, days={day: row}, found=found, covered=covered, now=now)


def _field(organisation_id: UUID, field_id: UUID) -> Field:
    found = Field.objects.filter(organisation_id=organisation_id, id=field_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def _of(organisation_id: UUID, department_id: UUID, store_ids: Collection[UUID] | None) -> Department | None:
    rows = Department.objects.filter(organisation_id=organisation_id, id=department_id)
    return (rows if store_ids is None else rows.filter(store_id__in=store_ids)).first()


def _changed(
    department: Department,
    day: date,
    field_id: UUID,
    before: Decimal | None,
    after: Decimal | None,
    actor: str,
    cause: str,
    now: datetime,
) -> None:
    trail.change(
        organisation_id=department.organisation_id,
        department_id=department.id,
        day=day,
        field_id=field_id,
        before=trail.text(before),
        after=trail.text(after),
        actor=actor,
        cause=cause,
        now=now,
    ).save(force_insert=True)


def _tell(department: Department, row: Day, before: str, actor: str, cause: str, now: datetime) -> None:
    """The trail of the day, and a note in the house's own audit."""
    trail.change(
        organisation_id=department.organisation_id,
        department_id=department.id,
        day=row.business_date,
        field_id=None,
        before=before,
        after=row.state,
        actor=actor,
        cause=cause,
        now=now,
        reason=row.reason,
    ).save(force_insert=True)
    note(
        organisation_id=department.organisation_id,
        actor=actor,
        what=f"balance.{row.state}",
        subject=f"{department.name} {row.business_date}",
        now=now,
        details={"reason": row.reason, "revision": row.revision},
    )
