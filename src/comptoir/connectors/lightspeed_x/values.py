"""How X-Series writes single values: numbers are numbers here, ids are text, instants end with Z (sheet 1 and 5)."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from comptoir.kernel.vendorjson import LONGEST_ID, VendorJson, decimal

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
LONGEST_NAME: Final = 120

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)

Shape = TypeVar("Shape")
_JSON: Final = VendorJson("Lightspeed")
decode = _JSON.decode
unreadable = _JSON.unreadable


class Amount(Decimal):
    """Money or a quantity, exact; text is read too, as `payments_summary` has it."""


class Ident(str):
    """The id of a record: printable, and no longer than is kept."""

    __slots__ = ()


class Instant:
    """A point in time, UTC."""

    __slots__ = ("at",)

    def __init__(self, at: datetime) -> None:
        self.at = at


def decoder(shape: type[Shape]) -> "msgspec.json.Decoder[Shape]":
    """A decoder for one shape, which reads the values of this file."""
    return msgspec.json.Decoder(shape, dec_hook=_value, float_hook=Decimal)


def _value(kind: type, written: Any) -> Any:
    """What msgspec asks of each value whose type it does not know; to a ValueError or TypeError it adds the path."""
    if kind is Amount:
        return Amount(decimal(written))
    if kind is Ident:
        return Ident(_id(written))
    if kind is Instant:
        return Instant(_instant(written))
    raise NotImplementedError(kind)


def _id(written: object) -> str:
    if not isinstance(written, str):
        raise TypeError("Expected an id")
    if not written or len(written) > LONGEST_ID or not written.isprintable():
        raise ValueError("Not an id")
    return written


def _instant(written: object) -> datetime:
    if not isinstance(written, str) or not _INSTANT.fullmatch(written):
        raise ValueError("Expected an instant")
    at = datetime.fromisoformat(written).astimezone(UTC)
    if not EARLIEST <= at < LATEST:
        raise ValueError("Instant out of range")
    return at


def text(value: str | None) -> str:
    """Text for people: without NUL, which no database keeps, and no longer than a name can be."""
    return (value or "").replace("\x00", "").strip()[:LONGEST_NAME]
