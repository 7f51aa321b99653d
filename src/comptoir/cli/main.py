"""`comptoir`: one command for everything."""

import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from comptoir.cli import house
from comptoir.cli.balance import balance
from comptoir.cli.connecting import connect
from comptoir.cli.importing import imports
from comptoir.cli.keys import keys
from comptoir.cli.ledger import rollup
from comptoir.cli.records import records
from comptoir.cli.sandbox import sandbox

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.add_typer(sandbox, name="sandbox")
app.add_typer(keys, name="keys")
app.add_typer(imports, name="imports")
app.add_typer(balance, name="balance")
app.command()(connect)
app.command()(rollup)
app.command()(records)

AsJson = Annotated[bool, typer.Option("--json", help="Print facts as JSON.")]


@app.callback()
def comptoir() -> None:
    """One counter between every till and every back office."""
    if "--help" in sys.argv:
        return
    with house.sentences():
        house.set_up_log()


@app.command()
def demo() -> None:
    """A living restaurant, its till and all of Comptoir, on this machine."""
    from comptoir.cli import demo as demonstration

    with house.sentences():
        demonstration.run()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
) -> None:
    """The web server: pages, API and webhook doors."""
    from comptoir.cli import server

    with house.sentences(), house.database(supervise=True):
        server.run(host=host, port=port)


@app.command()
def work(
    concurrency: Annotated[int, typer.Option(min=1, max=32, help="Jobs at the same time.")] = 2,
    metrics: Annotated[int, typer.Option(help="Port for Prometheus, on this machine alone; none when 0.")] = 0,
) -> None:
    """A worker: processes what comes in, imports, and hands events to the apps."""
    with house.ready(supervise=True):
        from comptoir.core.intake import listening, partitions
        from comptoir.core.jobs import engine
        from comptoir.kernel import metrics as counted

        partitions.ensure(datetime.now(UTC))
        if metrics:
            counted.serve(metrics)
        engine.run_worker(concurrency=concurrency, beside=[listening.stand_by])


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    with house.sentences(), house.database():
        house.set_up_django()
        house.migrate()


@app.command(name="import")
def import_sales(
    store: Annotated[str, typer.Argument(help="Store id (sto_…).")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day, in the store's zone.")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; today when absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a store's sales from its point of sale; repeating it changes nothing."""
    with house.ready():
        from comptoir.cli import data

        last = until.date() if until else None
        done = data.import_sales(store, since.date(), last, quiet=as_json, clock=lambda: datetime.now(UTC))
        typer.echo(
            json.dumps(done) if as_json else f"{done['read']} sales read, {done['changed']} of them new or changed."
        )


@app.command()
def replay(
    notification: Annotated[
        int | None, typer.Argument(help="Number of one notification, as its page shows it.")
    ] = None,
    store: Annotated[str, typer.Option(help="Store id (sto_…).")] = "",
    since: Annotated[datetime | None, typer.Option(help="Received from here on; the store's zone, else UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Received before; the store's zone, else UTC.")] = None,
    outcome: Annotated[str, typer.Option(help="What became of it: parked, recorded …")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read stored notifications again, without asking the vendor; repeating it changes nothing."""
    with house.ready():
        from comptoir.cli import replaying

        selection = replaying.select(notification, store, since, until, outcome)
        done = replaying.replay(selection, dry_run=dry_run, quiet=as_json, clock=lambda: datetime.now(UTC))
        typer.echo(json.dumps(done) if as_json else replaying.sentence(done))


@app.command()
def export(
    store: Annotated[str, typer.Argument(help="Store id (sto_…).")],
    since: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First business date.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last business date.")],
    output: Annotated[Path | None, typer.Option(help="File to write; standard output when absent.")] = None,
    as_json: AsJson = False,
) -> None:
    """Finished bills and the hourly roll-up, one JSON per line, the same bytes however they came in."""
    with house.ready():
        from comptoir.cli import data

        content = data.export(store, since.date(), until.date()).encode()
        if output is None:
            typer.echo(content, nl=False)
            return
        data.write(output, content)
        facts = {"output": str(output), "lines": content.count(b"\n")}
        typer.echo(json.dumps(facts) if as_json else f"{facts['lines']} lines written to {output}.")


@app.command()
def tokens(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    organisation: Annotated[list[str], typer.Option(help="Organisation id (org_…); may be repeated.")],
    scope: Annotated[list[str], typer.Option(help="Scope; may be repeated.")],
    as_json: AsJson = False,
) -> None:
    """Make an API token; it is shown this once."""
    with house.ready():
        from comptoir.cli import data

        made = data.create_token(name, organisation, scope, now=datetime.now(UTC))
        typer.echo(json.dumps(made) if as_json else made["token"])


@app.command(name="sign-up")
def sign_up(
    name: Annotated[str, typer.Argument(help="Name of the organisation.")],
    owner: Annotated[str, typer.Argument(help="E-mail address of its owner.")],
    as_json: AsJson = False,
) -> None:
    """A link that sets an organisation and its owner up, whoever may sign up by himself; good for a week, once."""
    with house.ready():
        from comptoir.core.accounts import signing_up

        url = signing_up.link(organisation_name=name, email=owner, now=datetime.now(UTC), is_granted=True)
        typer.echo(json.dumps({"url": url}) if as_json else url)


@app.command(name="second-steps")
def second_steps(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    as_json: AsJson = False,
) -> None:
    """Take the second steps of an account away whose owner has lost them; it is told by mail."""
    with house.ready():
        from comptoir.core.accounts import second_steps as steps
        from comptoir.web.accounts import tell_news

        user = steps.reset_by_operator(email=email, now=datetime.now(UTC))
        tell_news("second_steps_removed", user.email)
        words = f"{user.email} signs in with the password alone now."
        typer.echo(json.dumps({"email": user.email}) if as_json else words)


@app.command()
def operator(
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
    off: Annotated[bool, typer.Option("--off", help="Take it away again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let an account into the back office, or take that away."""
    with house.ready():
        from comptoir.core.accounts.operators import set_operator

        user = set_operator(email=email, is_operator=not off, now=datetime.now(UTC))
        words = f"{user.email} {'may not' if off else 'may'} enter the back office."
        typer.echo(json.dumps({"email": user.email, "operator": user.is_operator}) if as_json else words)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """What this installation is, and what stands in its way."""
    with house.ready():
        from comptoir.cli import data, diagnosis

        facts = data.diagnose(os.environ, now=datetime.now(UTC))
        looked_at = diagnosis.checks(os.environ)
    if as_json:
        typer.echo(json.dumps({**facts, "checks": [asdict(each) for each in looked_at]}, indent=2))
    else:
        for each in looked_at:
            typer.echo(f"{each.state:5} {each.name:22} {each.words}")
        for name, value in facts.items():
            typer.echo(f"      {name:22} {value}")


if __name__ == "__main__":
    app()
