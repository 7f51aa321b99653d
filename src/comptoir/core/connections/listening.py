"""Have a vendor tell us that sales changed, where it has to be asked to: one address for all places of an account."""

from collections.abc import Collection
from typing import cast
from uuid import UUID

from django.conf import settings

from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import webhook_path
from comptoir.core.connections.models import Connection, LocationLink, WebhookAddress
from comptoir.pos import registry
from comptoir.pos.capabilities import Capability, TellsSalesNews


def due(connections: Collection[UUID] = ()) -> list[UUID]:
    """Which of these connections, or of all, have a vendor that tells elsewhere than it should, or should not tell."""
    asked = [
        each.manifest.slug for each in registry.connectors() if Capability.SALES_NEWS in each.manifest.capabilities
    ]
    rows = Connection.objects.filter(provider__in=asked, status=Connection.Status.CONNECTED)
    rows = rows.filter(id__in=connections) if connections else rows
    return [row.id for row in rows if _wanted(row) != row.listening_door]


def tune(connection: Connection) -> None:
    """Bring what the vendor knows in step with what is linked. Harmless to repeat.

    The door is that of the store linked first. Raises VendorBusy, VendorRefused, VendorUnreadable, OutcomeUnknown.
    """
    _tell_at(connection, _wanted(connection))


def again(connection: Connection) -> None:
    """Ask once more for what was asked for: a vendor may have forgotten it, or we may have moved. Raises as `tune`."""
    if connection.listening_door is None:
        return
    door = WebhookAddress.objects.get(organisation_id=connection.organisation_id, id=connection.listening_door)
    with open_vendor(connection) as opened:
        cast(TellsSalesNews, opened).listen_for_sales(f"{settings.COMPTOIR_URL}{webhook_path(door)}")


def stop(connection: Connection) -> None:
    """Have the vendor tell us nothing more. Harmless to repeat. Raises as `tune` does."""
    _tell_at(connection, None)


def _tell_at(connection: Connection, wanted: UUID | None) -> None:
    if wanted == connection.listening_door:
        return
    doors = WebhookAddress.objects.filter(organisation_id=connection.organisation_id, provider=connection.provider)
    known = {door.id: f"{settings.COMPTOIR_URL}{webhook_path(door)}" for door in doors}
    with open_vendor(connection) as opened:
        vendor = cast(TellsSalesNews, opened)
        if wanted in known:
            vendor.listen_for_sales(known[wanted])
        if connection.listening_door in known:
            vendor.stop_listening_for_sales(known[connection.listening_door])
    Connection.objects.filter(id=connection.id).update(listening_door=wanted)


def _wanted(connection: Connection) -> UUID | None:
    """The door at which this account should tell; None while it feeds no store."""
    links = LocationLink.objects.filter(store__isnull=False, connection_id=connection.id).order_by("id")
    stores = list(links.values_list("store_id", flat=True))
    doors = WebhookAddress.objects.filter(
        organisation_id=connection.organisation_id, provider=connection.provider, store_id__in=stores
    )
    known = dict(doors.values_list("store_id", "id"))
    if connection.listening_door in known.values():
        return connection.listening_door
    return next((known[store] for store in stores if store in known), None)
