"""What one consent can read: shops, closed sales, people and their hours."""

from collections.abc import Iterator
from datetime import datetime, time
from functools import cached_property
from typing import Final

from comptoir.connectors.lightspeed_r import changes, mapping, schemas
from comptoir.connectors.lightspeed_r.client import Client
from comptoir.connectors.lightspeed_r.values import listed
from comptoir.kernel.http import Api
from comptoir.pos.capabilities import Capability, SalesPage
from comptoir.pos.model import Location, Named, Observed, number_of
from comptoir.pos.people import Shift, StaffMember
from comptoir.pos.places import PaymentMethod

CAPABILITIES: Final = frozenset({Capability.CHANGES, Capability.STAFF, Capability.SHIFTS, Capability.PAYMENT_METHODS})


class RSeriesAccount:
    """One vendor account, opened with somebody's consent."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._client = Client(api)

    def locations(self) -> tuple[Location, ...]:
        """The shops in use. Raises VendorBusy, VendorRefused, VendorUnreadable."""
        shops = [shop for page in self._client.shops(self._account_id) for shop in listed(page.shop)]
        return tuple(
            mapping.location(shop, account=self._account, currency=self._currency, path=f"$.Shop[{place}]")
            for place, shop in enumerate(shops)
        )

    def day_start(self, location: Location, *, now: datetime) -> time | None:  # noqa: ARG002 (the protocol's)
        """None: R-Series knows calendar days alone (section 12)."""
        return None

    def sales(
        self, location: Location, start: datetime, end: datetime, *, cursor: str, now: datetime
    ) -> Iterator[SalesPage]:
        """Sales with `start` <= completion < `end`, voided ones among them, page by page from `cursor`.

        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """
        shop_id = number_of(location.external_id)
        for page, next_cursor in self._client.sales_completed(self._account_id, shop_id, start, end, cursor=cursor):
            observed = (self._observed(each, now) for each in listed(page.sale))
            kept = tuple(each for each in observed if each.sale.closed_at and start <= each.sale.closed_at < end)
            yield SalesPage(observed=kept, next_cursor=next_cursor)

    def changes(self, location: Location, *, mark: str, now: datetime) -> Iterator[SalesPage]:
        """Sales that changed or were voided after a mark, however old they are (11.7).

        Raises VendorBusy, VendorRefused, VendorUnreadable.
        """
        shop = changes.Shop(self._client, self._account_id, number_of(location.external_id), self._observed, now)
        return shop.changed(changes.mark_of(mark, now=now))

    def payment_methods(self, location: Location) -> tuple[PaymentMethod, ...]:  # noqa: ARG002 (one list for all)
        """The ways to pay, the same in every shop."""
        pages = self._client.payment_types(self._account_id)
        types = [each for page in pages for each in listed(page.payment_type)]
        return tuple(
            PaymentMethod(id=str(each.payment_type_id), code=each.type or str(each.payment_type_id), name=each.name)
            for each in types
        )

    def staff(self, location: Location) -> Iterator[StaffMember]:
        """Those who may work in this shop, those who left included."""
        for each in self._employees:
            if each.limit_to_shop_id.known in ("", number_of(location.external_id)):
                yield StaffMember(
                    id=str(each.employee_id),
                    location_id=location.external_id,
                    name=mapping.full_name(each),
                    first_name=" ".join(each.first_name.split()),
                    last_name=" ".join(each.last_name.split()),
                    active=not each.archived and not each.lock_out,
                    uses_till=True,
                )

    def staff_groups(self, location: Location) -> tuple[Named, ...]:  # noqa: ARG002 (the protocol's)
        """None: roles are rights in R-Series."""
        return ()

    def shifts(self, location: Location, start: datetime, end: datetime) -> Iterator[Shift]:
        """Times at work that began in a window, oldest first.

        An edited or deleted one leaves no trace (11.6): compare windows that were read before.
        """
        pages = self._client.hours(self._account_id, number_of(location.external_id), start, end)
        found = [each for page in pages for each in listed(page.employee_hours)]
        for each in sorted(found, key=lambda read: read.check_in.at):
            if start <= each.check_in.at < end:
                yield Shift(
                    id=str(each.employee_hours_id),
                    location_id=location.external_id,
                    staff_id=str(each.employee_id),
                    started_at=each.check_in.at,
                    ended_at=each.check_out.at if each.check_out else None,
                )

    def _observed(self, read: schemas.Sale, now: datetime) -> Observed:
        return mapping.from_sale(read, account_id=self._account_id, currency=self._currency, names=self._names, now=now)

    def close(self) -> None:
        """Give the connections back."""
        self._api.close()

    @cached_property
    def _account(self) -> schemas.AccountHead:
        return self._client.account()

    @property
    def _account_id(self) -> str:
        return str(self._account.account_id)

    @cached_property
    def _currency(self) -> str:
        return self._client.currency(self._account_id)

    @cached_property
    def _employees(self) -> list[schemas.Employee]:
        return [each for page in self._client.employees(self._account_id) for each in listed(page.employee)]

    @cached_property
    def _names(self) -> mapping.Names:
        """Asked once an account is opened: sales carry ids alone."""
        registers = [each for page in self._client.registers(self._account_id) for each in listed(page.register)]
        return mapping.Names(
            registers={str(each.register_id): each.name for each in registers},
            staff={str(each.employee_id): mapping.full_name(each) for each in self._employees},
        )
