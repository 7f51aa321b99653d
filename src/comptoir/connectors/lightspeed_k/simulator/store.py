"""What the simulator remembers, in a SQLite file that outlives it; in memory when no file is given."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS code (
    hash BLOB PRIMARY KEY, business_id TEXT NOT NULL, scope TEXT NOT NULL, redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL, expires_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS token (
    hash BLOB PRIMARY KEY, kind TEXT NOT NULL, business_id TEXT NOT NULL, scope TEXT NOT NULL,
    expires_at INTEGER, used_at INTEGER
);
CREATE TABLE IF NOT EXISTS notification_setting (
    location_id TEXT PRIMARY KEY, url TEXT NOT NULL, code TEXT NOT NULL, username TEXT NOT NULL, password TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS account (
    location_id TEXT NOT NULL, number TEXT NOT NULL, previous TEXT NOT NULL, PRIMARY KEY (location_id, number)
);
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, location_id TEXT NOT NULL, number TEXT NOT NULL, kind TEXT NOT NULL,
    account BLOB NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
    attempted_at INTEGER, status INTEGER, delivered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS delivery_attempted ON delivery (location_id, attempted_at);
CREATE TABLE IF NOT EXISTS endpoint (id TEXT PRIMARY KEY, business_id TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS endpoint_location (
    endpoint_id TEXT NOT NULL, location_id TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, location_id)
);
CREATE TABLE IF NOT EXISTS task (
    kind TEXT NOT NULL, business_id TEXT NOT NULL, reference TEXT NOT NULL, location_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL, body BLOB NOT NULL, due_at INTEGER, ends_at INTEGER NOT NULL,
    PRIMARY KEY (kind, business_id, reference)
);
CREATE INDEX IF NOT EXISTS task_due ON task (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS task_reference ON task (location_id, reference);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, location_id TEXT NOT NULL, sender TEXT NOT NULL, what TEXT NOT NULL,
    body BLOB NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS message_due ON message (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS availability (
    location_id TEXT NOT NULL, sku TEXT NOT NULL, count INTEGER, updated_at INTEGER NOT NULL,
    PRIMARY KEY (location_id, sku)
);
CREATE TABLE IF NOT EXISTS readiness (location_id TEXT PRIMARY KEY, told BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS staff_hook (
    uuid TEXT PRIMARY KEY, location_id TEXT NOT NULL, topic TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (location_id, topic)
);
CREATE TABLE IF NOT EXISTS outcome (
    kind TEXT NOT NULL, location_id TEXT NOT NULL, reference TEXT NOT NULL, status TEXT NOT NULL, reason TEXT,
    at INTEGER NOT NULL, PRIMARY KEY (kind, location_id, reference)
);
CREATE TABLE IF NOT EXISTS back_office (location_id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS till_message (location_id TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS position (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Store:
    """One connection behind a lock; safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        # WAL without a sync per commit survives the death of this process, which is all a simulator promises.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

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
