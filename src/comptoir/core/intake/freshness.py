"""How far each location of a till is read, and when it is read next: its books and its time clock; and read it now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from comptoir.core.intake.models import BookReading, ClockReading


@dataclass(frozen=True)
class Reading:
    """Everything until `until` was read once; `fault` says why the latest reading did not succeed."""

    until: datetime | None
    due_at: datetime
    fault: str = ""
    not_provided: str = ""


@dataclass(frozen=True)
class Freshness:
    """Of one location link; None where nothing was read yet, or where there is no time clock to read."""

    books: Reading | None = None
    clock: Reading | None = None


def freshness(organisation_id: UUID) -> dict[UUID, Freshness]:
    """By location link."""
    books = {
        row.location_link_id: Reading(row.read_until if row.read_at else None, row.due_at, row.fault)
        for row in BookReading.objects.filter(organisation_id=organisation_id)
    }
    clocks = {
        row.location_link_id: Reading(row.read_at, row.due_at, row.fault, row.not_provided)
        for row in ClockReading.objects.filter(organisation_id=organisation_id)
    }
    return {link: Freshness(books.get(link), clocks.get(link)) for link in books.keys() | clocks.keys()}


@transaction.atomic
def read_now(organisation_id: UUID, link_ids: Collection[UUID], *, now: datetime) -> int:
    """Have books and clocks of these locations read within the minute; returns of how many. Twice changes nothing."""
    mine = {"organisation_id": organisation_id, "location_link_id__in": link_ids}
    BookReading.objects.filter(**mine, due_at__gt=now).update(due_at=now)
    ClockReading.objects.filter(**mine, due_at__gt=now).update(due_at=now)
    return BookReading.objects.filter(**mine).count()
