"""Till to tablet: from the moment a bill is closed until the tablet beside the till hears that there are points.

Two hundred tablets on live channels, a web process and a worker, PostgreSQL with fsync on; all of it shares the cores
with the load, so only ratios of one run mean anything. The measure is one commit and one HTTP round trip. With
`STAGES=1` it also says where the time of a lone bill went (`stages.py`).
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from http.client import HTTPConnection
from statistics import median
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

from bench import running
from bench.table import Measurement, compare
from bench.tablet import stages, watching

TABLETS: Final = 200
A_THOUSAND_A_MINUTE: Final = 1000 / 60
BUSY: Final = 50.0
FULL_HOUSE: Final = 200.0
SECONDS: Final = 12.0
WARM_UP_SECONDS: Final = 3.0
TRIES: Final = 300


def measure(console: Console) -> Sequence[Measurement]:
    """Run all rates, print what they took, and return the ratios. Raises BenchFailure, ComptoirError."""
    with _house() as (port, place, dsn):
        console.print("[dim]till-to-tablet: one commit, one round trip[/dim]")
        least = _commit(dsn) + _round_trip(port)
        console.print("[dim]till-to-tablet: a thousand bills a minute[/dim]")
        with stages.listening(dsn) if os.environ.get("STAGES") else contextlib.nullcontext() as told:
            usual = watching.run(port, place, rate=A_THOUSAND_A_MINUTE, seconds=SECONDS, warm_up=WARM_UP_SECONDS)
        if told is not None:
            stages.show(console, stages.follow(dsn, usual.tracks, told))
        console.print("[dim]till-to-tablet: fifty a second[/dim]")
        busy = watching.run(port, place, rate=BUSY, seconds=SECONDS, warm_up=WARM_UP_SECONDS)
        console.print("[dim]till-to-tablet: two hundred a second[/dim]")
        full = watching.run(port, place, rate=FULL_HOUSE, seconds=SECONDS, warm_up=WARM_UP_SECONDS)
    _show(console, least, {"1,000 a minute": usual, "50 a second": busy, "200 a second": full})
    against = "commit + round trip"
    return [
        compare("till-to-tablet", f"{against}, 1,000/min", usual.percentile(50), least, "ms (p50)"),
        compare("till-to-tablet", f"{against}, 50/s", busy.percentile(50), least, "ms (p50)"),
        compare("till-to-tablet", f"{against}, 50/s p99", busy.percentile(99), least, "ms (p99)"),
        compare("till-to-tablet", f"{against}, 200/s p99", full.percentile(99), least, "ms (p99)"),
    ]


@contextlib.contextmanager
def _house() -> Iterator[tuple[int, dict[str, Any], str]]:
    """A fresh installation with its counters: (port, door and counters, database)."""
    with running.house("tablet") as house:
        place = house.run("bench.tablet.counters", str(TABLETS))
        house.comptoir("work")
        house.serve()
        yield house.port, place, house.cluster.dsn()


def _commit(dsn: str) -> float:
    """Milliseconds of one durable commit, the median."""
    with psycopg.connect(dsn, autocommit=True) as session:
        session.execute("CREATE TABLE bench_commit (n int)")
        return _median(lambda: session.execute("INSERT INTO bench_commit VALUES (1)"))


def _round_trip(port: int) -> float:
    """Milliseconds of one answer of the web process, the median."""
    connection = HTTPConnection("127.0.0.1", port)

    def ask() -> bytes:
        connection.request("GET", "/healthz")
        return connection.getresponse().read()

    try:
        return _median(ask)
    finally:
        connection.close()


def _median(act: Callable[[], object]) -> float:
    took = []
    for _ in range(TRIES):
        start = time.perf_counter()
        act()
        took.append(time.perf_counter() - start)
    return median(took) * 1000


def _show(console: Console, least: float, runs: dict[str, watching.Heard]) -> None:
    table = Table("till to tablet", title=f"{TABLETS} tablets; commit + round trip {least:.2f} ms")
    for heading in ("bills", "bills/s", "p50 ms", "p90 ms", "p99 ms", "most ms"):
        table.add_column(heading, justify="right")
    for name, heard in runs.items():
        row = [f"{heard.percentile(each):,.0f}" for each in (50, 90, 99, 100)]
        table.add_row(name, f"{len(heard.took):,}", f"{heard.rate:.1f}", *row)
    console.print(table)
