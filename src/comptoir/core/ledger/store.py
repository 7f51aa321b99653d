"""The one way into the ledger: upsert, revision, roll-up and event in one transaction, if something changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from comptoir.core import prepared
from comptoir.core.accounts.models import Store
from comptoir.core.installations.manifest import Event
from comptoir.core.ledger import rollup, rows
from comptoir.core.ledger.precedence import (
    Key,
    as_observed,
    as_stored,
    fingerprint,
    key_of,
    latest,
    rank,
    superseded_by,
)
from comptoir.core.ledger.rows import StoredSale
from comptoir.core.outbox import dispatch
from comptoir.core.outbox.live import notify_live as notify_live
from comptoir.kernel.clock import business_date
from comptoir.kernel.ids import new_id
from comptoir.pos.events import event_kind
from comptoir.pos.model import Observed, Sale

LIVE_TOPIC: Final = "sales"
LOCK_SQL: Final[LiteralString] = (
    "SELECT id, organisation_id, timezone, day_start FROM accounts_store WHERE id = ANY(%s::uuid[]) ORDER BY id"
    " FOR NO KEY UPDATE"
)


@dataclass(frozen=True)
class StoreFacts:
    """What the ledger must know of a store: its zone and the local time at which its trading day begins."""

    id: UUID
    organisation_id: UUID
    zone: ZoneInfo
    day_start: time


@dataclass(frozen=True)
class Recorded:
    """What became of one sale."""

    sale_id: UUID
    changed: bool


def lock_stores(store_ids: Collection[UUID]) -> dict[UUID, StoreFacts]:
    """Lock stores, in one order, until the transaction ends: writers of one store take turns, others do not wait."""
    with prepared.cursor() as cursor:
        cursor.execute(LOCK_SQL, [list(store_ids)])
        return {row[0]: StoreFacts(row[0], row[1], ZoneInfo(row[2]), row[3]) for row in cursor.fetchall()}


def _facts(store: Store) -> StoreFacts:
    return StoreFacts(store.id, store.organisation_id, ZoneInfo(store.timezone), store.day_start)


def record(*, store: StoreFacts, provider: str, observed: Sequence[Observed], now: datetime) -> dict[Key, Recorded]:
    """Store what was observed; returns what became of each (location, external id).

    Call it inside a transaction that holds the store's lock. Repetition and order do not matter: the same observations
    leave the same ledger, since of each sale the observation of the greatest rank stands, and whether an open bill is
    superseded follows from the counter-entries that stand now.
    """
    incoming = latest(observed)
    rows.lock_locations(store.organisation_id, provider, {location for location, _ in incoming})
    known = rows.load(store.organisation_id, provider, set(incoming))
    standing = {key: _standing(known.get(key), each) for key, each in incoming.items()}
    touched = superseded_by(row.sale for row in known.values()) | superseded_by(each.sale for each in standing.values())
    beside = rows.load(store.organisation_id, provider, touched - set(incoming))
    known |= beside
    standing |= {key: _observed(row) for key, row in beside.items()}
    superseded = _superseded(store.organisation_id, provider, standing)
    after = {key: _row(known.get(key), each, key in superseded, store, provider, now) for key, each in standing.items()}
    _write(store, known, [row for key, row in after.items() if row is not known.get(key)], now)
    rows.keep_aliases(
        store.organisation_id, {(alias, after[key_of(each)].id) for each in observed for alias in each.aliases}
    )
    return {
        key: Recorded(after[key].id, changed=key not in known or after[key].revision != known[key].revision)
        for key in incoming
    }


def _observed(row: StoredSale) -> Observed:
    """The observation that stands so far."""
    return Observed(sale=as_observed(row.sale), source=row.source, observed_at=row.observed_at)


def _standing(before: StoredSale | None, each: Observed) -> Observed:
    return each if before is None else max(_observed(before), each, key=rank)


def _superseded(organisation_id: UUID, provider: str, standing: dict[Key, Observed]) -> set[Key]:
    """Those of these sales that a counter-entry cancels: one among them, or a stored one that is not among them."""
    stored = rows.counter_entries(organisation_id, provider, set(standing))
    return superseded_by(each.sale for each in standing.values()) | {
        cancelled for own, cancelled in stored if own not in standing
    }


def _row(
    before: StoredSale | None, each: Observed, is_superseded: bool, store: StoreFacts, provider: str, now: datetime
) -> StoredSale:
    """The row as this observation leaves it; `before` itself when nothing moved."""
    sale = as_stored(each.sale, is_superseded=is_superseded)
    if before is None:
        return StoredSale(
            id=new_id(),
            store_id=store.id,
            provider=provider,
            sale=sale,
            content_hash=fingerprint(sale),
            revision=1,
            source=each.source,
            observed_at=each.observed_at,
            first_seen_at=now,
            updated_at=now,
        )
    if (each.source, each.observed_at) == (before.source, before.observed_at):
        return _restated(before, sale, now)
    return _restated(msgspec.structs.replace(before, source=each.source, observed_at=each.observed_at), sale, now)


def _restated(before: StoredSale, sale: Sale, now: datetime) -> StoredSale:
    """The row with another content: a new revision, unless the content is the same."""
    content_hash = fingerprint(sale)
    if content_hash == before.content_hash:
        return before
    return msgspec.structs.replace(
        before, sale=sale, content_hash=content_hash, revision=before.revision + 1, updated_at=now
    )


def _write(store: StoreFacts, known: dict[Key, StoredSale], changes: list[StoredSale], now: datetime) -> None:
    """Rows, old revisions, roll-up, events and the live signal."""
    if not changes:
        return
    before = {row.id: row for row in known.values()}
    owners = _owners(store, {row.store_id for row in changes})
    days = [_business_date(owners[row.store_id], row.sale) for row in changes]
    rows.save(store.organisation_id, changes, days, known=before)
    changed = [row for row in changes if row.id not in before or row.revision != before[row.id].revision]
    rows.keep_revisions(store.organisation_id, [before[row.id] for row in changed if row.id in before], now)
    for store_id in {row.store_id for row in changed}:
        mine = [row for row in changed if row.store_id == store_id]
        rollup.add(store.organisation_id, store_id, _delta(owners[store_id], before, mine))
    dispatch.publish(
        [
            Event(
                id=new_id(),
                organisation_id=store.organisation_id,
                store_id=row.store_id,
                kind=event_kind(before[row.id].sale if row.id in before else None, row.sale),
                sale_id=row.id,
                revision=row.revision,
                at=now,
            )
            for row in changed
        ]
    )
    if changed:
        notify_live(store.organisation_id, LIVE_TOPIC)


def _owners(store: StoreFacts, store_ids: set[UUID]) -> dict[UUID, StoreFacts]:
    """The stores that these sales count for: a sale stays where it was counted first when its location moves."""
    others = Store.objects.filter(organisation_id=store.organisation_id, id__in=store_ids - {store.id})
    found = {each.id: _facts(each) for each in others} if store_ids - {store.id} else {}
    return {store.id: store, **found}


def _delta(store: StoreFacts, before: dict[UUID, StoredSale], changed: Iterable[StoredSale]) -> rollup.Figures:
    old = [before[row.id].sale if row.id in before else None for row in changed]
    return rollup.difference(
        (rollup.contribution(sale, zone=store.zone, day_start=store.day_start) for sale in old),
        (rollup.contribution(row.sale, zone=store.zone, day_start=store.day_start) for row in changed),
    )


def _business_date(store: StoreFacts, sale: Sale) -> str:
    day = business_date(sale.closed_at or sale.opened_at, zone=store.zone, day_start=store.day_start)
    return day.isoformat()
