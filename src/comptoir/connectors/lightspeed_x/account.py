"""What one consent can read: outlets, closed sales and their changes, people, ways to pay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Final

from comptoir.connectors.lightspeed_x import facts, mapping, schemas
from comptoir.connectors.lightspeed_x.client import AnySale, Client
from comptoir.kernel.errors import NotProvided, VendorRefused, VendorUnreadable
from comptoir.kernel.http import Api
from comptoir.pos.capabilities import Capability, SalesPage
from comptoir.pos.model import Credit, Location, Named, Observed, Sale, SaleState
from comptoir.pos.people import Shift, StaffMember
from comptoir.pos.places import PaymentMethod, RegisterClosure

CAPABILITIES: Final = frozenset(
    {
        Capability.CHANGES,
        Capability.STAFF,
        Capability.SHIFTS,
        Capability.PAYMENT_METHODS,
        Capability.SALES_NEWS,
        Capability.CLOSURES,
        Capability.GUESTS,
    }
)
NEWS: Final = ("sale.update", "register_closure.create")
"""The one is posted of new sales and of every change, the other when a till is closed (section 7)."""
FIRST: Final = timedelta(days=1)
MOST_SINGLE_PRODUCTS: Final = 20
"""So many names are asked for one by one; for more the whole list is read, once."""
FORBIDDEN: Final = 403
UNPLACED: Final = "Lightspeed X-Series does not say in which shop hours were worked, so they are not provided here."


@dataclass(frozen=True)
class Place:
    """Where a search is: so many sales behind an instant, the last of which is asked for once more.

    A search pages by offset, and a sale that is deleted meanwhile moves all behind it: a page that does not begin with
    the last sale of the page before is read again from the date of that sale on.
    """

    since: datetime
    offset: int
    last: str
    last_date: datetime

    @classmethod
    def read(cls, cursor: str, start: datetime) -> "Place":
        """From a cursor; "" is the beginning."""
        if not cursor:
            return cls(start, 0, "", start)
        since, offset, last, last_date = cursor.split("|")
        return cls(datetime.fromisoformat(since), int(offset), last, datetime.fromisoformat(last_date))

    def __str__(self) -> str:
        return f"{self.since.isoformat()}|{self.offset}|{self.last}|{self.last_date.isoformat()}"


class XSeriesAccount:
    """One retailer, opened with somebody's consent. Made for one job: what it looked up once is kept."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._client = Client(api)
        self._products: dict[str, schemas.Product] = {}
        self._unknown: set[str] = set()
        self._customers: dict[str, schemas.Customer | None] = {}

    def locations(self) -> tuple[Location, ...]:
        """The outlets in use. Raises VendorBusy, VendorRefused, VendorUnreadable."""
        return tuple(
            mapping.location(each, retailer=self._retailer, path=f"$.data[{place}]")
            for place, each in enumerate(self._outlets())
        )

    def day_start(self, location: Location, *, now: datetime) -> time | None:  # noqa: ARG002 (the protocol's)
        """None: X-Series knows calendar days alone."""
        return None

    def sales(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Sales dated `start` <= date < `end`, page by page from `cursor`, a `Place`; voided ones are among them, and
        those on account or put aside that wait to be settled.

        Some may come again. Raises VendorBusy, VendorRefused, VendorUnreadable.
        """
        return (page for _found, page in self._pages(location, start, end, cursor, now))

    def sales_with_guests(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """As `sales`, with whom they were for; each customer is asked for once.

        A consent may not open customers: raises VendorRefused (403) then.
        """
        for found, page in self._pages(location, start, end, cursor, now):
            kept = {each.sale.external_id for each in page.observed}
            read = [each for each in map(facts.read, found) if each.id in kept and each.customer_id]
            known = ((each, self._customer(each.customer_id)) for each in read)
            yield replace(page, identified=tuple(mapping.guest(each, who) for each, who in known if who is not None))

    def _pages(
        self, location: Location, start: datetime, end: datetime, cursor: str, now: datetime
    ) -> Iterator[tuple[list[AnySale], SalesPage]]:
        at = Place.read(cursor, start)
        while True:
            found = self._client.search(location.external_id, at.since, end, offset=at.offset)
            if at.last and (not found or str(found[0].id) != at.last):
                at = Place(at.last_date, 0, "", at.last_date)
                continue
            fresh = found[1:] if at.last else found
            if not fresh:
                break
            latest = facts.read(fresh[-1])
            at = Place(at.since, at.offset + len(found) - 1, latest.id, latest.date)
            observed = self._observed(fresh, location, now)
            kept = tuple(each for each in observed if _is_within(each.sale, start, end))
            yield fresh, SalesPage(observed=kept, next_cursor=str(at))
        yield [], SalesPage(observed=(), next_cursor="")

    def changes(self, location: Location, *, mark: str, now: datetime) -> Iterator[SalesPage]:
        """Sales whose version is behind a mark: sold, changed, voided or deleted since, however old they are.

        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """
        version = int(mark) if mark else self._client.sale_version(since=now - FIRST)
        for found, newest in self._client.sales_after(version):
            version = newest
            yield SalesPage(observed=self._observed(found, location, now), next_cursor=str(version))
        yield SalesPage(observed=(), next_cursor=str(version))

    def payment_methods(self, location: Location) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 (one list for all)
        """The ways to pay, the same in every outlet."""
        return tuple(
            PaymentMethod(id=str(each.id), code=str(each.type_id or each.id), name=each.name)
            for page in self._client.payment_types()
            for each in page.data
            if each.deleted_at is None
        )

    def staff(self, location: Location) -> Iterator[StaffMember]:
        """Those who may work in this outlet, those who left included."""
        for each in self._users:
            if not each.restricted_outlet_ids or location.external_id in each.restricted_outlet_ids:
                yield StaffMember(
                    id=str(each.id),
                    location_id=location.external_id,
                    name=mapping.full_name(each),
                    email=each.email or "",
                    active=each.deleted_at is None and each.enabled is not False,
                    uses_till=True,
                    uses_back_office=each.account_type in ("manager", "admin"),
                )

    def staff_groups(self, location: Location) -> tuple[Named, ...]:  # noqa: ARG002 (the protocol's)
        """None: roles are rights in X-Series."""
        return ()

    def shifts(self, location: Location, start: datetime, end: datetime) -> Iterator[Shift]:
        """Times at work that began in a window, oldest first; a shift names no outlet.

        With one outlet all are its own. Raises NotProvided with several, where anybody who
        worked in the window may work in more than one: part of the hours would be taken for all of them.
        """
        found = [each for page in self._client.shifts() for each in page.data if start <= each.time_in.at < end]
        if len(self._outlets()) > 1:
            places = {str(user.id): user.restricted_outlet_ids or [] for user in self._users}
            if any(len(places.get(str(each.user_id), [])) != 1 for each in found):
                raise NotProvided(UNPLACED)
            found = [each for each in found if places[str(each.user_id)][0] == location.external_id]
        for each in sorted(found, key=lambda read: read.time_in.at):
            yield Shift(
                id=str(each.id),
                location_id=location.external_id,
                staff_id=str(each.user_id),
                started_at=each.time_in.at,
                ended_at=each.time_out.at if each.time_out else None,
                changed_at=each.updated_at.at if each.updated_at else None,
                deleted=each.deleted_at is not None,
            )

    def closures(self, location: Location) -> tuple[RegisterClosure, ...]:
        """What each till of the outlet took since it was opened; of one that was never opened there is nothing."""
        tills = [each for page in self._client.registers() for each in page.data]
        here = [each for each in tills if str(each.outlet_id) == location.external_id and each.deleted_at is None]
        read = (mapping.closure(self._client.closure(str(each.id)), of=each) for each in here)
        return tuple(each for each in read if each is not None)

    def listen_for_sales(self, url: str) -> None:
        """Subscribe this address to sales and to closings of tills. Raises OutcomeUnknown too."""
        for kind in NEWS:
            self._client.subscribe(kind, url)

    def stop_listening_for_sales(self, url: str) -> None:
        """End what this address subscribed to. Raises OutcomeUnknown too."""
        self._client.unsubscribe(url)

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    def _observed(self, found: Sequence[AnySale], location: Location, now: datetime) -> tuple[Observed, ...]:
        """Those of this outlet that are finished, or sold and not settled; other open ones nobody waits for here."""
        here = [each for each in map(facts.read, found) if each.outlet_id == location.external_id]
        self._learn({line.product_id for each in here for line in each.lines} - {""})
        made = (mapping.from_sale(each, currency=location.currency, names=self._names, now=now) for each in here)
        return tuple(
            each for each in made if each.sale.state is not SaleState.OPEN or each.sale.credit is not Credit.NONE
        )

    def _learn(self, wanted: set[str]) -> None:
        """What goods are called; a consent without `products:read` leaves them without names."""
        missing = wanted - self._products.keys() - self._unknown
        try:
            if len(missing) > MOST_SINGLE_PRODUCTS:
                self._products.update({str(each.id): each for page in self._client.products() for each in page.data})
            else:
                known = [self._client.product(each) for each in sorted(missing)]
                self._products.update({str(each.id): each for each in known if each is not None})
        except VendorRefused as refused:
            if refused.status != FORBIDDEN:
                raise
        self._unknown |= missing - self._products.keys()

    def _customer(self, customer_id: str) -> schemas.Customer | None:
        if customer_id not in self._customers:
            self._customers[customer_id] = self._client.customer(customer_id)
        return self._customers[customer_id]

    @cached_property
    def _retailer(self) -> schemas.Retailer:
        return self._client.retailer()

    def _outlets(self) -> list[schemas.Outlet]:
        found = [each for page in self._client.outlets() for each in page.data if each.deleted_at is None]
        if not found:
            raise VendorUnreadable("Lightspeed lists no outlet for this account.", path="$.data")
        return found

    @cached_property
    def _users(self) -> list[schemas.User]:
        return [each for page in self._client.users() for each in page.data]

    @cached_property
    def _names(self) -> mapping.Names:
        """Tills and people are asked once an account is opened; goods are learned as they come."""
        return mapping.Names(
            registers={str(each.id): each.name for page in self._client.registers() for each in page.data},
            staff={str(each.id): mapping.full_name(each) for each in self._users},
            products=self._products,
        )


def _is_within(sale: Sale, start: datetime, end: datetime) -> bool:
    """The vendor's edges let in sales beside the window. What waits to be settled was found by its date."""
    return sale.closed_at is None or start <= sale.closed_at < end
