"""Which organisations the person behind a request belongs to, and which one the page is for."""

from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from comptoir.core.accounts.models import Membership, MembershipStore, Store, User

SESSION_KEY = "organisation"


def memberships(user: User) -> list[Membership]:
    """The memberships of a person, first one first, with their chosen `stores` and the `zone` of the first store.

    One question, so that a page knows at no cost of its own what may be shown.
    """
    chosen = MembershipStore.objects.filter(membership=OuterRef("pk")).order_by("store_id")
    zone = Store.objects.filter(organisation=OuterRef("organisation")).order_by("id").values("timezone")[:1]
    found = Membership.objects.filter(user=user).select_related("organisation").order_by("id")
    return list(
        found.annotate(
            stores=ArraySubquery(chosen.values("store_id")),
            zone=Coalesce(Subquery(chosen.values("store__timezone")[:1]), Subquery(zone)),
        )
    )


def visible_stores(membership: Membership) -> frozenset[UUID] | None:
    """The stores a member was given; None: all of them, those to come included."""
    known = cast(Any, membership)
    return None if membership.all_stores else frozenset(known.stores)


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
