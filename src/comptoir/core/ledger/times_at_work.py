"""Times at work as the clocks have them: of whom, and which of them are at the same time (traffic-analytics.md 3.2).

What a report adds up is by the hour and of nobody, in `staff_hours.py`; this is for those who pay people.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from django.db import connection
from django.db.models import Q

from comptoir.core.ledger.models import ClockEntry

# Nobody is in for longer than 16 hours: whoever never checked out is not at two places for ever.
A_END: Final[LiteralString] = "coalesce(a.ended_at, least(%(now)s, a.started_at + interval '16 hours'))"
B_END: Final[LiteralString] = "coalesce(b.ended_at, least(%(now)s, b.started_at + interval '16 hours'))"
# Within what a person's id is one's own: anywhere where it is long, else in an account of shops, else in one shop. It
# is a key of the join, for short ids are the same in every shop: with a hundred shops each had a hundred others beside.
KNOWN_IN: Final[LiteralString] = (
    "CASE WHEN length(@.staff_id) >= 32 THEN '' ELSE regexp_replace(@.location_id, ':[^:]*$', '') END"
)
SAME_PERSON: Final[LiteralString] = KNOWN_IN.replace("@", "a") + " = " + KNOWN_IN.replace("@", "b")
OVERLAP: Final[LiteralString] = "b.started_at < " + A_END + " AND " + B_END + " > a.started_at"
SQL: Final[LiteralString] = (
    "SELECT a.store_id, a.business_date,"  # noqa: S608 (constants)
    " count(DISTINCT a.staff_id) FILTER (WHERE b.location_id = a.location_id),"
    " count(DISTINCT a.staff_id) FILTER (WHERE b.location_id <> a.location_id)"
    " FROM ledger_clockentry AS a CROSS JOIN (VALUES (-1), (0), (1)) AS beside (days)"
    " JOIN ledger_clockentry AS b ON b.organisation_id = a.organisation_id AND b.provider = a.provider"
    " AND b.staff_id = a.staff_id AND b.business_date = a.business_date + beside.days AND b.id <> a.id AND "
    + SAME_PERSON
    + " WHERE a.organisation_id = %(organisation)s AND a.store_id = ANY(%(stores)s)"
    " AND a.business_date BETWEEN %(since)s AND %(until)s AND NOT a.deleted AND NOT b.deleted"
    " AND " + OVERLAP + " GROUP BY 1, 2"
)


@dataclass(frozen=True)
class TimeAtWork:
    """A time of one person at one store; `end` is None while nobody ended it. `person` is of one shop of the till."""

    store_id: UUID
    person: str
    name: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class AtOnce:
    """How many people's times of a business date overlap: at the same shop (counted once), or at two (both count)."""

    here: int
    elsewhere: int


def times(organisation_id: UUID, store_ids: Collection[UUID], *, since: datetime, until: datetime) -> list[TimeAtWork]:
    """Those that reach into [since, until), by their beginnings."""
    rows = ClockEntry.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since),
        organisation_id=organisation_id,
        store_id__in=store_ids,
        deleted=False,
        started_at__lt=until,
    )
    return [
        TimeAtWork(
            row.store_id,
            f"{row.provider} {row.location_id} {row.staff_id}",
            row.staff_name or row.staff_id,
            row.started_at,
            row.ended_at,
        )
        for row in rows.order_by("started_at", "id")
    ]


def at_once(
    organisation_id: UUID, store_ids: Collection[UUID], *, since: date, until: date, now: datetime
) -> dict[tuple[UUID, date], AtOnce]:
    """The stores and business dates, both included, at which somebody's times overlap."""
    values: dict[str, Any] = {
        "organisation": organisation_id,
        "stores": list(store_ids),
        "since": since,
        "until": until,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(SQL, values)
        return {(store_id, day): AtOnce(here, elsewhere) for store_id, day, here, elsewhere in cursor.fetchall()}
