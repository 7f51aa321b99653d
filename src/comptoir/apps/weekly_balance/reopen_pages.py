"""Asking for a confirmed day to be reopened, and answering (weekly-balance.md 2)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from comptoir.apps.weekly_balance import asking, reopening
from comptoir.apps.weekly_balance.models import Department, ReopenRequest
from comptoir.core.accounts import reads as accounts
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

ANSWERS = ("grant", "refuse")
ASKERS = ("withdraw", "seen")


@require_POST
@page("weekly_balance.confirm")
def ask(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """Ask those who may; `all` for every confirmed day of the week."""
    department, client = asking.department_of(request, department_id), asking.client_of(request)
    days = asking.week(request, client, department) if day == "all" else (asking.day_of(day),)
    try:
        made = reopening.ask(
            department=department,
            days=days,
            reason=request.POST.get("reason", ""),
            actor=asking.actor(request),
            now=timezone.now(),
        )
    except RuleBroken as refused:
        toast(request, refused.for_owner, level="bad")
    else:
        number = len(made)
        words = ngettext("Asked for %(number)s day.", "Asked for %(number)s days.", number) % {"number": number}
        toast(request, words)
    if day == "all":
        return redirect(asking.week_address(request, department, days[0]))
    return redirect("balance_day", department_id=department.public_id, day=day)


@require_POST
@page("weekly_balance.reopen")
def answer(request: OrganisationRequest, request_id: str, decision: str) -> HttpResponse:
    """Grant, which reopens the day, or refuse."""
    if decision not in ANSWERS:
        raise asking.nothing()
    found = reopening.answer(
        organisation_id=request.organisation.id,
        request_id=parse_id("rop", request_id),
        grant=decision == "grant",
        words=request.POST.get("words", ""),
        actor=asking.actor(request),
        now=timezone.now(),
        store_ids=request.store_ids,
    )
    toast(request, _("The day is open again.") if decision == "grant" else _("The day stays confirmed."))
    return _day(found)


@require_POST
@page("weekly_balance.confirm")
def settle(request: OrganisationRequest, request_id: str, what: str) -> HttpResponse:
    """What an asker does with their own: take it back, or take note of the answer."""
    if what not in ASKERS:
        raise asking.nothing()
    mine: dict[str, Any] = {
        "organisation_id": request.organisation.id,
        "request_id": parse_id("rop", request_id),
        "actor": asking.actor(request),
        "now": timezone.now(),
    }
    if what == "seen":
        reopening.take_note(**mine)
        return redirect("balance")
    found = reopening.withdraw(**mine)
    toast(request, _("Nobody is asked any more."))
    return _day(found)


def _day(found: ReopenRequest) -> HttpResponse:
    department = public_id("dep", found.department_id)
    return redirect("balance_day", department_id=department, day=found.business_date.isoformat())


def shown(request: OrganisationRequest, departments: Sequence[Department]) -> dict[str, Any]:
    """What a page of these departments says of requests: those that wait, and answers the reader has not seen."""
    waits, answers = reopening.waiting(departments), reopening.unseen(departments, asking.actor(request))
    people = accounts.names_of({row.asked_by for _of, row in waits} | {row.answered_by for _of, row in answers})
    return {
        "reopen_waits": [
            (of, row, people.get(row.asked_by, ""), row.asked_by == asking.actor(request)) for of, row in waits
        ],
        "reopen_answers": [
            (of, row, people.get(row.answered_by, ""), row.state == ReopenRequest.State.GRANTED) for of, row in answers
        ],
        "may_reopen": may(request.role, "weekly_balance.reopen"),
    }


def of_day(request: OrganisationRequest, department: Department, day: date) -> dict[str, Any]:
    """The same of one day alone."""
    found = shown(request, [department])
    for name in ("reopen_waits", "reopen_answers"):
        found[name] = [each for each in found[name] if each[1].business_date == day]
    return found
