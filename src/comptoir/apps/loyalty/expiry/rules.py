"""When points expire, and which of a member's points are still there: pure (loyalty.md 1.8).

Points are spent in the order in which they were earned. Whatever the rule of expiry, that is also the order in which
they expire, so what is left of each lot follows from the entries alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

YEAR: Final = 12


class Expiry(StrEnum):
    """What makes points expire."""

    NEVER = "never"
    INACTIVITY = "inactivity"
    AFTER_EARNING = "after_earning"
    END_OF_YEAR = "end_of_year"


@dataclass(frozen=True)
class Term:
    """The rule of expiry as it stands: `since` is when it became as strict as it is, `zone` where its days are."""

    expiry: Expiry
    months: int
    since: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Movement:
    """One entry, as far as lots care. `key` is its own id; `origin` the sale or reward that it belongs to."""

    key: UUID
    kind: str
    points: int
    origin: UUID | None
    at: datetime


@dataclass
class Lot:
    """Points that came at one instant, and how many are left."""

    at: datetime
    origin: UUID | None
    left: int


@dataclass
class Wallet:
    """What the entries of a member leave: lots, the oldest first, and points that are owed."""

    lots: list[Lot] = field(default_factory=list)
    owed: int = 0
    active_at: datetime | None = None
    spent: dict[UUID, list[tuple[Lot, int]]] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        """The sum of the entries."""
        return sum(lot.left for lot in self.lots) - self.owed


ACTIVITY: Final = frozenset({"earn", "bonus", "spend"})
TAKEN_BACK: Final = frozenset({"reversal", "bonus"})


def wallet(movements: Iterable[Movement]) -> Wallet:
    """Go through a member's entries, the oldest first."""
    held = Wallet()
    for each in movements:
        if each.kind in ACTIVITY:
            held.active_at = each.at
        if each.kind == "return" and each.origin is not None:
            _give_back(held, each)
        elif each.points > 0:
            _add(held, each)
        elif each.kind in TAKEN_BACK:
            _take_back(held, each)
        else:
            _spend(held, each)
    return held


def _add(held: Wallet, each: Movement) -> None:
    """A new lot, less what is owed: a debt is filled first."""
    filled = min(held.owed, each.points)
    held.owed -= filled
    held.lots.append(Lot(each.at, each.origin, each.points - filled))


def _spend(held: Wallet, each: Movement) -> None:
    """From the oldest lots on; what was taken from each is kept, so that it can go back there."""
    wanted = -each.points
    taken = held.spent.setdefault(each.origin, []) if each.origin else []
    for lot in held.lots:
        part = min(lot.left, wanted)
        if part:
            lot.left -= part
            wanted -= part
            taken.append((lot, part))
    held.owed += wanted


def _give_back(held: Wallet, each: Movement) -> None:
    """Points of a cancelled reward go where they came from, with the age they had."""
    wanted = each.points
    for lot, part in held.spent.pop(each.origin, []) if each.origin else []:
        back = min(part, wanted)
        filled = min(held.owed, back)
        held.owed -= filled
        lot.left += back - filled
        wanted -= back
    if wanted:
        _add(held, Movement(each.key, each.kind, wanted, each.origin, each.at))


def _take_back(held: Wallet, each: Movement) -> None:
    """From the lots of the same sale, then from the newest; what is gone already is owed."""
    wanted = -each.points
    own = [lot for lot in held.lots if lot.origin == each.origin and each.origin is not None]
    for lot in (*own, *reversed(held.lots)):
        part = min(lot.left, wanted)
        lot.left -= part
        wanted -= part
    held.owed += wanted


def deadline(lot: Lot, active_at: datetime | None, term: Term) -> datetime | None:
    """The instant from which a lot is gone; None: never. Nothing goes before one whole period of the rule has passed.

    Points last to the end of the day, where the store is.
    """
    match term.expiry:
        case Expiry.NEVER:
            return None
        case Expiry.AFTER_EARNING:
            return _end_of_day(max(lot.at, term.since), term.months, term.zone)
        case Expiry.INACTIVITY:
            return _end_of_day(max(active_at or lot.at, lot.at, term.since), term.months, term.zone)
        case Expiry.END_OF_YEAR:
            first = _end_of_day(term.since, YEAR, term.zone)
            year = lot.at.astimezone(term.zone).year + 1
            while (end := _midnight(date(year, 1, 1), term.zone)) < first:
                year += 1
            return end


def expired(held: Wallet, term: Term, now: datetime) -> int:
    """How many points are gone by now and not yet written down."""
    return sum(lot.left for lot in held.lots if (end := deadline(lot, held.active_at, term)) and end <= now)


def next_expiry(held: Wallet, term: Term, now: datetime) -> tuple[datetime, int] | None:
    """When the next points go, and how many; None when none will."""
    ends = [(deadline(lot, held.active_at, term), lot.left) for lot in held.lots if lot.left]
    coming = [(end, left) for end, left in ends if end is not None and end > now]
    if not coming:
        return None
    first = min(end for end, _left in coming)
    return first, sum(left for end, left in coming if end == first)


def since_when(versions: Sequence[tuple[datetime, Expiry, int]]) -> datetime:
    """Since when expiry is as strict as in the last of these versions (from, mode, months), the earliest first.

    A rule that is relaxed leaves nobody worse off, so it gives no new grace.
    """
    *before, (since, mode, months) = versions
    for start, earlier, length in reversed(before):
        if earlier is not mode or (length > months and mode is not Expiry.END_OF_YEAR):
            break
        since = start
    return since


def _end_of_day(at: datetime, months: int, zone: ZoneInfo) -> datetime:
    return _midnight(months_later(at.astimezone(zone).date(), months) + timedelta(days=1), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    years, month = divmod(day.month - 1 + months, YEAR)
    first = date(day.year + years, month + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))
