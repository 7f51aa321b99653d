"""Registration of Order and Pay webhooks, with its odd verbs: PUT creates, POST updates (sheet 10.1)."""

import base64
import sqlite3
from typing import Any, Final

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, encode, invalid, json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call
from comptoir.connectors.lightspeed_k.simulator.figures import instant_without_colon, milliseconds
from comptoir.connectors.lightspeed_k.simulator.post import Address
from comptoir.kernel.clock import utc_from_milliseconds
from comptoir.pos.hosting import Response

FLAGS: Final = ("withBasicAuth", "provideAccount", "expandTransactions", "expandPayments")
SUBSCRIPTIONS: Final = {
    "order": "DELIVERED",
    "item": "SALES_RESTRICTION_UPDATED",
    "order_api": "ONLINE_ORDER_READINESS",
}
OBJECT: Final = "webhookEndpointDto"


def create(call: Call) -> Response:
    """PUT: an id that is taken already is assumed to be a 400."""
    body = _valid(call)
    with call.desk.store.transaction() as database:
        if find(database, body["endpointId"]) is not None:
            raise call.refuse(400, f"endpoint ID already exists for {body['endpointId']}")
        row = (body["endpointId"], call.grant.business_id, encode(body))
        database.execute("INSERT INTO endpoint VALUES (?, ?, ?)", row)
    return json_answer(body)


def update(call: Call) -> Response:
    """POST: flags that are left out fall back to false."""
    body = _valid(call)
    with call.desk.store.transaction() as database:
        _own(call, database, body["endpointId"])
        database.execute("UPDATE endpoint SET body = ? WHERE id = ?", (encode(body), body["endpointId"]))
    return json_answer(body)


def read(call: Call) -> Response:
    """GET: the password comes back in clear."""
    with call.desk.store.transaction() as database:
        return json_answer(_own(call, database, call.parts["endpoint"]))


def delete(call: Call) -> Response:
    """DELETE: what waits for this endpoint is dropped."""
    endpoint_id = call.parts["endpoint"]
    with call.desk.store.transaction() as database:
        _own(call, database, endpoint_id)
        database.execute("DELETE FROM endpoint WHERE id = ?", (endpoint_id,))
        database.execute("DELETE FROM endpoint_location WHERE endpoint_id = ?", (endpoint_id,))
    return Response(200)


def locations(call: Call) -> Response:
    """The locations attached."""
    with call.desk.store.transaction() as database:
        _own(call, database, call.parts["endpoint"])
        query = "SELECT * FROM endpoint_location WHERE endpoint_id = ? ORDER BY location_id"
        rows = database.execute(query, (call.parts["endpoint"],)).fetchall()
    return json_answer([_location(row) for row in rows])


def attach(call: Call) -> Response:
    """Needed for ITEM and ORDER_API only."""
    location = call.location()
    with call.desk.store.transaction() as database:
        _own(call, database, call.parts["endpoint"])
        row = (call.parts["endpoint"], location.id, milliseconds(call.now))
        database.execute("INSERT OR IGNORE INTO endpoint_location VALUES (?, ?, ?)", row)
        query = "SELECT * FROM endpoint_location WHERE endpoint_id = ? AND location_id = ?"
        return json_answer(_location(database.execute(query, row[:2]).fetchone()))


def detach(call: Call) -> Response:
    """Detaching what is not attached does no harm."""
    location = call.location()
    with call.desk.store.transaction() as database:
        _own(call, database, call.parts["endpoint"])
        query = "DELETE FROM endpoint_location WHERE endpoint_id = ? AND location_id = ?"
        database.execute(query, (call.parts["endpoint"], location.id))
    return Response(200)


def find(database: sqlite3.Connection, endpoint_id: str) -> dict[str, Any] | None:
    """A registration by its id."""
    row = database.execute("SELECT body FROM endpoint WHERE id = ?", (endpoint_id,)).fetchone()
    return None if row is None else msgspec.json.decode(row["body"], type=dict[str, Any])


def attached(database: sqlite3.Connection, location_id: str) -> list[str]:
    """The endpoints that a location is attached to."""
    query = "SELECT endpoint_id FROM endpoint_location WHERE location_id = ? ORDER BY endpoint_id"
    return [row["endpoint_id"] for row in database.execute(query, (location_id,))]


def address(registration: dict[str, Any]) -> Address:
    """Where messages go, and the Basic authentication that was asked for."""
    headers = {}
    if registration["withBasicAuth"]:
        pair = f"{registration.get('username') or ''}:{registration.get('password') or ''}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Address(registration["url"], headers)


def _own(call: Call, database: sqlite3.Connection, endpoint_id: str) -> dict[str, Any]:
    query = "SELECT business_id FROM endpoint WHERE id = ?"
    row = database.execute(query, (endpoint_id,)).fetchone()
    found = find(database, endpoint_id)
    if found is None or row["business_id"] != call.grant.business_id:
        raise call.refuse(404, f"endpoint ID not found for {endpoint_id}")
    return found


def _valid(call: Call) -> dict[str, Any]:
    body = call.body()
    faults = [(name, "NotNull", "must not be null") for name in ("endpointId", "url") if not body.get(name)]
    for wish in body.get("subscribeTo") or ():
        if not isinstance(wish, dict) or SUBSCRIPTIONS.get(wish.get("resource", "")) != wish.get("name"):
            faults.append(("subscribeTo", "Pattern", "unknown subscription"))
    if faults:
        raise Refusal(invalid(OBJECT, faults, path=call.request.path, now=call.now))
    return {
        "endpointId": str(body["endpointId"]),
        "url": str(body["url"]),
        "username": body.get("username"),
        "password": body.get("password"),
        "subscribeTo": body.get("subscribeTo") or [],
        **{name: body.get(name) is True for name in FLAGS},
    }


def _location(row: sqlite3.Row) -> dict[str, Any]:
    at = instant_without_colon(utc_from_milliseconds(row["created_at"]))
    return {"businessLocationId": int(row["location_id"]), "createdAt": at, "updatedAt": at, "warnings": []}
