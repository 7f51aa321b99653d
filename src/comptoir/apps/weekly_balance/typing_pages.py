"""Numbers that people type: into the week, and into the hours of a day (weekly-balance.md 1.1, 5.2)."""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.weekly_balance import asking, confirming, typed_hours
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_POST
@page("weekly_balance.type")
def type_numbers(request: OrganisationRequest, department_id: str) -> HttpResponse:
    """Numbers that people typed, as many as changed; each is named `field/date`. All of them are saved, or none."""
    department, client = asking.department_of(request, department_id), asking.client_of(request)
    saved = 0
    try:
        with transaction.atomic():
            for name in request.POST:
                text = request.POST.get(name, "")
                if name.startswith("fld_") and request.POST.get(f"was:{name}") != text.strip():
                    saved += _type_one(request, client, department, name, text)
    except RuleBroken as refused:
        if refused.status == 404:
            raise
        toast(request, refused.for_owner, level="bad")
    else:
        toast(request, _("Saved.") if saved else _("Nothing was changed."))
    return redirect(asking.week_address(request, department))


def _type_one(request: OrganisationRequest, client: Client, department: Department, name: str, text: str) -> int:
    field_text, _slash, day_text = name.partition("/")
    confirming.type_number(
        client=client,
        department=department,
        day=asking.day_of(day_text),
        field_id=parse_id("fld", field_text),
        value=asking.decimal(text),
        actor=asking.actor(request),
        now=timezone.now(),
    )
    return 1


@require_POST
@page("weekly_balance.type")
def type_hours(request: OrganisationRequest, department_id: str, day: str) -> HttpResponse:
    """The hours of a day that people typed, each named `field/instant`. All of them are saved, or none."""
    department, when = asking.department_of(request, department_id), asking.day_of(day)
    try:
        hours = {
            typed_hours.key_of(name): asking.decimal(request.POST.get(name, ""))
            for name in request.POST
            if name.startswith("fld_") and request.POST.get(f"was:{name}") != request.POST.get(name, "").strip()
        }
        saved = typed_hours.save(
            client=asking.client_of(request),
            department=department,
            day=when,
            hours=hours,
            actor=asking.actor(request),
            now=timezone.now(),
        )
    except RuleBroken as refused:
        if refused.status == 404:
            raise
        toast(request, refused.for_owner, level="bad")
    else:
        toast(request, _("Saved.") if saved else _("Nothing was changed."))
    return redirect("balance_day", department_id=department.public_id, day=when.isoformat())
