"""Who works at a place of sale, and when."""

from datetime import datetime, timedelta
from decimal import Decimal

from comptoir.pos.model import Named, Record


class StaffMember(Record, frozen=True, kw_only=True):
    """Somebody who may use the till, the back office, or both."""

    id: str
    location_id: str
    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    active: bool = True
    uses_till: bool = False
    uses_back_office: bool = False
    groups: tuple[Named, ...] = ()
    roles: tuple[Named, ...] = ()


class Shift(Record, frozen=True, kw_only=True):
    """A time at work, as the latest corrections have it. `ended_at` None means still in.

    `declared_tips` is cash the person said to have kept, in major units of the place's currency. `changed_at` is when
    the vendor changed the record: of two readings the later one holds.
    """

    id: str
    location_id: str
    staff_id: str
    register_id: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    declared_tips: Decimal | None = None
    changed_at: datetime | None = None
    deleted: bool = False

    @property
    def worked(self) -> timedelta | None:
        """From in to out; unknown while somebody is still in, or where out lies before in."""
        if self.started_at is None or self.ended_at is None or self.ended_at < self.started_at:
            return None
        return self.ended_at - self.started_at
