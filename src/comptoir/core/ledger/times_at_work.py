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
ENDS: Final[LiteralString] = "coalesce(t.ended_at, least(%(now)s, t.started_at + interval '16 hours'))"
ONES_OWN: Final = 32
"""Letters of an id that is one's own anywhere, as the statement says."""
# Within what a person's id is one's own: anywhere where it is long, else in an account of shops, else in one shop.
# Short ids are the same in every shop: without it each of a hundred shops would have a hundred others beside.
KNOWN_IN: Final[LiteralString] = (
    "CASE WHEN length(t.staff_id) >= 32 THEN '' WHEN strpos(t.location_id, ':') = 0 THEN t.location_id"
    " ELSE regexp_replace(t.location_id, ':[^:]*$', '') END"
)
# Of one person one number. Of two with the same, each would only have more neighbours: they are compared by name.
PERSON: Final[LiteralString] = (
    "hashtextextended(" + KNOWN_IN + " || ' ' || t.staff_id, hashtextextended(t.provider, 0))"
)
# A business date is within two days of UTC, and its neighbours are asked for too: the index is by beginnings.
MINE: Final[LiteralString] = (
    " FROM ledger_clockentry AS t WHERE t.organisation_id = %(organisation)s"
    " AND t.store_id IN (SELECT s.id FROM accounts_store AS s WHERE s.organisation_id = %(organisation)s)"
    " AND t.started_at >= %(since)s::date - 3 AND t.started_at < %(until)s::date + 4 AND NOT t.deleted"
)
# Sorted by their beginnings, only neighbours can overlap: these few are then looked up, and compared each with each.
# What is sorted is narrow, numbers alone: a chain's year has a hundred thousand times.
SQL: Final[LiteralString] = (
    "WITH beside AS (SELECT t.id, coalesce(max(" + ENDS + ") OVER (mine ROWS BETWEEN UNBOUNDED PRECEDING"  # noqa: S608
    " AND 1 PRECEDING) > t.started_at, false) OR coalesce(lead(t.started_at) OVER mine < "
    + ENDS
    + ", false) AS is_near"
    + MINE
    + " WINDOW mine AS (PARTITION BY "
    + PERSON
    + " ORDER BY t.started_at)),"
    " near AS MATERIALIZED (SELECT found.* FROM beside CROSS JOIN LATERAL (SELECT t.store_id, t.business_date, t.id,"
    " t.provider, t.staff_id, t.location_id, t.started_at, " + ENDS + " AS ends, " + KNOWN_IN + " AS known_in"
    " FROM ledger_clockentry AS t WHERE t.organisation_id = %(organisation)s AND t.id = beside.id LIMIT 1) AS found"
    " WHERE beside.is_near)"
    " SELECT a.store_id, a.business_date,"
    " count(DISTINCT a.staff_id) FILTER (WHERE b.location_id = a.location_id),"
    " count(DISTINCT a.staff_id) FILTER (WHERE b.location_id <> a.location_id)"
    " FROM near AS a JOIN near AS b ON b.provider = a.provider AND b.staff_id = a.staff_id"
    " AND b.known_in = a.known_in AND b.id <> a.id AND abs(b.business_date - a.business_date) <= 1"
    " AND b.started_at < a.ends AND b.ends > a.started_at"
    " WHERE a.store_id = ANY(%(stores)s) AND a.business_date BETWEEN %(since)s AND %(until)s GROUP BY 1, 2"
)


@dataclass(frozen=True)
class TimeAtWork:
    """A time of one person at one store; `end` is None while nobody ended it.

    `person` is of one shop of the till, `human` whoever that is in all of its account, where an id says so.
    """

    store_id: UUID
    person: str
    human: str
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
            f"{row.provider} {_known_in(row.location_id, row.staff_id)} {row.staff_id}",
            row.staff_name or row.staff_id,
            row.started_at,
            row.ended_at,
        )
        for row in rows.order_by("started_at", "id")
    ]


def _known_in(location_id: str, staff_id: str) -> str:
    """As `KNOWN_IN`."""
    if len(staff_id) >= ONES_OWN:
        return ""
    return location_id.rpartition(":")[0] if ":" in location_id else location_id


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
