"""The weekly balance: a week's page against the same week added up from its bills, and an import at the vendor's limit.

The page reads numbers that were computed once. The peer in the same run answers the same question from the facts: the
bills of the week, read and added up. Three years of bills lie in the database. The import asks a simulated shop that
limits as its maker does, for 30 days of one department.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.failure import BenchFailure
from bench.fresh import FOLDER
from bench.table import Measurement, compare
from comptoir.kernel import postgres

FIRST_CELLS: Final = 60.0
THIRTY_DAYS: Final = 300.0
"""Seconds that the reference promises (weekly-balance.md 3.6)."""


def measure(console: Console) -> Sequence[Measurement]:
    """Measure both, print what they took. Raises BenchFailure, ComptoirError."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page, read = _run(console, "page"), _run(console, "reading")
    _show(console, page, read)
    return [
        compare("weekly-balance", "facts", page["page"], page["facts"], "ms a week"),
        compare("weekly-balance", "60 s", read["first"], FIRST_CELLS, "s to the first cells"),
        compare("weekly-balance", "5 min", read["all"], THIRTY_DAYS, "s for 30 days"),
    ]


def _run(console: Console, what: str) -> dict[str, Any]:
    """One half in a process and a database of its own. Raises BenchFailure."""
    console.print(f"[dim]weekly-balance: {what}[/dim]")
    folder = FOLDER / f"balance-{what}"
    cluster = postgres.cluster(folder)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("COMPTOIR_", "DATABASE_"))}
    environ |= {"COMPTOIR_DATA": str(folder), "COMPTOIR_URL": "http://testserver", "PYTHONWARNINGS": "ignore"}
    postgres.discard(cluster)
    try:
        with postgres.attach(cluster):
            command = [sys.executable, "-m", f"bench.balance.{what}"]
            ended = subprocess.run(command, env=environ, capture_output=True, check=False)
    finally:
        postgres.discard(cluster)
    if ended.returncode:
        raise BenchFailure(f"{command[-1]} failed: {ended.stderr.decode()[-600:]}")
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _show(console: Console, page: dict[str, Any], read: dict[str, Any]) -> None:
    table = Table(
        "weekly balance", title=f"{page['bills']:,} bills, one after the other; 30 days of {read['bills']:,} bills"
    )
    table.add_column("took", justify="right")
    table.add_row("a week's page, on the server (median)", f"{page['page']:.0f} ms")
    table.add_row("the same, 9 of 10", f"{page['page_p90']:.0f} ms")
    table.add_row("the week added up from its bills (median)", f"{page['facts']:.0f} ms")
    table.add_row("first cells after an import began", f"{read['first']:.1f} s")
    table.add_row("30 days of one department", f"{read['all']:.1f} s, {read['calls']} questions")
    console.print(table)
