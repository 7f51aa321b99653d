"""Take counts in: told twice they are one, told late they restate their hour, in whatever order they come."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comptoir.apps.traffic import location_ids, projection
from comptoir.apps.traffic.count_tables import Count, Counter, RunningTotal
from comptoir.apps.traffic.models import Location
from comptoir.core.accounts.models import Store
from comptoir.core.outbox.live import notify_live
from comptoir.kernel.clock import business_date, local_hour
from comptoir.kernel.ids import new_id

MINUTES: Final = (1, 5, 15, 30, 60)
LIVE_TOPIC: Final = "traffic"
MOST: Final = Decimal(1_000_000)
"""More people do not pass a counter in an hour: what says so is refused."""
AHEAD: Final = timedelta(minutes=10)
"""How far a sensor's clock may run ahead."""


@dataclass(frozen=True)
class Reading:
    """What a counter says. `counter` is its id, `serial` what it is called by its maker, `location` a location id.

    `is_total`: it only ever counts up, and this is where it stands at `start`; `minutes` means nothing then.
    """

    start: datetime
    minutes: int
    went_in: Decimal
    went_out: Decimal | None = None
    counter: UUID | None = None
    serial: str = ""
    location: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class Refused:
    """A reading that was not taken: its place, a code that stays, and a sentence."""

    place: int
    code: str
    words: str


@dataclass(frozen=True)
class Received:
    """How many were taken, and those that were not."""

    taken: int
    refused: tuple[Refused, ...] = ()
    resets: int = 0


def receive(
    *,
    organisation_id: UUID,
    readings: Sequence[Reading],
    source: str,
    now: datetime,
    store_ids: Collection[UUID] | None,
) -> Received:
    """Store what counters say, and restate the days they speak of. What is refused is named, and the rest is taken."""
    with transaction.atomic():
        known = _Known(organisation_id, store_ids)
        accepted: list[tuple[Counter, Reading]] = []
        refused = []
        for place, reading in enumerate(readings):
            found = known.counter_of(reading, place, now)
            if isinstance(found, Refused):
                refused.append(found)
            else:
                accepted.append((found, reading))
        deltas = [each for each in accepted if not each[1].is_total]
        _store(organisation_id, deltas, source, now)
        resets, spans = _totals(organisation_id, [each for each in accepted if each[1].is_total], source, now)
        touched = {(counter.store_id, reading.start) for counter, reading in deltas} | spans
        _hear(organisation_id, accepted, now)
        days = {(store, known.day(store, start)) for store, start in touched}
        if accepted:
            notify_live(organisation_id, LIVE_TOPIC)
    projection.restate(organisation_id, days, now=now)
    return Received(len(accepted), tuple(refused), resets)


class _Known:
    """The chain's counters and locations, read once."""

    def __init__(self, organisation_id: UUID, store_ids: Collection[UUID] | None) -> None:
        self._organisation_id = organisation_id
        mine = Store.objects.filter(organisation_id=organisation_id)
        self._stores = {each.id: each for each in (mine if store_ids is None else mine.filter(id__in=store_ids))}
        rows = list(Counter.objects.filter(organisation_id=organisation_id, store_id__in=self._stores))
        self._counters = {each.id: each for each in rows}
        self._serials = {each.serial: each for each in rows if each.serial}
        places = Location.objects.filter(organisation_id=organisation_id, store_id__in=self._stores)
        self._locations = {name: each.store_id for name, each in location_ids.by_names(places).items()}

    def counter_of(self, reading: Reading, place: int, now: datetime) -> Counter | Refused:
        if fault := _fault(reading, now):
            return Refused(place, *fault)
        if reading.counter is not None or reading.serial:
            counter = self._counters.get(reading.counter) if reading.counter else self._serials.get(reading.serial)
            return counter or Refused(place, "counter_unknown", _("No counter of this chain has this id."))
        store_id = self._locations.get(location_ids.shown(reading.location)) if reading.location else None
        if store_id is None:
            return Refused(place, "location_unknown", _("No location of this chain has this id."))
        return self._entrance(store_id, now)

    def day(self, store_id: UUID, start: datetime) -> date:
        store = self._stores[store_id]
        zone = ZoneInfo(store.timezone)
        hour = local_hour(start, zone=zone, day_start=store.day_start)
        return business_date(hour, zone=zone, day_start=store.day_start)

    def _entrance(self, store_id: UUID, now: datetime) -> Counter:
        """The one counter of a location whose feed names no counters."""
        name = "Entrance"
        found = next((each for each in self._counters.values() if (each.store_id, each.name) == (store_id, name)), None)
        if found is None:
            found = add_counter(organisation_id=self._organisation_id, store_id=store_id, name=name, now=now)
            self._counters[found.id] = found
        return found


