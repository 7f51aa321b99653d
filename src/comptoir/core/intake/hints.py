"""Notifications that say that something changed and not what: the books of that place are read at once."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.models import BookReading
from comptoir.core.intake.reading_books import read_books

APART: Final = timedelta(seconds=10)
"""A till that sells tells of each sale twice or more; its vendor allows so many calls in five minutes."""

Place = tuple[UUID, str, str]
"""(store whose door it came in at, provider, location; "" where it does not say)."""


def follow(places: Collection[Place], *, now: datetime) -> None:
    """Have the books read of what these name, in the caller's transaction; twice changes nothing.

    Where the location is not named, those of every location that feeds the store, or is of its connection.
    """
    for store_id, provider, location_id in sorted(places):
        fed = LocationLink.objects.filter(store_id=store_id, provider=provider).values("connection_id")
        links = LocationLink.objects.filter(connection_id__in=fed, store__isnull=False)
        if location_id:
            links = links.filter(external_id=location_id)
        for organisation_id, link_id in links.values_list("organisation_id", "id"):
            _hasten(organisation_id, link_id, now)


def _hasten(organisation_id: UUID, link_id: UUID, now: datetime) -> None:
    rows = BookReading.objects.filter(organisation_id=organisation_id, location_link_id=link_id)
    row = rows.first()
    if row is None:  # just linked: the tick reads it within a minute
        return
    at = max(now, row.read_at + APART) if row.read_at else now
    # Also where they were due before: they may be read at this moment, and what was told since is read after that.
    rows.update(due_at=at)
    read_books.enqueue_once(key=f" {link_id}", at=at, organisation_id=str(organisation_id), link_id=str(link_id))
