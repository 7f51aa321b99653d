"""What can be wrong: stable codes, how bad each is, and after how long somebody is told by mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID


class Colour(StrEnum):
    """A traffic light; grey: not set up yet."""

    GREEN = "green"
    GREY = "grey"
    AMBER = "amber"
    RED = "red"


BADNESS: Final = tuple(Colour)


class Subject(StrEnum):
    """What something can be wrong with; the house is the installation as one organisation sees it."""

    CONNECTION = "connection"
    STORE = "store"
    HOUSE = "house"


class Cause(StrEnum):
    """Why a light is not green. The codes are stable; docs/how-to/when-something-is-wrong.md explains each."""

    SIGNED_OUT = "signed_out"
    GIVEN_BACK = "given_back"
    PARTLY_GRANTED = "partly_granted"
    RENEWAL_FAILING = "renewal_failing"
    VENDOR_UNREACHABLE = "vendor_unreachable"
    VENDOR_LIMITS = "vendor_limits"
    LOCATION_UNLINKED = "location_unlinked"
    STORE_NOT_CONNECTED = "store_not_connected"
    NOTHING_YET = "nothing_yet"
    NOTIFICATIONS_STOPPED = "notifications_stopped"
    QUIET = "quiet"
    PARKED = "parked"
    MONEY_NOT_ON_TILL = "money_not_on_till"
    PAYMENT_UNKNOWN = "payment_unknown"
    IMPORT_STOPPED = "import_stopped"
    APP_FAILING = "app_failing"
    BACKLOG_OLD = "backlog_old"
    NO_WORKER = "no_worker"
    MAIL_NOT_SET = "mail_not_set"


@dataclass(frozen=True)
class Rule:
    """How bad a cause is, and how long it has to last before it is mailed (None: it is shown, and that is enough)."""

    subject: Subject
    colour: Colour
    mailed_after: timedelta | None = None


RULES: Final[dict[Cause, Rule]] = {
    Cause.SIGNED_OUT: Rule(Subject.CONNECTION, Colour.RED, timedelta(0)),
    Cause.GIVEN_BACK: Rule(Subject.CONNECTION, Colour.GREY),
    Cause.PARTLY_GRANTED: Rule(Subject.CONNECTION, Colour.AMBER),
    Cause.RENEWAL_FAILING: Rule(Subject.CONNECTION, Colour.AMBER, timedelta(hours=6)),
    Cause.VENDOR_UNREACHABLE: Rule(Subject.CONNECTION, Colour.AMBER, timedelta(minutes=30)),
    Cause.VENDOR_LIMITS: Rule(Subject.CONNECTION, Colour.AMBER),
    Cause.LOCATION_UNLINKED: Rule(Subject.CONNECTION, Colour.AMBER),
    Cause.STORE_NOT_CONNECTED: Rule(Subject.STORE, Colour.GREY),
    Cause.NOTHING_YET: Rule(Subject.STORE, Colour.GREY),
    Cause.NOTIFICATIONS_STOPPED: Rule(Subject.STORE, Colour.AMBER, timedelta(hours=1)),
    Cause.QUIET: Rule(Subject.STORE, Colour.AMBER, timedelta(minutes=30)),
    Cause.PARKED: Rule(Subject.STORE, Colour.AMBER, timedelta(minutes=30)),
    # Who takes the money writes its own mails, with a button that mends it.
    Cause.MONEY_NOT_ON_TILL: Rule(Subject.STORE, Colour.RED),
    Cause.PAYMENT_UNKNOWN: Rule(Subject.STORE, Colour.RED),
    Cause.IMPORT_STOPPED: Rule(Subject.STORE, Colour.AMBER, timedelta(minutes=30)),
    Cause.APP_FAILING: Rule(Subject.HOUSE, Colour.AMBER, timedelta(minutes=30)),
    Cause.BACKLOG_OLD: Rule(Subject.HOUSE, Colour.RED, timedelta(minutes=10)),
    Cause.NO_WORKER: Rule(Subject.HOUSE, Colour.RED),
    Cause.MAIL_NOT_SET: Rule(Subject.HOUSE, Colour.AMBER),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `name` is of the connection, store or app; `detail` comes from who refused or failed."""

    cause: Cause
    subject_id: UUID
    name: str
    since: datetime | None = None
    detail: str = ""
    count: int = 0

    @property
    def rule(self) -> Rule:
        """How bad it is."""
        return RULES[self.cause]

    @property
    def badness(self) -> int:
        """For sorting: the worst is the highest."""
        return BADNESS.index(self.rule.colour)
