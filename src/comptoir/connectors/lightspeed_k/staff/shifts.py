"""Shifts: events folded into in and out; pure but for the listing.

A shift is a list of events; several of one kind are corrections, of which the one entered latest holds. Without an
event that says out, somebody is still in. The vendor knows no breaks, wages or plans.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_k.calls import path_to
from comptoir.connectors.lightspeed_k.figures import figure_or_none, text
from comptoir.connectors.lightspeed_k.staff import schemas
from comptoir.connectors.lightspeed_k.staff.pages import Listings
from comptoir.connectors.lightspeed_k.values import decode, unreadable
from comptoir.pos.connector import Reading
from comptoir.pos.model import Location
from comptoir.pos.people import Shift

SHIFTS_PATH: Final = "/staff/v1/businessLocations/{location}/shift"
OLDEST_FIRST: Final = "date,asc"
QUERY_TIMES_ARE_UTC: Final = True
"""`startTime` and `endTime` have no zone; otherwise they would be local time of the place."""


class Shifts(Listings):
    """Reading shifts."""

    def shifts(self, location: Location, start: datetime, end: datetime) -> Iterator[Shift]:
        """The shifts of a window. https://api-docs.lsk.lightspeed.app/operation/operation-staff-apigetshift"""
        path = path_to(SHIFTS_PATH, location=location.external_id)
        times = {"startTime": query_time(start, location), "endTime": query_time(end, location)}
        for page in self._pages(path, {"sort": OLDEST_FIRST, **times}):
            for each in page.shifts or ():
                yield to_shift(each, location_id=location.external_id)


def query_time(at: datetime, location: Location) -> str:
    """An instant as the staff API asks for it: without a zone."""
    zone = UTC if QUERY_TIMES_ARE_UTC else ZoneInfo(location.timezone)
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")


def read_shift(body: bytes) -> Reading:
    """A shift that was entered, changed or deleted. Raises VendorUnreadable."""
    said = decode(body, schemas.SHIFT_NEWS)
    if said.data.business_location_id is None:
        raise unreadable("$.data.businessLocationId", "missing")
    deleted = said.notification_type == "shift.deleted"
    shift = to_shift(said.data, location_id=str(said.data.business_location_id), deleted=deleted)
    delivery = f"{said.notification_type} · {shift.id}"
    return Reading(location_id=shift.location_id, observed=(), delivery=delivery, facts=(shift,))


def to_shift(read: schemas.Shift, *, location_id: str, deleted: bool = False) -> Shift:
    """A shift with its corrections applied."""
    events = read.events or []
    return Shift(
        id=str(read.uuid),
        location_id=location_id,
        staff_id=str(read.staff_id),
        register_id=text(read.device_id),
        started_at=latest(each for each in events if each.event_type == "CLOCK_IN"),
        ended_at=latest(each for each in events if each.event_type == "CLOCK_OUT"),
        declared_tips=figure_or_none(read.declared_cash_tips),
        changed_at=read.date_in_utc.at if read.date_in_utc else None,
        deleted=deleted,
    )


def latest(events: Iterable[schemas.ShiftEvent]) -> datetime | None:
    """When it happened according to what was entered latest, in whatever order the events come."""
    entered = [((each.created_on or each.timestamp).at, each.timestamp.at) for each in events]
    return max(entered)[1] if entered else None
