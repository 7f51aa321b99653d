"""Hours of a day that no counter told of: what would be usual, and one press to fill them with it or to empty them."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import catching_up, filling, projection, rights
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.count_tables import Filling
from comptoir.apps.traffic.models import Hour
from comptoir.apps.traffic.pages.where import place_of
from comptoir.kernel.errors import RuleBroken
from comptoir.web.formats import number
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_POST
@page("traffic.edit")
def fill(request: OrganisationRequest, store_id: str, on: str, position: str) -> HttpResponse:
    """`on` fills what is missing on this day, `off` empties it again; the toast has the way back."""
    place, which = place_of(request, store_id), _date(on)
    now, organisation_id = timezone.now(), request.organisation.id
    may = rights.editable(organisation_id, role=request.role, user_id=request.user.pk, store_ids={place.store.id})
    if position not in ("on", "off") or place.store.id not in may or not rights.may_type(request.role, "visitors"):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    change = filling.accept if position == "on" else filling.take_back
    change(organisation_id=organisation_id, store=place.store, day=which, actor=f"user:{request.user.pk}", now=now)
    if place.store.id in catching_up.in_operation(organisation_id):
        projection.restate(organisation_id, {(place.store.id, which)}, now=now)
    words = _("Filled and marked as estimated.") if position == "on" else _("What nobody counted is missing again.")
    back = reverse("traffic_day_fill", args=[store_id, on, "off" if position == "on" else "on"])
    toast(request, words, undo_url=back)
    return redirect("traffic_day", store_id, on)


def proposal(organisation_id: Any, place: Place, which: date) -> dict[str, Any]:
    """Hours of this day that can be filled, with what is usual; and whether they are because somebody said so."""
    found = filling.proposed(
        organisation_id, {place.store.id: place.store}, {(place.store.id, which)}, now=timezone.now()
    )
    known = Hour.objects.filter(
        organisation_id=organisation_id, store_id=place.store.id, business_date=which, visitors__isnull=False
    )
    has = set(known.values_list("hour", flat=True))
    zone = ZoneInfo(place.store.timezone)
    hours = [(hour.astimezone(zone).strftime("%H:%M"), each) for (_store, hour), each in found.items()]
    missing = [
        f"{label} {number(round(each.visitors))}"
        for (label, each), (_store, hour) in zip(hours, found, strict=True)
        if hour not in has
    ]
    accepted = Filling.objects.filter(
        organisation_id=organisation_id, store_id=place.store.id, business_date=which
    ).exists()
    return {"hours": missing, "is_accepted": accepted}


def _date(on: str) -> date:
    try:
        return date.fromisoformat(on)
    except ValueError:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404) from None
