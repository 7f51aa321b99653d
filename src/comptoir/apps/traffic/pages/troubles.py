"""What is wrong with a location or account, in words, and the one button that mends it (traffic-analytics.md 2.7)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.models import Counter, Hour
from comptoir.apps.traffic.pages.where import Where
from comptoir.core.connections import reads
from comptoir.core.connections.models import Connection
from comptoir.kernel.clock import business_date

SILENT: Final = timedelta(hours=2)


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong with a location or an account, and the one thing to press."""

    level: str
    what: str
    why: str
    label: str
    url: str


def troubles(where: Where, organisation_id: UUID, connections: dict[UUID, reads.ConnectionFacts]) -> list[Trouble]:
    """The rows of the troubleshooting table that hold now, in words (2.7)."""
    now = timezone.now()
    found = []
    for each in connections.values():
        if each.status != Connection.Status.CONNECTED and not each.is_given_back:
            why = _("%(who)s signed in, and Lightspeed does not accept that any more.") % {
                "who": each.consented_by or "–"
            }
            url = reverse("connection", args=[each.public_id])
            found.append(Trouble("bad", each.account_name, why, _("Sign in again"), url))
    fed = {location.store_id for each in connections.values() for location in each.locations}
    latest = dict(
        Hour.objects.filter(organisation_id=organisation_id, transactions__gt=0)
        .values_list("store_id")
        .annotate(latest=Max("hour"))
        .values_list("store_id", "latest")
    )
    silent = set(
        Counter.objects.filter(organisation_id=organisation_id, active=True)
        .exclude(heard_at__gte=now - SILENT)
        .values_list("store_id", flat=True)
    )
    for place in where.places:
        found += _of_place(place, fed, latest.get(place.store.id), silent, now)
    return found


def _of_place(
    place: Place, fed: set[UUID | None], latest: datetime | None, silent: set[UUID], now: datetime
) -> list[Trouble]:
    url = reverse("traffic_location", args=[place.store.public_id])
    name, found = place.store.name, []
    if place.store.id not in fed:
        found.append(Trouble("warn", name, _("No shop of a till feeds it."), _("Match it"), reverse("traffic_jobs")))
    if not place.is_operational:
        found.append(
            Trouble("info", name, _("It is not operational, so nothing comes in."), _("Change its status"), url)
        )
    elif place.store.id in fed:
        today = business_date(now, zone=_zone(place), day_start=place.store.day_start)
        sold_on = None if latest is None else business_date(latest, zone=_zone(place), day_start=place.store.day_start)
        if sold_on != today:
            found.append(Trouble("info", name, _("No sale today."), _("Open the day"), _day_url(place, today)))
    if place.store.id in silent:
        found.append(Trouble("warn", name, _("A counter has told nothing for 2 hours."), _("See its counters"), url))
    return found


def _zone(place: Place) -> ZoneInfo:
    return ZoneInfo(place.store.timezone)


def _day_url(place: Place, today: date) -> str:
    return reverse("traffic_day", args=[place.store.public_id, today.isoformat()])
