"""A chain of a hundred stores with three weeks of figures, for pictures of every page that lists stores."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from comptoir.apps.traffic import chains, placing
from comptoir.core.accounts.models import Organisation, Store, User
from comptoir.core.accounts.roles import Role
from tests.people import create_member
from tests.web import twelve_stores

TOWNS = (
    *("Aix-en-Provence", "Angers", "Annecy", "Bayonne", "Besançon", "Caen", "Chalon-sur-Saône", "Dijon", "Dunkerque"),
    *("La Rochelle", "Le Havre", "Limoges", "Metz", "Montpellier", "Mulhouse", "Nancy", "Orléans", "Perpignan"),
    *("Saint-Germain-en-Laye", "Tours"),
)
PLACES = ("Centre", "Gare", "Halles", "Port", "Zone commerciale nord")
DAYS = 21


def fill(*, now: datetime) -> User:
    """Dora owns them: twenty towns in four regions of two chains, five stores each."""
    organisation = Organisation.objects.create(name="Cent Boutiques", created_at=now - timedelta(days=400))
    dora = create_member(organisation, "Dora", Role.OWNER)
    said = {"organisation_id": organisation.id, "actor": f"user:{dora.pk}", "now": now}
    nodes = []
    for chain in ("Boutiques de ville", "Grandes surfaces"):
        above = chains.add_node(**said, name=chain, kind="chain", parent_id=None)  # type: ignore[arg-type]
        for side in ("Est", "Ouest"):
            name = f"{chain}, {side}"
            nodes.append(chains.add_node(**said, name=name, kind="district", parent_id=above.id))  # type: ignore[arg-type]
    stores = [
        Store(
            organisation=organisation,
            name=f"{town} {place}",
            timezone=twelve_stores.afternoon(now),
            currency="EUR",
            country="FR",
            day_start=datetime.min.time(),
            created_at=now - timedelta(days=400),
        )
        for town in TOWNS
        for place in PLACES
    ]
    for number, store in enumerate(stores, start=1):
        store.save()
        chains.save_location(
            store=store,
            values={"location_id": f"{number:04d}", "target_conversion": Decimal(25), "target_star": Decimal(9)},
            node_id=nodes[number % 4].id,
            actor=f"user:{dora.pk}",
            now=now,
            today=placing.BEGINNING,
        )
    dice = random.Random(7)
    twelve_stores.write(
        [
            row
            for place, store in enumerate(stores)
            for row in twelve_stores.hours_of(store, 1 + place / 40, dice, now, DAYS)
        ],
        now,
    )
    return dora
