"""Where the vendor posts news of orders, payments, items and readiness. Mind the verbs: PUT creates, POST updates."""

from collections.abc import Mapping, Sequence
from typing import Final

from comptoir.connectors.lightspeed_k.calls import Calls, path_to, whole_number
from comptoir.connectors.lightspeed_k.orderpay import schemas
from comptoir.pos.model import Location
from comptoir.pos.orders import NewsAddress

WEBHOOK_PATH: Final = "/o/wh/1/webhook"
ENDPOINT_PATH: Final = "/o/wh/1/webhook/{endpoint}"
ATTACHED_PATH: Final = "/o/wh/1/webhook/{endpoint}/business-locations"
ATTACH_PATH: Final = "/o/wh/1/webhook/{endpoint}/business-locations/{location}"
SUBSCRIPTIONS: Final = (
    ("DELIVERED", "order"),
    ("SALES_RESTRICTION_UPDATED", "item"),
    ("ONLINE_ORDER_READINESS", "order_api"),
)
NOTHING_THERE: Final = frozenset({404})


class Addresses(Calls):
    """Registration."""

    def listen(self, address: NewsAddress, locations: Sequence[Location]) -> None:
        """Make an address known or bring it up to date, and attach exactly these places to it.

        https://api-docs.lsk.lightspeed.app/operation/operation-apecreatewebhookoo
        """
        path = path_to(ENDPOINT_PATH, endpoint=address.endpoint_id)
        known = self._api.get(path, read_also=NOTHING_THERE).status != 404
        self._do("POST" if known else "PUT", WEBHOOK_PATH, _registration(address), read_also=frozenset())
        self._attach(address.endpoint_id, {each.external_id for each in locations})

    def stop_listening(self, endpoint_id: str) -> None:
        """Forget an address; one that is unknown is forgotten already."""
        self._do("DELETE", path_to(ENDPOINT_PATH, endpoint=endpoint_id), read_also=NOTHING_THERE)

    def _attach(self, endpoint_id: str, wanted: set[str]) -> None:
        """Places whose item and readiness news are told; orders and payments need no attaching."""
        found = self._ask_or_none(path_to(ATTACHED_PATH, endpoint=endpoint_id), schemas.ATTACHED) or []
        attached = {str(each.business_location_id) for each in found}
        for location_id in sorted(wanted - attached):
            whole_number(location_id, "place")
            self._do("PUT", path_to(ATTACH_PATH, endpoint=endpoint_id, location=location_id), read_also=frozenset())
        for location_id in sorted(attached - wanted):
            self._do(
                "DELETE", path_to(ATTACH_PATH, endpoint=endpoint_id, location=location_id), read_also=NOTHING_THERE
            )


def _registration(address: NewsAddress) -> Mapping[str, object]:
    """All of it, since an update forgets what it is not told. Bills come along, with their lines and payments."""
    basic: dict[str, object] = {"withBasicAuth": False}
    if address.password:
        basic = {"withBasicAuth": True, "username": address.username, "password": address.password.reveal()}
    return {
        "endpointId": address.endpoint_id,
        "url": address.url,
        **basic,
        "provideAccount": True,
        "expandTransactions": True,
        "expandPayments": True,
        "subscribeTo": [{"name": name, "resource": resource} for name, resource in SUBSCRIPTIONS],
    }
