"""How a simulator is set up: the OAuth client it knows, and the documented freedoms it may take."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum
from typing import Final
from urllib.parse import urlsplit

from comptoir.kernel.seal import Secret

SCOPES: Final = ("orders-api", "financial-api", "staff-api", "items", "offline_access")
UNASKED_SCOPES: Final = ("profile", "email")
"""V2 clients receive these without asking (sheet 3.2)."""

RETRY_AFTER: Final = (
    timedelta(seconds=1),
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
"""Waits between deliveries of a notification; the latest repeats. Not published by the vendor: assumed (A8)."""
GIVE_UP_AFTER: Final = timedelta(days=1)
CODE_PARAMETER: Final = "code"
"""How the back office's CODE travels is not documented; assumed a query parameter (A15)."""


@dataclass(frozen=True)
class OAuthClient:
    """The one client that may ask for consent. A redirect URI must lie under one of `redirect_uris`."""

    id: str
    secret: Secret
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...] = SCOPES

    def may_redirect_to(self, uri: str) -> bool:
        """Whether the URI has the scheme, host and leading path of a registered one."""
        wanted = urlsplit(uri)
        for allowed in map(urlsplit, self.redirect_uris):
            same_site = (wanted.scheme, wanted.netloc) == (
                allowed.scheme,
                allowed.netloc,
            )
            if same_site and wanted.path.startswith(allowed.path) and not wanted.fragment:
                return True
        return False


@dataclass(frozen=True)
class Lifetimes:
    """How long codes and tokens live (sheet 3.4, as observed). `offline` None: a refresh token without a fixed end.

    `reuse`: how long a used refresh token is taken again, as some vendors do for answers that were lost.
    """

    code: timedelta = timedelta(minutes=1)
    access: timedelta = timedelta(minutes=25)
    refresh: timedelta = timedelta(minutes=30)
    offline: timedelta | None = timedelta(days=40)
    reuse: timedelta = timedelta(0)


V1_LIFETIMES: Final = Lifetimes(access=timedelta(minutes=60), refresh=timedelta(days=14), offline=timedelta(days=14))
DEFAULT_TASK_LIFE: Final = timedelta(minutes=5)
"""Not published: assumed, for payments and orders that name no life of their own."""


class PageEdge(Enum):
    """What happens to sales that share the millisecond at which a page ends; the sheet (7.1) allows both."""

    SKIPS = "skips"
    REPEATS = "repeats"


class Closing(Enum):
    """How a final bill is announced: by a CLOSE; by an UPDATE and a CLOSE of the same account; or as in 2019.

    In 2019 an UPDATE with status closed, no type and no updateDate (sheet 13, rule 2).
    """

    CLOSE = "close"
    UPDATE_AND_CLOSE = "update and close"
    AS_IN_2019 = "2019"


class Condition(StrEnum):
    """How things stand at a location, switchable while it trades (sheet 11, 15.3)."""

    TILL_OFFLINE = "till_offline"
    SALES_PERIOD_CLOSED = "sales_period_closed"
    API_DISABLED = "api_disabled"
    METHOD_REMOVED = "method_removed"
    STAFF_INACTIVE = "staff_inactive"
    PAGE_TOKEN_REPEATED = "page_token_repeated"  # noqa: S105 - a condition
    CHANGED_WHILE_READ = "changed_while_read"


Conditions = Callable[[str], AbstractSet[str]]
"""What holds at a location now."""


@dataclass(frozen=True)
class Behaviour:
    """Freedoms the vendor's documents leave; the defaults are those of sheet 15.

    `duplicate_one_in`: one notification in so many is sent again although it was answered (0: none).
    `closing`: how final bills are announced. `passive_shows_active`: a bill of a passive till bears the id of the
    active one it works through, not its own. `service_charge_in_lines`: a V1 or V2 line's total contains its share of
    the service charge (A4).
    `api_disabled_status`: what a payment answers where the API is off; None: queued, and failed as INVALID_TASK (A7).
    `till_delay`: how long a till takes to do what was sent; `task_life`: how long it is looked for when nobody says.
    The rest names the two spellings of sheet 5.1, 5.3, 7.1, 7.13, 10.3 and 14.1.
    `named_reversals`: counter-accounts of split and transferred bills say so, instead of TRANSITORY.
    `managers`: who signs in for a business on the consent page, by business id.
    `withheld`: scopes that are left out of what was asked for, without a word (sheet 3.3, E55).
    `founded_at`: no location has sales before; the V2 sales answer names it to whoever asks for earlier ones.
    """

    lifetimes: Lifetimes = Lifetimes()
    page_edge: PageEdge = PageEdge.SKIPS
    location_id_key: str = "blID"
    duplicate_one_in: int = 0
    retry_after: tuple[timedelta, ...] = RETRY_AFTER
    founded_at: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    managers: Mapping[str, str] = field(default_factory=dict)
    named_reversals: bool = False
    withheld: Callable[[], AbstractSet[str]] = frozenset
    closing: Closing = Closing.CLOSE
    passive_shows_active: bool = False
    service_charge_in_lines: bool = True
    v1_spelling_as_documented: bool = False
    v1_top_level_token: bool = False
    check_money_as_text: bool = False
    webhook_money_as_text: bool = True
    check_dates_with_colon: bool = False
    account_id_as_text: bool = False
    account_id_key: str = "ikentooAccountId"
    failures_with_errors: bool = True
    order_failures_with_type: bool = True
    items_as_array: bool = True
    api_disabled_status: int | None = 400
    v1_lifetimes: Lifetimes = V1_LIFETIMES
    till_delay: timedelta = timedelta(milliseconds=400)
    task_life: timedelta = DEFAULT_TASK_LIFE


@dataclass(frozen=True)
class NotificationSetting:
    """What a back office says about real-time notifications of one location (sheet 13)."""

    url: str
    code: str = ""
    username: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
