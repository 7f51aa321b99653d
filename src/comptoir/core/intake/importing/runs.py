"""Imports: pages of sales from a till's books into the ledger, window by window, for as long as somebody wants it.

An import is rows, a run and its windows; here it is begun, paused, taken up and ended. `reading.py` reads the windows.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import windows
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger import store
from comptoir.kernel.clock import business_day_bounds
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id

# Tills deliver late: an older import is read from the beginning again.
RESUMED_WITHIN: Final = timedelta(days=1)
LIVE_TOPIC: Final = "imports"
Window = ImportWindow.State
Run = ImportRun.State
UNFINISHED: Final = (Run.RUNNING, Run.PAUSED, Run.FAILED)


def begin(
    link: LocationLink,
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    again: bool = True,
    schedule_id: UUID | None = None,
) -> UUID:
    """Write down an import of [start, end); returns its id. Raises RuleBroken for an unlinked location.

    An import of the same time that was cut short lately goes on where it stopped. Without `again`, days that an earlier
    import read when nothing more was to come are not read once more.
    """
    if link.store is None:
        raise RuleBroken(_("Link the location to a store first."), code="location_unlinked")
    if start >= end:
        raise RuleBroken(_("The start of an import lies before its end."), code="window_empty", status=422)
    same = ImportRun.objects.filter(
        organisation_id=link.organisation_id, store_id=link.store.id, location_link_id=link.id, start=start, end=end
    )
    found = (
        same.filter(started_at__gt=now - RESUMED_WITHIN, state__in=UNFINISHED).order_by("-started_at", "-pk").first()
    )
    if found is None:
        return _create(link, link.store, start, end, now, again, schedule_id)
    _set_going(found, now)
    return found.id


@transaction.atomic
def begin_days(shop: Store, *, first: date, last: date, now: datetime) -> list[UUID]:
    """The same for the business dates `first` to `last` of a store: an import for each location that feeds it."""
    zone = ZoneInfo(shop.timezone)
    start = business_day_bounds(first, zone=zone, day_start=shop.day_start)[0]
    end = business_day_bounds(last, zone=zone, day_start=shop.day_start)[1]
    links = LocationLink.objects.select_related("store", "connection")
    feeding = links.filter(organisation_id=shop.organisation_id, store=shop).order_by("id")
    asked = [each for each in feeding if not each.connection.is_given_back]
    if not asked:
        raise RuleBroken(_("This store is not linked to a point of sale yet."), code="location_unlinked")
    return [begin(link, start=start, end=end, now=now) for link in asked]


def _create(
    link: LocationLink,
    shop: Store,
    start: datetime,
    end: datetime,
    now: datetime,
    again: bool,
    schedule_id: UUID | None,
) -> UUID:
    run_id = new_id()
    spans = windows.cut(start, end, zone=ZoneInfo(shop.timezone), day_start=shop.day_start)
    known = set() if again else windows.known(link.organisation_id, link.id, spans)
    with transaction.atomic():
        ImportRun.objects.create(
            organisation_id=link.organisation_id,
            id=run_id,
            store_id=shop.id,
            connection_id=link.connection_id,
            location_link_id=link.id,
            start=start,
            end=end,
            started_at=now,
            going_since=now,
            schedule_id=schedule_id,
        )
        ImportWindow.objects.bulk_create(
            ImportWindow(
                organisation_id=link.organisation_id,
                run_id=run_id,
                number=number,
                location_link_id=link.id,
                start=span.start,
                end=span.end,
                reached_at=span.start,
                due_at=now,
                state=Window.KNOWN if span in known else Window.WAITING,
            )
            for number, span in enumerate(spans)
        )
        settle(link.organisation_id, run_id, now)
    return run_id


def pause(*, organisation_id: UUID, run_id: UUID, store_ids: Collection[UUID] | None = None) -> None:
    """Read nothing more of a running import until it is taken up. Raises RuleBroken."""
    _turn(_mine(organisation_id, run_id, store_ids), Run.PAUSED, (Run.RUNNING,), "This import is not running.")


def cancel(*, organisation_id: UUID, run_id: UUID, now: datetime, store_ids: Collection[UUID] | None = None) -> None:
    """Give an unfinished import up; what it read stays. Raises RuleBroken."""
    mine = _mine(organisation_id, run_id, store_ids)
    _turn(mine, Run.CANCELLED, UNFINISHED, "This import is over.", finished_at=now)


def take_up(*, organisation_id: UUID, run_id: UUID, now: datetime, store_ids: Collection[UUID] | None = None) -> None:
    """Let an import that stopped, was paused, or waits after a fault go on now; enqueue it then. Raises RuleBroken."""
    run = _mine(organisation_id, run_id, store_ids).get()
    waits = windows.of(run).filter(state__in=windows.OPEN).exclude(fault="").exists()
    if run.state not in (Run.FAILED, Run.PAUSED) and not (run.state == Run.RUNNING and waits):
        raise RuleBroken(_("This import does not stand still."), code="import_not_failed")
    _set_going(run, now)


def settle(organisation_id: UUID, run_id: UUID, now: datetime) -> None:
    """An import with nothing left to read is over: done, or failed with the fault of its newest failed window."""
    found = ImportRun.objects.get(organisation_id=organisation_id, id=run_id)
    mine = windows.of(found)
    if found.state == Run.RUNNING and not mine.filter(state__in=windows.OPEN).exists():
        failed = mine.filter(state=Window.FAILED).order_by("number").first()
        if failed:
            stop(found, failed.fault, now)
        else:
            row(found).update(state=Run.DONE, fault="", finished_at=now)
    store.notify_live(organisation_id, LIVE_TOPIC)


def stop(run: ImportRun, words: str, now: datetime) -> None:
    """Nothing of an import is read before somebody acts; `words` say why."""
    row(run).filter(state=Run.RUNNING).update(state=Run.FAILED, fault=words, finished_at=now)
    store.notify_live(run.organisation_id, LIVE_TOPIC)


def _set_going(run: ImportRun, now: datetime) -> None:
    with transaction.atomic():
        row(run).update(
            state=Run.RUNNING,
            fault="",
            finished_at=None,
            going_since=now,
            share_then=windows.share(run),
            read_then=F("sales_read"),
        )
        idle = windows.of(run).filter(state__in=(Window.WAITING, Window.FAILED))
        idle.update(state=Window.WAITING, fault="", attempts=0, due_at=now)
        settle(run.organisation_id, run.id, now)  # its last window may have been read while it was paused


def whose(run_id: UUID) -> tuple[UUID, UUID]:
    """(organisation, connection) of an import: of any, so whoever may not see all of them proves it first.

    Raises RuleBroken.
    """
    found = ImportRun.objects.filter(id=run_id).values_list("organisation_id", "connection_id").first()
    if found is None:
        raise RuleBroken(_("There is no import of this id."), code="not_found", status=404)
    return found


def _turn(
    mine: QuerySet[ImportRun], state: ImportRun.State, states: Collection[str], otherwise: str, **more: datetime
) -> None:
    if not mine.filter(state__in=states).update(state=state, **more):
        raise RuleBroken(otherwise, code="import_state")
    store.notify_live(mine.values_list("organisation_id", flat=True)[0], LIVE_TOPIC)


def _mine(organisation_id: UUID, run_id: UUID, store_ids: Collection[UUID] | None) -> QuerySet[ImportRun]:
    found = ImportRun.objects.filter(organisation_id=organisation_id, id=run_id)
    if store_ids is not None:
        found = found.filter(store_id__in=store_ids)
    if not found.exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    return found


def row(run: ImportRun) -> QuerySet[ImportRun]:
    """This run and no other, to be changed."""
    return ImportRun.objects.filter(organisation_id=run.organisation_id, id=run.id)
