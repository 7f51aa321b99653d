"""Windowed imports: pages of sales from the vendor into the ledger, the cursor committed with the sales it led to."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from comptoir.core.accounts.models import Store
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.models import ImportRun
from comptoir.core.ledger import limits, store
from comptoir.core.ledger.precedence import Key
from comptoir.kernel.clock import business_day_bounds
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.pos.connector import SalesPage

# Tills deliver late: an older import is read from the beginning again.
RESUMED_WITHIN: Final = timedelta(days=1)
LIVE_TOPIC: Final = "imports"
FAULT_OF_OURS: Final = "Comptoir itself stumbled over this import; what was read until then is kept."


@dataclass(frozen=True)
class Progress:
    """How far an import is."""

    sales_read: int
    sales_changed: int


def begin(link: LocationLink, *, start: datetime, end: datetime, now: datetime) -> UUID:
    """Write down an import of [start, end) for `run`; returns its id. Raises RuleBroken for an unlinked location.

    An import of the same window that was cut short lately goes on where it stopped, instead of from the beginning.
    """
    if link.store is None:
        raise RuleBroken("Link the location to a store first.", code="location_unlinked")
    if start >= end:
        raise RuleBroken("The start of an import lies before its end.", code="window_empty", status=422)
    window = {
        "organisation_id": link.organisation_id,
        "store_id": link.store.id,
        "location_link_id": link.id,
        "start": start,
        "end": end,
    }
    unfinished = ImportRun.objects.filter(**window, started_at__gt=now - RESUMED_WITHIN).exclude(
        state=ImportRun.State.DONE
    )
    found = unfinished.order_by("-started_at").first()
    return found.id if found else ImportRun.objects.create(**window, id=new_id(), started_at=now).id


def begin_days(shop: Store, *, first: date, last: date, now: datetime) -> UUID:
    """The same for the business dates `first` to `last` of a store."""
    zone = ZoneInfo(shop.timezone)
    start, _ = business_day_bounds(first, zone=zone, day_start=shop.day_start)
    _, end = business_day_bounds(last, zone=zone, day_start=shop.day_start)
    links = LocationLink.objects.select_related("store")
    link = links.filter(organisation_id=shop.organisation_id, store=shop).order_by("id").first()
    if link is None:
        raise RuleBroken("This store is not linked to a point of sale yet.", code="location_unlinked")
    return begin(link, start=start, end=end, now=now)


def take_up(*, organisation_id: UUID, run_id: UUID, store_ids: Collection[UUID] | None = None) -> None:
    """Let a failed import go on: enqueue it then. Raises RuleBroken unless it stands still, and for an unknown one."""
    mine = ImportRun.objects.filter(organisation_id=organisation_id, id=run_id)
    if store_ids is not None:
        mine = mine.filter(store_id__in=store_ids)
    if not mine.exists():
        raise RuleBroken("There is nothing here under this id.", code="not_found", status=404)
    if not mine.filter(state=ImportRun.State.FAILED).update(state=ImportRun.State.RUNNING, fault="", finished_at=None):
        raise RuleBroken("This import does not stand still.", code="import_not_failed")
    store.notify_live(organisation_id, LIVE_TOPIC)


def run(
    *,
    organisation_id: UUID,
    run_id: UUID,
    clock: Callable[[], datetime],
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Read every page that is left. On a fault the run keeps its cursor and says why; running it again goes on there.

    Raises VendorBusy, VendorRefused, VendorUnreadable; RuleBroken when the location does not feed this store any more.
    """
    found = ImportRun.objects.get(organisation_id=organisation_id, id=run_id)
    if found.state != ImportRun.State.DONE:
        _note(found, ImportRun.State.RUNNING, "", None)
        try:
            _read(found, clock, progress)
        except Exception as error:
            words = error.for_owner if isinstance(error, ComptoirError) else FAULT_OF_OURS
            _note(found, ImportRun.State.FAILED, words, clock())
            raise
        _note(found, ImportRun.State.DONE, "", clock())
    return Progress(found.sales_read, found.sales_changed)


def _read(run: ImportRun, clock: Callable[[], datetime], progress: Callable[[Progress], None]) -> None:
    links = LocationLink.objects.select_related("connection")
    link = links.filter(organisation_id=run.organisation_id, id=run.location_link_id, store_id=run.store_id).first()
    if link is None:
        raise RuleBroken("This location does not feed the store any more.", code="location_unlinked")
    with open_vendor(link.connection) as vendor:
        for page in vendor.sales(as_location(link), run.start, run.end, cursor=run.cursor, now=clock()):
            _store_page(run, page, link.provider, clock())
            progress(Progress(run.sales_read, run.sales_changed))


def _store_page(run: ImportRun, page: SalesPage, provider: str, now: datetime) -> None:
    _check(page)
    with transaction.atomic():
        recorded = _record(run.store_id, page, provider, now)
        run.cursor = page.next_cursor or run.cursor
        run.sales_read += len(page.observed)
        run.sales_changed += sum(each.changed for each in recorded.values())
        closed = [each.sale.closed_at for each in page.observed if each.sale.closed_at]
        run.reached_at = max([*closed, run.reached_at or run.start])
        ImportRun.objects.filter(organisation_id=run.organisation_id, id=run.id).update(
            cursor=run.cursor, sales_read=run.sales_read, sales_changed=run.sales_changed, reached_at=run.reached_at
        )
        store.notify_live(run.organisation_id, LIVE_TOPIC)


def read_into_ledger(
    link: LocationLink,
    *,
    start: datetime,
    end: datetime,
    clock: Callable[[], datetime],
    at_end: Callable[[], object] = lambda: None,
) -> None:
    """Read the sales of [start, end) without a run of their own, page by page; `at_end` commits with the last page.

    Raises VendorBusy, VendorRefused, VendorUnreadable; RuleBroken for an unlinked location.
    """
    if link.store is None:
        raise RuleBroken("Link the location to a store first.", code="location_unlinked")
    with open_vendor(link.connection) as vendor:
        for page in vendor.sales(as_location(link), start, end, cursor="", now=clock()):
            _check(page)
            with transaction.atomic():
                _record(link.store.id, page, link.provider, clock())
                if not page.next_cursor:
                    at_end()


def _check(page: SalesPage) -> None:
    for observed in page.observed:
        limits.check(observed)


def _record(store_id: UUID, page: SalesPage, provider: str, now: datetime) -> dict[Key, store.Recorded]:
    facts = store.lock_stores({store_id})[store_id]
    return store.record(store=facts, provider=provider, observed=page.observed, now=now)


def _note(run: ImportRun, state: ImportRun.State, fault: str, finished_at: datetime | None) -> None:
    run.state, run.fault, run.finished_at = state, fault, finished_at
    ImportRun.objects.filter(organisation_id=run.organisation_id, id=run.id).update(
        state=state, fault=fault, finished_at=finished_at
    )
    store.notify_live(run.organisation_id, LIVE_TOPIC)
