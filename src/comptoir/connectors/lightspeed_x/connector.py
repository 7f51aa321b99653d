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
from comptoir.pos.connector import Endpoints, Manifest, Notification, Reading
from comptoir.pos.settings import Settings

PREFIX: Final = "LIGHTSPEED_X_"
VERSION: Final = "2026-07"
"""Pinned: the shape of a sale depends on it (section 1)."""
AUTHORISE_URL: Final = "https://secure.retail.lightspeed.app/connect"
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
    )

    def endpoints(self, environ: Mapping[str, str]) -> Endpoints:
        """Production addresses unless told otherwise, and the OAuth client.

        Raises ComptoirError without a client, and without a domain prefix where an address needs one.
        """
        settings = Settings(environ, PREFIX, self.manifest.name)
        token_url, api_url = settings.value("TOKEN_URL"), settings.value("API_URL")
        if not (token_url and api_url):
            host = f"https://{settings.required('DOMAIN_PREFIX')}.retail.lightspeed.app"
            token_url, api_url = token_url or f"{host}/api/1.0/token", api_url or f"{host}/api/{VERSION}"
        return Endpoints(
            authorise_url=settings.value("AUTHORISE_URL") or AUTHORISE_URL,
            token_url=token_url,
            api_url=api_url,
            client_id=settings.required("CLIENT_ID"),
            client_secret=Secret(settings.required("CLIENT_SECRET")),
        )

    def read(self, notification: Notification) -> Reading:
        """A hint: nothing but which record changed. Raises VendorUnreadable."""
        return webhooks.read(notification.body)

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> XSeriesAccount:
        """Open one retailer; every call to it is paid from the budget."""
        return XSeriesAccount(
            Api(endpoints.api_url, vendor=VENDOR, credentials=credentials, budget=budget, pace=import_pause)
        )


CONNECTOR: Final = XSeries()
