"""6xpos, as Comptoir knows it: its server calls our partner API, and we never call it."""

from collections.abc import Mapping
from datetime import time
from typing import Final, NoReturn

import msgspec

from comptoir.connectors.sixpos import mapping
from comptoir.connectors.sixpos.schemas import Pushed
from comptoir.kernel.budget import Turns
from comptoir.kernel.errors import ComptoirError, VendorUnreadable
from comptoir.kernel.http import Credentials
from comptoir.pos.connector import Endpoints, Manifest, Notification, Reading

NO_ACCOUNT: Final = (
    "6xpos calls Comptoir by itself: there is no account to connect. Ask for it under Settings, Partners."
)


class SixPos:
    """The connector that `project/installed.py` registers."""

    manifest = Manifest(slug="sixpos", name="6xpos", scopes=(), day_start=time(4), pushes=True)

    def endpoints(self, environ: Mapping[str, str]) -> Endpoints:  # noqa: ARG002 (the protocol's)
        """Raises ComptoirError: nothing of 6xpos is called."""
        raise ComptoirError(NO_ACCOUNT)

    def read(self, notification: Notification) -> Reading:
        """What the partner API took in. Raises VendorUnreadable with the path of the fault."""
        try:
            pushed = msgspec.json.decode(notification.body, type=Pushed)
        except msgspec.ValidationError as error:
            raise _unreadable(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _unreadable("not JSON") from error
        told = "order" if pushed.order else "refund"
        return Reading(
            location_id=pushed.location,
            observed=mapping.observed(pushed, received_at=notification.received_at),
            delivery=f"{told} {pushed.order.status}" if pushed.order else told,
        )

    def open(self, endpoints: Endpoints, credentials: Credentials, budget: Turns | None = None) -> NoReturn:  # noqa: ARG002
        """Raises ComptoirError: there is no account to open."""
        raise ComptoirError(NO_ACCOUNT)


def _unreadable(cause: str) -> VendorUnreadable:
    message, _, path = cause.partition(" - at `")
    return VendorUnreadable("6xpos sent an order that cannot be read.", path=path.rstrip("`") or "$", for_log=message)


CONNECTOR: Final = SixPos()
