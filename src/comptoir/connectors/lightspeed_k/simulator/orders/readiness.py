"""Whether orders and payments from outside can be taken now, and what is told when that changes (sheet 6.6, 10.6)."""

from datetime import datetime
from typing import Any

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import encode, json_answer
from comptoir.connectors.lightspeed_k.simulator.desk import Call, Desk
from comptoir.connectors.lightspeed_k.simulator.figures import instant_without_colon
from comptoir.connectors.lightspeed_k.simulator.numbers import long_id
from comptoir.connectors.lightspeed_k.simulator.orders import endpoints
from comptoir.connectors.lightspeed_k.simulator.post import Post
from comptoir.connectors.lightspeed_k.simulator.settings import Condition
from comptoir.connectors.lightspeed_k.simulator.tongue import DINE_IN
from comptoir.pos.hosting import Response


def answer(call: Call) -> Response:
    """The one call that tells the API off, no till running and a closed sales period apart."""
    location = call.location()
    return json_answer({**state(call.desk, location.id), "lastUpdatedAt": instant_without_colon(call.now, colon=True)})


def state(desk: Desk, location_id: str) -> dict[str, Any]:
    """READY exactly when all four hold."""
    enabled = not desk.holds(Condition.API_DISABLED, location_id)
    opened = not desk.holds(Condition.SALES_PERIOD_CLOSED, location_id)
    devices = not desk.holds(Condition.TILL_OFFLINE, location_id)
    return {
        "status": "READY" if enabled and opened and devices else "NOT_READY",
        "onlineOrderingApiConfiguration": {
            "enabled": enabled,
            "orderProfileId": long_id(location_id, "profile", DINE_IN) if enabled else None,
            "staffId": int(desk.office(location_id).api_staff) if enabled else None,
        },
        "posStatus": {
            "salesPeriod": "OPENED" if opened else "CLOSED",
            "acceptingOnlineOrders": enabled and opened,
            "availableDevices": devices,
        },
    }


def tell_changes(desk: Desk, post: Post, *, now: datetime) -> None:
    """Tell attached endpoints of each change of an input, even if the status stays what it was."""
    for location in desk.world.locations():
        with desk.store.transaction() as database:
            listeners = endpoints.attached(database, location.id)
            row = database.execute("SELECT told FROM readiness WHERE location_id = ?", (location.id,)).fetchone()
            present = state(desk, location.id)
            if not listeners or (row is not None and msgspec.json.decode(row["told"]) == present):
                continue
            database.execute("REPLACE INTO readiness VALUES (?, ?)", (location.id, encode(present)))
            if row is None:  # nothing was known before, so nothing changed
                continue
            for endpoint_id in listeners:
                body = {
                    "businessLocationId": int(location.id),
                    "lastUpdatedAt": instant_without_colon(now, colon=True),
                    "type": "ORDER_API",
                    **present,
                }
                post.put(location_id=location.id, sender=endpoint_id, what="ORDER_API", body=encode(body), now=now)
