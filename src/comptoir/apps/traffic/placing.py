"""Where a store lies in the tree: put there from a day on, or as though it had always lain there."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from comptoir.apps.traffic import day_lock
from comptoir.apps.traffic.models import Day
from comptoir.core.accounts.tree_tables import Placement

BEGINNING: Final = date(1970, 1, 1)
Rows = list[tuple[date, UUID | None]]
"""From when on in which node, the earliest first."""


def rows_of(organisation_id: UUID, store_id: UUID) -> Rows:
    """Where it lay, and lies."""
    found = Placement.objects.filter(organisation_id=organisation_id, store_id=store_id).order_by("since")
    return list(found.values_list("since", "node_id"))


def put(*, organisation_id: UUID, store_id: UUID, node_id: UUID | None, today: date, always: bool = False) -> None:
    """From today on, or on all days; the first place of a store is where it always was. Its days are behind then."""
    mine = Placement.objects.filter(organisation_id=organisation_id, store_id=store_id)
    since = BEGINNING if always or not mine.exists() else today
    if always:
        mine.delete()
    Placement.objects.update_or_create(
        organisation_id=organisation_id, store_id=store_id, since=since, defaults={"node_id": node_id}
    )
    _make_again(organisation_id, store_id, since)


def restore(*, organisation_id: UUID, store_id: UUID, rows: Sequence[tuple[date, UUID | None]]) -> None:
    """Where it lay before, as `rows_of` told. Its days are behind then."""
    Placement.objects.filter(organisation_id=organisation_id, store_id=store_id).delete()
    Placement.objects.bulk_create(
        Placement(organisation_id=organisation_id, store_id=store_id, since=since, node_id=node_id)
        for since, node_id in rows
    )
    _make_again(organisation_id, store_id, BEGINNING)


def _make_again(organisation_id: UUID, store_id: UUID, since: date) -> None:
    """What an hour of work costs may be typed at a node."""
    days = Day.objects.filter(organisation_id=organisation_id, store_id=store_id, business_date__gte=since)
    day_lock.make_anew(days.filter(staff_hours__isnull=False))
