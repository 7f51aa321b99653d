"""Counts asked of Dor, beside its cloud as its documents show it, over HTTP (traffic-analytics.md 3.3, T14)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.traffic.arrivals import feeds, running
from comptoir.apps.traffic.count_tables import Count
from comptoir.apps.traffic.counting import withdrawing
from comptoir.apps.traffic.counting.receiving import add_counter
from comptoir.apps.traffic.feed_tables import CountFeed
from comptoir.apps.traffic.models import Hour
from comptoir.sandbox.dor import DorCloud, DorHour
from tests.apps.traffic.chain import DAY, NOW, hour
from tests.apps.traffic.counters_asked import served, with_counter
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def told(number: int, went_in: int | None, *, ago: timedelta = HOUR, location: str = "lo_1", **more: str) -> DorHour:
    """An hour of the day by the location's clock, updated so long ago."""
    start = datetime(DAY.year, DAY.month, DAY.day, number)  # noqa: DTZ001
    return DorHour(location, start, went_in, went_in, NOW - ago, **more)


@pytest.fixture
def cloud(settings: Any) -> Iterator[tuple[DorCloud, str]]:
    made = DorCloud("tm_8h", "sesame", [told(9, 5, ago=timedelta(days=5)), told(10, 42), told(11, 0)])
    with served(made.answer, settings) as url:
        yield made, url


@pytest.fixture
def chain(people: People) -> People:
    return with_counter(people, "lo_1")


def feed(people: People, url: str, *, key: str = "sesame") -> CountFeed:
    return feeds.add(
        organisation_id=people.le_zinc.id,
        kind="dor",
        name=f"Dor {key}",
        place={"url": url, "user": "tm_8h"},
        secret=key,
        every=60,
        actor="user:1",
        now=NOW,
    )


def known(people: People) -> list[int]:
    rows = Hour.objects.filter(organisation_id=people.le_zinc.id, visitors__isnull=False)
    return [each.hour.hour for each in rows.order_by("hour")]


def again(made: CountFeed) -> CountFeed:
    return CountFeed.objects.get(organisation_id=made.organisation_id, id=made.id)


def test_3_3_dor_is_asked_by_update_time_and_an_hour_counts_once_it_is_complete_and_valid(
    chain: People, cloud: tuple[DorCloud, str]
) -> None:
    simulated, url = cloud
    simulated.page = 2
    made = feed(chain, url)
    assert running.look(made, now=NOW) == running.Looked(taken=3)
    assert [hour(chain, each).visitors for each in (9, 10, 11)] == [5, 42, 0]
    assert hour(chain, 11).traffic_status == "zero"
    assert len(simulated.asked) == 2, "the link to the next page is followed"
    assert simulated.asked[0]["updated_at_start"] == (NOW - timedelta(days=14)).isoformat()
    # What is told late is asked for by when it was updated, and an hour that moved is there once, as told last.
    simulated.hours = [replace(told(10, 44), updated_at=NOW + timedelta(minutes=20)), told(9, 99, ago=2 * HOUR)]
    assert running.look(again(made), now=NOW + HOUR).taken == 1
    assert simulated.asked[-1]["updated_at_start"] == (NOW - timedelta(minutes=10)).isoformat()
    assert [hour(chain, each).visitors for each in (9, 10)] == [5, 44]
    assert Count.objects.filter(source="dor").count() == 3


def test_3_3_what_is_not_complete_is_asked_for_again_and_what_dor_takes_back_is_unknown(
    chain: People, cloud: tuple[DorCloud, str]
) -> None:
    simulated, url = cloud
    simulated.hours = [told(10, 42), told(11, 3, completeness="incomplete")]
    made = feed(chain, url)
    assert running.look(made, now=NOW).taken == 1
    assert known(chain) == [10], "not nought: sensors have still to deliver"
    # It is asked for again from its own hour on, although Dor says it was updated long ago.
    simulated.hours = [told(10, 42, validity="degraded", ago=-HOUR), told(11, 7)]
    assert running.look(again(made), now=NOW + HOUR).taken == 1
    assert hour(chain, 11).visitors == 7
    assert known(chain) == [11], "what counted is unknown once Dor says it was not measured"
    simulated.hours = [told(11, None, validity="invalid", ago=-HOUR)]
    running.look(again(made), now=NOW + 2 * HOUR)
    assert known(chain) == []
    # What never becomes complete is given up after a week.
    simulated.hours = [told(10, 1, completeness="incomplete", ago=-3 * HOUR)]
    running.look(again(made), now=NOW + timedelta(days=8))
    assert again(made).read_until == NOW + timedelta(days=1)


