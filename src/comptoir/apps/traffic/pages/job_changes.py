"""The settings of an integration that is there: its label, and which chain it is for; each change can be undone."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comptoir.apps.traffic import changing_jobs, tasks
from comptoir.apps.traffic.pages.addressed import actor, job_of
from comptoir.apps.traffic.pages.holding import must_have
from comptoir.apps.traffic.pages.integration import shown
from comptoir.apps.traffic.pages.labelling import ChangeForm
from comptoir.apps.traffic.pages.where import back_to, chosen_at
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.toasts import refusals, toast


@require_POST
@page("traffic.connect")
def change(request: OrganisationRequest, job_id: str) -> HttpResponse:
    """Another label or chain. Raises RuleBroken (403, 404)."""
    job, form = job_of(request, job_id), ChangeForm(request.organisation.id, request.POST)
    if not form.is_valid():
        return shown(request, job, change_form=form, status=422)
    chain_id = form.chain_id if form.asks_for_chain else job.node_id
    if chain_id != job.node_id:
        must_have(request, job.node_id, chain_id)
    try:
        change_id = changing_jobs.change(
            job=job,
            label=form.cleaned_data["label"].strip(),
            chain_id=chain_id,
            always=form.is_always,
            actor=actor(request),
            now=timezone.now(),
        )
    except RuleBroken as broken:
        if broken.status == 404:
            raise
        form.add_error("chain" if broken.code == "location_elsewhere" else "label", broken.for_owner)
        return shown(request, job, change_form=form, status=422)
    if change_id is not None:
        tasks.enqueue_filling(request.organisation.id)
    toast(request, _("Saved."), undo_url=_back(request, job_id, change_id))
    return back_to(request, "traffic_job", job_id)


@require_POST
@page("traffic.connect")
def undo(request: OrganisationRequest, job_id: str, change_id: str) -> HttpResponse:
    """As it was before a change. Raises RuleBroken (403, 404)."""
    job, change = job_of(request, job_id), parse_id("jch", change_id)
    must_have(request, *changing_jobs.chains_of(job, change))
    with refusals(request):
        again = changing_jobs.undo(job=job, change_id=change, actor=actor(request), now=timezone.now())
        tasks.enqueue_filling(request.organisation.id)
        toast(request, _("Undone."), undo_url=_back(request, job_id, again))
    return back_to(request, "traffic_job", job_id)


def _back(request: OrganisationRequest, job_id: str, change_id: UUID | None) -> str:
    if change_id is None:
        return ""
    url, at = reverse("traffic_job_undo", args=[job_id, public_id("jch", change_id)]), chosen_at(request)
    return f"{url}?{urlencode({'at': at})}" if at else url
