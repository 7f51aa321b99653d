"""The operator's back office: organisations, their stores, partners with their requests and tokens, what was done."""

import json
from collections.abc import Iterator
from uuid import UUID

import structlog
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from comptoir.core.accounts import reads
from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.partners import requests
from comptoir.core.accounts.stores import stores
from comptoir.core.audit import reads as audit
from comptoir.core.audit.notes import note
from comptoir.core.installations.modules import modules
from comptoir.core.intake import reads as intake
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.pos import registry
from comptoir.web.backstage import OperatorRequest, operators
from comptoir.web.pages import activity_words
from comptoir.web.pages.visit_rows import described
from comptoir.web.spreadsheets import MARK, download, line
from comptoir.web.toasts import toast

AUDIT_COLUMNS = ("at", "actor", "what", "subject", "details")
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
    for module in modules(found.id).values():
        if module.is_on:
            on.setdefault(module.store_id, []).append(module.app)
    values = {
        "organisation": found,
        "rows": [(each, ", ".join(sorted(on.get(each.id, ())))) for each in stores(found.id)],
        "people": reads.members(found.id),
        "tokens": requests.tokens_of(found.id),
        "visits": described(found.id, timezone.now()),
    }
    return render(request, "web/backoffice/stores.html", values)


@require_GET
@operators
def activity(request: OperatorRequest, merchant_id: str) -> HttpResponse:
    """What was done in an organisation, the latest first; searched by subject or person."""
    found, search = organisation_of(merchant_id), request.GET.get("search", "").strip()
    actors = reads.actors_named(found.id, search) if search else ()
    before = request.GET.get("before")
    rows = audit.activity(
        found.id,
        search=search,
        actors=actors,
        before=parse_id("not", before) if before else None,
        limit=LONGEST_LIST,
    )
    names = reads.names_of([each.actor for each in rows if each.actor.startswith("user:")])
    values = {
        "organisation": found,
        "rows": [(each, names.get(each.actor, each.actor), list(activity_words.lines(each.details))) for each in rows],
        "search": search,
        "older": rows[-1].public_id if len(rows) == LONGEST_LIST else None,
    }
    return render(request, "web/backoffice/activity.html", values)


@require_GET
@operators
def activity_export(request: OperatorRequest, merchant_id: str) -> StreamingHttpResponse:
    """All of it, or what a search finds, as CSV; that it was taken is written down."""
    found, search = organisation_of(merchant_id), request.GET.get("search", "").strip()
    note(organisation_id=found.id, actor=f"user:{request.user.pk}", what="audit.exported", now=timezone.now())
    return download("activity.csv", _lines(found.id, search))


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
    values = said | {
        "rows": [(each, names.get(each.organisation_id) if each.organisation_id else "") for each in found],
        "older": found[-1].id if len(found) == 2 * intake.PAGE else None,
        "providers": [(each.manifest.slug, each.manifest.name) for each in registry.connectors()],
        "outcomes": ["waiting", *intake.OUTCOMES],
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
    if organisation_id is not None:
        note(
            organisation_id=organisation_id,
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
    toast(request, _("It is tried again.") if done else _("There is nothing to try again."))
    return redirect("backoffice_jobs")


def _lines(organisation_id: UUID, search: str) -> Iterator[str]:
    yield MARK + line(AUDIT_COLUMNS)
    actors = reads.actors_named(organisation_id, search) if search else ()
    for each in audit.every(organisation_id, search=search, actors=actors):
        yield line((each.at, each.actor, each.what, each.subject, json.dumps(each.details, ensure_ascii=False)))


def organisation_of(public: str) -> Organisation:
    """The organisation of an address. Raises RuleBroken (`not_found`, 404)."""
    found = Organisation.objects.filter(id=parse_id("org", public)).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found
