"""The sandbox as one process: the living restaurants, their simulated vendors and the control page."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from comptoir.connectors.lightspeed_k.simulator import (
    Behaviour,
    KSeriesSimulator,
    OAuthClient,
    account_number,
    receipt_number,
)
from comptoir.connectors.lightspeed_r import simulator as shops_simulator
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.seal import Secret, new_token
from comptoir.pos.hosting import Server, now_in_milliseconds, serve
from comptoir.sandbox.catalogue import LIGHTSPEED_K, MANAGERS
from comptoir.sandbox.control.interface import Control
from comptoir.sandbox.control.office import OfficePage
from comptoir.sandbox.control.orders import Orders
from comptoir.sandbox.control.phones import PhonesPage
from comptoir.sandbox.control.views import Viewer
from comptoir.sandbox.doors import Doors
from comptoir.sandbox.faults import EVERYWHERE, Fault, Faults
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.living import Living
from comptoir.sandbox.office import Office
from comptoir.sandbox.postbox import Postbox
from comptoir.sandbox.provider.books import Books
from comptoir.sandbox.provider.company import Company
from comptoir.sandbox.provider.living import PhoneGuests
from comptoir.sandbox.shops import LIGHTSPEED_R, Shops
from comptoir.sandbox.sixpos import Counter
from comptoir.sandbox.trouble import Troubled
from comptoir.sandbox.world import RestaurantWorld

__all__ = ["DEFAULT_SEED", "LIGHTSPEED_K", "OAuthClient", "Sandbox", "client_of", "run"]

DEFAULT_SEED: Final = 1871
HISTORY: Final = timedelta(days=3)
HISTORY_OF_SHOPS: Final = timedelta(days=15)
"""What counters at the doors of shops remember: a first download begins with the latest 14 days."""
TICK_SECONDS: Final = 0.2
NATURAL_DUPLICATES: Final = 40
"""One notification in so many arrives twice, as with the real thing."""
CLIENT_ID: Final = "devp-v2-comptoir-sandbox"
R_CLIENT_ID: Final = "comptoir-sandbox"
RETURN_PATH: Final = "/connections/returned"
"""Where R-Series sends people back to: it has that registered, and is not told."""

_log = logging.getLogger(__name__)


class _KSeriesNumbering:
    """Bills and receipts are numbered as K-Series tills do."""

    def account(self, device: str, counter: int) -> str:
        return account_number(device, counter)

    def receipt(self, device: str, counter: int) -> str:
        return receipt_number(device, counter)


class Sandbox:
    """Used once: start, then stop. Port 0 picks a free one.

    `folder` keeps the state across restarts, None keeps it in memory. `history` is how much past a new world is given.
    `speed` is that of a new world; None leaves the default, 0 a world in which only visitors act.
    """

    def __init__(
        self,
        *,
        folder: Path | None,
        client: OAuthClient,
        host: str = "127.0.0.1",
        control_port: int = 0,
        simulator_ports: Mapping[str, int] | None = None,
        seed: int = DEFAULT_SEED,
        history: timedelta = HISTORY,
        speed: float | None = None,
        behaviour: Behaviour | None = None,
        mail_port: int = 0,
    ) -> None:
        self._folder = folder
        # In memory alone: mails hold links that let their reader in.
        self.postbox = Postbox(port=mail_port)
        self._client = client
        self._host = host
        self._control_port = control_port
        self._simulator_ports = dict(simulator_ports or {})
        self._seed = seed
        self._history = history
        self._speed = speed
        self._behaviour = behaviour or Behaviour(duplicate_one_in=NATURAL_DUPLICATES, managers=MANAGERS)
        self._stack = ExitStack()
        self.control_url = ""
        self.simulator_urls: dict[str, str] = {}

    def start(self) -> None:
        """Open the restaurants. Raises ComptoirError when a port is taken or the folder cannot be used."""
        with ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Finish what is at hand and give the ports back."""
        self._stack.close()

    def _open(self, stack: ExitStack) -> None:
        journal = Journal(self._file("world"))
        stack.callback(journal.close)
        self.journal = journal
        self.faults = Faults(journal.transaction)
        self.world = RestaurantWorld(journal, _KSeriesNumbering(), renumbers=self._renumbers)
        self.living = Living(self.world, journal, seed=self._seed)
        now = now_in_milliseconds()
        if self._speed is not None and not journal.has_a_past():
            self.living.set_speed(self._speed)
        self.living.fabricate(now - self._history, now)
        self.lightspeed_k = KSeriesSimulator(
            self.world,
            client=self._client,
            behaviour=self._behaviour,
            path=self._file(LIGHTSPEED_K),
            conditions=lambda location_id: self.faults.on(LIGHTSPEED_K, location_id),
        )
        stack.callback(self.lightspeed_k.close)
        self.lightspeed_k.take_note(now=now)
        port = self._simulator_ports.get(LIGHTSPEED_K, 0)
        troubled = Troubled(self.lightspeed_k, self.world, self.faults, vendor=LIGHTSPEED_K)
        hosted = stack.enter_context(serve(troubled, host=self._host, port=port))
        self.simulator_urls = {LIGHTSPEED_K: hosted.url}
        self._open_shops(stack, now)
        self._open_control(stack)
        self._open_doors(stack)

    def _open_shops(self, stack: ExitStack, now: datetime) -> None:
        back = next(iter(self._client.redirect_uris), "http://localhost:8000").rstrip("/") + RETURN_PATH
        client = shops_simulator.OAuthClient(R_CLIENT_ID, self._client.secret, back)
        path = self._file(LIGHTSPEED_R)
        acts = path.with_suffix(".jsonl") if path is not None else None
        self.shops = Shops(
            client=client,
            path=acts,
            seed=self._seed,
            now=now,
            conditions=lambda: self.faults.on(LIGHTSPEED_R, EVERYWHERE),
        )
        troubled = Troubled(
            self.shops.simulator,
            self.world,
            self.faults,
            vendor=LIGHTSPEED_R,
            failure=lambda status, request, _now: shops_simulator.failure(status, request),
        )
        port = self._simulator_ports.get(LIGHTSPEED_R, 0)
        hosted = stack.enter_context(serve(troubled, host=self._host, port=port))
        self.simulator_urls[LIGHTSPEED_R] = hosted.url

    def _open_control(self, stack: ExitStack) -> None:
        orders = Orders(self.world, self.living, self.lightspeed_k, self.faults)
        viewer = Viewer(self.world, self.living, self.journal, self.lightspeed_k, self.faults)
        self._open_postbox(stack)
        base_url = next(iter(self._client.redirect_uris), "http://localhost:8000").rstrip("/")
        office = OfficePage(Office(self.world, self.lightspeed_k, self.faults), self.journal)
        phones = PhonesPage(self._open_provider(stack, base_url), hook=lambda: self.control_url)
        self.doors = Doors(self.world.bought, base_url=base_url, seed=self._seed)
        self._start(stack, "doors", self.doors.run)
        self.shop_doors = Doors(
            self.shops.bought, base_url=base_url, seed=self._seed, history=HISTORY_OF_SHOPS, minutes=60
        )
        self._start(stack, "shop doors", self.shop_doors.run)
        sixpos = Counter(base_url=base_url)
        doors = {LIGHTSPEED_K: self.doors, LIGHTSPEED_R: self.shop_doors}
        control = Control(orders, viewer, self.postbox, self.shops, sixpos, office, phones, doors)
        server = Server(control.answer, host=self._host, port=self._control_port)
        server.start()
        stack.callback(server.stop)
        self.control_url = server.url

    def _open_provider(self, stack: ExitStack, base_url: str) -> Company:
        """Petite Monnaie, and guests who pay with it by themselves."""
        books = Books(self._file("provider"))
        stack.callback(books.close)
        self.provider = Company(books, base_url=base_url)
        guests = PhoneGuests(
            self.provider, speed=lambda: 0 if self.living.paused else self.living.speed, seed=self._seed
        )
        self._start(stack, "phones", guests.run)
        return self.provider

    @staticmethod
    def _start(stack: ExitStack, name: str, run: Callable[[threading.Event], None]) -> None:
        """A thread that ends with the sandbox."""
        stopping = threading.Event()
        thread = threading.Thread(target=run, args=(stopping,), name=name, daemon=True)
        thread.start()
        stack.callback(thread.join)
        stack.callback(stopping.set)

    def _open_postbox(self, stack: ExitStack) -> None:
        try:
            self.postbox.start()
        except OSError as error:
            words = f"Port {self.postbox.port} for mails is taken: {error.strerror}."
            raise ComptoirError(words, for_log=str(error)) from error
        stack.callback(self.postbox.stop)

    def _renumbers(self, location_id: str) -> bool:
        return Fault.EDITS_RENUMBER in self.faults.on(LIGHTSPEED_K, location_id)

    def _open_doors(self, stack: ExitStack) -> None:
        """Let time pass."""
        self._start(stack, "living", self._live)

    def _live(self, stopping: threading.Event) -> None:
        while not stopping.wait(TICK_SECONDS):
            try:
                self.living.advance(now_in_milliseconds())
            except Exception:
                _log.exception("The restaurants missed a beat")

    def _file(self, name: str) -> Path | None:
        if self._folder is None:
            return None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ComptoirError(f"The folder {self._folder} cannot be made: {error.strerror}.") from error
        return self._folder / f"{name}.sqlite3"


