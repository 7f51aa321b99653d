"""What the restaurants remember, in a SQLite file that outlives them; in memory when no file is given."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import Sale, SaleState
from comptoir.pos.world import BillFacts, Change
from comptoir.sandbox import staffbook

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, sale BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS bill (
    location_id TEXT NOT NULL, number TEXT NOT NULL, state TEXT NOT NULL, opened_at INTEGER NOT NULL,
    closed_at INTEGER, sale BLOB NOT NULL, PRIMARY KEY (location_id, number)
);
CREATE INDEX IF NOT EXISTS bill_closed ON bill (location_id, closed_at);
CREATE INDEX IF NOT EXISTS bill_open ON bill (location_id, opened_at) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS refunded_line (
    location_id TEXT NOT NULL, number TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (location_id, number, line)
);
CREATE TABLE IF NOT EXISTS visit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, location_id TEXT NOT NULL, number TEXT NOT NULL, due_at INTEGER NOT NULL,
    steps BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS visit_due ON visit (due_at);
CREATE TABLE IF NOT EXISTS fact (
    location_id TEXT NOT NULL, number TEXT NOT NULL, facts BLOB NOT NULL, PRIMARY KEY (location_id, number)
);
CREATE TABLE IF NOT EXISTS reference (
    location_id TEXT NOT NULL, reference TEXT NOT NULL, number TEXT NOT NULL,
    PRIMARY KEY (location_id, reference, number)
);
CREATE TABLE IF NOT EXISTS amendment (
    location_id TEXT NOT NULL, number TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (location_id, number)
);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
CLOSED_SALES: Final = (
    "SELECT sale FROM bill WHERE location_id = ? AND closed_at >= ? AND closed_at < ? ORDER BY closed_at, number"
)
KEPT_CHANGES: Final = timedelta(days=7)
"""Changes are read within seconds; the bills themselves are kept for good."""

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Sale)
_facts_decoder: Final = msgspec.json.Decoder(BillFacts)
_ONE_MILLISECOND: Final = timedelta(milliseconds=1)


class Journal:
    """One connection behind a lock; safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        # WAL without a sync per commit survives the death of this process, which is all a sandbox promises.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA + staffbook.SCHEMA)
        self.staff_book = staffbook.StaffBook(self.transaction)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing of it; may be nested, the outermost block decides."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def has_a_past(self) -> bool:
        """Whether anything was ever kept here."""
        with self.transaction() as database:
            return database.execute("SELECT 1 FROM counter LIMIT 1").fetchone() is not None

    def record(self, sale: Sale, *, at: datetime) -> None:
        """The bill as it is from now on, and the news of it."""
        content = _encoder.encode(sale)
        closed_at = None if sale.closed_at is None else milliseconds(sale.closed_at)
        opened_at = milliseconds(sale.opened_at)
        row = (sale.location_id, sale.external_id, sale.state.value, opened_at, closed_at, content)
        with self.transaction() as database:
            database.execute("REPLACE INTO bill VALUES (?, ?, ?, ?, ?, ?)", row)
            database.execute("INSERT INTO change (at, sale) VALUES (?, ?)", (milliseconds(at), content))
            database.execute("REPLACE INTO counter VALUES (?, ?)", (f"latest/{sale.location_id}", milliseconds(at)))

    def instant(self, location_id: str, wanted: datetime) -> datetime:
        """`wanted`, or the first free millisecond after the location's latest change: no two share one."""
        latest = self.counter(f"latest/{location_id}")
        return max(wanted, utc_from_milliseconds(latest) + _ONE_MILLISECOND)

    def sale(self, location_id: str, number: str) -> Sale:
        """A bill by its number. Raises RuleBroken."""
        with self.transaction() as database:
            query = "SELECT sale FROM bill WHERE location_id = ? AND number = ?"
            row = database.execute(query, (location_id, number)).fetchone()
        if row is None:
            raise RuleBroken("There is no bill with this number.", code="bill_unknown", status=404)
        return _decoder.decode(row["sale"])

    def open_sales(self, location_id: str) -> list[Sale]:
        """Open bills, oldest first."""
        query = "SELECT sale FROM bill WHERE location_id = ? AND state = ? ORDER BY opened_at, number"
        return self._sales(query, location_id, SaleState.OPEN.value)

    def closed_sales(self, location_id: str, start: datetime, end: datetime) -> list[Sale]:
        """Bills closed in [start, end), by closing time."""
        return self._sales(CLOSED_SALES, location_id, milliseconds(start), milliseconds(end))

    def latest_closed(self, location_id: str, *, limit: int) -> list[Sale]:
        """The bills closed most recently, newest first."""
        query = "SELECT sale FROM bill WHERE location_id = ? AND closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT ?"
        return self._sales(query, location_id, limit)

    def changes(self, after: int) -> list[Change]:
        """What happened after that sequence number, oldest first."""
        with self.transaction() as database:
            rows = database.execute("SELECT * FROM change WHERE sequence > ? ORDER BY sequence", (after,)).fetchall()
        return [Change(row["sequence"], utc_from_milliseconds(row["at"]), _decoder.decode(row["sale"])) for row in rows]

    def forget_changes(self, *, now: datetime) -> None:
        """Drop news that nobody reads any more."""
        with self.transaction() as database:
            database.execute("DELETE FROM change WHERE at < ?", (milliseconds(now - KEPT_CHANGES),))

    def counter(self, name: str) -> int:
        """A number kept under a name; 0 at first."""
        with self.transaction() as database:
            row = database.execute("SELECT value FROM counter WHERE name = ?", (name,)).fetchone()
        return int(row["value"]) if row else 0

    def set_counter(self, name: str, value: int) -> None:
        """Keep a number under a name."""
        with self.transaction() as database:
            database.execute("REPLACE INTO counter VALUES (?, ?)", (name, value))

    def count_up(self, name: str) -> int:
        """The next number under a name, from 1."""
        with self.transaction():
            value = self.counter(name) + 1
            self.set_counter(name, value)
        return value

    def refunded_lines(self, location_id: str, number: str) -> frozenset[int]:
        """Positions of the bill's lines that were given back already."""
        with self.transaction() as database:
            query = "SELECT line FROM refunded_line WHERE location_id = ? AND number = ?"
            return frozenset(row["line"] for row in database.execute(query, (location_id, number)))

    def note_refund(self, location_id: str, number: str, lines: Sequence[int]) -> None:
        """Remember that these lines were given back."""
        with self.transaction() as database:
            rows = [(location_id, number, line) for line in lines]
            database.executemany("INSERT INTO refunded_line VALUES (?, ?, ?)", rows)

    def plan(self, location_id: str, due_at: datetime, steps: bytes, *, number: str = "") -> None:
        """Remember what guests will do; without a number they have not begun."""
        with self.transaction() as database:
            row = (location_id, number, milliseconds(due_at), steps)
            database.execute("INSERT INTO visit (location_id, number, due_at, steps) VALUES (?, ?, ?, ?)", row)

    def next_visit(self, until: datetime) -> sqlite3.Row | None:
        """The visit whose next step is due first, if one is due by `until`."""
        with self.transaction() as database:
            query = "SELECT * FROM visit WHERE due_at <= ? ORDER BY due_at, id LIMIT 1"
            row: sqlite3.Row | None = database.execute(query, (milliseconds(until),)).fetchone()
        return row

    def go_on(self, visit_id: int, number: str, due_at: datetime, steps: bytes) -> None:
        """Remember what is left of a visit, and its bill's number as it is now."""
        with self.transaction() as database:
            row = (number, milliseconds(due_at), steps, visit_id)
            database.execute("UPDATE visit SET number = ?, due_at = ?, steps = ? WHERE id = ?", row)

    def end_visit(self, visit_id: int) -> None:
        """The guests have gone."""
        with self.transaction() as database:
            database.execute("DELETE FROM visit WHERE id = ?", (visit_id,))

    def note_facts(self, location_id: str, number: str, facts: BillFacts) -> None:
        """Remember what is known of a bill beside its figures."""
        with self.transaction() as database:
            row = (location_id, number, _encoder.encode(facts))
            database.execute("REPLACE INTO fact VALUES (?, ?, ?)", row)
            rows = [(location_id, reference, number) for reference in facts.references]
            database.executemany("INSERT OR IGNORE INTO reference VALUES (?, ?, ?)", rows)

    def facts(self, location_id: str, number: str) -> BillFacts:
        """What is known of a bill beside its figures."""
        with self.transaction() as database:
            query = "SELECT facts FROM fact WHERE location_id = ? AND number = ?"
            row = database.execute(query, (location_id, number)).fetchone()
        return _facts_decoder.decode(row["facts"]) if row else BillFacts()

    def by_reference(self, location_id: str, reference: str) -> list[Sale]:
        """Bills that bear a reference, latest first."""
        query = (
            "SELECT sale FROM bill JOIN reference USING (location_id, number)"
            " WHERE location_id = ? AND reference = ? ORDER BY opened_at DESC"
        )
        return self._sales(query, location_id, reference)

    def note_amendment(self, location_id: str, number: str, at: datetime) -> None:
        """Remember when the back office corrected a closed bill."""
        with self.transaction() as database:
            database.execute("REPLACE INTO amendment VALUES (?, ?, ?)", (location_id, number, milliseconds(at)))

    def amendments(self, location_id: str) -> dict[str, datetime]:
        """When the back office corrected which closed bill, by number."""
        with self.transaction() as database:
            rows = database.execute("SELECT number, at FROM amendment WHERE location_id = ?", (location_id,)).fetchall()
        return {row["number"]: utc_from_milliseconds(row["at"]) for row in rows}

    def follow(self, location_id: str, number: str, successor: str) -> None:
        """A visit's bill goes on under another number."""
        with self.transaction() as database:
            row = (successor, location_id, number)
            database.execute("UPDATE visit SET number = ? WHERE location_id = ? AND number = ?", row)

    def _sales(self, query: str, *parameters: str | int) -> list[Sale]:
        with self.transaction() as database:
            return [_decoder.decode(row["sale"]) for row in database.execute(query, parameters)]


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since 1970, exact."""
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
