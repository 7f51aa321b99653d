"""The financial API: businesses, and V2 sales by window and by day (sheet 7)."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, bad_request
from comptoir.connectors.lightspeed_k.simulator.figures import instant_text
from comptoir.connectors.lightspeed_k.simulator.settings import PageEdge
from comptoir.connectors.lightspeed_k.simulator.tongue import TRANSITORY, account_type
from comptoir.kernel.clock import business_day_bounds
from comptoir.pos.model import Sale
from comptoir.pos.world import World, WorldLocation

LONGEST_RANGE: Final = timedelta(days=365)
DEFAULT_PAGE_SIZE: Final = 50
LARGEST_PAGE_SIZE: Final = 100
DEFAULT_BUSINESSES: Final = 1000
ONE_MILLISECOND: Final = timedelta(milliseconds=1)
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)")


def businesses(
    locations: Sequence[WorldLocation],
    query: Mapping[str, str],
    *,
    host: str,
    location_id_key: str,
) -> dict[str, Any]:
    """The businesses a token sees, as HAL (7.2); `_embedded` is left out when the page is empty."""
    by_id: dict[str, dict[str, Any]] = {}
    for location in locations:
        business = by_id.setdefault(
            location.business_id,
            {
                "businessName": location.business_name,
                "businessId": int(location.business_id),
                "currencyCode": location.currency,
                "businessLocations": [],
            },
        )
        business["businessLocations"].append(
            {
                "blName": location.name,
                location_id_key: int(location.id),
                "country": location.country,
                "timezone": location.timezone,
            }
        )
    page = whole_number(query, "page", default=0, least=0)
    size = whole_number(query, "size", default=DEFAULT_BUSINESSES, least=1)
    shown = list(by_id.values())[page * size : (page + 1) * size]
    target = f"http://{host}/f/data/businesses" + (f"?{urlencode(dict(query))}" if query else "")
    embedded = {"_embedded": {"businessList": shown}} if shown else {}
    return {**embedded, "_links": {"self": {"href": target}}}


def window(query: Mapping[str, str], *, founded_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """The instants asked for (7.8); `to` absent or ahead of time becomes now. Raises Refusal in the vendor's words."""
    if not query.get("from"):
        text = "Required request parameter 'from' for method parameter type OffsetDateTime is not present"
        raise Refusal(bad_request(text))
    start = instant(query["from"])
    end = min(instant(query["to"]), now) if query.get("to") else now
    if start > end:
        raise Refusal(bad_request("The 'from' date must be before the 'to' date"))
    if start < founded_at:
        earliest = instant_text(founded_at)
        text = f"The 'from' date is before the business location existed. The earliest allowed date is {earliest}"
        raise Refusal(bad_request(text))
    if end - start > LONGEST_RANGE:
        raise Refusal(bad_request("The date range cannot be greater than 365 days"))
    return start, end


def page_of_sales(
    world: World,
    location: WorldLocation,
    query: Mapping[str, str],
    *,
    between: tuple[datetime, datetime],
    edge: PageEdge,
    named: bool = False,
) -> tuple[list[Sale], str]:
    """One page of closed sales, and the token of the next ("" on the last).

    The token is the closing instant of the page's latest sale (7.1), so at a page edge sales of the same
    millisecond are skipped or repeated, as `edge` says. Raises Refusal.
    """
    start, end = between
    size = min(
        whole_number(query, "pageSize", default=DEFAULT_PAGE_SIZE, least=1),
        LARGEST_PAGE_SIZE,
    )
    if query.get("nextPageToken"):
        cursor = _decode(query["nextPageToken"])
        start = max(start, cursor + ONE_MILLISECOND if edge is PageEdge.SKIPS else cursor)
    sales = dated_for_v2(world, location, start, end, named=named) if start < end else []
    page = sales[:size]
    return page, _encode(page[-1]) if len(sales) > size else ""


def dated_for_v2(world: World, location: WorldLocation, start: datetime, end: datetime, *, named: bool) -> list[Sale]:
    """What V2 shows: closed sales, transitory accounts left out, a corrected one on the day of its correction (7.1)."""
    if location.trial:
        return []
    amended = world.amended(location.id)
    sales = [sale for sale in world.closed_sales(location.id, start, end) if sale.external_id not in amended]
    for number, at in amended.items():
        sale = world.find(location.id, number)
        if start <= at < end and sale is not None:
            sales.append(msgspec.structs.replace(sale, closed_at=at))
    shown = [sale for sale in sales if account_type(sale.kind, named=named) != TRANSITORY]
    return sorted(shown, key=lambda sale: (sale.closed_at or end, sale.external_id))


def business_day(location: WorldLocation, query: Mapping[str, str]) -> tuple[datetime, datetime, str]:
    """Begin and end (UTC) of the day asked for, and the end in the location's own time (7.9). Raises Refusal."""
    given = query.get("date")
    if not given:
        text = "Required request parameter 'date' for method parameter type LocalDate is not present"
        raise Refusal(bad_request(text))
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Refusal(bad_request(f"Invalid date format: {given}")) from None
    zone = ZoneInfo(location.timezone)
    begin, end = business_day_bounds(day, zone=zone, day_start=location.day_start)
    return begin, end, end.astimezone(zone).isoformat(timespec="seconds")


def included(query: Mapping[str, str]) -> frozenset[str]:
    """The parts named by `include`; unknown ones do no harm."""
    words = {word.strip() for word in query.get("include", "").split(",") if word.strip()}
    return frozenset(words | {"consumer"} if query.get("includeConsumers") == "true" else words)


def instant(given: str) -> datetime:
    """An instant in one of the spellings of a query. Raises Refusal."""
    if INSTANT.fullmatch(given):
        try:
            return datetime.fromisoformat(given).astimezone(UTC)
        except ValueError:
            pass  # such as month 13: refused below, like any other spelling
    raise Refusal(bad_request(f"Invalid date format: {given}"))


def whole_number(query: Mapping[str, str], name: str, *, default: int, least: int) -> int:
    """A number of the query. Raises Refusal."""
    given = query.get(name) or str(default)
    if not given.isdecimal() or int(given) < least:
        raise Refusal(bad_request(f"Invalid value for parameter '{name}': {given}"))
    return int(given)


def _encode(sale: Sale) -> str:
    if sale.closed_at is None:
        raise ValueError(f"{sale.external_id} is not closed")
    return base64.b64encode(instant_text(sale.closed_at).encode()).decode()


def _decode(page_token: str) -> datetime:
    try:
        return instant(base64.b64decode(page_token, validate=True).decode("ascii"))
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(bad_request(f"Invalid nextPageToken: {page_token}")) from None
