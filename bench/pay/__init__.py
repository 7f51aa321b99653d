"""Pay at table: how long a guest waits for the bill, and until what he paid is on the till; one store, and 200 at once.

A web process, a worker, PostgreSQL with fsync on and the vendor's simulator share the cores, so only ratios of one run
mean anything. The measure is the simulator's own answer to the one call that reads a bill.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from bench import running
from bench.failure import BenchFailure
from bench.running import FOLDER
from bench.table import Measurement, compare

STORES: Final = 200
READS: Final = 100
ALONE: Final = 40
HANDS: Final = 16
PATIENCE_SECONDS: Final = 240.0
LOOK_SECONDS: Final = 0.01
APPLIED: Final = "SELECT provider_payment_id FROM pay_at_table_guestpayment WHERE state = 'applied'"


def measure(console: Console) -> Sequence[Measurement]:
    """Read bills, pay one after the other, pay everywhere at once. Raises BenchFailure, ComptoirError."""
    with _house(console) as (port, till, made, dsn):
        console.print("[dim]pay: the simulator's own answer[/dim]")
        least = _simulator(till)
        console.print("[dim]pay: a guest looks at his bill[/dim]")
        read = _reads(port, made)
        console.print("[dim]pay: one guest after the other[/dim]")
        alone = _payments(port, dsn, made, made["integrations"][:ALONE], bill=1, hands=1)
        console.print(f"[dim]pay: guests of {STORES} stores at once[/dim]")
        began = time.perf_counter()
        together = _payments(port, dsn, made, made["integrations"], bill=2, hands=HANDS)
        whole = time.perf_counter() - began
    table = Table("pay", title=f"the simulator answers in {_p95(least):.1f} ms (p95)")
    for heading in ("n", "p50 ms", "p95 ms"):
        table.add_column(heading, justify="right")
    for name, took in (
        ("check read", read),
        ("applied, alone", alone),
        (f"applied, {STORES} stores at once", together),
    ):
        table.add_row(name, str(len(took)), f"{_percentile(took, 50):,.0f}", f"{_p95(took):,.0f}")
    console.print(table)
    answer = _p95(least)
    return [
        compare("pay", "simulator's answer: check read", _p95(read), answer, "ms (p95)"),
        compare("pay", "simulator's answer: applied, alone", _p95(alone), answer, "ms (p95)"),
        compare(
            "pay", f"{STORES} stores at once: each, of one alone", whole * 1000 / STORES, _percentile(alone, 50), "ms"
        ),
    ]


@contextlib.contextmanager
def _house(console: Console) -> Iterator[tuple[int, dict[str, Any], dict[str, Any], str]]:
    """A fresh installation beside a simulator: (port, the simulator's words, integrations, database)."""
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
        house.serve()
        house.comptoir("work", "--concurrency", "4")
        yield house.port, told, made, house.cluster.dsn()


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


def _reads(port: int, made: dict[str, Any]) -> list[float]:
    """Milliseconds in which a provider is shown a bill that is read at the till for it, each of another store."""
    took = []
    with _provider(port, made) as client:
        for each in made["integrations"][:READS]:
            began = time.perf_counter()
            client.get(f"/v1/integrations/{each['id']}/checks/{each['bills'][0]}?fresh=true").raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
    return took


def _payments(
    port: int, dsn: str, made: dict[str, Any], integrations: Sequence[dict[str, Any]], *, bill: int, hands: int
) -> list[float]:
    """Milliseconds from the provider's report until the payment is known to be on the till."""
    began: dict[str, float] = {}
    took: dict[str, float] = {}

    def pay(each: dict[str, Any]) -> str:
        name = f"{each['id']}-{bill}"
        began[name] = time.perf_counter()
        answer = client.post(
            f"/v1/integrations/{each['id']}/checks/{each['bills'][bill]}/payments",
            json={"provider_payment_id": name, "amount": 2400, "currency": "EUR"},
            headers={"idempotency-key": name},
        )
        answer.raise_for_status()
        return name

    with _provider(port, made) as client, psycopg.connect(dsn, autocommit=True) as session:
        if hands == 1:
            for each in integrations:
                _wait(session, {pay(each)}, began, took)
        else:
            with ThreadPoolExecutor(hands) as pool:
                names = pool.map(pay, integrations)
                _wait(session, {f"{each['id']}-{bill}" for each in integrations}, began, took)
                list(names)
    return list(took.values())


def _wait(session: "psycopg.Connection[Any]", names: set[str], began: dict[str, float], took: dict[str, float]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while names - took.keys():
        for (name,) in session.execute(APPLIED).fetchall():
            if name in names and name not in took:
                took[name] = (time.perf_counter() - began[name]) * 1000
        if time.monotonic() > deadline:
            raise BenchFailure(f"{len(names - took.keys())} of {len(names)} payments are not on the till")
        time.sleep(LOOK_SECONDS)


def _provider(port: int, made: dict[str, Any]) -> httpx.Client:
    headers = {"authorization": f"Bearer {made['key']}"}
    return httpx.Client(base_url=f"http://localhost:{port}", headers=headers, timeout=60)


def _p95(took: Sequence[float]) -> float:
    return _percentile(took, 95)


def _percentile(took: Sequence[float], percent: int) -> float:
    return quantiles(took, n=100, method="inclusive")[percent - 1]
