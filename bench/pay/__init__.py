"""Pay at table: how long a guest waits for the bill, and until what he paid is on the till; in one store, and in 200.

A web process, a worker, PostgreSQL with fsync on and the vendor's simulator share the cores, so only ratios of one run
mean anything. The measure is the simulator's own answer to the one call that reads a bill, and one guest alone. Guests
of 200 stores come twice: each at a moment of his own within a minute, as on an evening, and all in the same second, as
never; what a payment costs of the CPU is told apart for each process, and what all stores cost while nobody pays.

That stores do not slow one another is two ratios: how long those wait who come within a minute, beside one alone; and
how many guests a second are served at once, beside one after the other.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.fresh import FOLDER
from bench.pay.guests import Guests, provider
from bench.running import House
from bench.table import Measurement, compare

STORES: Final = 200
READS: Final = 100
ALONE: Final = 40
MINUTE_SECONDS: Final = 60.0
QUIET_SECONDS: Final = 30.0
FIRST: Final = 5
"""Guests whom nobody counts."""
FIRST_BILL, ALONE_BILL, EVENING_BILL, AT_ONCE_BILL = range(4)
"""Which bill of a store is paid."""
Cpu = dict[str, float]


@dataclass(frozen=True)
class Scene:
    """The processes, what the simulator says of itself (`till`), and the integrations that were `made`."""

    house: House
    till: dict[str, Any]
    made: dict[str, Any]
    pids: dict[str, int]

    def cpu(self) -> Cpu:
        """Seconds of each process so far."""
        return {name: running.cpu(pid) for name, pid in self.pids.items()} | {"database": self.house.database_cpu}


@dataclass(frozen=True)
class Load:
    """How long each payment took (ms), and what one of them cost of each process's CPU (ms)."""

    took: list[float]
    cpu: Cpu


def measure(console: Console) -> Sequence[Measurement]:
    """Read bills, pay one after the other, within a minute, at once. Raises BenchFailure, ComptoirError."""
    with _scene(console) as scene:
        stores = scene.made["integrations"]
        console.print("[dim]pay: the simulator's own answer[/dim]")
        answer = _percentile(_simulator(scene.till), 95)
        console.print("[dim]pay: a guest looks at his bill[/dim]")
        read = _reads(scene)
        _load(scene, FIRST_BILL, lambda guests: guests.one_by_one(stores[:FIRST]))  # the worker has started behind them
        console.print("[dim]pay: nobody pays[/dim]")
        quiet = _quiet(scene)
        console.print("[dim]pay: one guest after the other[/dim]")
        alone = _load(scene, ALONE_BILL, lambda guests: guests.one_by_one(stores[:ALONE]))
        console.print(f"[dim]pay: guests of {STORES} stores, each at his own moment of a minute[/dim]")
        evening = _load(scene, EVENING_BILL, lambda guests: guests.within(MINUTE_SECONDS, stores))
        console.print(f"[dim]pay: guests of {STORES} stores at once[/dim]")
        began = time.perf_counter()
        at_once = _load(scene, AT_ONCE_BILL, lambda guests: guests.within(0, stores))
        each = (time.perf_counter() - began) * 1000 / STORES
    loads = {"alone": alone, f"{STORES} stores in a minute": evening, f"{STORES} stores at once": at_once}
    _show(console, answer, read, loads, quiet)
    return [
        compare("pay", "simulator's answer: check read", _percentile(read, 95), answer, "ms (p95)"),
        compare("pay", "simulator's answer: applied, alone", _percentile(alone.took, 95), answer, "ms (p95)"),
        *(
            compare(
                "pay",
                f"one alone: {STORES} stores in a minute, p{percent}",
                _percentile(evening.took, percent),
                _percentile(alone.took, percent),
                f"ms (p{percent})",
            )
            for percent in (50, 95)
        ),
        compare(
            "pay", f"one after the other: {STORES} stores at once", 1000 / each, 1000 / fmean(alone.took), "guests/s"
        ),
    ]


