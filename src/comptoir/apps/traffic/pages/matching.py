"""Which location each shop of an account feeds (traffic-analytics.md 2.3)."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import chains, jobs, location_ids, tasks
from comptoir.apps.traffic.models import ImportJob
from comptoir.apps.traffic.pages.addressed import actor, job_of
from comptoir.apps.traffic.pages.where import back_to
from comptoir.core.accounts.stores import is_visible
from comptoir.core.connections.models import LocationLink
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import number_of
from comptoir.web import linking
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@dataclass(frozen=True)
class Shop:
    """A shop of the account: its number, and the location that it feeds or probably should."""

    link: LocationLink
    number: str
    chosen: str
    is_proposal: bool


def shops_of(request: OrganisationRequest, job: ImportJob) -> list[Shop]:
    """The shops of its account, each with the location that it feeds, or probably should."""
    if job.connection_id is None:
        return []
    links = list(
        LocationLink.objects.select_related("store")
        .filter(organisation_id=request.organisation.id, connection_id=job.connection_id)
        .order_by("name")
    )
    links = [each for each in links if is_visible(request.store_ids, each.store.id if each.store else None)]
    fed = set(
        LocationLink.objects.filter(organisation_id=request.organisation.id, store__isnull=False).values_list(
            "store_id", flat=True
        )
    )
    free = [each for each in places_for(request, job) if each.store.id not in fed]
    proposed = location_ids.propose(
        [
            location_ids.Place(str(each.id), number_of(each.external_id), each.name, address=each.address)
            for each in links
            if not each.store
        ],
        [
            location_ids.Place(
                each.store.public_id,
                each.location.location_id,
                each.store.name,
                each.location.mask,
                each.store.address,
            )
            for each in free
        ],
    )
    return [
        Shop(
            link=each,
            number=location_ids.shown(number_of(each.external_id)),
            chosen=each.store.public_id if each.store else proposed.get(str(each.id), ""),
            is_proposal=each.store is None and str(each.id) in proposed,
        )
        for each in links
    ]


def places_for(request: OrganisationRequest, job: ImportJob) -> list[chains.Place]:
    """The locations that its shops may feed: of one for a chain those in it, in nothing, or that it feeds already."""
    places = chains.places(request.organisation.id, store_ids=request.store_ids, now=timezone.now())
    if job.node_id is None:
        return places
    inside = chains.below(request.organisation.id, job.node_id)
    fed = {each.id for each in jobs.stores_of(job)}
    return [each for each in places if each.node_id is None or each.node_id in inside or each.store.id in fed]


@require_POST
@page("traffic.connect")
def match(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Which location each shop feeds; one location takes two shops only if somebody says that they are added up."""
    job, now = job_of(request, job_id), timezone.now()
    chosen = {
        name.removeprefix("shop-"): said
        for name, said in request.POST.items()
        if name.startswith("shop-") and isinstance(said, str)
    }
    _require_apart(request, chosen)
    with transaction.atomic():
        job = jobs.hold(job)  # its chain is that of now, and stays so meanwhile
        if job.connection_id is None:
            raise RuleBroken(_("Connect an account first."), code="connection_missing", status=409)
        _require_inside(request, job, chosen)
        links = LocationLink.objects.select_for_update().filter(
            organisation_id=request.organisation.id, connection_id=job.connection_id
        )
        for link in links.order_by("id"):
            choice = chosen.get(str(link.id))
            if not choice and request.POST.get("rest") == linking.NEW_STORE and link.store is None:
                choice = linking.NEW_STORE
            if choice is None:
                continue
            linking.feed(request.organisation, link, choice, now=now)
            link.refresh_from_db()
            if link.store is not None:
                _settle(request, job, link, now)
    if job.finished_at is not None:
        jobs.finish(job=job, rhythm=job.rhythm, start=job.start, actor=actor(request), now=now)
    tasks.enqueue_filling(request.organisation.id)
    toast(request, _("Saved. Unmatched shops can wait."))
    return back_to(request, "traffic_job", jobs.public(job))


def _require_apart(request: OrganisationRequest, chosen: dict[str, str]) -> None:
    stores = [each for each in chosen.values() if each and each != linking.NEW_STORE]
    twice = next((each for each in stores if stores.count(each) > 1), None)
    if twice is None or request.POST.get("sum"):
        return
    places = chains.places(request.organisation.id, store_ids=request.store_ids, now=timezone.now())
    name = next((each.store.name for each in places if each.store.public_id == twice), "")
    raise RuleBroken(
        _("Two shops feed %(name)s. Tick “add up” if that is meant, or choose another location for one.")
        % {"name": name},
        code="location_fed_twice",
        status=422,
    )


def _require_inside(request: OrganisationRequest, job: ImportJob, chosen: dict[str, str]) -> None:
    if job.node_id is None:
        return
    known = {each.store.public_id for each in places_for(request, job)}
    if {each for each in chosen.values() if each and each != linking.NEW_STORE} - known:
        raise RuleBroken(
            _("This integration is for one chain: choose locations that lie in it, or in no chain yet."),
            code="location_elsewhere",
            status=422,
        )


def _settle(request: OrganisationRequest, job: ImportJob, link: LocationLink, now: datetime) -> None:
    """A location without an id gets the shop's, unless another has it; one that lies nowhere, the chain of its job."""
    store = link.store
    if store is None:
        return
    place = next(
        each for each in chains.places(request.organisation.id, store_ids=None, now=now) if each.store.id == store.id
    )
    number, node_id = number_of(link.external_id), place.node_id or job.node_id
    is_named = bool(place.location.location_id) or chains.is_taken(request.organisation.id, number, but=store.id)
    if is_named and node_id == place.node_id:
        return
    chains.save_location(
        store=store,
        values={} if is_named else {"location_id": number},
        node_id=node_id,
        actor=actor(request),
        now=now,
        today=business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start),
    )
