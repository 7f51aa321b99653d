"""Waiting for something that another process does."""

import threading
import time
from collections.abc import Callable
from typing import Final

_SHORTEST_PAUSE_SECONDS: Final = 0.002
_LONGEST_PAUSE_SECONDS: Final = 0.5


class WaitCancelled(Exception):
    """The one who waits is asked to stop waiting."""


def until(condition: Callable[[], bool], *, seconds: float, cancelled: threading.Event | None = None) -> bool:
    """Poll `condition` until it holds (True) or `seconds` have passed (False). Raises WaitCancelled."""
    began_at = time.monotonic()
    while not condition():
        waited = time.monotonic() - began_at
        if waited >= seconds:
            return False
        # In step with what was waited already: an answer is at most an eighth late, and costs few questions.
        pause = min(max(waited / 8, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
        if cancelled is None:
            time.sleep(pause)
        elif cancelled.wait(pause):
            raise WaitCancelled
    return True