def test_3_3_who_dies_while_taking_back_a_count_takes_it_back_the_next_time(
    chain: People, cloud: tuple[DorCloud, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated, url = cloud
    simulated.hours = [told(10, 42)]
    made = feed(chain, url)
    running.look(made, now=NOW)
    simulated.hours = [told(10, None, validity="invalid", ago=-HOUR)]

    def killed(*_: object, **__: object) -> int:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(withdrawing.projection, "restate", killed)
        with pytest.raises(SystemExit):
            withdrawing.withdraw(
                organisation_id=chain.le_zinc.id,
                starts={each.counter_id: {each.start} for each in Count.objects.all()},
                minutes=60,
                source="dor",
                now=NOW,
            )
    running.look(again(made), now=NOW + HOUR)
    assert known(chain) == []
    assert not Count.objects.exists()


def test_3_3_a_location_of_dor_that_gets_its_counter_later_has_its_past_read(
    chain: People, cloud: tuple[DorCloud, str]
) -> None:
    simulated, url = cloud
    simulated.hours = [told(10, 42), told(10, 8, location="lo_2", ago=timedelta(days=3))]
    made = feed(chain, url)
    assert running.look(made, now=NOW).taken == 1
    assert again(made).unmatched == ["lo_2"]
    assert "lo_2" in chain.client(chain.alice).get(f"/traffic/feeds/{made.public_id}").content.decode()
    add_counter(organisation_id=chain.le_zinc.id, store_id=chain.bar.id, name="Yard", now=NOW, serial="lo_2")
    assert running.look(again(made), now=NOW + HOUR).taken == 2
    assert hour(chain, 10).visitors == 50
    assert again(made).unmatched == []


def test_3_3_what_is_wrong_with_dor_is_said_and_nothing_counts(
    chain: People, cloud: tuple[DorCloud, str], settings: Any
) -> None:
    simulated, url = cloud
    assert "refuses this organisation id or key" in running.look(feed(chain, url, key="guess"), now=NOW).fault
    made = feed(chain, url)
    simulated.page, simulated.elsewhere = 1, "https://elsewhere.example"
    assert running.look(made, now=NOW).fault == "The answer of Dor leads elsewhere.", "the key goes nowhere else"
    simulated.elsewhere = ""
    simulated.hours = [told(10, -1)]
    assert running.look(made, now=NOW).fault == "The answer of Dor cannot be read."
    simulated.hours = [told(10, 1, location="lo_9")]
    assert "lo_9" in running.look(made, now=NOW).fault
    assert again(made).read_until is None, "nothing is passed over"
    settings.COMPTOIR_EGRESS_ALLOW = ""
    assert running.look(made, now=NOW).fault
    assert not Count.objects.exists()


def test_an_account_that_is_changed_while_the_one_before_is_asked_has_its_own_past_read(
    chain: People, cloud: tuple[DorCloud, str]
) -> None:
    simulated, url = cloud
    asked = feed(chain, url)
    other = feeds.Said(name="Dor", every=60, place={"url": url, "user": "tm_9"}, secret="open")
    feeds.change(asked, other, actor="user:1", now=NOW)
    running.look(asked, now=NOW)  # it began before the change
    assert again(asked).read_until is None
    simulated.let_in("tm_9", "open")
    assert running.look(again(asked), now=NOW + HOUR).taken == 3
    assert simulated.asked[-1]["updated_at_start"] == (NOW + HOUR - timedelta(days=14)).isoformat()


def test_an_owner_sets_dor_up_by_its_page(chain: People, cloud: tuple[DorCloud, str]) -> None:
    alice = chain.client(chain.alice)
    assert "https://api.getdor.com" in alice.get("/traffic/feeds/new/dor").content.decode()
    alice.post("/traffic/feeds/new/dor", {"name": "Dor", "url": cloud[1], "user": "tm_8h", "secret": "sesame"})
    (made,) = feeds.feeds(chain.le_zinc.id)
    assert (made.fault, made.every, made.place) == ("", 60, {"url": cloud[1], "user": "tm_8h"})
