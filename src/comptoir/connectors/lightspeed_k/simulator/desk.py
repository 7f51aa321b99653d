"""What every call of the API is answered from: who asks, for what, and what the vendor knows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec

from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, location_unknown, spring
from comptoir.connectors.lightspeed_k.simulator.oauth.tokens import Grant
from comptoir.connectors.lightspeed_k.simulator.office import BackOffice, Offices
from comptoir.connectors.lightspeed_k.simulator.rtn.deliveries import Deliveries
from comptoir.connectors.lightspeed_k.simulator.settings import Behaviour, Condition, Conditions
from comptoir.connectors.lightspeed_k.simulator.store import Store
from comptoir.pos.hosting import Request, Response
from comptoir.pos.world import World, WorldDish, WorldLocation, WorldStaff

ORDERS: Final = "orders-api"
FINANCE: Final = "financial-api"
STAFF: Final = "staff-api"
ITEMS: Final = "items"


@dataclass(frozen=True)
class Desk:
    """What the vendor knows, and how it behaves."""

    world: World
    behaviour: Behaviour
    store: Store
    deliveries: Deliveries
    conditions: Conditions
    offices: Offices

    def office(self, location_id: str) -> BackOffice:
        """How a location is set up in its back office."""
        return self.offices.of(location_id)

    def holds(self, condition: Condition, location_id: str) -> bool:
        """Whether things stand so at a location now."""
        if condition is Condition.TILL_OFFLINE and not self.devices(location_id):
            return True
        return condition in self.conditions(location_id)

    def devices(self, location_id: str) -> list[str]:
        """The tills that are on."""
        off = self.office(location_id).devices_off
        return [each.id for each in self.world.registers(location_id) if each.id not in off]

    def staff(self, location_id: str) -> list[WorldStaff]:
        """Who works there, and who does no longer."""
        gone = self.office(location_id).inactive_staff
        return [replace(each, active=each.active and each.id not in gone) for each in self.world.staff(location_id)]

    def menu(self, location_id: str) -> list[WorldDish]:
        """What can be ordered now."""
        gone = self.office(location_id).off_menu
        return [each for each in self.world.menu(location_id) if each.sku not in gone]


@dataclass(frozen=True)
class Call:
    """An authorised request to the API. `parts` are what the path names, such as the business location."""

    request: Request
    grant: Grant
    parts: Mapping[str, str]
    now: datetime
    desk: Desk

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return self.request.query

    def refuse(self, status: int, message: str) -> Refusal:
        """The vendor's usual error body, to be raised."""
        return Refusal(spring(status, message, path=self.request.path, now=self.now))

    def location(self) -> WorldLocation:
        """The location the path or the query names; see `location_of`. Raises Refusal."""
        wanted = self.parts.get("location") or self.query.get("businessLocationId", "")
        if not wanted:
            raise self.refuse(400, "Required request parameter 'businessLocationId' is not present")
        return self.location_of(wanted)

    def location_of(self, location_id: str) -> WorldLocation:
        """Raises Refusal: 404 when there is no such location, 403 when it is somebody else's."""
        location = next((each for each in self.desk.world.locations() if each.id == location_id), None)
        if location is None:
            raise Refusal(location_unknown(location_id, path=self.request.path, now=self.now))
        if location.business_id != self.grant.business_id:
            raise self.refuse(403, "Access is denied")
        return location

    def own_locations(self) -> list[WorldLocation]:
        """The locations of the business whose token this is."""
        return [each for each in self.desk.world.locations() if each.business_id == self.grant.business_id]

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. Raises Refusal."""
        try:
            body = msgspec.json.decode(self.request.body)
        except msgspec.DecodeError:
            raise self.refuse(400, "JSON parse error") from None
        if not isinstance(body, dict):
            raise self.refuse(400, "JSON parse error")
        return body

    def whole_number(self, name: str, *, default: int, least: int = 0) -> int:
        """A number of the query. Raises Refusal."""
        given = self.query.get(name) or str(default)
        if not given.isdecimal() or int(given) < least:
            raise self.refuse(400, f"Invalid value for parameter '{name}': {given}")
        return int(given)


@dataclass(frozen=True)
class Route:
    """One call of the vendor's API, and the scope that opens it."""

    method: str
    path: re.Pattern[str]
    scope: str
    handle: Callable[[Call], Response]


def route(method: str, path: str, scope: str, handle: Callable[[Call], Response]) -> Route:
    """A route; `{name}` in the path names a part of it."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)
    return Route(method, re.compile(pattern), scope, handle)
