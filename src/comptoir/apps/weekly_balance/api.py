"""`/v1/balance`: weeks go out, imports are begun and watched (weekly-balance.md 3.6)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from comptoir.apps.weekly_balance import importing, reads, setting_up, sources
from comptoir.apps.weekly_balance.models import Client, Department, PosImport
from comptoir.apps.weekly_balance.rules.days import week_of
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Bearer, Problem, actor, one_organisation

router = Router(tags=["Weekly balance"])
READ, IMPORT = Bearer("weekly_balance.read"), Bearer("weekly_balance.import")
FAULTS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
MOST: int = 200
Id = Annotated[str, Field(max_length=64)]


class DepartmentOut(Schema):
    """A place with a weekly balance of its own."""

    id: str
    name: str
    store: str
    client_number: str
    terminals: list[str]
    zone: str
    day_start: str
    currency: str


class DepartmentsOut(Schema):
    """Departments, by name."""

    data: list[DepartmentOut]


class NumberOut(Schema):
    """One number, as decimal text in major units: what stands, and what the till says; null is not known."""

    date: date
    value: str | None
    till: str | None


class FieldOut(Schema):
    """A row of the balance over seven days."""

    number: str
    name: str
    field_type: str
    days: list[NumberOut]


class DayOut(Schema):
    """How far a day is."""

    date: date
    state: str
    revision: int
    confirmed_at: datetime | None


class WeekOut(Schema):
    """A department's week."""

    department: str
    currency: str
    days: list[DayOut]
    fields: list[FieldOut]


class ImportIn(Schema):
    """Which business dates to read, first and last included, each in its department's own zone; no department: all.

    `overwrite` lets the import write over approved and typed numbers.
    """

    first: date
    last: date
    departments: Annotated[list[Id], Field(max_length=MOST, default_factory=list)]
    overwrite: bool = False


class ImportOut(Schema):
    """How far an import is. `waits_for` says in words what it waits for, or why it stopped."""

    id: str
    departments: list[str]
    first: date
    last: date
    overwrite: bool
    percent: int
    sales_read: int
    started_at: datetime
    finished_at: datetime | None
    written: int
    kept: int
    pending: int
    waits_for: str


@router.get("/balance/departments", auth=READ, response={200: DepartmentsOut, **FAULTS})
def departments(request: HttpRequest, organisation: str | None = None) -> DepartmentsOut:
    """Every department."""
    mine = one_organisation(request, organisation)
    return DepartmentsOut(data=[_department(each) for each in setting_up.departments(mine.id)])


@router.get("/balance/departments/{department_id}/week", auth=READ, response={200: WeekOut, **FAULTS})
def week(request: HttpRequest, department_id: str, day: date | None = None, organisation: str | None = None) -> WeekOut:
    """The week around a date; without one, the week that is going on where the department is."""
    mine = one_organisation(request, organisation)
    found = reads.department(mine.id, parse_id("dep", department_id), store_ids=None)
    if found is None:
        raise nothing()
    now = timezone.now()
    client = setting_up.client_of(mine.id, now=now)
    days = week_of(day or sources.clock_of(found).day_of(now), starts_on=client.week_starts_on)
    grid = reads.week(found, days)
    return WeekOut(
        department=found.public_id,
        currency=found.currency,
        days=[
            DayOut(
                date=each.day,
                state=str(each.state),
                revision=each.row.revision if each.row else 1,
                confirmed_at=each.row.confirmed_at if each.row else None,
            )
            for each in grid.columns
        ],
        fields=[
            FieldOut(
                number=row.field.number,
                name=row.field.name,
                field_type=str(row.kind),
                days=[NumberOut(date=one.day, value=_text(one.value), till=_text(one.measured)) for one in row.numbers],
            )
            for row in grid.rows
        ],
    )


@router.post("/balance/imports", auth=IMPORT, response={202: ImportOut, **FAULTS})
def begin_import(request: HttpRequest, said: ImportIn, organisation: str | None = None) -> Status[ImportOut]:
    """Have days read from the till's books, as *Import POS* does."""
    mine, now = one_organisation(request, organisation), timezone.now()
    known = {each.public_id: each for each in setting_up.departments(mine.id)}
    if any(name not in known for name in said.departments):
        raise nothing()
    row = importing.begin(
        client=_client(mine.id, now),
        departments=[known[name] for name in dict.fromkeys(said.departments)] or list(known.values()),
        first=said.first,
        last=said.last,
        overwrite=said.overwrite,
        actor=actor(request),
        now=now,
    )
    importing.go(row)
    return Status(202, _import(row, now))


@router.get("/balance/imports/{balance_import_id}", auth=IMPORT, response={200: ImportOut, **FAULTS})
def one_import(request: HttpRequest, balance_import_id: str, organisation: str | None = None) -> ImportOut:
    """How far an import is, and what became of the numbers."""
    mine = one_organisation(request, organisation)
    row = PosImport.objects.filter(organisation_id=mine.id, id=parse_id("wbi", balance_import_id)).first()
    if row is None:
        raise nothing()
    return _import(row, timezone.now())


def nothing() -> RuleBroken:
    """The answer for what does not exist, or not for this token."""
    return RuleBroken("There is nothing here under this id.", code="not_found", status=404)


def _client(organisation_id: UUID, now: datetime) -> Client:
    return setting_up.client_of(organisation_id, now=now)


def _department(each: Department) -> DepartmentOut:
    return DepartmentOut(
        id=each.public_id,
        name=each.name,
        store=public_id("sto", each.store_id),
        client_number=each.client_number,
        terminals=each.terminals,
        zone=each.zone,
        day_start=f"{each.day_start:%H:%M}",
        currency=each.currency,
    )


def _import(row: PosImport, now: datetime) -> ImportOut:
    found = importing.progress(row, now=now)
    return ImportOut(
        id=row.public_id,
        departments=[public_id("dep", each) for each in row.department_ids],
        first=row.first,
        last=row.last,
        overwrite=row.overwrite,
        percent=found.percent,
        sales_read=found.sales_read,
        started_at=row.started_at,
        finished_at=row.finished_at,
        written=row.written,
        kept=row.kept,
        pending=row.pending,
        waits_for=str(found.words),
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
