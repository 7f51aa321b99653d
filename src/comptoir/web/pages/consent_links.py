"""Behind a consent link: somebody without a user here lets the till of an organisation be connected."""

import os
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from comptoir.core.connections import consent, consent_links
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import refresh_locations
from comptoir.core.connections.models import Connection, ConsentAttempt, ConsentLink
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.seal import token_hash
from comptoir.pos import registry
from comptoir.web import consent_faults
from comptoir.web.open_pages import kept_private
from comptoir.web.shell import OrganisationRequest, page
from comptoir.web.tasks import look_at_once
from comptoir.web.toasts import refusals, toast

SESSION_KEY = "consent_link"
TEMPLATE = "web/consent_link.html"


@require_POST
@page("connections.manage")
def ask(request: OrganisationRequest, provider: str) -> HttpResponse:
    """Send somebody who holds the account at the till's maker a link to consent with."""
    with refusals(request):
        link = consent_links.ask(
            organisation=request.organisation,
            provider=provider,
            email=request.POST.get("email", ""),
            language=get_language() or "en",
            by=request.user,
            now=timezone.now(),
        )
        toast(request, _("The link is on its way to %(address)s; it is good for 72 hours.") % {"address": link.email})
    return redirect("connections")


@require_http_methods(["GET", "POST"])
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Who asks for what; the button leads to the vendor's own page. The answer has to come back to this browser."""
    found = consent_links.find(token, now=timezone.now())
    if found is None:
        return _shown(request, {"state": "gone"}, status=404)
    if request.method == "GET":
        return _shown(request, {"state": "asked", "asked": found})
    connector = registry.connector(found.link.provider)
    address = consent.begin(
        organisation=found.link.organisation,
        user=None,
        link=found.link,
        connector=connector,
        endpoints=connector.endpoints(os.environ),
        redirect_uri=consent.redirect_uri(),
        now=timezone.now(),
    )
    request.session[SESSION_KEY] = str(found.link.id)
    return HttpResponseRedirect(address)


def is_of_a_link(request: HttpRequest) -> bool:
    """Whether an answer of a vendor belongs to a link: its state says so, whoever brings it."""
    return ConsentAttempt.objects.filter(
        state_hash=token_hash(request.GET.get("state", "")), link__isnull=False
    ).exists()


def returned(request: HttpRequest) -> HttpResponse:
    """Back from the vendor's page. Only the browser that opened the link may bring the answer."""
    now = timezone.now()
    opened_here = request.session.get(SESSION_KEY, "")
    link = consent_links.open_one(UUID(opened_here), now=now) if opened_here else None
    if link is None:
        return _shown(request, {"state": "gone"}, status=400)
    try:
        attempt = consent.take_attempt(state=request.GET.get("state", ""), user=None, link=link, now=now)
    except RuleBroken:
        return _shown(request, {"state": "gone"}, status=400)
    if "code" not in request.GET:
        fault = consent_faults.of_refusal(request.GET.get("error", ""), attempt.provider)
        return _shown(request, {"state": "denied", "fault": fault})
    if not consent_links.claim(link, now=now):
        return _shown(request, {"state": "gone"}, status=400)
    try:
        connection = _complete(request, link, attempt)
    except ComptoirError:
        consent_links.give_back(link)
        raise
    request.session.pop(SESSION_KEY, None)
    look_at_once(link.organisation_id)
    try:
        with open_vendor(connection) as vendor:
            refresh_locations(connection, vendor)
        consent_links.tell(link, connection, now=timezone.now())  # now it is known whose stores these shops feed
    except ComptoirError:
        look_at_once(link.organisation_id)  # the house says what is wrong, to whom it concerns
    return _shown(request, {"state": "given"})


def completed(request: HttpRequest, attempt: ConsentAttempt) -> Connection:
    """The connection that an answer with a code makes, whoever was asked. Raises ComptoirError."""
    connector = registry.connector(attempt.provider)
    parameter = connector.manifest.domain_parameter
    return consent.complete(
        attempt=attempt,
        code=request.GET["code"],
        endpoints=connector.endpoints(os.environ),
        redirect_uri=consent.redirect_uri(),
        now=timezone.now(),
        domain=request.GET.get(parameter, "") if parameter else "",
    )


def _complete(request: HttpRequest, link: ConsentLink, attempt: ConsentAttempt) -> Connection:
    connection = completed(request, attempt)
    with transaction.atomic():
        consent_links.record(link, now=timezone.now())
        consent_links.tell(link, connection, now=timezone.now())
    return connection


def _shown(request: HttpRequest, values: dict[str, object], *, status: int = 200) -> HttpResponse:
    return kept_private(render(request, TEMPLATE, values, status=status))
