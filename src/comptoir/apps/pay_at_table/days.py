"""The business day of a store: to which a payment belongs, and when it is over."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from comptoir.apps.pay_at_table.models import Integration
from comptoir.core.accounts.models import Store
from comptoir.kernel.clock import business_date, business_day_bounds


def store_of(integration: Integration) -> Store:
    """The store of an integration."""
    return Store.objects.get(organisation_id=integration.organisation_id, id=integration.store_id)


def of_store(integration: Integration, now: datetime) -> date:
    """The business date there now (E48: by the day's start, whatever the clock does at night)."""
    store = store_of(integration)
    return business_date(now, zone=ZoneInfo(store.timezone), day_start=store.day_start)


def bounds(integration: Integration, day: date) -> tuple[datetime, datetime]:
    """When a business day begins and ends (UTC)."""
    store = store_of(integration)
    return business_day_bounds(day, zone=ZoneInfo(store.timezone), day_start=store.day_start)


def is_over(integration: Integration, day: date | None, *, now: datetime) -> bool:
    """Whether that day is over; a payment of no day never is."""
    return day is not None and of_store(integration, now) > day
