"""The troubleshooting table (traffic-analytics.md 2.7): each row is caused, named in words, and has its one button."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from comptoir.apps.traffic import catching_up, chains, jobs
from comptoir.apps.traffic.alert_tables import BusinessHours
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.models import ImportJob
from comptoir.core.accounts import members
from comptoir.core.accounts.roles import Role
from comptoir.core.connections.models import Connection, LocationLink
from comptoir.core.intake import freshness
from comptoir.kernel.ids import new_id, public_id
from tests.apps.traffic.test_late_and_failing import sell
from tests.core.rseries import Connected, connected
from tests.people import People, create_member, create_store

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 20, 17, 50, tzinfo=UTC)
"""13:50 in New York, where the shop is."""


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """A job of Alice's, which has read one sale and one shift of today."""
    with connected(people, monkeypatch, now=NOW) as made:
        job = jobs.begin(organisation_id=people.le_zinc.id, label="Le Zinc", actor="user:1", now=NOW)
        jobs.attach(job=job, connection=made.connection)
        jobs.finish(job=job, rhythm="hourly", start=time(0, 2), actor="user:1", now=NOW)
        sell(made, NOW - timedelta(minutes=20))
        made.shop.trade.clock.note(1, 1, NOW - timedelta(hours=3), NOW - timedelta(hours=1))
        made.polls()
        catching_up.everything(organisation_id=people.le_zinc.id, now=made.now)
        yield made


def shown(house: Connected, client: Client | None = None) -> str:
    with time_machine.travel(house.now, tick=False):
        client = client or house.people.client(house.people.alice)
        return client.get("/traffic/integrations").content.decode()


def button(page: str, words: str) -> str:
    """Where the one button with these words leads."""
    [found] = re.findall(rf'<a class="button small" href="([^"]+)">{words}', page)
    return str(found)


def place_of(house: Connected, **values: object) -> None:
    chains.save_location(
        store=house.people.bar, values=values, node_id=None, actor="u", now=house.now, today=house.now.date()
    )


def test_nothing_is_wrong_and_the_page_says_how_fresh_each_figure_is(house: Connected) -> None:
    page = shown(house)
    assert "Everything flows." in page
    assert re.search(r"until 13:\d\d, next read 13:\d\d", page), "by the store's own clock"
    assert page.count("nothing yet") == 1, "nobody counts visitors"
    counter = add_counter(
        organisation_id=house.people.le_zinc.id, store_id=house.people.bar.id, name="Door", now=house.now
    )
    Counter.objects.filter(id=counter.id).update(heard_at=NOW - timedelta(minutes=5))
    assert "until 13:45" in shown(house)


def test_all_of_them_are_read_now_by_one_press(house: Connected) -> None:
    before = freshness.freshness(house.people.le_zinc.id)[house.link.id]
    assert before.books is not None
    assert before.clock is not None
    assert min(before.books.due_at, before.clock.due_at) > house.now
    with time_machine.travel(house.now, tick=False):
        assert house.people.client(house.people.alice).post("/traffic/integrations/read-now").status_code == 302
        assert house.people.client(house.people.charlie).post("/traffic/integrations/read-now").status_code == 302
    after = freshness.freshness(house.people.le_zinc.id)[house.link.id]
    assert after.books is not None
    assert after.clock is not None
    assert after.books.due_at == after.clock.due_at == house.now


def test_nobody_clocked_in_for_fourteen_days_although_it_sells(house: Connected) -> None:
    house.polls(timedelta(days=15))
    assert "seems to be off" not in shown(house), "it does not sell either"
    sell(house, house.now - timedelta(minutes=10))
    house.polls(timedelta(minutes=30))
    catching_up.everything(organisation_id=house.people.le_zinc.id, now=house.now)
    page = shown(house)
    assert "nobody clocked in for 14 days: the Time Clock seems to be off" in page
    assert button(page, "Check the time clock") == f"/traffic/integrations/{_job()}"


def test_a_location_that_no_shop_feeds(house: Connected) -> None:
    create_store(house.people.le_zinc, "Terrace")
    page = shown(house)
    assert "No shop of a till feeds it." in page
    assert button(page, "Match it") == f"/traffic/integrations/{_job()}"


