"""What registers took, read with the books of their place: often enough that no closure is missed."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.ledger import closures, store
from comptoir.kernel.errors import VendorRefused
from comptoir.pos.capabilities import ReadsClosures
from comptoir.pos.connector import Vendor

FORBIDDEN: Final = 403


def read_closures(link: LocationLink, *, vendor: Vendor, clock: Callable[[], datetime]) -> None:
    """Keep what each register of a linked location says it took; nothing where the vendor or the consent does not tell.

    Raises VendorBusy, VendorRefused, VendorUnreadable.
    """
    if not isinstance(vendor, ReadsClosures) or link.store is None:
        return
    try:
        found = vendor.closures(as_location(link))
    except VendorRefused as refused:
        if refused.status == FORBIDDEN:
            return
        raise
    with transaction.atomic():
        facts = store.lock_stores({link.store.id})[link.store.id]
        if closures.record(store=facts, provider=link.provider, closures=found, now=clock()):
            store.notify_live(link.organisation_id, store.LIVE_TOPIC)
