"""What the demo finds on its first morning: organisations that are connected and trading, and one to set up by hand.

Every step can be repeated: a start that was cut short goes on where it stopped.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings

from comptoir.cli import seed_doors, seed_partner, seed_tables
from comptoir.core.accounts.models import ApiToken, Membership, Organisation, User
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import SCOPES, create_token
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import (
    create_store,
    learn_day_starts,
    link_location,
    refresh_locations,
    webhook_address,
    webhook_path,
)
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.tokens import read_token_answer
from comptoir.core.installations import manifest
from comptoir.core.installations.install import install_all
from comptoir.core.installations.models import Installation
from comptoir.core.intake.importing import runs
from comptoir.core.intake.tasks import enqueue_imports, reopen_unlinked
from comptoir.kernel.errors import ComptoirError
from comptoir.kernel.http import send
from comptoir.pos import registry
from comptoir.sandbox.server import R_CLIENT_ID, OAuthClient

PROVIDER: Final = "lightspeed_k"
PASSWORD: Final = "at-the-counter"  # noqa: S105  (of a simulation on this machine)
TOKEN_NAME: Final = "Demo"  # noqa: S105  (a name, no secret)
TRADING: Final = "Le Zinc"
EMPTY: Final = "Chez Charlie"
HISTORY: Final = timedelta(days=3)


def sow(*, web: str, sandbox: str, simulator: str, shops: str, client: OAuthClient) -> dict[str, Any]:
    """Make what is missing and return what `demo.json` says. Raises ComptoirError."""
    now = datetime.now(UTC)
    trading, empty = _organisation(TRADING, now), _organisation(EMPTY, now)
    people = [
        _member("alice@example.com", "Alice", trading, Role.OWNER),
        _member("bob@example.com", "Bob", trading, Role.STAFF),
        _member("charlie@example.com", "Charlie", empty, Role.OWNER),
    ]
    members, operator, known = seed_partner.sow(password=PASSWORD, now=now)
    _set_up_the_till(sandbox, web, known)
    business = _businesses(sandbox)[TRADING]
    connection = _connect(trading, people[0].user, business, sandbox, now)
    provider_key = seed_tables.sow(
        organisation=trading,
        connection=connection,
        owner=people[0].user,
        ask=lambda method, path, body: _ask(method, sandbox + path, body),
        now=now,
    )
    seed_doors.sow(
        organisation=trading,
        connection=connection,
        owner_of_shops=empty,
        ask=lambda method, path, body: _ask(method, sandbox + path, body),
        now=now,
    )
    # Only the latest start's token is written down: those of earlier starts end here.
    ApiToken.objects.filter(name=TOKEN_NAME, revoked_at=None).update(revoked_at=now)
    everybody = [trading, empty, members[0].organisation]
    _, token = create_token(name=TOKEN_NAME, scopes=SCOPES, organisations=everybody, now=now)
    pair = _mint(sandbox, business)
    return {
        "url": web,
        "sandbox_url": sandbox,
        "api_token": token.reveal(),
        "provider_key": provider_key.reveal(),
        "users": [
            *(_user(each) for each in (*people, *members)),
            {"email": operator.email, "password": PASSWORD, "role": "operator", "organisation": ""},
        ],
        "integrations": [*_integrations(trading), *_integrations(members[0].organisation)],
        "simulators": [
            {
                "provider": PROVIDER,
                "url": simulator,
                "account_id": business,
                "client_id": client.id,
                "client_secret": client.secret.reveal(),
                "access_token": pair["access_token"],
                "refresh_token": pair["refresh_token"],
            },
            _shops(sandbox, shops, client),
            seed_partner.simulator(web=web, known=known),
        ],
    }


def _shops(sandbox: str, url: str, client: OAuthClient) -> dict[str, Any]:
    """The R-Series shops, which nobody has connected yet."""
    pair = _ask("POST", f"{sandbox}/api/lightspeed_r/tokens")
    return {
        "provider": "lightspeed_r",
        "url": url,
        "account_id": pair["account_id"],
        "client_id": R_CLIENT_ID,
        "client_secret": client.secret.reveal(),
        "access_token": pair["access_token"],
        "refresh_token": pair["refresh_token"],
    }


def _set_up_the_till(sandbox: str, web: str, known: dict[str, str]) -> None:
    """Type token and slug into the settings of the 6xpos till, and switch it on."""
    said = urlencode(
        {"act": "settings", "address": web, "token": known["token"], "store": known["slug"], "active": "on"}
    )
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = send("POST", f"{sandbox}/sixpos", body=said.encode(), headers=headers)
    if answer.status not in (200, 303):
        raise ComptoirError("The sandbox refused to be set up.", for_log=f"6xpos till: status {answer.status}")


def _user(membership: Membership) -> dict[str, str]:
    return {
        "email": membership.user.email,
        "password": PASSWORD,
        "role": membership.role,
        "organisation": membership.organisation.name,
    }


def _organisation(name: str, now: datetime) -> Organisation:
    found = Organisation.objects.filter(name=name).order_by("id").first()
    return found or Organisation.objects.create(name=name, created_at=now)


def _member(email: str, name: str, organisation: Organisation, role: Role) -> Membership:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)
    membership, _ = Membership.objects.get_or_create(organisation=organisation, user=user, defaults={"role": role})
    return membership


def _businesses(sandbox: str) -> dict[str, str]:
    """Business name to its id, as the sandbox tells."""
    state = _ask("GET", f"{sandbox}/api/state")
    return {each["business_name"]: each["business_id"] for each in state["locations"]}


def _mint(sandbox: str, business_id: str) -> dict[str, Any]:
    return _ask("POST", f"{sandbox}/api/{PROVIDER}/tokens", {"business_id": business_id})


def _connect(organisation: Organisation, owner: User, business_id: str, sandbox: str, now: datetime) -> Connection:
    """Connect, link, switch on and import, as the owner would by hand; done once."""
    connection = Connection.objects.filter(organisation=organisation, provider=PROVIDER).first()
    if connection is None:
        body = json.dumps(_mint(sandbox, business_id)).encode()
        pair = read_token_answer(body, vendor="The simulator", now=now)
        connection = consent.keep(organisation_id=organisation.id, provider=PROVIDER, pair=pair, user=owner, now=now)
    with open_vendor(connection) as vendor:
        refresh_locations(connection, vendor)
        learn_day_starts(connection, vendor, now=now)
    day_start = registry.connector(PROVIDER).manifest.day_start
    for link in LocationLink.objects.filter(connection=connection, store=None).order_by("external_id"):
        store = create_store(link, day_start=day_start, now=now)
        link_location(link, store, now=now)
        install_all(organisation=organisation, store=store, provider=PROVIDER, now=now)
        runs.begin(link, start=now - HISTORY, end=now, now=now)
        enqueue_imports(organisation.id, connection.id)
        reopen_unlinked.enqueue_once()
    for link in LocationLink.objects.filter(connection=connection, store__isnull=False).select_related("store"):
        if link.store is not None:
            address = webhook_address(organisation=organisation, store=link.store, provider=PROVIDER, now=now)
            _ask(
                "PUT",
                f"{sandbox}/api/{PROVIDER}/locations/{link.external_id}/notifications",
                {"url": settings.COMPTOIR_URL + webhook_path(address), "code": "comptoir-fid"},
            )
    return connection


def _integrations(organisation: Organisation) -> list[dict[str, Any]]:
    links = {
        link.store.id: link.external_id
        for link in LocationLink.objects.filter(organisation=organisation, store__isnull=False).select_related("store")
        if link.store
    }
    rows = Installation.objects.filter(organisation=organisation, app__in=[app.slug for app in manifest.apps()])
    return [
        {
            "id": each.public_id,
            "organisation": organisation.name,
            "app": each.app,
            "provider": each.provider,
            "store": each.store.name,
            "vendor_location_id": links.get(each.store.id, each.store.slug),
            "webhook_url": _address(organisation, each),
        }
        for each in rows.select_related("store").order_by("id")
    ]


def _address(organisation: Organisation, each: Installation) -> str:
    """Where the till tells of its sales: a door of the store's own, or the partner API."""
    if registry.connector(each.provider).manifest.pushes:
        return f"{settings.COMPTOIR_URL}/partner/v1/orders"
    door = webhook_address(organisation=organisation, store=each.store, provider=each.provider, now=datetime.now(UTC))
    return settings.COMPTOIR_URL + webhook_path(door)


def _ask(method: str, url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    content = json.dumps(body).encode() if body is not None else b""
    answer = send(method, url, body=content, headers={"content-type": "application/json"})
    if answer.status >= 300:
        raise ComptoirError("The sandbox refused to be set up.", for_log=f"{method} {url}: status {answer.status}")
    return dict(json.loads(answer.body)) if answer.body else {}
