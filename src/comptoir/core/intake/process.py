"""What becomes of a notification: read, routed, recorded, or parked with the path of the fault."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import structlog
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, transaction

from comptoir.core.connections.locations import stores_fed_by
from comptoir.core.installations import manifest
from comptoir.core.installations.manifest import Heard
from comptoir.core.intake import hints, polling, unlinked
from comptoir.core.intake.models import Notification
from comptoir.core.intake.packing import MARKS, packed_to_stay, unpacked
from comptoir.core.ledger import limits, store
from comptoir.core.ledger.precedence import Key
from comptoir.kernel import metrics
from comptoir.kernel.errors import RuleBroken, VendorUnreadable
from comptoir.pos import connector as pos
from comptoir.pos import registry
from comptoir.pos.model import Observed

log = structlog.get_logger(__name__)

BATCH: Final = 500
# Without the ORM, as all that is asked for every batch: for a lone bill, making the question cost more than its answer.
# In the order of the table's columns.
READ: Final = (
    *("id", "organisation_id", "store_id", "provider", "verified", "body", "headers", "received_at"),
    "received_minute",
)
WAITING_SQL: Final = (
    f"SELECT {', '.join(READ)} FROM intake_notification"  # noqa: S608 - every part is written here
    " WHERE processed_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
)
LARGEST_PACKED_AGAIN: Final = 64 * 1024
"""Bytes of a body; what is larger stays as the door packed it, since a batch of the largest would not fit any memory:
all of its bodies go back in one statement."""
LIVE_TOPIC: Final = "inbox"
Outcome = Notification.Outcome
SILENT: Final = frozenset({Outcome.PARKED, Outcome.UNLINKED})


@dataclass
class Fate:
    """A notification on its way through, and what became of it so far."""

    row: Notification
    reading: pos.Reading | None = None
    outcome: str = ""
    organisation_id: UUID | None = None
    store_id: UUID | None = None
    sale_id: UUID | None = None
    fault_path: str = ""
    fault: str = ""
    taken_for_store: bool = False
    due_at: datetime | None = None
    keys: list[Key] = field(default_factory=list)

    def park(self, *, path: str, fault: str) -> None:
        """Keep it, show it, do nothing with it."""
        self.outcome, self.fault_path, self.fault = Outcome.PARKED, storable(path, 200), storable(fault, 2000)


class Batch(NamedTuple):
    """How many notifications it took, and how many of them are to be confirmed (`confirm.py`)."""

    done: int
    unverified: int


def drain(
    *,
    clock: Callable[[], datetime],
    then: Callable[[], object] = lambda: None,
    unverified: Callable[[], object] = lambda: None,
) -> int:
    """Process everything that waits, batch by batch, and do `then` after each; returns how many were processed.

    `unverified` is done after a batch some of which is to be confirmed. Safe in several workers at once, and to kill at
    any line.
    """
    total = 0
    while True:
        try:
            batch = process_batch(BATCH, now=clock())
        except Exception:  # one notification we cannot handle must not hold up the others: find it
            log.exception("intake.batch_failed")
            batch = _process_one_by_one(clock)
        total += batch.done
        then()
        if batch.unverified:
            unverified()
        if batch.done < BATCH:
            return total


def process_batch(size: int, *, now: datetime) -> Batch:
    """One batch, one transaction."""
    with transaction.atomic():
        rows = _waiting(size)
        return Batch(len(rows), _process(rows, now))


def _waiting(size: int) -> list[Notification]:
    """The oldest that wait, ours alone until the transaction ends; only what is `READ` of them."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_SQL, [size])
        return [
            Notification.from_db(
                DEFAULT_DB_ALIAS, READ, (*known, unpacked(bytes(body)), msgspec.json.decode(headers), at, minute)
            )
            for *known, body, headers, at, minute in cursor.fetchall()
        ]


def _process_one_by_one(clock: Callable[[], datetime]) -> Batch:
    """The same, each in its own transaction; what still fails is a bug of ours: parked, logged, shown.

    What the database could not do just now (deadlock, full disk) goes on waiting; the sweeper comes back for it.
    """
    ids = Notification.objects.filter(processed_at=None).order_by("id").values_list("id", flat=True)[:BATCH]
    done = unverified = 0
    for identifier in list(ids):
        rows = Notification.objects.select_for_update(skip_locked=True).filter(id=identifier, processed_at=None)
        try:
            with transaction.atomic():
                found = list(rows)
                unverified += _process(found, clock())
        except Exception as error:
            if connection.needs_rollback or not connection.is_usable():
                raise
            if isinstance(error, OperationalError):
                log.warning("intake.notification_postponed", notification=identifier, cause=str(error))
                continue
            log.exception("intake.notification_failed", notification=identifier)
            with transaction.atomic():
                found = list(rows.all())  # asked again: another worker may have read it since
                for row in found:
                    fate = Fate(row, organisation_id=row.organisation_id, store_id=row.store_id)
                    fate.park(path="$", fault=f"A fault of ours, kept for mending: {type(error).__name__}: {error}")
                    _save([fate], clock())
        done += len(found)
    return Batch(done, unverified)


