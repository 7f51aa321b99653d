"""The financial API V1: closed sales by window and by day, and one by its order (sheet 7.6, 7.7, 7.10)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, json_answer, with_exception
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.finance import reading, telling
from comptoir.connectors.lightspeed_k.simulator.numbers import position_of
from comptoir.connectors.lightspeed_k.simulator.settings import Behaviour, Condition
from comptoir.kernel.clock import business_date, business_day_bounds
from comptoir.pos.hosting import Response
from comptoir.pos.model import Sale
from comptoir.pos.world import WorldLocation

LARGEST_PAGE: Final = 1000
AS_RECORDED: Final[Mapping[str, str]] = {"timeOfOpening": "timeOfOpening", "timeClosed": "timeOfCloseAndPaid"}
AS_DOCUMENTED: Final[Mapping[str, str]] = {"timeOfOpening": "timeofOpening", "timeClosed": "timeofCloseAndPaid"}


def financials(call: Call) -> Response:
    """Sheet 7.6; the order of sales is not guaranteed, so it is that of their numbers."""
    location = call.location()
    start, end = (_instant(call, call.parts[name]) for name in ("from", "to"))
    if start > end or end - start > reading.LONGEST_RANGE:
        raise _refused(call, "The date range cannot be negative or greater than 365 days")
    size = min(call.whole_number("pageSize", default=LARGEST_PAGE, least=1), LARGEST_PAGE)
    sales = _sales(call, location, start, end)
    if token := call.query.get("nextPageToken"):
        sales = [sale for sale in sales if position_of(sale.external_id) > position_of(token)]
    page = sales[:size]
    more = page[-1].external_id if len(sales) > size else ""
    if more and call.desk.holds(Condition.PAGE_TOKEN_REPEATED, location.id):
        more = token or more
    _, day_end = _business_day(location, call.now)
    body = _envelope(call, location, page, next_start=day_end, complete=call.now >= end)
    links = {"self": _link(call, {})}
    if more:
        links["nextPage"] = _link(call, {"nextPageToken": more})
    older = {"nextPageToken": more} if call.desk.behaviour.v1_top_level_token else {}
    return json_answer({**body, **older, "_links": links})


def daily(call: Call) -> Response:
    """Sheet 7.7; today's business day when no date is given."""
    location = call.location()
    begin, end = _business_day(location, call.now)
    if call.query.get("date"):
        begin, end, _ = reading.business_day(location, call.query)
    sales = _sales(call, location, begin, min(end, call.now))
    body = _envelope(call, location, sales, next_start=end, complete=call.now >= end)
    return json_answer({**body, "_links": {"self": _link(call, {})}})


def by_external_reference(call: Call) -> Response:
    """Sheet 7.10; not found is assumed to be a 404."""
    location = call.location()
    found = call.desk.world.by_reference(location.id, call.query.get("externalReferenceId", ""))
    closed = [sale for sale in found if sale.closed_at is not None]
    if not closed or location.trial:
        raise Refusal(with_exception(404, "Sale not found", "SaleNotFound", path=call.request.path, now=call.now))
    return json_answer(_told(call, location, closed[:1])[0])


def _sales(call: Call, location: WorldLocation, start: datetime, end: datetime) -> list[Sale]:
    if location.trial:
        return []
    sales = call.desk.world.closed_sales(location.id, start, end)
    return sorted(sales, key=lambda sale: position_of(sale.external_id))


def _told(call: Call, location: WorldLocation, sales: list[Sale]) -> list[dict[str, Any]]:
    return [as_v1(body, call.desk.behaviour) for body in telling.told(call, location, sales)]


def as_v1(body: dict[str, Any], behaviour: Behaviour) -> dict[str, Any]:
    """What V1 says where V2 says something else: two spellings of its times, plain quantities, no rounding."""
    documented = behaviour.v1_spelling_as_documented
    names = AS_DOCUMENTED if documented else AS_RECORDED
    sale = {names.get(name, name): value for name, value in body.items()}
    sale["salesLines"] = [_line(line, documented=documented) for line in body["salesLines"]]
    if "payments" in body:
        sale["payments"] = [
            {name: value for name, value in payment.items() if name != "roundingAmount"} for payment in body["payments"]
        ]
    return sale


def _line(line: dict[str, Any], *, documented: bool) -> dict[str, Any]:
    spelled = "timeofSale" if documented else "timeOfSale"
    told = {spelled if name == "timeOfSale" else name: value for name, value in line.items()}
    quantity: str = line["quantity"]
    return {**told, "quantity": quantity.rstrip("0").rstrip(".")}


def _envelope(
    call: Call, location: WorldLocation, sales: list[Sale], *, next_start: datetime, complete: bool
) -> dict[str, Any]:
    return {
        "businessName": location.business_name,
        "businessLocationId": int(location.id),
        "nextStartOfDayAsIso8601": next_start.astimezone(ZoneInfo(location.timezone)).isoformat(timespec="seconds"),
        "dataComplete": complete,
        "sales": _told(call, location, sales),
    }


def _business_day(location: WorldLocation, now: datetime) -> tuple[datetime, datetime]:
    zone = ZoneInfo(location.timezone)
    day = business_date(now, zone=zone, day_start=location.day_start)
    return business_day_bounds(day, zone=zone, day_start=location.day_start)


def _link(call: Call, changed: Mapping[str, str]) -> dict[str, Any]:
    """A link; links in bodies may name another host than the one called (sheet 2), and this one does."""
    query = urlencode({**call.query, **changed})
    return {"href": f"{LINK_HOST}{quote(call.request.path)}" + (f"?{query}" if query else ""), "templated": False}


LINK_HOST: Final = "https://api.ikentoo.com"


def _instant(call: Call, given: str) -> datetime:
    try:
        return reading.instant(given)
    except Refusal:
        raise _refused(call, f"Invalid date format: {given}") from None


def _refused(call: Call, message: str) -> Refusal:
    return Refusal(with_exception(400, message, "BadRequest", path=call.request.path, now=call.now))
