"""Advisory locks between processes: `flock`, which the kernel lets go when the last holder dies."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comptoir.kernel.postgres.unavailable import PostgresUnavailable
from comptoir.kernel.postgres.waiting import until


class Lock:
    """An open lock file. The lock belongs to the opening: a second `Lock` on the same path is another holder."""

    def __init__(self, path: Path) -> None:
        """Open the file, making it with mode 0600. Raises OSError."""
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def descriptor(self) -> int:
        """The file descriptor; a child that inherits it holds the lock as well."""
        return self._descriptor

    def try_exclusive(self) -> bool:
        """Become the only holder; False (and then no holder at all) when there is another one."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Become one of several holders; waits for an exclusive one to let go."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_current(self) -> bool:
        """Whether the path still leads to this very file: false once the data folder was deleted or made anew."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Let go, unless a child inherited the descriptor."""
        os.close(self._descriptor)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock at `path`. Raises OSError."""
    lock = Lock(path)
    try:
        return not lock.try_exclusive()
    finally:
        lock.close()


@contextmanager
def exclusive(path: Path, *, seconds: float, cancelled: threading.Event | None = None) -> Iterator[None]:
    """Be the only holder inside. Raises PostgresUnavailable after `seconds`, WaitCancelled, OSError."""
    held: list[Lock] = []

    def taken() -> bool:
        lock = Lock(path)
        # A lock on a file that was deleted meanwhile keeps nobody out.
        if lock.try_exclusive() and lock.is_current():
            held.append(lock)
            return True
        lock.close()
        return False

    if not until(taken, seconds=seconds, cancelled=cancelled):
        raise PostgresUnavailable(
            "Another Comptoir process has been starting or stopping the database for too long; stop it and try again.",
            for_log=f"{path} is still held",
        )
    try:
        yield
    finally:
        held[0].close()
