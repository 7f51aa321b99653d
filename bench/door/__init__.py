"""The webhook door: durable bodies a second in one web process, against its limits, a plain Django view and Node-RED.

64 keep-alive connections, 3 KB bodies, each different, for eight organisations; committed with fsync before the 2xx.
The contestants take turns on fresh tables, and after each turn the rows must equal the answered 2xx. Load, servers and
database share the cores, so only ratios of one run mean anything. No worker runs: this is the door alone.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.cost import megabytes
from bench.door import crowd, disk, load
from bench.door.stage import PEERS, Contestant, Stage, contestants, prepared
from bench.door.turns import Turn, Turns
from bench.fresh import FOLDER
from bench.table import Measurement, compare
from comptoir.kernel.postgres import processes

ROUNDS: Final = 5
WARM_UP_SECONDS: Final = 1.5
TURN_SECONDS: Final = 2.0
DISK_SECONDS: Final = 0.7
HALF_SECONDS: Final = 3.0
HALVES: Final = 3
BODIES: Final = 50_000
FULL_BODIES: Final = 1_000_000


@dataclass(frozen=True)
class Half:
    """One contestant at a fixed rate, and seconds of waiting for a core, of all processes together, in each second."""

    outcome: load.Outcome
    waited: float


def measure(console: Console) -> Sequence[Measurement]:
    """Run all turns, print what they took, and return the ratios. Raises BenchFailure, ComptoirError."""
    with prepared() as ground, contestants(ground, console) as running:
        turns = Turns()
        for contestant in running.values():
            _turn(ground, contestant, WARM_UP_SECONDS)
        for number in range(ROUNDS):
            console.print(f"[dim]door: round {number + 1} of {ROUNDS}[/dim]")
            for contestant in running.values():
                turns.add(contestant.name, _turn(ground, contestant, TURN_SECONDS))
            turns.syncs.append(disk.syncs(FOLDER, seconds=DISK_SECONDS))
        console.print("[dim]door: half of its own maximum[/dim]")
        rate = turns.rate("door") / 2
        halves: dict[str, list[Half]] = {"door": [], "bare": []}
        for _ in range(HALVES):
            for name, found in halves.items():
                found.append(_half(ground, running[name], rate))
        bodies = FULL_BODIES if os.environ.get("FULL") else BODIES
        console.print(f"[dim]door: memory over {bodies:,} bodies[/dim]")
        before, after = _weights(ground, running["door"], bodies)
    _show(console, turns, halves)
    p50, p99 = (median(half.outcome.percentile(percent) for half in halves["door"]) for percent in (50, 99))
    door = turns.rate("door")
    return [
        compare("door", "bare", door, turns.rate("bare"), "requests/s"),
        compare("door", "its short way, nothing stored", door, turns.rate("short"), "requests/s"),
        compare("door", "django", door, turns.rate("django"), "requests/s"),
        compare("door", "fsync", door, median(turns.syncs), "per second"),
        *(compare("door", peer, door, turns.rate(peer), "requests/s") for peer in PEERS if peer in running),
        compare("door", "p50 at half load", p99, p50, "ms (p99)"),
        compare("door", "bare at the same rate", _tail(halves["door"]), _tail(halves["bare"]), "p99 ÷ p50"),
        compare("door", f"its memory {bodies:,} bodies before", after, before, "MB (PSS)"),
    ]


def _weights(ground: Stage, contestant: Contestant, bodies: int) -> tuple[float, float]:
    """Megabytes of a web process that is warm, and after so many bodies more."""
    before, answered = megabytes([contestant.process.pid]), 0
    while answered < bodies:
        answered += _turn(ground, contestant, TURN_SECONDS).outcome.answered
    return before, megabytes([contestant.process.pid])


def _turn(ground: Stage, contestant: Contestant, seconds: float) -> Turn:
    ground.clear(contestant)
    web, database = contestant.cpu, ground.house.database_cpu
    outcome = load.closed(contestant.port, contestant.paths, seconds=seconds)
    turn = Turn(outcome, web_cpu=contestant.cpu - web, database_cpu=ground.house.database_cpu - database)
    ground.check(contestant, outcome.answered)
    return turn


def _half(ground: Stage, contestant: Contestant, rate: float) -> Half:
    ground.clear(contestant)
    database = [each.pid for each in processes.serving(ground.house.cluster.name)]
    all_of_it = [contestant.process.pid, os.getpid(), *database]
    before = crowd.waited(all_of_it)
    outcome = load.opened(contestant.port, contestant.paths, seconds=HALF_SECONDS, rate=rate)
    waited = crowd.waited(all_of_it) - before
    ground.check(contestant, outcome.answered)
    return Half(outcome, waited / outcome.seconds)


def _tail(halves: Sequence[Half]) -> float:
    return median(half.outcome.percentile(99) / half.outcome.percentile(50) for half in halves)


def _show(console: Console, turns: Turns, halves: dict[str, list[Half]]) -> None:
    table = Table("contestant", title=f"Door: median of {ROUNDS} turns of {TURN_SECONDS} s")
    for heading in ("req/s", "least", "most", "p50 ms", "p99 ms", "web", "db", "load", "core"):
        table.add_column(heading, justify="right")
    for name, row in turns.rows().items():
        table.add_row(name, *row)
    for name, found in halves.items():
        for half in found:
            spread = [f"{half.outcome.percentile(percent):.2f}" for percent in (50, 99)]
            told = ("", "", *spread, "", "", "", f"{half.waited:.0%} w")
            table.add_row(f"{name} at half", f"{half.outcome.rate:,.0f}", *told)
    table.add_row("fsync", f"{median(turns.syncs):,.0f}", f"{min(turns.syncs):,.0f}", f"{max(turns.syncs):,.0f}")
    table.caption = (
        "web, db, load: CPU seconds for 1,000 requests; core: how busy the web process kept one; w: how long web"
        " process, database and load waited for a core, together, in shares of the time"
    )
    console.print(table)
