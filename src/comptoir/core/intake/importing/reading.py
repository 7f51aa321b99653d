"""Reading the windows of imports: each cursor is committed with the sales it led to, so a kill loses nothing."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake import books
from comptoir.core.intake.day_sums import read_day_sums
from comptoir.core.intake.importing import runs, windows
from comptoir.core.intake.importing.ahead import read_ahead
from comptoir.core.intake.importing.gathering import gathered
from comptoir.core.intake.importing.runs import LIVE_TOPIC
from comptoir.core.intake.importing.taking_back import brought
from comptoir.core.intake.importing.till import Till
from comptoir.core.intake.models import ImportRun, ImportWindow
from comptoir.core.ledger import store
from comptoir.kernel.errors import ComptoirError, RuleBroken, VendorBusy, VendorRefused
from comptoir.pos.connector import SalesPage

log = structlog.get_logger(__name__)

# A window that failed is tried again after these; then its import stops, and says so.
RETRY_WAITS: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
Window = ImportWindow.State


@dataclass(frozen=True)
class Progress:
    """How far an import is; `share` of its time is read, 0 to 1."""

    sales_read: int
    sales_changed: int
    share: float


class Halted(Exception):
    """Somebody paused or cancelled the import: what was read so far is kept."""


def run(
    *,
    organisation_id: UUID,
    run_id: UUID,
    clock: Callable[[], datetime],
    progress: Callable[[Progress], None] | None = None,
) -> Progress:
    """Read every window of one import that is due and that nobody else reads. On a fault its cursor is kept; running it
    again goes on there.

    Raises VendorBusy, VendorRefused, VendorUnreadable; RuleBroken when the location does not feed this store any more.
    """
    with Till() as till:
        while True:
            with windows.next_of_run(organisation_id, run_id, now=clock()) as window:
                if window is None:
                    break
                _read(window, till, clock, progress)
    return _progress(ImportRun.objects.get(organisation_id=organisation_id, id=run_id))


def read_next(*, organisation_id: UUID, connection_id: UUID, till: Till, clock: Callable[[], datetime]) -> bool:
    """Read the next window of a connection's imports; False when none is due. Raises what is a fault of ours."""
    with windows.next_of_connection(organisation_id, connection_id, now=clock()) as window:
        if window is None:
            return False
        with suppress(ComptoirError):  # written down with the window, shown on the page, tried again
            _read(window, till, clock, None)
    return True


def _read(
    window: ImportWindow, till: Till, clock: Callable[[], datetime], progress: Callable[[Progress], None] | None
) -> None:
    """Read what is left of a window, and write down how it ended."""
    found = ImportRun.objects.get(organisation_id=window.organisation_id, id=window.run_id)
    store.notify_live(window.organisation_id, LIVE_TOPIC)
    try:
        _read_pages(found, window, till, clock, progress)
    except Halted:
        _update(window, state=Window.WAITING)
    except (VendorRefused, RuleBroken) as error:  # nothing of this import can be read before somebody acts
        _update(window, state=Window.WAITING, fault=error.for_owner)
        runs.stop(found, error.for_owner, clock())
        raise
    except Exception as error:
        _put_off(window, error, clock())
        runs.settle(window.organisation_id, window.run_id, clock())
        raise
    else:
        now = clock()
        _update(window, state=Window.DONE, fault="", reached_at=window.end, finished_at=now)
        runs.settle(window.organisation_id, window.run_id, now)


def _read_pages(
    run: ImportRun,
    window: ImportWindow,
    till: Till,
    clock: Callable[[], datetime],
    progress: Callable[[Progress], None] | None,
) -> None:
    links = LocationLink.objects.select_related("connection", "store")
    link = links.filter(organisation_id=run.organisation_id, id=run.location_link_id, store_id=run.store_id).first()
    if link is None:
        raise RuleBroken(_("This location does not feed the store any more."), code="location_unlinked")
    began = clock()
    found = brought(window, link, began=began)
    with till.of(link.connection) as vendor:
        pages = vendor.sales(as_location(link), window.start, window.end, cursor=window.cursor, now=began)
        with read_ahead(pages) as coming:
            for page in gathered(coming, clock):
                _store_page(run, window, page, link.provider, clock())
                if found:
                    found.add(page)
                now_stands = runs.row(run).get()
                if progress:
                    progress(_progress(now_stands))
                if now_stands.state != ImportRun.State.RUNNING:
                    raise Halted
        if found:
            _count_changes(run, window, found.take_back(vendor, clock))
        read_day_sums(link, start=window.start, end=window.end, vendor=vendor, clock=clock)


def _store_page(run: ImportRun, window: ImportWindow, page: SalesPage, provider: str, now: datetime) -> None:
    with transaction.atomic():
        recorded = books.record(run.store_id, page, provider, now)
        changed = sum(each.changed for each in recorded.values())
        closed = [each.sale.closed_at for each in page.observed if each.sale.closed_at]
        window.cursor = page.next_cursor or window.cursor
        window.reached_at = max([*closed, window.reached_at])
        _update(
            window,
            cursor=window.cursor,
            reached_at=window.reached_at,
            sales_read=F("sales_read") + len(page.observed),
            sales_changed=F("sales_changed") + changed,
        )
        runs.row(run).update(
            sales_read=F("sales_read") + len(page.observed), sales_changed=F("sales_changed") + changed
        )
        store.notify_live(run.organisation_id, LIVE_TOPIC)


def _count_changes(run: ImportRun, window: ImportWindow, changed: int) -> None:
    if changed:
        _update(window, sales_changed=F("sales_changed") + changed)
        runs.row(run).update(sales_changed=F("sales_changed") + changed)
        store.notify_live(run.organisation_id, LIVE_TOPIC)


def _put_off(window: ImportWindow, error: Exception, now: datetime) -> None:
    """Try a window again later, or give it up. A vendor that is busy is asked for as long as it takes."""
    words = books.words_for(error)
    wait = RETRY_WAITS[min(window.attempts, len(RETRY_WAITS) - 1)]
    told = error.retry_at if isinstance(error, VendorBusy) else None
    is_over = not isinstance(error, VendorBusy) and window.attempts >= len(RETRY_WAITS)
    log.warning("import.put_off", run=str(window.run_id), window=window.number, cause=str(error), given_up=is_over)
    _update(
        window,
        state=Window.FAILED if is_over else Window.WAITING,
        fault=words,
        attempts=window.attempts + 1,
        due_at=max(now + wait, told or now),
    )


def _progress(run: ImportRun) -> Progress:
    return Progress(run.sales_read, run.sales_changed, windows.share(run))


def _update(window: ImportWindow, **values: object) -> None:
    ImportWindow.objects.filter(
        organisation_id=window.organisation_id, run_id=window.run_id, number=window.number
    ).update(**values)
