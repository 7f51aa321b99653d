"""What every connector owes the ledger: one sale once, by whichever road, however often and with however many hands.

A connector takes part by a line in STAGES; the checks that need no ledger are in `comptoir.pos.conformance`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.intake import polling, process
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.models import BookReading, ImportRun, Notification
from comptoir.core.ledger import reads
from comptoir.core.ledger.models import HourlyFigure, Sale
from comptoir.core.ledger.rebuild import compare
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret
from comptoir.pos.conformance import NOON, Stage
from tests.connectors.lightspeed_k import stage as lightspeed_k
from tests.connectors.lightspeed_r import stage as lightspeed_r
from tests.connectors.lightspeed_x import stage as lightspeed_x
from tests.core.kseries import at_once
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)

Staging = tuple[Callable[[], AbstractContextManager[Stage]], Callable[[Stage], dict[str, str]]]
STAGES: dict[str, Staging] = {
    "lightspeed_k": (lightspeed_k.stage, lightspeed_k.environ),
    "lightspeed_r": (lightspeed_r.stage, lightspeed_r.environ),
    "lightspeed_x": (lightspeed_x.stage, lightspeed_x.environ),
}
DAY = date(2026, 3, 7)
START, END = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


@dataclass
class House:
    """A store fed by the stage's location."""

    stage: Stage
    link: LocationLink
    people: People

    def by_books(self) -> None:
        now = datetime.now(UTC)
        run_id = runs.begin(self.link, start=START, end=END, now=now)
        reading.run(organisation_id=self.link.organisation_id, run_id=run_id, clock=lambda: datetime.now(UTC))

    def by_notifications(self, bodies: list[bytes]) -> None:
        for content in bodies:
            Notification.objects.create(
                organisation_id=self.people.le_zinc.id,
                store_id=self.people.bar.id,
                provider=self.link.provider,
                door=f"hooks/{self.link.provider}/x",
                verified=True,
                body=content,
                body_hash=new_id().bytes,
                received_at=END,
                received_minute=END,
            )
        process.drain(clock=lambda: END)

    def ledger(self) -> str:
        return reads.export(self.people.le_zinc.id, self.people.bar.id, DAY, DAY)

    def forget(self) -> None:
        for model in (Notification, Sale, HourlyFigure, ImportRun, BookReading):
            model.objects.all().delete()


@pytest.fixture(params=STAGES)
def house(request: pytest.FixtureRequest, people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    staging, environ = STAGES[request.param]
    with staging() as stage:
        for name, value in environ(stage).items():
            monkeypatch.setenv(name, value)
        now = datetime.now(UTC)
        pair = TokenPair(Secret(stage.mint()), Secret("unused"), now + timedelta(minutes=20))
        connection = consent.keep(
            organisation_id=people.le_zinc.id, provider=request.param, pair=pair, user=people.alice, now=now
        )
        with open_vendor(connection) as vendor:
            refresh_locations(connection, vendor)
        link = LocationLink.objects.get(external_id=stage.location_id)
        link_location(link, people.bar, now=now)
        yield House(stage, link, people)


def sell(house: House, number: int = 5) -> set[str]:
    return {house.stage.sell(NOON + timedelta(minutes=minute)) for minute in range(number)}


def test_both_roads_leave_one_ledger(house: House) -> None:
    sold = sell(house)
    bodies = list(house.stage.told())
    house.by_books()
    expected = house.ledger()
    assert set(Sale.objects.values_list("external_id", flat=True)) == sold

    books, notifications = house.by_books, lambda: house.by_notifications(bodies)
    for roads in ((books, books), (books, notifications), (notifications, books)):
        house.forget()
        for road in roads:
            road()
        assert house.ledger() == expected
    if house.stage.connector.manifest.notifies:
        house.forget()
        house.by_notifications(bodies * 2)
        assert house.ledger() == expected
    assert compare(house.people.bar, mend=False).wrong == 0


def test_two_hands_on_one_window_count_once(house: House) -> None:
    sold = sell(house)
    now = datetime.now(UTC)
    mine = house.link.organisation_id
    first = runs.begin(house.link, start=START, end=END, now=now)
    second = runs.begin(house.link, start=START, end=END + timedelta(minutes=1), now=now)
    found = at_once(
        lambda: reading.run(organisation_id=mine, run_id=first, clock=lambda: datetime.now(UTC)),
        lambda: reading.run(organisation_id=mine, run_id=second, clock=lambda: datetime.now(UTC)),
    )

    assert not [each for each in found if isinstance(each, Exception)]
    assert sorted(Sale.objects.values_list("external_id", flat=True)) == sorted(sold)
    assert compare(house.people.bar, mend=False).wrong == 0


def test_polling_from_two_workers_brings_each_sale_once(house: House) -> None:
    later = NOON + timedelta(hours=2)
    [(organisation_id, link_id)] = polling.due(now=NOON - timedelta(minutes=10))
    sold = sell(house)
    poll = lambda: polling.read(organisation_id=organisation_id, link_id=link_id, clock=lambda: later)  # noqa: E731
    found = at_once(poll, poll)

    assert not [each for each in found if isinstance(each, Exception)]
    assert sorted(Sale.objects.values_list("external_id", flat=True)) == sorted(sold)
    assert BookReading.objects.get().read_until == later
    assert compare(house.people.bar, mend=False).wrong == 0
