"""What does not work at the table while Lightspeed granted less than it was asked for, and what to do (E54, E55)."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comptoir.core.connections import grants
from comptoir.core.connections.models import Connection

WORDS: Final[dict[str, Promise]] = {
    "orders-api": _(
        "Lightspeed did not grant orders-api: bills, payments, orders and notifications are for approved partner"
        " clients only, and this sign-in is of a self-service API client. Whoever runs this installation asks"
        " Lightspeed for a partner’s client; then sign in again."
    ),
    "financial-api": _(
        "Lightspeed did not grant financial-api: payment methods cannot be read, so none can be chosen or watched, and"
        " closed bills are not searched for payments. Sign in to Lightspeed again and allow it; if it is not asked for"
        " there, Lightspeed support adds it to the API client of this installation."
    ),
    "offline_access": _(
        "Lightspeed did not grant offline_access: the sign-in ends when Comptoir stands still for half an hour, and no"
        " guest can pay until somebody signs in. Sign in to Lightspeed again and allow it."
    ),
}
"""By the right; what has no words here is needed by other apps."""


def words_of(connection: Connection) -> list[str]:
    """A sentence for each right that is missing and that pay at table needs, in the active language."""
    missing = grants.missing(connection)
    lacking = ["orders-api"] if grants.lacks_partners(connection) else []
    return [str(WORDS[each]) for each in dict.fromkeys([*lacking, *missing]) if each in WORDS]
