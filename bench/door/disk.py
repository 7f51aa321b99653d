"""The disk's own limit: one page written and made durable, again and again, as PostgreSQL's log does it."""

import os
import time
from pathlib import Path
from typing import Final

PAGE: Final = 8192
FILE_BYTES: Final = 16 * 1024 * 1024


def syncs(folder: Path, *, seconds: float) -> float:
    """Writes with fdatasync a second, in a file that has its full size already, like a log segment."""
    path = folder / "fsync.probe"
    page = os.urandom(PAGE)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, bytes(FILE_BYTES))
        os.fsync(descriptor)
        sync = getattr(os, "fdatasync", os.fsync)
        count, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds:
            os.pwrite(descriptor, page, count * PAGE % FILE_BYTES)
            sync(descriptor)
            count += 1
        return count / elapsed
    finally:
        os.close(descriptor)
        path.unlink()
