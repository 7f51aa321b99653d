"""`comptoir connect`: the consent of a till's maker, begun here and given in a browser."""

import json
import os
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from comptoir.cli import house
from comptoir.kernel.errors import RuleBroken

POLL_SECONDS: Final = 0.5
LOCATIONS_SECONDS: Final = 30.0


def connect(
    provider: Annotated[str, typer.Argument(help="Folder name of the connector: lightspeed_k …")],
    organisation: Annotated[str, typer.Option(help="Organisation id (org_…).")],
    by: Annotated[str, typer.Option(help="E-mail address of the owner who will approve.")],
    wait: Annotated[int, typer.Option(min=0, max=900, help="Seconds to wait for the approval; 0: do not.")] = 900,
    as_json: Annotated[bool, typer.Option("--json", help="Print facts as JSON, one object a line.")] = False,
) -> None:
    """Print the address of the consent page, and wait until the connection is made."""
    with house.ready():
        from comptoir.core.connections import reads

        owner, address = _begin(provider, organisation, by)
        before = {each.id: each.status_since for each in reads.connections(owner)}
        words = f"Open this in a browser that is signed in to Comptoir as {by}:\n{address}"
        _say({"address": address}, words, as_json)
        deadline = time.monotonic() + wait
        while time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            news = [each for each in reads.connections(owner) if before.get(each.id) != each.status_since]
            made = next((each for each in news if each.provider == provider), None)
            if made is None:
                continue
            if not made.locations:  # they are read in a moment, if the login sees any
                deadline = min(deadline, time.monotonic() + LOCATIONS_SECONDS)
                continue
            facts = {"connection": made.public_id, "account": made.account_name, "locations": len(made.locations)}
            _say(facts, f"Connected: {made.account_name}. Choose the store that each location feeds.", as_json)
            return
        if wait:
            raise RuleBroken("Nothing was connected in time; look at the connections page.", code="consent_unknown")


def _begin(provider: str, organisation: str, by: str) -> tuple[Any, str]:
    """The organisation's id and the address. Raises RuleBroken."""
    from comptoir.core.accounts.models import Membership
    from comptoir.core.accounts.roles import Role, may
    from comptoir.core.connections import consent
    from comptoir.kernel.ids import parse_id
    from comptoir.pos import registry

    members = Membership.objects.select_related("user", "organisation")
    member = members.filter(organisation_id=parse_id("org", organisation), user__email=by.strip().lower()).first()
    if member is None or not may(Role(member.role), "connections.manage"):
        raise RuleBroken(f"{by} may not connect a till for this organisation.", code="not_found", status=404)
    connector = registry.connector(provider)
    address = consent.begin(
        organisation=member.organisation,
        user=member.user,
        connector=connector,
        endpoints=connector.endpoints(os.environ),
        redirect_uri=consent.redirect_uri(),
        now=datetime.now(UTC),
    )
    return member.organisation_id, address


def _say(facts: dict[str, Any], words: str, as_json: bool) -> None:
    typer.echo(json.dumps(facts) if as_json else words)
