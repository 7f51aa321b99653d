"""Drain: what waits in the inbox becomes sales, roll-up, events and points, against the bare insert of the same rows.

One process with one connection each, one after the other, on a fresh PostgreSQL with fsync on. The bare insert writes
the rows of sales that the drain left, as many in a transaction as the drain takes, and knows nothing of duplicates,
figures or apps.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.running import FOLDER
from bench.table import Measurement, compare
from comptoir.kernel import postgres
from comptoir.kernel.postgres import processes

SALES: Final = 10_000
FULL_SALES: Final = 100_000


@dataclass(frozen=True)
class Took:
    """Sales a second, and CPU seconds of the process and of the database for a thousand sales."""

    rate: float
    cpu: float
    database_cpu: float


def measure(console: Console) -> Sequence[Measurement]:
    """Drain a backlog, insert its rows, print what both took, and return the ratios. Raises BenchFailure."""
    number = FULL_SALES if os.environ.get("FULL") else SALES
    FOLDER.mkdir(parents=True, exist_ok=True)
    cluster = postgres.cluster(FOLDER / "drain")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COMPTOIR_", "DATABASE_"))}
    environ |= {"COMPTOIR_DATA": str(FOLDER / "drain"), "COMPTOIR_URL": "http://localhost:1"}
    postgres.discard(cluster)
    try:
        with postgres.attach(cluster):
            _run("bench.drain.backlog", str(number), environ)
            console.print(f"[dim]drain: {number:,} sales[/dim]")
            ours = _measured("bench.drain.ours", number, environ, cluster)
            console.print(f"[dim]drain: the same {number:,} rows, inserted[/dim]")
            bare = _measured("bench.drain.bare", number, environ, cluster)
            size = _run("bench.drain.size", str(number), environ)
    finally:
        postgres.discard(cluster)
    _show(console, {"ours": ours, "bare insert": bare}, size["megabytes"])
    return [
        compare("drain", "insert", ours.rate, bare.rate, "sales/s"),
        compare("drain", "insert (CPU)", ours.cpu + ours.database_cpu, bare.cpu + bare.database_cpu, "CPU s per 1,000"),
        Measurement("cost", "2.5 CPU s", _ratio(ours, 2.5), round(ours.cpu + ours.database_cpu, 3), 2.5, "per 1,000"),
        Measurement("cost", "4 MB", round(size["megabytes"] / 4, 3), round(size["megabytes"], 3), 4, "MB per 1,000"),
    ]


def _ratio(took: Took, wanted: float) -> float:
    return round((took.cpu + took.database_cpu) / wanted, 3)


def _measured(module: str, number: int, environ: dict[str, str], cluster: postgres.Cluster) -> Took:
    before = _database_cpu(cluster)
    said = _run(module, str(number), environ)
    if said["sales"] != number:
        raise BenchFailure(f"{module} brought {said['sales']:,} of {number:,} sales.")
    thousands = number / 1000
    return Took(number / said["seconds"], said["cpu"] / thousands, (_database_cpu(cluster) - before) / thousands)


def _database_cpu(cluster: postgres.Cluster) -> float:
    """CPU seconds of the server, ended backends included once it has waited for them."""
    return sum(running.cpu(process.pid) for process in processes.serving(cluster.name))


def _run(module: str, argument: str, environ: dict[str, str]) -> dict[str, Any]:
    """One process to its end; what it says in its last line. Raises BenchFailure."""
    command = [sys.executable, "-m", module, argument]
    ended = subprocess.run(command, env=environ, capture_output=True, check=False)
    if ended.returncode:
        raise BenchFailure(f"{module} failed: {ended.stderr.decode()[-600:]}")
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said


def _show(console: Console, runs: dict[str, Took], megabytes: float) -> None:
    table = Table("drain", title=f"Inbox to points; {megabytes:.1f} MB of database per 1,000 sales, raw body included")
    for heading in ("sales/s", "CPU s per 1,000", "of the database"):
        table.add_column(heading, justify="right")
    for name, took in runs.items():
        table.add_row(name, f"{took.rate:,.0f}", f"{took.cpu:.2f}", f"{took.database_cpu:.2f}")
    console.print(table)
