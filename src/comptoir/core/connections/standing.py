"""Whether a vendor still accepts us: what a refused call does to its connection, and how it gets well by itself."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from comptoir.core.connections import grants
from comptoir.core.connections.credentials import refusal_values
from comptoir.core.connections.models import Connection
from comptoir.kernel.errors import VendorRefused
from comptoir.pos import registry

# How soon a vendor that refuses one call is asked whether it refuses all, and how often one that does is asked again.
DOUBT: Final = timedelta(minutes=1)
PROBED_EVERY: Final = timedelta(minutes=30)
REFUSES: Final = "{vendor} refuses Comptoir although the sign-in was renewed. Sign in again."


def note_refusal(connection: Connection, refusal: VendorRefused, *, asked_at: datetime, now: datetime) -> None:
    """A call was refused with a token that was renewed for it (401), or for lack of a right (403).

    A missing right may concern one location or one matter: then the account is only doubted, and `probe` asks. A
    consent given since `asked_at` is left alone.
    """
    ours = Connection.objects.filter(id=connection.id, status_since__lte=asked_at)
    if refusal.status == 401:
        values = refusal_values(reason(connection), now=now, probe_at=now + PROBED_EVERY)
        ours.filter(status=Connection.Status.CONNECTED).update(**values)
    elif refusal.status == 403:
        ours.filter(probe_at=None).update(probe_at=now + DOUBT)


def note_probe(connection: Connection, refusal: VendorRefused | None, *, asked_at: datetime, now: datetime) -> None:
    """What came of asking the vendor anew: a good answer mends what only calls had broken."""
    mine = Connection.objects.filter(id=connection.id, status_since__lte=asked_at)
    if refusal is None:
        broken = mine.filter(status=Connection.Status.RECONNECT)
        broken.update(status=Connection.Status.CONNECTED, status_since=now, status_reason="", probe_at=None)
        mine.filter(status=Connection.Status.CONNECTED).update(probe_at=None)
    elif refusal.status == 403 and (now_known := mine.first()) and grants.missing(now_known):
        mine.update(probe_at=None)  # a right was not granted: that is said, and what the others open goes on (E55)
    elif refusal.status is not None:
        mine.filter(status=Connection.Status.CONNECTED).update(**refusal_values(reason(connection), now=now))
        mine.update(probe_at=now + PROBED_EVERY)
    # Else the token endpoint refused: `credentials` wrote that down, and only the owner can mend it.


def reason(connection: Connection) -> str:
    """Why it has to be connected again."""
    return REFUSES.format(vendor=registry.connector(connection.provider).manifest.name)


def due_to_keep_alive(*, now: datetime) -> list[UUID]:
    """Connections whose tokens would die unused."""
    live = Connection.objects.filter(status=Connection.Status.CONNECTED)
    return list(live.filter(Q(keep_alive_at__lte=now) | Q(keep_alive_at=None)).values_list("id", flat=True))


def due_to_probe(*, now: datetime) -> list[UUID]:
    """Connections whose vendor refused a call, and is to be asked whether it means it."""
    return list(Connection.objects.filter(probe_at__lte=now).values_list("id", flat=True))
