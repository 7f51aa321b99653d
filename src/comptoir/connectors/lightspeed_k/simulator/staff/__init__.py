"""The staff API: users, groups, shifts and their webhooks (sheet 14)."""

from typing import Final

from comptoir.connectors.lightspeed_k.simulator.desk import STAFF, Route, route
from comptoir.connectors.lightspeed_k.simulator.staff import hooks, people

_PLACE: Final = "/staff/v1/businessLocations/{location}"
ROUTES: Final[tuple[Route, ...]] = (
    route("GET", f"{_PLACE}/shift", STAFF, people.shifts),
    route("GET", f"{_PLACE}/userTypes/{{type}}", STAFF, people.users),
    route("GET", f"{_PLACE}/staff/{{staff}}", STAFF, people.user),
    route("GET", f"{_PLACE}/groups", STAFF, people.groups),
    route("GET", f"{_PLACE}/groups/{{group}}", STAFF, people.group),
    route("POST", f"{_PLACE}/webhooks", STAFF, hooks.create),
    route("GET", f"{_PLACE}/webhooks", STAFF, hooks.listed),
    route("PATCH", f"{_PLACE}/webhooks/{{hook}}", STAFF, hooks.change),
    route("DELETE", f"{_PLACE}/webhooks/{{hook}}", STAFF, hooks.delete),
)
