"""Sales summed up by what they have in common (sheet 7.11)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from comptoir.connectors.lightspeed_k.simulator.answers import json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.figures import ZERO, discount, tax, text
from comptoir.connectors.lightspeed_k.simulator.finance import reading
from comptoir.connectors.lightspeed_k.simulator.finance.sales import service_shares
from comptoir.connectors.lightspeed_k.simulator.tongue import REVERSALS
from comptoir.kernel.clock import business_date, business_day_bounds
from comptoir.pos.hosting import Response
from comptoir.pos.model import Line, Sale, SaleState
from comptoir.pos.world import WorldLocation


@dataclass(frozen=True)
class Entry:
    """A line, the sale it is of, and its share of the service charge."""

    sale: Sale
    line: Line
    service: Decimal
    zone: ZoneInfo


GROUPS: Final[Mapping[str, Callable[[Entry], str]]] = {
    "staff": lambda entry: entry.sale.staff.name if entry.sale.staff else "",
    "device": lambda entry: entry.sale.register.name if entry.sale.register else "",
    "deviceId": lambda entry: entry.sale.register.id if entry.sale.register else "",
    "tag": lambda _: "",
    "accountingGroup": lambda entry: entry.line.category,
    "statisticGroup": lambda _: "",
    "hour": lambda entry: str((entry.sale.closed_at or entry.sale.opened_at).astimezone(entry.zone).hour),
    "sku": lambda entry: entry.line.sku,
}


def aggregated(call: Call) -> Response:
    """A tree, one level for each word of `groupBy`; with `flattened` its leaves alone."""
    location = call.location()
    keys = [key for key in call.query.get("groupBy", "").split(",") if key]
    if not keys or any(key not in GROUPS for key in keys):
        raise call.refuse(400, f"Invalid value for parameter 'groupBy': {call.query.get('groupBy', '')}")
    begin, end = _window(call, location)
    zone = ZoneInfo(location.timezone)
    sales = [] if location.trial else call.desk.world.closed_sales(location.id, begin, min(end, call.now))
    entries = [
        Entry(sale, line, service, zone)
        for sale in sales
        if sale.kind not in REVERSALS and sale.state is SaleState.CLOSED
        for line, service in zip(sale.lines, service_shares(sale), strict=True)
    ]
    tree = _tree(entries, keys)
    return json_answer(
        {
            "businessName": location.business_name,
            "nextStartOfDayAsIso8601": end.astimezone(zone).isoformat(timespec="seconds"),
            "dataComplete": call.now >= end,
            **_sums(entries),
            "children": _leaves(tree) if call.query.get("flattened") == "true" else tree,
        }
    )


def _window(call: Call, location: WorldLocation) -> tuple[datetime, datetime]:
    if call.query.get("from"):
        start, end = (reading.instant(call.query.get(name, "")) for name in ("from", "to"))
        if start > end or end - start > reading.LONGEST_RANGE:
            raise call.refuse(400, "The date range cannot be negative or greater than 365 days")
        return start, end
    if call.query.get("date"):
        return reading.business_day(location, call.query)[:2]
    zone = ZoneInfo(location.timezone)
    day = business_date(call.now, zone=zone, day_start=location.day_start)
    return business_day_bounds(day, zone=zone, day_start=location.day_start)


def _tree(entries: Sequence[Entry], keys: Sequence[str]) -> list[dict[str, Any]]:
    if not keys:
        return []
    key, *others = keys
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(GROUPS[key](entry), []).append(entry)
    return [
        {"groupByKey": key, "groupByValue": value, **_sums(group), "children": _tree(group, others)}
        for value, group in sorted(groups.items())
    ]


def _leaves(tree: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [leaf for node in tree for leaf in (_leaves(node["children"]) if node["children"] else [node])]


def _sums(entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "totalAmount": text(sum((entry.line.total + entry.service for entry in entries), ZERO)),
        "serviceCharge": text(sum((entry.service for entry in entries), ZERO)),
        "totalDiscountedAmount": text(sum((discount(entry.line) for entry in entries), ZERO)),
        "totalTaxAmount": text(sum((tax(entry.line) for entry in entries), ZERO)),
        "numberOfSales": len({entry.sale.external_id for entry in entries}),
    }
