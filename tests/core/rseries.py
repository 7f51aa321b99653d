"""A store fed by an R-Series shop: its simulator served over HTTP, consent given, the location linked."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from comptoir.connectors.lightspeed_r.connector import RSeries
from comptoir.connectors.lightspeed_r.simulator import Behaviour, Chain
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.intake import clocking, polling
from comptoir.core.intake.importing import reading, runs
from comptoir.kernel.seal import Secret
from tests.connectors.lightspeed_r.stage import QUIET, SCOPES, Shop, environ_of, shop
from tests.people import People


@dataclass
class Connected:
    """The shop and the store it feeds. `now` is what every job takes for the instant."""

    shop: Shop
    people: People
    connection: Connection
    link: LocationLink
    now: datetime

    def clock(self) -> datetime:
        return self.now

    def imports(self, start: datetime, end: datetime) -> None:
        """Every window of an import, one after the other."""
        run_id = runs.begin(self.link, start=start, end=end, now=self.now)
        reading.run(organisation_id=self.link.organisation_id, run_id=run_id, clock=self.clock)

    def polls(self, after: timedelta = timedelta(minutes=1)) -> None:
        """What the minute's tick does, so much later."""
        self.now += after
        for organisation_id, link_id in polling.due(now=self.now):
            polling.read(organisation_id=organisation_id, link_id=link_id, clock=self.clock)
        for organisation_id, link_id in clocking.due(now=self.now):
            clocking.read(organisation_id=organisation_id, link_id=link_id, clock=self.clock)


@contextmanager
def connected(
    people: People,
    monkeypatch: pytest.MonkeyPatch,
    *,
    now: datetime,
    chain: Chain = QUIET,
    behaviour: Behaviour | None = None,
    scopes: tuple[str, ...] = SCOPES,
) -> Iterator[Connected]:
    """Le Zinc's store, fed by the first shop of the chain; both are in New York."""
    with shop(chain=chain, behaviour=behaviour) as made:
        for name, value in environ_of(made.endpoints).items():
            monkeypatch.setenv(name, value)
        quick = dataclasses.replace(RSeries.manifest, calls_per_second=1000)
        monkeypatch.setattr(RSeries, "manifest", quick)
        real = datetime.now(UTC)
        pair = TokenPair(Secret(made.mint(scopes)), Secret("unused"), real + timedelta(minutes=50))
        connection = consent.keep(
            organisation_id=people.le_zinc.id, provider="lightspeed_r", pair=pair, user=people.alice, now=real
        )
        with open_vendor(connection) as vendor:
            refresh_locations(connection, vendor)
        link = LocationLink.objects.get(connection=connection, external_id__endswith=":1")
        people.bar.timezone, people.bar.currency = "US/Eastern", "USD"
        people.bar.save()
        link_location(link, people.bar, now=now)
        link.refresh_from_db()
        yield Connected(made, people, connection, link, now)
