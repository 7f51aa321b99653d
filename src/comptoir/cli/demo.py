"""`make demo`: everything, connected and trading, in one command (design.md 5)."""

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

import typer

from comptoir.cli import house
from comptoir.cli.processes import Children
from comptoir.cli.server import listen
from comptoir.kernel.errors import ComptoirError, VendorBusy
from comptoir.kernel.http import send
from comptoir.project import environment

HOST: Final = "127.0.0.1"
READY_SECONDS: Final = 60.0
WATCH_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Addresses:
    """Where everything listens: the web server, the sandbox's page behind it, then each simulator."""

    port: int

    @property
    def web(self) -> str:
        """Comptoir itself."""
        return f"http://localhost:{self.port}"

    @property
    def sandbox(self) -> str:
        """The sandbox's control page."""
        return f"http://localhost:{self.port + 1}"

    @property
    def lightspeed_k(self) -> str:
        """The K-Series simulator."""
        return f"http://localhost:{self.port + 2}"

    @property
    def lightspeed_r(self) -> str:
        """The R-Series simulator."""
        return f"http://localhost:{self.port + 3}"

    @property
    def mail_port(self) -> int:
        """Where the sandbox takes mails; the ports between are left to simulators."""
        return self.port + 9


class Stopped(Exception):
    """Somebody pressed Ctrl-C, or asked us to end."""


def run() -> None:
    """Run until Ctrl-C. Raises ComptoirError with one sentence when something stands in the way."""
    addresses = Addresses(_port(os.environ))
    for port in (*range(addresses.port, addresses.port + 4), addresses.mail_port):
        listen(HOST, port).close()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    data = environment.data_folder(os.environ)
    children = Children()
    try:
        with house.database(supervise=True):
            _start(children, addresses, data)
            while True:
                time.sleep(WATCH_SECONDS)
                children.revive()
    except Stopped:
        typer.echo("\nStopping; your data stay where they are.")
    finally:
        (data / "demo.json").unlink(missing_ok=True)
        children.stop()


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise Stopped


def _port(environ: Mapping[str, str]) -> int:
    text = environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65527:
        raise ComptoirError(f"PORT is {text}; it should be a number from 1 to 65526.")
    return int(text)


def _start(children: Children, addresses: Addresses, data: Path) -> None:
    from comptoir.sandbox import server

    typer.echo("Starting the restaurant, its till and Comptoir …")
    client = server.client_of(data / "sandbox", redirects=(addresses.web,))
    os.environ.update(_environ(addresses, client.id, client.secret.reveal()))
    house.set_up_django()
    house.migrate()
    children.start(
        "sandbox", ["sandbox", "run", "--port", str(addresses.port + 1), "--mail-port", str(addresses.mail_port)], {}
    )
    _await(f"{addresses.sandbox}/api/state", children)
    children.start("web server", ["serve", "--port", str(addresses.port)], {})
    children.start("worker", ["work"], {})
    _await(f"{addresses.web}/healthz", children)

    from comptoir.cli import seed

    facts = seed.sow(
        web=addresses.web,
        sandbox=addresses.sandbox,
        simulator=addresses.lightspeed_k,
        shops=addresses.lightspeed_r,
        client=client,
    )
    _write(data / "demo.json", facts)
    _tell(facts)


def _environ(addresses: Addresses, client_id: str, client_secret: str) -> dict[str, str]:
    from comptoir.sandbox import server

    consent = f"{addresses.lightspeed_k}/realms/k-series/protocol/openid-connect"
    return {
        "COMPTOIR_URL": addresses.web,
        # The sandbox's provider of payments at the table is told by webhooks.
        "COMPTOIR_EGRESS_ALLOW": f"{HOST}:{addresses.port + 1}",
        "COMPTOIR_SMTP_URL": f"smtp://{HOST}:{addresses.mail_port}",
        "LIGHTSPEED_K_AUTHORISE_URL": f"{consent}/auth",
        "LIGHTSPEED_K_TOKEN_URL": f"{consent}/token",
        "LIGHTSPEED_K_API_URL": addresses.lightspeed_k,
        "LIGHTSPEED_K_CLIENT_ID": client_id,
        "LIGHTSPEED_K_CLIENT_SECRET": client_secret,
        "LIGHTSPEED_R_AUTHORISE_URL": f"{addresses.lightspeed_r}/auth/oauth/authorize",
        "LIGHTSPEED_R_TOKEN_URL": f"{addresses.lightspeed_r}/auth/oauth/token",
        "LIGHTSPEED_R_REVOKE_URL": f"{addresses.lightspeed_r}/auth/oauth/revoke",
        "LIGHTSPEED_R_API_URL": f"{addresses.lightspeed_r}/API/V3",
        "LIGHTSPEED_R_CLIENT_ID": server.R_CLIENT_ID,
        "LIGHTSPEED_R_CLIENT_SECRET": client_secret,
    }


def _await(url: str, children: Children) -> None:
    def answers() -> bool:
        try:
            return send("GET", url, body=b"", headers={}, timeout=2.0).status == 200
        except VendorBusy:
            return False

    _poll(answers, children, f"{url} does not answer.")


def _poll(condition: Callable[[], bool], children: Children, otherwise: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise ComptoirError(otherwise)
        children.revive()
        time.sleep(0.1)


def _write(path: Path, facts: dict[str, Any]) -> None:
    """Whole or not at all, and for this user only: it holds tokens of the simulation."""
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(facts, file, indent=2)
    draft.replace(path)


def _tell(facts: dict[str, Any]) -> None:
    typer.secho(f"\n  Comptoir    {facts['url']}", bold=True)
    typer.secho(f"  The till    {facts['sandbox_url']}", bold=True)
    typer.secho(f"  Mailbox     {facts['sandbox_url']}/mailbox", bold=True)
    typer.secho(f"  Phones      {facts['sandbox_url']}/phones", bold=True)
    typer.secho(f"  The shops   {facts['sandbox_url']}/shops", bold=True)
    typer.secho(f"  6xpos       {facts['sandbox_url']}/sixpos", bold=True)
    typer.echo()
    for user in facts["users"]:
        typer.echo(f"  {user['email']:22} {user['password']:16} {user['role']}, {user['organisation']}")
    typer.echo("\nCtrl-C stops all of it; the next start finds its data.")
