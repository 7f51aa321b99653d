"""Bills that the books of a till bring no longer: they were opened again, and count no more until they are closed.

Some tills leave a bill out of their books as soon as somebody opens it again, and mark nothing. So what a reading did
not bring is taken back, if three things hold: it read the whole window in one go, after its end; it brought anything
of the day at all; and the maker's own sums of the day, asked for then, are those of what it brought, and final. Else
every bill stays, and the difference is shown where days are checked (weekly-balance.md 7, R8).
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
import structlog
from django.db import transaction

from comptoir.core.accounts.models import Store
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.day_sums import asked_for
from comptoir.core.intake.models import ImportWindow
from comptoir.core.ledger import store, vanished
from comptoir.kernel.clock import business_date, business_day_bounds
from comptoir.pos import registry
from comptoir.pos.connector import SalesPage, Vendor
from comptoir.pos.model import Observed, Sale, SaleState, Source

log = structlog.get_logger(__name__)


@dataclass
class Brought:
    """What one reading of a window brings, from its beginning (`began`, UTC) on."""

    link: LocationLink
    shop: Store
    start: datetime
    end: datetime
    began: datetime
    numbers: set[str] = field(default_factory=set)
    counted: Counter[date] = field(default_factory=Counter)
    totals: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, page: SalesPage) -> None:
        """A page that is in the ledger; sales at a page's edge come twice."""
        for sale in (each.sale for each in page.observed if each.sale.external_id not in self.numbers):
            self.numbers.add(sale.external_id)
            if sale.state is SaleState.CLOSED and sale.counted:
                self.counted[self._day(sale)] += 1
                self.totals[self._day(sale)] += sale.total

    def take_back(self, vendor: Vendor, clock: Callable[[], datetime]) -> int:
        """Take back what is missing; returns how many bills. Call it when the last page is in the ledger.

        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """
        missing: defaultdict[date, list[Sale]] = defaultdict(list)
        for sale in self._unseen():
            missing[self._day(sale)].append(sale)
        gone = [sale for day, sales in sorted(missing.items()) if self._is_proven(day, vendor) for sale in sales]
        return self._record(gone, clock()) if gone else 0

    def _unseen(self) -> list[Sale]:
        found = vanished.unseen(
            organisation_id=self.shop.organisation_id,
            store_id=self.shop.id,
            provider=self.link.provider,
            location_id=self.link.external_id,
            start=self.start,
            end=self.end,
            since=self.began,
        )
        return [sale for sale in found if sale.external_id not in self.numbers]

    def _is_proven(self, day: date, vendor: Vendor) -> bool:
        """Whether the maker adds up, for a day that lies whole in the window, exactly what was brought of it."""
        first, last = business_day_bounds(day, zone=ZoneInfo(self.shop.timezone), day_start=self.shop.day_start)
        if not self.counted[day] or first < self.start or last > self.end:
            return False
        told = asked_for(vendor, self.link, day)
        brought = (self.counted[day], self.totals[day])
        is_proven = told is not None and told.complete and (told.sales, told.total) == brought
        log.info("import.missing", location=self.link.external_id, day=day.isoformat(), proven=is_proven)
        return is_proven

    def _day(self, sale: Sale) -> date:
        zone = ZoneInfo(self.shop.timezone)
        return business_date(sale.closed_at or sale.opened_at, zone=zone, day_start=self.shop.day_start)

    def _record(self, gone: list[Sale], now: datetime) -> int:
        """As of the beginning of the reading, so that whatever shows one of them since then stands."""
        observed = [
            Observed(
                sale=msgspec.structs.replace(sale, state=SaleState.CANCELLED),
                source=Source.READ,
                observed_at=self.began,
            )
            for sale in gone
        ]
        with transaction.atomic():
            facts = store.lock_stores({self.shop.id})[self.shop.id]
            recorded = store.record(store=facts, provider=self.link.provider, observed=observed, now=now)
        changed = sum(each.changed for each in recorded.values())
        log.info("import.taken_back", location=self.link.external_id, sales=changed)
        return changed


def brought(window: ImportWindow, link: LocationLink, *, began: datetime) -> Brought | None:
    """Nothing yet; None for a reading that can prove nothing: of a till that says by itself what changed, of a window
    that is not over, or one that goes on where an attempt before it stopped.
    """
    leaves = registry.connector(link.provider).manifest.reopened_leave_books
    if not leaves or window.cursor or window.end > began or link.store is None:
        return None
    return Brought(link, link.store, window.start, window.end, began)