def client_of(folder: Path, *, redirects: tuple[str, ...]) -> OAuthClient:
    """The OAuth client a sandbox in this folder knows; its secret is made at first need and kept.

    Raises ComptoirError when the folder cannot be used.
    """
    path = folder / "client-secret"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Linked into place whole, so that of two programs that start at once both read the same secret.
            draft = folder / f".client-secret.{os.getpid()}"
            draft.touch(mode=0o600)
            draft.write_text(new_token("lsk_cs_"))
            with suppress(FileExistsError):
                path.hardlink_to(draft)
            draft.unlink()
        return OAuthClient(CLIENT_ID, Secret(path.read_text().strip()), redirects)
    except OSError as error:
        raise ComptoirError(f"The folder {folder} cannot be used: {error.strerror}.", for_log=str(error)) from error


def run(
    *,
    folder: Path,
    host: str,
    control_port: int,
    simulator_ports: Mapping[str, int],
    client: OAuthClient,
    mail_port: int = 0,
    seed: int = DEFAULT_SEED,
) -> None:
    """Run the sandbox until SIGTERM or SIGINT. Raises ComptoirError when a port is taken."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sandbox = Sandbox(
        folder=folder,
        client=client,
        host=host,
        control_port=control_port,
        simulator_ports=simulator_ports,
        seed=seed,
        mail_port=mail_port,
    )
    sandbox.start()
    try:
        stopping.wait()
    finally:
        sandbox.stop()
