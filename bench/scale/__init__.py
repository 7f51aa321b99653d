"""Scale-out: what several workers on one database drain, and several web processes answer, against one.

Sales of eight organisations wait in one inbox, mixed as they come in. The same backlog is drained by one process, then
on a fresh database by two, and by four. Workers take turns within a store and an organisation, so this shows what is
left to share.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.scale import answering
from bench.table import Measurement, compare

SALES: Final = 4_000
ORGANISATIONS: Final = 8
WORKERS: Final = (1, 2, 4)
WEB: Final = (1, 2)


@dataclass(frozen=True)
class Drained:
    """Sales a second of all workers together, and CPU seconds of workers and database for a thousand sales."""

    rate: float
    cpu: float


def measure(console: Console) -> Sequence[Measurement]:
    """Drain with each number of workers, ask each number of web processes. Raises BenchFailure, ComptoirError."""
    found = {number: _drained(console, number) for number in WORKERS}
    table = Table("workers", title=f"{SALES:,} sales of {ORGANISATIONS} organisations")
    for heading in ("sales/s", "CPU s per 1,000"):
        table.add_column(heading, justify="right")
    for number, took in found.items():
        table.add_row(str(number), f"{took.rate:,.0f}", f"{took.cpu:.2f}")
    console.print(table)
    answered = {number: answering.answered(number) for number in WEB}
    table = Table("web processes", title=f"{answering.PAGE}, {answering.VISITORS} visitors")
    for heading in ("pages/s", "CPU s per 1,000"):
        table.add_column(heading, justify="right")
    for number, (rate, cpu) in answered.items():
        table.add_row(str(number), f"{rate:,.0f}", f"{cpu:.2f}")
    console.print(table)
    one, two, four = (found[number] for number in WORKERS)
    return [
        compare("scale", "one worker", two.rate, one.rate, "sales/s of two"),
        compare("scale", "one worker (CPU)", two.cpu, one.cpu, "CPU s per 1,000, of two"),
        compare("scale", "one worker, of four", four.rate, one.rate, "sales/s of four"),
        compare("scale", "one worker, of four (CPU)", four.cpu, one.cpu, "CPU s per 1,000, of four"),
        compare("scale", "one web process", answered[2][0], answered[1][0], "pages/s of two"),
        compare("scale", "one web process (CPU)", answered[2][1], answered[1][1], "CPU s per 1,000, of two"),
    ]


def _drained(console: Console, workers: int) -> Drained:
    with running.house("scale") as house:
        house.run("bench.drain.backlog", str(SALES), str(ORGANISATIONS))
        console.print(f"[dim]scale: {SALES:,} sales, {workers} worker{'s' * (workers > 1)}[/dim]")
        command = [sys.executable, "-m", "bench.drain.ours", str(SALES), "--together"]
        started = [_ready(command, house.environ) for _ in range(workers)]
        before, began = house.database_cpu, time.perf_counter()
        for each in started:
            print(file=each.stdin, flush=True)
        said = [json.loads(each.communicate()[0].splitlines()[-1]) for each in started]
        elapsed, spent = time.perf_counter() - began, house.database_cpu - before
        # Whoever ends last has seen all of it.
        if max(each["sales"] for each in said) != SALES:
            raise BenchFailure(f"{workers} workers brought {max(each['sales'] for each in said):,} of {SALES:,} sales.")
        return Drained(SALES / elapsed, (sum(each["cpu"] for each in said) + spent) / SALES * 1000)


def _ready(command: Sequence[str], environ: dict[str, str]) -> "subprocess.Popen[str]":
    """A worker that begins with the line it is given. Raises BenchFailure."""
    pipe = subprocess.PIPE
    worker = subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True)
    if worker.stdout is None or worker.stdout.readline() != "ready\n":
        raise BenchFailure("A worker did not start.")
    return worker
