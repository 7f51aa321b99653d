"""Pages of a till's books into the ledger."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import as_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.ledger import limits, store
from comptoir.core.ledger.precedence import Key
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.pos.capabilities import ReadsChanges
from comptoir.pos.connector import SalesPage, Vendor

FAULT_OF_OURS: Final = "Comptoir itself stumbled over the till's books; what was read until then is kept."


def words_for(error: Exception) -> str:
    """What the owner reads of a reading that failed: what to do next, or that the fault is ours."""
    return error.for_owner if isinstance(error, ComptoirError) else FAULT_OF_OURS


def read_into_ledger(
    link: LocationLink,
    *,
    start: datetime,
    end: datetime,
    clock: Callable[[], datetime],
    at_end: Callable[[], object] = lambda: None,
    vendor: Vendor | None = None,
) -> None:
    """Read the sales of [start, end) without a run of their own, page by page; `at_end` commits with the last page.

    `vendor` is an account that is open already. Raises VendorBusy, VendorRefused, VendorUnreadable; RuleBroken for an
    unlinked location.
    """
    store_id = _store_of(link)
    with nullcontext(vendor) if vendor else open_vendor(link.connection) as account:
        for page in account.sales(as_location(link), start, end, cursor="", now=clock()):
            check(page)
            with transaction.atomic():
                record(store_id, page, link.provider, clock())
                if not page.next_cursor:
                    at_end()


def read_changes(
    link: LocationLink, *, mark: str, clock: Callable[[], datetime], at_page: Callable[[str], object], vendor: Vendor
) -> None:
    """Read what changed after a mark, however old; `at_page` commits the mark behind each page with the page.

    Nothing happens where the vendor does not tell. Raises as `read_into_ledger`.
    """
    store_id = _store_of(link)
    if not isinstance(vendor, ReadsChanges):
        return
    for page in vendor.changes(as_location(link), mark=mark, now=clock()):
        check(page)
        with transaction.atomic():
            record(store_id, page, link.provider, clock())
            at_page(page.next_cursor)


def _store_of(link: LocationLink) -> UUID:
    if link.store is None:
        raise RuleBroken(_("Link the location to a store first."), code="location_unlinked")
    return link.store.id


def check(page: SalesPage) -> None:
    """Raises VendorUnreadable when the ledger cannot hold a sale of this page."""
    for observed in page.observed:
        limits.check(observed)


def record(store_id: UUID, page: SalesPage, provider: str, now: datetime) -> dict[Key, store.Recorded]:
    """Store a page; call it inside a transaction."""
    facts = store.lock_stores({store_id})[store_id]
    return store.record(store=facts, provider=provider, observed=page.observed, now=now)
