"""What a connector is: a manifest, a reader of notifications, and a way to open an account (see `capabilities.py`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, Protocol, runtime_checkable

from comptoir.kernel.budget import Turns
from comptoir.kernel.http import Credentials
from comptoir.kernel.seal import Secret
from comptoir.pos.capabilities import Capability
from comptoir.pos.capabilities import SalesPage as SalesPage
from comptoir.pos.model import Identified, Location, Observed
from comptoir.pos.orders import OrderState, PaymentResult, Readiness
from comptoir.pos.people import Shift
from comptoir.pos.places import Availability

Fact = PaymentResult | OrderState | Readiness | Availability | Shift
"""What a notification can tell beside sales."""

CALLS_PER_SECOND: Final = 5
REFRESH_IDLE: Final = timedelta(days=14)


@dataclass(frozen=True)
class Endpoints:
    """Where this vendor is reached, and as which OAuth client; `scopes` are asked for instead of the manifest's.

    `revoke_url` takes a refresh token back (RFC 7009); "" where the vendor has no such address.
    """

    authorise_url: str
    token_url: str
    api_url: str
    client_id: str
    client_secret: Secret
    scopes: tuple[str, ...] = ()
    revoke_url: str = ""


@dataclass(frozen=True)
class Manifest:
    """What Comptoir must know of a vendor before the first call.

    `day_start` is the local time at which a trading day begins by default. `dispatch` and `webhook_name` are the names
    under which the two shared webhook doors know this vendor. `capabilities` are what an opened account can do beyond
    `Vendor`; `calls_per_second` is how often one account is asked at most. `refresh_idle` is how long a refresh token
    lives unused where the vendor's own answer does not say. `notifies`: its tills can tell of sales by themselves; else
    their books are read every minute, whatever else comes in.
    """

    slug: str
    name: str
    scopes: tuple[str, ...]
    day_start: time
    pkce: bool = True
    client_in_form: bool = False
    dispatch: str = ""
    webhook_name: str = ""
    capabilities: frozenset[Capability] = frozenset()
    calls_per_second: int = CALLS_PER_SECOND
    notifies: bool = True
    refresh_idle: timedelta = REFRESH_IDLE


@dataclass(frozen=True)
class Notification:
    """A webhook as it came in: bytes first, thought later. Header names are lower-case."""

    body: bytes
    received_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What a notification says: the vendor's location it is about ("" when it does not say), and what it shows."""

    location_id: str
    observed: tuple[Observed, ...]
    delivery: str = ""
    """The vendor's own words for what this is and how often it was sent, for people to read."""
    identified: tuple[Identified, ...] = ()
    """Who the sales are for, where the till was told."""
    facts: tuple[Fact, ...] = ()


class Vendor(Protocol):
    """One vendor account, opened with somebody's consent."""

    def locations(self) -> tuple[Location, ...]:
        """The places this consent can see. Raises VendorBusy, VendorRefused, VendorUnreadable."""

    def day_start(self, location: Location, *, now: datetime) -> time | None:
        """The local time at which the vendor begins a trading day there; None where it does not say.

        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """

    def sales(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Closed sales with `start` <= close < `end`, page by page from `cursor` ("" is the beginning).

        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """

    def close(self) -> None:
        """Give the connections back."""


@runtime_checkable
class Connector(Protocol):
    """What `project/installed.py` registers for each point of sale."""

    @property
    def manifest(self) -> Manifest:
        """Facts about the vendor."""

    def endpoints(self, environ: Mapping[str, str]) -> Endpoints:
        """Addresses and OAuth client from the settings this folder owns. Raises ComptoirError when one is missing."""

    def read(self, notification: Notification) -> Reading:
        """Understand a webhook; pure. Raises VendorUnreadable with the path of the fault."""

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> Vendor:
        """Open one vendor account; every call to it is paid from the budget."""
