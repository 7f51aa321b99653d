"""Webhooks of Order and Pay and of the staff API on their way; kept until they arrive or are given up.

Who is told, and how he is recognised, is looked up when a message leaves: mending an address mends what waits.
"""

import sqlite3
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comptoir.connectors.lightspeed_k.simulator.figures import milliseconds
from comptoir.connectors.lightspeed_k.simulator.settings import GIVE_UP_AFTER, Behaviour
from comptoir.connectors.lightspeed_k.simulator.store import Store
from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.pos.hosting import Outgoing

PREFIX: Final = "message-"
BATCH: Final = 200


@dataclass(frozen=True)
class Address:
    """Where messages of a sender go."""

    url: str
    headers: Mapping[str, str]


class Post:
    """Keeps messages and gives them out."""

    def __init__(
        self, store: Store, behaviour: Behaviour, find: Callable[[sqlite3.Connection, str], Address | None]
    ) -> None:
        self._store = store
        self._behaviour = behaviour
        self._find = find
        self._lock = threading.Lock()
        self._under_way: set[int] = set()

    def put(self, *, location_id: str, sender: str, what: str, body: bytes, now: datetime) -> None:
        """Keep a message; `sender` names the registration it is for, `what` says what it tells, for people."""
        at = milliseconds(now)
        with self._store.transaction() as database:
            row = (location_id, sender, what, body, at, at)
            database.execute(
                "INSERT INTO message (location_id, sender, what, body, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def due(self, *, now: datetime) -> list[Outgoing]:
        """What is to leave now; what is under way is not given out again until `sent` is told."""
        outgoing = []
        with self._lock, self._store.transaction() as database:
            query = "SELECT * FROM message WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"
            for row in database.execute(query, (milliseconds(now), BATCH + len(self._under_way))).fetchall():
                address = self._find(database, row["sender"])
                if address is None:  # nobody listens any more
                    database.execute("DELETE FROM message WHERE id = ?", (row["id"],))
                elif row["id"] not in self._under_way:
                    self._under_way.add(row["id"])
                    outgoing.append(Outgoing(f"{PREFIX}{row['id']}", address.url, row["body"], address.headers))
        return outgoing

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Note the outcome; retries are assumed (A8)."""
        identifier = int(key.removeprefix(PREFIX))
        with self._lock, self._store.transaction() as database:
            self._under_way.discard(identifier)
            row = database.execute("SELECT * FROM message WHERE id = ?", (identifier,)).fetchone()
            if row is None:
                return
            arrived = status is not None and 200 <= status < 300
            if arrived or now - utc_from_milliseconds(row["created_at"]) >= GIVE_UP_AFTER:
                database.execute("DELETE FROM message WHERE id = ?", (identifier,))
                return
            waits = self._behaviour.retry_after
            due_at = milliseconds(now + waits[min(row["attempts"], len(waits) - 1)])
            query = "UPDATE message SET attempts = attempts + 1, due_at = ? WHERE id = ?"
            database.execute(query, (due_at, identifier))
