"""`python -m bench.door.addresses COUNT`: migrate, make organisations with a store and a door each, print the doors."""

import json
import sys
from datetime import UTC, datetime, time

from comptoir.cli import house


def make(count: int) -> list[str]:
    """Paths of fresh doors, each of an organisation of its own."""
    from comptoir.core.accounts.models import Organisation, Store
    from comptoir.core.connections.locations import webhook_address, webhook_path

    now = datetime.now(UTC)
    paths = []
    for number in range(count):
        organisation = Organisation.objects.create(name=f"Bench {number}", created_at=now)
        store = Store.objects.create(
            organisation=organisation,
            name="Bench",
            timezone="Europe/Paris",
            currency="EUR",
            country="FR",
            day_start=time(4),
            created_at=now,
        )
        address = webhook_address(organisation=organisation, store=store, provider="lightspeed_k", now=now)
        paths.append(webhook_path(address))
    return paths


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    print(json.dumps(make(int(sys.argv[1]))))
