"""Everything K-Series posts: bytes to canonical records and facts; pure. None of it is signed or has an event id.

Five kinds of bodies come to one address. They are told apart by two fields before any of them is read as a whole:

    notificationType  OPEN, UPDATE, CLOSE   a bill, as the till posts it (real-time notification)
    notificationType  shift.…               a shift
    type              ORDER, PAYMENT        what became of something we sent; without a type: a reference of ours
    type              ITEM                  something is sold out, or back
    type              ORDER_API             whether orders can be sent changed
"""

from typing import Any

from comptoir.connectors.lightspeed_k import guests, mapping, schemas
from comptoir.connectors.lightspeed_k.orderpay import news
from comptoir.connectors.lightspeed_k.staff.shifts import read_shift
from comptoir.connectors.lightspeed_k.values import decode, decoder
from comptoir.pos.connector import Notification, Reading


class Envelope(schemas.Shape, frozen=True):
    """What tells the bodies apart, whatever it is."""

    notification_type: Any = None
    type: Any = None
    third_party_reference: Any = None


ENVELOPE = decoder(Envelope)


def read(notification: Notification) -> Reading:
    """Understand a notification, whatever anybody posted. Raises VendorUnreadable with the path of the fault."""
    envelope = decode(notification.body, ENVELOPE)
    if isinstance(envelope.notification_type, str) and envelope.notification_type.startswith("shift."):
        return read_shift(notification.body)
    if envelope.notification_type is None:
        if envelope.type == "ITEM":
            return news.read_item(notification.body)
        if envelope.type == "ORDER_API":
            return news.read_readiness(notification.body)
        if envelope.type in ("ORDER", "PAYMENT") or envelope.third_party_reference is not None:
            return news.read_task(notification.body)
    return _read_account(notification.body)


def _read_account(body: bytes) -> Reading:
    said = decode(body, schemas.NOTIFICATION)
    observed = mapping.from_notification(said)
    return Reading(
        location_id=observed.sale.location_id,
        observed=(observed,),
        delivery=_delivery(said),
        identified=guests.of_account(said.account, observed.sale.location_id),
    )


def _delivery(said: schemas.Notification) -> str:
    """In people's words: "CLOSE · A40017.231 · retry 2"."""
    parts = [said.notification_type, str(said.account.account_number)]
    if said.retry_counter:
        parts.append(f"retry {said.retry_counter}")
    return " · ".join(parts)
