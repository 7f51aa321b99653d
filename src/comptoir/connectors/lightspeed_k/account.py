"""What one consent can read and do: closed sales here, every other matter in the class that knows it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_k import guests, mapping
from comptoir.connectors.lightspeed_k.books.schemas import DaySums, Sums
from comptoir.connectors.lightspeed_k.books.settings import Settings
from comptoir.connectors.lightspeed_k.catalogue import Catalogue
from comptoir.connectors.lightspeed_k.client import INCLUDE, INCLUDE_GUESTS, LONGEST_WINDOW, Client
from comptoir.connectors.lightspeed_k.figures import figure
from comptoir.connectors.lightspeed_k.orderpay.addresses import Addresses
from comptoir.connectors.lightspeed_k.orderpay.checks import Checks
from comptoir.connectors.lightspeed_k.orderpay.menus import Menus
from comptoir.connectors.lightspeed_k.orderpay.places import Places
from comptoir.connectors.lightspeed_k.orderpay.sending import Sending
from comptoir.connectors.lightspeed_k.schemas import Sale
from comptoir.connectors.lightspeed_k.schemas import SalesDay as ReadDay
from comptoir.connectors.lightspeed_k.staff.addresses import ShiftAddresses
from comptoir.connectors.lightspeed_k.staff.people import People
from comptoir.connectors.lightspeed_k.staff.shifts import Shifts
from comptoir.kernel.clock import windows
from comptoir.kernel.http import Api
from comptoir.pos.capabilities import Capability, SalesDay, SalesPage
from comptoir.pos.model import Location, Observed
from comptoir.pos.places import DayTotals

CAPABILITIES: Final = frozenset(Capability) - {Capability.CHANGES, Capability.SALES_NEWS, Capability.CLOSURES}
"""Its tills tell of every change themselves."""


class KSeriesAccount(Checks, Places, Menus, Sending, Addresses, Settings, Catalogue, Shifts, People, ShiftAddresses):
    """One vendor account, opened with somebody's consent."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._client = Client(api)

    def locations(self) -> tuple[Location, ...]:
        """The restaurants this consent can see. Raises VendorBusy, VendorRefused, VendorUnreadable."""
        found: dict[str, Location] = {}
        for page in self._client.businesses():
            found.update({location.external_id: location for location in mapping.locations(page)})
        return tuple(found.values())

    def day_start(self, location: Location, *, now: datetime) -> time:
        """The local time at which the vendor begins a business day there (lightspeed-k-series.md 7.9, 7.15)."""
        zone = ZoneInfo(location.timezone)
        day = self._client.business_day(location.external_id, now.astimezone(zone).date())
        return day.next_start_of_day_as_iso8601.at.astimezone(zone).time()

    def sales(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Closed sales with `start` <= close < `end`, page by page; sales at a page's edge come twice.

        A cursor is the number of a window of at most a year, and the place in it: "1:2026-03-07T19:30:44.309Z|".
        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """
        return self._sales(location, start, end, cursor, now, INCLUDE)

    def sales_with_guests(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """The same, and who they were for."""
        return self._sales(location, start, end, cursor, now, INCLUDE_GUESTS)

    def sales_as_dated(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Closed sales V1 dates within the window, in no order; a cursor is "1:A65315.18"."""
        number, _, place = cursor.partition(":")
        years = [*windows(start, end, length=LONGEST_WINDOW)]
        for year in range(int(number or 0), len(years)):
            begin, stop = years[year]
            for page, token in self._client.sales_as_dated(location.external_id, begin, stop, cursor=place):
                yield SalesPage(_observed(page.sales, location, now), _cursor(year, token, len(years)))
            place = ""

    def sales_of_day(self, location: Location, day: date, *, now: datetime) -> SalesDay:
        """The sales of a business day by V2."""
        return _day(self._client.sales_of_day(location.external_id, day), location, now)

    def sales_of_day_as_dated(self, location: Location, day: date, *, now: datetime) -> SalesDay:
        """The sales of a business day by V1."""
        return _day(self._client.sales_of_day_as_dated(location.external_id, day), location, now)

    def day_totals(self, location: Location, day: date) -> DayTotals:
        """The vendor's own sums of a business day."""
        return to_totals(self._client.sums_of_day(location.external_id, day))

    def sale_of_order(self, location: Location, reference: str, *, now: datetime) -> Observed | None:
        """The final bill of an order of ours."""
        found = self._client.sale_by_reference(location.external_id, reference)
        return mapping.from_sale(found, location=location, now=now, path="$") if found else None

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    def _sales(
        self, location: Location, start: datetime, end: datetime, cursor: str, now: datetime, include: str
    ) -> Iterator[SalesPage]:
        number, _, place = cursor.partition(":")
        years = [*windows(start, end, length=LONGEST_WINDOW)]
        for year in range(int(number or 0), len(years)):
            begin, stop = years[year]
            for read in self._client.sales(location.external_id, begin, stop, cursor=place, include=include):
                # The vendor's edges let in sales beside the window.
                observed = tuple(
                    each
                    for each in _observed(read.page.sales, location, now)
                    if each.sale.closed_at and begin <= each.sale.closed_at < stop
                )
                kept = {each.sale.external_id for each in observed}
                found = (each for sale in read.page.sales for each in guests.of_sale(sale, location.external_id))
                yield SalesPage(
                    observed=observed,
                    next_cursor=_cursor(year, read.next_cursor, len(years)),
                    identified=tuple(each for each in found if each.sale_id in kept),
                )
            place = ""


def to_totals(read: DaySums) -> DayTotals:
    """The sums at the top, or those of the groups below it. A total is with the service charge, as a sale's is."""
    groups: Iterable[Sums] = [read] if read.total_amount is not None else read.children or ()
    listed = [*groups]
    charge = sum((each.service_charge or Decimal(0) for each in listed), start=Decimal(0))
    beside = charge if mapping.SERVICE_CHARGE_IS_BESIDE_THE_LINES else Decimal(0)
    return DayTotals(
        total=figure(sum((each.total_amount or Decimal(0) for each in listed), start=beside)),
        service_charge=figure(charge),
        sales=sum(int(each.number_of_sales or 0) for each in listed),
        complete=bool(read.data_complete),
        next_day_at=read.next_start_of_day_as_iso8601.at if read.next_start_of_day_as_iso8601 else None,
    )


def _observed(sales: Iterable[Sale], location: Location, now: datetime) -> tuple[Observed, ...]:
    return tuple(
        mapping.from_sale(sale, location=location, now=now, path=f"$.sales[{place}]")
        for place, sale in enumerate(sales)
    )


def _day(read: ReadDay, location: Location, now: datetime) -> SalesDay:
    """A day is complete only when the vendor says so: never a guess."""
    following = read.next_start_of_day_as_iso8601
    return SalesDay(
        observed=_observed(read.sales, location, now),
        complete=read.data_complete is True,
        next_day_at=following.at if following else None,
    )


def _cursor(year: int, place: str | None, years: int) -> str:
    if place:
        return f"{year}:{place}"
    return f"{year + 1}:" if year + 1 < years else ""
