"""The operator's back office: organisations, their stores, what came in, and jobs."""

from functools import partial
from uuid import UUID

import structlog
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts import house, reads
from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.partners import requests
from comptoir.core.accounts.stores import stores
from comptoir.core.audit.notes import note
from comptoir.core.installations import plans
from comptoir.core.installations.modules import modules
from comptoir.core.intake import reads as intake
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.pages.inbox import OUTCOMES
from comptoir.web.pages.visit_rows import described
from comptoir.web.parts import Status
from comptoir.web.shell import ROLE_NAMES
from comptoir.web.toasts import toast

LONGEST_LIST = 200
SHORTEST_REASON = 10
LONGEST_NUMBER = 19
log = structlog.get_logger(__name__)


@require_GET
@operators
def organisations(request: OperatorRequest) -> HttpResponse:
    """Every organisation with how much it has."""
    rows = Organisation.objects.annotate(
        stores=Count("store", distinct=True), people=Count("membership", distinct=True)
    )
    search = request.GET.get("search", "").strip()
    if search:
        rows = rows.filter(name__icontains=search)
    page = Paginator(rows.order_by("name", "id"), LONGEST_LIST).get_page(request.GET.get("page"))
    values = {"page": page, "search": search, "waiting": requests.waiting()}
    return render(request, "web/backoffice/organisations.html", values)


@require_GET
@operators
def merchant_stores(request: OperatorRequest, merchant_id: str) -> HttpResponse:
    """The stores of an organisation, with the slug of each to copy and what runs there."""
    found = organisation_of(merchant_id)
    on: dict[UUID, list[str]] = {}
    called = {each.slug: each.name for each in plans.known()}
    for module in modules(found.id).values():
        if module.is_on:
            on.setdefault(module.store_id, []).append(str(called.get(module.app, module.app)))
    values = {
        "organisation": found,
        "rows": [(each, ", ".join(sorted(on.get(each.id, ())))) for each in stores(found.id)],
        "people": [(each, ROLE_NAMES[each.role]) for each in reads.members(found.id)],
        "tokens": requests.tokens_of(found.id),
        "visits": described(found.id, timezone.now()),
    }
    return render(request, "web/backoffice/stores.html", values)


@require_GET
@operators
def inbox(request: OperatorRequest) -> HttpResponse:
    """What came in for everybody: when, from which till, what became of it. Never what was in it."""
    said = {name: request.GET.get(name, "").strip() for name in ("search", "provider", "outcome", "before")}
    named = Organisation.objects.filter(name__icontains=said["search"])[:LONGEST_LIST] if said["search"] else None
    found = intake.latest_of_all(
        organisation_ids=None if named is None else [each.id for each in named],
        outcome=said["outcome"],
        provider=said["provider"],
        before=int(said["before"]) if said["before"].isdecimal() and len(said["before"]) < LONGEST_NUMBER else 0,
    )
    names = dict(Organisation.objects.filter(id__in={each.organisation_id for each in found}).values_list("id", "name"))
    tills = {each.manifest.slug: each.manifest.name for each in registry.connectors()}
    values = said | {
        "rows": [
            (
                each,
                names.get(each.organisation_id) if each.organisation_id else "",
                tills.get(each.provider, each.provider),
                Status(*OUTCOMES[each.outcome][:2]),
            )
            for each in found
        ],
        "older": found[-1].id if len(found) == 2 * intake.PAGE else None,
        "providers": tills.items(),
        "outcomes": [(name, OUTCOMES["" if name == "waiting" else name][1]) for name in ("waiting", *intake.OUTCOMES)],
    }
    return render(request, "web/backoffice/inbox.html", values)


@require_POST
@operators
def break_glass(request: OperatorRequest, notification_id: int) -> HttpResponse:
    """Look into what came in, for a reason that its organisation finds among what was done."""
    found, reason = intake.opened(notification_id), request.POST.get("reason", "").strip()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if len(reason) < SHORTEST_REASON:
        raise RuleBroken(_("Write down why you have to look into it."), code="reason_missing", status=422)
    organisation_id, body = found
    actor = f"user:{request.user.pk}"
    log.warning("backoffice.glass_broken", actor=actor, notification=notification_id)
    written = partial(note, organisation_id=organisation_id) if organisation_id is not None else house.note
    written(
        actor=actor,
        what="inbox.glass_broken",
        subject=str(notification_id),
        details={"reason": reason[:500]},
        now=timezone.now(),
    )
    values = {"number": notification_id, "body": body.decode("utf-8", "replace"), "reason": reason}
    return render(request, "web/backoffice/body.html", values)


@require_GET
@operators
def jobs(request: OperatorRequest) -> HttpResponse:
    """What waits in each queue, and the jobs that were given up."""
    values = {"waiting": engine.waiting(), "rows": engine.failed(), "workers": engine.workers_seen()}
    return render(request, "web/backoffice/jobs.html", values)


@require_POST
@operators
def job_again(request: OperatorRequest, job_id: int) -> HttpResponse:
    """Try a job once more."""
    done = engine.again(job_id)
    if done:
        house.note(actor=f"user:{request.user.pk}", what="job.tried_again", subject=str(job_id), now=timezone.now())
    toast(request, _("It is tried again.") if done else _("There is nothing to try again."))
    return redirect("backoffice_jobs")


def organisation_of(public: str) -> Organisation:
    """The organisation of an address. Raises RuleBroken (`not_found`, 404)."""
    found = Organisation.objects.filter(id=parse_id("org", public)).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found
