"""The server's log: one file for each weekday in its data directory, emptied a week later."""

import time
from pathlib import Path
from typing import Final

from comptoir.kernel.postgres import datadirectory
from comptoir.kernel.postgres.cluster import Cluster

SETTINGS: Final = {
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
}

_DAYS_KEPT: Final = 6
_TAIL_BYTES: Final = 4000


def expire(data: Path) -> None:
    """Delete old weekday logs: a server that is never up at midnight would append to them for ever."""
    oldest = time.time() - _DAYS_KEPT * 86_400
    for log in (data / "log").glob("postgresql-*.log"):
        if log.stat().st_mtime < oldest:
            log.unlink()


def tail(cluster: Cluster) -> str:
    """The last lines of what the server printed at its start and of its newest log."""
    logs = sorted((datadirectory.path(cluster) / "log").glob("*.log"), key=lambda log: log.stat().st_mtime)
    tails = []
    for log in (cluster.start_log, *logs[-1:]):
        if log.is_file():
            tails.append(log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace"))
    return "\n".join(tails)
