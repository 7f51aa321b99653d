"""The activation step: a day under each preset beside the till's own report (weekly-balance.md 4)."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.apps.weekly_balance import asking, presets, setting_up, sources, wording
from comptoir.apps.weekly_balance.models import Client, Department
from comptoir.apps.weekly_balance.rules.terms import POS_TYPES, Basis, FieldType, Preset
from comptoir.apps.weekly_balance.set_up_pages import tabs
from comptoir.core.accounts.roles import may
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_GET
@page("weekly_balance.view")
def what_net_means(request: OrganisationRequest) -> HttpResponse:
    """A day under each preset, beside one another: the one that matches the till's closing report is chosen."""
    client, mine = asking.client_of(request), asking.mine(request)
    values: dict[str, Any] = {
        "tabs": tabs("presets"),
        "client": client,
        "departments": mine,
        "may_manage": may(request.role, "weekly_balance.manage"),
    }
    department = asking.shown_department(request, mine)
    if department is not None:
        day, basis = _asked_day(request, department), _asked_basis(request, client)
        found = presets.compare(client, department, day, basis=basis)
        values |= {
            "department": department,
            "day": day,
            "bases": [(each, words, each == basis) for each, words in wording.BASES.items()],
            "is_other_basis": basis != client.basis,
            "presets": [(each, *wording.PRESETS[each], each == client.preset) for each in Preset],
            "rows": [
                (
                    wording.TYPES[kind],
                    [
                        (wording.PRESETS[preset][0], wording.number(each.get(kind), kind, department.currency))
                        for preset, each in found.figures.items()
                    ],
                )
                for kind in POS_TYPES
                if kind is not FieldType.VISITORS
            ],
            "bridge": presets.bridge_in_words(found, department.currency),
            **presets.report_in_words(found, department),
        }
    return render(request, "weekly_balance/presets.html", values)


def _asked_basis(request: OrganisationRequest, client: Client) -> Basis:
    """Another basis than the client's is only looked at, before it is chosen (WB-42)."""
    asked = request.GET.get("basis", "")
    return Basis(asked if asked in list(Basis) else client.basis)


def _asked_day(request: OrganisationRequest, department: Department) -> date:
    text = request.GET.get("day", "")
    if text:
        return asking.day_of(text)
    return sources.clock_of(department).day_of(timezone.now()) - timedelta(days=1)


@require_POST
@page("weekly_balance.manage")
def choose_preset(request: OrganisationRequest, preset: str) -> HttpResponse:
    """This one matches."""
    if preset not in list(Preset):
        raise asking.nothing()
    setting_up.change(
        organisation_id=request.organisation.id,
        values={"preset": preset},
        actor=asking.actor(request),
        now=timezone.now(),
    )
    toast(request, _("Saved. Days that are not confirmed follow with the next import."))
    return redirect("balance_presets")