def _process(rows: Sequence[Notification], now: datetime) -> int:
    """Returns how many are to be confirmed."""
    if not rows:
        return 0
    fates = [_read(row) for row in rows]
    _route(fates, now)
    _record([fate for fate in fates if not fate.outcome], now)
    _hand_on(fates, now)
    _save(fates, now, with_bodies=True)
    polling.heard({fate.store_id for fate in fates if fate.row.verified and fate.reading and fate.store_id}, now=now)
    told = ((fate, fate.store_id) for fate in fates if fate.reading and fate.reading.is_hint)
    hints.follow({(store_id, fate.row.provider, _location(fate)) for fate, store_id in told if store_id}, now=now)
    unlinked.let_go(
        {(fate.row.provider, _location(fate)) for fate in fates if fate.outcome == Outcome.UNLINKED}, now=now
    )
    return sum(fate.due_at is not None for fate in fates)


def take(row: Notification, *, now: datetime) -> Fate:
    """Process one notification of a store whose sender waits, in the caller's transaction; its store is known."""
    fate = _read(row)
    _route([fate], now)
    _record([] if fate.outcome else [fate], now)
    _save([fate], now)
    return fate


def read_again(rows: Sequence[Notification], now: datetime) -> int:
    """Process notifications a second time, in the caller's transaction; returns of how many something else became.

    What was counted stays counted, and what was confirmed stays so: only what was parked can become something else,
    and what was recorded can be recorded anew.
    """
    fates = [_read(row) for row in rows]
    _route(fates, now)
    _record([fate for fate in fates if not fate.outcome], now)
    news = [fate for fate in fates if _is_news(fate)]
    if news:
        _save(news, now)
    return len(news)


def _is_news(fate: Fate) -> bool:
    before = fate.row
    if before.outcome == Outcome.PARKED:
        return (fate.outcome, fate.fault_path, fate.fault) != (before.outcome, before.fault_path, before.fault)
    return before.outcome in (Outcome.RECORDED, Outcome.UNCHANGED) and fate.outcome == Outcome.RECORDED


def _location(fate: Fate) -> str:
    return storable(fate.reading.location_id if fate.reading else "", 64)


def _read(row: Notification) -> Fate:
    fate = Fate(row, organisation_id=row.organisation_id, store_id=row.store_id)
    try:
        fate.reading = _reading_of(row)
    except VendorUnreadable as error:
        fate.park(path=error.path, fault=error.for_owner)
    except RuleBroken as error:
        fate.park(path="$", fault=error.for_owner)
    else:
        fate.keys = [(each.sale.location_id, each.sale.external_id) for each in fate.reading.observed]
    return fate


def _reading_of(row: Notification) -> pos.Reading:
    """Raises VendorUnreadable; RuleBroken for a provider that is not installed any more."""
    notification = pos.Notification(body=bytes(row.body), received_at=row.received_at, headers=row.headers)
    reading = registry.connector(row.provider).read(notification)
    for observed in reading.observed:
        limits.check(observed)
    if len(reading.location_id) > limits.LONGEST_ID or "\0" in reading.location_id:
        raise VendorUnreadable("The till sent a location that cannot be kept.", path="$")
    return reading


def observed_in(row: Notification) -> tuple[Observed, ...]:
    """The sales that a stored body shows; none when it cannot be read any more."""
    try:
        return _reading_of(row).observed
    except (VendorUnreadable, RuleBroken):
        return ()


