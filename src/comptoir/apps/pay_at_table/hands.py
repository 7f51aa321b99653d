"""Of the hands that bring money to tills one account takes a few: its calls are counted by the second, so more hands
would only wait for one another, and payments of other stores behind them.

Who finds none free is called when one is. That is remembered in the process alone and may be forgotten with it: who was
turned away comes back by himself after a while.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

MOST: Final = 4
"""Of one account at a time, in one process: enough to spend the five calls a second that a vendor allows."""

_lock: Final = threading.Lock()
_busy: Final[defaultdict[UUID, int]] = defaultdict(int)
_turned_away: Final[defaultdict[UUID, dict[UUID, Callable[[], None]]]] = defaultdict(dict)


@contextmanager
def one_of(account: UUID, *, who: UUID, call: Callable[[], None]) -> Iterator[bool]:
    """Whether there is one for this; if not, `call` is called when somebody else of the account has done."""
    with _lock:
        is_free = _busy[account] < MOST
        if is_free:
            _busy[account] += 1
        else:
            _turned_away[account][who] = call
    try:
        yield is_free
    finally:
        following = _give(account) if is_free else None
        if following is not None:
            following()


def _give(account: UUID) -> Callable[[], None] | None:
    """Back; who was turned away first comes next."""
    with _lock:
        _busy[account] -= 1
        if not _busy[account]:
            del _busy[account]
        waiting = _turned_away[account]
        following = waiting.pop(next(iter(waiting))) if waiting else None
        if not waiting:
            del _turned_away[account]
        return following
