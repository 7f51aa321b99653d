"""When a day may be confirmed by itself (weekly-balance.md 5.4), and when the nightly import runs: pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.apps.weekly_balance.rules.days import Clock, at_local

GRACE: Final = timedelta(minutes=30)
IMPORT_AT: Final = time(2)
CONFIRM_AT: Final = time(5)
NOTIFY_AT: Final = time(12)
SCHEDULE_ZONE: Final = "Europe/Copenhagen"


class Waits(StrEnum):
    """What a confirmation waits for."""

    HOUR = "hour"
    DAY_OVER = "day_over"
    GRACE = "grace"
    IMPORT = "import"
    CHECKS = "checks"


@dataclass(frozen=True)
class Evidence:
    """What is known of a day. `imported_from` is when the newest complete import of it started, None without one."""

    imported_from: datetime | None
    checks_pass: bool


def due_at(day: date, clock: Clock, confirm_at: time = CONFIRM_AT) -> datetime:
    """The earliest instant at which a business day can be confirmed by itself: its hour, its end, the grace.

    The hour is that of the department's calendar day after the business date, so 05:00 confirms yesterday.
    """
    _, end = clock.bounds(day)
    return max(at_local(day + timedelta(days=1), confirm_at, clock.zone), end + GRACE)


def waits_for(day: date, clock: Clock, *, confirm_at: time, evidence: Evidence, now: datetime) -> tuple[Waits, ...]:
    """Everything that a confirmation still waits for; nothing when it may be done."""
    _, end = clock.bounds(day)
    found = []
    if now < at_local(day + timedelta(days=1), confirm_at, clock.zone):
        found.append(Waits.HOUR)
    if now < end:
        found.append(Waits.DAY_OVER)
    elif now < end + GRACE:
        found.append(Waits.GRACE)
    if evidence.imported_from is None or evidence.imported_from < end:
        found.append(Waits.IMPORT)
    if not evidence.checks_pass:
        found.append(Waits.CHECKS)
    return tuple(found)


def is_overdue(day: date, clock: Clock, *, now: datetime) -> bool:
    """Whether somebody should be told that the day is still not confirmed: at noon after it."""
    return now >= at_local(day + timedelta(days=1), NOTIFY_AT, clock.zone)


def nightly_at(day: date, zone: ZoneInfo) -> datetime:
    """When the nightly import of a calendar date runs: once, whatever the clock does at 02:00 (WB-17)."""
    return at_local(day, IMPORT_AT, zone)


def latest_night(zone: ZoneInfo, now: datetime) -> datetime:
    """The newest nightly import that is due: a server that was down catches up this one, once."""
    today = now.astimezone(zone).date()
    at = nightly_at(today, zone)
    return at if at <= now else nightly_at(today - timedelta(days=1), zone)
