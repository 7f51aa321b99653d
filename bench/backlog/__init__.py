"""Backlog: what has piled up is caught up while tills go on sending, and the door answers them as fast as without it.

An installation as it is run: a web process, a worker, PostgreSQL with fsync on; the load shares the cores with them.
The tills send what 10,000 stores send in their busiest hour (docs/explanation/scale.md), 3 KB each, over 64
connections. It is measured twice: with nothing waiting, and from the moment the worker starts on the backlog until less
waits than the worker takes at once, what arrived meanwhile included.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

from bench import running
from bench.door import load
from bench.failure import BenchFailure
from bench.table import Measurement, compare

BODIES: Final = 10_000
FULL_BODIES: Final = 100_000
RATE: Final = 250.0
ORGANISATIONS: Final = 8
WARM_UP_SECONDS: Final = 3.0
REST_SECONDS: Final = 12.0
GIVE_UP_SECONDS: Final = 900.0
PIECE_SECONDS: Final = 3.0
"""What was sent in the last piece may outlast the backlog by so much."""

BEGUN_SQL: Final = """
SELECT 1 FROM intake_notification WHERE processed_at IS NOT NULL AND id > %s LIMIT 1
"""
MUCH_SQL: Final = "SELECT 1 FROM intake_notification WHERE processed_at IS NULL ORDER BY id LIMIT 1 OFFSET 500"
TOOK_SQL: Final = """
SELECT extract(epoch FROM max(processed_at) - min(processed_at))::float8, count(processed_at),
       count(*) FILTER (WHERE outcome = 'parked')
FROM intake_notification WHERE id > %s
"""


@dataclass(frozen=True)
class Caught:
    """How long the backlog lasted in seconds, how many were processed in that time, and what the door did meanwhile."""

    seconds: float
    processed: int
    door: load.Outcome


def measure(console: Console) -> Sequence[Measurement]:
    """Load at rest, load with a backlog, print both, return the ratios. Raises BenchFailure, ComptoirError."""
    number = FULL_BODIES if os.environ.get("FULL") else BODIES
    with running.house("backlog") as house, psycopg.connect(house.cluster.dsn(), autocommit=True) as admin:
        paths = house.run("bench.door.addresses", str(ORGANISATIONS))
        house.serve()
        worker = house.comptoir("work")
        console.print("[dim]backlog: the door with nothing waiting[/dim]")
        load.opened(house.port, paths, seconds=WARM_UP_SECONDS, rate=RATE)
        rest = load.opened(house.port, paths, seconds=REST_SECONDS, rate=RATE)
        running.stop([worker])
        console.print(f"[dim]backlog: {number:,} waiting[/dim]")
        (since,) = admin.execute("SELECT coalesce(max(id), 0) FROM intake_notification").fetchone() or (0,)
        house.run("bench.drain.backlog", str(number))
        house.comptoir("work")
        busy = _caught_up(admin, house.port, paths, since)
    _show(console, number, rest, busy)
    return [
        compare("backlog", "door at rest", busy.door.percentile(99), rest.percentile(99), "ms (p99)"),
        compare("backlog", "what arrives", busy.processed / busy.seconds, RATE, "bodies/s"),
    ]


def _caught_up(admin: "psycopg.Connection[Any]", port: int, paths: Sequence[str], since: int) -> Caught:
    """From when the worker begins, send until it is through. Raises BenchFailure when it never is, or parks some."""
    deadline = time.monotonic() + running.START_SECONDS
    while not admin.execute(BEGUN_SQL, [since]).fetchone():
        if time.monotonic() > deadline:
            raise BenchFailure("The worker does not begin.")
        time.sleep(0.05)
    door = load.Outcome()
    while admin.execute(MUCH_SQL).fetchone():
        if door.seconds > GIVE_UP_SECONDS:
            raise BenchFailure("The worker does not catch up: more arrives than it processes.")
        piece = load.opened(port, paths, seconds=PIECE_SECONDS, rate=RATE)
        door.seconds += piece.seconds
        door.latencies += piece.latencies
    seconds, processed, parked = admin.execute(TOOK_SQL, [since]).fetchone() or (0, 0, 0)
    if parked:
        raise BenchFailure(f"{parked:,} bodies could not be read.")
    return Caught(seconds, processed, door)


def _show(console: Console, number: int, rest: load.Outcome, busy: Caught) -> None:
    table = Table("door", title=f"{number:,} waiting: caught up in {busy.seconds:,.0f} s, {RATE:.0f} more a second")
    for heading in ("answers/s", "p50 ms", "p99 ms", "processed/s"):
        table.add_column(heading, justify="right")
    for name, outcome, processed in (("at rest", rest, RATE), ("backlog", busy.door, busy.processed / busy.seconds)):
        spread = (f"{outcome.percentile(percent):.2f}" for percent in (50, 99))
        table.add_row(name, f"{outcome.rate:,.0f}", *spread, f"{processed:,.0f}")
    console.print(table)
