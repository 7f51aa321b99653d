"""Lightspeed Retail R-Series, as Comptoir knows it: the manifest, and the way in."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from comptoir.connectors.lightspeed_r.account import CAPABILITIES, RSeriesAccount
from comptoir.connectors.lightspeed_r.client import VENDOR
from comptoir.connectors.lightspeed_r.pace import import_pause
from comptoir.kernel.budget import Turns
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.http import Api, Credentials
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints, Manifest, Notification, Reading
from comptoir.pos.settings import Settings

PREFIX: Final = "LIGHTSPEED_R_"
AUTHORISE_URL: Final = "https://cloud.lightspeedapp.com/auth/oauth/authorize"
TOKEN_URL: Final = "https://cloud.lightspeedapp.com/auth/oauth/token"  # noqa: S105 - an address
REVOKE_URL: Final = "https://cloud.lightspeedapp.com/auth/oauth/revoke"
API_URL: Final = "https://api.lightspeedapp.com/API/V3"

REFRESH_IDLE: Final = timedelta(days=30)
"""Documented (2.2): an unused refresh token dies after that."""

CALLS_PER_SECOND: Final = 5
"""Far below the burst of 20 (section 7); imports also keep within the bucket, by `pace.py`."""


class RSeries:
    """The connector that `project/installed.py` registers."""

    manifest = Manifest(
        slug="lightspeed_r",
        name="Lightspeed R-Series",
        scopes=(
            "employee:register_read",
            "employee:reports",
            "employee:admin_employees",
            "employee:admin_void_sale",
            "employee:inventory_read",
            "employee:customers",
        ),
        day_start=time(0),
        pkce=True,
        client_in_form=True,
        capabilities=CAPABILITIES,
        calls_per_second=CALLS_PER_SECOND,
        refresh_idle=REFRESH_IDLE,
        notifies=False,
        web_register="eCom",  # lightspeed-r-series.md 9.4
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
            revoke_url=settings.value("REVOKE_URL") or REVOKE_URL,
        )

    def read(self, notification: Notification) -> Reading:  # noqa: ARG002 (the protocol's)
        """Raises VendorUnreadable: R-Series posts nothing, so nothing that comes in is its own (9.19)."""
        raise VendorUnreadable("Lightspeed R-Series sends no notifications.", path="$")

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> RSeriesAccount:
        """Open one vendor account; every call to it is paid from the budget."""
        return RSeriesAccount(
            Api(endpoints.api_url, vendor=VENDOR, credentials=credentials, budget=budget, pace=import_pause)
        )


CONNECTOR: Final = RSeries()
