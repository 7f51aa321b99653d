"""kill -9 of the web server, the worker and the database in turn, under load, in an installation of its own.

Every body that was answered 2xx is a sale exactly once afterwards, in the ledger, in the roll-up and in points.
"""

import http.client
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from comptoir.kernel.postgres import Cluster, cluster, datadirectory, discard, server
from tests.notifications import body, milliseconds
from tests.servers import WebServer, free_port, until

SENDERS = 4
ROUNDS = 6 if os.environ.get("DEEP") else 1
BEFORE_EACH_KILL = 400 if os.environ.get("DEEP") else 60
RECOVERY_SECONDS = 120.0

SEED = """
from datetime import UTC, datetime, time
from comptoir.cli import house
with house.ready():
    from comptoir.core.accounts.models import Organisation, Store
    from comptoir.core.connections.locations import webhook_address, webhook_path
    from comptoir.core.installations.install import install_all
    now, till = datetime.now(UTC), "lightspeed_k"
    made = Organisation.objects.create(name="Le Zinc", created_at=now)
    place = {"timezone": "Europe/Paris", "currency": "EUR", "country": "FR", "day_start": time(4)}
    bar = Store.objects.create(organisation=made, name="Le Zinc", created_at=now, **place)
    install_all(organisation=made, store=bar, provider=till, now=now)
    print(webhook_path(webhook_address(organisation=made, store=bar, provider=till, now=now)))
"""


@dataclass
class House:
    """An installation in a folder of its own: its database, its web server, its worker."""

    place: Cluster
    environ: dict[str, str]
    web: WebServer
    address: str = ""
    worker: "subprocess.Popen[bytes] | None" = None

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.environ, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start_worker(self) -> None:
        self.worker = subprocess.Popen([sys.executable, "-m", "comptoir", "work"], env=self.environ)

    def kill_web(self) -> None:
        self.web.kill()
        self.web.start()

    def kill_worker(self) -> None:
        assert self.worker
        self.worker.kill()
        self.worker.wait()
        self.start_worker()

    def kill_database(self) -> None:
        """Whoever is attached finds it dead, and starts it again."""
        pid = int((datadirectory.path(self.place) / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def ask(self, question: str) -> Any:
        """The first column of the first row; None while the database is away."""
        with suppress(psycopg.OperationalError), psycopg.connect(self.place.dsn()) as database:
            row = database.execute(question.encode()).fetchone()
            return row[0] if row else None
        return None

    def stop(self) -> None:
        for process in (self.web.process, self.worker):
            if process and process.poll() is None:
                process.terminate()
                process.wait(timeout=60)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "data"
    apart = ("DATABASE_URL", "COMPTOIR_TEST_DATABASE_URL", "COMPTOIR_DATABASE")
    environ = {name: value for name, value in os.environ.items() if name not in apart}
    environ |= {
        "COMPTOIR_DATA": str(folder),
        "COMPTOIR_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "comptoir.project.settings",
    }
    made = House(cluster(folder), environ, WebServer(free_port(), environ=environ))
    try:
        made.run("-m", "comptoir", "migrate")
        made.address = made.run("-c", SEED)
        made.start_worker()
        made.web.start()
        yield made
    finally:
        made.stop()
        discard(made.place)
        server.end_remains(made.place)


@dataclass
class Load:
    """Tills that close bills as fast as they are answered."""

    house: House
    closed_at: datetime
    answered: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    halt: threading.Event = field(default_factory=threading.Event)

    def send(self, sender: int) -> None:
        turn = 0
        while not self.halt.is_set():
            number, turn = f"A{sender}.{turn}", turn + 1
            with suppress(OSError, http.client.HTTPException):
                content = body(
                    number=number,
                    total=10.0,
                    openDate=milliseconds(self.closed_at - timedelta(hours=1)),
                    closeDate=milliseconds(self.closed_at),
                    updateDate=milliseconds(self.closed_at),
                )
                if self.house.web.request("POST", self.house.address, content)[0] == 202:
                    with self.lock:
                        self.answered.add(number)

    def count(self) -> int:
        with self.lock:
            return len(self.answered)

    def go_on(self) -> None:
        """Until so many more were answered."""
        goal = self.count() + BEFORE_EACH_KILL
        until(lambda: self.count() >= goal, seconds=RECOVERY_SECONDS)


def test_whatever_is_killed_every_answered_body_is_processed_exactly_once(house: House) -> None:
    load = Load(house, datetime.now(UTC) - timedelta(minutes=5))
    with ThreadPoolExecutor(SENDERS) as pool:
        senders = [pool.submit(load.send, number) for number in range(SENDERS)]
        try:
            for _ in range(ROUNDS):
                for kill in (house.kill_web, house.kill_worker, house.kill_database):
                    load.go_on()
                    kill()
            load.go_on()
        finally:
            load.halt.set()
        for sender in senders:
            sender.result()

    until(lambda: has_settled(house), seconds=RECOVERY_SECONDS)
    with psycopg.connect(house.place.dsn()) as database:
        sales = [row[0] for row in database.execute("SELECT external_id FROM ledger_sale")]
        summed = database.execute("SELECT sum(value) FROM ledger_hourlyfigure WHERE measure = 'receipts'").fetchone()
        offers = database.execute("SELECT external_id, points FROM loyalty_offer").fetchall()

    assert load.count() >= (3 * ROUNDS + 1) * BEFORE_EACH_KILL
    assert load.answered <= set(sales), "answered, and lost"
    assert len(sales) == len(set(sales)), "counted twice"
    assert summed == (len(sales),)
    assert sorted(number for number, _ in offers) == sorted(sales)
    assert len({points for _, points in offers}) == 1
    assert all(points > 0 for _, points in offers)


def has_settled(house: House) -> bool:
    """Nothing waits in the inbox, and every event was heard."""
    waiting = house.ask(
        "SELECT (SELECT count(*) FROM intake_notification WHERE processed_at IS NULL)"
        " + (SELECT count(*) FROM outbox_delivery)"
    )
    return bool(waiting == 0)
