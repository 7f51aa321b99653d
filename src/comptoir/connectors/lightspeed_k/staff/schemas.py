"""Staff, groups and shifts in the vendor's words; the document of each is named where it is asked for."""

from typing import Literal

import msgspec

from comptoir.connectors.lightspeed_k.schemas import Shape
from comptoir.connectors.lightspeed_k.values import Amount, Code, Count, Ident, Instant, Key, decoder


class ShiftEvent(Shape, frozen=True):
    """Somebody clocked in or out, or this was corrected."""

    event_type: Literal["CLOCK_IN", "CLOCK_OUT"]
    timestamp: Instant
    created_on: Instant | None = None
    uuid: Ident | None = None


class Shift(Shape, frozen=True):
    """A shift; `dateInUTC` is when it was changed, not when it was worked."""

    uuid: Key
    staff_id: Key
    business_location_id: Key | None = None
    device_id: Ident | None = None
    declared_cash_tips: Amount | None = None
    date_in_utc: Instant | None = msgspec.field(default=None, name="dateInUTC")
    events: list[ShiftEvent] | None = None


class Group(Shape, frozen=True):
    """A group or a role."""

    id: Ident | None = None
    name: str | None = None


class Member(Shape, frozen=True):
    """A user."""

    staff_id: Key
    username: Code | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    active: bool | None = None
    user_types: list[str] | None = None
    groups: list[Group] | None = None
    roles: list[Group] | None = None


class PageInfo(Shape, frozen=True):
    """Where in a listing we are; pages count from 1."""

    total_pages: Count | None = None


class Listed(Shape, frozen=True):
    """What a page lists; each listing has its own name for it."""

    shifts: list[Shift] | None = None
    staff: list[Member] | None = None
    staff_group_list: list[Group] | None = None


class Page(Shape, frozen=True):
    """A page of shifts, users or groups."""

    data: Listed | None = None
    page: PageInfo | None = None


class ShiftNews(Shape, frozen=True):
    """A shift was entered, changed or deleted."""

    notification_type: Literal["shift.created", "shift.updated", "shift.deleted"]
    data: Shift


class Registration(Shape, frozen=True):
    """An address for one kind of news at one place."""

    uuid: Key
    notification_type: str
    url: str
    webhook_name: str | None = None


PAGE = decoder(Page)
SHIFT_NEWS = decoder(ShiftNews)
REGISTRATIONS = decoder(list[Registration])
