"""How often one account may be asked: so many calls in any second, live calls before imports.

`Budget` counts within one process; `core.connections.turns` counts for all processes by the same rules.
"""

import threading
from collections import deque
from enum import Enum
from typing import Final, Protocol

KEPT_FOR_LIVE: Final = 1
"""Of the calls of a second, so many are never given to an import: somebody may ask at any moment."""
GRACE_SECONDS: Final = 0.1
"""How long an import stays behind after a live call could have gone: the time a sleeping thread needs to wake up."""
SHORTEST_WAIT: Final = 0.001
PAUSE_UNTOLD: Final = 1.0
"""How long nobody asks a vendor that says "too often" without saying for how long."""


class Priority(Enum):
    """Who is waiting for the answer: a person, or an import."""

    LIVE = "live"
    IMPORT = "import"


class Turns(Protocol):
    """What a caller of a vendor asks before each call."""

    def take(self, *, now: float, priority: Priority = Priority.LIVE) -> float:
        """0 when the call may go now, and is counted; else how many seconds to wait before asking again.

        `now` is in seconds, on a clock that never goes back.
        """

    def slow_down(self, *, now: float, seconds: float | None) -> None:
        """The vendor says that it is asked too often: nobody asks for so long (None: it did not say)."""

    def hold_imports(self, *, now: float, seconds: float) -> None:
        """The vendor says how much is left: imports leave it to live calls for so long."""


class Budget:
    """A bucket of calls, each of which comes back when its time is over: in no such time are there ever more.

    It reads no clock and does not sleep; `now` is in seconds on any clock that never goes back. Safe in any thread.
    """

    def __init__(self, *, calls: int, seconds: float = 1.0) -> None:
        if calls <= KEPT_FOR_LIVE:
            raise ValueError("a budget needs a call for imports too")
        self._calls = calls
        self._seconds = seconds
        self._taken: deque[float] = deque()
        self._live_waits_until = float("-inf")
        self._paused_until = float("-inf")
        self._lock = threading.Lock()

    def take(self, *, now: float, priority: Priority = Priority.LIVE) -> float:
        """0 when the call may go now, and is counted; else how many seconds to wait before asking again."""
        with self._lock:
            while self._taken and now - self._taken[0] >= self._seconds:
                self._taken.popleft()
            wait = self._wait(now, priority)
            if wait <= 0:
                self._taken.append(now)
                return 0.0
            wait = max(wait, SHORTEST_WAIT)
            if priority is Priority.LIVE:
                self._live_waits_until = max(self._live_waits_until, now + wait + GRACE_SECONDS)
            return wait

    def slow_down(self, *, now: float, seconds: float | None) -> None:
        """Nobody asks for so long."""
        with self._lock:
            self._paused_until = max(self._paused_until, now + (PAUSE_UNTOLD if seconds is None else seconds))

    def hold_imports(self, *, now: float, seconds: float) -> None:
        """No import asks for so long; whoever waits in front of a page does."""
        with self._lock:
            self._live_waits_until = max(self._live_waits_until, now + seconds)

    def _wait(self, now: float, priority: Priority) -> float:
        live = priority is Priority.LIVE
        allowed = self._calls if live else self._calls - KEPT_FOR_LIVE
        until_one_is_back = 0.0
        if len(self._taken) >= allowed:
            until_one_is_back = self._taken[len(self._taken) - allowed] + self._seconds - now
        until_one_is_back = max(until_one_is_back, self._paused_until - now)
        return until_one_is_back if live else max(until_one_is_back, self._live_waits_until - now)
