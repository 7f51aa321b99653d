"""Switching between organisations, and the address of the stream of news."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from comptoir.web import live
from comptoir.web.membership import SESSION_KEY, VISIT_KEY
from comptoir.web.shell import OrganisationRequest, page


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Make another organisation the current one; a person's own only, which the next page checks as always."""
    request.session[SESSION_KEY] = request.POST.get("organisation", "")
    request.session.pop(VISIT_KEY, None)
    # Not back to where one was: an object of one organisation is nowhere in another.
    return HttpResponseRedirect("/")


@require_GET
@page("overview.view")
def live_address(request: OrganisationRequest) -> HttpResponse:
    """A fresh address of the stream: the one in the page carries a token that does not live long."""
    return HttpResponse(live.address(request.organisation.id, now=timezone.now()), content_type="text/plain")
