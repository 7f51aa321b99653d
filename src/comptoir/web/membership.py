"""Which organisations the person behind a request belongs to, and which one the page is for."""

from typing import cast

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest

from comptoir.core.accounts.models import Membership, Store, User

SESSION_KEY = "organisation"


def memberships(user: User) -> list[Membership]:
    """The memberships of a person, first one first, each with the `zone` of its organisation's first store."""
    zone = Store.objects.filter(organisation=OuterRef("organisation")).order_by("id").values("timezone")[:1]
    return list(
        Membership.objects.filter(user=user).select_related("organisation").annotate(zone=Subquery(zone)).order_by("id")
    )


def current_membership(request: HttpRequest) -> Membership | None:
    """The membership the session names while it exists, else the first; None when there is none."""
    all_of_them = memberships_of(request)
    chosen = request.session.get(SESSION_KEY)
    return next((each for each in all_of_them if str(each.organisation_id) == chosen), next(iter(all_of_them), None))


def memberships_of(request: HttpRequest) -> list[Membership]:
    """Asked once per request, however many ask."""
    cached: list[Membership] | None = request.META.get("comptoir.memberships")
    if cached is None:
        cached = request.META["comptoir.memberships"] = memberships(cast(User, request.user))
    return cached
