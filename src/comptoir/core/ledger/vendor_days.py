"""What tills' makers add up for a business date: kept beside the bills, as a check on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from comptoir.core.ledger.models import VendorDay
from comptoir.pos.places import DayTotals


@dataclass(frozen=True)
class VendorSums:
    """Number and total (major units, with tax) of the sales of a place on a date, as its till's maker has them."""

    provider: str
    location_id: str
    sales: int
    total: Decimal
    is_complete: bool


def keep(
    *,
    organisation_id: UUID,
    store_id: UUID,
    provider: str,
    location_id: str,
    day: date,
    totals: DayTotals,
    now: datetime,
) -> None:
    """Keep what the maker says now; what it said before is forgotten."""
    VendorDay.objects.update_or_create(
        organisation_id=organisation_id,
        store_id=store_id,
        business_date=day,
        provider=provider,
        location_id=location_id,
        defaults={
            "total": totals.total,
            "sales": totals.sales,
            "is_complete": totals.complete,
            "read_at": now,
        },
    )


def of_days(organisation_id: UUID, store_id: UUID, days: Collection[date]) -> dict[date, list[VendorSums]]:
    """By date, what was said of each place of a store; in one question."""
    found: dict[date, list[VendorSums]] = {}
    rows = VendorDay.objects.filter(organisation_id=organisation_id, store_id=store_id, business_date__in=days)
    for row in rows.order_by("business_date", "provider", "location_id"):
        sums = VendorSums(row.provider, row.location_id, row.sales, row.total, row.is_complete)
        found.setdefault(row.business_date, []).append(sums)
    return found
