"""Times at work that nobody ended yet: they count up to now, for as long as anybody works (3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.core.accounts.models import Store
from comptoir.core.ledger import staff_hours
from comptoir.core.ledger.staff_hours import Worked
from comptoir.core.ledger.store import StoreFacts
from comptoir.kernel.clock import business_date, business_day_bounds

LONGEST: Final = timedelta(hours=16)
OPEN: Final = "open"
NO_CHECK_OUT: Final = "no_check_out"
"""Whoever is in for more than 16 hours forgot to check out: he counts until his business day closed."""


@dataclass(frozen=True)
class OpenHour:
    """Hours of people who are still in, within one local hour of a store."""

    store_id: UUID
    hour: datetime
    business_date: date
    value: Decimal
    status: str


def open_hours(organisation_id: UUID, stores: Mapping[UUID, Store], *, now: datetime) -> list[OpenHour]:
    """Every hour that people who are still in have worked so far."""
    found = []
    for store_id, person, began in staff_hours.open_since(organisation_id, list(stores)):
        store = stores[store_id]
        facts = StoreFacts(store.id, store.organisation_id, ZoneInfo(store.timezone), store.day_start)
        end = end_of(store, began, now=now)
        status = NO_CHECK_OUT if _is_forgotten(began, now) else OPEN
        if began >= end:
            continue
        for hour, value in staff_hours.hours_of(facts, [Worked(person, began, end)]).items():
            day = business_date(hour, zone=facts.zone, day_start=facts.day_start)
            found.append(OpenHour(store_id, hour, day, value, status))
    return found


def end_of(store: Store, began: datetime, *, now: datetime) -> datetime:
    """Until when a time counts that nobody ended yet."""
    return _closing(store, began) if _is_forgotten(began, now) else now


def _is_forgotten(began: datetime, now: datetime) -> bool:
    return now - began > LONGEST


def _closing(store: Store, began: datetime) -> datetime:
    """When the business day ended in which somebody came."""
    zone = ZoneInfo(store.timezone)
    day = business_date(began, zone=zone, day_start=store.day_start)
    return business_day_bounds(day, zone=zone, day_start=store.day_start)[1]
