"""A vendor's JSON, read with the path of the first fault; and numbers in it, exact whatever they are written as."""

import re
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from comptoir.kernel.errors import VendorUnreadable

LARGEST_AMOUNT: Final = Decimal(10) ** 10
LONGEST_ID: Final = 64
LONGEST_CAUSE: Final = 300
NUMBER: Final = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")

Shape = TypeVar("Shape")


class VendorJson:
    """Reads one vendor's bodies; `vendor` is its name as owners know it."""

    def __init__(self, vendor: str) -> None:
        self._sentence = f"{vendor} sent something that Comptoir cannot read, so it was set aside."

    def decode(self, body: bytes | msgspec.Raw, using: "msgspec.json.Decoder[Shape]", *, at: str = "$") -> Shape:
        """Read a body, or a part of one that stands at `at`.

        Raises VendorUnreadable with the path of the first fault, `at` itself when it is no JSON at all.
        """
        try:
            return using.decode(body)
        except msgspec.ValidationError as error:
            raise self.unreadable(at + _path(str(error))[1:], str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.unreadable(at, f"{type(error).__name__}: {error}") from error

    def unreadable(self, path: str, cause: str) -> VendorUnreadable:
        """The error for a body that does not match its sheet."""
        return VendorUnreadable(self._sentence, path=path, for_log=f"{path}: {cause[:LONGEST_CAUSE]}")


def decimal(written: object) -> Decimal:
    """Money or a quantity, written as a number or as text. Raises TypeError, ValueError: msgspec adds the path."""
    if isinstance(written, bool) or not isinstance(written, str | int | Decimal):
        raise TypeError("Expected a number")
    if isinstance(written, str) and not NUMBER.fullmatch(written):
        raise ValueError("Not a number")
    value = Decimal(written)
    if value.is_nan() or not -LARGEST_AMOUNT < value < LARGEST_AMOUNT:
        raise ValueError("Number out of range")
    return value


def _path(message: str) -> str:
    """The path in msgspec's words, the missing field included."""
    found, at, place = message.rpartition(" - at `")
    path = place.rstrip("`") if at else "$"
    missing = _MISSING.match(found if at else message)
    return f"{path}.{missing[1]}" if missing else path
