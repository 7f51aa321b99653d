"""`comptoir rollup`: whether the hourly roll-up is what the sales come to."""

import json
from typing import Annotated

import typer

from comptoir.cli import house


def rollup(
    store: Annotated[str, typer.Argument(help="Store id (sto_…); every store when absent.")] = "",
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Put right what differs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print facts as JSON.")] = False,
) -> None:
    """Compare the hourly roll-up with the sales it was added up from; exit code 1 when it differs and stays so."""
    with house.ready():
        from comptoir.cli import data
        from comptoir.core.accounts.models import Store
        from comptoir.core.ledger.rebuild import compare

        shops = [data.find_store(store)] if store else list(Store.objects.order_by("id"))
        found = [(shop, compare(shop, mend=rebuild)) for shop in shops]
    wrong = sum(each.wrong for _, each in found)
    facts = {
        "sales": sum(each.sales for _, each in found),
        "figures": sum(each.figures for _, each in found),
        "wrong": wrong,
        "rebuilt": rebuild,
        "stores_that_differ": [shop.public_id for shop, each in found if each.wrong],
    }
    if as_json:
        typer.echo(json.dumps(facts))
    else:
        done = "put right" if rebuild else "wrong"
        typer.echo(f"{facts['sales']} sales come to {facts['figures']} figures; {wrong} of them {done}.")
    if wrong and not rebuild:
        raise typer.Exit(1)
