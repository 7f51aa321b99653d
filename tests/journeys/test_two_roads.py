"""A day by notifications, by the till's books, or by both leaves the same ledger and roll-up, byte for byte."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from comptoir.connectors.lightspeed_k.simulator import (
    Behaviour,
    KSeriesSimulator,
    NotificationSetting,
    OAuthClient,
    account_number,
    receipt_number,
)
from comptoir.core.accounts.models import Store
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import create_store as create_store_of
from comptoir.core.connections.locations import learn_day_starts, link_location, refresh_locations
from comptoir.core.connections.models import LocationLink
from comptoir.core.connections.tokens import read_token_answer
from comptoir.core.intake import process
from comptoir.core.intake.importing import reading, runs
from comptoir.core.intake.models import Notification
from comptoir.core.ledger import reads
from comptoir.core.ledger.models import HourlyFigure, Sale
from comptoir.core.outbox import dispatch
from comptoir.kernel.clock import business_day_bounds
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret
from comptoir.pos.hosting import serve
from comptoir.pos.model import SaleKind
from comptoir.sandbox.journal import Journal
from comptoir.sandbox.living import Living
from comptoir.sandbox.world import RestaurantWorld
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 20)


class Numbering:
    """Bills and receipts numbered as K-Series tills do."""

    def account(self, device: str, counter: int) -> str:
        return account_number(device, counter)

    def receipt(self, device: str, counter: int) -> str:
        return receipt_number(device, counter)


@dataclass(frozen=True)
class TradingDay:
    """What a restaurant did on one day: the notifications it sent, and a link to its books."""

    link: LocationLink
    bodies: tuple[bytes, ...]
    start: datetime
    end: datetime

    def now(self) -> datetime:
        return self.end + timedelta(hours=6)


@pytest.fixture
def day(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[TradingDay]:
    with trading_day(people, monkeypatch) as made:
        yield made


@contextmanager
def trading_day(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[TradingDay]:
    journal = Journal(None)
    world = RestaurantWorld(journal, Numbering())
    place = world.places()[0].location
    start, end = business_day_bounds(DAY, zone=PARIS, day_start=place.day_start)
    client = OAuthClient("client", Secret("secret"), ("http://testserver",))
    simulator = KSeriesSimulator(world, client=client, behaviour=Behaviour(duplicate_one_in=7))
    simulator.configure_notifications(place.id, NotificationSetting(url="http://testserver/hooks", code="comptoir-fid"))
    Living(world, journal, seed=7).fabricate(start, end)
    bodies = tuple(sent_by(simulator, now=end))
    with serve(simulator, host="127.0.0.1", port=0) as hosted:
        for name, value in {
            "LIGHTSPEED_K_API_URL": hosted.url,
            "LIGHTSPEED_K_AUTHORISE_URL": f"{hosted.url}/realms/k-series/protocol/openid-connect/auth",
            "LIGHTSPEED_K_TOKEN_URL": f"{hosted.url}/realms/k-series/protocol/openid-connect/token",
            "LIGHTSPEED_K_CLIENT_ID": "client",
            "LIGHTSPEED_K_CLIENT_SECRET": "secret",
        }.items():
            monkeypatch.setenv(name, value)
        yield TradingDay(connect(people, simulator, place.id), bodies, start, end)
    simulator.close()
    journal.close()


def sent_by(simulator: KSeriesSimulator, *, now: datetime) -> Iterator[bytes]:
    """Everything the till would have sent, accepted by the receiver."""
    while batch := simulator.due(now=now):
        for outgoing in batch:
            yield outgoing.body
            simulator.sent(outgoing.key, status=202, now=now)


def connect(people: People, simulator: KSeriesSimulator, location_id: str) -> LocationLink:
    now = datetime.now(UTC)
    business = next(each.business_id for each in simulator._world.locations() if each.id == location_id)
    pair = read_token_answer(json.dumps(simulator.mint(business, now=now)).encode(), vendor="the till", now=now)
    connection = consent.keep(
        organisation_id=people.le_zinc.id, provider="lightspeed_k", pair=pair, user=people.alice, now=now
    )
    with open_vendor(connection) as vendor:
        refresh_locations(connection, vendor)
        learn_day_starts(connection, vendor, now=now)
    link = LocationLink.objects.get(external_id=location_id)
    link_location(link, create_store(people.le_zinc, "La salle"), now=now)
    return link


def by_notifications(day: TradingDay, bodies: list[bytes]) -> None:
    """As the door stores them, in this order."""
    store = day.link.store
    assert store
    Notification.objects.bulk_create(
        Notification(
            organisation_id=store.organisation_id,
            store_id=store.id,
            provider="lightspeed_k",
            door="hooks/lightspeed_k/x",
            verified=True,
            body=content,
            body_hash=new_id().bytes,
            received_at=day.now(),
            received_minute=day.now(),
        )
        for content in bodies
    )
    process.drain(clock=day.now)


def by_books(day: TradingDay) -> None:
    run_id = runs.begin(day.link, start=day.start, end=day.end, now=day.now())
    reading.run(organisation_id=day.link.organisation_id, run_id=run_id, clock=lambda: datetime.now(UTC))


def ledger_of(store: Store | None) -> str:
    assert store
    return reads.export(store.organisation_id, store.id, DAY, DAY)


def clear() -> None:
    for model in (Notification, Sale, HourlyFigure):
        model.objects.all().delete()


def test_the_same_day_by_both_roads_is_the_same_to_the_byte(day: TradingDay) -> None:
    by_books(day)
    expected = ledger_of(day.link.store)
    kinds = set(Sale.objects.values_list("kind", flat=True))
    assert expected.count("\n") > 200
    assert {SaleKind.SALE, SaleKind.REFUND} <= kinds

    clear()
    by_notifications(day, list(day.bodies))
    assert not Notification.objects.exclude(outcome__in=["recorded", "unchanged"]).exists()
    assert SaleKind.CORRECTION in set(Sale.objects.values_list("kind", flat=True)), "no table was moved that day"
    assert ledger_of(day.link.store) == expected

    for seed in range(2):
        clear()
        shuffled = list(day.bodies) * 2
        random.Random(seed).shuffle(shuffled)
        half = len(shuffled) // 2
        by_notifications(day, shuffled[:half])
        by_books(day)
        by_notifications(day, shuffled[half:])
        by_books(day)
        assert ledger_of(day.link.store) == expected
    dispatch.dispatch(clock=day.now)


def test_a_store_begins_its_day_when_its_till_does(day: TradingDay) -> None:
    day_start = RestaurantWorld(Journal(None), Numbering()).place(day.link.external_id).location.day_start
    store = create_store_of(day.link, day_start=time(1), now=day.now())

    assert day_start != time(1)
    assert store.day_start == day_start
