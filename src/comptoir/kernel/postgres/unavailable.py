"""Why the embedded PostgreSQL cannot serve, in one sentence for the owner and with the log for the developer."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from comptoir.kernel.errors import ComptoirError

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN: Final = (errno.EACCES, errno.EPERM, errno.EROFS)


class PostgresUnavailable(ComptoirError):
    """The embedded PostgreSQL does not run and cannot be made to; `for_log` ends with its last log lines."""


# First match wins: a full disk also shows up as "could not create lock file".
_LOG_SENTENCES: Final = (
    (
        r"No space left on device|Disk quota exceeded",
        "The disk that holds {folder} is full, so the database cannot run; make room and start again.",
    ),
    (
        r"Cannot allocate memory|could not map anonymous shared memory",
        "The machine has too little free memory for the database; free some and start again.",
    ),
    (
        r"lock file .* already exists|is another (postmaster|postgres)|pre-existing shared memory block",
        "Another PostgreSQL server uses the data in {folder}; stop it and start again.",
    ),
    (
        r"database files are incompatible with server",
        "The database in {folder} was made by another PostgreSQL version than Comptoir brings along.",
    ),
    (
        r"could not look up effective user ID",
        "PostgreSQL needs to run as a user that the system knows by name; add one, or set DATABASE_URL to a "
        "PostgreSQL of your own, version 15 or newer.",
    ),
    (
        r"contains errors|unrecognized configuration parameter|invalid value for parameter",
        "The database's own postgresql.conf holds a setting that PostgreSQL refuses; correct it and start again.",
    ),
    (
        r"Permission denied|has wrong ownership|has invalid permissions",
        "The database server may not use its own files for {folder}; check who owns them and the folders above.",
    ),
)


def from_log(log: str, *, folder: Path) -> PostgresUnavailable:
    """The error that a failed start's output stands for."""
    for pattern, sentence in _LOG_SENTENCES:
        if re.search(pattern, log):
            return PostgresUnavailable(sentence.format(folder=folder), for_log=log)
    return PostgresUnavailable(
        f"The embedded database did not start; its log, with the reason, lies in {folder}.", for_log=log
    )


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn any OSError inside into PostgresUnavailable with a sentence about `folder`."""
    try:
        yield
    except OSError as error:
        raise PostgresUnavailable(_sentence(error, folder), for_log=repr(error)) from error


def _sentence(error: OSError, folder: Path) -> str:
    if error.errno in _FULL:
        return f"The disk that holds {folder} is full, so the database cannot run; make room and start again."
    if error.errno in _FORBIDDEN:
        return f"Comptoir may not write to {error.filename or folder}; run it as the owner, or set COMPTOIR_DATA."
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"{error.filename} is a file where Comptoir needs a folder; move it away, or set COMPTOIR_DATA."
    return f"The data folder {folder} cannot be used ({error.strerror}); set COMPTOIR_DATA to another folder."
