"""How R-Series writes single values: everything is text, and everything strange about its JSON ends here.

Numbers, ids and booleans come as strings (lightspeed-r-series.md 3.1) and, to be safe, as what they are. A list of one
is an object, a list of none is absent, "" or null (3.3 to 3.5).
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec

from comptoir.kernel.vendorjson import LONGEST_ID, VendorJson, decimal

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
NOTHING: Final = "0"
"""A foreign key that points nowhere (3.6)."""

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)", re.ASCII)

Shape = TypeVar("Shape")
_JSON: Final = VendorJson("Lightspeed")
decode = _JSON.decode
unreadable = _JSON.unreadable


class Amount(Decimal):
    """Money, a rate or a quantity, exact; scientific notation leaked once and is read."""


class Ident(str):
    """The number of a record, as text; "0" where a foreign key points nowhere."""

    __slots__ = ()

    @property
    def known(self) -> str:
        """The id, or nothing."""
        return "" if self == NOTHING else str(self)


class Flag:
    """Yes or no."""

    __slots__ = ("is_set",)

    def __init__(self, is_set: bool) -> None:
        self.is_set = is_set

    def __bool__(self) -> bool:
        return self.is_set


class Instant:
    """A point in time, UTC, to the second."""

    __slots__ = ("at",)

    def __init__(self, at: datetime) -> None:
        self.at = at


class Ending:
    """A point in time that may not have come yet, which is absent or ""."""

    __slots__ = ("at",)

    def __init__(self, at: datetime | None) -> None:
        self.at = at


def decoder(shape: type[Shape]) -> "msgspec.json.Decoder[Shape]":
    """A decoder for one shape, which reads the values of this file."""
    return msgspec.json.Decoder(shape, dec_hook=_value, float_hook=Decimal)


def listed(found: "list[Shape] | Shape | str | None") -> list[Shape]:
    """Children, however many: absent, "" and null are none, an object is one."""
    if isinstance(found, list):
        return found
    return [] if found is None or isinstance(found, str) else [found]


def _value(kind: type, written: Any) -> Any:
    """What msgspec asks of each value whose type it does not know; to a ValueError or TypeError it adds the path."""
    if kind is Amount:
        return Amount(decimal(written))
    if kind is Ident:
        return Ident(_id(written))
    if kind is Flag:
        return Flag(_flag(written))
    if kind is Instant:
        return Instant(_instant(written))
    if kind is Ending:
        return Ending(None if written == "" else _instant(written))
    raise NotImplementedError(kind)


def _id(written: object) -> str:
    if isinstance(written, bool) or not isinstance(written, str | int):
        raise TypeError("Expected an id")
    text = str(written)
    if len(text) > LONGEST_ID or not text.isprintable():
        raise ValueError("Not an id")
    return text or NOTHING


def _flag(written: object) -> bool:
    if isinstance(written, bool):
        return written
    if written in ("true", "false"):
        return written == "true"
    raise ValueError("Expected true or false")


def _instant(written: object) -> datetime:
    if not isinstance(written, str) or not _INSTANT.fullmatch(written):
        raise ValueError("Expected an instant")
    at = datetime.fromisoformat(written).astimezone(UTC)
    if not EARLIEST <= at < LATEST:
        raise ValueError("Instant out of range")
    return at
