"""What registers took from their opening to their closing, as tills count it: beside the bills, never added to them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from comptoir.core.ledger.models import RegisterClosure as ClosureRow
from comptoir.core.ledger.store import StoreFacts
from comptoir.kernel.ids import new_id
from comptoir.pos.model import Named
from comptoir.pos.places import RegisterClosure, Takings

CHANGING = ("register_name", "sequence", "opened_at", "closed_at", "takings")


@dataclass(frozen=True)
class Kept:
    """A closure as it is stored; what an open one took is as of `seen_at` (UTC)."""

    closure: RegisterClosure
    seen_at: datetime


def record(*, store: StoreFacts, provider: str, closures: Iterable[RegisterClosure], now: datetime) -> int:
    """Keep what the till says now; returns how many closures are new or say something else than before.

    Call it inside a transaction that holds the store's lock. One that was closed stays closed.
    """
    read = {each.id: each for each in closures}
    mine = ClosureRow.objects.filter(organisation_id=store.organisation_id, provider=provider)
    known = {(row.location_id, row.external_id): row for row in mine.filter(external_id__in=read)}
    new, changed = [], []
    for each in read.values():
        row = known.get((each.location_id, each.id))
        values = _values(each)
        if row is None:
            new.append(_new(store, provider, each, values, now))
        elif (each.closed_at or row.closed_at is None) and any(
            getattr(row, name) != value for name, value in values.items()
        ):
            for name, value in values.items():
                setattr(row, name, value)
            row.seen_at = now
            changed.append(row)
    ClosureRow.objects.bulk_create(new, ignore_conflicts=True)
    for row in changed:
        row.save(update_fields=[*CHANGING, "seen_at"])
    return len(new) + len(changed)


def between(organisation_id: UUID, store_ids: Collection[UUID], start: datetime, end: datetime) -> list[Kept]:
    """Closures that overlap [start, end), by register and opening; those still open count as lasting."""
    rows = ClosureRow.objects.filter(organisation_id=organisation_id, store_id__in=store_ids, opened_at__lt=end)
    rows = rows.exclude(closed_at__lte=start).order_by("location_id", "register_id", "opened_at")
    return [Kept(_closure(row), row.seen_at) for row in rows]


def _new(
    store: StoreFacts, provider: str, read: RegisterClosure, values: dict[str, object], now: datetime
) -> ClosureRow:
    return ClosureRow(
        organisation_id=store.organisation_id,
        id=new_id(),
        store_id=store.id,
        provider=provider,
        location_id=read.location_id,
        external_id=read.id,
        register_id=read.register.id,
        first_seen_at=now,
        seen_at=now,
        **values,
    )


def _values(read: RegisterClosure) -> dict[str, object]:
    takings = [[each.method.id, each.method.name, str(each.total)] for each in read.takings]
    values = (read.register.name, read.sequence, read.opened_at, read.closed_at, sorted(takings))
    return dict(zip(CHANGING, values, strict=True))


def _closure(row: ClosureRow) -> RegisterClosure:
    return RegisterClosure(
        id=row.external_id,
        location_id=row.location_id,
        register=Named(id=row.register_id, name=row.register_name),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        sequence=row.sequence,
        takings=tuple(
            Takings(method=Named(id=method, name=name), total=Decimal(total)) for method, name, total in row.takings
        ),
    )
