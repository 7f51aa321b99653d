"""Which sales changed: by their change mark, and by the list of voids, which move no mark (11.1, 11.7)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from comptoir.connectors.lightspeed_r import schemas
from comptoir.connectors.lightspeed_r.client import MOST_IDS, Client, iso
from comptoir.connectors.lightspeed_r.values import listed
from comptoir.kernel.errors import VendorRefused
from comptoir.pos.capabilities import SalesPage
from comptoir.pos.model import Observed

OVERLAP: Final = timedelta(minutes=10)
FIRST: Final = timedelta(days=1)
REREAD: Final = timedelta(days=7)
"""What is read again once a day where the consent does not open the list of voids."""
FORBIDDEN: Final = 403


@dataclass(frozen=True)
class Mark:
    """How far changes are read: the newest change mark, the latest void, and the day voids were searched for."""

    at: datetime
    void: int = 0
    day: date = date.min

    def __str__(self) -> str:
        return f"{iso(self.at)} {self.void} {self.day.isoformat()}"


def mark_of(text: str, *, now: datetime) -> Mark:
    """A mark of ours; without one, a day ago."""
    if not text:
        return Mark((now - FIRST).astimezone(UTC))
    at, void, day = text.split()
    return Mark(datetime.fromisoformat(at), int(void), date.fromisoformat(day))


@dataclass(frozen=True)
class Shop:
    """The books of one shop, and the instant at which they are read."""

    client: Client
    account_id: str
    shop_id: str
    observe: Callable[[schemas.Sale, datetime], Observed]
    now: datetime

    def changed(self, mark: Mark) -> Iterator[SalesPage]:
        """Sales that changed since a mark, then those that were voided; each page with the mark behind it."""
        for page in self.client.sales_changed(self.account_id, self.shop_id, mark.at - OVERLAP):
            found = listed(page.sale)
            mark = replace(mark, at=max([mark.at, *(each.time_stamp.at for each in found)]))
            yield self._page(found, mark)
        try:
            yield from self._voided(mark)
        except VendorRefused as refused:
            if refused.status != FORBIDDEN:
                raise
            if self.now.date() > mark.day:
                yield from self._searched(replace(mark, day=self.now.date()))

    def _voided(self, mark: Mark) -> Iterator[SalesPage]:
        for page in self.client.voids(self.account_id, after=mark.void):
            voids = listed(page.sale_void)
            ids = [str(each.sale_id) for each in voids]
            found: list[schemas.Sale] = []
            for start in range(0, len(ids), MOST_IDS):
                pages = self.client.sales_of(self.account_id, self.shop_id, ids[start : start + MOST_IDS])
                found += [sale for one in pages for sale in listed(one.sale)]
            mark = replace(mark, void=max([mark.void, *(int(str(each.sale_void_id)) for each in voids)]))
            yield self._page(found, mark)

    def _searched(self, mark: Mark) -> Iterator[SalesPage]:
        pages = self.client.sales_completed(self.account_id, self.shop_id, self.now - REREAD, self.now, cursor="")
        for page, _cursor in pages:
            yield self._page(listed(page.sale), mark)

    def _page(self, found: list[schemas.Sale], mark: Mark) -> SalesPage:
        """Open sales are left out: nobody waits for them here."""
        observed = (self.observe(each, self.now) for each in found)
        return SalesPage(observed=tuple(each for each in observed if each.sale.closed_at), next_cursor=str(mark))
