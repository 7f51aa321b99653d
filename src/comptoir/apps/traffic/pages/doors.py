"""Counts by webhook: addresses that take signed counts, each with a secret that is shown once."""

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.apps.traffic.counting import doors as rooms
from comptoir.apps.traffic.pages.where import where_of
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.seal import Secret
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

ADDRESS = "/v1/traffic/webhooks/"


class DoorForm(forms.Form):
    """What sends."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Who sends: the maker of your counters, your own program."),
    )


@require_http_methods(["GET", "POST"])
@page("traffic.connect")
def doors(request: OrganisationRequest) -> HttpResponse:
    """Every address, when it was heard of last, and a form for another."""
    form, shown = DoorForm(request.POST if request.method == "POST" else None), None
    if form.is_valid():
        try:
            _made, shown = rooms.add(
                organisation_id=request.organisation.id,
                name=form.cleaned_data["name"],
                actor=f"user:{request.user.pk}",
                now=timezone.now(),
            )
            form = DoorForm()
        except RuleBroken as broken:
            form.add_error("name", broken.for_owner)
    return _page(request, form, shown, status=422 if form.is_bound else 200)


@require_POST
@page("traffic.connect")
def rotate(request: OrganisationRequest, door_id: str) -> HttpResponse:
    """A new secret, shown once; the old one holds for a day."""
    _door, shown = rooms.rotate(
        organisation_id=request.organisation.id,
        door_id=parse_id("tdr", door_id),
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    return _page(request, DoorForm(), shown)


@require_POST
@page("traffic.connect")
def delete(request: OrganisationRequest, door_id: str) -> HttpResponse:
    """Nothing is taken there any more."""
    rooms.delete(
        organisation_id=request.organisation.id,
        door_id=parse_id("tdr", door_id),
        actor=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    toast(request, _("Nothing is taken there any more. The counts stay."))
    return redirect("traffic_doors")


def _page(request: OrganisationRequest, form: DoorForm, shown: Secret | None, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows = [
        (each, f"{settings.COMPTOIR_URL}{ADDRESS}{each.public_id}", each.previous_until and each.previous_until > now)
        for each in rooms.doors(request.organisation.id)
    ]
    values = {"where": where_of(request, now=now), "rows": rows, "form": form, "shown": shown.reveal() if shown else ""}
    return render(request, "traffic/doors.html", values, status=status)