def _route(fates: Sequence[Fate], now: datetime) -> None:
    """Find the store. A store's own door speaks for that store unless the location is known to feed another.

    What came in at a shared door brings nothing by itself: it is due to be confirmed (`confirm.py`).
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for fate in fates:
        if fate.reading:
            wanted[fate.row.provider].add(fate.reading.location_id)
    fed = {provider: stores_fed_by(provider, locations) for provider, locations in wanted.items()}
    for fate in fates:
        if not fate.reading:
            continue
        linked = fed[fate.row.provider].get(fate.reading.location_id)
        if not fate.row.verified:
            fate.outcome = Outcome.UNVERIFIED if linked else Outcome.UNLINKED
            fate.organisation_id, fate.store_id = linked or (None, None)
            fate.due_at = now if linked else None
        elif linked is None:
            pushes = registry.connector(fate.row.provider).manifest.pushes
            fate.taken_for_store = not (pushes or fate.reading.is_hint)
        elif fate.reading.is_hint and linked[0] == fate.organisation_id:
            continue  # one store's door hears for all of its account
        elif linked != (fate.organisation_id, fate.store_id):
            fate.park(
                path="$.businessLocationId",
                fault="This location feeds another store. Use the address of that store, or link the location here.",
            )


def _record(fates: Sequence[Fate], now: datetime) -> None:
    stores = store.lock_stores({fate.store_id for fate in fates if fate.store_id})
    groups: defaultdict[tuple[UUID, str], list[Fate]] = defaultdict(list)
    for fate in fates:
        if fate.store_id:
            groups[fate.store_id, fate.row.provider].append(fate)
    for (store_id, provider), members in groups.items():
        observed = [each for fate in members if fate.reading for each in fate.reading.observed]
        recorded = store.record(store=stores[store_id], provider=provider, observed=observed, now=now)
        for fate in members:
            results = [recorded[key] for key in fate.keys]
            fate.outcome = Outcome.RECORDED if any(each.changed for each in results) else Outcome.UNCHANGED
            fate.sale_id = results[0].sale_id if results else None


def _hand_on(fates: Sequence[Fate], now: datetime) -> None:
    """Apps hear what a till told beside sales, and of which bills; at a shared door it is a hint, and marked as one."""
    heard = [
        Heard(fate.organisation_id, fate.store_id, fate.row.provider, told, fate.row.verified)
        for fate in fates
        if fate.reading and fate.organisation_id and fate.store_id and fate.outcome not in SILENT
        for told in (*fate.reading.facts, *(each.sale for each in fate.reading.observed))
    ]
    for app in manifest.apps() if heard else ():
        if app.heard is not None:
            app.heard(heard, now)


def _save(fates: Sequence[Fate], now: datetime, *, with_bodies: bool = False) -> None:
    """What became of them. `with_bodies`: of rows that are locked since they were read, the body is packed to stay."""
    told = [
        {
            "received_minute": fate.row.received_minute,
            "id": fate.row.id,
            "organisation_id": fate.organisation_id,
            "store_id": fate.store_id,
            "sale_id": fate.sale_id,
            "outcome": str(fate.outcome),
            "location_id": _location(fate),
            "delivery": storable(fate.reading.delivery if fate.reading else "", 120),
            "fault_path": fate.fault_path,
            "fault": fate.fault,
            "taken": fate.taken_for_store,
            "due_at": fate.due_at,
            "body": _body_to_stay(fate.row) if with_bodies else None,
        }
        for fate in fates
    ]
    minutes = [fate.row.received_minute for fate in fates]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE intake_notification AS n SET processed_at = %s, organisation_id = f.organisation_id,"
            " store_id = f.store_id, sale_id = f.sale_id, outcome = f.outcome, location_id = f.location_id,"
            " delivery = f.delivery, fault_path = f.fault_path, fault = f.fault, taken_for_store = f.taken,"
            " due_at = f.due_at, tries = 0, tried_at = NULL, body = coalesce(decode(f.body, 'base64'), n.body)"
            " FROM json_to_recordset(%s::json) AS f (received_minute timestamptz, id bigint, organisation_id uuid,"
            " store_id uuid, sale_id uuid, outcome text, location_id text, delivery text, fault_path text, fault text,"
            " taken bool, due_at timestamptz, body text)"
            " WHERE n.received_minute = f.received_minute AND n.id = f.id"
            # said again with plain values, so that the planner looks at the days of this batch alone
            " AND n.received_minute BETWEEN %s AND %s",
            [now, msgspec.json.encode(told).decode(), min(minutes), max(minutes)],
        )
    for fate in fates:
        metrics.PROCESSED.labels(str(fate.outcome)).inc()
    for organisation_id in {fate.organisation_id for fate in fates if fate.organisation_id}:
        store.notify_live(organisation_id, LIVE_TOPIC)


def _body_to_stay(row: Notification) -> bytes | None:
    """None where it stays as it is: also what could not be unpacked, which may be once its words are known again."""
    if len(row.body) > LARGEST_PACKED_AGAIN or row.body.startswith(MARKS):
        return None
    return packed_to_stay(row.body, row.provider)


def storable(text: Any, length: int) -> str:
    """Text as PostgreSQL can hold it, cut to a column's length: what a stranger sent must not fail the batch."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "\ufffd")[:length]
