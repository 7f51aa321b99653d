"""How long stores have been silent, and how long they usually are: from the roll-up, so to the hour."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from django.db import connection

# One step down the key of the roll-up for each store, however much it has sold.
LATEST_SQL: Final[LiteralString] = """
SELECT s.id, h.hour FROM unnest(%(stores)s::uuid[]) AS s(id)
CROSS JOIN LATERAL (
  SELECT hour FROM ledger_hourlyfigure WHERE organisation_id = %(organisation)s AND store_id = s.id
  ORDER BY hour DESC LIMIT 1
) AS h
"""

USUAL_SQL: Final[LiteralString] = """
SELECT store_id, extract(epoch FROM max(hour) - min(hour)), extract(epoch FROM max(gap)) FROM (
  SELECT store_id, hour, hour - lag(hour) OVER (PARTITION BY store_id ORDER BY hour) AS gap
  FROM ledger_hourlyfigure
  WHERE organisation_id = %(organisation)s AND store_id = ANY(%(stores)s) AND hour >= %(since)s AND measure = 'receipts'
) AS hours GROUP BY store_id
"""


def latest_hours(organisation_id: UUID, store_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """The beginning of the latest hour in which each store sold something; nothing for one that never did."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST_SQL, {"organisation": organisation_id, "stores": sorted(store_ids)})
        return dict(cursor.fetchall())


def usual_silences(
    organisation_id: UUID, store_ids: Collection[UUID], *, since: datetime
) -> dict[UUID, tuple[float, float]]:
    """For each store, in seconds: how long a time its sales since then cover, and the longest silence within it.

    Nights and closed days are silences too: what a store has had before is usual for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(USUAL_SQL, {"organisation": organisation_id, "stores": sorted(store_ids), "since": since})
        return {store: (float(covered), float(longest or 0)) for store, covered, longest in cursor.fetchall()}
