"""Times at work, as the vendor has them now: some vendors mark no change, so windows are compared with what is stored.

What was created, changed or gone is written with what it was before (lightspeed-r-series.md 11.6).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from comptoir.core.ledger import staff_hours
from comptoir.core.ledger.models import ClockEntry, ClockEntryRevision
from comptoir.core.ledger.store import StoreFacts
from comptoir.kernel.clock import business_date
from comptoir.kernel.ids import new_id
from comptoir.pos.people import Shift

FIELDS = ("staff_id", "register_id", "started_at", "ended_at", "declared_tips", "deleted")


@dataclass(frozen=True)
class Compared:
    """What became of a window that was read again."""

    created: int
    changed: int
    gone: int

    @property
    def total(self) -> int:
        """How many differences there were."""
        return self.created + self.changed + self.gone


def record(
    *,
    store: StoreFacts,
    provider: str,
    location_id: str,
    shifts: Iterable[Shift],
    start: datetime,
    end: datetime,
    names: Mapping[str, str],
    now: datetime,
) -> Compared:
    """Compare everything that began in [start, end) with what is stored, and write the differences.

    Call it inside a transaction that holds the store's lock. Read twice, the second time writes nothing. Shifts without
    a beginning are left out: nobody can say on what day they were.
    """
    read = {each.id: each for each in shifts if each.started_at is not None}
    mine = ClockEntry.objects.filter(organisation_id=store.organisation_id, provider=provider, location_id=location_id)
    known = {row.external_id: row for row in mine.filter(external_id__in=read)}
    vanished = mine.filter(started_at__gte=start, started_at__lt=end, deleted=False).exclude(external_id__in=read)
    created = [_new(store, provider, location_id, each, now) for key, each in read.items() if key not in known]
    changes = [
        (known[key], _values(each))
        for key, each in read.items()
        if key in known and not says_the_same(known[key], each)
    ]
    gone = [(row, {**_stored(row), "deleted": True}) for row in vanished]
    before = [(row.started_at, row.ended_at) for row, _values in (*changes, *gone)]
    for row, values in (*changes, *gone):
        _replace(store, row, values, now)
    for row in created:
        row.staff_name = names.get(row.staff_id, "")
    ClockEntry.objects.bulk_create(created, ignore_conflicts=True)
    after = [(row.started_at, row.ended_at) for row in (*created, *(row for row, _values in (*changes, *gone)))]
    staff_hours.restate(store, (*before, *after))
    return Compared(len(created), len(changes), len(gone))


def says_the_same(row: ClockEntry, read: Shift) -> bool:
    """Whether the stored one says the same; an older reading of a vendor that dates its changes changes nothing."""
    if row.changed_at and read.changed_at and read.changed_at < row.changed_at:
        return True
    return _stored(row) == _values(read)


def entries(organisation_id: UUID, *, store_ids: Collection[UUID], start: datetime, end: datetime) -> list[ClockEntry]:
    """Times at work that overlap [start, end), deleted ones left out, oldest first; open ones count as lasting."""
    rows = ClockEntry.objects.filter(
        organisation_id=organisation_id, store_id__in=store_ids, deleted=False, started_at__lt=end
    )
    return [row for row in rows.order_by("started_at", "id") if row.ended_at is None or row.ended_at > start]


def _new(store: StoreFacts, provider: str, location_id: str, read: Shift, now: datetime) -> ClockEntry:
    return ClockEntry(
        organisation_id=store.organisation_id,
        id=new_id(),
        store_id=store.id,
        provider=provider,
        location_id=location_id,
        external_id=read.id,
        business_date=business_date(read.started_at or now, zone=store.zone, day_start=store.day_start),
        changed_at=read.changed_at,
        revision=1,
        first_seen_at=now,
        updated_at=now,
        **_values(read),
    )


def _replace(store: StoreFacts, row: ClockEntry, values: dict[str, Any], now: datetime) -> None:
    """The next revision of a row; what it was stays beside it."""
    ClockEntryRevision.objects.create(
        organisation_id=row.organisation_id,
        clock_entry_id=row.id,
        revision=row.revision,
        replaced_at=now,
        business_date=row.business_date,
        **_stored(row),
    )
    for name, value in values.items():
        setattr(row, name, value)
    row.business_date = business_date(row.started_at, zone=store.zone, day_start=store.day_start)
    row.revision, row.updated_at = row.revision + 1, now
    row.save()


def _values(read: Shift) -> dict[str, Any]:
    return {
        "staff_id": read.staff_id,
        "register_id": read.register_id,
        "started_at": read.started_at,
        "ended_at": read.ended_at,
        "declared_tips": read.declared_tips,
        "deleted": read.deleted,
    }


def _stored(row: ClockEntry) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
