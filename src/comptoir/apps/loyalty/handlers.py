"""What loyalty does when something happens to sales: points, registers, tablets."""

from collections.abc import Sequence
from datetime import datetime

from comptoir.apps.loyalty import offers, registers, scanning, showings
from comptoir.core.installations.manifest import Event


def sales_moved(events: Sequence[Event], now: datetime) -> None:
    """Sales were closed, changed or voided: look at them, or at the sales they correct, as they are now."""
    organisation_id, sale_ids = events[0].organisation_id, {event.sale_id for event in events}
    moved = offers.refresh(organisation_id=organisation_id, sale_ids=sale_ids, now=now)
    told = [bill for bill in moved.bills if bill.id in sale_ids]
    tills = registers.detect(organisation_id=organisation_id, orders=told, now=now)
    collected = scanning.collect(organisation_id, sale_ids, now)
    for offer in moved.offers:
        if offer.sale_id in collected:
            offer.refresh_from_db()
    showings.refresh(organisation_id=organisation_id, offers=moved.offers, tills=tills, now=now)
