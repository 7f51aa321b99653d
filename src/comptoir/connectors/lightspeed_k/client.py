"""The financial API, one method per call; answers are schemas.

The vendor puts versions into some of its paths only, so the paths are what is pinned here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

from comptoir.connectors.lightspeed_k import schemas
from comptoir.connectors.lightspeed_k.books.schemas import BUSINESSES, DAY_SUMS, Businesses, DaySums
from comptoir.connectors.lightspeed_k.calls import Calls, iso, path_to
from comptoir.connectors.lightspeed_k.values import decode, unreadable
from comptoir.kernel.budget import Priority
from comptoir.kernel.clock import utc
from comptoir.kernel.errors import VendorUnreadable
from comptoir.kernel.http import Answer
from comptoir.kernel.pages import by_token

BUSINESSES_PATH: Final = "/f/data/businesses"
SALES_DAILY_PATH: Final = "/f/v2/business-location/{location}/sales-daily"
DAILY_FINANCIALS_PATH: Final = "/f/finance/{location}/dailyFinancials"
FINANCIALS_PATH: Final = "/f/finance/{location}/financials/{start}/{end}"
AGGREGATED_PATH: Final = "/f/finance/{location}/aggregatedSales"
BY_REFERENCE_PATH: Final = "/f/finance/{location}/saleByExternalReference"
SALES_PATH: Final = "/f/v2/business-location/{location}/sales"
BUSINESSES_PAGE_SIZE: Final = 1000
SALES_PAGE_SIZE: Final = 100
HISTORY_PAGE_SIZE: Final = 1000
SUMS_BY: Final = "device"
LONGEST_WINDOW: Final = timedelta(days=365)
MILLISECOND: Final = timedelta(milliseconds=1)
INCLUDE: Final = "payments,table,staff,account_profile"
"""What V2 leaves out unless asked. Consumers are not asked for: nothing personal is read that nobody needs."""

INCLUDE_GUESTS: Final = f"{INCLUDE},consumer"

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)")


class Client(Calls):
    """The calls, for one account; safe to use from several threads."""

    def businesses(self) -> Iterator[Businesses]:
        """Every page of the merchant accounts this consent sees. Raises VendorBusy, VendorRefused, VendorUnreadable.

        https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md
        """

        def load(page: str | None) -> tuple[int, Businesses]:
            number = int(page or 0)
            params = {"page": str(number), "size": str(BUSINESSES_PAGE_SIZE)}
            return number, self._ask(BUSINESSES_PATH, BUSINESSES, params)

        def next_page(page: tuple[int, Businesses]) -> str | None:
            number, businesses = page
            return str(number + 1) if len(businesses.listed) >= BUSINESSES_PAGE_SIZE else None

        return (businesses for _, businesses in by_token(load, next_token=next_page))

    def business_day(self, location_id: str, day: date) -> schemas.BusinessDay:
        """When the business day after this one begins. Raises VendorBusy, VendorRefused, VendorUnreadable.

        https://api-docs.lsk.lightspeed.app/group/endpoint-financialv2.md
        """
        path = path_to(SALES_DAILY_PATH, location=location_id)
        return self._ask(path, schemas.BUSINESS_DAY, {"date": day.isoformat()})

    def sales_of_day(self, location_id: str, day: date) -> schemas.SalesDay:
        """Sales of a business day, corrections dated when they were made.

        https://api-docs.lsk.lightspeed.app/operation/operation-financial-apigetbusinesslocationsalesofabusinessday
        """
        path = path_to(SALES_DAILY_PATH, location=location_id)
        return self._ask(path, schemas.SALES_DAY, {"date": day.isoformat(), "include": INCLUDE}, Priority.IMPORT)

    def sales_of_day_as_dated(self, location_id: str, day: date) -> schemas.SalesDay:
        """Sales of a business day, corrections dated by what they correct; V1 leaves consumers out unless asked.

        https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md
        """
        params = {"date": day.isoformat(), "include": INCLUDE, "includeConsumers": "false"}
        path = path_to(DAILY_FINANCIALS_PATH, location=location_id)
        return self._ask(path, schemas.SALES_DAY, params, Priority.IMPORT)

    def sales_as_dated(
        self, location_id: str, start: datetime, end: datetime, *, cursor: str
    ) -> Iterator[tuple[schemas.HistoryPage, str | None]]:
        """Pages of V1, each with the token of the next, from `cursor` on; the window is at most 365 days.

        The token is taken out of the link, for the link may name another host.
        https://api-docs.lsk.lightspeed.app/operation/operation-financial-apigetfinancials
        """
        path = path_to(FINANCIALS_PATH, location=location_id, start=iso(start), end=iso(end))

        def load(token: str | None) -> tuple[schemas.HistoryPage, str | None]:
            params = {"include": INCLUDE, "pageSize": str(HISTORY_PAGE_SIZE)}
            page = self._ask(
                path, schemas.HISTORY_PAGE, params | ({"nextPageToken": token} if token else {}), Priority.IMPORT
            )
            return page, next_history_token(page)

        return by_token(load, next_token=lambda read: read[1], start=cursor or None)

    def sums_of_day(self, location_id: str, day: date) -> DaySums:
        """What the vendor adds up for a business day, by device: the coarsest grouping there is.

        https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md
        """
        params = {"date": day.isoformat(), "groupBy": SUMS_BY}
        return self._ask(path_to(AGGREGATED_PATH, location=location_id), DAY_SUMS, params)

    def sale_by_reference(self, location_id: str, reference: str) -> schemas.Sale | None:
        """The closed sale of an order of ours; None while there is none.

        https://api-docs.lsk.lightspeed.app/group/endpoint-financial.md
        """
        params = {"externalReferenceId": f"TASK:OO-{location_id}-{reference}"}
        return self._ask_or_none(path_to(BY_REFERENCE_PATH, location=location_id), schemas.SALE, params)

    def sales(
        self, location_id: str, start: datetime, end: datetime, *, cursor: str, include: str = INCLUDE
    ) -> Iterator["SalesRead"]:
        """Pages of sales closed in a window of at most 365 days, from `cursor` on ("" is the beginning).

        A window that begins before the location existed is read from the location's first instant.
        Raises VendorBusy, VendorRefused, VendorUnreadable.
        https://api-docs.lsk.lightspeed.app/operation/operation-financial-apigetbusinesslocationsales
        """

        def load(at: str | None) -> SalesRead:
            begin, _, token = (at or iso(start)).partition("|")
            since = datetime.fromisoformat(begin)
            return SalesRead(self._sales_page(location_id, since, end, token, include), since)

        return by_token(load, next_token=lambda read: read.next_cursor, start=cursor or None)

    def _sales_page(
        self, location_id: str, start: datetime, end: datetime, token: str, include: str
    ) -> schemas.SalesPage:
        answer = self._ask_for_sales(location_id, start, end, token, include)
        if answer.status == 400:
            start = _first_instant(answer, after=start)
            if start >= end:
                return schemas.SalesPage(sales=[])
            answer = self._ask_for_sales(location_id, start, end, token, include)
        if answer.status == 400:
            raise _refusal(answer)
        return decode(answer.body, schemas.SALES_PAGE)

    def _ask_for_sales(self, location_id: str, start: datetime, end: datetime, token: str, include: str) -> Answer:
        params = {"from": iso(start), "to": iso(end), "include": include, "pageSize": str(SALES_PAGE_SIZE)}
        if token:
            params["nextPageToken"] = token
        path = path_to(SALES_PATH, location=location_id)
        return self._api.get(path, params, read_also=frozenset({400}), priority=Priority.IMPORT)


@dataclass(frozen=True)
class SalesRead:
    """A page of sales, and the instant from which it was asked for."""

    page: schemas.SalesPage
    start: datetime

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins: "instant|token"; None behind the last one.

        The vendor's token is an instant, behind which sales of the same millisecond may be skipped. So the next page is
        asked for from just before the latest sale, without a token; only within one millisecond the token leads on.
        """
        token = self.page.next_page_token
        if not token:
            return None
        closed = [sale.closed.at for sale in self.page.sales if sale.closed]
        if closed and closed == sorted(closed) and closed[-1] - MILLISECOND > self.start:
            return f"{iso(closed[-1] - MILLISECOND)}|"
        return f"{iso(self.start)}|{token}"


def next_history_token(page: schemas.HistoryPage) -> str | None:
    """The token of the next page of V1: within the link, or on its own."""
    href = page.links.next_page.href if page.links and page.links.next_page else None
    try:
        found = parse_qs(urlsplit(href or "").query).get("nextPageToken", [])
    except ValueError as error:
        raise unreadable("$._links.nextPage.href", str(error)) from error
    return next(iter(found), None) or page.next_page_token or None


def _first_instant(answer: Answer, *, after: datetime) -> datetime:
    """Just behind the earliest instant a refusal names, if that is later than what was asked for.

    Raises VendorUnreadable for any other refusal.
    """
    for written in _INSTANT.findall(answer.body.decode(errors="replace")):
        first = _utc_or(written, after)
        if first > after:
            return first + MILLISECOND
    raise _refusal(answer)


def _utc_or(written: str, otherwise: datetime) -> datetime:
    try:
        return utc(datetime.fromisoformat(written))
    except (ValueError, OverflowError):
        return otherwise


def _refusal(answer: Answer) -> VendorUnreadable:
    try:
        reason = decode(answer.body, schemas.FINANCE_ERROR).error
    except VendorUnreadable:
        reason = repr(answer.body)
    return unreadable("$", f"status {answer.status}: {reason}")