def test_a_location_that_no_shop_feeds_is_matched_at_the_job_of_its_own_chain(house: Connected) -> None:
    made = {"organisation_id": house.people.le_zinc.id, "actor": "user:1", "now": NOW}
    zinc, quai = (chains.add_node(name=name, kind="chain", parent_id=None, **made) for name in ("Zinc", "Quai"))  # type: ignore[arg-type]
    ImportJob.objects.update(node_id=zinc.id)
    terrace, first = create_store(house.people.le_zinc, "Terrace"), _job()
    assert button(shown(house), "Match it") == f"/traffic/integrations/{first}", "it takes in what lies nowhere"
    chains.save_location(store=terrace, values={}, node_id=quai.id, actor="u", now=NOW, today=NOW.date())
    assert button(shown(house), "Match it") == "/traffic/integrations", "no shop of Zinc feeds it"
    second = jobs.begin(label="Quai", chain_id=quai.id, **made)  # type: ignore[arg-type]
    ImportJob.objects.filter(id=second.id).update(connection_id=new_id())
    assert button(shown(house), "Match it") == f"/traffic/integrations/{jobs.public(second)}"


def test_a_location_that_is_not_operational(house: Connected) -> None:
    place_of(house, status="paused")
    page = shown(house)
    assert "It is not operational, so nothing comes in." in page
    assert button(page, "Change its status") == f"/traffic/locations/{house.people.bar.public_id}"


def test_a_location_that_sold_nothing_today(house: Connected) -> None:
    house.polls(timedelta(hours=20))
    page = shown(house)
    assert "No sale today." in page
    assert button(page, "Open the day") == f"/traffic/days/{house.people.bar.public_id}/2026-05-21"


def test_a_counter_that_is_silent_while_it_is_open(house: Connected) -> None:
    ids = {"organisation_id": house.people.le_zinc.id, "store_id": house.people.bar.id}
    counter = add_counter(organisation_id=ids["organisation_id"], store_id=ids["store_id"], name="Door", now=house.now)
    Counter.objects.filter(id=counter.id).update(heard_at=NOW - timedelta(hours=3))
    BusinessHours.objects.create(**ids, weekday=2, opens=time(13), closes=time(20))
    assert "A counter has told nothing" not in shown(house), "it opened 50 minutes ago"
    BusinessHours.objects.update(opens=time(9))
    page = shown(house)
    assert "A counter has told nothing for 2 hours in which it was open." in page
    assert button(page, "See its counters") == f"/traffic/locations/{house.people.bar.public_id}"


def test_all_stopped_since_whoever_signed_in_is_gone_and_matches_and_history_stay(house: Connected) -> None:
    Connection.objects.update(status=Connection.Status.RECONNECT)
    page = shown(house)
    assert "Alice signed in, and Lightspeed does not accept that any more." in page
    assert button(page, "Sign in again") == f"/connections/{house.connection.public_id}"
    assert LocationLink.objects.get(id=house.link.id).store_id == house.people.bar.id


def test_who_may_not_press_a_button_reads_the_cause_without_it(house: Connected) -> None:
    create_store(house.people.le_zinc, "Terrace")
    regional = create_member(house.people.le_zinc, "Denise", Role.REGIONAL_SUPERVISOR)
    page = shown(house, house.people.client(regional))
    assert "No shop of a till feeds it." in page
    assert "Match it" not in page
    assert "Read all of them now" not in page


def test_1_1_whoever_has_chosen_stores_reads_of_the_integrations_that_feed_them_alone(house: Connected) -> None:
    Connection.objects.update(status=Connection.Status.RECONNECT, account_name="Zincaccount")
    terrace = create_store(house.people.le_zinc, "Terrace")
    regional = create_member(house.people.le_zinc, "Denise", Role.REGIONAL_SUPERVISOR)
    for store, sees in ((terrace, False), (house.people.bar, True)):
        with transaction.atomic():
            members.give(
                organisation_id=house.people.le_zinc.id,
                user_id=regional.pk,
                role=Role.REGIONAL_SUPERVISOR,
                store_ids=[store.id],
                node_ids=[],
            )
        page = shown(house, house.people.client(regional)).partition("<main")[2]
        assert ("Alice signed in" in page, f"job_{_job()[4:]}" in page) == (sees, sees), store.name


def _job() -> str:
    return public_id("job", ImportJob.objects.get().id)
