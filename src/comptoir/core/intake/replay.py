"""Read stored bodies again with the mapping of today: without the vendor, and without effect where nothing changed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from comptoir.core.intake import process
from comptoir.core.intake.models import Notification, ReplayRun
from comptoir.core.intake.reads import found_by
from comptoir.core.ledger import store
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

log = structlog.get_logger(__name__)

BATCH: Final = 200


@dataclass(frozen=True)
class Selection:
    """Which notifications; `organisation_id` None means all of the installation, and is the operator's alone."""

    organisation_id: UUID | None
    store_id: UUID | None = None
    store_ids: tuple[UUID, ...] | None = None
    notification_id: int | None = None
    outcome: str = ""
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def rows(self) -> "QuerySet[Notification]":
        """Those that were read before; what waits is read anyway."""
        rows = Notification.objects.filter(processed_at__isnull=False)
        if self.search:
            rows = rows.filter(found_by(self.search))
        wanted = {
            "organisation_id": self.organisation_id,
            "store_id": self.store_id,
            "store_id__in": self.store_ids,
            "id": self.notification_id,
            "outcome": self.outcome or None,
            "received_at__gte": self.since,
            "received_at__lt": self.until,
        }
        return rows.filter(**{name: value for name, value in wanted.items() if value is not None})


@dataclass(frozen=True)
class Progress:
    """How far a replay is: notifications read again, and those of which something else became."""

    total: int
    done: int
    changed: int


def count(selection: Selection) -> int:
    """How many it would read again."""
    return selection.rows().count()


def replay(
    selection: Selection, *, clock: Callable[[], datetime], progress: Callable[[Progress], None] = lambda _: None
) -> Progress:
    """Read them all again, batch by batch. Repeating it changes nothing."""
    upto, cursor = _newest(selection), 0
    at = Progress(count(selection), 0, 0)
    while True:
        with transaction.atomic():
            cursor, done, changed = _batch(selection, cursor, upto, clock())
        at = Progress(at.total, at.done + done, at.changed + changed)
        progress(at)
        if done < BATCH:
            return at


def begin(selection: Selection, *, now: datetime) -> UUID:
    """Write a replay down for `run`; returns its id. Raises RuleBroken when there is nothing to read again."""
    if selection.organisation_id is None:
        raise ValueError("a replay that is written down belongs to an organisation")
    total = count(selection)
    if not total:
        raise RuleBroken(_("There is nothing to read again."), code="nothing_to_replay")
    return ReplayRun.objects.create(
        organisation_id=selection.organisation_id,
        id=new_id(),
        selection=msgspec.to_builtins(asdict(selection)),
        upto=_newest(selection),
        total=total,
        started_at=now,
    ).id


def run(*, organisation_id: UUID, run_id: UUID, clock: Callable[[], datetime]) -> None:
    """Go on with a replay where it stopped; each batch is committed with its cursor."""
    while True:
        with transaction.atomic():
            found = ReplayRun.objects.select_for_update().get(organisation_id=organisation_id, id=run_id)
            if found.finished_at is not None:
                return
            selection = msgspec.convert(found.selection, Selection)
            cursor, done, changed = _batch(selection, found.cursor, found.upto, clock())
            values: dict[str, Any] = {"cursor": cursor, "done": found.done + done, "changed": found.changed + changed}
            ended = {"finished_at": clock()} if done < BATCH else {}
            ReplayRun.objects.filter(organisation_id=organisation_id, id=run_id).update(**values, **ended)
            store.notify_live(organisation_id, process.LIVE_TOPIC)


def unfinished() -> list[tuple[UUID, UUID]]:
    """(organisation, id) of replays that have not ended."""
    return list(ReplayRun.objects.filter(finished_at=None).values_list("organisation_id", "id"))


def _newest(selection: Selection) -> int:
    return int(selection.rows().aggregate(newest=Max("id"))["newest"] or 0)


def _batch(selection: Selection, cursor: int, upto: int, now: datetime) -> tuple[int, int, int]:
    """The next ones behind the cursor: the new cursor, how many, and how many of them changed."""
    wanted = selection.rows().filter(id__gt=cursor, id__lte=upto).order_by("id")
    rows = list(wanted.select_for_update()[:BATCH])
    try:
        with transaction.atomic():
            changed = process.read_again(rows, now)
    except Exception as error:  # one that we cannot handle must not hold up the others
        if connection.needs_rollback or not connection.is_usable():
            raise
        log.warning("replay.batch_failed", cause=str(error))
        changed = sum(_one(row, now) for row in rows)
    return (rows[-1].id if rows else upto), len(rows), changed


def _one(row: Notification, now: datetime) -> int:
    """Alone; one that still fails stays what it was."""
    try:
        with transaction.atomic():
            return process.read_again([row], now)
    except OperationalError:
        raise
    except Exception:
        log.exception("replay.notification_failed", notification=row.id)
        return 0
