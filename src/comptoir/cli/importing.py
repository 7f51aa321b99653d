"""`comptoir imports`: see, pause, take up and cancel imports, whoever began them."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from comptoir.cli import house
from comptoir.kernel.ids import parse_id

imports = typer.Typer(no_args_is_help=True, help="See, pause, take up and cancel imports.")

AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]
ImportId = Annotated[str, typer.Argument(help="Import id (imp_…).")]


@imports.command(name="list")
def show(
    organisation: Annotated[str, typer.Argument(help="Organisation id (org_…).")],
    as_json: AsJson = False,
) -> None:
    """The latest imports of an organisation, and how far each is."""
    with house.ready():
        from comptoir.core.intake.importing import reads

        found = reads.import_runs(parse_id("org", organisation), now=datetime.now(UTC))
    if as_json:
        typer.echo(json.dumps([_facts(each) for each in found], indent=2))
        return
    for each in found:
        days = f"{each.start:%Y-%m-%d} – {each.end:%Y-%m-%d}"
        fault = f"  {each.fault or each.waits_for}" if each.fault or each.waits_for else ""
        typer.echo(f"{each.public_id}  {each.state:9} {each.percent:3} %  {each.sales_read:8} sales  {days}{fault}")


@imports.command()
def pause(import_id: ImportId) -> None:
    """Read nothing more until it is taken up."""
    with house.ready():
        from comptoir.core.intake.importing import runs

        run_id = parse_id("imp", import_id)
        organisation_id, _ = runs.whose(run_id)
        runs.pause(organisation_id=organisation_id, run_id=run_id)
    typer.echo("Paused. What was read stays.")


@imports.command(name="go-on")
def go_on(import_id: ImportId) -> None:
    """Let an import that stopped, was paused or waits go on now; a worker reads it."""
    with house.ready():
        from comptoir.core.intake.importing import runs
        from comptoir.core.intake.tasks import enqueue_imports

        run_id = parse_id("imp", import_id)
        organisation_id, connection_id = runs.whose(run_id)
        runs.take_up(organisation_id=organisation_id, run_id=run_id, now=datetime.now(UTC))
        enqueue_imports(organisation_id, connection_id)
    typer.echo("It goes on where it stopped.")


@imports.command()
def cancel(import_id: ImportId) -> None:
    """Give an import up; what was read stays."""
    with house.ready():
        from comptoir.core.intake.importing import runs

        run_id = parse_id("imp", import_id)
        organisation_id, _ = runs.whose(run_id)
        runs.cancel(organisation_id=organisation_id, run_id=run_id, now=datetime.now(UTC))
    typer.echo("Cancelled. What was read stays.")


def _facts(each: Any) -> dict[str, Any]:
    return {
        "id": each.public_id,
        "state": each.state,
        "start": each.start.isoformat(),
        "end": each.end.isoformat(),
        "percent": each.percent,
        "sales_read": each.sales_read,
        "sales_changed": each.sales_changed,
        "sales_per_second": each.rate,
        "seconds_left": each.remaining.total_seconds() if each.remaining else None,
        "fault": each.fault or each.waits_for,
    }
