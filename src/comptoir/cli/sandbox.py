"""`comptoir sandbox`: the simulated restaurants and their vendors' simulators."""

import json
import os
from typing import Annotated, Any

import typer

from comptoir.cli import house
from comptoir.kernel.errors import ComptoirError

CALLS_US = "sixpos"
"""A till that calls with the token of its brand, which has no end: there is no pair to mint."""

sandbox = typer.Typer(no_args_is_help=True, help="Simulated restaurants and their vendors.")


@sandbox.command()
def run(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the control page; simulators take the ports after it.")] = 8001,
    mail_port: Annotated[int, typer.Option(help="Port of its mail server; 0: any free one.")] = 0,
) -> None:
    """Run the sandbox until it is stopped."""
    from comptoir.project import environment
    from comptoir.sandbox import server

    with house.sentences():
        folder = environment.data_folder(os.environ) / "sandbox"
        redirects = (environment.setting(os.environ, "COMPTOIR_URL", "http://localhost:8000"),)
        server.run(
            folder=folder,
            host=host,
            control_port=port,
            simulator_ports={"lightspeed_k": port + 1, "lightspeed_r": port + 2},
            client=server.client_of(folder, redirects=redirects),
            mail_port=mail_port,
        )


@sandbox.command()
def tokens(
    provider: Annotated[str, typer.Argument(help="Connector slug, such as lightspeed_k.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Mint a fresh pair of tokens at a simulator of the running demo."""
    with house.sentences():
        pair = mint(demo_facts(), provider)
        typer.echo(json.dumps(pair) if as_json else pair["access_token"])


def demo_facts() -> dict[str, Any]:
    """What `demo.json` says. Raises ComptoirError while no demo has been started."""
    from comptoir.project import environment

    path = environment.data_folder(os.environ) / "demo.json"
    try:
        return dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise ComptoirError(f"{path} is not there; start the demo first (make demo).", for_log=str(error)) from error


def mint(facts: dict[str, Any], provider: str) -> dict[str, Any]:
    """A fresh pair for the account that the demo uses. Raises ComptoirError."""
    from comptoir.kernel.http import send

    simulator = next((each for each in facts["simulators"] if each["provider"] == provider), None)
    if simulator is None:
        raise ComptoirError(f"The demo has no simulator named {provider}.")
    if simulator["provider"] == CALLS_US:
        return {"access_token": simulator["access_token"], "refresh_token": simulator["refresh_token"]}
    body = json.dumps({"business_id": simulator["account_id"]}).encode()
    url = f"{facts['sandbox_url']}/api/{provider}/tokens"
    answer = send("POST", url, body=body, headers={"content-type": "application/json"})
    if answer.status >= 300:
        raise ComptoirError("The sandbox did not mint tokens.", for_log=f"status {answer.status}")
    pair: dict[str, Any] = json.loads(answer.body)
    return pair
