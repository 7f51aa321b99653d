"""The week's grid and a day from within: numbers are read, typed, confirmed, reopened, corrected (2, 3.4, 3.9)."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.weekly_balance import (
    approving_pages,
    asking,
    causes,
    closing,
    confirming,
    day_words,
    import_logs,
    indexes,
    reads,
    reopen_pages,
    sources,
    trail,
    typed_hours,
    unallocated,
    wording,
)
from comptoir.apps.weekly_balance.closing_words import closings_in_words
from comptoir.apps.weekly_balance.models import Department, Field
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.days import Interval, week_label
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.core.accounts import reads as accounts
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.parts import Status
from comptoir.web.said import in_words
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_GET
@page("weekly_balance.view")
def balance(request: OrganisationRequest) -> HttpResponse:
    """The week of a department; its first, when the address names none."""
    client, departments = asking.client_of(request), asking.mine(request)
    department = asking.shown_department(request, departments)
    if department is None:
        values = {"may_manage": may(request.role, "weekly_balance.manage"), "client": client}
        return render(request, "weekly_balance/empty.html", values)
    days = asking.week(request, client, department)
    grid = reads.week(department, days)
    before, after = asking.beside(days)
    opened = sources.first_sale(department)
    why_empty = causes.of(client, department, grid, now=timezone.now())
    lost = unallocated.of_week(client, department, grid)
    values = {
        "grid": grid,
        "columns": [(each, _light_of(each, department, opened)) for each in grid.columns],
        "rows": [_row(each, department) for each in grid.rows],
        "departments": departments,
        "department": department,
        "label": week_label(days[0]),
        "first": days[0],
        "last": days[-1],
        "before": before,
        "after": after,
        "why_empty": why_empty,
        "lost": lost,
        "lost_rows": [_lost_row(each, department) for each in lost.rows],
        "log": "" if why_empty else import_logs.log_of(department, now=timezone.now()),
        "may_manage": may(request.role, "weekly_balance.manage"),
        "may_import": may(request.role, "weekly_balance.import"),
        "lines": [
            (each, list(zip(days, each.values, strict=True))) for each in indexes.lines(client, department, grid)
        ],
        "on": asking.shown_day(request, department, days),
        "ready": sum(each.state in (DayState.READY, DayState.REOPENED) for each in grid.columns),
        **reopen_pages.shown(request, departments),
    }
    return render(request, "weekly_balance/week.html", values)


def _row(row: reads.Row, department: Department) -> dict[str, Any]:
    currency = department.currency
    return {
        "field": row.field,
        "total": wording.bare(row.total, row.kind, currency),
        "is_rounded": wording.is_rounded([each.value for each in row.numbers], row.total, row.kind, currency),
        "numbers": [
            {
                "name": f"{row.field.public_id}/{each.day}",
                "shown": wording.bare(each.value, row.kind, currency),
                "typed": wording.typed(each.value, row.kind, currency),
                "till": wording.number(each.measured, row.kind, currency),
                "is_typed": each.state in ("manual", "corrected"),
                "number": each,
                "proposed": wording.bare(each.correction.proposed, row.kind, currency) if each.correction else "",
            }
            for each in row.numbers
        ],
    }


def _lost_row(row: unallocated.Row, department: Department) -> dict[str, Any]:
    values = [(day, wording.bare(value, row.kind, department.currency)) for day, value in row.by_day]
    return {"field": row.field, "values": values, "total": wording.bare(row.total, row.kind, department.currency)}


def _light_of(column: reads.Column, department: Department, opened: date | None) -> Status:
    """A day before the first sale is no fault: the store was not open (WB-29)."""
    if opened and column.day < opened and column.state in (DayState.OPEN, DayState.INCOMPLETE):
        return Status("off", _("Not open yet"))
    return _light(column.state, column.row, department)


def _light(state: DayState, row: Any, department: Department) -> Status:
    if row is None:
        return Status("off", _("Nothing yet"))
    level, name = wording.DAYS[state]
    is_automatic = state is DayState.CONFIRMED and row.confirmed_by == trail.SYSTEM
    word = pgettext("business day", "Confirmed automatically") if is_automatic else str(name)
    if sources.is_closed(department, row.business_date) and state is not DayState.OPEN:
        return Status(level, f"{_('Day off')} · {word}", row.confirmed_at)
    return Status(level, word, row.confirmed_at if row and state is DayState.CONFIRMED else None)


@require_GET
@page("weekly_balance.view")
def one_day(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """A day by hours and registers, its checks, what waits, and its trail."""
    department, when = asking.department_of(request, department_id), asking.day_of(day)
    found = reads.day(department, when)
    people = accounts.names_of({each.actor for each in found.changes} | {found.row.confirmed_by})
    shown = [each for each in found.fields if each.is_split]
    kinds = {each.id: FieldType(each.field_type) for each in found.fields}

    def words(value: Decimal | None, field_id: UUID) -> str:
        return wording.number(value, kinds[field_id], department.currency)

    def plain(value: Decimal | None, field_id: UUID) -> str:
        return wording.bare(value, kinds[field_id], department.currency)

    names = {each.id: wording.field_name(each.name) for each in found.fields}
    state = DayState(found.row.state)
    client = asking.client_of(request)
    closings = closing.of_days(client, department, [when])
    values = {
        "department": department,
        "receipts": f"{reverse('sales')}?{urlencode({'day': when, 'store': public_id('sto', department.store_id)})}",
        "day": when,
        "row": found.row,
        "light": _light(state, found.row, department),
        "by": wording.actor(found.row.confirmed_by, people),
        "shown": shown,
        "hours": [(each, [_hour(found, each, one, state, department) for one in shown]) for each in found.intervals],
        "sums": [(plain(found.numbers[one.id].value, one.id), day_words.is_rounded(found, one)) for one in shown],
        "may_type": state is not DayState.CONFIRMED and any(typed_hours.takes(found, one.id) for one in shown),
        "targets": day_words.targets(found),
        "registers": [
            (
                register or _("no register"),
                [(one, plain(found.registers.get((register, one.id)), one.id)) for one in shown],
            )
            for register in sorted({register for register, _field in found.registers})
        ]
        if client.multi_cash_registers
        else [],
        "failures": [(wording.RULES.get(each["rule"], each["rule"]), each) for each in found.row.failures],
        "closings": closings_in_words(department, closings.get(when)),
        "others": [each.public_id for each in found.corrections if each.field_id in kinds][1:],
        "corrections": [
            (
                each,
                names.get(each.field_id, ""),
                words(each.standing, each.field_id),
                words(each.proposed, each.field_id),
            )
            for each in found.corrections
            if each.field_id in kinds
        ],
        **approving_pages.shown(found),
        "moments": day_words.history(found, people),
        "may_confirm": state in (DayState.READY, DayState.REOPENED, DayState.INCOMPLETE, DayState.OPEN),
        **reopen_pages.of_day(request, department, when),
        "reopeners": accounts.holders(request.organisation.id, "weekly_balance.reopen", store_id=department.store_id),
        "is_confirmed": state is DayState.CONFIRMED,
    }
    return render(request, "weekly_balance/day.html", values)


def _hour(found: reads.DayView, hour: Interval, one: Field, state: DayState, department: Department) -> dict[str, Any]:
    """A figure of an hour; a field to type it in where no till feeds the number."""
    kind, key = FieldType(one.field_type), (hour.start, one.id)
    if typed_hours.takes(found, one.id):
        value = found.typed_hours.get(key)
        is_open = state is not DayState.CONFIRMED
        name = f"{one.public_id}/{hour.start:%Y-%m-%dT%H:%M:%SZ}" if is_open else ""
    else:
        value, name = found.hours.get(key, Decimal(0)), ""
    return {
        "shown": wording.bare(value, kind, department.currency),
        "is_nothing": not value,
        "typed": wording.typed(value, kind, department.currency),
        "name": name,
        "label": f"{wording.field_name(one.name)}, {hour.label}",
    }


@require_POST
@page("weekly_balance.confirm")
def confirm(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """Declare a day final; `all` the days of the week that are ready."""
    department, client = asking.department_of(request, department_id), asking.client_of(request)
    days = asking.week(request, client, department) if day == "all" else (asking.day_of(day),)
    done, words = 0, ""
    for each in days:
        try:
            confirming.confirm(
                client=client, department=department, day=each, actor=asking.actor(request), now=timezone.now()
            )
            done += 1
        except RuleBroken as refused:
            words = in_words(refused)
    if done:
        toast(request, _("Confirmed: %(number)s of %(all)s.") % {"number": done, "all": len(days)})
    else:
        toast(request, words, level="bad")
    return redirect(asking.week_address(request, department, days[0]))


@require_POST
@page("weekly_balance.reopen")
def reopen(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """Let a confirmed day be changed; the reason is asked for."""
    department, when = asking.department_of(request, department_id), asking.day_of(day)
    try:
        confirming.reopen(
            department=department,
            day=when,
            reason=request.POST.get("reason", ""),
            actor=asking.actor(request),
            now=timezone.now(),
        )
    except RuleBroken as refused:
        toast(request, in_words(refused), level="bad")
    else:
        toast(request, _("The day is open again."))
    return redirect("balance_day", department_id=department.public_id, day=when.isoformat())


@require_POST
@page("weekly_balance.type")
def note(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """A remark that stands over the day."""
    department, when = asking.department_of(request, department_id), asking.day_of(day)
    text = request.POST.get("note", "")[:2000]
    confirming.write_note(department=department, day=when, text=text, actor=asking.actor(request), now=timezone.now())
    toast(request, _("The note is saved."))
    return redirect("balance_day", department_id=department.public_id, day=when.isoformat())


@require_POST
@page("weekly_balance.reopen")
def decide(request: OrganisationRequest, correction_id: str, decision: str) -> HttpResponse:
    """Accept or reject what the till says now, of one number or of all that are named; all of them, or none."""
    if decision not in ("accept", "reject"):
        raise asking.nothing()
    names = [correction_id, *request.POST.getlist("also")]
    with transaction.atomic():
        for name in names:
            found = confirming.decide(
                organisation_id=request.organisation.id,
                correction_id=parse_id("cor", name),
                accept=decision == "accept",
                actor=asking.actor(request),
                now=timezone.now(),
                store_ids=request.store_ids,
            )
    toast(request, _("The till’s number stands now.") if decision == "accept" else _("The old number stays."))
    department = public_id("dep", found.department_id)
    return redirect("balance_day", department_id=department, day=found.business_date.isoformat())
