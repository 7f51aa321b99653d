"""`python -m bench.tablet.counters COUNT`: migrate, make a store with so many registers, a tablet linked to each."""

import json
import sys
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from comptoir.cli import house

LOCATION: Final = 90000000000001
PROVIDER: Final = "lightspeed_k"


def make(count: int, name: str = "Bench") -> dict[str, Any]:
    """The door of the store, and for each tablet its device and the address of its live channel."""
    from comptoir.apps.loyalty import showings
    from comptoir.apps.loyalty.devices import Register, Tablet
    from comptoir.core.accounts.models import Organisation, Store
    from comptoir.core.connections.locations import webhook_address, webhook_path
    from comptoir.core.installations.install import install
    from comptoir.web import live

    now = datetime.now(UTC)
    organisation = Organisation.objects.create(name=name, created_at=now)
    store = Store.objects.create(
        organisation=organisation,
        name="Bench",
        timezone="Europe/Paris",
        currency="EUR",
        country="FR",
        day_start=time(4),
        created_at=now,
    )
    address = webhook_address(organisation=organisation, store=store, provider=PROVIDER, now=now)
    install(organisation=organisation, store=store, app="loyalty", provider=PROVIDER, now=now)
    counters = []
    for device in range(40000, 40000 + count):
        register = Register.objects.create(
            organisation=organisation,
            store_id=store.id,
            provider=PROVIDER,
            location_id=str(LOCATION),
            device_id=str(device),
            name=f"Bar {device}",
            first_seen_at=now,
            last_seen_at=now,
            last_amount=100,
            currency="EUR",
            created_at=now,
        )
        tablet = Tablet.objects.create(
            organisation=organisation,
            store_id=store.id,
            name=f"Tablet {device}",
            register_id=register.id,
            linked_at=now - timedelta(hours=1),
            paired_at=now,
        )
        counters.append({"device": device, "live": live.address(showings.audience(tablet.id), now=now)})
    return {"door": webhook_path(address), "counters": counters}


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    print(json.dumps(make(int(sys.argv[1]))))
