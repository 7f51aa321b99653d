"""Instants, business dates and local hours of a store."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

AT_ONCE: Final = 8
A_SECOND: Final = 4
LONGEST_SPREAD: Final = 50
"""Seconds: the next minute's are not to meet those of this one."""
PLACES: Final = 997


def utc_from_milliseconds(milliseconds: int) -> datetime:
    """An aware UTC instant from milliseconds since 1970."""
    return datetime.fromtimestamp(milliseconds // 1000, tz=UTC) + timedelta(milliseconds=milliseconds % 1000)


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def business_date(instant: datetime, *, zone: ZoneInfo, day_start: time) -> date:
    """The trading day an instant belongs to: what is sold before `day_start` belongs to the day before.

    Wall-clock arithmetic, so nights of a clock change keep their day (unified-pos-model.md 1.3). Should the day start
    within the very hour that is skipped or repeated, `business_day_bounds` has the last word.
    """
    local = instant.astimezone(zone).replace(tzinfo=None)
    offset = timedelta(hours=day_start.hour, minutes=day_start.minute, seconds=day_start.second)
    day = (local - offset).date()
    begin, end = business_day_bounds(day, zone=zone, day_start=day_start)
    return day - timedelta(days=instant < begin) + timedelta(days=instant >= end)


def local_hour(instant: datetime, *, zone: ZoneInfo, day_start: time) -> datetime:
    """The UTC instant at which the store's local hour around `instant` begins.

    Hours are cut at the minute of the day start: with 05:30, an hour runs from 12:30 to 13:30. The repeated
    hour of autumn gives two buckets, half-hour zones come out right (unified-pos-model.md 1.3).
    """
    local = instant.astimezone(zone)
    minute = timedelta(minutes=day_start.minute, seconds=day_start.second)
    into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond) - minute
    return utc(instant) - (into_hour % timedelta(hours=1))


@lru_cache(maxsize=4096)  # the bills of a batch are of a day or two, and each asks twice
def business_day_bounds(day: date, *, zone: ZoneInfo, day_start: time) -> tuple[datetime, datetime]:
    """The UTC instants at which a trading day begins and ends; 23, 24 or 25 hours apart."""
    begin = datetime.combine(day, day_start, tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), day_start, tzinfo=zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def windows(start: datetime, end: datetime, *, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Cut [start, end) into consecutive windows no longer than `length`."""
    while start < end:
        stop = min(start + length, end)
        yield start, stop
        start = stop


def spread(things: Collection[UUID], *, now: datetime) -> dict[UUID, datetime]:
    """When within the minute each begins of what a tick finds due: a few at once, two hundred over all of it.

    Each has its own place in the minute, so what comes every minute comes a minute apart.
    """
    minute = timedelta(seconds=min(len(things) / A_SECOND, LONGEST_SPREAD) if len(things) > AT_ONCE else 0)
    return {each: now + minute * (each.int % PLACES) / PLACES for each in things}


def day_in(text: str) -> date | None:
    """The day that an address or a form writes as YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
