"""Business days and their one-hour intervals on a department's own clock (weekly-balance.md 5).

An interval is half open and cut at the full local hour, at a change of the clock within an hour, and where the day
begins: a day has 23, 24 or 25 of them, one more when its start cuts an hour in two.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.kernel.clock import business_date, business_day_bounds, utc

HOUR: Final = timedelta(hours=1)
ONE_DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Former:
    """How a clock stood for the business dates before `until`."""

    until: date
    zone: ZoneInfo
    day_start: time


@dataclass(frozen=True)
class Clock:
    """The zone of a department and the local time at which its business day begins.

    `former` is how both stood before, the oldest first: a change applies from a date, and shifts nothing before it. The
    last day of one clock ends where the first of the next begins, so that no instant is lost or counted twice, as long
    as the two begin their days less than a day apart.
    """

    zone: ZoneInfo
    day_start: time
    former: tuple[Former, ...] = ()

    def on(self, day: date) -> "Clock":
        """The clock as it stood on a business date."""
        found = next((each for each in self.former if day < each.until), None)
        return Clock(found.zone, found.day_start) if found else Clock(self.zone, self.day_start)

    def day_of(self, instant: datetime) -> date:
        """The business date that an instant belongs to."""
        day = business_date(instant, zone=self.zone, day_start=self.day_start)
        if not self.former:
            return day
        near = [day + timedelta(days=number) for number in (0, -1, 1, -2, 2)]
        return next((each for each in near if self._begin(each) <= instant < self._begin(each + ONE_DAY)), day)

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """The UTC instants at which a business day begins and ends."""
        return self._begin(day), self._begin(day + ONE_DAY)

    def follows(self, former: "Clock", day: date) -> bool:
        """Whether it may take over from another clock on a business date: both begin it less than a day apart."""
        return abs(self._begin(day) - former._begin(day)) < ONE_DAY

    def _begin(self, day: date) -> datetime:
        clock = self.on(day)
        return business_day_bounds(day, zone=clock.zone, day_start=clock.day_start)[0]


@dataclass(frozen=True)
class Interval:
    """[start, end) in UTC. `label` is the local time of the start; `offset` its distance from UTC.

    `season` tells the two hours of one label apart, `summer` before the clock goes back and `winter` after; else empty.
    """

    start: datetime
    end: datetime
    label: str
    offset: timedelta
    season: str = ""


@lru_cache(maxsize=4096)
def intervals(day: date, clock: Clock) -> tuple[Interval, ...]:
    """The intervals of a business day, in order."""
    (begin, end), zone = clock.bounds(day), clock.on(day).zone
    cuts = [begin]
    while cuts[-1] < end:
        cuts.append(min(_next_cut(cuts[-1], zone), end))
    local = [each.astimezone(zone) for each in cuts[:-1]]
    hours = [each.hour for each in local]
    found = []
    for start, stop, here in zip(cuts, cuts[1:], local, strict=False):
        offset = here.utcoffset() or timedelta(0)
        twins = [other.utcoffset() for other in local if other.hour == here.hour]
        # A start within the hour cuts it into halves of two dates on one day: they are no repetition.
        repeated = hours.count(here.hour) > 1 and len(set(twins)) > 1
        season = ("summer" if offset == max(each or timedelta(0) for each in twins) else "winter") if repeated else ""
        found.append(Interval(start, stop, f"{here:%H:%M}", offset, season))
    return tuple(found)


def interval_of(instant: datetime, clock: Clock) -> Interval:
    """The interval that an instant lies in."""
    found = intervals(clock.day_of(instant), clock)
    return found[bisect_right([each.start for each in found], utc(instant)) - 1]


def week_of(day: date, *, starts_on: int = 0) -> tuple[date, ...]:
    """The seven dates of the week around a date; `starts_on` is 0 for Monday, 6 for Sunday."""
    first = day - timedelta(days=(day.weekday() - starts_on) % 7)
    return tuple(first + timedelta(days=number) for number in range(7))


def week_label(first: date) -> str:
    """`2026-W53`: the ISO week that most of the seven days lie in."""
    year, week, _ = (first + timedelta(days=3)).isocalendar()
    return f"{year}-W{week:02}"


def at_local(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall-clock time. One that is skipped comes as much later; one that is repeated, first."""
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def _next_cut(instant: datetime, zone: ZoneInfo) -> datetime:
    """The next full local hour, or the change of the clock before it."""
    local = instant.astimezone(zone)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    stop = instant + (HOUR - past)
    if stop.astimezone(zone).utcoffset() == local.utcoffset():
        return stop
    low, high = 0, int((stop - instant).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (instant + middle * SECOND).astimezone(zone).utcoffset() == local.utcoffset()
        low, high = (middle, high) if same else (low, middle)
    return instant + high * SECOND
