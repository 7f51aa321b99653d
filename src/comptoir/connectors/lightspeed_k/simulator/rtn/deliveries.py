"""Real-time notifications on their way: made from the world's changes, kept until they arrive or are given up."""

import base64
import hashlib
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from comptoir.connectors.lightspeed_k.simulator.figures import milliseconds
from comptoir.connectors.lightspeed_k.simulator.office import Offices
from comptoir.connectors.lightspeed_k.simulator.rtn import accounts
from comptoir.connectors.lightspeed_k.simulator.settings import (
    CODE_PARAMETER,
    GIVE_UP_AFTER,
    Behaviour,
    NotificationSetting,
)
from comptoir.connectors.lightspeed_k.simulator.store import Store
from comptoir.connectors.lightspeed_k.simulator.tongue import told_register
from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import Outgoing
from comptoir.pos.world import Change, World

BATCH: Final = 200
KEPT_OUTCOMES: Final = 50
NEW_DELIVERY: Final = (
    "INSERT INTO delivery (location_id, number, kind, account, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?)"
)
CHANGES_READ: Final = "changes_read"


@dataclass(frozen=True)
class Delivery:
    """One notification and how it fares. `status` is the latest answer; None while there is none, or it was silence."""

    location_id: str
    account_number: str
    kind: str
    attempts: int
    attempted_at: datetime | None
    status: int | None
    delivered: bool
    next_at: datetime | None


class Deliveries:
    """Makes and keeps the notifications of all locations."""

    def __init__(self, store: Store, world: World, behaviour: Behaviour, offices: Offices) -> None:
        self._store = store
        self._offices = offices
        self._world = world
        self._behaviour = behaviour
        self._lock = threading.Lock()
        self._under_way: set[int] = set()

    def configure(self, location_id: str, setting: NotificationSetting | None) -> None:
        """Keep what the back office says; None switches notifications off and drops those that wait."""
        with self._store.transaction() as database:
            database.execute("DELETE FROM notification_setting WHERE location_id = ?", (location_id,))
            if setting is None:
                database.execute(
                    "DELETE FROM delivery WHERE location_id = ? AND due_at IS NOT NULL",
                    (location_id,),
                )
                return
            row = (
                location_id,
                setting.url,
                setting.code,
                setting.username,
                setting.password.reveal(),
            )
            database.execute("INSERT INTO notification_setting VALUES (?, ?, ?, ?, ?)", row)

    def setting(self, location_id: str) -> NotificationSetting | None:
        """What the back office says of this location; None: no notifications."""
        with self._store.transaction() as database:
            return _setting(database, location_id)

    def latest(self, location_id: str, *, limit: int) -> list[Delivery]:
        """The notifications most recently sent or still waiting, newest first."""
        with self._store.transaction() as database:
            query = "SELECT * FROM delivery WHERE location_id = ? ORDER BY id DESC LIMIT ?"
            return [_delivery(row) for row in database.execute(query, (location_id, limit))]

    def waiting(self, location_id: str) -> int:
        """How many have not arrived yet."""
        with self._store.transaction() as database:
            query = "SELECT count(*) FROM delivery WHERE location_id = ? AND due_at IS NOT NULL"
            return int(database.execute(query, (location_id,)).fetchone()[0])

    def take_note(self, *, now: datetime) -> None:
        """Make notifications of what happened since; nothing is sent to locations without a URL."""
        locations = {location.id: location for location in self._world.locations()}
        with self._store.transaction() as database:
            changes = self._world.changes(_position(database))
            for change in changes:
                registers = self._world.registers(change.sale.location_id)
                shown = self._behaviour.passive_shows_active
                sale = told_register(change.sale, registers, passive_shows_active=shown)
                change = Change(change.sequence, change.at, sale)
                known = not _remember(database, change)
                if _setting(database, sale.location_id) is None:
                    continue
                facts = self._world.facts(sale.location_id, sale.external_id)
                body = accounts.account(change, locations[sale.location_id], facts, self._behaviour)
                at = milliseconds(now)
                told = self._offices.of(sale.location_id).told
                for kind in accounts.announcements(sale, known=known, closing=self._behaviour.closing):
                    if kind not in told:
                        continue
                    row = (sale.location_id, sale.external_id, kind, body, at, at)
                    database.execute(NEW_DELIVERY, row)
            if changes:
                database.execute(
                    "REPLACE INTO position VALUES (?, ?)",
                    (CHANGES_READ, changes[-1].sequence),
                )

    def due(self, *, now: datetime) -> list[Outgoing]:
        """The notifications to send now; those under way are not given out again until `sent` is told."""
        self.take_note(now=now)
        with self._lock, self._store.transaction() as database:
            query = "SELECT * FROM delivery WHERE due_at <= ? ORDER BY due_at, id LIMIT ?"
            rows = database.execute(query, (milliseconds(now), BATCH + len(self._under_way))).fetchall()
            fresh = [row for row in rows if row["id"] not in self._under_way]
            outgoing = [_outgoing(row, _setting(database, row["location_id"])) for row in fresh]
            self._under_way.update(row["id"] for row in fresh)
        return outgoing

    def sent(self, key: str, *, status: int | None, now: datetime) -> None:
        """Note the outcome, and when to try again: after a failure, and now and then after a success."""
        identifier = int(key)
        with self._lock, self._store.transaction() as database:
            self._under_way.discard(identifier)
            row = database.execute("SELECT * FROM delivery WHERE id = ?", (identifier,)).fetchone()
            if row is None:
                return
            delivered = status is not None and 200 <= status < 300
            again = self._is_doubled(row) if delivered else now - _created_at(row) < GIVE_UP_AFTER
            due_at = milliseconds(now + self._wait(row["attempts"])) if again else None
            database.execute(
                "UPDATE delivery SET attempts = attempts + 1, attempted_at = ?, status = ?,"
                " delivered = max(delivered, ?), due_at = ? WHERE id = ?",
                (milliseconds(now), status, delivered, due_at, identifier),
            )
            _forget_old(database, row["location_id"])

    def _wait(self, attempts: int) -> timedelta:
        waits = self._behaviour.retry_after
        return waits[min(attempts, len(waits) - 1)]

    def _is_doubled(self, row: sqlite3.Row) -> bool:
        """Whether this one is sent again although it arrived, as when an answer got lost on its way back."""
        one_in = self._behaviour.duplicate_one_in
        if not one_in or row["attempts"] > 0:
            return False
        digest = hashlib.sha256(f"{row['number']}/{row['kind']}/{row['id']}".encode()).digest()
        return int.from_bytes(digest[:4], "big") % one_in == 0


