"""`python -m bench.pay.stores FOLDER`: migrate, make a store with an integration for each place of the simulator."""

import json
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from comptoir.cli import house

PROVIDER: Final = "lightspeed_k"


def make(told: dict[str, Any]) -> dict[str, Any]:
    """The provider's key, and for each place its integration's public id and its bills."""
    from comptoir.apps.pay_at_table import linking, listening
    from comptoir.apps.pay_at_table.integrations import create
    from comptoir.core.accounts.models import Organisation, Store
    from comptoir.core.connections import consent
    from comptoir.core.connections.models import LocationLink
    from comptoir.core.connections.tokens import read_token_answer

    now = datetime.now(UTC)
    organisation = Organisation.objects.create(name="Bench", created_at=now)
    key, clear = linking.make_key(provider="Bench", now=now)
    made = []
    for place in told["places"]:
        store = Store.objects.create(
            organisation=organisation,
            name=f"Bench {place['location']}",
            timezone="Europe/Paris",
            currency="EUR",
            country="FR",
            day_start=time(4),
            created_at=now,
        )
        pair = read_token_answer(json.dumps(place["pair"]).encode(), vendor=PROVIDER, now=now)
        connection = consent.keep(organisation_id=organisation.id, provider=PROVIDER, pair=pair, user=None, now=now)
        LocationLink.objects.create(
            organisation=organisation,
            connection=connection,
            store=store,
            provider=PROVIDER,
            external_id=place["location"],
            name=store.name,
            business_name="Bench",
            currency="EUR",
            timezone="Europe/Paris",
            country="FR",
        )
        integration = create(
            organisation=organisation,
            store=store,
            connection=connection,
            location_id=place["location"],
            name=f"Bench {place['location']}",
            now=now,
            card_method="APM",
            enabled=True,
        )
        listening.register(integration, now=now)
        linking.ask(key=key, integration_id=integration.id, now=now)
        linking.decide(
            organisation_id=organisation.id,
            integration_id=integration.id,
            key_id=key.id,
            yes=True,
            actor="bench",
            now=now,
        )
        made.append({"id": integration.public_id, "bills": place["bills"]})
    return {"key": clear.reveal(), "integrations": made}


if __name__ == "__main__":
    house.set_up_django()
    house.migrate()
    print(json.dumps(make(json.loads((Path(sys.argv[1]) / "till.json").read_text()))))
