"""The suggested target of a location: how it comes about, taken by one press, and given back by another."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import chains, shown, suggesting
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.kpis import BY_SLUG
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.where import back_to, place_of
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.web.formats import days, locale
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

NONE: Final = "none"
"""In an address: no target."""
MOST: Final = Decimal(9999)


@dataclass(frozen=True)
class Suggested:
    """A suggestion, ready to be drawn: by weekday its days, conversion and visitors for each staff hour."""

    target: str
    shown: str
    weekday: str
    conversion: str
    since_until: str
    rows: tuple[tuple[str, int, str, str, bool], ...]
    is_taken: bool


def suggested(place: Place, *, now: datetime) -> Suggested:
    """Out of the location's own weeks."""
    today = business_date(now, zone=ZoneInfo(place.store.timezone), day_start=place.store.day_start)
    found = suggesting.target(place.store, today=today)
    names, star, conversion = get_day_names("wide", locale=locale()), BY_SLUG["star"], BY_SLUG["conversion"]
    return Suggested(
        f"{found.target:f}" if found.target else "",
        shown.figure(star, found.target, ""),
        str(names[found.peak.number]) if found.peak else "",
        shown.figure(conversion, found.peak.conversion if found.peak else None, ""),
        days(found.since, found.until),
        tuple(
            (
                str(names[each.number]),
                each.days,
                shown.figure(conversion, each.conversion, ""),
                shown.figure(star, each.star, ""),
                each is found.peak,
            )
            for each in found.weekdays
            if each.days
        ),
        found.target is not None and found.target == place.location.target_star,
    )


@require_POST
@page("traffic.manage")
def take(request: OrganisationRequest, store_id: str, target: str) -> HttpResponse:
    """Make it the target; `none` is to have none. What was before comes back by the toast's Undo."""
    place, now = place_of(request, store_id), timezone.now()
    before = place.location.target_star
    chains.save_location(
        store=place.store,
        values={"target_star": _read(target)},
        node_id=place.node_id,
        actor=actor(request),
        now=now,
        today=business_date(now, zone=ZoneInfo(place.store.timezone), day_start=place.store.day_start),
    )
    undo = reverse("traffic_target", args=[store_id, NONE if before is None else f"{before:f}"])
    toast(request, _("The target is saved."), undo_url=undo)
    return back_to(request, "traffic_location", store_id)


def _read(said: str) -> Decimal | None:
    """Raises RuleBroken (422) for what is no target."""
    if said == NONE:
        return None
    try:
        value = Decimal(said)
    except InvalidOperation:
        value = Decimal(0)
    if not value.is_finite() or not 0 < value <= MOST:
        raise RuleBroken(_("A target is a number above 0."), code="target_invalid", status=422)
    return value.quantize(Decimal("0.01"))
