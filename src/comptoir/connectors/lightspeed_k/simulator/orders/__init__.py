"""Order and Pay: reference data, open checks, payments, orders, and their webhooks (sheet 6, 8 to 10)."""

from typing import Final

from comptoir.connectors.lightspeed_k.simulator.desk import ITEMS, ORDERS, Route, route
from comptoir.connectors.lightspeed_k.simulator.orders import accept, checks, endpoints, items, readiness, reference

_DATA: Final = "/o/op/data"
_OP: Final = "/o/op/1"
_ENDPOINT: Final = "/o/wh/1/webhook/{endpoint}"
ROUTES: Final[tuple[Route, ...]] = (
    route("GET", f"{_DATA}/businesses", ORDERS, reference.businesses),
    route("GET", f"{_DATA}/{{location}}/floorplans", ORDERS, reference.floor_plans),
    route("GET", f"{_DATA}/{{location}}/floorplans/{{floor}}/tables", ORDERS, reference.tables),
    route("GET", f"{_DATA}/account-profiles", ORDERS, reference.profiles),
    route("GET", f"{_DATA}/{{location}}/account-profiles/tagcode/{{code}}", ORDERS, reference.profile),
    route("GET", f"{_OP}/menu/list", ORDERS, reference.menus),
    route("GET", "/o/op/[12]/menu/load/{menu}", ORDERS, reference.menu),
    route("GET", f"{_OP}/menu/modifiers", ORDERS, reference.modifiers),
    route("GET", f"{_OP}/menu/discounts", ORDERS, reference.discounts),
    route("GET", f"{_OP}/onlineOrderReadiness", ORDERS, readiness.answer),
    route("POST", f"{_OP}/printMsg", ORDERS, items.print_message),
    route("GET", f"{_OP}/itemAvailability", ORDERS, items.availability),
    route("POST", f"{_OP}/itemAvailability", ORDERS, items.availability),
    route("GET", f"{_OP}/order/table/getCheck", ORDERS, checks.listed),
    route("GET", f"{_OP}/order/table/{{table}}/getCheck", ORDERS, checks.at_table),
    route("GET", f"{_OP}/order/accounts/{{account}}", ORDERS, checks.by_account),
    route("POST", f"{_OP}/pay", ORDERS, accept.pay),
    route("POST", f"{_OP}/order/local", ORDERS, accept.local),
    route("POST", f"{_OP}/order/toGo", ORDERS, accept.to_go),
    route("PUT", "/o/wh/1/webhook", ORDERS, endpoints.create),
    route("POST", "/o/wh/1/webhook", ORDERS, endpoints.update),
    route("GET", _ENDPOINT, ORDERS, endpoints.read),
    route("DELETE", _ENDPOINT, ORDERS, endpoints.delete),
    route("GET", f"{_ENDPOINT}/business-locations", ORDERS, endpoints.locations),
    route("PUT", f"{_ENDPOINT}/business-locations/{{location}}", ORDERS, endpoints.attach),
    route("DELETE", f"{_ENDPOINT}/business-locations/{{location}}", ORDERS, endpoints.detach),
    route("GET", "/items/v1/items", ITEMS, items.items),
)
