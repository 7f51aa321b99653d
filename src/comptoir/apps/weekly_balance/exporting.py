"""The week as a file: CSV, Excel or PDF, hours with their distance from UTC (weekly-balance.md 4.4, 5.2)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from comptoir.apps.weekly_balance import asking, indexes, paper, reads, unallocated, wording, workbook
from comptoir.apps.weekly_balance.models import Department
from comptoir.apps.weekly_balance.rules.days import week_label
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.apps.weekly_balance.unallocated import Unallocated
from comptoir.web import spreadsheets
from comptoir.web.shell import OrganisationRequest, page

HEAD = ("department", "currency", "date", "state", "revision", "hour", "utc_offset", "number", "field", "value", "till")


@require_GET
@page("weekly_balance.view")
def export(request: OrganisationRequest, department_id: str) -> HttpResponseBase:
    """A week of a department: each number once, its hours where the field is split, what registers of none sold."""
    department = asking.department_of(request, department_id)
    client = asking.client_of(request)
    days = asking.week(request, client, department)
    grid = reads.week(department, days)
    lost = unallocated.of_week(client, department, grid)
    if request.GET.get("format") == "xlsx":
        answer = HttpResponse(workbook.written(department, grid, lost), content_type=workbook.TYPE)
        answer["Content-Disposition"] = f'attachment; filename="balance-{week_label(days[0])}.xlsx"'
        return answer
    if request.GET.get("format") == "pdf":
        lines = indexes.lines(client, department, grid)
        answer = HttpResponse(paper.written(department, grid, lost, lines), content_type=paper.TYPE)
        answer["Content-Disposition"] = f'attachment; filename="balance-{week_label(days[0])}.pdf"'
        return answer
    return spreadsheets.download(f"balance-{week_label(days[0])}.csv", _lines(department, grid, lost))


def _lines(department: Department, grid: reads.Week, lost: Unallocated) -> Iterator[str]:
    yield spreadsheets.MARK + spreadsheets.line(HEAD)
    for place, column in enumerate(grid.columns):
        start = [
            department.name,
            department.currency,
            column.day,
            column.state,
            column.row.revision if column.row else 1,
        ]
        for row in grid.rows:
            number = row.numbers[place]
            values = [_said(each, row.kind, department) for each in (number.value, number.measured)]
            yield spreadsheets.line([*start, "", "", row.field.number, row.field.name, *values])
        yield from _hours(department, column.day, start)
    for each in lost.rows:
        for day, value in each.by_day:
            said = _said(value, each.kind, department)
            start = [lost.title, department.currency, day, "", "", "", ""]
            yield spreadsheets.line([*start, each.field.number, each.field.name, said, said])


def _hours(department: Department, day: date, start: list[object]) -> Iterator[str]:
    found = reads.day(department, day)
    split = [each for each in found.fields if each.is_split and found.numbers[each.id].measured is not None]
    for hour in found.intervals:
        for each in split:
            value = found.hours.get((hour.start, each.id), Decimal(0))
            said = _said(value, FieldType(each.field_type), department)
            yield spreadsheets.line([*start, hour.label, _offset(hour.offset), each.number, each.name, said, said])


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _said(value: Decimal | None, kind: FieldType, department: Department) -> str:
    """Plain digits, which a spreadsheet adds up; empty where a number is not known."""
    return wording.typed(value, kind, department.currency)
