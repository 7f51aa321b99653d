"""Where the contestants meet: a PostgreSQL of the bench's own with fsync on, and one process each on a free port."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from rich.console import Console

from bench import running
from bench.failure import BenchFailure
from bench.peers import node_red

ORGANISATIONS: Final = 8
# Flows of Node-RED, and their addresses: see bench/peers/node_red.py.
PEERS: Final = {"node-red": "/appended", "node-red, each body synced": "/durable"}


@dataclass(frozen=True)
class Contestant:
    """A running server, and where its rows must be: in a table, in a file of lines, or nowhere (bare and short)."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    paths: Sequence[str]
    table: str | None = None
    file: Path | None = None

    @property
    def cpu(self) -> float:
        """CPU seconds it has used."""
        return running.cpu(self.process.pid)


@dataclass(frozen=True)
class Stage:
    """The database and the doors in it."""

    house: running.House
    admin: psycopg.Connection[tuple[int]]
    paths: list[str]

    def clear(self, contestant: Contestant) -> None:
        """An empty table, and no checkpoint of others' rows to come."""
        if contestant.table:
            self.admin.execute(
                sql.SQL("TRUNCATE {}, procrastinate_jobs CASCADE").format(sql.Identifier(contestant.table))
            )
        if contestant.file:
            os.truncate(contestant.file, 0)
        self.admin.execute("CHECKPOINT")

    def check(self, contestant: Contestant, answered: int) -> None:
        """Every 2xx is one row. Raises BenchFailure."""
        if contestant.table:
            query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(contestant.table))
            (rows,) = self.admin.execute(query).fetchone() or (0,)
        elif contestant.file:
            with contestant.file.open("rb") as lines:
                rows = sum(1 for _ in lines)
        else:
            return
        if rows != answered:
            raise BenchFailure(f"{contestant.name} answered {answered} bodies with 2xx and has stored {rows}.")


@contextlib.contextmanager
def prepared() -> Iterator[Stage]:
    """A fresh database with doors in it; stopped and deleted afterwards."""
    with running.house("door") as house, psycopg.connect(house.cluster.dsn(), autocommit=True) as admin:
        paths = house.run("bench.door.addresses", str(ORGANISATIONS))
        admin.execute("CREATE TABLE bench_notification (LIKE intake_notification INCLUDING ALL)")
        fsync = admin.execute("SELECT (current_setting('fsync') = 'on')::int").fetchone()
        if fsync != (1,):
            raise BenchFailure("The database runs without fsync.")
        yield Stage(house, admin, paths)


@contextlib.contextmanager
def contestants(stage: Stage, console: Console) -> Iterator[dict[str, Contestant]]:
    """All of them running; stopped afterwards. A peer that cannot be had here is left out, and named."""
    python = [sys.executable, "-m"]
    commands = {
        "bare": ([*python, "bench.door.serving", "bare", "{port}"], None),
        "short": ([*python, "bench.door.serving", "short", "{port}"], None),
        "django": ([*python, "bench.door.serving", "plain", "{port}"], "bench_notification"),
        "door": ([*python, "comptoir", "serve", "--port", "{port}"], "intake_notification"),
    }
    started: dict[str, Contestant] = {}
    try:
        for name, (command, table) in commands.items():
            port = running.free_port()
            process = running.start(name, [part.format(port=port) for part in command], stage.house.environ)
            started[name] = Contestant(name, port, process, stage.paths, table)
        for each in started.values():
            running.wait_for(each.name, each.port, each.process)
        with contextlib.ExitStack() as held:
            try:
                port, process, file = held.enter_context(node_red.served("node-red"))
            except node_red.Absent as why:
                console.print(f"[yellow]door: without node-red: {why}[/yellow]")
                yield started
                return
            peers = {name: Contestant(name, port, process, [path], file=file) for name, path in PEERS.items()}
            yield {**started, **peers}
    finally:
        running.stop([each.process for each in started.values()])
