"""The simulated till walks the checklist by its calls alone, over real HTTP; and contest games (loyalty.md 2.5)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.rewards import catalogue
from comptoir.connectors.sixpos.simulator.server import PartnerServer, Refused
from comptoir.connectors.sixpos.simulator.till import Configuration, SwitchedOff, Till
from tests.apps.loyalty.partner.pos import ALICES_NUMBER, Pos, open_brand, refusal
from tests.people import People
from tests.servers import WebServer, web_server


def coffee(people: People) -> str:
    return catalogue.save(
        organisation_id=people.le_zinc.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=(),
        is_active=True,
        products={"sixpos": "7"},
        actor="user:1",
        now=datetime.now(UTC),
    ).public_id


@pytest.fixture
def pos(people: People) -> Pos:
    return open_brand(people.le_zinc, people.bar)


@pytest.fixture(scope="module")
def server(django_db_setup: None) -> Iterator[WebServer]:
    with web_server() as serving:
        yield serving


@pytest.mark.django_db(transaction=True)
def test_the_checklist_turns_green_by_the_calls_of_the_till(people: People, pos: Pos, server: WebServer) -> None:
    coffee(people)
    brand = PartnerServer(server.url, pos.token)
    till = Till(brand, Configuration(store=people.bar.slug))
    with pytest.raises(SwitchedOff):
        till.find(ALICES_NUMBER)
    till.configuration.is_active = True
    assert brand.get("test-token")["merchant"] == "Le Zinc"
    assert [each["slug"] for each in brand.get("stores")] == [people.bar.slug]
    assert till.find(ALICES_NUMBER) is None
    till.enrol(ALICES_NUMBER, first_name="Alice", has_optin=False)
    till.add("12", "Menu", 2190)
    sold = till.close()
    assert (sold.status, sold.body["points_earned"]) == (201, 21)
    assert till.send_again(till.last).status == 202
    assert till.find(ALICES_NUMBER)
    [reward] = till.rewards()
    till.use_reward(reward)
    till.add("12", "Menu", 1000)
    assert till.close().body["points_earned"] == 10
    assert HeldReward.objects.get().state == "used"
    back = till.refund(sold.body["order_id"], 1000, "r1")
    assert back.body["points_earned"] == 11
    missing = [each["name"] for each in brand.get("checklist") if each["done_at"] is None]
    assert missing == []
    page = people.client(people.alice).get("/loyalty/partners/checklist").content.decode()
    assert "14 of 14" in page


@pytest.mark.django_db(transaction=True)
def test_the_till_is_told_in_words_what_it_may_not(people: People, pos: Pos, server: WebServer) -> None:
    till = Till(PartnerServer(server.url, "cpt_made-up"), Configuration(store=people.bar.slug, is_active=True))
    with pytest.raises(Refused) as refused:
        till.find(ALICES_NUMBER)
    assert (refused.value.status, refused.value.code) == (401, "token_invalid")


@pytest.mark.django_db
def test_a_play_is_recorded_once_and_its_prize_is_held(people: People, pos: Pos) -> None:
    reward = coffee(people)
    customer = pos.sells("1").json()["customer"]["public_id"]
    game = pos.call("post", "contest-games", {"name": "Wheel", "reward_id": reward}).json()
    assert pos.get("contest-games").json() == [game]
    said = {"customer": customer, "store_slug": people.bar.slug, "reference": "p1", "won": True}
    path = f"contest-games/{game['public_id']}/plays"
    won, again = pos.call("post", path, said), pos.call("post", path, said)
    assert (won.status_code, again.status_code) == (201, 200)
    assert won.json()["hash"] == again.json()["hash"] == HeldReward.objects.get().code
    lost = pos.call("post", path, said | {"reference": "p2", "won": False})
    assert (lost.status_code, lost.json()["hash"]) == (201, None)
    assert pos.get(f"customers/{customer}").json()["points"] == 21
    unknown = pos.call("post", "contest-games/gam_01JZZZZZZZZZZZZZZZZZZZZZZZ/plays", said)
    assert refusal(unknown) == (404, "not_found")
