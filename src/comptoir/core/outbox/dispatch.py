"""Hand events to apps, each event once per app: together as long as it goes well, alone when not.

A failing app, or one bad event, holds up nobody. What comes while an app is off for a store is set aside.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
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

BATCH: Final = 500
"""Deliveries in one transaction: what an app asks once for all of its events, it asks once for five hundred."""
BETWEEN: Final = " "
"""A delivery names its apps so: one row for all of them as long as none has failed."""

# Waits between attempts of a failing handler; the last one repeats for as long as the event is kept.
RETRY_WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))


EVENT_COLUMNS: Final = ("organisation_id", "id", "store_id", "kind", "sale_id", "revision", "at")
PUBLISH_SQL: Final[LiteralString] = (
    "WITH told AS (SELECT * FROM json_to_recordset(%s::json) AS told (organisation_id uuid, id uuid, store_id uuid,"
    " kind text, sale_id uuid, revision int, at timestamptz, apps text)),"
    " written AS (INSERT INTO outbox_event (organisation_id, id, store_id, kind, sale_id, revision, at)"
    " SELECT organisation_id, id, store_id, kind, sale_id, revision, at FROM told)"
    " INSERT INTO outbox_delivery (organisation_id, event_id, app, attempts, due_at, fault)"
    " SELECT organisation_id, id, apps, 0, at, '' FROM told WHERE apps <> ''"
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
DONE_SQL: Final[LiteralString] = (
    "DELETE FROM outbox_delivery AS delivery USING json_to_recordset(%s::json)"
    " AS done (organisation_id uuid, event_id uuid, app text) WHERE delivery.organisation_id = done.organisation_id"
    " AND delivery.event_id = done.event_id AND delivery.app = done.app"
)
POSTPONE_SQL: Final[LiteralString] = (
    "INSERT INTO outbox_delivery (organisation_id, event_id, app, attempts, due_at, fault)"
    " SELECT organisation_id, event_id, app, attempts, due_at, fault FROM json_to_recordset(%s::json)"
    " AS failed (organisation_id uuid, event_id uuid, app text, attempts int, due_at timestamptz, fault text)"
)


@dataclass(eq=False)
class Claimed:
    """An event that apps have still to handle, ours alone for now, and how often it was tried."""

    told: dict[str, Any]
    apps: str
    attempts: int

    @cached_property
    def event(self) -> manifest.Event:
        """The event as apps know it. Raises ValueError for a kind that only a newer release knows."""
        return manifest.Event(**{**self.told, "kind": EventKind(self.told["kind"])})


@dataclass(frozen=True)
class Failed:
    """What an app could not handle: it is tried again by itself."""

    claimed: Claimed
    app: str
    fault: str
    due_at: datetime


def publish(events: Sequence[manifest.Event]) -> None:
    """Write events, with a delivery to apps and one for each endpoint that listens, into the caller's transaction."""
    off = modules.switched_off({event.organisation_id for event in events})
    told, unheeded = [], []
    for event in events:
        heard = [app.slug for app in manifest.apps() if event.kind in app.handlers]
        unheeded += [(event, app) for app in heard if (event.store_id, app) in off]
        apps = BETWEEN.join(app for app in heard if (event.store_id, app) not in off)
        told.append({**{name: getattr(event, name) for name in EVENT_COLUMNS}, "apps": apps})
    with prepared.cursor() as cursor:
        # As JSON: a bulk_create of the ORM costs more than everything else that a page of sales does.
        cursor.execute(PUBLISH_SQL, [msgspec.json.encode(told).decode()])
    aside.keep(unheeded)
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
    """One transaction, so one commit, for up to BATCH deliveries; how many apps heard an event, and of how many."""
    with transaction.atomic():
        claimed = _claim(clock())
        groups, unheeded = _sorted_out(claimed)
        aside.keep([(each.event, app) for each, app in unheeded])
        failed = [each for (_, app), members in groups.items() for each in _hand_over(app, members, clock)]
        if claimed:
            _forget(claimed, failed)
    return sum(len(members) for members in groups.values()) - len(failed), len(claimed)


