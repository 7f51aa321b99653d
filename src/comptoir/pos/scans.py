"""A guest's pass scanned at a till: what the till asks, and what it is told (loyalty.md 2.6). Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

REFERENCE: Final = "comptoir-pass"
"""The prefix under which a bill carries the pass that was scanned for it."""


@dataclass(frozen=True)
class Scan:
    """What was read, where. `location_id` and `register_id` are the vendor's."""

    code: str
    location_id: str
    register_id: str


@dataclass(frozen=True)
class Scanned:
    """Whose pass it is: words for the till's screen, and products that go onto the bill for nothing, by SKU.

    `reference` comes back with the bill when it is closed.
    """

    reference: str
    message: str
    first_name: str = ""
    products: tuple[str, ...] = ()


@runtime_checkable
class AnswersScans(Protocol):
    """A connector whose tills ask when a pass is scanned."""

    def read_scan(self, query: Mapping[str, str]) -> Scan:
        """What the till asks. Raises VendorUnreadable."""

    def answer_scan(self, found: Scanned | None) -> bytes:
        """What it is told, as JSON; an empty object where the pass is nobody's: a till is never shown an error."""
