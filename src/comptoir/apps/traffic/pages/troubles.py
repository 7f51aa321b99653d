"""What is wrong with a location or account, in words, and the one button that mends it (traffic-analytics.md 2.7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.http import HttpResponse
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import jobs
from comptoir.apps.traffic.alerts import finding
from comptoir.apps.traffic.alerts.limits import Limits
from comptoir.apps.traffic.chains import Place, Tree
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.models import Hour, ImportJob
from comptoir.apps.traffic.pages.where import Where, back_to
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.core.connections import reads
from comptoir.core.connections.models import Connection
from comptoir.core.intake import freshness
from comptoir.kernel.clock import business_date
from comptoir.web import formats
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast

QUIET_CLOCK: Final = timedelta(days=14)


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong with a location or an account, and the one thing to press."""

    level: str
    what: str
    why: str
    label: str
    url: str
    """"" where the reader may not go there."""


def troubles(
    request: OrganisationRequest, where: Where, connections: Mapping[UUID, reads.ConnectionFacts]
) -> list[Trouble]:
    """The rows of the troubleshooting table that hold now, in words (2.7); the button only for who may press it."""
    organisation_id = request.organisation.id
    found = [
        *_of_accounts(connections),
        *_of_places(where, organisation_id, connections),
        *_of_clocks(where, organisation_id, connections),
    ]
    return [each if _may_go(request, each.url) else replace(each, url="") for each in found]


def _of_accounts(connections: Mapping[UUID, reads.ConnectionFacts]) -> list[Trouble]:
    """All locations of an account stopped: whoever signed in is gone. Anybody with the right signs in again."""
    return [
        Trouble(
            "bad",
            each.account_name,
            _not_accepted(each.consented_by),
            _("Sign in again"),
            reverse("connection", args=[each.public_id]),
        )
        for each in connections.values()
        if each.status != Connection.Status.CONNECTED and not each.is_given_back
    ]


def _not_accepted(who: str) -> str:
    """`who` is "" where that person is not known any more."""
    if not who:
        return _(
            "Lightspeed does not accept the sign-in any more. Anybody who may signs in again: shops, schedule and"
            " history stay, and what was missed is read."
        )
    words = _(
        "%(who)s signed in, and Lightspeed does not accept that any more. Anybody who may signs in again:"
        " shops, schedule and history stay, and what was missed is read."
    )
    return words % {"who": who}


def _of_places(where: Where, organisation_id: UUID, connections: Mapping[UUID, reads.ConnectionFacts]) -> list[Trouble]:
    now = timezone.now()
    fed = {location.store_id for each in connections.values() for location in each.locations}
    latest = dict(
        Hour.objects.filter(organisation_id=organisation_id, transactions__gt=0)
        .values_list("store_id")
        .annotate(latest=Max("hour"))
        .values_list("store_id", "latest")
    )
    counters = finding.silent_counters(organisation_id, [each.store for each in where.places], now=now)
    rows = Counter.objects.filter(organisation_id=organisation_id, id__in=counters)
    silent = set(rows.values_list("store_id", flat=True))
    mine, limits = jobs.jobs(organisation_id), Limits(organisation_id, on=now.date())
    return [
        each
        for place in where.places
        for each in _of_place(
            place, fed, latest.get(place.store.id), silent, limits, _where_to_match(place, mine, where.tree), now
        )
    ]


def _of_place(
    place: Place,
    fed: set[UUID | None],
    latest: datetime | None,
    silent: set[UUID],
    limits: Limits,
    matching: str,
    now: datetime,
) -> list[Trouble]:
    url = reverse("traffic_location", args=[place.store.public_id])
    name, found = place.store.name, []
    if place.store.id not in fed:
        found.append(Trouble("warn", name, _("No shop of a till feeds it."), _("Match it"), matching))
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
        hours = limits.hours(place.store.id)
        why = ngettext(
            "A counter has told nothing for %(hours)d hour in which it was open.",
            "A counter has told nothing for %(hours)d hours in which it was open.",
            hours,
        ) % {"hours": hours}
        found.append(Trouble("warn", name, why, _("See its counters"), url))
    return found


