"""What a chain's figures become when a shop's till fails, a run lasts too long, or somebody edits months later."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine

from comptoir.apps.traffic import catching_up, jobs
from comptoir.apps.traffic.models import Change, Day
from comptoir.connectors.lightspeed_r.simulator import Basket
from comptoir.core.connections.locations import link_location
from comptoir.core.connections.models import LocationLink
from comptoir.core.intake.importing import reading
from comptoir.core.intake.models import BookReading, ImportRun
from comptoir.core.intake.scheduling import reads, schedules
from comptoir.core.ledger.models import Sale
from comptoir.pos.hosting import Request, Response
from tests.connectors.lightspeed_r.stage import QUIET
from tests.core.rseries import Connected, connected
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 17, 50, tzinfo=UTC)
"""13:50 in New York."""
TWENTY = dataclasses.replace(QUIET, shops=tuple((f"Shop {number}", "US/Eastern") for number in range(1, 21)))


def sell(house: Connected, at: datetime, *, shop: int = 1) -> int:
    rung = house.shop.trade.counter.ring([Basket(Decimal(10), is_taxed=False)], at=at, shop_id=shop)
    return int(rung["saleID"])


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    with connected(people, monkeypatch, now=NOW) as made:
        yield made


def test_ta12_of_twenty_shops_one_answers_500_and_the_others_are_read(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(people, monkeypatch, now=NOW, chain=TWENTY) as house:
        links = LocationLink.objects.select_related("connection").filter(connection=house.connection)
        for link in links.exclude(id=house.link.id):
            made = create_store(people.le_zinc, link.name, timezone="US/Eastern")
            type(made).objects.filter(id=made.id).update(currency="USD")
            made.refresh_from_db()
            link_location(link, made, now=NOW)
        ill = links.get(external_id__endswith=":7")
        for number in range(1, 21):
            sell(house, NOW - timedelta(minutes=10), shop=number)
        answer, is_ill = house.shop.front.answer, True

        def fail(request: Request, *, now: datetime) -> Response:
            if is_ill and request.query.get("shopID") == "7":
                return Response(500, b"<html>busy</html>", {"retry-after": "0"})
            return answer(request, now=now)

        monkeypatch.setattr(house.shop.front, "answer", fail)
        house.polls()
        catching_up.everything(organisation_id=people.le_zinc.id, now=house.now)
        told = dict(Day.objects.values_list("store_id", "sales"))
        assert (len(told), set(told.values())) == (19, {Decimal(10)})
        assert ill.store_id not in told
        [flagged] = BookReading.objects.exclude(fault="")
        assert flagged.location_link_id == ill.id
        assert house.now < flagged.due_at <= house.now + timedelta(minutes=15), "asked again by itself"
        is_ill = False
        house.polls(timedelta(minutes=20))
        catching_up.everything(organisation_id=people.le_zinc.id, now=house.now)
        assert Day.objects.filter(sales=10).count() == 20
        assert not BookReading.objects.exclude(fault="").exists()


def test_ta13_a_run_of_seventy_minutes_skips_the_next_and_the_one_after_covers_all(house: Connected) -> None:
    job = jobs.begin(organisation_id=house.people.le_zinc.id, label="Le Zinc", actor="user:1", now=NOW)
    jobs.attach(job=job, connection=house.connection)
    jobs.finish(job=job, rhythm="hourly", start=time(0, 2), actor="user:1", now=NOW)
    two_past = NOW + timedelta(minutes=12)  # 14:02
    [(organisation_id, connection_id)] = schedules.begin_due(now=two_past)
    sell(house, two_past + timedelta(minutes=30))
    assert schedules.begin_due(now=two_past + timedelta(hours=1)) == [], "15:02 is skipped"

    def read(at: datetime) -> None:
        house.now = at
        with reading.Till() as till:
            while reading.read_next(
                organisation_id=organisation_id, connection_id=connection_id, till=till, clock=house.clock
            ):
                pass

    read(two_past + timedelta(minutes=70))
    assert Sale.objects.count() == 0, "the run of 14:02 reads up to 14:02"
    sell(house, two_past + timedelta(minutes=90))
    later = two_past + timedelta(hours=2)
    assert len(schedules.begin_due(now=later)) == 1, "16:02"
    read(later)
    assert [each.skipped for each in reads.schedules(organisation_id)[0].latest] == ["", "running", ""]
    assert ImportRun.objects.order_by("-started_at")[0].start <= two_past
    catching_up.everything(organisation_id=organisation_id, now=later)
    assert Day.objects.get().sales == 20


def test_ta16_a_clock_edited_after_sixty_days_is_seen_by_the_button_that_reads_days_again(house: Connected) -> None:
    begin, organisation_id = NOW - timedelta(days=1), house.people.le_zinc.id
    entry = house.shop.trade.clock.note(1, 1, begin, begin + timedelta(hours=8))["employeeHoursID"]
    house.polls()
    house.now = begin + timedelta(days=60)
    house.polls()
    house.shop.trade.clock.edit(entry, checkOut=begin + timedelta(hours=6))
    house.polls(timedelta(minutes=30))
    catching_up.everything(organisation_id=organisation_id, now=house.now)
    assert Day.objects.get(business_date=begin.date()).staff_hours == 8, "the monthly sweep was a moment ago"
    day = begin.date().isoformat()
    with time_machine.travel(house.now, tick=False):
        said = {"store": house.people.bar.public_id, "since": day, "until": day}
        answer = house.people.client(house.people.alice).post("/imports/new", said)
    assert answer.status_code == 302
    house.polls(timedelta(minutes=1))
    catching_up.everything(organisation_id=organisation_id, now=house.now)
    assert Day.objects.get(business_date=begin.date()).staff_hours == 6


def test_ta16_a_clock_edited_after_sixty_days_is_seen_by_the_monthly_sweep(house: Connected) -> None:
    begin = NOW - timedelta(days=1)
    entry = house.shop.trade.clock.note(1, 1, begin, begin + timedelta(hours=8))["employeeHoursID"]
    organisation_id = house.people.le_zinc.id
    house.polls()
    catching_up.everything(organisation_id=organisation_id, now=house.now)
    house.polls(timedelta(days=2))
    assert Day.objects.get(business_date=begin.date()).staff_hours == 8
    house.polls(timedelta(days=26))
    house.shop.trade.clock.edit(entry, checkOut=begin + timedelta(hours=6))
    house.now = begin + timedelta(days=60)
    house.polls()
    catching_up.everything(organisation_id=organisation_id, now=house.now)
    assert Day.objects.get(business_date=begin.date()).staff_hours == 6
    told = Change.objects.filter(kind="staff_hours", business_date=begin.date())
    assert sum((each.old or 0) - (each.new or 0) for each in told) == 2
