"""The jobs of connections: keep tokens alive that nobody uses, ask again where a vendor refused."""

from datetime import UTC, datetime
from uuid import UUID

import structlog

from comptoir.core.connections import access, listening, standing
from comptoir.core.connections.models import Connection
from comptoir.core.jobs import engine
from comptoir.kernel.errors import OutcomeUnknown, VendorBusy, VendorRefused

log = structlog.get_logger(__name__)


@engine.job("connections.keep_alive_one", queue=engine.BACKGROUND)
def keep_alive_one(*, connection_id: str, **_: str) -> None:
    """Renew the tokens of one connection; a vendor that cannot answer is asked at the next tick."""
    found = Connection.objects.filter(id=UUID(connection_id)).first()
    try:
        if found is not None:
            access.keep_alive(found)
    except (VendorBusy, VendorRefused) as error:
        log.warning("connection.not_kept_alive", connection=connection_id, cause=error.for_log)


@engine.job("connections.probe_one", queue=engine.BACKGROUND)
def probe_one(*, connection_id: str, **_: str) -> None:
    """Ask one vendor whether it accepts us."""
    found = Connection.objects.filter(id=UUID(connection_id)).first()
    if found is not None:
        access.probe(found)


@engine.job("connections.listen_one", queue=engine.BACKGROUND)
def listen_one(*, connection_id: str, **_: str) -> None:
    """Have one vendor tell us of sales where it should; one that cannot answer is asked at the next tick."""
    found = Connection.objects.filter(id=UUID(connection_id)).first()
    try:
        if found is not None:
            listening.tune(found)
    except (VendorBusy, VendorRefused, OutcomeUnknown) as error:
        log.warning("connection.not_listening", connection=connection_id, cause=error.for_log)


@engine.job("connections.listen_again_one", queue=engine.BACKGROUND)
def listen_again_one(*, connection_id: str, **_: str) -> None:
    """Ask one vendor once more for what was asked for; one that cannot answer is asked the next day."""
    found = Connection.objects.filter(id=UUID(connection_id), status=Connection.Status.CONNECTED).first()
    try:
        if found is not None:
            listening.again(found)
    except (VendorBusy, VendorRefused, OutcomeUnknown) as error:
        log.warning("connection.not_listening", connection=connection_id, cause=error.for_log)


@engine.periodic("connections.listen_again", cron="41 3 * * *")
def listen_again() -> None:
    """One job a day for each connection whose vendor was asked to tell."""
    rows = Connection.objects.filter(status=Connection.Status.CONNECTED, listening_door__isnull=False)
    for connection_id in rows.values_list("id", flat=True):
        listen_again_one.enqueue_once(key=f" {connection_id}", connection_id=str(connection_id))


def enqueue_listening(*connections: UUID) -> None:
    """One job for each vendor that should tell us elsewhere, of these connections or of all; call it after linking."""
    for connection_id in listening.due(connections):
        listen_one.enqueue_once(key=f" {connection_id}", connection_id=str(connection_id))


@engine.periodic("connections.look_after", cron="*/5 * * * *")
def look_after() -> None:
    """One job for each connection that needs it."""
    now = datetime.now(UTC)
    for connection_id in standing.due_to_keep_alive(now=now):
        keep_alive_one.enqueue_once(key=f" {connection_id}", connection_id=str(connection_id))
    for connection_id in standing.due_to_probe(now=now):
        probe_one.enqueue_once(key=f" {connection_id}", connection_id=str(connection_id))
    enqueue_listening()