def _of_clocks(where: Where, organisation_id: UUID, connections: Mapping[UUID, reads.ConnectionFacts]) -> list[Trouble]:
    """A clock that can be read, and nobody clocked in for 14 days: it seems to be off."""
    fresh = freshness.freshness(organisation_id)
    read = {
        location.store_id: job
        for job in jobs.jobs(organisation_id)
        if job.active and job.connection_id is not None and job.connection_id in connections
        for location in connections[job.connection_id].locations
        if location.store_id and _is_read(fresh.get(location.id))
    }
    since = timezone.now() - QUIET_CLOCK
    rows = Hour.objects.filter(organisation_id=organisation_id, store_id__in=read, hour__gte=since)
    worked = set(rows.filter(staff_hours__gt=0).values_list("store_id", flat=True).distinct())
    sold = set(rows.filter(transactions__gt=0).values_list("store_id", flat=True).distinct())
    why = _("It sells, and nobody clocked in for 14 days: the Time Clock seems to be off, so staff figures are empty.")
    return [
        Trouble(
            "info", each.name, why, _("Check the time clock"), reverse("traffic_job", args=[jobs.public(read[each.id])])
        )
        for each in (place.store for place in where.places)
        if each.id in read and each.id in sold - worked
    ]


def _is_read(found: freshness.Freshness | None) -> bool:
    clock = found.clock if found else None
    return clock is not None and clock.until is not None and not clock.fault and not clock.not_provided


def _where_to_match(place: Place, mine: Sequence[ImportJob], tree: Tree) -> str:
    """The page with the shops that may feed a location: of a job for its own chain, else of one for all locations, else
    of any whose chain takes it in; the list where there is none."""

    def rank(job: ImportJob) -> int:
        if job.node_id is None:
            return 1
        return 0 if place.node_id in tree.below(job.node_id) else 2 if place.node_id is None else 3

    ranked = sorted((each for each in mine if each.connection_id is not None), key=rank)
    found = ranked[0] if ranked and rank(ranked[0]) < 3 else None
    return reverse("traffic_job", args=[jobs.public(found)]) if found else reverse("traffic_jobs")


def _may_go(request: OrganisationRequest, url: str) -> bool:
    return may(request.role, getattr(resolve(url).func, "permission", ""))


@dataclass(frozen=True)
class Until:
    """How far something is read, when it is read next, by the store's clock, and why not; "" is not known."""

    until: str = ""
    next: str = ""
    fault: str = ""
    not_provided: str = ""


@dataclass(frozen=True)
class Fresh:
    """How far the figures of a location go (2.7)."""

    store: Store
    sales: Until
    staff: Until
    visitors: Until


def fresh(where: Where, connections: Mapping[UUID, reads.ConnectionFacts]) -> list[Fresh]:
    """Of each location that a till feeds, by name; of several shops the one that is furthest behind."""
    now = timezone.now()
    if not where.places:
        return []
    organisation_id = where.places[0].store.organisation_id
    found = freshness.freshness(organisation_id)
    by_store: dict[UUID, list[freshness.Freshness]] = {}
    for each in connections.values():
        for location in each.locations:
            if location.store_id:
                by_store.setdefault(location.store_id, []).append(found.get(location.id, freshness.Freshness()))
    heard = dict(
        Counter.objects.filter(organisation_id=organisation_id, active=True, heard_at__isnull=False)
        .values_list("store_id")
        .annotate(latest=Max("heard_at"))
        .values_list("store_id", "latest")
    )
    return [
        Fresh(
            store,
            _behind([each.books for each in by_store[store.id]], store, now),
            _behind([each.clock for each in by_store[store.id]], store, now),
            Until(_clock(heard.get(store.id), store, now)),
        )
        for store in (place.store for place in where.places)
        if store.id in by_store
    ]


def _behind(found: Iterable[freshness.Reading | None], store: Store, now: datetime) -> Until:
    known = [each for each in found if each is not None and each.until is not None]
    if not known:
        return Until()
    last = min(known, key=lambda each: each.until or now)
    return Until(
        _clock(last.until, store, now), _clock(max(last.due_at, now), store, now), last.fault, last.not_provided
    )


def _clock(at: datetime | None, store: Store, now: datetime) -> str:
    """14:57 of today; with its date on any other day."""
    if at is None:
        return ""
    zone = ZoneInfo(store.timezone)
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else formats.clock_time(at, zone)


@require_POST
@page("traffic.jobs")
def read_now(request: OrganisationRequest) -> HttpResponse:
    """Every location that a till feeds is read within the minute."""
    links = [
        location.id
        for each in reads.connections(request.organisation.id, store_ids=request.store_ids)
        for location in each.locations
        if location.store_id
    ]
    freshness.read_now(request.organisation.id, links, now=timezone.now())
    toast(request, _("Every till is read within a minute."))
    return back_to(request, "traffic_jobs")


def _zone(place: Place) -> ZoneInfo:
    return ZoneInfo(place.store.timezone)


def _day_url(place: Place, today: date) -> str:
    return reverse("traffic_day", args=[place.store.public_id, today.isoformat()])
