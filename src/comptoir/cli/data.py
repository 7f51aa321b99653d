"""Commands that read and write data."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from comptoir.core.accounts.models import Organisation, Store
from comptoir.core.accounts.tokens import SCOPES
from comptoir.core.accounts.tokens import create_token as new_token
from comptoir.core.connections.models import Connection
from comptoir.core.intake import reads as inbox
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.importing import reads as import_reads
from comptoir.core.ledger import reads
from comptoir.core.mail import reads as mail
from comptoir.core.outbox import dispatch
from comptoir.kernel.clock import business_date
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.project import environment

WATCH_SECONDS: Final = 0.5


def find_store(public: str) -> Store:
    """The store of this id. Raises RuleBroken."""
    store = Store.objects.filter(id=parse_id("sto", public)).first()
    if store is None:
        raise RuleBroken("There is no store of this id.", code="not_found", status=404)
    return store


def import_sales(
    store_id: str, first: date, last: date | None, *, quiet: bool, clock: Callable[[], datetime]
) -> dict[str, int]:
    """Import the business dates `first` to `last`, with a line of progress. Raises Vendor* errors, RuleBroken."""
    store = find_store(store_id)
    zone = ZoneInfo(store.timezone)
    until = last or business_date(clock(), zone=zone, day_start=store.day_start)
    begun = runs.begin_days(store, first=first, last=until, now=clock())
    done = [_follow(store, each, quiet=quiet, clock=clock) for each in begun]
    return {"read": sum(each.sales_read for each in done), "changed": sum(each.sales_changed for each in done)}


def _follow(store: Store, run_id: UUID, *, quiet: bool, clock: Callable[[], datetime]) -> import_reads.ImportFacts:
    """Read one location's days to their end, beside whatever worker reads them."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task(f"{store.name}: reading", total=1.0)

        def show(at: reading.Progress) -> None:
            words = f"{store.name}: {at.sales_read} sales read, {at.sales_changed} changed"
            bar.update(task, completed=at.share, description=words)

        mine = {"organisation_id": store.organisation_id, "run_id": run_id}
        reading.run(**mine, clock=clock, progress=show)
        while (found := import_reads.import_run(store.organisation_id, run_id, now=clock())) and found.reading:
            time.sleep(WATCH_SECONDS)  # a worker reads the rest; should it die, we take its windows up
            show(reading.run(**mine, clock=clock, progress=show))
    dispatch.dispatch(clock=clock)
    if found is None or found.state != "done":
        words = "Somebody paused or cancelled this import; what was read stays."
        raise ComptoirError((found.fault or found.waits_for if found else "") or words)
    return found


def export(store_id: str, first: date, last: date) -> str:
    """The canonical export of a store. Raises RuleBroken."""
    store = find_store(store_id)
    return reads.export(store.organisation_id, store.id, first, last)


def write(path: Path, content: bytes) -> None:
    """Write a file. Raises ComptoirError when it cannot be."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ComptoirError(f"{path} cannot be written: {error.strerror}.") from error


def create_token(name: str, organisations: list[str], scopes: list[str], *, now: datetime) -> dict[str, str]:
    """A new API token. Raises RuleBroken for an unknown scope or organisation."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        known = ", ".join(SCOPES)
        raise RuleBroken(f"Unknown scope {unknown[0]}; known are {known}.", code="scope_unknown", status=422)
    wanted = [parse_id("org", each) for each in organisations]
    found = list(Organisation.objects.filter(id__in=wanted))
    if len(found) != len(set(wanted)):
        raise RuleBroken("There is no organisation of this id.", code="not_found", status=404)
    token, clear = new_token(name=name, scopes=scopes, organisations=found, now=now)
    return {"name": token.name, "token": clear.reveal()}


def diagnose(environ: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
    """Facts about this installation, none of them secret."""
    return {
        "database": "embedded" if environment.is_embedded(environ) else "yours",
        "data_folder": str(environment.data_folder(environ)),
        "organisations": Organisation.objects.count(),
        "connections": Connection.objects.count(),
        "connections_to_mend": Connection.objects.filter(status=Connection.Status.RECONNECT).count(),
        **asdict(inbox.backlog(now=now)),
        "events_failing": dispatch.failing(),
        **asdict(mail.standing(now=now)),
    }
