"""What comes in at a shared door for a location that feeds no store: kept a while, bounded, and read once it is linked.

Such rows belong to nobody; no page and no API shows them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from comptoir.core.intake.models import Notification, UnlinkedLocation

# The newest of each location are kept; what is let go is counted, and its sender got his 2xx.
KEPT_PER_LOCATION: Final = 1000
KEPT_FOR: Final = timedelta(days=7)
BATCH: Final = 500
UNLINKED: Final = str(Notification.Outcome.UNLINKED)

LET_GO_SQL: Final = """
WITH beyond AS (
    DELETE FROM intake_notification WHERE (received_minute, id) IN (
        SELECT received_minute, id FROM intake_notification WHERE outcome = %(unlinked)s AND provider = %(provider)s
        AND location_id = %(location)s ORDER BY id DESC OFFSET %(kept)s::bigint
    ) RETURNING id
)
INSERT INTO intake_unlinkedlocation AS u (provider, location_id, let_go, first_at, latest_at)
SELECT %(provider)s, %(location)s, count(*), %(now)s::timestamptz, %(now)s::timestamptz FROM beyond HAVING count(*) > 0
ON CONFLICT (provider, location_id) DO UPDATE SET let_go = u.let_go + excluded.let_go, latest_at = excluded.latest_at
"""

REOPEN_SQL: Final = """
UPDATE intake_notification SET processed_at = NULL, outcome = '' WHERE (received_minute, id) IN (
    SELECT n.received_minute, n.id FROM intake_notification n
    JOIN connections_locationlink l ON l.provider = n.provider AND l.external_id = n.location_id
    WHERE n.outcome = %(unlinked)s AND l.store_id IS NOT NULL AND n.received_at > %(oldest)s
    ORDER BY n.id LIMIT %(batch)s FOR UPDATE OF n SKIP LOCKED
)
"""

FORGET_SQL: Final = """
DELETE FROM intake_notification WHERE (received_minute, id) IN (
    SELECT received_minute, id FROM intake_notification
    WHERE organisation_id IS NULL AND processed_at IS NOT NULL AND received_minute < %s LIMIT %s
)
"""


def let_go(locations: Collection[tuple[str, str]], *, now: datetime) -> None:
    """Keep the newest of each (provider, location), and count the others."""
    with connection.cursor() as cursor:
        for provider, location in sorted(locations):
            where = {"provider": provider, "location": location, "unlinked": UNLINKED}
            cursor.execute(LET_GO_SQL, where | {"kept": str(KEPT_PER_LOCATION), "now": now.isoformat()})


def reopen_linked(*, now: datetime) -> int:
    """Let what was kept for locations that feed a store by now wait for processing again; returns how many."""
    total = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(REOPEN_SQL, {"unlinked": UNLINKED, "oldest": now - KEPT_FOR, "batch": BATCH})
            done: int = cursor.rowcount
        total += done
        if done < BATCH:
            return total


def forget_old(*, now: datetime) -> None:
    """Delete what belongs to nobody and was kept long enough, whatever became of it."""
    UnlinkedLocation.objects.filter(latest_at__lt=now - KEPT_FOR).delete()
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FORGET_SQL, [now - KEPT_FOR, BATCH])
            if cursor.rowcount < BATCH:
                return
