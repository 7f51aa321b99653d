"""After how many open hours without a word a counter is silent: said for the chain, a node or a location."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from comptoir.apps.traffic.alerts import limits
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.holding import Names, PlaceForm, place_ids
from comptoir.apps.traffic.pages.where import back_to, nothing_here, where_of
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


class LimitForm(PlaceForm):
    """So many open hours."""

    hours = forms.IntegerField(
        label=gettext_lazy("Silent after so many open hours"),
        min_value=limits.LEAST,
        max_value=limits.MOST,
        initial=limits.USUAL,
    )


@dataclass(frozen=True)
class Said:
    """A limit, ready to be drawn; `place` "" is the whole chain."""

    id: str
    place: str
    hours: int


@require_POST
@page("traffic.manage")
def add(request: OrganisationRequest) -> HttpResponse:
    """From now on. Raises RuleBroken (422) for what cannot be kept."""
    form = LimitForm(where_of(request, at=""), request.POST)
    if not form.is_valid():
        raise limits.refused()
    limits.save(
        organisation_id=request.organisation.id,
        **place_ids(request, form.cleaned_data["place"]),
        hours=form.cleaned_data["hours"],
        name=form.place_name,
        actor=actor(request),
        now=timezone.now(),
    )
    toast(request, _("Saved. It holds from now on."))
    return back_to(request, "traffic_alerts")


@require_POST
@page("traffic.manage")
def delete(request: OrganisationRequest, limit_id: str) -> HttpResponse:
    """The next above it holds again; two hours where there is none."""
    found = next((each for each in said(request) if each.id == limit_id), None)
    if found is None:
        raise nothing_here()
    limits.delete(
        organisation_id=request.organisation.id,
        limit_id=parse_id("lim", limit_id),
        name=found.place,
        actor=actor(request),
        now=timezone.now(),
    )
    toast(request, _("Deleted. What holds above it holds here again."))
    return back_to(request, "traffic_alerts")


def said(request: OrganisationRequest) -> list[Said]:
    """Those that the reader may change."""
    names = Names(request)
    return [
        Said(public_id("lim", row.id), name, row.hours)
        for row in limits.rows(request.organisation.id)
        if (name := names.of(row.store_id, row.node_id)) is not None
    ]
