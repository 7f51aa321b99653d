"""The server's life: start it, wait for it, stop it. Call everything here but `answers` with the start lock held."""

import logging
import os
import signal
import socket
import stat
import struct
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
from psycopg import pq, sql

from comptoir.kernel.postgres import datadirectory, locks, processes, serverlog, wheel
from comptoir.kernel.postgres.account import Account
from comptoir.kernel.postgres.cluster import DATABASE, SOCKET, Cluster
from comptoir.kernel.postgres.locks import Lock
from comptoir.kernel.postgres.unavailable import PostgresUnavailable, from_log
from comptoir.kernel.postgres.waiting import until

# Crash recovery replays up to a gigabyte of log, on whatever disk there is.
START_SECONDS: Final = 600.0

_logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 5.0
# What the server answers before it asks who is there: length and code of the protocol's SSLRequest.
_SSL_REQUEST: Final = struct.pack("!ii", 8, 80877103)

# Fast, immediate, none: the later ones cost a crash recovery at the next start, and nothing else.
_STOP_SIGNALS: Final = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))

# On the command line, where no postgresql.conf can change what Comptoir relies upon.
_FIXED_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    **serverlog.SETTINGS,
}
_FORGETFUL_SETTINGS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def answers(cluster: Cluster) -> bool:
    """Whether the server proves to be alive by answering a connection, be it one that is still starting.

    Asked by hand, once a second in every process: libpq's own ping lets no other thread run until the server has made a
    process for it, and at the webhook doors everybody waited for that.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_LOOK_SECONDS)
        try:
            probe.connect(str(cluster.socket_folder / SOCKET))
            probe.sendall(_SSL_REQUEST)
            return bool(probe.recv(1))
        except OSError:
            return False


def ensure(
    cluster: Cluster, account: Account, *, durable: bool, create: bool, cancelled: threading.Event | None = None
) -> None:
    """Return once the server accepts connections and has its database; start it when it does not run.

    Without `create`, data that has vanished is an error. Raises PostgresUnavailable, WaitCancelled, OSError.
    """
    if not datadirectory.exists(cluster):
        if not create:
            raise PostgresUnavailable(
                f"The data in {cluster.folder} was deleted while Comptoir was running; stop it and start it again."
            )
        # Nobody may attach to a server that lives on after its data directory was deleted.
        _end_server_without_data(cluster)
    deadline = time.monotonic() + START_SECONDS
    started = False
    running = False
    while not running:
        lock = Lock(cluster.server_lock)
        try:
            if lock.try_exclusive():
                if started:
                    raise _failed_start(cluster)
                _start(cluster, account, lock, durable=durable)
                started = True
        finally:
            lock.close()
        running = _await(cluster, deadline=deadline, cancelled=cancelled)
    _ensure_database(cluster)


def stop(cluster: Cluster) -> None:
    """Stop the server in order, by force when that takes too long. Returns when it is gone. Raises OSError."""

    def gone() -> bool:
        return not locks.is_held(cluster.server_lock)

    for number, seconds in _STOP_SIGNALS:
        if gone():
            return
        if until(partial(_signal, cluster, number), seconds=1) and until(gone, seconds=seconds):
            return
    _logger.error("the embedded database in %s did not stop", cluster.folder)


def end_remains(cluster: Cluster) -> None:
    """End server processes whose data folder was deleted: nothing is left that they could save."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for process in processes.serving(cluster.name):
            processes.send(process, number)
        if until(lambda: not processes.serving(cluster.name), seconds=_LOOK_SECONDS):
            return


def _ping(cluster: Cluster) -> int:
    return pq.PGconn.ping(f"{cluster.dsn('postgres')} connect_timeout=5".encode())


def _end_server_without_data(cluster: Cluster) -> None:
    end_remains(cluster)
    if not until(lambda: not locks.is_held(cluster.server_lock), seconds=_LOOK_SECONDS):
        raise PostgresUnavailable(
            f"A database server still runs although its data in {cluster.folder} was deleted; stop it and try again.",
            for_log=f"{cluster.server_lock} is held, no process is named {cluster.name}",
        )


def _start(cluster: Cluster, account: Account, lock: Lock, *, durable: bool) -> None:
    """Launch the server, which inherits `lock`. Nobody of this data folder's former server lives any more."""
    end_remains(cluster)
    if _ping(cluster) != pq.Ping.NO_RESPONSE:
        raise PostgresUnavailable(
            f"Another database server listens in {cluster.socket_folder}; stop it and start again."
        )
    programs = wheel.programs(account)
    data = datadirectory.prepare(cluster, account, programs, durable=durable)
    _prepare_socket_folder(cluster, account)
    _clear_stale_files(cluster, data)
    serverlog.expire(data)
    settings = {
        **_FIXED_SETTINGS,
        "port": str(cluster.port),
        "unix_socket_directories": str(cluster.socket_folder),
        "cluster_name": cluster.name,
        **({} if durable else _FORGETFUL_SETTINGS),
    }
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with cluster.start_log.open("wb") as log:
        account.launch([programs / "postgres", "-D", data, *arguments], log=log, inherited=lock.descriptor)


