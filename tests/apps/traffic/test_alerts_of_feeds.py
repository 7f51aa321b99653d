"""Alerts of what a till brings: not read for 90 minutes of opening, or refused (traffic-analytics.md 6.4)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest

from comptoir.apps.traffic import jobs
from comptoir.apps.traffic.alert_tables import Alert, BusinessHours
from comptoir.apps.traffic.alerts import finding, mailing
from comptoir.core.connections.models import Connection
from comptoir.core.mail.models import OutgoingMail
from tests.apps.traffic.test_late_and_failing import NOW, sell
from tests.core.rseries import Connected, connected
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
MINUTES = timedelta(minutes=1)


@pytest.fixture
def house(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connected]:
    """Read at 13:51 in New York, on a Wednesday on which it is open from 9 to 15."""
    with connected(people, monkeypatch, now=NOW) as made:
        job = jobs.begin(organisation_id=people.le_zinc.id, label="Le Zinc", actor="user:1", now=NOW)
        jobs.attach(job=job, connection=made.connection)
        jobs.finish(job=job, rhythm="hourly", start=time(0, 2), actor="user:1", now=NOW)
        for weekday in range(7):
            BusinessHours.objects.create(
                organisation_id=people.le_zinc.id,
                store_id=people.bar.id,
                weekday=weekday,
                opens=time(9),
                closes=time(15),
            )
        sell(made, NOW)
        made.polls()
        yield made


def kinds(house: Connected, now: datetime) -> list[str]:
    return [each.kind.value for each in finding.find(house.people.le_zinc.id, now=now)]


def test_a_till_that_is_not_read_for_ninety_minutes_of_opening_and_nothing_at_night(house: Connected) -> None:
    read_at = house.now
    closes = NOW.replace(hour=19, minute=0)  # 15:00 in New York
    assert kinds(house, closes + timedelta(hours=10)) == [], "69 minutes of opening, whatever the night adds"
    opens = NOW.replace(hour=13, minute=0) + timedelta(days=1)
    late = opens + timedelta(minutes=90) - (closes - read_at)
    assert kinds(house, late - MINUTES) == []
    assert kinds(house, late) == ["no_data"]
    [found] = finding.find(house.people.le_zinc.id, now=late)
    assert (found.name, found.since) == (house.people.bar.name, read_at)
    house.polls(late - read_at)
    assert kinds(house, house.now) == []


def test_an_account_that_is_refused_is_told_as_that_and_not_as_late(house: Connected) -> None:
    Connection.objects.update(status=Connection.Status.RECONNECT, status_since=house.now)
    tomorrow = house.now + timedelta(days=1)
    [found] = finding.find(house.people.le_zinc.id, now=tomorrow)
    assert (found.kind, found.store_id, found.details) == (finding.Kind.REFUSED, None, {"who": "Alice"})
    mailing.tick(clock=lambda: tomorrow)
    assert Alert.objects.get().kind == "refused"
    assert not OutgoingMail.objects.filter(template="traffic/mails/alert").exists(), "the house writes first"
    mailing.tick(clock=lambda: tomorrow + timedelta(hours=72))
    mail = OutgoingMail.objects.get(template="traffic/mails/alert")
    assert "no longer accepts the sign-in of Alice" in mail.text
    assert f"/connections/{house.connection.public_id}" in mail.text


def test_a_job_that_is_off_is_not_waited_for(house: Connected) -> None:
    [job] = jobs.jobs(house.people.le_zinc.id)
    jobs.switch(job=job, on=False, actor="user:1", now=house.now)
    assert kinds(house, house.now + timedelta(days=3)) == []
