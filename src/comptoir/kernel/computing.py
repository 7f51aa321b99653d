"""How many threads of a process compute at a time: who waits for somebody outside lets another one compute meanwhile.

All threads of a process share one interpreter, and it asks none of them who is waited for. A worker has many threads,
since most of what they do is to wait, and a few places: a job computes in one, the urgent before the others, and is
`outside` while a vendor answers, while its account's turn comes, while another job reads what it wants. Elsewhere than
in a job there is nothing to give back, and all this does nothing (docs/decisions/0016).

That no two wait for each other: whoever waits for a place holds no lock that somebody in a place waits for. Vendors are
asked outside any transaction (`access.open_vendor`), so no row is locked; a token is renewed under its row's lock
wholly outside; the one lock that lasts while a vendor is asked is itself waited for outside (`checks.read`). What this
overlooks costs a moment and no more: after `LONGEST_SECONDS` one goes on without a place.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_SECONDS: Final = 2.0
RANKS: Final = range(4)
"""Who comes back goes before who begins: it has been waited for, and may hold what others want. What is urgent goes
before what is not."""


class Places:
    """So many threads at a time; the others in the order of their ranks, then in the order in which they came."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._lock = threading.Lock()
        self._waiting: tuple[deque[threading.Lock], ...] = tuple(deque() for _ in RANKS)

    def take(self, rank: int) -> bool:
        """Wait for a place; False after `LONGEST_SECONDS` without one."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting[rank].append(turn)
        if turn.acquire(timeout=LONGEST_SECONDS):
            return True
        with self._lock:
            if turn in self._waiting[rank]:
                self._waiting[rank].remove(turn)
                return False
        return True  # it came at the last moment

    def give(self) -> None:
        """To whoever waits, or back."""
        with self._lock:
            first = next(filter(None, self._waiting), None)
            if first:
                first.popleft().release()
            else:
                self._free += 1


class _Own(threading.local):
    """Of each thread: whether it is within a job that computes, whether a place is its, and how urgent the job is."""

    within = False
    placed = False
    rank = 0


_own = _Own()
_places: Places | None = None


def limit(number: int) -> None:
    """From now on so many jobs of this process compute at a time."""
    global _places
    _places = Places(number)


@contextmanager
def inside(*, urgent: bool = False) -> Iterator[None]:
    """Compute, as one of those who may. Within another one it is the same place."""
    places = _places
    if places is None or _own.within:
        yield
        return
    _own.rank = 0 if urgent else 2
    _own.within, _own.placed = True, places.take(_own.rank + 1)
    try:
        yield
    finally:
        if _own.placed:
            places.give()
        _own.within = _own.placed = False


@contextmanager
def outside() -> Iterator[None]:
    """Wait for somebody, while another computes. Within another one, and in no job, it does nothing."""
    places = _places
    if places is None or not _own.within:
        yield
        return
    _own.within = False
    if _own.placed:
        places.give()
    try:
        yield
    finally:
        _own.within, _own.placed = True, places.take(_own.rank)
