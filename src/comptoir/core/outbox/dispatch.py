"""Hand events to apps, each event once per app: together as long as it goes well, alone when not.

A failing app, or one bad event, holds up nobody. What comes while an app is off for a store is set aside.

Workers take turns within an organisation: two of them, each with events about what the other holds, would block one
another for good. Nobody waits for a turn, since an organisation with much to do would hold up all others: what is due
where the turn is taken is left to whoever has it, who looks once more after giving it back.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
from comptoir.core.outbox import aside, couriers, live
from comptoir.core.outbox.models import Delivery
from comptoir.kernel import arrays
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
    " WHERE d.due_at <= %s AND d.organisation_id = ANY(%s::uuid[])"
    " ORDER BY d.due_at LIMIT %s FOR UPDATE OF d"
)
LEFT_SQL: Final[LiteralString] = (
    "SELECT EXISTS (SELECT FROM outbox_delivery"  # noqa: S608 - all written here
    " WHERE due_at <= %(now)s AND organisation_id <> ALL(%(busy)s::uuid[])),"
    f" ARRAY({couriers.READY_SQL})"
)
"""Whether anything is due but where we have looked in vain, and the endpoints for which something is."""
TRY: Final[LiteralString] = "pg_try_advisory_xact_lock(hashtextextended('outbox ' || organisation_id, 0))"
NEXT_SQL: Final[LiteralString] = (
    "WITH due AS MATERIALIZED (SELECT DISTINCT organisation_id"  # noqa: S608 - all written here
    " FROM (SELECT organisation_id FROM outbox_delivery WHERE due_at <= %s"
    " AND organisation_id <> ALL(%s::uuid[]) ORDER BY due_at LIMIT %s) AS first)"
    f" SELECT organisation_id, {TRY} FROM due"
)
CONSTRAINTS_SQL: Final[LiteralString] = "SET CONSTRAINTS ALL IMMEDIATE"
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


_in_hand: ContextVar[list[Claimed] | None] = ContextVar("events in hand", default=None)


@dataclass(frozen=True)
class Failed:
    """What an app could not handle: it is tried again by itself."""

    claimed: Claimed
    app: str
    fault: str
    due_at: datetime


def publish(events: Sequence[manifest.Event]) -> None:
    """Write events, with a delivery to apps and one for each endpoint that listens, into the caller's transaction."""
    kept = _in_hand.get()
    off = modules.switched_off({event.organisation_id for event in events}) if kept is None else set()
    told, unheeded = [], []
    for event in events:
        heard = [app.slug for app in manifest.apps() if event.kind in app.handlers]
        unheeded += [(event, app) for app in heard if (event.store_id, app) in off]
        apps = BETWEEN.join(app for app in heard if (event.store_id, app) not in off)
        columns = {name: getattr(event, name) for name in EVENT_COLUMNS}
        told.append({**columns, "apps": apps if kept is None else ""})
        if kept is not None and apps:
            kept.append(Claimed(columns, apps, 0))
    with prepared.cursor() as cursor:
        # As JSON: a bulk_create of the ORM costs more than everything else that a page of sales does.
        cursor.execute(PUBLISH_SQL, [msgspec.json.encode(told).decode()])
    aside.keep(unheeded)
    couriers.write_down(events)


@contextmanager
def in_hand() -> Iterator[list[Claimed]]:
    """Events that are published meanwhile are kept in hand: no delivery is written of them (`at_once.py`)."""
    kept: list[Claimed] = []
    before = _in_hand.set(kept)
    try:
        yield kept
    finally:
        _in_hand.reset(before)


def dispatch(*, clock: Callable[[], datetime], stop: Callable[[], bool] = lambda: False) -> int:
    """Hand over what is due; returns how many deliveries succeeded. Safe in several workers at once.

    Until nothing is left but where somebody else has the turn: whoever left us something because we had it has done so
    before we look again. `stop` is asked between batches.
    """
    handled, busy = 0, set[UUID]()
    while True:
        with prepared.cursor() as cursor:
            cursor.execute(LEFT_SQL, {"now": clock(), "busy": arrays.of_ids(busy)})
            [(is_due, endpoints)] = cursor.fetchall()
        if not is_due or stop():
            couriers.wake_these(endpoints, now=clock())
            return handled
        handled += _dispatch_batch(clock, busy)


def failing() -> int:
    """How many deliveries have failed at least once and are still tried."""
    return Delivery.objects.filter(attempts__gt=0).count()


def _dispatch_batch(clock: Callable[[], datetime], busy: set[UUID]) -> int:
    """One transaction, so one commit, for up to BATCH deliveries; returns how many apps heard an event.

    Organisations whose turn is somebody else's become `busy`.
    """
    with transaction.atomic(), live.gathered():
        claimed = _claim(clock(), busy)
        with modules.holding({each.told["organisation_id"] for each in claimed}) as off:
            groups, unheeded = sorted_out(claimed, off)
            aside.keep([(each.event, app) for each, app in unheeded])
            failed = [each for (_, app), members in groups.items() for each in _hand_over(app, members, clock)]
        if claimed:
            _forget(claimed, failed)
    return sum(len(members) for members in groups.values()) - len(failed)


def _forget(claimed: Sequence[Claimed], failed: Sequence[Failed]) -> None:
    """These deliveries are over; what an app could not handle is due again later, to that app alone."""
    over = [{**key(each), "app": each.apps} for each in claimed]
    again = [
        {
            **key(each.claimed),
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


def key(claimed: Claimed) -> dict[str, UUID]:
    """The columns that name it, but for its apps."""
    return {"organisation_id": claimed.told["organisation_id"], "event_id": claimed.told["id"]}


def _claim(now: datetime, busy: set[UUID]) -> list[Claimed]:
    """What is due where we get the turn; ours alone until the transaction ends."""
    with prepared.cursor() as cursor:
        cursor.execute(NEXT_SQL, [now, arrays.of_ids(busy), BATCH])
        found = dict(cursor.fetchall())
        turns = [owner for owner, is_ours in found.items() if is_ours]
        busy |= found.keys() - set(turns)
        if not turns:
            return []
        # Asked now, and not before we had the turn: what the one before us has handed over is no longer there.
        cursor.execute(DUE_SQL, [now, arrays.of_ids(turns), BATCH])
        due = [
            Claimed(dict(zip(EVENT_COLUMNS, told, strict=True)), apps, attempts)
            for apps, attempts, *told in cursor.fetchall()
        ]
        if due:
            # What the database would refuse at the shared commit, it refuses to the app that wrote it.
            cursor.execute(CONSTRAINTS_SQL)
    return due


def sorted_out(
    claimed: Sequence[Claimed], off: set[modules.Switch]
) -> tuple[dict[tuple[UUID, str], list[Claimed]], list[tuple[Claimed, str]]]:
    """By organisation and app, and apart what an app does not act upon: it is off for that store as long as we hold it.

    Whoever switches in the middle waits for this transaction, so an event is never half acted upon.
    """
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
            tell(app, claimed, now)
    except Exception as error:  # a bug in one app must not hold up the others: it is kept, shown and tried again
        if connection.needs_rollback:
            raise
        if len(claimed) > 1:
            return [each for one in claimed for each in _hand_over(app, [one], clock)]
        return [_postponed(claimed[0], app, error, now)]
    return []


def tell(app: str, claimed: Sequence[Claimed], now: datetime) -> None:
    """Each handler of the app hears of all of them together; raises whatever one raises."""
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
