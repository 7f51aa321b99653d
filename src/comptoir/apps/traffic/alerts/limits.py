"""After how many open hours without a word a counter is silent: two, unless somebody said otherwise (6.4)."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.alert_tables import SilentLimit
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

USUAL: Final = 2
LEAST, MOST = 1, 72


class Limits:
    """Those of a chain, read once."""

    def __init__(self, organisation_id: UUID, *, on: date) -> None:
        self._said = {row.store_id or row.node_id: row.hours for row in rows(organisation_id)}
        self._tree = chains.Tree(organisation_id) if self._said else None
        self._on = on

    @property
    def least(self) -> timedelta:
        """No counter is silent before."""
        return timedelta(hours=min(USUAL, *self._said.values()) if self._said else USUAL)

    def hours(self, store_id: UUID) -> int:
        """Of the store itself, of its region, district or chain, of the organisation, or the usual."""
        for key in self._tree.nearest_first(store_id, self._on) if self._tree else ():
            if key in self._said:
                return self._said[key]
        return USUAL


def rows(organisation_id: UUID) -> list[SilentLimit]:
    """What somebody said, in the order in which it was said first."""
    return list(SilentLimit.objects.filter(organisation_id=organisation_id).order_by("id"))


def refused() -> RuleBroken:
    """For a number of hours that cannot be kept."""
    words = _("Choose %(least)s to %(most)s hours.") % {"least": LEAST, "most": MOST}
    return RuleBroken(words, code="limit_invalid", status=422)


@transaction.atomic
def save(
    *,
    organisation_id: UUID,
    store_id: UUID | None,
    node_id: UUID | None,
    hours: int,
    name: str,
    actor: str,
    now: datetime,
) -> None:
    """At a store, a node or (both None) everywhere; said again it is replaced. Raises RuleBroken (`limit_invalid`)."""
    if not LEAST <= hours <= MOST:
        raise refused()
    SilentLimit.objects.update_or_create(
        organisation_id=organisation_id,
        store_id=store_id,
        node_id=node_id,
        defaults={"hours": hours},
        create_defaults={"hours": hours, "id": new_id()},
    )
    details = {"hours": str(hours)}
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="traffic.limit_saved",
        subject=name,
        details=details,
        now=now,
    )


@transaction.atomic
def delete(*, organisation_id: UUID, limit_id: UUID, name: str, actor: str, now: datetime) -> None:
    """The next above it holds again. Raises RuleBroken (`not_found`, 404)."""
    if not SilentLimit.objects.filter(organisation_id=organisation_id, id=limit_id).delete()[0]:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    note(organisation_id=organisation_id, actor=actor, what="traffic.limit_deleted", subject=name, now=now)
