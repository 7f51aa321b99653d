"""When a schedule runs next: pure (traffic-analytics.md 3.4, weekly-balance.md 5.4).

Times are those of the store's own clock. Where the clock is put forward over the typed time, a daily run comes once,
right after; where it is put back, once, the first time. An hourly run comes at its minute of every local hour, so that
a day may have 23 or 25 of them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = timedelta(minutes=1)
FIVE_MINUTES: Final = 5
QUARTER: Final = 15
MONDAY: Final = 0


class Rhythm(StrEnum):
    """How often."""

    FIVE_MINUTES = "five_minutes"
    FIFTEEN_MINUTES = "fifteen_minutes"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


def next_run(rhythm: Rhythm, start: time, *, zone: ZoneInfo, after: datetime) -> datetime:
    """The first run strictly after an instant, in UTC, to the whole minute.

    `start` is the local time of a daily run, and of a weekly one on Monday; of an hourly one its minute counts (00:02
    is two minutes past each hour).
    """
    match rhythm:
        case Rhythm.DAILY:
            return next(at for at in _daily(start, zone, after) if at > after)
        case Rhythm.WEEKLY:
            return next(
                at for at in _daily(start, zone, after) if at > after and at.astimezone(zone).weekday() == MONDAY
            )
        case Rhythm.HOURLY:
            return next(at for at in _minutes(after) if at.astimezone(zone).minute == start.minute)
        case Rhythm.FIVE_MINUTES:
            return next(at for at in _minutes(after) if at.minute % FIVE_MINUTES == 0)
        case Rhythm.FIFTEEN_MINUTES:
            return next(at for at in _minutes(after) if at.minute % QUARTER == 0)


def missed(rhythm: Rhythm, start: time, *, zone: ZoneInfo, due: datetime, now: datetime, most: int = 100) -> int:
    """How many runs after the one that was due have passed as well; they are caught up by one. Counted up to `most`."""
    number, at = 0, next_run(rhythm, start, zone=zone, after=due)
    while at <= now and number < most:
        number, at = number + 1, next_run(rhythm, start, zone=zone, after=at)
    return number


def _daily(start: time, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Candidates around an instant. An hour that is skipped is read with the offset before: the same minute later."""
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        yield datetime.combine(day, start, zone).astimezone(UTC)
        day += timedelta(days=1)


def _minutes(after: datetime) -> Iterator[datetime]:
    """Whole minutes after an instant."""
    at = after.astimezone(UTC).replace(second=0, microsecond=0)
    while True:
        at += MINUTE
        yield at
