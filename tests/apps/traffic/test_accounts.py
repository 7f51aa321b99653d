"""A chain with several accounts: a job, a label and a schedule for each; nothing of one moves another's."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest

from comptoir.apps.traffic import catching_up, chains, jobs
from comptoir.apps.traffic.models import Hour, ImportJob
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.accounts.models import Store
from comptoir.core.connections import consent
from comptoir.core.connections.access import open_vendor
from comptoir.core.connections.locations import link_location, refresh_locations
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.connections.tokens import TokenPair
from comptoir.core.intake.importing import reading
from comptoir.core.intake.models import ImportSchedule
from comptoir.core.intake.scheduling import reads, schedules
from comptoir.kernel.seal import Secret
from tests.connectors.lightspeed_r.stage import QUIET, SCOPES, Shop, environ_of, shop
from tests.core.rseries import Connected, connected
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 15, 0, 30, tzinfo=UTC)
TWO_PAST = datetime(2026, 5, 20, 16, 2, tzinfo=UTC)
HALF_PAST = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


@pytest.fixture
def other(house: Connected, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Shop, Connection]]:
    """A second account of the same chain, with a shop 1 of its own."""
    with shop(chain=dataclasses.replace(QUIET, account_id=900200)) as made:
        with monkeypatch.context() as at_the_other:
            call(made, at_the_other)
            second = _consent(house, made)
        yield made, second


def call(made: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the vendor is this one: two accounts are two servers here, one by one."""
    for name, value in environ_of(made.endpoints).items():
        monkeypatch.setenv(name, value)


def _consent(house: Connected, made: Shop) -> Connection:
    pair = TokenPair(Secret(made.mint(SCOPES)), Secret("x"), datetime.now(UTC) + timedelta(minutes=50))
    second = consent.keep(
        organisation_id=house.people.le_zinc.id,
        provider="lightspeed_r",
        pair=pair,
        user=house.people.alice,
        now=datetime.now(UTC),
    )
    with open_vendor(second) as vendor:
        refresh_locations(second, vendor)
    return second


def feed(connection: Connection, store: Store, *, number: int = 1) -> LocationLink:
    link = LocationLink.objects.get(connection=connection, external_id__endswith=f":{number}")
    link_location(link, store, now=NOW)
    return link


def quay(house: Connected) -> Store:
    made = create_store(house.people.le_zinc, "Quai Bob", timezone="US/Eastern")
    Store.objects.filter(id=made.id).update(currency="USD")
    made.refresh_from_db()
    return made


def job_of(connection: Connection, label: str, start: time, *, rhythm: str = "hourly") -> ImportJob:
    job = jobs.begin(organisation_id=connection.organisation_id, label=label, actor="user:1", now=NOW)
    jobs.attach(job=job, connection=connection)
    jobs.finish(job=job, rhythm=rhythm, start=start, actor="user:1", now=NOW)
    return job


def ring(made: Shop, price: str, *, at: datetime, number: int = 1) -> None:
    made.trade.counter.ring([Basket(Decimal(price), is_taxed=False)], at=at, shop_id=number)


def tick(house: Connected, at: datetime) -> list[Connection]:
    """What the minute does: begins what is due, and reads it; returns the accounts that were read."""
    house.now = at
    began = schedules.begin_due(now=at)
    for organisation_id, connection_id in began:
        with reading.Till() as till:
            while reading.read_next(
                organisation_id=organisation_id, connection_id=connection_id, till=till, clock=house.clock
            ):
                pass
    return [Connection.objects.get(organisation_id=organisation, id=each) for organisation, each in began]


def sold(house: Connected) -> dict[object, Decimal]:
    catching_up.everything(organisation_id=house.people.le_zinc.id, now=house.now)
    return dict(Hour.objects.filter(sales__gt=0).values_list("store_id", "sales"))


def test_two_jobs_each_with_its_account_label_and_schedule_both_have_shop_1(
    house: Connected, other: tuple[Shop, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, second = other
    bob, alice = quay(house), house.people.bar
    feed(second, bob)
    one = job_of(house.connection, "Zinc", time(0, 2))
    two = job_of(second, "Quay", time(0, 30))
    assert [(each.label, list(jobs.next_runs(each).values())) for each in (one, two)] == [
        ("Zinc", [datetime(2026, 5, 20, 15, 2, tzinfo=UTC)]),
        ("Quay", [HALF_PAST]),
    ]
    ring(house.shop, "10", at=HALF_PAST - timedelta(minutes=29))
    ring(made, "30", at=HALF_PAST - timedelta(minutes=29))
    assert tick(house, datetime(2026, 5, 20, 15, 2, tzinfo=UTC)) == [house.connection]
    assert sold(house) == {alice.id: 10}
    call(made, monkeypatch)
    assert tick(house, HALF_PAST) == [second]
    assert sold(house) == {alice.id: 10, bob.id: 30}


def test_two_accounts_that_feed_one_store_keep_their_own_times(
    house: Connected, other: tuple[Shop, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, second = other
    feed(second, house.people.bar)
    one = job_of(house.connection, "Zinc", time(0, 2))
    two = job_of(second, "Quay", time(0, 2))
    jobs.finish(job=one, rhythm="hourly", start=time(0, 30), actor="user:1", now=NOW)
    assert {(each.connection_id, each.start) for each in ImportSchedule.objects.all()} == {
        (house.connection.id, time(0, 30)),
        (second.id, time(0, 2)),
    }
    jobs.delete(job=one, actor="user:1", now=NOW)
    assert [each.connection_id for each in ImportSchedule.objects.all()] == [second.id], "the other's stays"
    ring(made, "30", at=NOW)
    call(made, monkeypatch)
    assert tick(house, TWO_PAST - timedelta(hours=1)) == [second]
    assert sold(house) == {house.people.bar.id: 30}
    assert jobs.next_runs(two) == {house.people.bar.id: TWO_PAST}


def test_a_store_that_two_shops_feed_is_read_from_both(house: Connected) -> None:
    feed(house.connection, house.people.bar, number=2)
    job_of(house.connection, "Zinc", time(0, 2))
    for number, price in ((1, "10"), (2, "25")):
        ring(house.shop, price, at=NOW, number=number)
    tick(house, TWO_PAST - timedelta(hours=1))
    assert sold(house) == {house.people.bar.id: 35}
    [facts] = reads.schedules(house.people.le_zinc.id)
    assert (facts.latest[0].state, facts.latest[0].sales_read) == ("done", 2), "one run, two imports"


def test_ta08_a_location_that_is_not_operational_is_not_due_and_goes_on_when_it_is(house: Connected) -> None:
    job = job_of(house.connection, "Zinc", time(0, 2))

    def become(status: str, now: datetime) -> None:
        chains.save_location(
            store=house.people.bar, values={"status": status}, node_id=None, actor="u", now=now, today=now.date()
        )

    become("paused", NOW)
    house.shop.front.asked.clear()
    assert tick(house, TWO_PAST) == []
    jobs.switch(job=job, on=False, actor="user:1", now=NOW)
    jobs.switch(job=job, on=True, actor="user:1", now=NOW)
    jobs.finish(job=job, rhythm="hourly", start=time(0, 2), actor="user:1", now=NOW)
    assert tick(house, TWO_PAST) == [], "the job is on, its location still is not"
    assert house.shop.front.asked == []
    ring(house.shop, "10", at=TWO_PAST)
    become("operational", TWO_PAST)
    assert tick(house, TWO_PAST + timedelta(hours=1)) == [house.connection]
    assert sold(house) == {house.people.bar.id: 10}, "what was sold meanwhile"
