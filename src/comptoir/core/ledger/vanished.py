"""Closed bills that a reading of a till's books did not bring, although an earlier one did."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from comptoir.pos.model import Sale


def unseen(
    *,
    organisation_id: UUID,
    store_id: UUID,
    provider: str,
    location_id: str,
    start: datetime,
    end: datetime,
    since: datetime,
) -> list[Sale]:
    """The bills of [start, end) that count and that the books showed last before `since` (UTC).

    What only a notification told was never in the books, so it cannot be missing there.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT document::text FROM ledger_sale WHERE organisation_id = %s AND store_id = %s"
            # The index is by day; a business day and its instants are two days apart at most.
            " AND business_date BETWEEN (%s AT TIME ZONE 'UTC')::date - 2 AND (%s AT TIME ZONE 'UTC')::date + 2"
            " AND provider = %s AND location_id = %s AND state = 'closed' AND counted AND source = 'read'"
            " AND closed_at >= %s AND closed_at < %s AND observed_at < %s ORDER BY id",
            [organisation_id, store_id, start, end, provider, location_id, start, end, since],
        )
        return [msgspec.json.decode(document, type=Sale) for (document,) in cursor.fetchall()]
