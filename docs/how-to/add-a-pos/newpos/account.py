"""What one consent can do: the two questions that every vendor answers. Add capabilities one by one."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Final

from comptoir.connectors.newpos import mapping
from comptoir.connectors.newpos.client import Client

from comptoir.kernel.http import Api
from comptoir.pos.capabilities import Capability, SalesPage
from comptoir.pos.model import Location

CAPABILITIES: Final[frozenset[Capability]] = frozenset()


class NewPosAccount:
    """One account, opened with somebody's consent. All methods raise VendorBusy, VendorRefused, VendorUnreadable."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._client = Client(api)

    def locations(self) -> tuple[Location, ...]:
        """The places in use."""
        return tuple(mapping.location(each) for each in self._client.places())

    def day_start(self, location: Location, *, now: datetime) -> time | None:  # noqa: ARG002 (the protocol's)
        """None: the vendor does not say."""
        return None

    def sales(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Bills with `start` <= close < `end`, page by page."""
        for page in self._client.bills(location.external_id, start, end, cursor=cursor):
            observed = (mapping.from_bill(each, currency=location.currency, now=now) for each in page.bills)
            kept = tuple(each for each in observed if each.sale.closed_at and start <= each.sale.closed_at < end)
            yield SalesPage(observed=kept, next_cursor=page.next)

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()
