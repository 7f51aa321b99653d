"""The vendor's identifiers, derived from what the world knows, so that they are the same in every rendering."""

import base64
import hashlib
from typing import Final
from uuid import NAMESPACE_URL, uuid5

ENTRIES_PER_ACCOUNT: Final = 200
"""Room for the lines, and for the payments, of one account in its device's numbering."""


def account_number(device: str, counter: int) -> str:
    """An account, as in `A40017.231`: the device, and that device's own count from 1."""
    return f"A{device}.{counter}"


def receipt_number(device: str, counter: int) -> str:
    """A printed receipt, as in `R40017.104`."""
    return f"R{device}.{counter}"


def line_number(account: str, index: int) -> str:
    """A sale line, as in `S40017.501`."""
    return _entry("S", account, index)


def payment_number(account: str, index: int) -> str:
    """A payment, as in `T40017.77`."""
    return _entry("T", account, index)


def long_id(*words: str) -> int:
    """A stable integer of up to 15 digits; room is left for `ENTRIES_PER_ACCOUNT` ids after it."""
    digest = hashlib.sha256("/".join(words).encode()).digest()
    return int.from_bytes(digest[:5], "big") * ENTRIES_PER_ACCOUNT + ENTRIES_PER_ACCOUNT


def reference(*words: str) -> str:
    """An opaque reference: base64url of a UUID."""
    return base64.urlsafe_b64encode(uuid5(NAMESPACE_URL, "/".join(words)).bytes).decode()


def counter_of(account: str) -> str:
    """The count within `A40017.231`: 231."""
    return account.partition(".")[2]


def position_of(account: str) -> tuple[str, int]:
    """Where an account stands among those of its place: by device, then by count."""
    device, _, counter = account.partition(".")
    return device, int(counter) if counter.isdecimal() else 0


def _entry(letter: str, account: str, index: int) -> str:
    device, _, counter = account[1:].partition(".")
    return f"{letter}{device}.{int(counter) * ENTRIES_PER_ACCOUNT + index}"
