"""The gate before an app's pages: where an owner has switched the app off, they say so."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.functional import Promise

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.accounts.roles import Role, may
from comptoir.core.installations import manifest, modules

KEY = "comptoir.closed"


class Known(Protocol):
    """A request of a member."""

    META: dict[str, Any]
    organisation: Organisation
    role: Role


@dataclass(frozen=True)
class Closed:
    """Where the app of a page is off, and whether the reader can change that."""

    app: str | Promise
    stores: tuple[str, ...]
    is_everywhere: bool
    may_switch: bool


def look(request: Known, permission: str) -> Closed | None:
    """What the page of this permission has to say; None when its app is on everywhere, or it belongs to no app."""
    owner = manifest.owner_of(permission)
    if owner is None:
        return None
    off = [store for store, _app in modules.switched_off([request.organisation.id], app=owner.slug)]
    if not off:
        return None
    names = Store.objects.filter(organisation=request.organisation, id__in=off).order_by("name")
    found = Closed(
        app=owner.name,
        stores=tuple(names.values_list("name", flat=True)),
        is_everywhere=modules.is_off_everywhere(request.organisation.id, owner.slug),
        may_switch=may(request.role, "modules.manage"),
    )
    request.META[KEY] = found
    return found


def seen(request: HttpRequest) -> Closed | None:
    """What `look` found for this request, for the frame."""
    found = request.META.get(KEY)
    return found if isinstance(found, Closed) else None
