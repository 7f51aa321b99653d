"""A folder of the installation in which files of counts are dropped; what was read is moved aside, never deleted."""

import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from comptoir.apps.traffic.arrivals.arrived import MOST_AT_ONCE, Arrival, ArrivedFile, FeedFault, is_ours
from comptoir.apps.traffic.counting.lines import MOST_BYTES
from comptoir.apps.traffic.feed_tables import CountFeed, CountFile

QUIET: Final = timedelta(seconds=10)
"""A file that was written to a moment ago may still be growing."""
FOLDERS: Final = {CountFile.TAKEN: "taken", CountFile.AGAIN: "taken", CountFile.PARKED: "parked"}


def folder_of(feed: CountFeed) -> Path:
    """Where its files are dropped: a folder of its own in the data folder, so that chains stay apart."""
    return Path(settings.DATA) / "counts" / feed.public_id


def prepare(feed: CountFeed) -> None:
    """Make the folder, for the service's own user alone. Raises FeedFault."""
    try:
        for each in ("", *FOLDERS.values()):
            (folder_of(feed) / each).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FeedFault(
            _("The folder cannot be used: %(why)s. Let the service write there.") % {"why": error.strerror or error}
        ) from error


def arrivals(feed: CountFeed, *, now: datetime) -> Iterator[Arrival]:
    """Files that are whole, the oldest names first. Raises FeedFault."""
    prepare(feed)
    root = folder_of(feed)
    names = sorted(each for each in os.listdir(root) if is_ours(each))
    for name in names[:MOST_AT_ONCE]:
        content = _content(root / name, now)
        if content is not None:
            yield Arrival((ArrivedFile(name, name, content),), settled=partial(_move, root, name))


def _content(path: Path, now: datetime) -> bytes | None:
    """None for what is no file, or still being written. A link is not followed: it may lead anywhere."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_mtime > (now - QUIET).timestamp():
                return None
            return file.read(MOST_BYTES + 1)
    except OSError:
        return None  # gone, or not ours to read: it is looked at again with the next round


def _move(root: Path, name: str, rows: list[CountFile]) -> None:
    """Out of the way, beside an earlier one of the same name."""
    for row in rows:
        target = root / FOLDERS[row.state] / name
        if target.exists():
            target = target.with_name(f"{row.id}-{name}")
        try:
            (root / name).replace(target)
        except FileNotFoundError:
            return  # somebody else's look moved it
