"""Hand events to apps, each event once per app: together as long as it goes well, alone when not.

A failing app, or one bad event, holds up nobody. What comes while an app is off for a store is set aside.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
import structlog
from django.db import connection, transaction

from comptoir.core import prepared
from comptoir.core.installations import manifest, modules
from comptoir.core.outbox import aside, couriers
from comptoir.core.outbox.models import Delivery
from comptoir.pos.events import EventKind

log = structlog.get_logger(__name__)

BATCH: Final = 1500
"""Deliveries in one transaction: what an app asks once for all of its events, it asks once for some five hundred."""

# Waits between attempts of a failing handler; the last one repeats for as long as the event is kept.
RETRY_WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))


EVENT_COLUMNS: Final = ("organisation_id", "id", "store_id", "kind", "sale_id", "revision", "at")
EVENTS_SQL: Final[LiteralString] = (
    "INSERT INTO outbox_event (organisation_id, id, store_id, kind, sale_id, revision, at)"
    " SELECT * FROM json_to_recordset(%s::json) AS told (organisation_id uuid, id uuid, store_id uuid, kind text,"
    " sale_id uuid, revision int, at timestamptz)"
)
DUE_SQL: Final = (
    f"SELECT d.app, d.attempts, {', '.join(f'e.{each}' for each in EVENT_COLUMNS)}"  # noqa: S608 - all written here
    " FROM outbox_delivery AS d JOIN outbox_event AS e ON e.organisation_id = d.organisation_id AND e.id = d.event_id"
    " WHERE d.due_at <= %s ORDER BY d.due_at LIMIT %s FOR UPDATE OF d SKIP LOCKED"
)
# Workers take turns within an organisation: two of them, each with events about what the other holds, would block one
# another for good.
TURNS_SQL: Final[LiteralString] = (
    "SELECT pg_advisory_xact_lock(hashtextextended('outbox ' || organisation, 0))"
    " FROM unnest(%s::text[]) AS organisation"
)
DELIVERIES_SQL: Final[LiteralString] = (
    "INSERT INTO outbox_delivery (organisation_id, event_id, app, attempts, due_at, fault)"
    " SELECT organisation_id, event_id, app, 0, due_at, '' FROM json_to_recordset(%s::json)"
    " AS due (organisation_id uuid, event_id uuid, app text, due_at timestamptz)"
)


DONE_SQL: Final[LiteralString] = (
    "DELETE FROM outbox_delivery AS delivery USING json_to_recordset(%s::json)"
    " AS done (organisation_id uuid, event_id uuid, app text) WHERE delivery.organisation_id = done.organisation_id"
    " AND delivery.event_id = done.event_id AND delivery.app = done.app"
)


@dataclass(frozen=True)
class Claimed:
    """An event that an app has still to handle, ours alone for now, and how often it was tried."""

    told: dict[str, Any]
    app: str
    attempts: int

    @property
    def event(self) -> manifest.Event:
        """The event as apps know it. Raises ValueError for a kind that only a newer release knows."""
        return manifest.Event(**{**self.told, "kind": EventKind(self.told["kind"])})


def publish(events: Sequence[manifest.Event]) -> None:
    """Write events, and a delivery for each app and endpoint that listens, into the caller's transaction."""
    off = modules.switched_off({event.organisation_id for event in events})
    heard = [(event, app.slug) for event in events for app in manifest.apps() if event.kind in app.handlers]
    # As JSON: a bulk_create of the ORM costs more than everything else that a page of sales does.
    told = [{name: getattr(event, name) for name in EVENT_COLUMNS} for event in events]
    due = [
        {"organisation_id": event.organisation_id, "event_id": event.id, "app": app, "due_at": event.at}
        for event, app in heard
        if (event.store_id, app) not in off
    ]
    with prepared.cursor() as cursor:
        cursor.execute(EVENTS_SQL, [msgspec.json.encode(told).decode()])
        if due:
            cursor.execute(DELIVERIES_SQL, [msgspec.json.encode(due).decode()])
    aside.keep([(event, app) for event, app in heard if (event.store_id, app) in off])
    couriers.write_down(events)


