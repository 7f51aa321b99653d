"""What a till's maker adds up for a business day, read with the day's own window: one question more for each."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from comptoir.core.accounts.models import Store
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.ledger import vendor_days
from comptoir.kernel.clock import business_date, business_day_bounds
from comptoir.kernel.errors import VendorRefused
from comptoir.pos.capabilities import ReadsDays
from comptoir.pos.connector import Vendor
from comptoir.pos.places import DayTotals

FORBIDDEN, UNKNOWN = 403, 404
INSTANT = timedelta(microseconds=1)


def read_day_sums(
    link: LocationLink, *, start: datetime, end: datetime, vendor: Vendor, clock: Callable[[], datetime]
) -> None:
    """Keep the maker's sums if [start, end) is one business day of the linked store that is over; else nothing.

    Longer windows are of days long gone: hundreds of questions for a year would be too many. A maker that does not
    tell, or a consent that does not cover it, is no fault. Raises VendorBusy, VendorRefused, VendorUnreadable.
    """
    if not isinstance(vendor, ReadsDays) or link.store_id is None or end > clock():
        return
    store = Store.objects.get(organisation_id=link.organisation_id, id=link.store_id)
    zone = ZoneInfo(store.timezone)
    day = business_date(end - INSTANT, zone=zone, day_start=store.day_start)
    if business_day_bounds(day, zone=zone, day_start=store.day_start) != (start, end):
        return
    totals = asked_for(vendor, link, day)
    if totals is None:
        return
    vendor_days.keep(
        organisation_id=link.organisation_id,
        store_id=store.id,
        provider=link.provider,
        location_id=link.external_id,
        day=day,
        totals=totals,
        now=clock(),
    )


def asked_for(vendor: Vendor, link: LocationLink, day: date) -> DayTotals | None:
    """What the maker adds up for a business day; None where it does not tell, or the consent does not cover it.

    Raises VendorBusy, VendorRefused, VendorUnreadable.
    """
    if not isinstance(vendor, ReadsDays):
        return None
    try:
        return vendor.day_totals(as_location(link), day)
    except VendorRefused as refused:
        if refused.status in (FORBIDDEN, UNKNOWN):
            return None
        raise
