"""What loyalty does when something happens to sales: one call."""

from collections.abc import Sequence
from datetime import datetime

from comptoir.apps.loyalty import offers
from comptoir.core.installations.manifest import Event


def sales_moved(events: Sequence[Event], now: datetime) -> None:
    """Sales were closed, changed or voided: look at them, or at the sales they correct, as they are now."""
    offers.refresh(organisation_id=events[0].organisation_id, sale_ids={event.sale_id for event in events}, now=now)