def dispatch(*, clock: Callable[[], datetime]) -> int:
    """Hand over everything that is due; returns how many deliveries succeeded. Safe in several workers at once."""
    handled = 0
    while True:
        succeeded, claimed = _dispatch_batch(clock)
        handled += succeeded
        if claimed < BATCH:
            couriers.wake_all(now=clock())
            return handled


def failing() -> int:
    """How many deliveries have failed at least once and are still tried."""
    return Delivery.objects.filter(attempts__gt=0).count()


def _dispatch_batch(clock: Callable[[], datetime]) -> tuple[int, int]:
    """One transaction, so one commit, for up to BATCH deliveries; returns how many of how many succeeded."""
    with transaction.atomic():
        claimed = _claim(clock())
        groups, unheeded = _sorted_out(claimed)
        aside.keep([(each.event, each.app) for each in unheeded])
        handled = [each for members in groups.values() for each in _hand_over(members, clock)]
        if done := [*handled, *unheeded]:
            _forget(done)
    return len(handled), len(claimed)


def _forget(done: Sequence[Claimed]) -> None:
    """These deliveries are over."""
    told = [
        {"organisation_id": each.told["organisation_id"], "event_id": each.told["id"], "app": each.app} for each in done
    ]
    with prepared.cursor() as cursor:
        cursor.execute(DONE_SQL, [msgspec.json.encode(told).decode()])


def _claim(now: datetime) -> list[Claimed]:
    """What is due; ours alone until the transaction ends."""
    with prepared.cursor() as cursor:
        cursor.execute(DUE_SQL, [now, BATCH])
        due = [
            Claimed(dict(zip(EVENT_COLUMNS, told, strict=True)), app, attempts)
            for app, attempts, *told in cursor.fetchall()
        ]
        if due:
            cursor.execute(TURNS_SQL, [sorted({str(each.told["organisation_id"]) for each in due})])
            # What the database would refuse at the shared commit, it refuses to the app that wrote it.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return due


def _sorted_out(claimed: list[Claimed]) -> tuple[dict[tuple[UUID, str], list[Claimed]], list[Claimed]]:
    """By organisation and app, and apart what an app does not act upon: it is off for that store as long as we hold it.

    Whoever switches in the middle waits for this transaction, so an event is never half acted upon.
    """
    off = modules.held_off({each.told["organisation_id"] for each in claimed}) if claimed else set()
    groups: defaultdict[tuple[UUID, str], list[Claimed]] = defaultdict(list)
    unheeded = []
    for each in claimed:
        if (each.told["store_id"], each.app) in off:
            unheeded.append(each)
        else:
            groups[each.told["organisation_id"], each.app].append(each)
    return groups, unheeded


def _hand_over(claimed: list[Claimed], clock: Callable[[], datetime]) -> list[Claimed]:
    """All to their app in one savepoint; should that fail, each in one of its own. Returns those that succeeded."""
    now = clock()
    try:
        with transaction.atomic():
            _tell(claimed, now)
    except Exception as error:  # a bug in one app must not hold up the others: it is kept, shown and tried again
        if connection.needs_rollback:
            raise
        if len(claimed) > 1:
            return [each for one in claimed for each in _hand_over([one], clock)]
        _postpone(claimed[0], error, now)
        return []
    return claimed


def _tell(claimed: Sequence[Claimed], now: datetime) -> None:
    handlers = manifest.app(claimed[0].app).handlers
    heard: defaultdict[manifest.Handler, list[manifest.Event]] = defaultdict(list)
    for each in claimed:
        event = each.event
        heard[handlers[event.kind]].append(event)
    for handler, events in heard.items():
        handler(events, now)


def _postpone(claimed: Claimed, error: Exception, now: datetime) -> None:
    wait = RETRY_WAITS[min(claimed.attempts, len(RETRY_WAITS) - 1)]
    attempts, event_id = claimed.attempts + 1, claimed.told["id"]
    failed = Delivery.objects.filter(organisation_id=claimed.told["organisation_id"], event_id=event_id)
    failed.filter(app=claimed.app).update(
        attempts=attempts, due_at=now + wait, fault=_storable(f"{type(error).__name__}: {error}")
    )
    log.error("event.handler_failed", app=claimed.app, event_id=str(event_id), attempts=attempts, exc_info=error)


def _storable(text: str) -> str:
    """An error may quote anything, even what the database cannot hold."""
    return text.replace("\0", "").encode(errors="replace").decode()[:2000]
