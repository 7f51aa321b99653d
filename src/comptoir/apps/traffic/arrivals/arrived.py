"""What a place has for us, and why it has nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from comptoir.apps.traffic.feed_tables import CountFile
from comptoir.kernel.errors import ComptoirError

ENDINGS: Final = (".csv", ".txt", ".xls", ".xlsx")
"""Of files of counts; others in the same place are not ours."""
MOST_AT_ONCE: Final = 50
"""Files of one look: what is left comes with the next."""
SECONDS: Final = 15
"""How long a server may take to answer."""


class FeedFault(ComptoirError):
    """The place cannot be looked at; `for_owner` says what to do. It is looked at again with the next round."""


@dataclass(frozen=True)
class ArrivedFile:
    """A file; `origin` is what its place calls it, another for another content."""

    origin: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Arrival:
    """Files that are kept together, or not at all; then, and only then, they are `settled` in their place.

    `refused` says why nothing of it may be taken, "" where it may.
    """

    files: tuple[ArrivedFile, ...]
    refused: str = ""
    settled: Callable[[list[CountFile]], None] = field(default=lambda _rows: None)


@dataclass(frozen=True)
class DeviceHour:
    """What a device counted in the hour that began at `start` by its own clock, which names no offset."""

    start: datetime
    went_in: int
    went_out: int


@dataclass(frozen=True)
class Device:
    """A device that can be asked: `ask(method, path, body)` has its answer. Raises FeedFault."""

    ask: Callable[[str, str, bytes], bytes]


def is_ours(name: str) -> bool:
    """Whether a file is one of counts, and whole: whoever writes under a passing name is waited for."""
    return name.lower().endswith(ENDINGS) and not name.startswith((".", "~"))
