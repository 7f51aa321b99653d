"""The financial API, V1 and V2 (sheet 7)."""

from collections.abc import Sequence
from typing import Any, Final

from comptoir.connectors.lightspeed_k.simulator.answers import json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import FINANCE, Call, Route, route
from comptoir.connectors.lightspeed_k.simulator.finance import aggregated, reading, reference, telling, v1
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.hosting import Response
from comptoir.pos.model import Sale
from comptoir.pos.world import WorldLocation


def _businesses(call: Call) -> Response:
    """Sheet 7.2."""
    host = call.request.headers.get("host", "localhost")
    key = call.desk.behaviour.location_id_key
    return json_answer(reading.businesses(call.own_locations(), call.query, host=host, location_id_key=key))


def _sales(call: Call) -> Response:
    """Sheet 7.8."""
    location, desk = call.location(), call.desk
    between = reading.window(call.query, founded_at=desk.behaviour.founded_at, now=call.now)
    edge, named = desk.behaviour.page_edge, desk.behaviour.named_reversals
    sales, token = reading.page_of_sales(desk.world, location, call.query, between=between, edge=edge, named=named)
    if token and desk.holds(Condition.PAGE_TOKEN_REPEATED, location.id):
        token = call.query.get("nextPageToken") or token
    told = telling.told(call, location, sales)
    if desk.holds(Condition.CHANGED_WHILE_READ, location.id):
        _change_one(call, location, sales)
    return json_answer({"sales": told, **({"nextPageToken": token} if token else {})})


def _change_one(call: Call, location: WorldLocation, sales: Sequence[Sale]) -> None:
    """The back office corrects a sale of the page that has just been read."""
    for sale in sales:
        try:
            call.desk.world.amend(location.id, sale.external_id, now=call.now)
        except RuleBroken:
            continue
        return


def _sales_daily(call: Call) -> Response:
    """Sheet 7.9."""
    location, desk = call.location(), call.desk
    begin, end, next_start = reading.business_day(location, call.query)
    named = desk.behaviour.named_reversals
    sales = reading.dated_for_v2(desk.world, location, begin, min(end, call.now), named=named)
    body: dict[str, Any] = {"sales": telling.told(call, location, sales), "nextStartOfDayAsIso8601": next_start}
    return json_answer({**body, "dataComplete": call.now >= end})


_V1: Final = "/f/finance/{location}"
_V2: Final = "/f/v2/business-location/{location}"
ROUTES: Final[tuple[Route, ...]] = (
    route("GET", "/f/data/businesses", FINANCE, _businesses),
    route("GET", f"{_V2}/sales", FINANCE, _sales),
    route("GET", f"{_V2}/sales-daily", FINANCE, _sales_daily),
    route("GET", f"{_V1}/financials/{{from}}/{{to}}", FINANCE, v1.financials),
    route("GET", f"{_V1}/dailyFinancials", FINANCE, v1.daily),
    route("GET", f"{_V1}/saleByExternalReference", FINANCE, v1.by_external_reference),
    route("GET", f"{_V1}/aggregatedSales", FINANCE, aggregated.aggregated),
    route("GET", f"{_V1}/tax-rates", FINANCE, reference.tax_rates),
    route("GET", f"{_V1}/paymentMethods", FINANCE, reference.payment_methods),
    route("GET", f"{_V1}/accountingGroups", FINANCE, reference.accounting_groups),
)
