"""Lightspeed Retail X-Series, as Comptoir knows it: the manifest, and the way in."""

from collections.abc import Mapping
from datetime import time
from typing import Final

from comptoir.connectors.lightspeed_x import webhooks
from comptoir.connectors.lightspeed_x.account import CAPABILITIES, XSeriesAccount
from comptoir.connectors.lightspeed_x.client import VENDOR
from comptoir.connectors.lightspeed_x.pace import import_pause
from comptoir.kernel.budget import Turns
from comptoir.kernel.http import Api, Credentials
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import DOMAIN, Endpoints, Manifest, Notification, Reading
from comptoir.pos.settings import Settings

PREFIX: Final = "LIGHTSPEED_X_"
VERSION: Final = "2026-07"
"""Pinned: the shape of a sale depends on it (section 1)."""
AUTHORISE_URL: Final = "https://secure.retail.lightspeed.app/connect"
HOST: Final = f"https://{DOMAIN}.retail.lightspeed.app"
CALLS_PER_SECOND: Final = 5
"""A burst; how many fit into five minutes is kept by `pace.py`."""


class XSeries:
    """The connector that `project/installed.py` registers."""

    manifest = Manifest(
        slug="lightspeed_x",
        name="Lightspeed X-Series",
        scopes=(
            "retailer:read",
            "outlets:read",
            "registers:read",
            "users:read",
            "payment_types:read",
            "payments:read",
            "sales:read",
            "products:read",
            "customers:read",
            "webhooks",
        ),
        day_start=time(0),
        pkce=False,
        client_in_form=True,
        capabilities=CAPABILITIES,
        calls_per_second=CALLS_PER_SECOND,
        # Its posts are hints without a sale in them: books are read, by version.
        notifies=False,
        domain_parameter="domain_prefix",
        signature_header=webhooks.SIGNATURE_HEADER,
        # Each register has a prefix and a sequence of its own for its invoices (section 5).
        numbers_bills=True,
    )

    def endpoints(self, environ: Mapping[str, str]) -> Endpoints:
        """Production addresses unless told otherwise, and the OAuth client.

        Each retailer has a host of its own, named when somebody consents. Raises ComptoirError without a client.
        """
        settings = Settings(environ, PREFIX, self.manifest.name)
        return Endpoints(
            authorise_url=settings.value("AUTHORISE_URL") or AUTHORISE_URL,
            token_url=settings.value("TOKEN_URL") or f"{HOST}/api/1.0/token",
            api_url=settings.value("API_URL") or f"{HOST}/api/{VERSION}",
            client_id=settings.required("CLIENT_ID"),
            client_secret=Secret(settings.required("CLIENT_SECRET")),
        )

    def read(self, notification: Notification) -> Reading:
        """A hint: nothing but which record changed. Raises VendorUnreadable."""
        return webhooks.read(notification.body)

    def is_signed(self, body: bytes, signature: str, secret: Secret) -> bool:
        """Whether a form comes from Lightspeed (section 7)."""
        return webhooks.is_signed(body, signature, secret)

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> XSeriesAccount:
        """Open one retailer; every call to it is paid from the budget."""
        return XSeriesAccount(
            Api(endpoints.api_url, vendor=VENDOR, credentials=credentials, budget=budget, pace=import_pause)
        )


CONNECTOR: Final = XSeries()
