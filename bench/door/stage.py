"""Where the contestants meet: a PostgreSQL of the bench's own with fsync on, and one process each on a free port."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

from bench import running
from bench.failure import BenchFailure

ORGANISATIONS: Final = 8


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
        self.admin.execute("CHECKPOINT")

    def check(self, contestant: Contestant, answered: int) -> None:
        """Every 2xx is one row. Raises BenchFailure."""
        if not contestant.table:
            return
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(contestant.table))
        (rows,) = self.admin.execute(query).fetchone() or (0,)
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
def contestants(stage: Stage) -> Iterator[dict[str, Contestant]]:
    """All of them running; stopped afterwards."""
    python = [sys.executable, "-m"]
    commands = {
        "bare": ([*python, "bench.door.serving", "bare", "{port}"], None),
        "django": ([*python, "bench.door.serving", "plain", "{port}"], "bench_notification"),
        "door": ([*python, "comptoir", "serve", "--port", "{port}"], "intake_notification"),
    }
    started: dict[str, Contestant] = {}
    try:
        for name, (command, table) in commands.items():
            port = running.free_port()
            process = running.start(name, [part.format(port=port) for part in command], stage.house.environ)
            started[name] = Contestant(name, port, process, table)
        for each in started.values():
            running.wait_for(each.name, each.port, each.process)
        yield started
    finally:
        running.stop([each.process for each in started.values()])