def root_account(store: Store, location_id: str, number: str) -> str:
    """The first account of the chain that leads to this one."""
    query = "SELECT previous FROM account WHERE location_id = ? AND number = ?"
    with store.transaction() as database:
        while (row := database.execute(query, (location_id, number)).fetchone()) and row["previous"]:
            number = row["previous"]
    return number


def _remember(database: sqlite3.Connection, change: Change) -> bool:
    """Note the account; whether it is new."""
    sale = change.sale
    row = (sale.location_id, sale.external_id, sale.previous_external_id)
    return database.execute("INSERT OR IGNORE INTO account VALUES (?, ?, ?)", row).rowcount == 1


def _position(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT value FROM position WHERE name = ?", (CHANGES_READ,)).fetchone()
    return int(row["value"]) if row else 0


def _setting(database: sqlite3.Connection, location_id: str) -> NotificationSetting | None:
    row = database.execute("SELECT * FROM notification_setting WHERE location_id = ?", (location_id,)).fetchone()
    if row is None:
        return None
    return NotificationSetting(row["url"], row["code"], row["username"], Secret(row["password"]))


def _outgoing(row: sqlite3.Row, setting: NotificationSetting | None) -> Outgoing:
    """The request as it leaves; the setting is read now, so mending a wrong URL mends what waits."""
    if setting is None:
        raise ValueError("a location without a URL has nothing that waits")
    url = setting.url
    if setting.code:
        url += ("&" if "?" in url else "?") + urlencode({CODE_PARAMETER: setting.code})
    headers = {}
    if setting.username:
        pair = f"{setting.username}:{setting.password.reveal()}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    body = accounts.envelope(
        row["kind"],
        row["account"],
        location_id=row["location_id"],
        retries=row["attempts"],
    )
    return Outgoing(str(row["id"]), url, body, headers)


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        location_id=row["location_id"],
        account_number=row["number"],
        kind=row["kind"],
        attempts=row["attempts"],
        attempted_at=_instant(row["attempted_at"]),
        status=row["status"],
        delivered=bool(row["delivered"]),
        next_at=_instant(row["due_at"]),
    )


def _created_at(row: sqlite3.Row) -> datetime:
    return utc_from_milliseconds(row["created_at"])


def _instant(value: int | None) -> datetime | None:
    return None if value is None else utc_from_milliseconds(value).astimezone(UTC)


def _forget_old(database: sqlite3.Connection, location_id: str) -> None:
    query = (
        "DELETE FROM delivery WHERE location_id = ? AND due_at IS NULL AND id <"
        " (SELECT id FROM delivery WHERE location_id = ? AND due_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?)"
    )
    database.execute(query, (location_id, location_id, KEPT_OUTCOMES))
