"""How often one account may be asked: so many calls in any second, live calls before imports."""

import threading
from collections import deque
from enum import Enum
from typing import Final

KEPT_FOR_LIVE: Final = 1
"""Of the calls of a second, so many are never given to an import: somebody may ask at any moment."""
GRACE_SECONDS: Final = 0.1
"""How long an import stays behind after a live call could have gone: the time a sleeping thread needs to wake up."""
SHORTEST_WAIT: Final = 0.001


class Priority(Enum):
    """Who is waiting for the answer: a person, or an import."""

    LIVE = "live"
    IMPORT = "import"


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

    def _wait(self, now: float, priority: Priority) -> float:
        live = priority is Priority.LIVE
        allowed = self._calls if live else self._calls - KEPT_FOR_LIVE
        until_one_is_back = 0.0
        if len(self._taken) >= allowed:
            until_one_is_back = self._taken[len(self._taken) - allowed] + self._seconds - now
        return until_one_is_back if live else max(until_one_is_back, self._live_waits_until - now)


_shared: dict[str, Budget] = {}
_sharing = threading.Lock()


def shared(key: str, *, calls: int) -> Budget:
    """The one budget of this process under a key, such as the id of a connection."""
    with _sharing:
        return _shared.setdefault(key, Budget(calls=calls))
