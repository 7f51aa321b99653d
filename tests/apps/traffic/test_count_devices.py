"""Counts asked of devices: Axis and Hikvision, each beside its simulator over HTTP (traffic-analytics.md 3.3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from comptoir.apps.traffic.arrivals import devices, feeds, running
from comptoir.apps.traffic.arrivals.arrived import DeviceHour
from comptoir.apps.traffic.count_tables import Count, Counter
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.kernel.ids import new_id
from comptoir.sandbox.count_devices import CountDevice
from tests.apps.traffic.chain import NOW, at, hour
from tests.apps.traffic.counters_asked import served, with_counter
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def local(number: int, day: int = 20) -> datetime:
    """An hour of May by the device's clock."""
    return datetime(2026, 5, day, number)  # noqa: DTZ001


@pytest.fixture
def device(settings: Any) -> Iterator[tuple[CountDevice, str]]:
    made = CountDevice("counter", "sesame", {local(10): (42, 40), local(11): (0, 3)})
    with served(made.answer, settings) as url:
        yield made, url


@pytest.fixture
def chain(people: People) -> People:
    return with_counter(people, "B8A44F")


def feed(people: People, kind: str, url: str, *, password: str = "sesame", serial: str = "B8A44F") -> CountFeed:
    return feeds.add(
        organisation_id=people.le_zinc.id,
        kind=kind,
        name=f"{kind} {password}",
        place={"url": url, "user": "counter", "serial": serial},
        secret=password,
        actor="user:1",
        now=NOW,
    )


def again(made: CountFeed) -> CountFeed:
    return CountFeed.objects.get(organisation_id=made.organisation_id, id=made.id)


@pytest.mark.parametrize("kind", ["axis", "hikvision"])
def test_hours_are_asked_of_the_device_since_the_last_and_once_more_for_what_comes_late(
    chain: People, device: tuple[CountDevice, str], kind: str
) -> None:
    simulated, url = device
    made = feed(chain, kind, url)
    assert running.look(made, now=NOW) == running.Looked(taken=2)
    assert [hour(chain, each).visitors for each in (10, 11)] == [42, 0]
    assert hour(chain, 11).traffic_status == "zero"
    assert again(made).read_until == at(12)
    # A late count, an hour that is not over, and one that was told before: each hour is there once, as told last.
    simulated.counts = {local(9): (5, 5), local(10): (44, 40), local(11): (0, 3), local(12, 21): (9, 9)}
    running.look(again(made), now=NOW)
    assert [hour(chain, each).visitors for each in (9, 10)] == [5, 44]
    assert Count.objects.count() == 3
    assert running.look(again(made), now=NOW + HOUR).fault == ""
    assert Count.objects.count() == 4
    assert Count.objects.filter(source=kind).count() == 4


def test_a_device_is_asked_each_hour_and_what_is_wrong_with_it_is_said(
    chain: People, device: tuple[CountDevice, str], settings: Any
) -> None:
    simulated, url = device
    made = feed(chain, "axis", url)
    assert running.due("traffic", now=NOW) == [(chain.le_zinc.id, made.id)]
    running.look(made, now=NOW)
    assert running.due("traffic", now=NOW + timedelta(minutes=55)) == []
    assert running.due("traffic", now=NOW + HOUR) == [(chain.le_zinc.id, made.id)]
    assert running.look(feed(chain, "axis", url, password="guess"), now=NOW).fault == (
        "The device refuses this user or password."
    )
    Counter.objects.update(serial="other")
    assert "No counter has this serial number" in running.look(again(made), now=NOW).fault
    Counter.objects.update(serial="B8A44F")
    simulated.counts = {local(10): (42, "many")}  # type: ignore[dict-item]
    assert running.look(again(made), now=NOW).fault == "The answer of the device cannot be read."
    settings.COMPTOIR_EGRESS_ALLOW = ""
    assert "private network" in running.look(again(made), now=NOW).fault


def test_the_repeated_hour_of_a_device_is_two_and_the_skipped_one_none() -> None:
    counter = Counter(id=new_id())
    autumn, spring = datetime(2026, 10, 25, 2), datetime(2026, 3, 29, 2)  # noqa: DTZ001
    told = [DeviceHour(autumn, 1, 1), DeviceHour(autumn, 2, 2), DeviceHour(spring, 9, 9)]
    found = devices._readings(told, counter, ZoneInfo("Europe/Paris"))
    assert [(each.start.hour, each.went_in) for each in found] == [(0, 1), (1, 2)]


def test_an_owner_sets_a_device_up_by_its_page(chain: People, device: tuple[CountDevice, str]) -> None:
    alice = chain.client(chain.alice)
    said = {"name": "Camera", "url": device[1], "user": "counter", "secret": "sesame", "serial": "B8A44F"}
    page = alice.post("/traffic/feeds/new/axis", said, follow=True).content.decode()
    assert "B8A44F" in page
    (made,) = feeds.feeds(chain.le_zinc.id)
    assert [made.fault, made.kind] == ["", "axis"]
    refused = alice.post("/traffic/feeds/new/hikvision", {**said, "name": "x", "url": "camera"})
    assert refused.status_code == 422
