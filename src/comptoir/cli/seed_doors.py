"""What the demo finds at the doors: locations with an id, and counters in the sandbox that tell of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from comptoir.apps.traffic import chains
from comptoir.core.accounts.models import ApiToken, Organisation
from comptoir.core.accounts.tokens import create_token
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.sandbox.catalogue import LIGHTSPEED_K
from comptoir.sandbox.shops import LIGHTSPEED_R, TWELVE

TOKEN_NAME: Final = "Door counters"  # noqa: S105  (a name, no secret)
Ask = Callable[[str, str, dict[str, Any] | None], dict[str, Any]]


def sow(
    *, organisation: Organisation, connection: Connection, owner_of_shops: Organisation, ask: Ask, now: datetime
) -> None:
    """Give each store a location id and the counters a token; those of an earlier start end. Raises ComptoirError.

    Nobody has connected the shops yet: their counters know what the locations will be called, and wait.
    """
    known = {each.store.id: each for each in chains.places(organisation.id, store_ids=None, now=now)}
    places = {}
    links = LocationLink.objects.filter(connection=connection, store__isnull=False).select_related("store")
    for number, link in enumerate(links.order_by("external_id"), start=1):
        if link.store is None:
            continue
        place = known[link.store.id]
        location_id = place.location.location_id
        if not location_id:
            location_id = f"{number:04}"
            chains.save_location(
                store=link.store,
                values={"location_id": location_id},
                node_id=place.node_id,
                actor="system",
                now=now,
                today=now.date(),
            )
        places[link.external_id] = location_id
    ApiToken.objects.filter(name=TOKEN_NAME, revoked_at=None).update(revoked_at=now)
    shops = {str(number): f"{number:04}" for number in range(1, len(TWELVE.shops) + 1)}
    for vendor, mine, named in (
        (LIGHTSPEED_K, organisation, places),
        (LIGHTSPEED_R, owner_of_shops, shops),
    ):
        _, token = create_token(name=TOKEN_NAME, scopes=["traffic.write"], organisations=[mine], now=now)
        ask("POST", f"/api/{vendor}/doors", {"token": token.reveal(), "places": named})
