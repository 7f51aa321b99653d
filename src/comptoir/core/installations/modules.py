"""Modules: an app is on or off for a store. While it is off, what comes in is kept and nothing is done with it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from comptoir.core.installations.models import Installation
from comptoir.kernel.errors import RuleBroken

Switch = tuple[UUID, str]
"""A store and the slug of an app."""


@dataclass(frozen=True)
class Module:
    """One app at one store; over several points of sale it is still one switch."""

    store_id: UUID
    app: str
    is_on: bool
    switched_at: datetime | None


def modules(organisation_id: UUID) -> dict[Switch, Module]:
    """Every app at every store that has a point of sale."""
    found: dict[Switch, Module] = {}
    for row in Installation.objects.filter(organisation_id=organisation_id).order_by("id"):
        before = found.get((row.store_id, row.app))
        is_on = row.enabled or (before is not None and before.is_on)
        found[row.store_id, row.app] = Module(row.store_id, row.app, is_on, row.switched_at)
    return found


def switched_off(organisation_ids: Collection[UUID], *, app: str = "") -> set[Switch]:
    """What is off. A store without a point of sale has nothing to switch, and nothing that is off."""
    rows = Installation.objects.filter(organisation_id__in=organisation_ids)
    if app:
        rows = rows.filter(app=app)
    return _off(rows.values_list("store_id", "app", "enabled"))


def held_off(organisation_ids: Collection[UUID]) -> set[Switch]:
    """The same, decided for the rest of the transaction: whoever switches meanwhile waits until it ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT store_id, app, enabled FROM installations_installation"
            " WHERE organisation_id = ANY(%s) ORDER BY id FOR SHARE",
            [list(organisation_ids)],
        )
        return _off(cursor.fetchall())


def is_off_everywhere(organisation_id: UUID, app: str) -> bool:
    """Whether no store of the organisation has the app, and at least one has it switched off."""
    mine = Installation.objects.filter(organisation_id=organisation_id, app=app)
    return mine.exists() and not mine.filter(enabled=True).exists()


def require_on(*, organisation_id: UUID, store_id: UUID, app: str) -> None:
    """Refuse what an app would do for a store that has it switched off. Raises RuleBroken (403 `module_inactive`).

    The answer holds until the caller's transaction ends.
    """
    if (store_id, app) in held_off([organisation_id]):
        raise inactive()


def inactive() -> RuleBroken:
    """The refusal."""
    words = _("This app is switched off for this store. An owner can switch it on under Settings, Modules.")
    return RuleBroken(words, code="module_inactive", status=403)


@transaction.atomic
def switch(*, organisation_id: UUID, store_id: UUID, app: str, on: bool, now: datetime) -> bool:
    """Switch an app on or off for a store; whether that changed anything. Waits for what the app is in the middle of.

    Raises RuleBroken (404) where there is nothing to switch.
    """
    rows = Installation.objects.select_for_update().filter(organisation_id=organisation_id, store_id=store_id, app=app)
    found = list(rows.order_by("id"))
    if not found:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    changed = [row.id for row in found if row.enabled != on]
    Installation.objects.filter(id__in=changed).update(enabled=on, switched_at=now)
    return bool(changed)


def _off(rows: Iterable[tuple[UUID, str, bool]]) -> set[Switch]:
    known = list(rows)
    return {(store, app) for store, app, _on in known} - {(store, app) for store, app, on in known if on}
