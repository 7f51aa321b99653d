"""Drain: what waits in the inbox becomes sales, roll-up, events and points, against the bare insert of the same rows.

One process with one connection each, one after the other, on a fresh PostgreSQL with fsync on. The bare insert writes
the rows that the drain left (`insert`), or those of the table of sales alone (`insert, sales alone`), as many in a
transaction as the drain takes, and knows nothing of mapping, duplicates, figures or apps.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.table import Measurement, compare

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
    with running.house("drain") as house:
        house.run("bench.drain.backlog", str(number))
        console.print(f"[dim]drain: {number:,} sales[/dim]")
        ours = _measured("bench.drain.ours", number, house)
        console.print(f"[dim]drain: the same {number:,} rows, inserted[/dim]")
        bare = _measured("bench.drain.bare", number, house, "all")
        sales = _measured("bench.drain.bare", number, house)
        size = house.run("bench.drain.size", str(number))
    _show(console, {"ours": ours, "insert of all rows": bare, "of sales alone": sales}, size)
    return [
        compare("drain", "insert", ours.rate, bare.rate, "sales/s"),
        compare("drain", "insert, sales alone", ours.rate, sales.rate, "sales/s"),
        compare("drain", "insert, per core", 1000 / _cpu(ours), 1000 / _cpu(bare), "sales/CPU s"),
        compare("drain", "insert (CPU)", _cpu(ours), _cpu(bare), "CPU s per 1,000"),
        Measurement("cost", "2.5 CPU s", round(_cpu(ours) / 2.5, 3), round(_cpu(ours), 3), 2.5, "per 1,000"),
        Measurement("cost", "4 MB", round(size["megabytes"] / 4, 3), round(size["megabytes"], 3), 4, "MB per 1,000"),
    ]


def _cpu(took: Took) -> float:
    """CPU seconds for a thousand sales, process and database together."""
    return took.cpu + took.database_cpu


def _measured(module: str, number: int, house: running.House, *arguments: str) -> Took:
    house.settle()
    before = house.database_cpu
    said = house.run(module, str(number), *arguments)
    house.settle()
    if said["sales"] != number:
        raise BenchFailure(f"{module} brought {said['sales']:,} of {number:,} sales.")
    thousands = number / 1000
    return Took(number / said["seconds"], said["cpu"] / thousands, (house.database_cpu - before) / thousands)


def _show(console: Console, runs: dict[str, Took], size: dict[str, float]) -> None:
    kept = f"{size['megabytes']:.1f} MB of database per 1,000 sales, {size['inbox']:.1f} of them the inbox"
    table = Table("drain", title=f"Inbox to points; {kept}")
    for heading in ("sales/s", "CPU s per 1,000", "of the database"):
        table.add_column(heading, justify="right")
    for name, took in runs.items():
        table.add_row(name, f"{took.rate:,.0f}", f"{took.cpu:.2f}", f"{took.database_cpu:.2f}")
    console.print(table)
