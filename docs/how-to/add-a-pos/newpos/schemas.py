"""The vendor's JSON in the vendor's words: only what is read; what has no default must be there."""

from decimal import Decimal
from typing import Final

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place of sale."""

    id: str
    name: str
    currency: str
    zone: str


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill; `closed_at` is RFC 3339."""

    id: str
    place_id: str
    opened_at: str
    closed_at: str
    total: Decimal


class Bills(msgspec.Struct, frozen=True, kw_only=True):
    """A page of bills, and the cursor to the next."""

    bills: list[Bill]
    next: str = ""


PLACES: Final = msgspec.json.Decoder(list[Place])
BILLS: Final = msgspec.json.Decoder(Bills, float_hook=Decimal)
