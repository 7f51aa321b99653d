"""What a connector is: a manifest, a reader of notifications, and a way to open an account (see `capabilities.py`)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Final, Protocol, runtime_checkable

from comptoir.kernel.budget import Turns
from comptoir.kernel.errors import VendorRefused
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
DOMAIN: Final = "{domain}"
"""Stands in an address for the account's own part of the host."""
_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
"""One label of a host name: tokens and secrets go there, so nothing else may come of what a browser brought."""


@dataclass(frozen=True)
class Endpoints:
    """Where this vendor is reached, and as which OAuth client; `scopes` are asked for instead of the manifest's.

    `revoke_url` takes a refresh token back (RFC 7009); "" where the vendor has no such address.

    Where each account has a host of its own, `{domain}` stands for its part of it in `token_url` and `api_url`.
    """

    authorise_url: str
    token_url: str
    api_url: str
    client_id: str
    client_secret: Secret
    scopes: tuple[str, ...] = ()
    revoke_url: str = ""

    def at(self, domain: str) -> "Endpoints":
        """The addresses of one account. Raises VendorRefused where one is needed and this is none."""
        if DOMAIN not in self.token_url + self.api_url:
            return self
        if not _DOMAIN.fullmatch(domain):
            raise VendorRefused(
                "The sign-in did not say which account it is for. Connect again.", for_log="domain missing or no label"
            )
        return replace(
            self, token_url=self.token_url.replace(DOMAIN, domain), api_url=self.api_url.replace(DOMAIN, domain)
        )


@dataclass(frozen=True)
class Manifest:
    """What Comptoir must know of a vendor before the first call.

    `day_start` is the local time at which a trading day begins by default. `dispatch` and `webhook_name` are the names
    under which the two shared webhook doors know this vendor. `capabilities` are what an opened account can do beyond
    `Vendor`; `calls_per_second` is how often one account is asked at most. `refresh_idle` is how long a refresh token
    lives unused where the vendor's own answer does not say. `notifies`: its tills can tell of sales by themselves; else
    their books are read every minute, whatever else comes in. `pushes`: its server calls ours with a partner's token,
    so there is no account to open and no consent to ask for; its location is our store's slug. `domain_parameter` is
    how the consent page calls the account's part of the host when it sends people back (`Endpoints.at`).
    `signature_header` carries the signature of each notification, lower-case; "" where the vendor signs nothing.
    `numbers_bills`: each register gives its bills numbers one after the other, so that one which is missing is a
    question. `tells_grants`: the token endpoint's `scope` names what was granted, in the words of `scopes`.
    `partners_only`: scopes that this vendor gives to its approved partners' clients alone; a client without them is no
    partner's. `reopened_leave_books`: a closed bill that somebody opens again is in the books no longer, and nothing
    else says so; what a whole reading does not bring any more is taken back. `web_register`: the register of exactly
    this name is the web store's; "" where the vendor has no such register. `wordings` are words of its notifications,
    against which kept bodies are packed with the last of them: what is kept names its own, so none is ever changed or
    removed; () packs each body for itself.
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
    pushes: bool = False
    refresh_idle: timedelta = REFRESH_IDLE
    domain_parameter: str = ""
    signature_header: str = ""
    numbers_bills: bool = False
    tells_grants: bool = False
    partners_only: frozenset[str] = frozenset()
    reopened_leave_books: bool = False
    web_register: str = ""
    wordings: tuple[bytes, ...] = ()


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
    is_hint: bool = False
    """It says that something changed, and not what: the books are read at once."""


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


@runtime_checkable
class Signs(Protocol):
    """A connector whose manifest names a `signature_header`."""

    def is_signed(self, body: bytes, signature: str, secret: Secret) -> bool:
        """Whether these bytes were signed with the OAuth client's secret; pure, and constant in time."""
