"""What X-Series posts: a form whose `payload` is a hint to read again, signed over its raw bytes (section 7)."""

import hashlib
import hmac
import re
from typing import Final
from urllib.parse import parse_qs

import msgspec

from comptoir.connectors.lightspeed_x.values import Ident, decode, decoder, unreadable
from comptoir.kernel.seal import Secret
from comptoir.pos.connector import Reading

SIGNATURE_HEADER: Final = "x-signature"
SIGNATURE: Final = re.compile(r"signature=([0-9a-f]{64}),\s?algorithm=HMAC-SHA256", re.ASCII)
MOST_FIELDS: Final = 20


class Payload(msgspec.Struct, frozen=True):
    """What is taken from any entity in its older shape: which one it is, and where, if it says so."""

    id: Ident
    outlet_id: Ident | None = None


PAYLOAD: Final = decoder(Payload)


def is_signed(body: bytes, signature: str, secret: Secret) -> bool:
    """Whether the header is the HMAC-SHA256 of the bytes, in hex, under the OAuth client's secret (assumed, 9)."""
    found = SIGNATURE.fullmatch(signature.strip())
    wanted = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
    return found is not None and hmac.compare_digest(found[1], wanted)


def read(body: bytes) -> Reading:
    """What changed, and where where it says so: nothing of the payload is believed but the id.

    Raises VendorUnreadable.
    """
    try:
        fields = parse_qs(body.decode(), max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise unreadable("$", f"not a form: {type(error).__name__}") from error
    payloads = fields.get("payload", [])
    if len(payloads) != 1:
        raise unreadable("$.payload", "not one payload")
    told = decode(payloads[0].encode(), PAYLOAD, at="$.payload")
    kind = fields.get("type", [""])[0][:40]
    return Reading(
        location_id=str(told.outlet_id or ""), observed=(), delivery=f"{kind} {told.id}".strip(), is_hint=True
    )
