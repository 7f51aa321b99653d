"""The calls of R-Series' API, one method each; answers are schemas (lightspeed-r-series.md 4 to 9)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from comptoir.connectors.lightspeed_r import schemas
from comptoir.connectors.lightspeed_r.values import decode, unreadable
from comptoir.kernel.budget import Priority
from comptoir.kernel.http import Api
from comptoir.kernel.pages import by_token

VENDOR: Final = "Lightspeed"
PAGE_SIZE: Final = 100
LONGEST_CURSOR: Final = 200
MOST_IDS: Final = 100
"""Values in one filter (section 5)."""
SALE_RELATIONS: Final = '["SaleLines","SaleLines.Item","SaleLines.Note","SalePayments","SalePayments.PaymentType"]'
SHOP_RELATIONS: Final = '["Contact"]'
EVERYTHING: Final = "true"
"""`archived=true` lists active and archived records alike (section 5)."""

Page = TypeVar("Page")


class Client:
    """The calls, for one account; safe to use from several threads."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def account(self) -> schemas.AccountHead:
        """The account that the token opens: there is one. Raises VendorBusy, VendorRefused, VendorUnreadable."""
        found = decode(self._api.get("/Account.json").body, schemas.ACCOUNTS).account
        heads = found if isinstance(found, list) else [found]
        if len(heads) != 1 or not heads[0].account_id.known.isdecimal():
            raise unreadable("$.Account", "not one account")
        return heads[0]

    def currency(self, account_id: str) -> str:
        """The account's currency (9.2)."""
        return decode(self._api.get(f"/Account/{account_id}.json").body, schemas.ACCOUNT_FACTS).default_currency.code

    def shops(self, account_id: str) -> Iterator[schemas.ShopsPage]:
        """The shops in use, with their addresses."""
        return self._pages(account_id, "Shop", schemas.SHOPS, {"load_relations": SHOP_RELATIONS})

    def registers(self, account_id: str) -> Iterator[schemas.RegistersPage]:
        """Every till there is or was."""
        return self._pages(account_id, "Register", schemas.REGISTERS, {"archived": EVERYTHING})

    def employees(self, account_id: str) -> Iterator[schemas.EmployeesPage]:
        """Everybody who works or worked there: those who left are archived (section 5)."""
        return self._pages(account_id, "Employee", schemas.EMPLOYEES, {"archived": EVERYTHING})

    def payment_types(self, account_id: str) -> Iterator[schemas.PaymentTypesPage]:
        """The ways to pay."""
        return self._pages(account_id, "PaymentType", schemas.PAYMENT_TYPES, {})

    def hours(self, account_id: str, shop_id: str, start: datetime, end: datetime) -> Iterator[schemas.HoursPage]:
        """Times at work that began in a window, in the order of their ids: the only order there is (9.6)."""
        asked = {"shopID": shop_id, "checkIn": f"><,{iso(start)},{iso(end)}", "sort": "employeeHoursID"}
        return self._pages(account_id, "EmployeeHours", schemas.HOURS, asked, priority=Priority.IMPORT)

    def sales_completed(
        self, account_id: str, shop_id: str, start: datetime, end: datetime, *, cursor: str
    ) -> Iterator[tuple[schemas.SalesPage, str]]:
        """Sales of a shop completed in a window, voided ones among them, each page with the cursor to the next."""
        asked = {
            "shopID": shop_id,
            "completeTime": f"><,{iso(start)},{iso(end)}",
            "sort": "completeTime",
            "archived": EVERYTHING,
            "load_relations": SALE_RELATIONS,
        }
        return (
            (page, _cursor(page.about))
            for page in self._pages(account_id, "Sale", schemas.SALES, asked, cursor=cursor, priority=Priority.IMPORT)
        )

    def sales_changed(self, account_id: str, shop_id: str, since: datetime) -> Iterator[schemas.SalesPage]:
        """Sales of a shop whose change mark is not before an instant, in the order of the marks (11.7)."""
        asked = {
            "shopID": shop_id,
            "timeStamp": f">=,{iso(since)}",
            "sort": "timeStamp",
            "archived": EVERYTHING,
            "load_relations": SALE_RELATIONS,
        }
        return self._pages(account_id, "Sale", schemas.SALES, asked)

    def sales_of(self, account_id: str, shop_id: str, ids: Sequence[str]) -> Iterator[schemas.SalesPage]:
        """These sales, as far as they are this shop's; at most MOST_IDS."""
        asked = {
            "shopID": shop_id,
            "saleID": f"IN,[{','.join(ids)}]",
            "archived": EVERYTHING,
            "load_relations": SALE_RELATIONS,
        }
        return self._pages(account_id, "Sale", schemas.SALES, asked)

    def voids(self, account_id: str, *, after: int) -> Iterator[schemas.SaleVoidsPage]:
        """Voids behind one, oldest first; behind none, a page of the latest. Raises VendorRefused (403)."""
        if after:
            yield from self._pages(
                account_id, "SaleVoid", schemas.SALE_VOIDS, {"saleVoidID": f">,{after}", "sort": "saleVoidID"}
            )
            return
        latest = self._pages(account_id, "SaleVoid", schemas.SALE_VOIDS, {"sort": "-saleVoidID"})
        yield next(iter(latest))

    def _pages(
        self,
        account_id: str,
        resource: str,
        shape: "msgspec.json.Decoder[Page]",
        asked: Mapping[str, str],
        *,
        cursor: str = "",
        priority: Priority = Priority.LIVE,
    ) -> Iterator[Page]:
        """Every page from `cursor` on, the place that the vendor names in `next`.

        The address of `next` is not followed: it may name another host, and the token is meant for ours alone
        (section 4). Its other parameters are those that were asked for.
        """
        path = f"/Account/{account_id}/{resource}.json"

        def load(after: str | None) -> Page:
            params = {**asked, "limit": str(PAGE_SIZE), **({"after": after} if after else {})}
            return decode(self._api.get(path, params, priority=priority).body, shape)

        def following(page: Any) -> str | None:
            return _cursor(page.about) or None

        return by_token(load, next_token=following, start=cursor or None)


def iso(instant: datetime) -> str:
    """An instant as a filter wants it: always with its offset, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _cursor(about: schemas.Envelope) -> str:
    """The place behind this page, "" on the last. Raises VendorUnreadable when there is a next page and no place."""
    if not about.next:
        return ""
    place = dict(parse_qsl(urlsplit(about.next).query)).get("after", "")
    if not place or len(place) > LONGEST_CURSOR:
        raise unreadable("$.@attributes.next", "no place to go on from")
    return place
