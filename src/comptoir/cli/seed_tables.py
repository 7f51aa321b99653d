"""What the demo finds at the tables: a provider that guests of the demo's restaurants pay with, linked and trading.

Every step can be repeated: the provider keeps its key and links in the sandbox, the restaurant its integrations here.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from comptoir.apps.pay_at_table import integrations, linking, listening
from comptoir.apps.pay_at_table.link_tables import Link, LinkState, ProviderKey
from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.kernel.seal import Secret

PROVIDER: Final = "Petite Monnaie"
VISITORS: Final = "A program of yours"
CARDS: Final = ("PM", PROVIDER)
VOUCHERS: Final = ("PMT", f"{PROVIDER}, titres-restaurant")
API_USER: Final = "5502"
"""Bob works at both of Le Zinc's places, and opens no table there before the others."""
API_METHOD: Final = "APM"
"""The till's Payment API holds another method than the one chosen in Comptoir, which must win."""

Ask = Callable[[str, str, dict[str, Any] | None], dict[str, Any]]


def sow(*, organisation: Organisation, connection: Connection, owner: User, ask: Ask, now: datetime) -> Secret:
    """Set up the tills, make an integration for each store, let the provider ask, and say yes. Raises ComptoirError.

    `ask` calls the sandbox: a method, a path, a body. Returns an app key for programs of visitors, linked as well.
    """
    mine = [
        _integration(organisation, connection, link, ask, now)
        for link in LocationLink.objects.filter(connection=connection, store__isnull=False).select_related("store")
    ]
    known = ask("GET", "/api/provider", None)
    wanted: dict[str, Any] = {"ask": [each.public_id for each in mine]}
    if not ProviderKey.objects.filter(start=known["key_start"] or "none", revoked_at=None).exists():
        wanted["key"] = linking.make_key(provider=PROVIDER, now=now)[1].reveal()
    ask("POST", "/api/provider", wanted)
    secret = _key_for_visitors(mine, now)
    for link in Link.objects.filter(organisation=organisation, state=LinkState.WAITING):
        linking.decide(
            organisation_id=organisation.id,
            integration_id=link.integration_id,
            key_id=link.key_id,
            yes=True,
            actor=f"user:{owner.pk}",
            now=now,
        )
    ask("GET", "/api/provider", None)  # it sees that it was let in, and has its webhooks sent
    return secret


def _key_for_visitors(integrations_: list[Integration], now: datetime) -> Secret:
    """A key that `demo.json` tells; that of an earlier start ends here, and so do its links."""
    for old in ProviderKey.objects.filter(provider=VISITORS, revoked_at=None):
        Link.objects.filter(key_id=old.app_id).delete()
        linking.revoke_key(old, now=now)
    key, secret = linking.make_key(provider=VISITORS, now=now)
    for each in integrations_:
        linking.ask(key=key, integration_id=each.id, now=now)
    return secret


def _integration(
    organisation: Organisation, connection: Connection, link: LocationLink, ask: Ask, now: datetime
) -> Integration:
    if link.store is None:
        raise ValueError("only linked locations are asked for")
    office = f"/api/lightspeed_k/locations/{link.external_id}/office"
    present = {each["id"] for each in ask("GET", office, None)["methods"] or ()}
    for code, name in (CARDS, VOUCHERS):
        if code not in present:
            ask("POST", office, {"act": "add_method", "code": code, "name": name})
    if not present:
        ask("POST", office, {"act": "api", "enabled": "yes", "method": API_METHOD, "user": API_USER})
    found = Integration.objects.filter(organisation=organisation, location_id=link.external_id).first()
    if found is None:
        found = integrations.create(
            organisation=organisation,
            store=link.store,
            connection=connection,
            location_id=link.external_id,
            name=f"{PROVIDER}, {link.store.name}",
            now=now,
            card_method=CARDS[0],
            voucher_method=VOUCHERS[0],
            emails="alice@example.com",
            enabled=True,
        )
    listening.register(found, now=now)
    return found
