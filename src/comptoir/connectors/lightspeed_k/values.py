"""How K-Series writes single values: money, ids, instants, counts. Everything strange about its JSON ends here.

Ids come as numbers or strings, money as numbers or strings, instants as text in five spellings or as epoch milliseconds
(`README.md`, "Forms"). A value out of all reason is refused where it stands, so that the fault has a path.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.kernel.vendorjson import LONGEST_ID, NUMBER, VendorJson, decimal

LARGEST_COUNT: Final = 1_000_000
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
EARLIEST_MS, LATEST_MS = (int(each.timestamp()) * 1000 for each in (EARLIEST, LATEST))

_INSTANT: Final = re.compile(
    r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)",
    re.ASCII,
)

Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")]
Shape = TypeVar("Shape")
_JSON: Final = VendorJson("Lightspeed")
decode = _JSON.decode
unreadable = _JSON.unreadable


class Amount(Decimal):
    """Money or a quantity in major units, exact; written as a JSON number or as a string."""


class Code(str):
    """What a merchant chose to call something, written as a JSON string or as a number."""

    __slots__ = ()


class Ident(str):
    """An opaque id of the vendor's making, written as a JSON number or as a string; empty where there is none."""

    __slots__ = ()


class Key(str):
    """An id without which nothing can be said: never empty."""

    __slots__ = ()


class Zone(str):
    """A time zone by its IANA name, one this machine knows: every instant of a store is read in it."""

    __slots__ = ()


class Count(int):
    """A number of things, which may be written `2.0`."""


class Instant:
    """A point in time, UTC, to the millisecond."""

    __slots__ = ("at",)

    def __init__(self, at: datetime) -> None:
        self.at = at


def decoder(shape: type[Shape]) -> "msgspec.json.Decoder[Shape]":
    """A decoder for one shape, which reads the values of this file."""
    return msgspec.json.Decoder(shape, dec_hook=_value, float_hook=_number)


def _number(text: str) -> Decimal:
    """A JSON number with a point or an exponent; one out of all reason becomes a NaN, which no value accepts."""
    return Decimal(text) if NUMBER.fullmatch(text) else Decimal("NaN")


def _value(kind: type, written: Any) -> Any:
    """What msgspec asks of each value whose type it does not know; to a ValueError or TypeError it adds the path."""
    read = READ.get(kind)
    if read is None:
        raise NotImplementedError(kind)
    return read(written)


def _text(written: object) -> str:
    if isinstance(written, bool) or not isinstance(written, str | int):
        raise TypeError("Expected a string or a whole number")
    if isinstance(written, int) and abs(written) >= 2**63:
        raise ValueError("Number out of range")
    return str(written)


def _id(written: object, *, required: bool) -> str:
    text = _text(written)
    if len(text) > LONGEST_ID or not text.isprintable() or (required and not text.strip()):
        raise ValueError("Not an id")
    return text


def _zone(written: object) -> str:
    name = _id(written, required=True)
    try:
        ZoneInfo(name)
    except (ValueError, KeyError, OSError) as error:  # a name out of all bounds, of nothing, or of a folder
        raise ValueError("Not a time zone") from error
    return name


def _count(written: object) -> int:
    value = decimal(written)
    if abs(value) > LARGEST_COUNT:
        raise ValueError("Number out of range")
    return int(value.to_integral_value(ROUND_HALF_UP))


def _instant(written: object) -> datetime:
    if isinstance(written, str) and _INSTANT.fullmatch(written):
        at = datetime.fromisoformat(written).astimezone(UTC)
        at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    elif isinstance(written, int | Decimal) and not isinstance(written, bool):
        at = _from_milliseconds(written)
    else:
        raise TypeError("Expected an instant")
    if not EARLIEST <= at < LATEST:
        raise ValueError("Instant out of range")
    return at


def _from_milliseconds(written: int | Decimal) -> datetime:
    if (isinstance(written, Decimal) and written.is_nan()) or not EARLIEST_MS <= written < LATEST_MS:
        raise ValueError("Instant out of range")
    return utc_from_milliseconds(int(written))


READ: Final[Mapping[type, Callable[[Any], Any]]] = {
    Amount: lambda written: Amount(decimal(written)),
    Code: lambda written: Code(_text(written)),
    Ident: lambda written: Ident(_id(written, required=False)),
    Key: lambda written: Key(_id(written, required=True)),
    Zone: lambda written: Zone(_zone(written)),
    Count: lambda written: Count(_count(written)),
    Instant: lambda written: Instant(_instant(written)),
}
"""How each of these is read: asked for every value of every bill."""
