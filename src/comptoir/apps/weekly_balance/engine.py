"""The engine: what the ledger says of a department's days becomes numbers, by the rule of weekly-balance.md 1.2.

It reads days whole and compares, so it may run twice, late or twice at once: days are locked in their order, an equal
number writes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction

from comptoir.apps.weekly_balance import sources, states, trail
from comptoir.apps.weekly_balance.models import (
    Cell,
    Change,
    Client,
    Correction,
    Day,
    Department,
    Field,
    HourFigure,
    TypedHour,
)
from comptoir.apps.weekly_balance.rules import cells
from comptoir.apps.weekly_balance.rules.cells import DayState, Outcome
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, FieldType
from comptoir.apps.weekly_balance.sources import DayFigures

ZERO: Final = Decimal(0)
Key = tuple[date, UUID]
HourRow = tuple[date, UUID, datetime, str]


@dataclass(frozen=True)
class Why:
    """Who has numbers computed, on what ground, and whether approved and typed ones may be written over."""

    actor: str = trail.SYSTEM
    cause: str = trail.LIVE
    overwrite: bool = False


@dataclass
class Result:
    """What became of the numbers; `replaced` names those that a person had typed or approved."""

    written: int = 0
    kept: int = 0
    pending: int = 0
    replaced: list[dict[str, str]] = field(default_factory=list)

    def __iadd__(self, other: "Result") -> "Result":
        self.written += other.written
        self.kept += other.kept
        self.pending += other.pending
        self.replaced += other.replaced
        return self


@dataclass
class _Work:
    """One department's days on the way through, with everything that is to be written at the end."""

    department: Department
    why: Why
    now: datetime
    days: dict[date, Day]
    cells: dict[Key, Cell]
    waiting: dict[Key, Correction]
    rejected: dict[Key, Correction]
    result: Result = field(default_factory=Result)
    written: set[Key] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    restated: set[date] = field(default_factory=set)


@transaction.atomic
def compute(
    *, client: Client, department: Department, days: Collection[date], now: datetime, why: Why | None = None
) -> Result:
    """Compute these days of a department; returns what became of their numbers."""
    why, ordered = why or Why(), sorted(set(days))
    if not ordered:
        return Result()
    locked = lock_days(department, ordered)
    fields = _mapped(department.organisation_id)
    found = sources.measured(department, client.choices, first=ordered[0], last=ordered[-1])
    work = _work(department, why, now, locked, ordered)
    covered = states.covered(department, ordered)
    opened = sources.first_sale(department)
    for day in ordered:
        is_open = opened is not None and day >= opened
        is_known = day in found or (is_open and (day in covered or sources.is_closed(department, day)))
        for kind, mapped in fields.items():
            _propose(work, day, kind, mapped, found.get(day), is_known)
    _save(work)
    _save_hours(work, fields, found)
    states.settle(client=client, department=department, days=locked, found=found, covered=covered, now=now)
    return work.result


def lock_days(department: Department, days: Sequence[date]) -> dict[date, Day]:
    """The rows of these days, made where there are none, locked in their order until the transaction ends."""
    mine = {"organisation_id": department.organisation_id, "department_id": department.id}
    Day.objects.bulk_create([Day(**mine, business_date=day) for day in days], ignore_conflicts=True)
    rows = Day.objects.select_for_update(no_key=True).filter(**mine, business_date__in=days)
    return {row.business_date: row for row in rows.order_by("business_date")}


def _mapped(organisation_id: UUID) -> dict[FieldType, Field]:
    rows = Field.objects.filter(organisation_id=organisation_id).filter(field_type__in=POS_TYPES)
    return {FieldType(row.field_type): row for row in rows.order_by("number")}


def _work(department: Department, why: Why, now: datetime, days: dict[date, Day], ordered: list[date]) -> _Work:
    mine = {
        "organisation_id": department.organisation_id,
        "department_id": department.id,
        "business_date__in": ordered,
    }
    rows = Cell.objects.filter(**mine)
    decided = Correction.objects.filter(**mine, state__in=(Correction.State.WAITING, Correction.State.REJECTED))
    waiting: dict[Key, Correction] = {}
    rejected: dict[Key, Correction] = {}
    for each in decided.order_by("id"):
        target = waiting if each.state == Correction.State.WAITING else rejected
        target[each.business_date, each.field_id] = each
    known = {(row.business_date, row.field_id): row for row in rows}
    return _Work(department, why, now, days, known, waiting, rejected)


def _propose(work: _Work, day: date, kind: FieldType, mapped: Field, found: DayFigures | None, is_known: bool) -> None:
    """Decide about one number. Visitors that no till counts stay whoever typed them (WB-10)."""
    row = work.cells.get((day, mapped.id))
    was_measured = row is not None and row.measured is not None
    value = found.day.get(kind) if found else None
    if value is None:
        if kind is FieldType.VISITORS or not (is_known or was_measured):
            return
        value = ZERO
    is_approved = work.days[day].state == DayState.CONFIRMED or (row is not None and row.is_approved)
    standing = cells.Cell(row.measured if row else None, row.typed if row else None, is_approved)
    what = cells.outcome(standing, value, overwrite=work.why.overwrite)
    if what is Outcome.SAME:
        _withdraw(work, day, mapped)
    elif what is Outcome.PENDING:
        _ask(work, day, mapped, standing, value, sources.causes(found, work.days[day].computed_at))
    else:
        _write(work, day, mapped, standing, value, is_replaced=what is Outcome.REPLACE)


