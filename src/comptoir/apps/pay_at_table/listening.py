"""Have a till's maker tell us what became of payments: an endpoint of each integration, at its store's own door."""

from datetime import datetime
from typing import Final, cast

from django.conf import settings
from ulid import ULID

from comptoir.apps.pay_at_table import checks
from comptoir.apps.pay_at_table.days import store_of
from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.connections.locations import webhook_address, webhook_path
from comptoir.core.connections.models import Connection
from comptoir.pos.capabilities import TellsOrderNews
from comptoir.pos.orders import NewsAddress

PREFIX: Final = "comptoir-"


def ensure(integration: Integration, *, now: datetime) -> None:
    """Register once. Raises the vendor's errors."""
    if integration.listening_at is None:
        register(integration, now=now)


def register(integration: Integration, *, now: datetime) -> None:
    """Make our address known, or bring it up to date. Harmless to repeat. Raises the vendor's errors."""
    endpoint_id = f"{PREFIX}{ULID.from_uuid(integration.id)}"
    address = NewsAddress(endpoint_id, address_of(integration, now=now))
    with checks.at_the_till(integration) as (vendor, location):
        cast(TellsOrderNews, vendor).listen(address, [location])
    integration.endpoint_id, integration.listening_at = endpoint_id, now
    integration.save(update_fields=["endpoint_id", "listening_at"])


def stop(integration: Integration) -> None:
    """Forget the address. Harmless to repeat. Raises the vendor's errors."""
    with checks.at_the_till(integration) as (vendor, _):
        cast(TellsOrderNews, vendor).stop_listening(integration.endpoint_id)
    integration.listening_at = None
    integration.save(update_fields=["listening_at"])


def address_of(integration: Integration, *, now: datetime) -> str:
    """Where notifications of this store come in; a secret of the organisation."""
    store = store_of(integration)
    found = Connection.objects.get(organisation_id=store.organisation_id, id=integration.connection_id)
    door = webhook_address(organisation=store.organisation, store=store, provider=found.provider, now=now)
    return f"{settings.COMPTOIR_URL}{webhook_path(door)}"
