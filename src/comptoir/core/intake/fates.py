"""A notification on its way through: what it says, and what became of it so far."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from comptoir.core.intake.models import Notification
from comptoir.core.ledger import limits
from comptoir.core.ledger.precedence import Key
from comptoir.kernel.errors import RuleBroken, VendorUnreadable
from comptoir.pos import connector as pos
from comptoir.pos import registry
from comptoir.pos.model import Observed


class Waiting(msgspec.Struct):
    """What reading needs of a notification that waits; making the table's own row would cost several times this."""

    id: int
    organisation_id: UUID | None
    store_id: UUID | None
    provider: str
    verified: bool
    body: bytes
    headers: dict[str, str]
    received_at: datetime
    received_minute: datetime


Row = Waiting | Notification


@dataclass(slots=True)
class Fate:
    """A notification, what its connector reads in it, and what became of it so far."""

    row: Row
    reading: pos.Reading | None = None
    outcome: str = ""
    organisation_id: UUID | None = None
    store_id: UUID | None = None
    sale_id: UUID | None = None
    fault_path: str = ""
    fault: str = ""
    taken_for_store: bool = False
    due_at: datetime | None = None
    keys: list[Key] = field(default_factory=list)

    @property
    def location(self) -> str:
        """The location it names, as the inbox can hold it; "" where it names none."""
        return storable(self.reading.location_id if self.reading else "", 64)

    def park(self, *, path: str, fault: str) -> None:
        """Keep it, show it, do nothing with it."""
        self.outcome = Notification.Outcome.PARKED
        self.fault_path, self.fault = storable(path, 200), storable(fault, 2000)


def read(row: Row) -> Fate:
    """What a notification says; one that cannot be read, or kept, is parked with the path of the fault."""
    fate = Fate(row, organisation_id=row.organisation_id, store_id=row.store_id)
    try:
        fate.reading = _reading_of(row)
    except VendorUnreadable as error:
        fate.park(path=error.path, fault=error.for_owner)
    except RuleBroken as error:
        fate.park(path="$", fault=error.for_owner)
    else:
        fate.keys = [(each.sale.location_id, each.sale.external_id) for each in fate.reading.observed]
    return fate


def _reading_of(row: Row) -> pos.Reading:
    """Raises VendorUnreadable; RuleBroken for a provider that is not installed any more."""
    notification = pos.Notification(body=bytes(row.body), received_at=row.received_at, headers=row.headers)
    reading = registry.connector(row.provider).read(notification)
    for observed in reading.observed:
        limits.check(observed)
    if len(reading.location_id) > limits.LONGEST_ID or "\0" in reading.location_id:
        raise VendorUnreadable("The till sent a location that cannot be kept.", path="$")
    return reading


def observed_in(row: Row) -> tuple[Observed, ...]:
    """The sales that a stored body shows; none when it cannot be read any more."""
    try:
        return _reading_of(row).observed
    except (VendorUnreadable, RuleBroken):
        return ()


def storable(text: Any, length: int) -> str:
    """Text as PostgreSQL can hold it, cut to a column's length: what a stranger sent must not fail the batch."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:length]
