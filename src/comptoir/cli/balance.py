"""`comptoir balance`: Import POS of the weekly balance, with its progress."""

import json
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from comptoir.cli import house
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id

balance = typer.Typer(no_args_is_help=True, help="Import POS of the weekly balance.")
EVERY = 1.0
AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


@balance.command(name="import")
def begin(
    organisation: Annotated[str, typer.Argument(help="Organisation id (org_…).")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first business date.")],
    last: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The last business date, included.")],
    department: Annotated[list[str] | None, typer.Option(help="Department id (dep_…); all without it.")] = None,
    overwrite: Annotated[bool, typer.Option(help="Write over approved and typed numbers.")] = False,
    wait: Annotated[bool, typer.Option(help="Stay until a worker has finished it, and print how far it is.")] = True,
    as_json: AsJson = False,
) -> None:
    """Read days of departments from the till's books; a worker (`comptoir work`) does it."""
    with house.ready():
        from comptoir.apps.weekly_balance import importing, setting_up

        now, mine = datetime.now(UTC), parse_id("org", organisation)
        chosen = setting_up.departments(mine)
        if department:
            wanted = [parse_id("dep", each) for each in department]
            chosen = [each for each in chosen if each.id in wanted]
            if len(chosen) < len(set(wanted)):
                raise RuleBroken("There is no department of this id.", code="not_found", status=404)
        row = importing.begin(
            client=setting_up.client_of(mine, now=now),
            departments=chosen,
            first=first.date(),
            last=last.date(),
            overwrite=overwrite,
            actor="cli",
            now=now,
        )
        importing.go(row)
        _watch(row, wait=wait, as_json=as_json)


@balance.command(name="imports")
def show(
    organisation: Annotated[str, typer.Argument(help="Organisation id (org_…).")],
    as_json: AsJson = False,
) -> None:
    """The latest imports, and how far each is."""
    with house.ready():
        from comptoir.apps.weekly_balance import importing

        now = datetime.now(UTC)
        found = [_facts(each, now) for each in importing.latest(parse_id("org", organisation))]
    typer.echo(json.dumps(found, indent=2) if as_json else "\n".join(_line(each) for each in found))


def _watch(row: Any, *, wait: bool, as_json: bool) -> None:
    """Print what changes until it is finished."""
    said = ""
    while True:
        facts = _facts(row, datetime.now(UTC))
        line = json.dumps(facts) if as_json else _line(facts)
        if line != said:
            typer.echo(line)
            said = line
        if not wait or row.finished_at is not None:
            return
        time.sleep(EVERY)
        row.refresh_from_db()


def _facts(row: Any, now: datetime) -> dict[str, Any]:
    from comptoir.apps.weekly_balance import importing

    found = importing.progress(row, now=now)
    return {
        "id": row.public_id,
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "percent": found.percent,
        "sales_read": found.sales_read,
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "written": row.written,
        "kept": row.kept,
        "pending": row.pending,
        "waits_for": str(found.words),
    }


def _line(facts: dict[str, Any]) -> str:
    days = f"{facts['first']} – {facts['last']}"
    read = f"{facts['sales_read']} sales read"
    sums = f"{read}, {facts['written']} written, {facts['kept']} kept, {facts['pending']} waiting"
    words = f"  {facts['waits_for']}" if facts["waits_for"] else ""
    return f"{facts['id']}  {days}  {facts['percent']:3} %  {sums}{words}"
