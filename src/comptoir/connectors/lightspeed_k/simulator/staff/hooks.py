"""Webhooks of the staff API: one registration per topic and location, no authentication (sheet 14)."""

import sqlite3
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import encode, json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call, Desk
from comptoir.connectors.lightspeed_k.simulator.figures import instant_without_colon
from comptoir.connectors.lightspeed_k.simulator.post import Address, Post
from comptoir.connectors.lightspeed_k.simulator.staff.people import shift
from comptoir.pos.hosting import Response
from comptoir.pos.world import ShiftChange

TOPICS: Final = ("shift.created", "shift.updated", "shift.deleted")
SENDER: Final = "staff:"
CHANGES_READ: Final = "shift_changes_read"


def create(call: Call) -> Response:
    """POST."""
    location, given = call.location(), _valid(call)
    at = instant_without_colon(call.now)
    body = {
        **given,
        "uuid": str(uuid4()),
        "businessLocationId": int(location.id),
        "createdAt": at,
        "updatedAt": at,
    }
    with call.desk.store.transaction() as database:
        if any(each["notificationType"] == given["notificationType"] for each in _of(database, location.id)):
            raise call.refuse(409, f"a webhook for {given['notificationType']} exists already")
        row = (body["uuid"], location.id, given["notificationType"], encode(body))
        database.execute("INSERT INTO staff_hook VALUES (?, ?, ?, ?)", row)
    return json_answer(body, status=201)


def listed(call: Call) -> Response:
    """GET."""
    location = call.location()
    with call.desk.store.transaction() as database:
        return json_answer(_of(database, location.id))


def change(call: Call) -> Response:
    """PATCH: 409 when it would say what is said already."""
    location, found = call.location(), _own(call)
    wanted = {**found, **{name: value for name, value in call.body().items() if name in ("url", "webhookName")}}
    if wanted == found:
        raise call.refuse(409, "a webhook with the same details exists already")
    wanted["updatedAt"] = instant_without_colon(call.now)
    with call.desk.store.transaction() as database:
        query = "UPDATE staff_hook SET body = ? WHERE uuid = ? AND location_id = ?"
        database.execute(query, (encode(wanted), found["uuid"], location.id))
    return json_answer(wanted)


def delete(call: Call) -> Response:
    """DELETE."""
    found = _own(call)
    with call.desk.store.transaction() as database:
        database.execute("DELETE FROM staff_hook WHERE uuid = ?", (found["uuid"],))
    return Response(204)


def address(database: sqlite3.Connection, sender: str) -> Address | None:
    """Where the messages of a registration go; no authentication can be asked for."""
    query = "SELECT body FROM staff_hook WHERE uuid = ?"
    row = database.execute(query, (sender.removeprefix(SENDER),)).fetchone()
    return None if row is None else Address(msgspec.json.decode(row["body"])["url"], {})


def tell_changes(desk: Desk, post: Post, *, now: datetime) -> None:
    """Tell of shifts that were begun, changed or struck out since."""
    locations = {location.id: location for location in desk.world.locations()}
    with desk.store.transaction() as database:
        row = database.execute("SELECT value FROM position WHERE name = ?", (CHANGES_READ,)).fetchone()
        changes = desk.world.shift_changes(int(row["value"]) if row else 0)
        for each in changes:
            location_id, topic = each.shift.location_id, _topic(each)
            body = encode({"notificationType": topic, "data": shift(each.shift, locations[location_id])})
            for hook in _of(database, location_id):
                if hook["notificationType"] == topic:
                    sender = f"{SENDER}{hook['uuid']}"
                    post.put(location_id=location_id, sender=sender, what=topic, body=body, now=now)
        if changes:
            database.execute("REPLACE INTO position VALUES (?, ?)", (CHANGES_READ, changes[-1].sequence))


def _topic(each: ShiftChange) -> str:
    if each.shift.deleted:
        return "shift.deleted"
    return "shift.created" if each.created else "shift.updated"


def _of(database: sqlite3.Connection, location_id: str) -> list[dict[str, Any]]:
    query = "SELECT body FROM staff_hook WHERE location_id = ? ORDER BY topic"
    return [msgspec.json.decode(row["body"]) for row in database.execute(query, (location_id,))]


def _own(call: Call) -> dict[str, Any]:
    location, wanted = call.location(), call.parts["hook"]
    with call.desk.store.transaction() as database:
        for each in _of(database, location.id):
            if each["uuid"] == wanted:
                return each
    raise call.refuse(404, f"webhook not found for {wanted}")


def _valid(call: Call) -> dict[str, Any]:
    body = call.body()
    given = {name: body.get(name) for name in ("notificationType", "url", "webhookName")}
    missing = [name for name, value in given.items() if not value]
    if missing or given["notificationType"] not in TOPICS:
        raise call.refuse(400, f"invalid or missing: {', '.join(missing) or 'notificationType'}")
    return given
