"""How fast an import may read: as fast as the vendor's window of five minutes allows, with room left (section 4)."""

from collections.abc import Mapping
from typing import Final

LEFT_FOR_LIVE: Final = 0.3
"""This share of a window is never spent by imports: somebody may ask at any moment."""
WINDOW_SECONDS: Final = 300.0


def import_pause(headers: Mapping[str, str]) -> float:
    """Seconds that imports wait before they ask again; 0 while plenty is left, or where the answer does not say.

    Nobody says when the window ends, so the wait grows with what was taken of the rest: a whole window at its end.
    """
    limit, remaining = headers.get("x-ratelimit-limit", ""), headers.get("x-ratelimit-remaining", "")
    if not (limit.isascii() and limit.isdecimal() and remaining.isascii() and remaining.isdecimal()):
        return 0.0
    rest = int(limit[:9]) * LEFT_FOR_LIVE
    if rest <= 0:
        return 0.0
    return max(0.0, WINDOW_SECONDS * (1 - int(remaining[:9]) / rest))
