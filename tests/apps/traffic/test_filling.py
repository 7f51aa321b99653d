"""What no counter told of, filled by what is usual; and hours that counted implausibly many. Figures by hand."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from comptoir.apps.traffic import catching_up, chains, filling, tailoring
from comptoir.apps.traffic.counting.receiving import Reading, add_counter, receive
from comptoir.apps.traffic.models import Change, Day, Settings
from comptoir.apps.traffic.projection import restate
from tests.apps.traffic.chain import DAY, NOW, at, hour, make, sell, utc_store
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)
WEEK = timedelta(days=7)
PAGE = f"/traffic/days/{{}}/{DAY}"


@pytest.fixture
def chain(people: People) -> People:
    """One location with a front door, known for two months."""
    utc_store(people)
    said = {"store": people.bar, "values": {"location_id": "1"}, "node_id": None, "actor": "user:1"}
    chains.save_location(**said, now=NOW, today=DAY)  # type: ignore[arg-type]
    door(people, "Front")
    return people


def door(people: People, name: str) -> None:
    add_counter(organisation_id=people.le_zinc.id, store_id=people.bar.id, name=name, now=at(0) - 9 * WEEK, serial=name)


def tell(people: People, counts: dict[datetime, int], *, serial: str = "Front", outs: int = 0) -> None:
    readings = [
        Reading(when, 60, Decimal(count), Decimal(count + outs), serial=serial) for when, count in counts.items()
    ]
    receive(organisation_id=people.le_zinc.id, readings=readings, source="api", now=NOW, store_ids=None)


def weeks(*counts: int, at_hour: int = 10) -> dict[datetime, int]:
    """What was counted at one hour one, two, three … weeks before."""
    return {at(at_hour) - WEEK * week: count for week, count in enumerate(counts, start=1)}


def rule(people: People, *, is_on: bool = True) -> None:
    Settings.objects.update_or_create(organisation_id=people.le_zinc.id, defaults={"fill_missing": is_on})


def shown(people: People, number: int = 10) -> tuple[Any, str]:
    found = hour(people, number)
    return found.visitors, found.traffic_status


def test_missing_stays_missing_without_a_rule_and_is_filled_by_the_median_of_the_weeks_before_with_one(
    chain: People,
) -> None:
    tell(chain, weeks(10, 12, 30, 15))
    sell(chain, 10)
    make(chain)
    assert shown(chain) == (None, "missing")
    rule(chain)
    make(chain)
    assert shown(chain) == (14, "estimated")  # 10 12 | 15 30: 13.5, in whole people
    revision = hour(chain, 10).revision
    assert make(chain) == 0  # made twice it is the same
    assert hour(chain, 10).revision == revision


def test_three_weeks_tell_nothing_usual_and_only_eight_are_asked(chain: People) -> None:
    rule(chain)
    tell(chain, weeks(10, 12, 14))
    tell(chain, {at(10) - 9 * WEEK: 99})
    sell(chain, 10)
    make(chain)
    assert shown(chain) == (None, "missing")


def test_the_true_count_takes_the_place_of_an_estimate_and_is_a_change(chain: People) -> None:
    rule(chain)
    tell(chain, weeks(10, 12, 14, 16))
    sell(chain, 10)
    make(chain)
    assert shown(chain) == (13, "estimated")
    assert not Change.objects.filter(kind="visitors", business_date=DAY).exists()  # nothing that was known moved
    tell(chain, {at(10): 20})
    assert shown(chain) == (20, "measured")
    change = Change.objects.get(kind="visitors", business_date=DAY)
    assert [change.old, change.new] == [13, 20]


def test_weeks_that_are_told_later_make_the_estimate_anew_in_any_order(chain: People) -> None:
    rule(chain)
    sell(chain, 10)
    make(chain)
    tell(chain, weeks(10, 12))
    tell(chain, weeks(10, 12, 14, 16))
    assert Day.objects.get(business_date=DAY).ledger_revision == Day.AGAIN
    catching_up.everything(organisation_id=chain.le_zinc.id, now=NOW)
    assert shown(chain) == (13, "estimated")


def test_ta30_with_the_rule_on_the_silent_entrance_is_estimated_and_the_other_counts_as_told(chain: People) -> None:
    door(chain, "Side")
    tell(chain, weeks(100, 100, 100, 100))
    tell(chain, weeks(4, 6, 8, 10), serial="Side")
    sell(chain, 10)
    tell(chain, {at(10): 53})
    assert shown(chain) == (None, "partial")
    rule(chain)
    make(chain)
    assert shown(chain) == (60, "estimated")  # 53 came in at the front, 7 at the side as usual
    tell(chain, {at(10): 1}, serial="Side")
    assert shown(chain) == (54, "measured")


def test_a_day_is_filled_once_it_is_over_and_the_hourly_sweep_does_it(chain: People) -> None:
    rule(chain)
    tell(chain, weeks(10, 12, 14, 16))
    sell(chain, 10)
    restate(chain.le_zinc.id, {(chain.bar.id, DAY)}, now=at(23))
    assert shown(chain) == (None, "missing")
    catching_up.everything(organisation_id=chain.le_zinc.id, now=at(25))
    assert shown(chain) == (13, "estimated")
    assert filling.due(chain.le_zinc.id, [chain.bar], now=at(25)) == []


def test_a_typed_figure_stands_over_an_estimate_and_has_nothing_measured_beside_it(chain: People) -> None:
    Settings.objects.update_or_create(
        organisation_id=chain.le_zinc.id, defaults={"fill_missing": True, "measured_wins": True}
    )
    tell(chain, weeks(10, 12, 14, 16))
    make(chain)
    assert shown(chain) == (13, "estimated")
    typed = [tailoring.Typed(chain.bar.id, at(10), "visitors", Decimal(9))]
    tailoring.tailor(organisation_id=chain.le_zinc.id, typed=typed, reason="", actor="user:1", now=NOW)
    assert shown(chain) == (9, "tailored")
    said = {"store_ids": [chain.bar.id], "since": DAY, "until": DAY, "now": NOW}
    assert tailoring.differing(chain.le_zinc.id, **said) == []  # type: ignore[arg-type]


def test_somebody_fills_a_day_sees_it_marked_everywhere_and_takes_it_back(chain: People) -> None:
    tell(chain, weeks(10, 12, 14, 16))
    tell(chain, {at(11): 5})
    sell(chain, 10)
    make(chain)
    alice, page = chain.client(chain.alice), PAGE.format(chain.bar.public_id)
    text = alice.get(page).content.decode()
    assert "10:00 13" in text
    assert "Fill them, marked as estimated" in text
    alice.post(f"{page}/fill/on")
    text = alice.get(page).content.decode()
    assert '<span class="cell-note small">estimated</span>' in text
    assert "known in 2 of 2 h, 1 of them estimated" in text
    assert (
        "2 of 2 h, 1 of them estimated"
        in alice.get(f"/traffic/reports/totals?since={DAY}&until={DAY}").content.decode()
    )
    quality = alice.get(f"/traffic/reports/quality?since={DAY}&until={DAY}").content.decode()
    assert '<td class="right" data-label="Estimated hours">1 (50%)</td>' in quality
    lines = alice.get(f"/traffic/reports/data/jsonl?since={DAY}&until={DAY}")
    found = [json.loads(each) for each in lines.content.decode().splitlines()]
    assert [(each["traffic_in"], each["traffic_status"]) for each in found] == [("13", "estimated"), ("5", "measured")]
    alice.post(f"{page}/fill/off")
    assert shown(chain) == (None, "missing")


def test_of_3_3_more_than_three_times_the_usual_for_that_hour_is_flagged_on_the_day_and_in_quality(
    chain: People,
) -> None:
    tell(chain, weeks(10, 12, 14, 16))
    tell(chain, weeks(10, 12, 14, 16, at_hour=11))
    tell(chain, {at(10): 39, at(11): 40, at(12): 400})  # three times 13 is 39; nothing is usual at noon
    assert Day.objects.get(business_date=DAY).above_usual == 1
    alice = chain.client(chain.alice)
    text = alice.get(PAGE.format(chain.bar.public_id)).content.decode()
    assert text.count("usual: 13") == 1
    quality = alice.get(f"/traffic/reports/quality?since={DAY}&until={DAY}").content.decode()
    assert "1 hour above three times the usual" in quality


def test_three_people_where_nobody_ever_comes_are_no_fault_and_four_are(chain: People) -> None:
    tell(chain, weeks(0, 0, 0, 0))
    tell(chain, {at(10): 3})
    assert Day.objects.get(business_date=DAY).above_usual == 0
    tell(chain, {at(10): 4})
    assert Day.objects.get(business_date=DAY).above_usual == 1


def test_the_rule_is_a_box_in_the_settings(chain: People) -> None:
    alice = chain.client(chain.alice)
    said = {"week_starts_on": "0", "transactions": "sales", "fill_missing": "on"}
    alice.post("/traffic/settings/save", said)
    assert chains.settings_of(chain.le_zinc.id).fill_missing
    alice.post("/traffic/settings/save", {**said, "fill_missing": ""})
    assert not chains.settings_of(chain.le_zinc.id).fill_missing
