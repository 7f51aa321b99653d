"""Notifications between Python and PostgreSQL, many at a time.

Without the ORM, as all that is asked for every batch: for a lone bill, making the question cost more than its answer.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final, LiteralString

import msgspec

from comptoir.core import prepared
from comptoir.core.intake.fates import Fate, Row, Waiting, storable
from comptoir.core.intake.packing import MARKS, packed_to_stay, unpacked

LARGE: Final = 16 * 1024
"""Bytes of a body as it lies there; a larger one is fetched when its turn comes, not with all the others."""
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of the bodies of a batch together, unpacked: five hundred of a usual size are a fifth of it, and of the largest a
batch would not fit any memory."""
LARGEST_PACKED_AGAIN: Final = 64 * 1024
"""Bytes of a body; what is larger stays as the door packed it: it goes back in one statement with all the others."""

WAITING_SQL: Final[LiteralString] = (
    "SELECT id, organisation_id, store_id, provider, verified, CASE WHEN octet_length(body) <= %s THEN body END,"
    " headers, received_at, received_minute FROM intake_notification"
    " WHERE processed_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
)
BODY_SQL: Final[LiteralString] = "SELECT body FROM intake_notification WHERE received_minute = %s AND id = %s"
SAVE_SQL: Final[LiteralString] = (
    "UPDATE intake_notification AS n SET processed_at = %s, organisation_id = f.organisation_id,"
    " store_id = f.store_id, sale_id = f.sale_id, outcome = f.outcome, location_id = f.location_id,"
    " delivery = f.delivery, fault_path = f.fault_path, fault = f.fault, taken_for_store = f.taken,"
    " due_at = f.due_at, tries = 0, tried_at = NULL, body = CASE WHEN f.size > 0"
    " THEN substring(%s::bytea FROM f.start FOR f.size) ELSE n.body END"
    " FROM json_to_recordset(%s::json) AS f (received_minute timestamptz, id bigint, organisation_id uuid,"
    " store_id uuid, sale_id uuid, outcome text, location_id text, delivery text, fault_path text, fault text,"
    " taken bool, due_at timestamptz, start int, size int)"
    " WHERE n.received_minute = f.received_minute AND n.id = f.id"
    # said again with plain values, so that the planner looks at the days of this batch alone
    " AND n.received_minute BETWEEN %s AND %s"
)


def waiting(most: int) -> tuple[list[Waiting], bool]:
    """The oldest that wait, and whether more may wait behind them.

    They are ours alone until the transaction ends. No more than `most`, and of large ones fewer: what is too much for
    one batch is the next one's.
    """
    found: list[Waiting] = []
    with prepared.cursor() as cursor:
        cursor.execute(WAITING_SQL, [LARGE, most])
        taken, rows = 0, cursor.fetchall()
        for identifier, owner, store, provider, verified, stored, headers, at, minute in rows:
            if taken >= MOST_BYTES:
                return found, True
            if stored is None:
                cursor.execute(BODY_SQL, [minute, identifier])
                [(stored,)] = cursor.fetchall()
            body = unpacked(bytes(stored))
            taken += len(body)
            said = msgspec.json.decode(headers)
            found.append(Waiting(identifier, owner, store, provider, verified, body, said, at, minute))
    return found, len(found) == most


def save(fates: Sequence[Fate], now: datetime, *, with_bodies: bool = False) -> None:
    """What became of them. `with_bodies`: of rows that are locked since they were read, the body is packed to stay.

    Bodies go as one binary value that is cut there: as text in JSON each was spelled, read and spelled back.
    """
    bodies = [_body_to_stay(fate.row) for fate in fates] if with_bodies else [b""] * len(fates)
    starts = accumulate(map(len, bodies), initial=1)
    told = [
        {
            "received_minute": fate.row.received_minute,
            "id": fate.row.id,
            "organisation_id": fate.organisation_id,
            "store_id": fate.store_id,
            "sale_id": fate.sale_id,
            "outcome": str(fate.outcome),
            "location_id": fate.location,
            "delivery": storable(fate.reading.delivery if fate.reading else "", 120),
            "fault_path": fate.fault_path,
            "fault": fate.fault,
            "taken": fate.taken_for_store,
            "due_at": fate.due_at,
            "start": start,
            "size": len(body),
        }
        for fate, body, start in zip(fates, bodies, starts, strict=False)
    ]
    minutes = [fate.row.received_minute for fate in fates]
    with prepared.cursor() as cursor:
        cursor.execute(
            SAVE_SQL, [now, b"".join(bodies), msgspec.json.encode(told).decode(), min(minutes), max(minutes)]
        )


def _body_to_stay(row: Row) -> bytes:
    """Nothing where it stays as it is: also what could not be unpacked, which may be once its words are known again."""
    if len(row.body) > LARGEST_PACKED_AGAIN or row.body.startswith(MARKS):
        return b""
    return packed_to_stay(row.body, row.provider)