def _forget(claimed: Sequence[Claimed], failed: Sequence[Failed]) -> None:
    """These deliveries are over; what an app could not handle is due again later, to that app alone."""
    over = [{**_key(each), "app": each.apps} for each in claimed]
    again = [
        {
            **_key(each.claimed),
            "app": each.app,
            "attempts": each.claimed.attempts + 1,
            "due_at": each.due_at,
            "fault": each.fault,
        }
        for each in failed
    ]
    with prepared.cursor() as cursor:
        cursor.execute(DONE_SQL, [msgspec.json.encode(over).decode()])
        if again:
            cursor.execute(POSTPONE_SQL, [msgspec.json.encode(again).decode()])


def _key(claimed: Claimed) -> dict[str, UUID]:
    return {"organisation_id": claimed.told["organisation_id"], "event_id": claimed.told["id"]}


def _claim(now: datetime) -> list[Claimed]:
    """What is due; ours alone until the transaction ends."""
    with prepared.cursor() as cursor:
        cursor.execute(DUE_SQL, [now, BATCH])
        due = [
            Claimed(dict(zip(EVENT_COLUMNS, told, strict=True)), apps, attempts)
            for apps, attempts, *told in cursor.fetchall()
        ]
        if due:
            cursor.execute(TURNS_SQL, [sorted({str(each.told["organisation_id"]) for each in due})])
            # What the database would refuse at the shared commit, it refuses to the app that wrote it.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return due


def _sorted_out(
    claimed: list[Claimed],
) -> tuple[dict[tuple[UUID, str], list[Claimed]], list[tuple[Claimed, str]]]:
    """By organisation and app, and apart what an app does not act upon: it is off for that store as long as we hold it.

    Whoever switches in the middle waits for this transaction, so an event is never half acted upon.
    """
    off = modules.held_off({each.told["organisation_id"] for each in claimed}) if claimed else set()
    groups: defaultdict[tuple[UUID, str], list[Claimed]] = defaultdict(list)
    unheeded = []
    for each in claimed:
        for app in each.apps.split(BETWEEN):
            if (each.told["store_id"], app) in off:
                unheeded.append((each, app))
            else:
                groups[each.told["organisation_id"], app].append(each)
    return groups, unheeded


def _hand_over(app: str, claimed: list[Claimed], clock: Callable[[], datetime]) -> list[Failed]:
    """All to their app in one savepoint; should that fail, each in one of its own. Returns those that failed."""
    now = clock()
    try:
        with transaction.atomic():
            _tell(app, claimed, now)
    except Exception as error:  # a bug in one app must not hold up the others: it is kept, shown and tried again
        if connection.needs_rollback:
            raise
        if len(claimed) > 1:
            return [each for one in claimed for each in _hand_over(app, [one], clock)]
        return [_postponed(claimed[0], app, error, now)]
    return []


def _tell(app: str, claimed: Sequence[Claimed], now: datetime) -> None:
    handlers = manifest.app(app).handlers
    heard: defaultdict[manifest.Handler, list[manifest.Event]] = defaultdict(list)
    for each in claimed:
        event = each.event
        heard[handlers[event.kind]].append(event)
    for handler, events in heard.items():
        handler(events, now)


def _postponed(claimed: Claimed, app: str, error: Exception, now: datetime) -> Failed:
    wait = RETRY_WAITS[min(claimed.attempts, len(RETRY_WAITS) - 1)]
    event_id = str(claimed.told["id"])
    log.error("event.handler_failed", app=app, event_id=event_id, attempts=claimed.attempts + 1, exc_info=error)
    return Failed(claimed, app, _storable(f"{type(error).__name__}: {error}"), now + wait)


def _storable(text: str) -> str:
    """An error may quote anything, even what the database cannot hold."""
    return text.replace("\0", "").encode(errors="replace").decode()[:2000]
