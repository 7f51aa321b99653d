"""Weekly patterns of staff: written one line a weekday, kept from a date on, deleted and brought back (3.2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import day_lock
from comptoir.apps.traffic.models import Day
from comptoir.apps.traffic.pattern_tables import StaffPattern
from comptoir.apps.traffic.planned import HOURS_OF_A_DAY
from comptoir.core.accounts.models import Store
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

ZERO: Final = Decimal(0)
PART: Final = re.compile(
    r"(?P<begins>\d{1,2})(?::00|\s?h)?\s*[-–]\s*(?P<ends>\d{1,2})(?::00|\s?h)?\s*:?\s+(?P<people>\d{1,3}(?:[.,]\d{1,2})?)"
)


@dataclass(frozen=True)
class Saved:
    """A pattern that was kept, and the one of the same date that it replaced."""

    row: StaffPattern
    before: StaffPattern | None


def read_day(text: str, *, first: int) -> list[Decimal]:
    """Staff hours of a day's 24 hours of the clock, of `09:00–12:00 2; 12:00–19:00 3.5`; "" are noughts.

    `first` is the hour at which the business day begins: what goes past its end belongs to the next weekday. Raises
    RuleBroken that names the part at fault.
    """
    hours = [ZERO] * HOURS_OF_A_DAY
    taken = set()
    for part in filter(None, (each.strip() for each in re.split(r"[;\n]", text))):
        match = PART.fullmatch(part)
        if match is None or int(match["begins"]) >= HOURS_OF_A_DAY or int(match["ends"]) > HOURS_OF_A_DAY:
            raise _broken(
                _("Write whole hours and how many people, such as “09:00–12:00 2”: %(part)s") % {"part": part}
            )
        begins = (int(match["begins"]) - first) % HOURS_OF_A_DAY
        ends = (int(match["ends"]) - first) % HOURS_OF_A_DAY or HOURS_OF_A_DAY
        if ends <= begins:
            said = {"part": part, "end": f"{first:02}:00"}
            raise _broken(_("%(part)s goes past %(end)s, where the day ends: write the rest on the next day.") % said)
        for hour in ((first + each) % HOURS_OF_A_DAY for each in range(begins, ends)):
            if hour in taken:
                raise _broken(_("%(hour)s is written twice: an hour has one number.") % {"hour": f"{hour:02}:00"})
            taken.add(hour)
            hours[hour] = Decimal(match["people"].replace(",", "."))
    return hours


def written_day(hours: Sequence[Decimal], *, first: int) -> str:
    """As it is read: hours in a row that have the same number are one part."""
    parts: list[tuple[int, int, Decimal]] = []
    for place in range(HOURS_OF_A_DAY):
        value = hours[(first + place) % HOURS_OF_A_DAY]
        if parts and parts[-1][1] == place and parts[-1][2] == value:
            parts[-1] = (parts[-1][0], place + 1, value)
        elif value:
            parts.append((place, place + 1, value))
    return "; ".join(
        f"{_clock(first + begin)}–{_until(first + end)} {value.normalize():f}" for begin, end, value in parts
    )


def of_store(store: Store) -> list[StaffPattern]:
    """Those that stand, the latest first."""
    rows = StaffPattern.objects.filter(
        organisation_id=store.organisation_id, store_id=store.id, withdrawn_at__isnull=True
    )
    return list(rows.order_by("-since"))


@transaction.atomic
def save(*, store: Store, since: date, hours: Sequence[Decimal], actor: str, now: datetime) -> Saved:
    """From a business date on; of the same date it is replaced. Days from then on are made anew by the caller's job."""
    day_lock.hold([store.id])
    before = _standing(store, since)
    row = StaffPattern(
        organisation_id=store.organisation_id,
        id=new_id(),
        store_id=store.id,
        since=since,
        hours=list(hours),
        actor=actor,
        at=now,
    )
    if before is not None:
        _withdraw(before, now)
    row.save(force_insert=True)
    _changed(store, row, "traffic.staff_pattern_saved", actor, now)
    return Saved(row, before)


@transaction.atomic
def delete(*, store: Store, pattern_id: UUID, actor: str, now: datetime) -> StaffPattern:
    """What was typed for an earlier date holds again. Raises RuleBroken (`not_found`, 404)."""
    day_lock.hold([store.id])
    row = _find(store, pattern_id)
    if row.withdrawn_at is not None:
        raise _nothing_here()
    _withdraw(row, now)
    _changed(store, row, "traffic.staff_pattern_deleted", actor, now)
    return row


@transaction.atomic
def restore(*, store: Store, pattern_id: UUID, actor: str, now: datetime) -> StaffPattern:
    """A pattern that was replaced or deleted stands again, instead of what stands for its date; twice is once.

    Raises RuleBroken (`not_found`, 404).
    """
    day_lock.hold([store.id])
    row = _find(store, pattern_id)
    if row.withdrawn_at is None:
        return row
    other = _standing(store, row.since)
    if other is not None:
        _withdraw(other, now)
    _withdraw(row, None)
    _changed(store, row, "traffic.staff_pattern_restored", actor, now)
    return row


def _standing(store: Store, since: date) -> StaffPattern | None:
    return next((each for each in of_store(store) if each.since == since), None)


def _find(store: Store, pattern_id: UUID) -> StaffPattern:
    rows = StaffPattern.objects.filter(organisation_id=store.organisation_id, store_id=store.id, id=pattern_id)
    row = rows.first()
    if row is None:
        raise _nothing_here()
    return row


def _withdraw(row: StaffPattern, at: datetime | None) -> None:
    StaffPattern.objects.filter(organisation_id=row.organisation_id, id=row.id).update(withdrawn_at=at)


def _changed(store: Store, row: StaffPattern, what: str, actor: str, now: datetime) -> None:
    """Its days are behind now, and it stands in the record."""
    days = Day.objects.filter(organisation_id=store.organisation_id, store_id=store.id, business_date__gte=row.since)
    day_lock.make_anew(days)
    details = {"since": row.since.isoformat(), "hours_a_week": f"{sum(row.hours, ZERO).normalize():f}"}
    note(organisation_id=store.organisation_id, actor=actor, what=what, subject=store.name, details=details, now=now)


def _clock(hour: int) -> str:
    return f"{hour % HOURS_OF_A_DAY:02}:00"


def _until(hour: int) -> str:
    """Midnight is the end of an evening."""
    return "24:00" if hour == HOURS_OF_A_DAY else _clock(hour)


def _broken(words: str) -> RuleBroken:
    return RuleBroken(words, code="pattern_invalid", status=422)


def _nothing_here() -> RuleBroken:
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
