"""Where a member runs: a fresh PostgreSQL of its own with fsync on, and the processes that it starts in it.

What they say stands in a log each; they are waited for, measured, and stopped in order.
"""

import json
import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import psycopg

from bench import fresh
from bench.failure import BenchFailure
from bench.fresh import FOLDER
from comptoir.kernel import postgres
from comptoir.kernel.postgres import processes

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
ENDING: Final = (
    "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"
)
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class House:
    """A database, the port that is free for a web process, and the environment that leads a process there."""

    name: str
    cluster: postgres.Cluster
    port: int
    environ: dict[str, str]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def database_cpu(self) -> float:
        """CPU seconds of the server, ended backends included once it has waited for them (`settle`)."""
        return sum(cpu(process.pid) for process in processes.serving(self.cluster.name))

    def settle(self) -> None:
        """Until the server has waited for all its ended backends: between the two, their CPU counts nowhere."""
        with psycopg.connect(self.cluster.dsn(), autocommit=True) as session:
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline and session.execute(ENDING).fetchone():
                time.sleep(0.05)
        time.sleep(0.2)  # what has left the list is still to be waited for, our own session too

    def run(self, module: str, *arguments: str) -> Any:
        """A module of the bench to its end; what it says in its last line, read as JSON. Raises BenchFailure."""
        return said([sys.executable, "-m", module, *arguments], self.environ)

    def comptoir(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A process of the product; what is left of them is stopped with the house, the latest first."""
        name = f"{self.name}-{arguments[0]}-{len(self.started)}"
        process = start(name, [sys.executable, "-m", "comptoir", *arguments], self.environ)
        self.started.append(process)
        return process

    def of(self, database: str) -> "House":
        """The same with another database of the server, and a port of its own; what either starts is stopped once."""
        port = free_port()
        own = {**self.environ, "COMPTOIR_DATABASE": database, "COMPTOIR_URL": f"http://localhost:{port}"}
        return replace(self, port=port, environ=own)

    def serve(self) -> subprocess.Popen[bytes]:
        """The web process on our port, once it answers. Raises BenchFailure."""
        web = self.comptoir("serve", "--port", str(self.port))
        wait_for(f"{self.name}-serve-{len(self.started) - 1}", self.port, web)
        return web


@contextmanager
def house(name: str, **environ: str) -> Iterator[House]:
    """A fresh database under this name, and nothing of this machine's own installation; deleted afterwards."""
    cluster = postgres.cluster(FOLDER / name)
    postgres.discard(cluster)
    try:
        with kept_house(name, environ) as made:
            yield made
    finally:
        postgres.discard(cluster)


@contextmanager
def kept_house(name: str, environ: Mapping[str, str] | None = None, *, durable: bool = True) -> Iterator[House]:
    """The same on the data that an earlier run left under this name, and left for the next; made when there are none.

    `durable=False` is for making them.
    """
    folder, port = FOLDER / name, free_port()
    if not (folder / "postgres").exists():
        fresh.lay_out(folder)
    own = {key: value for key, value in os.environ.items() if not key.startswith(("COMPTOIR_", "DATABASE_"))}
    own |= {"COMPTOIR_DATA": str(folder), "COMPTOIR_URL": f"http://localhost:{port}", **(environ or {})}
    made = House(name, postgres.cluster(folder), port, own)
    with postgres.attach(made.cluster, durable=durable):
        try:
            yield made
        finally:
            stop(made.started[::-1])


def environment(name: str, requirement: str) -> str:
    """The Python of an environment that has what a peer needs, which is no dependency of ours; made once.

    Raises BenchFailure when it cannot be installed.
    """
    folder = FOLDER / "environments" / name
    python = folder / "bin" / "python"
    if not (folder / ".made").exists():
        venv.create(folder, with_pip=True, clear=True)
        made = subprocess.run(
            [str(python), "-m", "pip", "install", "-q", requirement], capture_output=True, check=False
        )
        if made.returncode:
            raise BenchFailure(f"{requirement} cannot be installed: {made.stderr.decode()[-300:]}")
        (folder / ".made").touch()
    return str(python)


def said(command: Sequence[str], environ: dict[str, str]) -> Any:
    """One process to its end; what it says in its last line, read as JSON. Raises BenchFailure."""
    ended = subprocess.run(command, env=environ, capture_output=True, check=False)
    if ended.returncode:
        raise BenchFailure(f"{' '.join(command[1:3])} failed: {ended.stderr.decode()[-600:]}")
    return json.loads(ended.stdout.splitlines()[-1])


def start(name: str, command: Sequence[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C reaches only us, who stop all in order."""
    with (FOLDER / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)


def wait_for(name: str, port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it answers over HTTP. Raises BenchFailure."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if answers(port):
                return
        except OSError:
            time.sleep(0.05)
    raise BenchFailure(f"{name} does not start; its words are in {FOLDER / name}.log")


def answers(port: int) -> bool:
    """Whether it says anything: the socket is bound long before the application is loaded."""
    with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        return bool(connection.recv(1))


def stop(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """All of them, in order; what does not end is killed."""
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cpu(pid: int) -> float:
    """CPU seconds of a process, its threads and its ended children; 0 where the system does not tell."""
    try:
        # The program's name in brackets may hold anything; what follows it does not.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11:15]) / TICKS
