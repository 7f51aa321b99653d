"""Who came and went: the shifts as the tills wrote them down, and the news of them."""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

import msgspec

from comptoir.pos.world import ShiftChange, WorldShift

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS shift (
    id TEXT PRIMARY KEY, location_id TEXT NOT NULL, began_at INTEGER NOT NULL, shift BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS shift_began ON shift (location_id, began_at);
CREATE TABLE IF NOT EXISTS shift_change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, shift BLOB NOT NULL, created INTEGER NOT NULL
);
"""

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(WorldShift)


class StaffBook:
    """The part of a journal that is about people."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._transaction = transaction

    def note(self, shift: WorldShift) -> None:
        """The shift as it is from now on, and the news of it."""
        content, began_at = _encoder.encode(shift), _seconds(shift.clockings[0].at)
        with self._transaction() as database:
            known = database.execute("SELECT 1 FROM shift WHERE id = ?", (shift.id,)).fetchone()
            row = (shift.id, shift.location_id, began_at, content)
            database.execute("REPLACE INTO shift VALUES (?, ?, ?, ?)", row)
            database.execute("INSERT INTO shift_change (shift, created) VALUES (?, ?)", (content, known is None))

    def shifts(self, location_id: str, start: datetime, end: datetime) -> list[WorldShift]:
        """Shifts that began in [start, end), newest first, deleted ones left out."""
        query = (
            "SELECT shift FROM shift WHERE location_id = ? AND began_at >= ? AND began_at < ?"
            " ORDER BY began_at DESC, id"
        )
        with self._transaction() as database:
            rows = database.execute(query, (location_id, _seconds(start), _seconds(end))).fetchall()
        return [shift for row in rows if not (shift := _decoder.decode(row["shift"])).deleted]

    def changes(self, after: int) -> list[ShiftChange]:
        """What happened to shifts after that sequence number, oldest first."""
        query = "SELECT * FROM shift_change WHERE sequence > ? ORDER BY sequence"
        with self._transaction() as database:
            rows = database.execute(query, (after,)).fetchall()
        return [ShiftChange(row["sequence"], _decoder.decode(row["shift"]), bool(row["created"])) for row in rows]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