def _failed_start(cluster: Cluster) -> PostgresUnavailable:
    """Why nobody holds the server's lock although it was just started."""
    # Long enough to see a program that runs, and not to take one for it that is about to end.
    until(lambda: answers(cluster) or not processes.is_launched(cluster.name), seconds=_LOOK_SECONDS)
    if processes.serving(cluster.name):
        end_remains(cluster)
        return PostgresUnavailable(
            f"The file system of {cluster.folder} does not keep locks; set COMPTOIR_DATA to a folder on a local disk."
        )
    return from_log(serverlog.tail(cluster), folder=cluster.folder)


def _prepare_socket_folder(cluster: Cluster, account: Account) -> None:
    """Make the socket's folder; one that is there must be the server's own and closed to others."""
    folder = cluster.socket_folder
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        # Root's own is one of ours that was not handed over yet: /tmp is sticky, nobody else can have put it there.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()) or found.st_mode & 0o077:
            raise PostgresUnavailable(
                f"The folder {folder} is needed for the database's socket, but it belongs to someone else or is open "
                "to other users; delete it and start again.",
                for_log=f"{stat.filemode(found.st_mode)} of user {found.st_uid}, expected drwx------ of {account.uid}",
            ) from None
    account.own(folder)


def _clear_stale_files(cluster: Cluster, data: Path) -> None:
    """Remove what a killed server has left behind and what would keep the next one from starting.

    PostgreSQL takes any living process that inherited a dead server's id (after a reboot, in a container) for
    that server, and then refuses.
    """
    pid_file = data / "postmaster.pid"
    pid = _postmaster_pid(data)
    owner = processes.find(pid) if pid else None
    if owner and owner.is_postgres() and processes.works_in(owner, data):
        raise PostgresUnavailable(
            f"Another PostgreSQL server (process {owner.pid}) uses the data in {cluster.folder}; stop it and start "
            "again.",
            for_log=owner.command,
        )
    # Left in place when the process is dead: the file also leads PostgreSQL to shared memory still in use.
    if owner:
        pid_file.unlink()
    for name in (SOCKET, f"{SOCKET}.lock"):
        (cluster.socket_folder / name).unlink(missing_ok=True)


def _await(cluster: Cluster, *, deadline: float, cancelled: threading.Event | None) -> bool:
    """Wait until the server accepts connections (True) or no process of it lives any more (False)."""

    def settled() -> bool:
        return _ping(cluster) == pq.Ping.OK or not locks.is_held(cluster.server_lock)

    while not until(settled, seconds=_LOOK_SECONDS, cancelled=cancelled):
        if time.monotonic() > deadline:
            raise PostgresUnavailable(
                "The embedded database is still repairing itself after a crash; wait a while and start again.",
                for_log=serverlog.tail(cluster),
            )
        _unblock(cluster)
    return locks.is_held(cluster.server_lock)


def _unblock(cluster: Cluster) -> None:
    """Remove what will not go away by waiting."""
    serving = processes.serving(cluster.name)
    if serving and all(process.is_child_of(cluster.name) for process in serving):
        # The first process was killed, and sessions in the middle of a long query have not noticed.
        _logger.warning("ending %d orphaned database processes of %s", len(serving), cluster.folder)
        for process in serving:
            processes.send(process, signal.SIGKILL)
    elif not (cluster.socket_folder / SOCKET).exists() and _is_ready(datadirectory.path(cluster)):
        _logger.warning("the database's socket in %s was deleted; restarting it", cluster.socket_folder)
        _signal(cluster, signal.SIGINT)


def _signal(cluster: Cluster, number: signal.Signals) -> bool:
    """Signal the server: its first process, or all when that is dead or kill is meant. False when there is none yet."""
    targets = processes.serving(cluster.name)
    if number != signal.SIGKILL and not all(process.is_child_of(cluster.name) for process in targets):
        # It writes its id once it listens to signals; before, it would miss this one.
        pid = _postmaster_pid(datadirectory.path(cluster))
        targets = [process for process in targets if process.pid == pid]
    for process in targets:
        processes.send(process, number)
    return bool(targets)


def _postmaster_pid(data: Path) -> int | None:
    """The process id in the server's pid file, stale or not."""
    line = next(iter(_pid_file_lines(data)), "")
    return int(line) if line.strip().isdigit() else None


def _is_ready(data: Path) -> bool:
    """Whether the server has written that it accepts connections."""
    return "ready" in "".join(_pid_file_lines(data)[7:])


def _pid_file_lines(data: Path) -> Sequence[str]:
    try:
        return (data / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _ensure_database(cluster: Cluster) -> None:
    """Make the database `comptoir` unless it is there. Raises PostgresUnavailable."""
    try:
        with psycopg.connect(cluster.dsn("postgres"), autocommit=True, connect_timeout=30) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                # template1 refuses while anybody is connected to it.
                statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(DATABASE))
                connection.execute(statement)
    except psycopg.Error as error:
        # All places taken: alive, and in use since it was made.
        if "too many clients" not in str(error) and "connection slots" not in str(error):
            raise _refusal(cluster, error) from error


def _refusal(cluster: Cluster, error: psycopg.Error) -> PostgresUnavailable:
    if "password authentication failed" not in str(error) and "no password supplied" not in str(error):
        return from_log(f"{error}\n{serverlog.tail(cluster)}", folder=cluster.folder)
    if "PGPASSWORD" in os.environ:
        sentence = "PGPASSWORD is set in the environment and replaces the embedded database's own; unset it."
    else:
        sentence = (
            f"The password in {cluster.passfile} does not open the database; restore that file, or stop all of "
            "Comptoir and delete it to get a new one."
        )
    return PostgresUnavailable(sentence, for_log=str(error))