def _write(work: _Work, day: date, mapped: Field, standing: cells.Cell, value: Decimal, *, is_replaced: bool) -> None:
    key = (day, mapped.id)
    row = work.cells.get(key) or Cell(
        organisation_id=work.department.organisation_id,
        department_id=work.department.id,
        business_date=day,
        field_id=mapped.id,
    )
    row.measured, row.typed, row.updated_at = value, None, work.now
    work.cells[key] = row
    work.written.add(key)
    work.result.written += 1
    if standing.is_approved:
        work.restated.add(day)
    if is_replaced:
        work.result.replaced.append(
            {
                "department": work.department.name,
                "day": day.isoformat(),
                "field": mapped.name,
                "before": trail.text(standing.value),
                "after": trail.text(value),
                "typed": "yes" if standing.typed is not None else "",
            }
        )
    if standing.value is not None or work.why.cause != trail.LIVE:
        work.changes.append(_change(work, day, mapped, trail.text(standing.value), trail.text(value)))
    _withdraw(work, day, mapped)


def _ask(
    work: _Work, day: date, mapped: Field, standing: cells.Cell, value: Decimal, causes: list[dict[str, str]]
) -> None:
    """Let a difference wait for somebody, unless it waits already or was refused."""
    key = (day, mapped.id)
    work.result.kept += 1
    before, refused = work.waiting.get(key), work.rejected.get(key)
    if (before and before.proposed == value) or (
        refused and before is None and (refused.proposed, refused.standing) == (value, standing.value)
    ):
        return
    named = {each["id"]: each for each in [*(before.causes if before else []), *causes]}
    _withdraw(work, day, mapped)
    work.corrections.append(
        Correction(
            organisation_id=work.department.organisation_id,
            department_id=work.department.id,
            business_date=day,
            field_id=mapped.id,
            standing=standing.value,
            proposed=value,
            causes=list(named.values()),
            created_at=work.now,
        )
    )
    work.result.pending += 1
    work.changes.append(_change(work, day, mapped, trail.text(standing.value), trail.text(value), cause=trail.ASKED))


def _withdraw(work: _Work, day: date, mapped: Field) -> None:
    """What waits for this number is not what the till says any more."""
    before = work.waiting.pop((day, mapped.id), None)
    if before is not None and before.state == Correction.State.WAITING:
        before.state, before.decided_at, before.decided_by = Correction.State.WITHDRAWN, work.now, work.why.actor
        before.save(update_fields=["state", "decided_at", "decided_by"])


def _change(work: _Work, day: date, mapped: Field, before: str, after: str, *, cause: str = "") -> Change:
    return trail.change(
        organisation_id=work.department.organisation_id,
        department_id=work.department.id,
        day=day,
        field_id=mapped.id,
        before=before,
        after=after,
        actor=work.why.actor,
        cause=cause or work.why.cause,
        now=work.now,
    )


def _save(work: _Work) -> None:
    Cell.objects.bulk_create(
        [work.cells[key] for key in sorted(work.written)],
        update_conflicts=True,
        unique_fields=["organisation", "department_id", "business_date", "field_id"],
        update_fields=["measured", "typed", "updated_at"],
    )
    Correction.objects.bulk_create(work.corrections)
    Change.objects.bulk_create(work.changes)
    for day in sorted(work.restated):
        row = work.days[day]
        row.revision += 1
        row.save(update_fields=["revision"])
    for day in sorted({day for day, _ in work.written}):
        row = work.days[day]
        row.computed_at = work.now
        row.save(update_fields=["computed_at"])


def _save_hours(work: _Work, fields: dict[FieldType, Field], found: dict[date, DayFigures]) -> None:
    """The hours of every number that was written; those of a number that was kept stay with it."""
    if not work.written:
        return
    mine = {"organisation_id": work.department.organisation_id, "department_id": work.department.id}
    by_field: defaultdict[UUID, set[date]] = defaultdict(set)
    for day, field_id in work.written:
        by_field[field_id].add(day)
    for field_id, days in sorted(by_field.items()):
        for held in (HourFigure, TypedHour):
            held.objects.filter(**mine, field_id=field_id, business_date__in=sorted(days)).delete()
    HourFigure.objects.bulk_create(
        HourFigure(**mine, business_date=day, field_id=fields[kind].id, start=start, register_id=register, value=value)
        for day, figures in sorted(found.items())
        for (kind, start, register), value in sorted(figures.hours.items())
        if value and kind in fields and (day, fields[kind].id) in work.written
    )


def restate_hours(department: Department, day: date, field_id: UUID) -> None:
    """The hours of a number that was accepted, as the ledger has them now."""
    client = Client.objects.get(organisation_id=department.organisation_id)
    mapped = Field.objects.get(organisation_id=department.organisation_id, id=field_id)
    found = sources.measured(department, client.choices, first=day, last=day).get(day, DayFigures())
    mine = {"organisation_id": department.organisation_id, "department_id": department.id, "business_date": day}
    HourFigure.objects.filter(**mine, field_id=field_id).delete()
    HourFigure.objects.bulk_create(
        HourFigure(**mine, field_id=field_id, start=start, register_id=register, value=value)
        for (kind, start, register), value in sorted(found.hours.items())
        if value and kind == mapped.field_type
    )
