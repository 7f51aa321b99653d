"""New POS, as Comptoir knows it: the manifest, and the way in."""

from collections.abc import Mapping
from datetime import time
from typing import Final

from comptoir.connectors.newpos.account import CAPABILITIES, NewPosAccount
from comptoir.connectors.newpos.client import VENDOR

from comptoir.kernel.budget import Turns
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.http import Api, Credentials
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Endpoints, Manifest, Notification, Reading
from comptoir.pos.settings import Settings

PREFIX: Final = "NEWPOS_"


class NewPos:
    """The connector that `project/installed.py` registers."""

    manifest = Manifest(
        slug="newpos",
        name=VENDOR,
        scopes=("sales",),
        day_start=time(0),
        capabilities=CAPABILITIES,
        notifies=False,
    )

    def endpoints(self, environ: Mapping[str, str]) -> Endpoints:
        """Production addresses unless told otherwise, and the OAuth client. Raises ComptoirError without a client."""
        settings = Settings(environ, PREFIX, self.manifest.name)
        return Endpoints(
            authorise_url=settings.value("AUTHORISE_URL") or "https://newpos.example/authorize",
            token_url=settings.value("TOKEN_URL") or "https://newpos.example/token",
            api_url=settings.value("API_URL") or "https://newpos.example/api",
            client_id=settings.required("CLIENT_ID"),
            client_secret=Secret(settings.required("CLIENT_SECRET")),
        )

    def read(self, notification: Notification) -> Reading:  # noqa: ARG002 (the protocol's)
        """Raises VendorUnreadable: this vendor posts nothing."""
        raise VendorUnreadable(f"{VENDOR} sends no notifications.", path="$")

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> NewPosAccount:
        """Open one account; every call to it is paid from the budget."""
        return NewPosAccount(Api(endpoints.api_url, vendor=VENDOR, credentials=credentials, budget=budget))


CONNECTOR: Final = NewPos()
