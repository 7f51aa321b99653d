"""Which organisations the person behind a request belongs to, and which one the page is for."""

from typing import Final, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from comptoir.core.accounts import belonging, visits
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.visit_tables import Visit

SESSION_KEY = "organisation"
VISIT_KEY: Final = "visit"


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership the session names while it exists, else the first; None when there is none.

    Inside a visit that is open it is the visitor's.
    """
    visit = visit_of(request)
    if visit is not None:
        return Membership(organisation=visit.organisation, user=visit.operator, role=visits.VISITORS_ROLE)
    all_of_them = memberships_of(request)
    chosen = request.session.get(SESSION_KEY)
    return next((each for each in all_of_them if str(each.organisation_id) == chosen), next(iter(all_of_them), None))


def memberships_of(request: HttpRequest) -> list[Membership]:
    """Asked once per request, however many ask."""
    cached: list[Membership] | None = request.META.get("comptoir.memberships")
    if cached is None:
        user = cast(User, request.user)
        cached = request.META["comptoir.memberships"] = belonging.memberships(user.pk, now=timezone.now())
    return cached


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit that this operator is on while it is open: looked up for each request, so that an end is an end."""
    named = request.session.get(VISIT_KEY)
    if not named:
        return None
    if "comptoir.visit" not in request.META:
        found = visits.open_to(cast(User, request.user), UUID(named), now=timezone.now())
        request.META["comptoir.visit"] = found
        if found is None:
            request.session.pop(VISIT_KEY)
    visit: Visit | None = request.META["comptoir.visit"]
    return visit
