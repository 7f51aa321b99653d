"""The frame around every page: who asks, for which organisation, and what the navigation shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, Protocol, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from comptoir.core.accounts import reads, signing_up, tree, visits
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.accounts.reach import nodes_given, visible_stores
from comptoir.core.accounts.roles import NOT_ON_A_VISIT, Role, may
from comptoir.core.accounts.visit_tables import Visit
from comptoir.web import gate, live
from comptoir.web.membership import current_membership, memberships_of, visit_of
from comptoir.web.navigation import BOTTOM_BAR_PLACES, Place, places

ROLE_NAMES: dict[Role, str | Promise] = {
    Role.OWNER: _("Owner"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.REGIONAL_SUPERVISOR: _("Regional supervisor"),
    Role.MANAGER: _("Manager"),
    Role.STAFF: _("Staff"),
    Role.VIEWER: _("Viewer"),
    Role.MARKETING: _("Marketing"),
    Role.HR: _("HR"),
    Role.PARTNER: _("Partner"),
}
MOST_NAMED: Final = 5
WITHOUT_STORES: Final = frozenset({"overview.view", "settings.view", "users.manage"})
"""Pages that somebody opens who sees no store now; the overview asks for itself."""
SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")


class OrganisationRequest(HttpRequest):
    """A request of a signed-in member, for one organisation."""

    user: User
    organisation: Organisation
    role: Role
    store_ids: frozenset[UUID] | None
    """The stores that this person was given; None: all. Every question about something of a store carries it on."""


P = ParamSpec("P")
View = Callable[Concatenate[OrganisationRequest, P], HttpResponseBase]
OpenView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class PermittedView(Protocol):
    """What `page` makes of a view: the permission stands on it, so that a test can table every route."""

    permission: str

    def __call__(self, request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request."""


@dataclass(frozen=True)
class Shell:
    """What the frame shows; plain data, read once per page."""

    user: User
    organisation: Organisation
    organisations: tuple[Organisation, ...]
    role_name: str | Promise
    places: tuple[Place, ...]
    visit: Visit | None = None
    """The visit that the reader, an operator, is on."""
    visited_until: datetime | None = None
    """For an owner: support is inside until then."""
    is_asked: bool = False
    """For an owner: support asks to come in."""

    @property
    def bottom_bar(self) -> tuple[Place, ...]:
        """The places that fit under a thumb; the rest is behind *More*."""
        return self.places[:BOTTOM_BAR_PLACES]

    @property
    def places_behind_more(self) -> tuple[Place, ...]:
        """The places that do not."""
        return self.places[BOTTOM_BAR_PLACES:]

    @property
    def is_current_behind_more(self) -> bool:
        """Whether *More* holds the page that is open."""
        return any(place.is_current for place in self.places_behind_more)


def page(permission: str) -> Callable[[View[P]], PermittedView]:
    """A page for members whose role has `permission`.

    Signed out leads to the sign-in; without membership or permission a page says so. The view finds
    `request.organisation`, `request.role` and `request.store_ids`, and the time zone of the first store is active.
    """

    def decorate(view: View[P]) -> PermittedView:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            response = _answer(view, permission, request, *args, **kwargs)
            # Pages hold figures of one organisation: neither a proxy nor the Back button after signing out shows them.
            add_never_cache_headers(response)
            return response

        marked = cast(PermittedView, guarded)
        marked.permission = permission
        return marked

    return decorate


def _refused(request: HttpRequest, organisation: Organisation, role: Role, permission: str) -> HttpResponse:
    """Whose page it is, by role and by name; a technical user of a till's maker hears of nobody."""
    asked = [] if role is Role.PARTNER else reads.holders(organisation.id, permission)[:MOST_NAMED]
    holders = [(each.called, ROLE_NAMES[each.role]) for each in asked]
    values = {"role_name": ROLE_NAMES[role], "holders": holders, "is_owner": role is Role.OWNER}
    return render(request, "web/forbidden.html", values, status=403)


def of_no_store(request: OrganisationRequest) -> HttpResponse:
    """What was given holds no store now, as a region into which none was put yet: what it is, and whom to ask."""
    if "HX-Request" in request.headers:  # part of a page asked that was opened while there was a store
        return HttpResponseClientRefresh()
    given = nodes_given(request.organisation.id, request.user.pk)
    asked = [] if request.role is Role.PARTNER else reads.holders(request.organisation.id, "users.manage")
    holders = [each.called for each in asked if each.store_ids is None][:MOST_NAMED]
    values = {"levels": tree.names_of(request.organisation.id, given), "holders": holders}
    return render(request, "web/no_store.html", values, status=200 if request.method in SAFE_METHODS else 403)


def _answer(
    view: View[P], permission: str, request: HttpRequest, *args: P.args, **kwargs: P.kwargs
) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    membership = current_membership(request)
    if membership is None:
        return render(request, "web/no_organisation.html", status=403)
    role = Role(membership.role)
    if not may(role, permission):
        return _refused(request, membership.organisation, role, permission)
    visit = visit_of(request)
    if visit is not None and permission in NOT_ON_A_VISIT:
        return _refused(request, membership.organisation, role, permission)
    if visit is not None and request.method not in SAFE_METHODS:
        if visit.access != Visit.Access.ACT:
            return render(request, "web/only_looking.html", status=403)
        visits.acted(visit, act=_name_of(request), now=timezone.now())
    known = cast(OrganisationRequest, request)
    known.organisation, known.role = membership.organisation, role
    known.store_ids = visible_stores(membership)
    closed = gate.look(known, permission)
    if closed and closed.is_everywhere:
        if "HX-Request" in request.headers:  # part of a page asked that was open when the app went off
            return HttpResponseClientRefresh()
        return render(request, "web/module_off.html", {"closed": closed})
    if known.store_ids is not None and not known.store_ids and permission not in WITHOUT_STORES:
        return of_no_store(known)
    with timezone.override(ZoneInfo(getattr(membership, "zone", None) or "UTC")):
        return view(known, *args, **kwargs)


def _name_of(request: HttpRequest) -> str:
    return request.resolver_match.url_name or "" if request.resolver_match else ""


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if "HX-Request" not in request.headers:
        return redirect_to_login(request.get_full_path())
    # A redirect would put the sign-in form inside the region that asked: send the whole page there instead.
    return HttpResponseClientRedirect(redirect_to_login(request.headers.get("HX-Current-URL", "/")).url)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor. What the database is asked for is lazy: a fragment that shows no frame asks it nothing."""
    return {
        "shell": SimpleLazyObject(lambda: _shell(request)),
        "live_url": SimpleLazyObject(lambda: _live_url(request)),
        "closed": gate.seen(request),
        "may_sign_up": SimpleLazyObject(signing_up.is_open),
    }


def _shell(request: HttpRequest) -> Shell | None:
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_authenticated", False):
        return None
    membership = current_membership(request)
    if membership is None:
        return None
    role, visit = Role(membership.role), visit_of(request)
    is_owner = role is Role.OWNER
    return Shell(
        user=cast(User, user),
        organisation=membership.organisation,
        organisations=tuple(each.organisation for each in memberships_of(request)),
        role_name=_("Support") if visit else ROLE_NAMES[role],
        places=places(role, request.path, request.GET),
        visit=visit,
        visited_until=getattr(membership, "visited_until", None) if is_owner else None,
        is_asked=is_owner and getattr(membership, "is_asked", False),
    )


def _live_url(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ""
    membership = current_membership(request)
    return live.address(membership.organisation_id, now=timezone.now()) if membership else ""
