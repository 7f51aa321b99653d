"""A foreign QR read at a K-Series till (lightspeed-k-series.md 13.1: a draft of 2021, so names are as it has them)."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from comptoir.kernel.errors import VendorUnreadable
from comptoir.pos.scans import REFERENCE, Scan, Scanned

LONGEST: Final = 200
NOTHING: Final = b"{}"


def read(query: Mapping[str, str]) -> Scan:
    """The parameters of the till's question. Raises VendorUnreadable without a code or a location."""
    code, location = query.get("code", "")[:LONGEST], query.get("businessLocationId", "")[:LONGEST]
    if not code or not location:
        raise VendorUnreadable("A scan names its code and its location.", path="$.code")
    return Scan(code=code, location_id=location, register_id=query.get("tillId", "")[:LONGEST])


def answer(found: Scanned | None) -> bytes:
    """Our reference, the words for the screen, the guest, and products of rewards: each on a line of its own."""
    if found is None:
        return NOTHING
    told: dict[str, Any] = {
        "externalReference": {"prefix": REFERENCE, "reference": found.reference},
        "displayMessage": found.message,
        "consumer": {"firstName": found.first_name, "thirdPartyConsumerReference": found.reference},
    }
    if found.products:
        rewards = [{"sku": sku, "price": 0, "modifyItemIfFound": False} for sku in found.products]
        told["rewardBasket"] = {"productRewardList": rewards}
    return msgspec.json.encode(told)
