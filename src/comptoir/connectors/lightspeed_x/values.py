"""How X-Series writes single values: numbers are numbers here, ids are text, instants end with Z (sheet 1 and 5)."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from comptoir.kernel.errors import VendorUnreadable

LARGEST_AMOUNT: Final = Decimal(10) ** 10
LONGEST_ID: Final = 64
LONGEST_CAUSE: Final = 300
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
UNREADABLE: Final = "Lightspeed sent something that Comptoir cannot read, so it was set aside."

_NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")

Shape = TypeVar("Shape")


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


def decode(body: bytes | msgspec.Raw, using: "msgspec.json.Decoder[Shape]", *, at: str = "$") -> Shape:
    """Read a body, or a part of one that stands at `at`. Raises VendorUnreadable with the path of the first fault."""
    try:
        return using.decode(body)
    except msgspec.ValidationError as error:
        raise unreadable(at + _path(str(error))[1:], str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(at, f"{type(error).__name__}: {error}") from error


def unreadable(path: str, cause: str) -> VendorUnreadable:
    """The error for a body that does not match its sheet."""
    return VendorUnreadable(UNREADABLE, path=path, for_log=f"{path}: {cause[:LONGEST_CAUSE]}")


def _path(message: str) -> str:
    found, at, place = message.rpartition(" - at `")
    path = place.rstrip("`") if at else "$"
    missing = _MISSING.match(found if at else message)
    return f"{path}.{missing[1]}" if missing else path


def _value(kind: type, written: Any) -> Any:
    """What msgspec asks of each value whose type it does not know; to a ValueError or TypeError it adds the path."""
    if kind is Amount:
        return Amount(_decimal(written))
    if kind is Ident:
        return Ident(_id(written))
    if kind is Instant:
        return Instant(_instant(written))
    raise NotImplementedError(kind)


def _decimal(written: object) -> Decimal:
    if isinstance(written, bool) or not isinstance(written, str | int | Decimal):
        raise TypeError("Expected a number")
    if isinstance(written, str) and not _NUMBER.fullmatch(written):
        raise ValueError("Not a number")
    value = Decimal(written)
    if value.is_nan() or not abs(value) < LARGEST_AMOUNT:
        raise ValueError("Number out of range")
    return value


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