def _show(console: Console, answer: float, read: Sequence[float], loads: dict[str, Load], quiet: Cpu) -> None:
    """Times, and what a payment costs of whose CPU: the simulator's is the till's maker's, not ours."""
    processes = list(next(iter(loads.values())).cpu)
    table = Table("pay", title=f"the simulator answers in {answer:.1f} ms (p95)")
    for heading in ("n", "p50 ms", "p95 ms", *(f"{name} CPU ms" for name in processes)):
        table.add_column(heading, justify="right")
    rows = {"check read": Load(list(read), {}), **{f"applied, {name}": load for name, load in loads.items()}}
    for name, load in rows.items():
        times = [f"{_percentile(load.took, percent):,.0f}" for percent in (50, 95)]
        costs = [f"{load.cpu[each]:,.0f}" if load.cpu else "" for each in processes]
        table.add_row(name, str(len(load.took)), *times, *costs)
    idle = [f"{quiet[each]:,.0f}" for each in processes]
    table.add_row("nobody pays, a second", "", "", "", *idle)
    console.print(table)


def _quiet(scene: Scene) -> Cpu:
    """What a second costs (ms) with all stores open and nobody who pays."""
    before = scene.cpu()
    time.sleep(QUIET_SECONDS)
    return {name: (spent - before[name]) * 1000 / QUIET_SECONDS for name, spent in scene.cpu().items()}


def _load(scene: Scene, bill: int, pay: Callable[[Guests], list[float]]) -> Load:
    before = scene.cpu()
    with Guests(scene.house.port, scene.house.cluster.dsn(), scene.made["key"], bill=bill) as guests:
        took = pay(guests)
    return Load(took, {name: (spent - before[name]) * 1000 / len(took) for name, spent in scene.cpu().items()})


@contextlib.contextmanager
def _scene(console: Console) -> Iterator[Scene]:
    """A fresh installation beside a simulator."""
    with running.house("pay", LIGHTSPEED_K_CLIENT_ID="bench", LIGHTSPEED_K_CLIENT_SECRET="bench") as house:
        folder = FOLDER / house.name
        (folder / "till.json").unlink(missing_ok=True)
        command = [sys.executable, "-m", "bench.pay.till", str(folder), str(STORES)]
        till = running.start("pay-till", command, dict(os.environ))
        house.started.append(till)
        told = _told(folder / "till.json", till)
        house.environ.update(LIGHTSPEED_K_API_URL=told["url"], LIGHTSPEED_K_TOKEN_URL=f"{told['url']}/token")
        console.print(f"[dim]pay: {STORES} stores are set up[/dim]")
        made = house.run("bench.pay.stores", str(folder))
        web = house.serve()
        worker = house.comptoir("work", "--concurrency", "4")
        yield Scene(house, told, made, {"worker": worker.pid, "web": web.pid, "simulator": till.pid})


def _told(path: Path, till: "subprocess.Popen[bytes]") -> dict[str, Any]:
    deadline = time.monotonic() + running.START_SECONDS
    while time.monotonic() < deadline and till.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads(path.read_text()))
        time.sleep(0.05)
    raise BenchFailure(f"the simulator does not start; its words are in {FOLDER / 'pay-till.log'}")


def _simulator(till: dict[str, Any]) -> list[float]:
    """Milliseconds in which the simulator shows one bill."""
    place, took = till["places"][0], []
    headers = {"authorization": f"Bearer {place['pair']['access_token']}"}
    path = f"/o/op/1/order/accounts/{place['bills'][0]}?businessLocationId={place['location']}"
    with httpx.Client(base_url=till["url"], headers=headers) as client:
        for _ in range(READS):
            began = time.perf_counter()
            client.get(path).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
    return took


def _reads(scene: Scene) -> list[float]:
    """Milliseconds in which a provider is shown a bill that is read at the till for it, each of another store."""
    took = []
    with provider(scene.house.port, scene.made["key"]) as client:
        for each in scene.made["integrations"][:READS]:
            began = time.perf_counter()
            client.get(f"/v1/integrations/{each['id']}/checks/{each['bills'][0]}?fresh=true").raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
    return took


def _percentile(took: Sequence[float], percent: int) -> float:
    return quantiles(took, n=100, method="inclusive")[percent - 1]
