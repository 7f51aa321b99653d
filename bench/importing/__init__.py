"""Imports: pages of sales over HTTP into canonical rows, roll-up included, against dlt and against the vendor's limit.

Both load the same pages from the same simulated shop into the same PostgreSQL, with fsync on, one after the other. dlt
is no dependency of the product: it lives in an environment of its own that the first run makes.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict
from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.fresh import FOLDER
from bench.table import Measurement, compare
from comptoir.connectors.lightspeed_r.pace import LEFT_FOR_LIVE
from comptoir.kernel import postgres

HERE: Final = Path(__file__).parent
PEER: Final = "dlt[postgres]==1.31.0"
SALES: Final = 10_000
FULL: Final = bool(os.environ.get("FULL"))
LIMITED_SALES: Final = 40_000 if FULL else 10_000
COST_OF_A_PAGE: Final = 2.4
"""Units for 100 sales with the relations that we load (sheet section 7), as the simulator counts them."""
QUIET: Final = {"PYTHONWARNINGS": "ignore", "RUNTIME__DLTHUB_TELEMETRY": "false"}
DRIP: Final = 5.5
SIZE: Final = 20.0
"""Of the limited shop: see shop.py."""
KEPT: Final = SIZE * float(LEFT_FOR_LIVE)
"""Units of its bucket that imports leave to live calls."""


@dataclass(frozen=True)
class Took:
    """One run of one loader: sales a second, CPU seconds of its process for a thousand sales, and when it began and
    ended (seconds of the clock; 0 where it does not tell)."""

    rate: float
    cpu: float
    began: float
    ended: float


def measure(console: Console) -> Sequence[Measurement]:
    """Load with each, print what it took, and return the ratios. Raises BenchFailure, ComptoirError."""
    console.print(f"[dim]import: an environment with {PEER}[/dim]")
    python = running.environment("dlt", PEER)
    with running.house("import", **QUIET, DLT_DATA_DIR=str(FOLDER / "import" / "dlt")) as house:
        environ, dsn = house.environ, _address(house.cluster)
        with _shop(SALES) as shop:
            console.print(f"[dim]import: {SALES:,} sales by dlt[/dim]")
            theirs = _run(
                [python, str(HERE / "peer.py"), shop["url"], shop["token"], str(shop["account"]), dsn], environ, SALES
            )
            console.print(f"[dim]import: {SALES:,} sales by us[/dim]")
            ours = _run([sys.executable, str(HERE / "ours.py"), shop["url"], shop["token"], str(SALES)], environ, SALES)
    with running.house("import", **QUIET) as house, _shop(LIMITED_SALES, "limited") as shop:
        console.print(f"[dim]import: {LIMITED_SALES:,} sales at the vendor's limit[/dim]")
        command = [sys.executable, str(HERE / "ours.py"), shop["url"], shop["token"], str(LIMITED_SALES)]
        limited = _run(command, house.environ, LIMITED_SALES)
        tally = shop["tally"]()
    if tally["refused"]:
        raise BenchFailure(f"The vendor had to refuse {tally['refused']} requests.")
    # What the bucket holds at first is on top of what leaks.
    allowed = SIZE + DRIP * LIMITED_SALES / limited.rate
    timeline = [each for each in tally["timeline"] if each[0] >= limited.began]
    _show_lost(console, limited, timeline, allowed)
    full_pages = LIMITED_SALES / ((LIMITED_SALES / 100 * COST_OF_A_PAGE - SIZE) / DRIP)
    _show(console, {"ours": ours, "dlt": theirs, "ours, limited": limited})
    return [
        compare("import", "dlt", ours.rate, theirs.rate, "sales/s"),
        compare("import", "dlt (CPU)", ours.cpu, theirs.cpu, "CPU s per 1,000"),
        compare("import", "vendor-limit", sum(cost for _at, cost, _level in timeline), allowed, "units"),
        compare("import", "vendor-limit, full pages alone", limited.rate, full_pages, "sales/s"),
    ]


def _address(cluster: postgres.Cluster) -> str:
    """The address of the database as a URL, which dlt wants."""
    held = conninfo_to_dict(cluster.dsn())
    password = Path(str(held["passfile"])).read_text().strip().rsplit(":", 1)[1]
    host = quote(str(held["host"]), safe="")
    return f"postgresql://{held['user']}:{quote(password)}@{host}:{held['port']}/{held['dbname']}"


@contextmanager
def _shop(number: int, *limited: str) -> Iterator[dict[str, Any]]:
    """The simulated shop in a process of its own, and how to ask for its `tally`. Raises BenchFailure."""
    command = [sys.executable, str(HERE / "shop.py"), str(number), *limited]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    try:
        line = process.stdout.readline() if process.stdout else b""
        if not line:
            raise BenchFailure("The simulated shop does not open.")
        yield {**json.loads(line), "tally": lambda: _asked(process)}
    finally:
        running.stop([process])


def _asked(process: "subprocess.Popen[bytes]") -> Any:
    """What the shop has served and refused so far."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(b"\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def _run(command: Sequence[str], environ: dict[str, str], number: int) -> Took:
    """One loader to its end; it must have brought every sale. Raises BenchFailure."""
    said = running.said(command, environ)
    if said["sales"] != number:
        raise BenchFailure(f"{command[1]} brought {said['sales']:,} of {number:,} sales.")
    times = float(said.get("began", 0)), float(said.get("ended", 0))
    return Took(number / said["seconds"], said["cpu"] / number * 1000, *times)


def _show(console: Console, runs: dict[str, Took]) -> None:
    table = Table("import", title="Pages of sales into PostgreSQL")
    for heading in ("sales/s", "CPU s per 1,000 sales"):
        table.add_column(heading, justify="right")
    for name, took in runs.items():
        table.add_row(name, f"{took.rate:,.0f}", f"{took.cpu:.2f}")
    console.print(table)


def _show_lost(console: Console, took: Took, timeline: Sequence[tuple[float, float, float]], allowed: float) -> None:
    """Where the units are that the vendor allowed in that time, in what became of each."""
    served = [cost for _at, cost, _level in timeline]
    pages = [cost for cost in served if cost == COST_OF_A_PAGE]
    before, after = timeline[0][0] - took.began, took.ended - timeline[-1][0]
    waits = (before + after) * DRIP
    console.print(
        f"[dim]import: {allowed:.1f} units allowed; {len(pages)} pages took {sum(pages):.1f} of them, other questions"
        f" {sum(served) - sum(pages):.1f}; {KEPT:.1f} are kept for live calls; {waits:.1f} came while nothing could be"
        f" asked: {before:.2f} s before the first request, {after:.2f} s of storing after the last[/dim]"
    )
