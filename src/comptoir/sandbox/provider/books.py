"""What the provider remembers, in a SQLite file of its own: its key, stores, guests' payments, orders, webhooks."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS store (
    integration TEXT PRIMARY KEY, state TEXT NOT NULL, name TEXT NOT NULL DEFAULT '', secret TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS payment (
    id TEXT PRIMARY KEY, integration TEXT NOT NULL, check_id TEXT NOT NULL, table_number TEXT NOT NULL,
    session TEXT NOT NULL, intent TEXT NOT NULL, amount INTEGER NOT NULL, tip INTEGER NOT NULL, currency TEXT NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL, remote TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT '', together TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS ordered (
    id TEXT PRIMARY KEY, integration TEXT NOT NULL, table_number TEXT NOT NULL, what TEXT NOT NULL, body TEXT NOT NULL,
    state TEXT NOT NULL, at REAL NOT NULL, remote TEXT NOT NULL DEFAULT '', said TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS heard (
    id TEXT PRIMARY KEY, integration TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, verified INTEGER NOT NULL,
    times INTEGER NOT NULL DEFAULT 1, at REAL NOT NULL
);
"""
KEPT: Final = 200

Row = dict[str, Any]


class Books:
    """One connection behind a lock; safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        if path is not None:  # it holds a key
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(SCHEMA)
        if "together" not in {row["name"] for row in self._connection.execute("PRAGMA table_info(payment)")}:
            self._connection.execute("ALTER TABLE payment ADD COLUMN together TEXT NOT NULL DEFAULT ''")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Nobody else reads or writes meanwhile."""
        with self._lock:
            yield

    def rows(self, query: str, *values: str | float) -> list[Row]:
        """What a question finds."""
        with self._lock:
            return [dict(row) for row in self._connection.execute(query, values)]

    def one(self, query: str, *values: str | float) -> Row | None:
        """The first it finds."""
        return next(iter(self.rows(query, *values)), None)

    def write(self, query: str, *values: str | float) -> None:
        """Write a row."""
        with self._lock:
            self._connection.execute(query, values)

    def setting(self, name: str) -> str:
        """A value under a name; empty at first."""
        row = self.one("SELECT value FROM setting WHERE name = ?", name)
        return str(row["value"]) if row else ""

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self.write("REPLACE INTO setting VALUES (?, ?)", name, value)

    def forget_old(self) -> None:
        """Keep the latest webhooks only."""
        self.write("DELETE FROM heard WHERE id NOT IN (SELECT id FROM heard ORDER BY at DESC LIMIT ?)", KEPT)
