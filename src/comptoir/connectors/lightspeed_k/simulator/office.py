"""A location's back office: what its people set up there, and what they may break (sheet 6.6, 9.1, 13, 15.3)."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import encode
from comptoir.connectors.lightspeed_k.simulator.figures import milliseconds
from comptoir.connectors.lightspeed_k.simulator.store import Store
from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.pos.model import Named

DEFAULT_METHOD: Final = "APM"
"""What the Payment API books a payment under that names no method, until somebody chooses another (A14)."""
API_STAFF: Final = "5599"
"""In whose name the Payment API enters what names nobody, until somebody chooses another; not one of the people."""
TOLD: Final = ("OPEN", "UPDATE", "CLOSE")
MESSAGE_KEPT: Final = timedelta(hours=24)
"""How long a message waits for a till that is off line (6.7)."""


class BackOffice(msgspec.Struct, frozen=True):
    """How a location is set up.

    `methods` None: those the restaurant came with. `told`: the notification types somebody subscribed to. `off_menu`:
    items that were taken off. `refuse_next`: the type of error with which a till refuses the next payment, once.
    """

    methods: tuple[Named, ...] | None = None
    default_method: str = DEFAULT_METHOD
    api_staff: str = API_STAFF
    inactive_staff: frozenset[str] = frozenset()
    devices_off: frozenset[str] = frozenset()
    printer_off: bool = False
    told: tuple[str, ...] = TOLD
    off_menu: frozenset[str] = frozenset()
    refuse_next: str = ""


class TillMessage(msgspec.Struct, frozen=True):
    """A message that was sent to the tills of a location."""

    text: str
    at: datetime


class Offices:
    """The back offices of all locations; safe to use from several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, location_id: str) -> BackOffice:
        """How a location is set up."""
        with self._store.transaction() as database:
            row = database.execute("SELECT body FROM back_office WHERE location_id = ?", (location_id,)).fetchone()
        return msgspec.json.decode(row["body"], type=BackOffice) if row else BackOffice()

    def keep(self, location_id: str, office: BackOffice) -> None:
        """From now on it is set up so."""
        with self._store.transaction() as database:
            database.execute("REPLACE INTO back_office VALUES (?, ?)", (location_id, encode(office)))

    def change(self, location_id: str, **said: object) -> BackOffice:
        """Change some of it."""
        with self._store.transaction():
            office = msgspec.structs.replace(self.of(location_id), **said)
            self.keep(location_id, office)
            return office

    def take_refusal(self, location_id: str) -> str:
        """The error somebody asked for, once."""
        with self._store.transaction():
            kind = self.of(location_id).refuse_next
            if kind:
                self.change(location_id, refuse_next="")
            return kind

    def messages(self, location_id: str, *, now: datetime) -> list[TillMessage]:
        """What the tills show, or would as soon as one is on line, newest first."""
        with self._store.transaction() as database:
            query = "SELECT * FROM till_message WHERE location_id = ? AND at > ? ORDER BY at DESC"
            rows = database.execute(query, (location_id, milliseconds(now - MESSAGE_KEPT))).fetchall()
        return [TillMessage(row["text"], utc_from_milliseconds(row["at"])) for row in rows]

    def read_messages(self, location_id: str) -> None:
        """Somebody read them and put them away."""
        with self._store.transaction() as database:
            database.execute("DELETE FROM till_message WHERE location_id = ?", (location_id,))
