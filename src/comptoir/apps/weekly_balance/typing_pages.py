"""Numbers that people type, into the week and into the hours of a day, and taken back (weekly-balance.md 1.1, 5.2)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.weekly_balance import asking, confirming, typed_hours, undoing
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast

UNDO = "weekly_balance.undo"
"""The place in the session of what somebody saved last."""


@require_POST
@page("weekly_balance.type")
def type_numbers(request: OrganisationRequest, department_id: str) -> HttpResponse:
    """Numbers that people typed, as many as changed; each is named `field/date`. All of them are saved, or none."""
    department, client = asking.department_of(request, department_id), asking.client_of(request)
    with refusals(request):
        said = {_place(name): asking.decimal(request.POST.get(name, "")) for name in _typed_over(request)}
        saved = _save(request, client, department, said)
        _say(request, department, saved)
    return redirect(asking.week_address(request, department))


def _typed_over(request: OrganisationRequest) -> list[str]:
    """The names of the fields of the form that say something else than when it was shown."""
    return [
        name
        for name in request.POST
        if name.startswith("fld_") and request.POST.get(f"was:{name}") != request.POST.get(name, "").strip()
    ]


def _place(name: str) -> undoing.Place:
    field_text, _slash, day_text = name.partition("/")
    return parse_id("fld", field_text), asking.day_of(day_text)


@transaction.atomic
def _save(
    request: OrganisationRequest,
    client: Client,
    department: Department,
    said: Mapping[undoing.Place, Decimal | None],
) -> undoing.Undo:
    before = undoing.standing(department, said)
    for (field_id, day), value in said.items():
        confirming.type_number(
            client=client,
            department=department,
            day=day,
            field_id=field_id,
            value=value,
            actor=asking.actor(request),
            now=timezone.now(),
        )
    return undoing.difference(before, undoing.standing(department, said))


def _say(request: OrganisationRequest, department: Department, saved: undoing.Undo) -> None:
    """What was saved can be taken back until something else is."""
    if not saved:
        toast(request, _("Nothing was changed."))
        return
    request.session[UNDO] = undoing.kept(department, saved)
    toast(request, _("Saved."), undo_url=reverse("balance_undo", args=[department.public_id]))


@require_POST
@page("weekly_balance.type")
def undo(request: OrganisationRequest, department_id: str) -> HttpResponse:
    """Take back what this person saved last, hours and all; what somebody else changed since stays."""
    department, client = asking.department_of(request, department_id), asking.client_of(request)
    saved = undoing.read(request.session.get(UNDO), department)
    try:
        undoing.take_back(
            client=client, department=department, saved=saved, actor=asking.actor(request), now=timezone.now()
        )
    except RuleBroken as refused:
        toast(request, refused.for_owner, level="bad")
    else:
        del request.session[UNDO]
        toast(request, _("Taken back."))
    first = min((day for _field, day in saved), default=None)
    return redirect(asking.week_address(request, department, first))


@require_POST
@page("weekly_balance.type")
def type_hours(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """The hours of a day that people typed, each named `field/instant`. All of them are saved, or none."""
    department, when = asking.department_of(request, department_id), asking.day_of(day)
    with refusals(request):
        hours = {typed_hours.key_of(name): asking.decimal(request.POST.get(name, "")) for name in _typed_over(request)}
        saved = _save_hours(request, department, when, hours)
        _say(request, department, saved)
    return redirect("balance_day", department_id=department.public_id, day=when.isoformat())


@transaction.atomic
def _save_hours(
    request: OrganisationRequest,
    department: Department,
    day: date,
    hours: Mapping[tuple[UUID, datetime], Decimal | None],
) -> undoing.Undo:
    places = {(field_id, day) for field_id, _start in hours}
    before = undoing.standing(department, places)
    typed_hours.save(
        client=asking.client_of(request),
        department=department,
        day=day,
        hours=hours,
        actor=asking.actor(request),
        now=timezone.now(),
    )
    return undoing.difference(before, undoing.standing(department, places))
