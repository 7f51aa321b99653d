"""Give a consent back: the vendor forgets it, and so do we, whatever the vendor says."""

import os
from datetime import datetime

import structlog
from django.db import transaction

from comptoir.core.connections import listening
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.sealing import sealer
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.http import post_form
from comptoir.kernel.seal import Secret
from comptoir.pos import registry

log = structlog.get_logger(__name__)


def revoke(connection: Connection, *, now: datetime) -> bool:
    """Ask the vendor to forget the consent, and forget its tokens; whether the vendor said yes.

    No location of it feeds a store any more. Where the vendor cannot be asked, we hold nothing that still opens the
    account, and its owner can end the consent in the till's own back office.
    """
    _stop_listening(connection)
    told = _tell(connection)
    nothing = sealer().seal(Secret("revoked"))
    with transaction.atomic():
        rows = Connection.objects.filter(organisation_id=connection.organisation_id, id=connection.id)
        rows.update(
            access_token=nothing,
            refresh_token=nothing,
            status=Connection.Status.RECONNECT,
            status_since=now,
            status_reason=Connection.GIVEN_BACK,
            keep_alive_at=None,
            probe_at=None,
            listening_door=None,
        )
        LocationLink.objects.filter(organisation_id=connection.organisation_id, connection_id=connection.id).update(
            store=None
        )
    return told


def _stop_listening(connection: Connection) -> None:
    """While we still can: afterwards nobody could end what the vendor posts to us."""
    try:
        listening.stop(connection)
    except (VendorBusy, VendorRefused, VendorUnreadable, OutcomeUnknown) as error:
        log.warning("connection.still_told", connection=str(connection.id), cause=error.for_log)


def _tell(connection: Connection) -> bool:
    connector = registry.connector(connection.provider)
    endpoints = connector.endpoints(os.environ)
    if not endpoints.revoke_url:
        return False
    fields = {"refresh_token": sealer().unseal(connection.refresh_token).reveal()}
    try:
        answer = post_form(
            endpoints.revoke_url,
            fields,
            client=(endpoints.client_id, endpoints.client_secret),
            vendor=connector.manifest.name,
            client_in_form=connector.manifest.client_in_form,
        )
    except (VendorBusy, OutcomeUnknown) as error:
        log.warning("connection.revoke_unheard", connection=str(connection.id), cause=error.for_log)
        return False
    return answer.status == 200
