"""`comptoir records`: how far the records of what was done go, to be kept elsewhere and compared one day."""

import json
from pathlib import Path
from typing import Annotated

import typer

from comptoir.cli import house


def records(
    compare: Annotated[
        Path | None, typer.Option(help="File with what this command printed before.", exists=True, dir_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print facts as JSON.")] = False,
) -> None:
    """Print an anchor for each organisation; or find what was changed since anchors were kept: then exit code 1."""
    with house.ready():
        from comptoir.core.audit import chain
        from comptoir.kernel.ids import public_id

        if compare is None:
            anchors = [str(each) for each in chain.anchors()]
            typer.echo(json.dumps({"anchors": anchors}) if as_json else "\n".join(anchors))
            return
        kept = [chain.Anchor.parse(line) for line in compare.read_text().splitlines() if line.strip()]
        broken = sorted(public_id("org", each) for each in chain.read().broken)
        differing = [str(each) for each in chain.differing(kept)]
    if as_json:
        typer.echo(json.dumps({"compared": len(kept), "differing": differing, "broken": broken}))
    else:
        wrong = [f"Not as it was: {each}" for each in [*differing, *broken]]
        typer.echo("\n".join(wrong) or f"{len(kept)} anchors hold: nothing before them was changed or removed.")
    if differing or broken:
        raise typer.Exit(1)
