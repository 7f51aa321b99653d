"""A chain's store, on one made-up day: what is sold there, who works there, who comes in."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from comptoir.apps.traffic.counting.receiving import Reading, Received, receive
from comptoir.apps.traffic.models import Hour
from comptoir.apps.traffic.projection import restate
from comptoir.core.ledger import store as ledger
from comptoir.core.ledger import time_clock
from comptoir.pos.people import Shift
from tests.bills import bill, record, told
from tests.people import People

DAY = date(2026, 5, 20)
NOW = datetime(2026, 5, 21, 12, tzinfo=UTC)
"""The day after: what changes now is late."""


def at(hour: float, day: date = DAY) -> datetime:
    """An hour of the day by UTC; the store's clock is made to be the same."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour)


def utc_store(people: People) -> None:
    """A store whose clock is UTC and whose day begins at midnight, so that the examples read as written."""
    people.bar.timezone, people.bar.day_start = "UTC", datetime.min.time()
    people.bar.save()


def sell(people: People, hour: float, total: str = "10", *, number: str = "", day: date = DAY, **fields: Any) -> None:
    """A bill without tax."""
    moment = at(hour, day)
    number = number or f"B{moment:%m%d%H%M}-{total}"
    sale = bill(number, total, opened_at=moment, closed_at=moment, tax=Decimal(0), **fields)
    record(people.bar, [told(sale)], now=NOW)


def works(people: People, *shifts: tuple[str, float, float | None], now: datetime = NOW, day: date = DAY) -> None:
    """Everything the time clock has of that day."""
    with transaction.atomic():
        time_clock.record(
            store=ledger.lock_stores({people.bar.id})[people.bar.id],
            provider="lightspeed_r",
            location_id="900100:1",
            shifts=[
                Shift(
                    id=number,
                    location_id="900100:1",
                    staff_id=number,
                    started_at=at(start, day),
                    ended_at=None if end is None else at(end, day),
                )
                for number, start, end in shifts
            ],
            start=at(0, day),
            end=at(24, day),
            names={},
            now=now,
        )


def come(people: People, hours: dict[float, int], *, minutes: int = 60, location: str = "1", **fields: Any) -> Received:
    """People through the entrance."""
    return receive(
        organisation_id=people.le_zinc.id,
        readings=[
            Reading(at(hour), minutes, Decimal(count), location=location, **fields) for hour, count in hours.items()
        ],
        source="api",
        now=NOW,
        store_ids=None,
    )


def make(people: People, day: date = DAY, *, now: datetime = NOW) -> int:
    """Make the day anew."""
    return restate(people.le_zinc.id, {(people.bar.id, day)}, now=now)


def hour(people: People, number: float) -> Hour:
    return Hour.objects.get(organisation_id=people.le_zinc.id, store_id=people.bar.id, hour=at(number))
