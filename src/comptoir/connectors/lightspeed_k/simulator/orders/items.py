"""Items: the catalogue, and what is sold out (sheet 6.8, 10.5, 14.1); and words for the till (6.7)."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from comptoir.connectors.lightspeed_k.simulator.answers import encode, json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call, Desk
from comptoir.connectors.lightspeed_k.simulator.figures import instant_without_colon, milliseconds
from comptoir.connectors.lightspeed_k.simulator.numbers import long_id
from comptoir.connectors.lightspeed_k.simulator.orders import endpoints
from comptoir.connectors.lightspeed_k.simulator.post import Post
from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.pos.hosting import Response
from comptoir.pos.model import exact
from comptoir.pos.world import WorldDish, WorldLocation

DEFAULT_AVAILABILITY_PAGE: Final = 25
LARGEST_AVAILABILITY_PAGE: Final = {"GET": 50, "POST": 100}
LARGEST_SKUS: Final = 50
DEFAULT_ITEMS: Final = 100
LARGEST_ITEMS: Final = 1000


def availability(call: Call) -> Response:
    """How many are left of those that are counted."""
    body = call.body() if call.request.method == "POST" else {}
    wanted = body.get("skus") or [sku for sku in call.query.get("skus", "").split(",") if sku]
    if len(wanted) > LARGEST_SKUS:
        raise call.refuse(400, f"skus: size must be between 1 and {LARGEST_SKUS}")
    location = call.location_of(str(body["businessLocationId"])) if "businessLocationId" in body else call.location()
    page = int(body.get("page", call.whole_number("page", default=0)))
    given = int(body.get("size", call.whole_number("size", default=DEFAULT_AVAILABILITY_PAGE, least=1)))
    size = min(given, LARGEST_AVAILABILITY_PAGE[call.request.method])
    with call.desk.store.transaction() as database:
        query = "SELECT * FROM availability WHERE location_id = ? AND count IS NOT NULL ORDER BY sku"
        rows = [row for row in database.execute(query, (location.id,)) if not wanted or row["sku"] in wanted]
    known = {row["sku"] for row in rows}
    warnings = [{"information": sku, "type": "SKU_NOT_FOUND"} for sku in wanted if sku not in known]
    shown = rows[page * size : (page + 1) * size]
    metadata = {
        "warnings": warnings,
        "current": {"page": page, "pageSize": len(shown)},
        "total": len(rows),
        "totalPages": -(-len(rows) // size),
    }
    return json_answer({"data": [_count(row) for row in shown], "metadata": metadata})


def set_count(desk: Desk, post: Post, location_id: str, sku: str, count: int | None, *, now: datetime) -> None:
    """Limit, or no longer limit (None), how many of an item can be sold; attached endpoints are told."""
    with desk.store.transaction() as database:
        row = (location_id, sku, count, milliseconds(now))
        database.execute("REPLACE INTO availability VALUES (?, ?, ?, ?)", row)
        body = {
            "sku": sku,
            "businessLocationId": int(location_id),
            "count": count,
            "countUpdatedAt": instant_without_colon(now, colon=True),
            "status": "NOT_RESTRICTED" if count is None else "RESTRICTED",
            "type": "ITEM",
        }
        for endpoint_id in endpoints.attached(database, location_id):
            post.put(location_id=location_id, sender=endpoint_id, what="ITEM", body=encode(body), now=now)


def sold_out(desk: Desk, location_id: str) -> frozenset[str]:
    """The items of which none is left."""
    with desk.store.transaction() as database:
        query = "SELECT sku FROM availability WHERE location_id = ? AND count <= 0"
        return frozenset(row["sku"] for row in database.execute(query, (location_id,)))


def items(call: Call) -> Response:
    """The catalogue; the schema says one object where the text says a list."""
    location = call.location()
    listed = _chosen(call, location)
    if not call.desk.behaviour.items_as_array:
        return json_answer(listed[0] if listed else {})
    return json_answer(listed)


def print_message(call: Call) -> Response:
    """Shown on the till; kept a day if it is off line."""
    location, body = call.location(), call.body()
    if not isinstance(body.get("message"), str) or not body["message"]:
        raise call.refuse(400, "message must not be null")
    with call.desk.store.transaction() as database:
        row = (location.id, body["message"], milliseconds(call.now))
        database.execute("INSERT INTO till_message VALUES (?, ?, ?)", row)
    return json_answer({"status": "ok"})


def _chosen(call: Call, location: WorldLocation) -> list[dict[str, Any]]:
    query = call.query
    listed: Sequence[dict[str, Any]] = [_item(location, dish) for dish in call.desk.menu(location.id)]
    if query.get("itemIds"):  # overrides paging
        ids = query["itemIds"].split(",")
        return [item for item in listed if str(item["id"]) in ids]
    for name in ("sku", "name"):
        if query.get(name):
            listed = [item for item in listed if item[name] == query[name]]
    offset = call.whole_number("offset", default=0)
    amount = min(call.whole_number("amount", default=DEFAULT_ITEMS, least=1), LARGEST_ITEMS)
    return list(listed[offset : offset + amount])


def _count(row: sqlite3.Row) -> dict[str, Any]:
    at = utc_from_milliseconds(row["updated_at"]).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"sku": row["sku"], "count": row["count"], "updatedAt": at}


def _item(location: WorldLocation, dish: WorldDish) -> dict[str, Any]:
    return {
        "id": long_id(location.business_id, "item", dish.sku),
        "name": dish.name,
        "docketName": dish.name[:20],
        "sku": dish.sku,
        "active": True,
        "barcode": "",
        "barcodes": [],
        "accountingGroup": {"id": long_id(location.business_id, "group", dish.group), "name": dish.group},
        "statisticGroups": [],
        "costPrice": 0,
        "prices": [{"name": "Prix", "amount": exact(dish.price)}],
        "sharingType": "NOT_SHARED",
        "priceMode": "FIXED",
    }
