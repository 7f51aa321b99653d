"""What the ledger forgets: old revisions. Sales and times at work stay for good."""

from datetime import datetime, timedelta
from typing import Final

from comptoir.core.accounts.models import Organisation
from comptoir.core.ledger.models import ClockEntryRevision, SaleRevision

REVISIONS_KEPT_FOR: Final = timedelta(days=400)


def forget_revisions(*, now: datetime) -> int:
    """Delete revisions that were replaced longer ago, one organisation at a time; returns how many."""
    total = 0
    for organisation_id in Organisation.objects.order_by("id").values_list("id", flat=True):
        old = SaleRevision.objects.filter(organisation_id=organisation_id, replaced_at__lt=now - REVISIONS_KEPT_FOR)
        total += old.delete()[0]
        shifts = ClockEntryRevision.objects.filter(
            organisation_id=organisation_id, replaced_at__lt=now - REVISIONS_KEPT_FOR
        )
        total += shifts.delete()[0]
    return total
