"""The end of an alert is written once; how long a counter may be silent; and no question for each store (6.4)."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from comptoir.apps.traffic import chains
from comptoir.apps.traffic.alert_tables import Alert, BusinessHours, SilentLimit
from comptoir.apps.traffic.alerts import finding, limits, mailing
from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.count_tables import Counter
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.core.accounts.models import Store
from comptoir.core.installations import modules
from comptoir.core.installations.install import install_all
from comptoir.core.mail.models import OutgoingMail
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from tests.apps.traffic.chain import DAY, at, come, utc_store
from tests.people import People, create_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(people: People) -> People:
    """Open from 9 to 19 every day, and last heard of at 10:00."""
    utc_store(people)
    save_location(store=people.bar, values={"location_id": "1"}, node_id=None, actor="user:1", now=at(8), today=DAY)
    opens(people, people.bar)
    come(people, {9: 5})
    return people


def opens(people: People, store: Store) -> None:
    for weekday in range(7):
        BusinessHours.objects.create(
            organisation_id=people.le_zinc.id, store_id=store.id, weekday=weekday, opens=time(9), closes=time(19)
        )


def look(people: People, *hours: float) -> None:
    for each in hours:
        mailing.look_after(people.le_zinc.id, now=at(each))


def mails(people: People, template: str = "alert_over") -> list[OutgoingMail]:
    rows = OutgoingMail.objects.filter(template=f"traffic/mails/{template}", to=people.alice.email)
    return list(rows.order_by("created_at"))


def test_its_end_is_written_once_when_it_has_stayed_away_for_an_hour(shop: People) -> None:
    look(shop, 13)
    come(shop, {12: 5})
    look(shop, 13.5, 14)
    assert mails(shop) == [], "it may be back in a minute"
    look(shop, 14.5, 14.6, 20)
    [told] = mails(shop)
    assert told.subject == f"{shop.bar.name}: over: Counter silent"
    assert "over since 20 May 2026, 13:30. It had lasted from 20 May 2026, 10:00." in told.text
    assert "/traffic/alerts" in told.html


def test_what_is_back_after_its_end_was_written_is_written_at_once_and_its_end_is_not_again(shop: People) -> None:
    look(shop, 13)
    come(shop, {12: 5})
    look(shop, 13.5, 14.5)
    assert (len(mails(shop)), len(mails(shop, "alert"))) == (1, 1)
    look(shop, 15.1, 15.2)
    assert (len(mails(shop, "alert")), Alert.objects.count()) == (2, 1)
    come(shop, {14: 5})
    look(shop, 16, 17.5)
    assert len(mails(shop)) == 1


def test_of_what_somebody_stopped_or_nobody_heard_no_end_is_written(shop: People) -> None:
    look(shop, 13)
    Alert.objects.update(stopped_at=at(13))
    come(shop, {12: 5})
    look(shop, 13.5, 15)
    assert (mails(shop), Alert.objects.get().over_mailed_at) == ([], None)


def test_switching_the_app_off_ends_no_alert_by_mail(shop: People) -> None:
    look(shop, 13)
    install_all(organisation=shop.le_zinc, store=shop.bar, provider="lightspeed_r", now=at(8))
    modules.switch(organisation_id=shop.le_zinc.id, store_id=shop.bar.id, app="traffic", on=False, now=at(13))
    look(shop, 13.5, 14.6)
    assert Alert.objects.get().closed_at == at(13.5)
    assert mails(shop) == []


def say(people: People, hours: int, **of: UUID) -> None:
    limits.save(
        organisation_id=people.le_zinc.id,
        store_id=of.get("store_id"),
        node_id=of.get("node_id"),
        hours=hours,
        name="",
        actor="user:1",
        now=at(8),
    )


def is_silent(people: People, hour: float) -> bool:
    found = finding.silent_counters(people.le_zinc.id, [people.bar], now=at(hour))
    kinds = {each.kind.value for each in finding.find(people.le_zinc.id, now=at(hour))}
    assert bool(found) == ("counter_dead" in kinds)
    return bool(found)


def test_two_open_hours_unless_somebody_said_otherwise_the_nearest_holds(shop: People) -> None:
    assert [is_silent(shop, each) for each in (11.9, 12)] == [False, True]
    say(shop, 4)
    assert [is_silent(shop, each) for each in (13.9, 14)] == [False, True]
    north = chains.add_node(
        organisation_id=shop.le_zinc.id, name="North", kind="region", parent_id=None, actor="u", now=at(8)
    )
    say(shop, 3, node_id=north.id)
    assert not is_silent(shop, 13.9), "it does not lie there"
    save_location(store=shop.bar, values={}, node_id=north.id, actor="u", now=at(8), today=DAY)
    assert [is_silent(shop, each) for each in (12.9, 13)] == [False, True]
    say(shop, 1, store_id=shop.bar.id)
    assert [is_silent(shop, each) for each in (10.9, 11)] == [False, True]
    say(shop, 6, store_id=shop.bar.id)
    assert (SilentLimit.objects.count(), is_silent(shop, 15.9), is_silent(shop, 16)) == (3, False, True)


def test_a_limit_is_of_one_place_and_in_reason(shop: People) -> None:
    for hours in (0, 73):
        with pytest.raises(RuleBroken):
            say(shop, hours)
    with pytest.raises(IntegrityError):
        say(shop, 2, store_id=shop.bar.id, node_id=shop.bar.id)


def test_it_is_said_on_the_page_of_alerts_and_taken_back(shop: People) -> None:
    client, said = shop.client(shop.alice), {"place": shop.bar.public_id, "hours": "5", "at": shop.bar.public_id}
    answer = client.post("/traffic/alerts/limits", said)
    assert answer["location"] == f"/traffic/alerts?at={shop.bar.public_id}"
    page = client.get("/traffic/alerts").content.decode()
    assert 'data-label="Open hours">5<' in page
    gone = f"/traffic/alerts/limits/{public_id('lim', SilentLimit.objects.get().id)}/delete"
    assert client.post(gone).status_code == 302
    assert (SilentLimit.objects.count(), client.post(gone).status_code) == (0, 404)
    assert client.post("/traffic/alerts/limits", {**said, "hours": "0"}).status_code == 422


def asked(people: People, now: datetime) -> tuple[int, int]:
    """Statements of a look at the chain, and of the page of alerts."""
    client = people.client(people.alice)
    client.get("/traffic/alerts")
    with CaptureQueriesContext(
        connection,
    ) as looking:
        mailing.look_after(people.le_zinc.id, now=now)
    with CaptureQueriesContext(connection) as showing:
        client.get("/traffic/alerts")
    return len(looking), len(showing)


def test_no_question_is_asked_for_each_store_counter_or_region(shop: People) -> None:
    look(shop, 13)
    few = asked(shop, at(13.1))
    for number in range(8):
        store = create_store(shop.le_zinc, f"Shop {number}")
        opens(shop, store)
        node = chains.add_node(
            organisation_id=shop.le_zinc.id, name=f"R{number}", kind="region", parent_id=None, actor="u", now=at(8)
        )
        save_location(
            store=store, values={"location_id": f"{number + 10}"}, node_id=node.id, actor="u", now=at(8), today=date.min
        )
        say(shop, 2, node_id=node.id)
        add_counter(organisation_id=shop.le_zinc.id, store_id=store.id, name="Entrance", now=at(8))
    Counter.objects.update(heard_at=at(10))
    look(shop, 13.2)
    assert Alert.objects.filter(closed_at=None).count() == 9
    many = asked(shop, at(13.3))
    assert many[0] <= few[0] + 2, "two more: the tree, for its limits"
    assert many[1] <= few[1]
    assert timedelta(hours=2) == limits.Limits(shop.le_zinc.id, on=DAY).least
