"""Counters over the doors of the sandbox: what they count, and how they tell it over real HTTP."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from comptoir.kernel.errors import RuleBroken, VendorBusy
from comptoir.kernel.http import send
from comptoir.pos.model import SaleKind
from comptoir.sandbox.doors import BUCKET, HISTORY, Doors
from tests.answering import Answering, Told, answering
from tests.sandbox.restaurants import NOON, TERRASSE, ZINC, Restaurants, quiet_sandbox

LATE = NOON + timedelta(hours=10)
TAKEN = Told(202, b'{"taken": 1}')


@pytest.fixture(scope="module")
def an_evening() -> Restaurants:
    restaurants = Restaurants()
    restaurants.living.fabricate(LATE - timedelta(hours=4), LATE)
    return restaurants


@pytest.fixture
def comptoir() -> Iterator[Answering]:
    with answering() as server:
        server.will(TAKEN)
        yield server


def doors(restaurants: Restaurants, comptoir: Answering) -> Doors:
    made = Doors(restaurants.world.bought, base_url=comptoir.url, seed=1)
    made.set_up("cmp_secret", {ZINC: "0001", TERRASSE: "0002"})
    return made


def test_who_bought_came_in_and_some_went_away_again(an_evening: Restaurants, comptoir: Answering) -> None:
    mine = doors(an_evening, comptoir)
    told = mine.counts(ZINC, LATE - timedelta(hours=4), LATE)
    assert told == mine.counts(ZINC, LATE - timedelta(hours=4), LATE), "the same for the same bills"
    assert [each["start"] for each in told] == [(LATE - (16 - n) * BUCKET).isoformat() for n in range(16)]
    came = {datetime.fromisoformat(each["start"]): each["went_in"] for each in told}
    receipts = 0
    for start, number in came.items():
        bought = [
            each for each in an_evening.world.closed_sales(ZINC, start, start + BUCKET) if each.kind is SaleKind.SALE
        ]
        assert (number >= 2 * len(bought)) if bought else number == 0
        receipts += len(bought)
    assert 0.25 < receipts / sum(came.values()) <= 0.5, "a conversion that a shop would know"


def test_they_tell_three_days_then_each_quarter_and_the_last_hour_again(
    an_evening: Restaurants, comptoir: Answering
) -> None:
    mine = doors(an_evening, comptoir)
    assert mine.tell(LATE) == 2 * HISTORY // BUCKET
    [first, *_] = comptoir.asked
    assert (first.path, first.headers["authorization"]) == ("/v1/traffic/counts", "Bearer cmp_secret")
    sent = [each for asked in comptoir.asked for each in json.loads(asked.body)["counts"]]
    assert {each["location"] for each in sent} == {"0001", "0002"}
    assert len(sent) == 2 + 2 * HISTORY // BUCKET, "the latest of each first, to see who is known"
    assert mine.tell(LATE + BUCKET / 2) == 0, "the running quarter is not over"
    assert mine.tell(LATE + BUCKET) == 2 * 5


def test_what_was_not_taken_is_told_again(an_evening: Restaurants, comptoir: Answering) -> None:
    mine = doors(an_evening, comptoir)
    comptoir.will(TAKEN, Told(503), TAKEN)
    with pytest.raises(VendorBusy):
        mine.tell(LATE)
    assert mine.tell(LATE) == 2 * HISTORY // BUCKET


def test_a_location_that_is_not_known_yet_is_asked_about_and_told_of_from_the_beginning_once_it_is(
    an_evening: Restaurants, comptoir: Answering
) -> None:
    mine = doors(an_evening, comptoir)
    refused = Told(202, b'{"taken": 1, "refused": [{"place": 1, "code": "location_unknown", "detail": ""}]}')
    comptoir.will(refused, TAKEN)
    assert mine.tell(LATE) == HISTORY // BUCKET, "of the one that is known"
    asked = json.loads(comptoir.asked[0].body)["counts"]
    assert [each["location"] for each in asked] == ["0001", "0002"]
    assert mine.tell(LATE) == HISTORY // BUCKET, "of the other"
    assert mine.tell(LATE) == 0


def test_without_a_token_nothing_is_told_and_a_place_must_be_known(
    an_evening: Restaurants, comptoir: Answering
) -> None:
    mine = Doors(an_evening.world.bought, base_url=comptoir.url, seed=1)
    assert mine.tell(LATE) == 0
    with pytest.raises(RuleBroken):
        mine.set_up("cmp_secret", {"nowhere": "0001"})
    assert comptoir.asked == []


def test_a_program_sets_them_up() -> None:
    sandbox = quiet_sandbox()
    sandbox.start()
    try:
        body = json.dumps({"token": "cmp_secret", "places": {ZINC: "0001"}}).encode()
        answer = send("POST", f"{sandbox.control_url}/api/lightspeed_k/doors", body=body, headers={})
        assert (answer.status, json.loads(answer.body)) == (200, {"places": [ZINC]})
    finally:
        sandbox.stop()
