"""Holding on to the embedded PostgreSQL: come in, keep it alive, the last one out stops it."""

import logging
import os
import shutil
import threading
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from comptoir.kernel.postgres import datadirectory, locks, server
from comptoir.kernel.postgres.account import server_account
from comptoir.kernel.postgres.cluster import Cluster
from comptoir.kernel.postgres.locks import Lock
from comptoir.kernel.postgres.unavailable import PostgresUnavailable, told
from comptoir.kernel.postgres.waiting import WaitCancelled

PROBE_SECONDS: Final = 1.0
LONGEST_PROBE_SECONDS: Final = 30.0

_logger = logging.getLogger(__name__)

# Somebody else's start may use all of its own time first.
_LOCK_SECONDS: Final = server.START_SECONDS + 60


class Attachment:
    """A hold on a running server; close it, or leave its `with` block, to let go."""

    def __init__(self, cluster: Cluster, hold: Lock, *, durable: bool) -> None:
        self.cluster = cluster
        self._hold = hold
        self._durable = durable
        self._process = os.getpid()
        self._closing = threading.Event()
        self._watch: threading.Thread | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def supervise(self) -> None:
        """Prove every second that the server answers, and restart it when it died, in a thread of its own."""
        if self._watch is None:
            self._watch = threading.Thread(target=self._supervise, name="postgres-supervisor", daemon=True)
            self._watch.start()

    def close(self) -> None:
        """Let go, and stop the server if nobody else holds on to it. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if os.getpid() != self._process:
            # In a forked child: the parent's hold is the same open file, and stays.
            self._hold.close()
            return
        self._closing.set()
        if self._watch is not None:
            self._watch.join()
        try:
            _leave(self.cluster, self._hold)
        except (OSError, PostgresUnavailable):
            _logger.exception("could not leave the embedded database in %s in order", self.cluster.folder)

    def _supervise(self) -> None:
        pause, latest = PROBE_SECONDS, ""
        while not self._closing.wait(pause):
            if server.answers(self.cluster):
                pause, latest = PROBE_SECONDS, ""
                continue
            try:
                self._revive()
            except WaitCancelled:
                return
            except PostgresUnavailable as error:
                if error.for_owner != latest:
                    _logger.error("%s (%s)", error.for_owner, error.for_log)
                pause, latest = min(pause * 2, LONGEST_PROBE_SECONDS), error.for_owner
            except Exception:
                # A bug of ours must not end the supervision.
                _logger.exception("could not revive the embedded database in %s", self.cluster.folder)
                pause = LONGEST_PROBE_SECONDS

    def _revive(self) -> None:
        """Start the server again unless another attachment was faster. Raises PostgresUnavailable, WaitCancelled."""
        cluster = self.cluster
        if not self._hold.is_current():
            raise PostgresUnavailable(
                f"The data folder {cluster.folder} was deleted while Comptoir was running; stop it and start it again."
            )
        with told(cluster.folder), locks.exclusive(cluster.start_lock, seconds=_LOCK_SECONDS, cancelled=self._closing):
            if not server.answers(cluster):
                _logger.warning("the embedded database in %s does not answer", cluster.folder)
                account = server_account()
                server.ensure(cluster, account, durable=self._durable, create=False, cancelled=self._closing)
                _logger.warning("the embedded database in %s answers again", cluster.folder)


def attach(cluster: Cluster, *, durable: bool = True) -> Attachment:
    """Find the cluster's server running, or make and start it; wait for it as long as crash recovery takes.

    `durable=False` starts it without fsync, for tests. Raises PostgresUnavailable.
    """
    with told(cluster.folder):
        account = server_account()
        _make_folder(cluster.folder)
        datadirectory.check_owner(cluster, account)
        with locks.exclusive(cluster.start_lock, seconds=_LOCK_SECONDS):
            hold = Lock(cluster.attached_lock)
            hold.share()
            try:
                server.ensure(cluster, account, durable=durable, create=True)
            except PostgresUnavailable:
                # A server that still repairs itself goes on: the next one to attach finds it further.
                hold.close()
                raise
            except BaseException:
                # Interrupted: nobody will ever close an attachment that was not handed out.
                if hold.try_exclusive():
                    server.stop(cluster)
                hold.close()
                raise
    return Attachment(cluster, hold, durable=durable)


def discard(cluster: Cluster) -> None:
    """Stop the server and delete its data and all other files of it, wherever they are; the data folder stays.

    Raises PostgresUnavailable when somebody is attached.
    """
    if not cluster.start_lock.exists():
        return
    with told(cluster.folder), locks.exclusive(cluster.start_lock, seconds=_LOCK_SECONDS):
        hold = Lock(cluster.attached_lock)
        try:
            if not hold.try_exclusive():
                raise PostgresUnavailable("The database is in use; stop all of Comptoir before deleting its data.")
            server.stop(cluster)
            _delete(cluster)
        finally:
            hold.close()


def _leave(cluster: Cluster, hold: Lock) -> None:
    """Give up a hold; whoever was the only one stops the server. Raises PostgresUnavailable, OSError."""
    try:
        if not hold.is_current():
            # The data folder was deleted, and may have been made anew: a new server is none of our business.
            if hold.try_exclusive() and not cluster.attached_lock.exists():
                server.end_remains(cluster)
            return
        with locks.exclusive(cluster.start_lock, seconds=_LOCK_SECONDS):
            if hold.try_exclusive():
                server.stop(cluster)
    finally:
        hold.close()


def _make_folder(folder: Path) -> None:
    """Make the data folder unless it is there: closed to others, but for root, whose server must get through."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)


def _delete(cluster: Cluster) -> None:
    data = datadirectory.path(cluster)
    for folder in (data if data.parent == cluster.folder else data.parent, cluster.socket_folder):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (cluster.passfile, cluster.location_file, cluster.start_log):
        file.unlink(missing_ok=True)
    for lock in (cluster.server_lock, cluster.attached_lock, cluster.start_lock):
        lock.unlink(missing_ok=True)
