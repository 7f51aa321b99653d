"""What becomes of notifications: read, routed, recorded, or parked with the path of the fault."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from django.db import DatabaseError, NotSupportedError, OperationalError, connection, transaction
from django.db.models import QuerySet
from psycopg.errors import UndefinedColumn, UndefinedTable

from comptoir.core.connections.locations import stores_fed_by
from comptoir.core.installations import manifest
from comptoir.core.installations.manifest import Heard
from comptoir.core.intake import hints, polling, rows, unlinked
from comptoir.core.intake.fates import Fate, Row, read
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import store
from comptoir.core.outbox import at_once as outbox
from comptoir.core.outbox import dispatch, live
from comptoir.kernel import metrics
from comptoir.pos import registry

log = structlog.get_logger(__name__)

BATCH: Final = 500
LIVE_TOPIC: Final = "inbox"
Outcome = Notification.Outcome
SILENT: Final = frozenset({Outcome.PARKED, Outcome.UNLINKED})


class Batch(NamedTuple):
    """How many notifications it took, how many are to be confirmed (`confirm.py`), and whether more may wait."""

    done: int
    unverified: int
    has_more: bool


def drain(
    *,
    clock: Callable[[], datetime],
    then: Callable[[], object] = lambda: None,
    unverified: Callable[[], object] = lambda: None,
    stop: Callable[[], bool] = lambda: False,
    at_once: bool = False,
) -> int:
    """Process everything that waits, batch by batch, and do `then` after each; returns how many were processed.

    `unverified` is done after a batch some of which is to be confirmed. Between two batches it is asked whether to
    `stop`: what is left waits in the inbox. `at_once`: apps hear of a few sales in the transaction that records them.
    Safe in several workers at once, and to kill at any line.
    """
    total = 0
    while True:
        batch = _next_batch(clock, at_once=at_once)
        total += batch.done
        then()
        if batch.unverified:
            unverified()
        if not batch.has_more or stop():
            return total


def _next_batch(clock: Callable[[], datetime], *, at_once: bool) -> Batch:
    if at_once:
        try:
            return process_batch(BATCH, clock=clock, at_once=True)
        except Exception as error:  # an app's, perhaps: the sales stand without it, and dispatch finds out which
            log.warning("intake.not_at_once", cause=f"{type(error).__name__}: {error}")
    try:
        return process_batch(BATCH, clock=clock)
    except Exception:  # one notification we cannot handle must not hold up the others: find it
        log.exception("intake.batch_failed")
        return _process_one_by_one(clock)


def process_batch(size: int, *, clock: Callable[[], datetime], at_once: bool = False) -> Batch:
    """One batch, one transaction. `at_once`: with what apps do of it, and then it fails as one of them fails."""
    now = clock()
    with transaction.atomic(), live.gathered():
        found, has_more = rows.waiting(size)
        if at_once:
            with dispatch.in_hand() as events:
                fates = _process(found, now)
            outbox.hand_over(events, now=clock())
        else:
            fates = _process(found, now)
    return Batch(len(found), _count(fates), has_more)


def _process_one_by_one(clock: Callable[[], datetime]) -> Batch:
    """The same, each in its own transaction; what still fails is a bug of ours: parked, logged, shown.

    What the database could not do just now (deadlock, full disk, tables that a migration has changed under us) goes on
    waiting; the sweeper comes back for it.
    """
    ids = Notification.objects.filter(processed_at=None).order_by("id").values_list("id", flat=True)[:BATCH]
    done = unverified = 0
    for identifier in list(ids):
        mine = Notification.objects.select_for_update(skip_locked=True).filter(id=identifier, processed_at=None)
        try:
            try:
                found, fates = _process_those(mine, clock())
            except NotSupportedError:  # a migration came in between (`prepared`); once more, with new plans
                found, fates = _process_those(mine.all(), clock())
            unverified += _count(fates)
        except Exception as error:
            if connection.needs_rollback or not connection.is_usable():
                raise
            if _is_passing(error):
                log.warning("intake.notification_postponed", notification=identifier, cause=str(error))
                continue
            log.exception("intake.notification_failed", notification=identifier)
            with transaction.atomic():
                found = list(mine.all())  # asked again: another worker may have read it since
                for row in found:
                    fate = Fate(row, organisation_id=row.organisation_id, store_id=row.store_id)
                    fate.park(path="$", fault=f"A fault of ours, kept for mending: {type(error).__name__}: {error}")
                    _save([fate], clock())
                    _count([fate])
        done += len(found)
    return Batch(done, unverified, has_more=done == BATCH)


def _process_those(mine: QuerySet[Notification], now: datetime) -> tuple[list[Notification], list[Fate]]:
    """In a transaction of their own; returns them, and what became of them."""
    with transaction.atomic():
        found = list(mine)
        return found, _process(found, now)


def _is_passing(error: Exception) -> bool:
    """Whether it is no fault of the notification, and another time may do."""
    if isinstance(error, (OperationalError, NotSupportedError)):
        return True
    return isinstance(error, DatabaseError) and isinstance(error.__cause__, (UndefinedColumn, UndefinedTable))


def _process(waiting: Sequence[Row], now: datetime) -> list[Fate]:
    if not waiting:
        return []
    fates = [read(row) for row in waiting]
    _route(fates, now)
    _record([fate for fate in fates if not fate.outcome], now)
    _hand_on(fates, now)
    _save(fates, now, with_bodies=True)
    polling.heard({fate.store_id for fate in fates if fate.row.verified and fate.reading and fate.store_id}, now=now)
    told = ((fate, fate.store_id) for fate in fates if fate.reading and fate.reading.is_hint)
    hints.follow({(store_id, fate.row.provider, fate.location) for fate, store_id in told if store_id}, now=now)
    unlinked.let_go({(fate.row.provider, fate.location) for fate in fates if fate.outcome == Outcome.UNLINKED}, now=now)
    return fates


def _count(fates: Sequence[Fate]) -> int:
    """Count what became of them; returns how many are to be confirmed."""
    for outcome, number in Counter(str(fate.outcome) for fate in fates).items():
        metrics.PROCESSED.labels(outcome).inc(number)
    return sum(fate.due_at is not None for fate in fates)


def take(row: Notification, *, now: datetime) -> Fate:
    """Process one notification of a store whose sender waits, in the caller's transaction; its store is known."""
    fate = read(row)
    _route([fate], now)
    _record([] if fate.outcome else [fate], now)
    _save([fate], now)
    _count([fate])
    return fate


def read_again(them: Sequence[Notification], now: datetime) -> int:
    """Process notifications a second time, in the caller's transaction; returns of how many something else became.

    What was counted stays counted, and what was confirmed stays so: only what was parked can become something else,
    and what was recorded can be recorded anew.
    """
    fates = [read(row) for row in them]
    _route(fates, now)
    _record([fate for fate in fates if not fate.outcome], now)
    news = [fate for before, fate in zip(them, fates, strict=True) if _is_news(before, fate)]
    if news:
        _save(news, now)
        _count(news)
    return len(news)


def _is_news(before: Notification, fate: Fate) -> bool:
    if before.outcome == Outcome.PARKED:
        return (fate.outcome, fate.fault_path, fate.fault) != (before.outcome, before.fault_path, before.fault)
    return before.outcome in (Outcome.RECORDED, Outcome.UNCHANGED) and fate.outcome == Outcome.RECORDED


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
    """Write what became of them and tell open pages (`rows.save`)."""
    rows.save(fates, now, with_bodies=with_bodies)
    for organisation_id in {fate.organisation_id for fate in fates if fate.organisation_id}:
        store.notify_live(organisation_id, LIVE_TOPIC)
