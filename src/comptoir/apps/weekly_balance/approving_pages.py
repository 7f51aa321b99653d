"""Single numbers are approved by hand, before their day is confirmed (weekly-balance.md 1)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.weekly_balance import asking, confirming, wording
from comptoir.apps.weekly_balance.reads import DayView
from comptoir.apps.weekly_balance.rules.cells import DayState
from comptoir.apps.weekly_balance.rules.terms import FieldType
from comptoir.kernel.ids import parse_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast


def shown(found: DayView) -> dict[str, Any]:
    """`approvals`: the numbers of a day that is not confirmed, each with whether it is approved by itself."""
    numbers = [] if found.row.state == DayState.CONFIRMED else [(each, found.numbers[each.id]) for each in found.fields]
    return {
        "approvals": [
            (
                field,
                wording.number(each.value, FieldType(field.field_type), found.department.currency),
                each.is_approved,
            )
            for field, each in numbers
            if each.value is not None
        ],
        "has_approved": any(each.is_approved for _field, each in numbers),
    }


@require_POST
@page("weekly_balance.reopen")
def approve(request: OrganisationRequest, department_id: str, day: str, field_id: str) -> HttpResponse:
    """Make one number final, or with `release` take that back."""
    department, when = asking.department_of(request, department_id), asking.day_of(day)
    is_approved = "release" not in request.POST
    with refusals(request):
        confirming.approve(
            department=department,
            day=when,
            field_id=parse_id("fld", field_id),
            is_approved=is_approved,
            actor=asking.actor(request),
            now=timezone.now(),
        )
        toast(request, _("The number is approved.") if is_approved else _("The number can be changed again."))
    return redirect("balance_day", department_id=department.public_id, day=when.isoformat())
