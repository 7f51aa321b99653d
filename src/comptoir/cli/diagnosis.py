"""What stands in an installation's way: each thing looked at, with what to do when it is not well."""

import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from comptoir.core.audit import chain
from comptoir.core.connections import sealing
from comptoir.core.jobs import engine
from comptoir.core.mail.server import MailServer
from comptoir.kernel import http
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.ids import public_id
from comptoir.project import environment

SECONDS: Final = 3.0
LEAST_FREE_BYTES: Final = 2 * 1024**3
LARGEST_SKEW_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `state` is ok, warn or bad; `words` say what is, and what to do."""

    name: str
    state: str
    words: str


def checks(environ: Mapping[str, str]) -> list[Check]:
    """Every check, none of which stops the others or tells a secret."""
    return [
        found
        for look in (_database, _clock, _keys, _records, _workers, _doors, _mail, _disk)
        for found in _tried(look, environ)
    ]


def _tried(look: Callable[[Mapping[str, str]], Iterator[Check]], environ: Mapping[str, str]) -> list[Check]:
    try:
        return list(look(environ))
    except (ComptoirError, OSError) as error:
        return [Check(look.__name__.strip("_"), "bad", str(error))]


def _database(_: Mapping[str, str]) -> Iterator[Check]:
    """That it answers and is migrated was proved before this command began."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        [version] = cursor.fetchone() or ["of an unknown version"]
    yield Check("database", "ok", f"PostgreSQL {version}, up to date with this version of Comptoir")


def _clock(_: Mapping[str, str]) -> Iterator[Check]:
    """Tokens, jobs and budgets are timed by both clocks."""
    before = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [there] = cursor.fetchone() or [before]
    skew = abs((there - (before + (datetime.now(UTC) - before) / 2)).total_seconds())
    if skew > LARGEST_SKEW_SECONDS:
        yield Check("clock", "bad", f"the database's clock is {skew:.0f} s off this machine's: set both by NTP")
    else:
        yield Check("clock", "ok", "this machine and the database agree on the time")


def _keys(_: Mapping[str, str]) -> Iterator[Check]:
    """Whether what is sealed can be opened."""
    outdated = sealing.outdated()
    if outdated:
        yield Check("keys", "warn", f"{outdated} secrets wait for the newest key: run comptoir keys reseal")
    else:
        yield Check("keys", "ok", "every secret is sealed with the newest key")


def _records(_: Mapping[str, str]) -> Iterator[Check]:
    """Whether the records of what was done are as they were written."""
    found = chain.read()
    if found.broken:
        names = ", ".join(public_id("org", each) for each in found.broken)
        yield Check("records", "bad", f"somebody changed or removed what was done in {names}: compare backups")
    else:
        yield Check("records", "ok", f"{found.sealed} records of what was done are as they were sealed, to the newest")


def _workers(_: Mapping[str, str]) -> Iterator[Check]:
    seen = engine.workers_seen()
    if seen:
        yield Check("workers", "ok", f"{seen} seen lately, {len(engine.QUEUES)} in each process")
    else:
        yield Check("workers", "bad", "none was seen lately: start comptoir work")


def _doors(_: Mapping[str, str]) -> Iterator[Check]:
    """The address that tills call, as it is reached from here."""
    address = settings.COMPTOIR_URL
    try:
        status = http.send("GET", f"{address}/healthz", body=b"", headers={}, timeout=SECONDS).status
    except ComptoirError:
        yield Check("doors", "bad", f"{address} does not answer: start comptoir serve, and look at the proxy before it")
        return
    if status != 200:
        yield Check("doors", "bad", f"{address}/healthz answers {status}: something else is served there")
    elif urlsplit(address).scheme != "https":
        yield Check("doors", "warn", f"{address} answers, but without https no till's maker sends people back to it")
    else:
        yield Check("doors", "ok", f"{address} answers")


def _mail(_: Mapping[str, str]) -> Iterator[Check]:
    server: MailServer | None = settings.COMPTOIR_MAIL_SERVER
    if server is None:
        yield Check("mail", "warn", "no mail server: mails wait until COMPTOIR_SMTP_URL names one")
        return
    try:
        socket.create_connection((server.host, server.port), timeout=SECONDS).close()
    except OSError as error:
        yield Check("mail", "bad", f"{server.host}, port {server.port}, does not answer: {error.strerror or error}")
    else:
        yield Check("mail", "ok", f"{server.host}, port {server.port}, answers")


def _disk(environ: Mapping[str, str]) -> Iterator[Check]:
    folder = environment.data_folder(environ)
    if not folder.exists():
        return
    free = shutil.disk_usage(folder).free
    state = "ok" if free > LEAST_FREE_BYTES else "bad"
    yield Check("disk", state, f"{free / 1024**3:.1f} GB free in {folder}" + ("" if state == "ok" else ": make room"))
