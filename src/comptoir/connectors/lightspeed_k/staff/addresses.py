"""Where the vendor posts news of shifts: one registration for each kind of news and place; no authentication at all."""

from typing import Final

from comptoir.connectors.lightspeed_k.calls import path_to
from comptoir.connectors.lightspeed_k.staff import schemas
from comptoir.connectors.lightspeed_k.staff.pages import Listings
from comptoir.pos.model import Location

WEBHOOKS_PATH: Final = "/staff/v1/businessLocations/{location}/webhooks"
WEBHOOK_PATH: Final = "/staff/v1/businessLocations/{location}/webhooks/{webhook}"
KINDS: Final = ("shift.created", "shift.updated", "shift.deleted")
NAME: Final = "Comptoir {kind}"
NOTHING_THERE: Final = frozenset({404})
SAME_DETAILS_EXIST: Final = frozenset({409})


class ShiftAddresses(Listings):
    """Registration."""

    def listen_for_shifts(self, location: Location, url: str) -> None:
        """Have all news of shifts posted to an address; a registration of ours for another address is moved.

        https://api-docs.lsk.lightspeed.app/operation/operation-staff-apicreatewebhook
        https://api-docs.lsk.lightspeed.app/operation/operation-staff-apiupdatewebhook
        """
        known = self._registered(location)
        for kind in KINDS:
            body = {"notificationType": kind, "url": url, "webhookName": NAME.format(kind=kind)}
            own = [each for each in known if each.notification_type == kind and _is_ours(each)]
            if any(each.url == url for each in known if each.notification_type == kind):
                continue
            if own:
                self._do("PATCH", self._path(location, own[0]), body, read_also=SAME_DETAILS_EXIST)
            else:
                path = path_to(WEBHOOKS_PATH, location=location.external_id)
                self._do("POST", path, body, read_also=SAME_DETAILS_EXIST)

    def stop_listening_for_shifts(self, location: Location, url: str) -> None:
        """Forget an address. https://api-docs.lsk.lightspeed.app/operation/operation-staff-apideletewebhook"""
        for each in self._registered(location):
            if each.url == url:
                self._do("DELETE", self._path(location, each), read_also=NOTHING_THERE)

    def _registered(self, location: Location) -> list[schemas.Registration]:
        """What is registered. https://api-docs.lsk.lightspeed.app/operation/operation-staff-apigetwebhooks"""
        return self._ask(path_to(WEBHOOKS_PATH, location=location.external_id), schemas.REGISTRATIONS)

    def _path(self, location: Location, registration: schemas.Registration) -> str:
        return path_to(WEBHOOK_PATH, location=location.external_id, webhook=registration.uuid)


def _is_ours(registration: schemas.Registration) -> bool:
    """By its name; others may have registrations of their own."""
    return registration.webhook_name == NAME.format(kind=registration.notification_type)
