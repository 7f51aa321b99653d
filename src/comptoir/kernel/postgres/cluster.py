"""Where an embedded PostgreSQL lives, derived from the data folder alone."""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo

ROLE: Final = "comptoir"
DATABASE: Final = "comptoir"
PORT: Final = 5432
SOCKET: Final = f".s.PGSQL.{PORT}"

# What `sun_path` holds besides its closing NUL.
LONGEST_SOCKET_PATH: Final = 103 if sys.platform == "darwin" else 107

# In other characters the server (a list with commas and quotes) and libpq (several hosts) may read something else.
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9_./+~@:-]+")

# Not tempfile.gettempdir(): that writes to find out, and TMPDIR may differ between the processes that must meet here.
_SHORT_FOLDERS: Final = Path("/tmp")


@dataclass(frozen=True)
class Cluster:
    """An embedded PostgreSQL as the data folder and the account's user id name it; nothing here exists for sure."""

    folder: Path
    uid: int

    @property
    def name(self) -> str:
        """What its processes carry in their titles; unique for each user and data folder on a machine."""
        digest = hashlib.blake2b(os.fsencode(self.folder), digest_size=6).hexdigest()
        return f"comptoir-{self.uid}-{digest}"

    @property
    def socket_folder(self) -> Path:
        """Folder of the Unix socket: in the data folder when the path is short and plain, else a short one in /tmp.

        For root always the latter, since the server's own account must be able to reach it.
        """
        folder = self.folder / "postgres-run"
        path = os.fsencode(folder / SOCKET)
        if self.uid == 0 or len(path) > LONGEST_SOCKET_PATH or not _PLAIN_PATH.fullmatch(str(folder)):
            return _SHORT_FOLDERS / self.name
        return folder

    @property
    def port(self) -> int:
        """The number in the socket's name; state it when connecting, or PGPORT in the environment wins."""
        return PORT

    @property
    def passfile(self) -> Path:
        """The libpq password file, mode 0600."""
        return self.folder / "postgres.pass"

    @property
    def start_lock(self) -> Path:
        """Held exclusively while somebody starts, attaches, leaves or stops."""
        return self.folder / "postgres-start.lock"

    @property
    def attached_lock(self) -> Path:
        """Held in common by every attachment."""
        return self.folder / "postgres-attached.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server and its children, as long as one of them lives."""
        return self.folder / "postgres-server.lock"

    @property
    def start_log(self) -> Path:
        """What the latest start printed before the server opened its own log."""
        return self.folder / "postgres-start.log"

    @property
    def location_file(self) -> Path:
        """Names the data directory when it is not `postgres` in the data folder; absent otherwise."""
        return self.folder / "postgres.location"

    def dsn(self, database: str = DATABASE) -> str:
        """The libpq connection string for one of its databases."""
        return make_conninfo(
            host=str(self.socket_folder), port=PORT, user=ROLE, dbname=database, passfile=str(self.passfile)
        )


def cluster(folder: Path) -> Cluster:
    """The cluster of a data folder. Makes nothing; resolves symbolic links, so that every spelling is one cluster."""
    return Cluster(Path(os.path.realpath(folder)), os.geteuid())
