"""Lightspeed Restaurant K-Series, as Comptoir knows it: the manifest, and the ways in."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from comptoir.connectors.lightspeed_k import scans, webhooks
from comptoir.connectors.lightspeed_k.account import CAPABILITIES, KSeriesAccount
from comptoir.connectors.lightspeed_k.calls import VENDOR
from comptoir.connectors.lightspeed_k.wording import WORDINGS
from comptoir.kernel.budget import Turns
from comptoir.kernel.http import Api, Credentials
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints, Manifest, Notification, Reading
from comptoir.pos.scans import Scan, Scanned
from comptoir.pos.settings import Settings

PREFIX: Final = "LIGHTSPEED_K_"
AUTHORISE_URL: Final = "https://auth.lsk-prod.app/realms/k-series/protocol/openid-connect/auth"
TOKEN_URL: Final = "https://auth.lsk-prod.app/realms/k-series/protocol/openid-connect/token"  # noqa: S105 - an address
API_URL: Final = "https://api.lsk.lightspeed.app"

DAY_START_UNTIL_READ: Final = time(4)
"""K-Series names its own start of day with each business day; until one was read, this holds."""

CALLS_PER_SECOND: Final = 5
"""A16: the vendor publishes no limit; this is what we find polite."""

REFRESH_IDLE: Final = timedelta(days=14)
"""Documented for the older sign-in (sheet 3.4); the newer one names it in each answer."""

PARTNERS_ONLY: Final = frozenset({"orders-api"})
"""By what a self-service API client (*custom app*, sheet 2) is known: Lightspeed gives it no `orders-api`, whether it
refuses the request (`invalid_scope`) or leaves it out of the answer. Assumed: no document names another sign (E54)."""

REOPENED_BILLS_LEAVE_THE_BOOKS: Final = True
"""Whether a bill that somebody opens again is left out of the sales until it is closed once more. No document says;
V2 lists closed accounts by the time they were closed at, so an open one has no place there."""


class KSeries:
    """The connector that `project/installed.py` registers."""

    manifest = Manifest(
        slug="lightspeed_k",
        name="Lightspeed K-Series",
        scopes=("financial-api", "orders-api", "offline_access"),
        day_start=DAY_START_UNTIL_READ,
        pkce=True,
        dispatch="lightspeed",
        webhook_name="lightspeedKSeries",
        capabilities=CAPABILITIES,
        calls_per_second=CALLS_PER_SECOND,
        refresh_idle=REFRESH_IDLE,
        tells_grants=True,
        partners_only=PARTNERS_ONLY,
        reopened_leave_books=REOPENED_BILLS_LEAVE_THE_BOOKS,
        wordings=WORDINGS,
    )

    def endpoints(self, environ: Mapping[str, str]) -> Endpoints:
        """Production addresses unless told otherwise, and the OAuth client. Raises ComptoirError without a client."""
        settings = Settings(environ, PREFIX, self.manifest.name)
        return Endpoints(
            authorise_url=settings.value("AUTHORISE_URL") or AUTHORISE_URL,
            token_url=settings.value("TOKEN_URL") or TOKEN_URL,
            api_url=settings.value("API_URL") or API_URL,
            client_id=settings.required("CLIENT_ID"),
            client_secret=Secret(settings.required("CLIENT_SECRET")),
            scopes=tuple(settings.value("SCOPES").split()),
        )

    def read(self, notification: Notification) -> Reading:
        """Understand whatever the vendor posts; pure. Raises VendorUnreadable with the path of the fault."""
        return webhooks.read(notification)

    def read_scan(self, query: Mapping[str, str]) -> Scan:
        """What a till asks whose scanner read a pass. Raises VendorUnreadable."""
        return scans.read(query)

    def answer_scan(self, found: Scanned | None) -> bytes:
        """What it is told."""
        return scans.answer(found)

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> KSeriesAccount:
        """Open one vendor account; every call to it is paid from the budget."""
        return KSeriesAccount(Api(endpoints.api_url, vendor=VENDOR, credentials=credentials, budget=budget))


CONNECTOR: Final = KSeries()
