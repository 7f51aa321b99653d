"""The gate before an app's pages: where an owner has switched the app off, they say so."""

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest
from django.utils.functional import Promise

from comptoir.core.accounts.models import Organisation
from comptoir.core.accounts.roles import Role, may
from comptoir.core.accounts.stores import stores
from comptoir.core.installations import manifest, modules

KEY = "comptoir.closed"


class Known(Protocol):
    """A request of a member."""

    META: dict[str, Any]
    organisation: Organisation
    role: Role
    store_ids: frozenset[UUID] | None


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
    off = {store for store, _app in modules.switched_off([request.organisation.id], app=owner.slug)}
    mine = stores(request.organisation.id, store_ids=request.store_ids) if off else []
    closed = tuple(each.name for each in mine if each.id in off)
    if not closed:
        return None
    found = Closed(
        app=owner.name,
        stores=closed,
        is_everywhere=len(closed) == len(mine) or modules.is_off_everywhere(request.organisation.id, owner.slug),
        may_switch=may(request.role, "modules.manage"),
    )
    request.META[KEY] = found
    return found


def seen(request: HttpRequest) -> Closed | None:
    """What `look` found for this request, for the frame."""
    found = request.META.get(KEY)
    return found if isinstance(found, Closed) else None
