"""Location ids and how shops are matched with them (traffic-analytics.md 2.3)."""

from dataclasses import dataclass

import pytest

from comptoir.apps.traffic.chains import save_location
from comptoir.apps.traffic.counting.aside import take, take_up
from comptoir.apps.traffic.location_ids import Place, by_names, check, matching, propose, shown, twins
from comptoir.kernel.errors import RuleBroken
from tests.apps.traffic.chain import DAY, NOW, come, hour, utc_store
from tests.people import People


@pytest.mark.parametrize(
    ("shop", "stored", "mask", "matches"),
    [
        ("1", "0001", "", True),
        ("4", "0004", "", True),
        ("12", "0012", "", True),
        ("1234", "1234", "", True),
        ("12345", "12345", "", True),
        ("1", "1", "", True),
        ("1", "01", "", True),
        ("1", "001", "", True),
        ("1", "10", "", False),
        ("1", "1000", "", False),
        ("7", "SB0007", "last_4", True),
        ("7", "SB007", "last_3", True),
        ("7", "SB0007", "", False),
        ("0af5-11ee", "0af5-11ee", "", True),
        ("1105012345678901", "1105012345678901", "", True),
    ],
)
def test_matching_rules(shop: str, stored: str, mask: str, matches: bool) -> None:
    assert (shown(shop) == matching(stored, mask)) is matches
    found = propose([Place("shop", shop, "Rue Alice")], [Place("here", stored, "Place Bob", mask)])
    assert found == ({"shop": "here"} if matches else {})


def test_2_3_feeds_name_a_location_by_what_of_its_id_counts_or_by_all_of_it() -> None:
    """Unless that is another's: what is compared goes before."""

    @dataclass
    class Known:
        location_id: str
        matching_id: str

    masked, plain, nameless = Known("SB0007", "0007"), Known("9", "0009"), Known("", "")
    assert by_names([masked, plain, nameless]) == {"SB0007": masked, "0007": masked, "0009": plain}
    other = Known("SB0007", "SB0007")
    assert by_names([other, masked])["SB0007"] is other


def test_ta01_shop_1_matches_the_id_1_and_is_shown_0001() -> None:
    assert propose([Place("s", "1", "a")], [Place("l", "1", "b")]) == {"s": "l"}
    assert shown("1") == "0001"


def test_ta02_shop_10_does_not_match_the_id_1() -> None:
    assert propose([Place("s", "10", "a")], [Place("l", "1", "b")]) == {}


def test_a_name_proposes_what_no_id_does_and_doubt_proposes_nothing() -> None:
    shops = [Place("s1", "1", "Rue d’Alice"), Place("s2", "2", "Quai Bob"), Place("s3", "3", "Charlie")]
    locations = [Place("l1", "", "rue d'alice"), Place("l2", "2", "elsewhere"), Place("l3", "", "Charlie")]
    assert propose(shops, [*locations, Place("l4", "", "CHARLIE")]) == {"s1": "l1", "s2": "l2"}


def test_an_address_proposes_what_neither_id_nor_name_does_and_in_doubt_nothing() -> None:
    shops = [
        Place("s1", "1", "Shop 1", address="12, rue d'Alice, 75011 Paris"),
        Place("s2", "2", "Shop 2", address="3 quai Bob, Lyon"),
        Place("s3", "3", "Shop 3"),
    ]
    alice = Place("l1", "", "Le Zinc", address="12 rue d’Alice 75011 PARIS")
    bob = [Place("l2", "", "Bob", address="3, quai Bob, Lyon"), Place("l3", "", "Bob too", address="3 Quai Bob – Lyon")]
    assert propose(shops, [alice, *bob, Place("l4", "", "Nowhere")]) == {"s1": "l1"}
    assert propose(shops, [alice, Place("l5", "1", "By its id")])["s1"] == "l5", "an id goes before an address"


@pytest.mark.parametrize("said", ["0", "0000", "a b", "x" * 65, "1;2"])
def test_what_is_no_id_is_refused(said: str) -> None:
    with pytest.raises(RuleBroken):
        check(said)


def test_ids_that_become_equal_are_named() -> None:
    assert twins([("001", ""), ("0001", ""), ("SB0001", "last_4"), ("2", "")]) == {"0001"}


@pytest.mark.django_db(transaction=True)
def test_2_3_a_file_and_a_feed_that_say_the_whole_id_are_matched_with_a_mask(people: People) -> None:
    """At once, and what waited for the location to appear."""
    utc_store(people)
    file = f"location id,date,hour,traffic in\nSB0007,{DAY},10,5\n".encode()
    said = {"organisation_id": people.le_zinc.id, "now": NOW}
    assert take(content=file, actor="user:1", store_ids=None, **said).aside == 1
    put = {"store": people.bar, "node_id": None, "actor": "user:1", "now": NOW, "today": DAY}
    with pytest.raises(RuleBroken, match="0 is no shop"):
        save_location(values={"location_id": "SB0000", "mask": "last_4"}, **put)
    save_location(values={"location_id": "SB0007", "mask": "last_4"}, **put)
    assert take_up(**said) == 1
    assert take(content=file.replace(b",10,5", b",11,6"), actor="user:1", store_ids=None, **said).taken == 1
    assert (come(people, {12: 7}, location="SB0007").taken, come(people, {13: 8}, location="7").taken) == (1, 1)
    assert [hour(people, each).visitors for each in (10, 11, 12, 13)] == [5, 6, 7, 8]
