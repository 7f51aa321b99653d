"""What is left out of a location: real closures, and the second action that removes what an integration imported."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import jobs, left_out, tasks
from comptoir.apps.traffic.chains import Place
from comptoir.apps.traffic.left_out import Progress
from comptoir.apps.traffic.left_out_tables import LeftOut
from comptoir.apps.traffic.models import Day
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.apps.traffic.pages.where import Where, back_to, chosen_at, place_of
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.roles import may
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@dataclass(frozen=True)
class Told:
    """For the card of a location: what is left out (with its public id), how far that is, and what could be."""

    rows: tuple[tuple[LeftOut, str], ...]
    progress: Progress | None
    days: int
    may_remove: bool
    may_bring_back: bool
    at: str


def told(request: OrganisationRequest, place: Place) -> Told:
    """As things stand."""
    rows = tuple((each, public_id("tlo", each.id)) for each in left_out.of_store(place.store))
    return Told(
        rows,
        left_out.progress(place.store) if rows else None,
        left_out.imported_days(place.store),
        may(request.role, "traffic.connect"),
        may(request.role, "traffic.manage"),
        chosen_at(request),
    )


def unfed(request: OrganisationRequest, where: Where) -> list[Store]:
    """Locations with figures of a till that no integration feeds any more."""
    fed = {store.id for job in jobs.jobs(request.organisation.id) for store in jobs.stores_of(job)}
    mine = {each.store.id: each.store for each in where.places if each.store.id not in fed}
    rows = Day.objects.filter(organisation_id=request.organisation.id, store_id__in=mine)
    known: set[UUID] = set(rows.filter(transactions__gt=0).values_list("store_id", flat=True).distinct())
    return [store for store_id, store in mine.items() if store_id in known]


@require_POST
@page("traffic.connect")
def remove(request: OrganisationRequest, store_id: str) -> HttpResponse:
    """Remove from traffic what its integrations brought: the second action of a deletion, confirmed for itself."""
    place = place_of(request, store_id)
    left_out.remove(store=place.store, actor=actor(request), now=timezone.now())
    tasks.enqueue_leaving_out(request.organisation.id)
    toast(request, _("It is being removed. Counts and what people typed stay."))
    return back_to(request, "traffic_location", store_id)


@require_POST
@page("traffic.manage")
def bring_back(request: OrganisationRequest, store_id: str, left_out_id: str) -> HttpResponse:
    """Show it again. What an owner removed, an owner brings back."""
    place, row_id = place_of(request, store_id), parse_id("tlo", left_out_id)
    row = next((each for each in left_out.of_store(place.store) if each.id == row_id), None)
    if row is not None and row.kind == LeftOut.REMOVED and not may(request.role, "traffic.connect"):
        raise RuleBroken(_("An owner has to do this."), code="beyond_your_role", status=403)
    left_out.bring_back(store=place.store, left_out_id=row_id, actor=actor(request), now=timezone.now())
    tasks.enqueue_leaving_out(request.organisation.id)
    toast(request, _("It comes back, as far as sales and hours are known here."))
    return back_to(request, "traffic_location", store_id)
