"""The calls of X-Series' API, one method each; answers are schemas (lightspeed-x-series.md 3 to 5)."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from comptoir.connectors.lightspeed_x import sale_schemas, schemas
from comptoir.connectors.lightspeed_x.values import decode, unreadable
from comptoir.kernel.budget import Priority
from comptoir.kernel.http import Api

VENDOR: Final = "Lightspeed"
DUPLICATE: Final = 409
"""There is such a subscription already (section 7)."""
PAGE_SIZE: Final = 200
"""What the documents allow; more is known to be taken, by public clients alone (section 3)."""

Page = TypeVar("Page")
AnySale = sale_schemas.NestedSale | sale_schemas.FlatSale


class Client:
    """The calls, for one retailer; safe to use from several threads."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def retailer(self) -> schemas.Retailer:
        """The account of this consent. Raises VendorBusy, VendorRefused, VendorUnreadable, as all of these do."""
        return decode(self._api.get("/retailer").body, schemas.RETAILER).data

    def outlets(self) -> Iterator[schemas.OutletList]:
        """The places of sale in use."""
        return self._walk("/outlets", schemas.OUTLETS, {})

    def registers(self) -> Iterator[schemas.RegisterList]:
        """Every till there is or was."""
        return self._walk("/registers", schemas.REGISTERS, {"deleted": "true"})

    def users(self) -> Iterator[schemas.UserList]:
        """Everybody who works or worked there."""
        return self._walk("/users", schemas.USERS, {"deleted": "true"})

    def payment_types(self) -> Iterator[schemas.PaymentTypeList]:
        """The ways to pay."""
        return self._walk("/payment_types", schemas.PAYMENT_TYPES, {})

    def shifts(self) -> Iterator[schemas.ShiftList]:
        """Times at work, all of them: there is no filter but the version."""
        return self._walk("/shifts", schemas.SHIFTS, {}, priority=Priority.IMPORT)

    def products(self) -> Iterator[schemas.ProductList]:
        """All goods."""
        return self._walk("/products", schemas.PRODUCTS, {}, priority=Priority.IMPORT)

    def sales_after(self, version: int) -> Iterator[tuple[list[AnySale], int]]:
        """Sales of all outlets that changed behind a version, each page with the version to go on from."""
        for page in self._walk("/sales", sale_schemas.SALES, {}, after=version):
            yield _sales(page), _newest(page)

    def sale_version(self, *, since: datetime) -> int:
        """A version to begin from: just before what was sold since an instant, or that of the latest sale before."""
        asked = {"type": "sales", "order_by": "date", "page_size": str(PAGE_SIZE)}
        recent = self._searched({**asked, "date_from": iso(since), "order_direction": "asc"})
        if recent:
            return min(version_of(each) for each in recent) - 1
        return max((version_of(each) for each in self._searched({**asked, "order_direction": "desc"})), default=0)

    def product(self, product_id: str) -> schemas.Product | None:
        """Goods by id; None where they are not known any more."""
        answer = self._api.get(f"/products/{product_id}", read_also={404})
        return None if answer.status == 404 else decode(answer.body, schemas.PRODUCT).data

    def search(self, outlet_id: str, start: datetime, end: datetime, *, offset: int) -> list[AnySale]:
        """A page of an outlet's sales by date, oldest first, from a place on; none when there are no more."""
        asked = {
            "type": "sales",
            "outlet_id": outlet_id,
            "date_from": iso(start),
            "date_to": iso(end),
            "order_by": "date",
            "order_direction": "asc",
            "page_size": str(PAGE_SIZE),
            "offset": str(offset),
        }
        return self._searched(asked, priority=Priority.IMPORT)

    def _searched(self, asked: Mapping[str, str], *, priority: Priority = Priority.LIVE) -> list[AnySale]:
        return _sales(decode(self._api.get("/search", asked, priority=priority).body, sale_schemas.SALES))

    def customers(self) -> Iterator[schemas.CustomerList]:
        """Whom the shop knows. Personal data: ask only where an app needs it."""
        return self._walk("/customers", schemas.CUSTOMERS, {}, priority=Priority.IMPORT)

    def customer(self, customer_id: str) -> schemas.Customer | None:
        """Somebody the shop knows, by id; None where they are not known any more. Personal data as well."""
        answer = self._api.get(f"/customers/{customer_id}", read_also={404})
        return None if answer.status == 404 else decode(answer.body, schemas.CUSTOMER).data

    def closure(self, register_id: str) -> schemas.Closure:
        """What a till took since it was opened, by way of paying; the closure it will become."""
        return decode(self._api.get(f"/registers/{register_id}/payments_summary").body, schemas.CLOSURE).data

    def subscriptions(self) -> Iterator[schemas.SubscriptionList]:
        """Where this application has asked to be told of what."""
        yield decode(self._api.get("/webhooks").body, schemas.SUBSCRIPTIONS)

    def subscribe(self, kind: str, url: str) -> None:
        """Ask to be told at an address; harmless to repeat. Raises OutcomeUnknown too."""
        body = msgspec.json.encode({"active": True, "type": kind, "url": url})
        self._api.write("POST", "/webhooks", body, read_also={DUPLICATE})

    def unsubscribe(self, url: str) -> None:
        """End all subscriptions of an address; harmless to repeat. Raises OutcomeUnknown too."""
        for page in self.subscriptions():
            for each in page.data:
                if each.url == url:
                    self._api.write("DELETE", f"/webhooks/{each.id}", read_also={404})

    def _walk(
        self,
        path: str,
        shape: "msgspec.json.Decoder[Page]",
        asked: Mapping[str, str],
        *,
        after: int = 0,
        priority: Priority = Priority.LIVE,
    ) -> Iterator[Page]:
        """Pages by ascending version until one is empty: a short one is not the end (section 3)."""
        while True:
            params = {**asked, "page_size": str(PAGE_SIZE), "after": str(after)}
            page: Any = decode(self._api.get(path, params, priority=priority).body, shape)
            if not page.data:
                return
            newest = _newest(page)
            if newest <= after:
                raise unreadable("$.version.max", "the version does not grow")
            yield page
            after = newest


def version_of(sale: AnySale) -> int:
    """The version of a sale of either shape."""
    return sale.about.version if isinstance(sale, sale_schemas.NestedSale) else sale.version


def iso(instant: datetime) -> str:
    """An instant as a search wants it: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _newest(page: Any) -> int:
    if page.version is None or page.version.max is None:
        raise unreadable("$.version.max", "a page without its version")
    return int(page.version.max)


def _sales(page: sale_schemas.SalesList) -> list[AnySale]:
    return [read_sale(each, at=f"$.data[{place}]") for place, each in enumerate(page.data)]


def read_sale(raw: bytes | msgspec.Raw, *, at: str = "$") -> AnySale:
    """A sale of either shape, told apart by its totals before it is read."""
    glimpse = decode(raw, sale_schemas.GLIMPSE, at=at)
    is_nested = bool(glimpse.totals and glimpse.source)
    return decode(raw, sale_schemas.NESTED, at=at) if is_nested else decode(raw, sale_schemas.FLAT, at=at)
