"""Staff who clock in and out: drawn from a seed, so the same day brings the same notes, mistakes included."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.pos.model import Named
from comptoir.pos.world import Clocking, WorldShift
from comptoir.sandbox.catalogue import Place

FORGETS_TO_GO: Final = 0.06
IS_CORRECTED: Final = 0.15
IS_DELETED: Final = 0.1

Noted = tuple[datetime, WorldShift]


class Rota:
    """The notes of every place, a day at a time."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._days: dict[str, tuple[date, dict[datetime, list[WorldShift]]]] = {}

    def noted_in(self, place: Place, minute: datetime) -> list[WorldShift]:
        """The shifts as they are written down in a minute (UTC), new or changed."""
        today = minute.astimezone(ZoneInfo(place.location.timezone)).date()
        day, notes = self._days.get(place.location.id, (None, {}))
        if day != today:
            notes = {}
            for each in (today - timedelta(days=1), today):
                for noted_at, shift in _notes(place, each, self._seed):
                    notes.setdefault(noted_at, []).append(shift)
            self._days[place.location.id] = (today, notes)
        return notes.get(minute, [])


def _notes(place: Place, day: date, seed: int) -> Iterator[Noted]:
    for staff in place.staff:
        yield from _person(place, staff, day, seed)


def _person(place: Place, staff: Named, day: date, seed: int) -> Iterator[Noted]:
    """One person's day: coming, perhaps going, perhaps a correction, perhaps all of it struck out."""
    chance = Random(f"rota/{seed}/{place.location.id}/{staff.id}/{day}")  # noqa: S311 - staff, not keys
    zone = ZoneInfo(place.location.timezone)
    first, last = place.hours.services[0][0], place.hours.services[-1][1]
    comes = _local(day, first, zone) - timedelta(minutes=chance.randint(5, 40))
    goes = _local(day, last, zone) + timedelta(minutes=chance.randint(0, 45))
    shift = WorldShift(
        id=f"{place.location.id}/{staff.id}/{day}",
        location_id=place.location.id,
        register_id=place.registers[0].id,
        staff_id=staff.id,
        clockings=(Clocking(comes, comes, coming=True),),
    )
    yield comes, shift
    if chance.random() < FORGETS_TO_GO:
        return
    tips = Decimal(chance.randint(0, 40)) / 2
    shift = _with(shift, Clocking(goes, goes, coming=False), tips)
    yield goes, shift
    noted_at = goes + timedelta(minutes=chance.randint(10, 90))
    if chance.random() < IS_CORRECTED:
        yield noted_at, _with(shift, Clocking(goes - timedelta(minutes=15), noted_at, coming=False), tips)
    elif chance.random() < IS_DELETED:
        yield noted_at, dataclasses.replace(shift, deleted=True)


def _with(shift: WorldShift, clocking: Clocking, tips: Decimal) -> WorldShift:
    return dataclasses.replace(shift, clockings=(*shift.clockings, clocking), cash_tips=tips)


def _local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
