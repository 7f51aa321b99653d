"""Cost: what an installation takes while nothing happens, and how long each command of `comptoir` takes to begin."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table
from typer.main import get_group

from bench import running
from bench.failure import BenchFailure
from bench.table import Measurement, compare
from comptoir.cli.main import app
from comptoir.kernel.postgres import processes

WANTED_MILLISECONDS: Final = 400.0
WANTED_MEGABYTES: Final = 400.0
TRIES: Final = 3
SETTLE_SECONDS: Final = 10.0


def measure(console: Console) -> Sequence[Measurement]:
    """Start an installation, let it settle, weigh it. Raises BenchFailure, ComptoirError."""
    with running.house("cost") as house:
        began = {name: _begin(name, house.environ) for name in get_group(app).commands}
        subprocess.run(
            [sys.executable, "-m", "comptoir", "migrate"], env=house.environ, stdout=subprocess.DEVNULL, check=True
        )
        web, worker = house.serve(), house.comptoir("work")
        time.sleep(SETTLE_SECONDS)
        weights = {
            "serve": megabytes([web.pid]),
            "work": megabytes([worker.pid]),
            "database": megabytes([each.pid for each in processes.serving(house.cluster.name)]),
        }
    _show(console, weights, began)
    return [
        compare("idle memory", "400 MB", sum(weights.values()), WANTED_MEGABYTES, "MB (PSS)"),
        compare("start-up", "400 ms", max(began.values()), WANTED_MILLISECONDS, "ms, the slowest command"),
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


def _begin(name: str, environ: dict[str, str]) -> float:
    """Milliseconds until a command has said how it is used, the median."""
    took = []
    for _ in range(TRIES):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "comptoir", name, "--help"], env=environ, stdout=subprocess.DEVNULL, check=True
        )
        took.append((time.perf_counter() - start) * 1000)
    return median(took)


def _show(console: Console, weights: dict[str, float], began: dict[str, float]) -> None:
    table = Table("idle", title="Memory while nothing happens")
    table.add_column("MB (PSS)", justify="right")
    for name, weight in {**weights, "together": sum(weights.values())}.items():
        table.add_row(name, f"{weight:,.0f}")
    console.print(table)
    table = Table("command", title="Until a command has said how it is used")
    table.add_column("ms", justify="right")
    for name, milliseconds in began.items():
        table.add_row(f"comptoir {name}", f"{milliseconds:,.0f}")
    console.print(table)
