"""Who may overwrite by hand what the till says: listed, taken away with one click, and given back."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import chains, rights
from comptoir.apps.traffic.models import EditRight
from comptoir.apps.traffic.pages.addressed import actor
from comptoir.core.accounts.models import Membership
from comptoir.kernel.errors import RuleBroken
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import toast


@require_POST
@page("traffic.connect")
def editor_remove(request: OrganisationRequest, user_id: int) -> HttpResponse:
    """Nobody overwrites by hand what the till says: the right to edit is taken away, with one click back."""
    nodes = rights.take_away(
        organisation_id=request.organisation.id, user_id=user_id, actor=actor(request), now=timezone.now()
    )
    if not nodes:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    place, back = ",".join("all" if each is None else str(each) for each in nodes), _back(request)
    undo = f"{reverse('traffic_editor_restore', args=[user_id, place])}?{urlencode({'then': back})}"
    toast(request, _("This person edits no data by hand any more."), undo_url=undo)
    return redirect(back)


@require_POST
@page("traffic.connect")
def editor_restore(request: OrganisationRequest, user_id: int, nodes: str) -> HttpResponse:
    """The right is given back as it was."""
    mine = Membership.objects.filter(organisation_id=request.organisation.id, user_id=user_id)
    known = {str(each.id): each.id for each in chains.nodes(request.organisation.id)}
    wanted = nodes.split(",")
    if not mine.exists() or any(each != "all" and each not in known for each in wanted):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    for each in wanted:
        rights.allow(
            organisation_id=request.organisation.id,
            user_id=user_id,
            node_id=known.get(each),
            actor=actor(request),
            now=timezone.now(),
        )
    toast(request, _("This person may edit again."))
    return redirect(_back(request))


def _back(request: OrganisationRequest) -> str:
    """The page of ours on which somebody pressed: the wizard or the settings."""
    then = request.POST.get("then") or request.GET.get("then") or ""
    is_ours = then.startswith("/") and url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    return then if is_ours else reverse("traffic_jobs")


def editors(request: OrganisationRequest) -> list[tuple[int, str, str]]:
    """Those who may edit data by hand although their role alone would not let them, and at which nodes."""
    rights_: dict[int, list[UUID | None]] = {}
    for row in EditRight.objects.filter(organisation_id=request.organisation.id).order_by("id"):
        rights_.setdefault(row.user_id, []).append(row.node_id)
    names: dict[UUID | None, str] = {each.id: each.name for each in chains.nodes(request.organisation.id)}
    names[None] = _("every location they see")
    people = Membership.objects.filter(organisation=request.organisation, user_id__in=rights_).select_related("user")
    return [
        (each.user_id, str(each.user), ", ".join(names[node] for node in rights_[each.user_id] if node in names))
        for each in people
    ]
