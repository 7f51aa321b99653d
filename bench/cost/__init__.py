"""Cost: what an installation takes while nothing happens, and how long each command of `comptoir` takes to begin."""

import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from typer.main import get_group

from bench import running
from bench.failure import BenchFailure
from bench.table import Measurement, compare
from comptoir.cli.main import app
from comptoir.kernel.postgres import processes

WANTED: Final = 400.0
"""Milliseconds until a command has begun."""
ASKS: Final = ("migrate",)
"""With nothing to do, but not without asking the database: it loads every app first, as most commands do."""
WANTED_MEGABYTES: Final = 400.0
TRIES: Final = 2
SETTLE_SECONDS: Final = 10.0


def measure(console: Console) -> Sequence[Measurement]:
    """Start an installation, let it settle, weigh it. Raises BenchFailure, ComptoirError."""
    with running.house("cost") as house:
        began = {name: _begin([name, "--help"], house.environ) for name in get_group(app).commands}
        subprocess.run(
            [sys.executable, "-m", "comptoir", "migrate"], env=house.environ, stdout=subprocess.DEVNULL, check=True
        )
        asks = _begin(ASKS, house.environ)
        web, worker = house.serve(), house.comptoir("work")
        time.sleep(SETTLE_SECONDS)
        weights = {
            "serve": megabytes([web.pid]),
            "work": megabytes([worker.pid]),
            "database": megabytes([each.pid for each in processes.serving(house.cluster.name)]),
        }
    _show(console, weights, {**{f"{name} --help": each for name, each in began.items()}, " ".join(ASKS): asks})
    return [
        compare("idle memory", "400 MB", sum(weights.values()), WANTED_MEGABYTES, "MB (PSS)"),
        compare("start-up", "400 ms", max(each.took for each in began.values()), WANTED, "ms, the slowest command"),
        compare("start-up", "400 ms (CPU)", max(each.cpu for each in began.values()), WANTED, "CPU ms, the slowest"),
        compare("start-up", "400 ms, one that asks the database", asks.took, WANTED, "ms"),
    ]


def megabytes(pids: Sequence[int]) -> float:
    """Memory of these processes, what they share counted once (PSS). Raises BenchFailure where nobody tells."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError as error:
            raise BenchFailure(f"The memory of process {pid} cannot be read: {error}") from error
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


@dataclass(frozen=True)
class Began:
    """Milliseconds until a command has said how it is used, by the clock and of CPU: the least of some tries."""

    took: float
    cpu: float


def _begin(arguments: Sequence[str], environ: dict[str, str]) -> Began:
    took, cpu = [], []
    for _ in range(TRIES):
        start, before = time.perf_counter(), _of_children()
        command = [sys.executable, "-m", "comptoir", *arguments]
        subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=True)
        took.append((time.perf_counter() - start) * 1000)
        cpu.append((_of_children() - before) * 1000)
    return Began(min(took), min(cpu))


def _of_children() -> float:
    """CPU seconds of the processes that we have waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _show(console: Console, weights: dict[str, float], began: dict[str, Began]) -> None:
    table = Table("idle", title="Memory while nothing happens")
    table.add_column("MB (PSS)", justify="right")
    for name, weight in {**weights, "together": sum(weights.values())}.items():
        table.add_row(name, f"{weight:,.0f}")
    console.print(table)
    table = Table("command", title="Until a command has said how it is used")
    for heading in ("ms", "CPU ms"):
        table.add_column(heading, justify="right")
    for name, each in began.items():
        table.add_row(f"comptoir {name}", f"{each.took:,.0f}", f"{each.cpu:,.0f}")
    console.print(table)