def add_counter(
    *, organisation_id: UUID, store_id: UUID, name: str, now: datetime, serial: str = "", kind: str = "entrance"
) -> Counter:
    """A counter; the one that has this name already, if there is one."""
    try:
        with transaction.atomic():
            return Counter.objects.create(
                organisation_id=organisation_id,
                id=new_id(),
                store_id=store_id,
                name=name,
                serial=serial,
                kind=kind,
                created_at=now,
            )
    except IntegrityError:
        return Counter.objects.get(organisation_id=organisation_id, store_id=store_id, name=name)


def _fault(reading: Reading, now: datetime) -> tuple[str, str] | None:
    if not reading.is_total and reading.minutes not in MINUTES:
        return "minutes_invalid", _("A count covers 1, 5, 15, 30 or 60 minutes.")
    if reading.went_in < 0 or (reading.went_out or 0) < 0:
        return "count_negative", _("A count is never below nought.")
    if not reading.is_total and max(reading.went_in, reading.went_out or 0) > MOST:
        return "count_too_large", _("So many people do not pass a counter.")
    if reading.start > now + AHEAD:
        return "count_in_future", _("A count lies in the future.")
    return None


def _hear(organisation_id: UUID, found: Iterable[tuple[Counter, Reading]], now: datetime) -> None:
    """How far each counter has told of. What comes late says nothing of now: it makes no dead counter alive."""
    told: dict[UUID, datetime] = {}
    for counter, reading in found:
        end = reading.start if reading.is_total else reading.start + timedelta(minutes=reading.minutes)
        end = min(end, now)
        told[counter.id] = max(told.get(counter.id, end), end)
    for counter_id, until in sorted(told.items()):
        rows = Counter.objects.filter(organisation_id=organisation_id, id=counter_id)
        rows.exclude(heard_at__gte=until).update(heard_at=until)


def _store(organisation_id: UUID, found: Iterable[tuple[Counter, Reading]], source: str, now: datetime) -> None:
    """Of two that speak of the same minutes the latter in this message holds, and any message over an earlier one."""
    rows = {
        (counter.id, reading.start, reading.minutes): Count(
            organisation_id=organisation_id,
            counter_id=counter.id,
            start=reading.start,
            minutes=reading.minutes,
            went_in=reading.went_in,
            went_out=reading.went_out,
            source=source,
            received_at=now,
        )
        for counter, reading in found
    }
    Count.objects.bulk_create(
        [rows[key] for key in sorted(rows)],
        update_conflicts=True,
        unique_fields=["organisation_id", "counter_id", "start", "minutes"],
        update_fields=["went_in", "went_out", "source", "received_at"],
        batch_size=1000,
    )


def _totals(
    organisation_id: UUID, found: list[tuple[Counter, Reading]], source: str, now: datetime
) -> tuple[int, set[tuple[UUID, datetime]]]:
    """Readings of counters that only count up: each hour gets the difference; a drop is a reset, and counts anew."""
    RunningTotal.objects.bulk_create(
        [
            RunningTotal(
                organisation_id=organisation_id,
                counter_id=counter.id,
                at=reading.start,
                went_in=reading.went_in,
                went_out=reading.went_out,
            )
            for counter, reading in found
        ],
        ignore_conflicts=True,
    )
    resets, touched = 0, set()
    for counter in {each.id: each for each, _reading in found}.values():
        mine = [reading.start for each, reading in found if each.id == counter.id]
        more, starts = _from_totals(counter, min(mine), max(mine), source, now)
        resets += more
        touched |= {(counter.store_id, start) for start in starts}
    return resets, touched


def _from_totals(
    counter: Counter, first: datetime, last: datetime, source: str, now: datetime
) -> tuple[int, list[datetime]]:
    """Counts of the hours around some readings, made anew from all readings there are."""
    rows = RunningTotal.objects.filter(organisation_id=counter.organisation_id, counter_id=counter.id)
    before = rows.filter(at__lt=_hour(first)).order_by("-at").first()
    after = rows.filter(at__gt=last).order_by("at").first()
    until = _hour(after.at if after else last) + timedelta(hours=1)
    told = ([before] if before else []) + list(rows.filter(at__gte=_hour(first), at__lt=until).order_by("at"))
    resets, sums = 0, dict[datetime, tuple[Decimal, Decimal]]()
    for one, two in pairwise(told):
        is_reset = two.went_in < one.went_in
        resets += is_reset
        came = two.went_in if is_reset else two.went_in - one.went_in
        out_before, out = one.went_out or Decimal(0), two.went_out or Decimal(0)
        left = out if is_reset or out < out_before else out - out_before
        # What came in since the last reading counts in the hour it was read in, on the hour in the one that ended.
        hour = _hour(two.at - timedelta(microseconds=1))
        held = sums.get(hour, (Decimal(0), Decimal(0)))
        sums[hour] = (held[0] + came, held[1] + left)
    found = [(counter, Reading(hour, 60, came, left)) for hour, (came, left) in sums.items()]
    _store(counter.organisation_id, found, source, now)
    return resets, list(sums)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
