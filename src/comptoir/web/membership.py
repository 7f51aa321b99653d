"""Which organisations the person behind a request belongs to, and which one the page is for."""

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from comptoir.core.accounts import reach, visits
from comptoir.core.accounts.models import Membership, Store, User
from comptoir.core.accounts.visit_tables import Visit

SESSION_KEY = "organisation"
VISIT_KEY: Final = "visit"


def memberships(user: User, *, now: datetime) -> list[Membership]:
    """The memberships of a person, first one first, with their `stores` and the `zone` of the first store.

    Also whether support is inside (`visited_until`) or asks to be (`is_asked`). One question, so that a page knows at
    no cost of its own what may be shown.
    """
    here = Visit.objects.filter(organisation=OuterRef("organisation"), ended_at=None)
    inside = here.filter(ends_at__gt=now).order_by("-ends_at").values("ends_at")[:1]
    zone = Store.objects.filter(organisation=OuterRef("organisation")).order_by("id").values("timezone")[:1]
    found = reach.with_stores(Membership.objects.filter(user=user)).select_related("organisation").order_by("id")
    return list(
        found.annotate(
            zone=Coalesce(Subquery(reach.seen().values("store__timezone")[:1]), Subquery(zone)),
            visited_until=Subquery(inside),
            is_asked=Exists(here.filter(answered_at=None)),
        )
    )


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
        cached = request.META["comptoir.memberships"] = memberships(cast(User, request.user), now=timezone.now())
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
