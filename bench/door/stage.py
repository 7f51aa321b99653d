"""Where the contestants meet: a PostgreSQL of the bench's own with fsync on, and one process each on a free port."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from bench.failure import BenchFailure
from comptoir.kernel import postgres
from comptoir.kernel.postgres import processes

FOLDER: Final = Path(__file__).resolve().parents[2] / ".cache" / "bench"
ORGANISATIONS: Final = 8
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Contestant:
    """A running server. `table` is where its rows must be; None for the one without a database."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    table: str | None

    @property
    def cpu(self) -> float:
        """CPU seconds it has used."""
        return _cpu(self.process.pid)


@dataclass(frozen=True)
class Stage:
    """The database, the doors in it, and the environment that leads a process there."""

    cluster: postgres.Cluster
    admin: psycopg.Connection[tuple[int]]
    environ: dict[str, str]
    paths: list[str]

    def clear(self, contestant: Contestant) -> None:
        """An empty table, and no checkpoint of others' rows to come."""
        if contestant.table:
            self.admin.execute(
                sql.SQL("TRUNCATE {}, procrastinate_jobs CASCADE").format(sql.Identifier(contestant.table))
            )
        self.admin.execute("CHECKPOINT")

    def check(self, contestant: Contestant, answered: int) -> None:
        """Every 2xx is one row. Raises BenchFailure."""
        if not contestant.table:
            return
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(contestant.table))
        (rows,) = self.admin.execute(query).fetchone() or (0,)
        if rows != answered:
            raise BenchFailure(f"{contestant.name} answered {answered} bodies with 2xx and has stored {rows}.")

    @property
    def cpu(self) -> float:
        """CPU seconds the database has used."""
        return sum(_cpu(process.pid) for process in processes.serving(self.cluster.name))


@contextlib.contextmanager
def prepared() -> Iterator[Stage]:
    """A fresh database with doors in it; stopped and deleted afterwards."""
    folder = FOLDER / "door"
    cluster = postgres.cluster(folder)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COMPTOIR_", "DATABASE_"))}
    environ |= {"COMPTOIR_DATA": str(folder), "COMPTOIR_URL": "http://localhost"}
    postgres.discard(cluster)
    try:
        with postgres.attach(cluster), psycopg.connect(cluster.dsn(), autocommit=True) as admin:
            command = [sys.executable, "-m", "bench.door.addresses", str(ORGANISATIONS)]
            made = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=True)
            admin.execute("CREATE TABLE bench_notification (LIKE intake_notification INCLUDING ALL)")
            fsync = admin.execute("SELECT (current_setting('fsync') = 'on')::int").fetchone()
            if fsync != (1,):
                raise BenchFailure("The database runs without fsync.")
            yield Stage(cluster, admin, environ, json.loads(made.stdout))
    finally:
        postgres.discard(cluster)


@contextlib.contextmanager
def contestants(stage: Stage) -> Iterator[dict[str, Contestant]]:
    """All of them running; stopped afterwards."""
    python = [sys.executable, "-m"]
    commands = {
        "bare": ([*python, "bench.door.serving", "bare", "{port}"], None),
        "django": ([*python, "bench.door.serving", "plain", "{port}"], "bench_notification"),
        "door": ([*python, "comptoir", "serve", "--port", "{port}"], "intake_notification"),
    }
    running: dict[str, Contestant] = {}
    try:
        for name, (command, table) in commands.items():
            port = _free_port()
            process = _start(name, [part.format(port=port) for part in command], stage.environ)
            running[name] = Contestant(name, port, process, table)
        for each in running.values():
            _await(each)
        yield running
    finally:
        _stop([each.process for each in running.values()])


def _start(name: str, command: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches only us, who stop all in order."""
    with (FOLDER / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)


def _await(contestant: Contestant) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and contestant.process.poll() is None:
        try:
            if _answers(contestant.port):
                return
        except OSError:
            time.sleep(0.05)
    raise BenchFailure(f"{contestant.name} does not start; its words are in {FOLDER / contestant.name}.log")


def _answers(port: int) -> bool:
    """Whether it says anything: the socket is bound long before the application is loaded."""
    with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        return bool(connection.recv(1))


def _stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu(pid: int) -> float:
    """CPU seconds of a process, its threads and its ended children; 0 where the system does not tell."""
    try:
        # The program's name in brackets may hold anything; what follows it does not.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11:15]) / _TICKS
