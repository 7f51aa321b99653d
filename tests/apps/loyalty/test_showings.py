"""Offers on tablets: when they appear, what takes them away, who gets them (loyalty.md 2.4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from comptoir.apps.loyalty import claims, entries, showings
from comptoir.apps.loyalty.devices import Screen, Showing, Tablet
from comptoir.apps.loyalty.members import passes
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.tablets import claiming, state
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.pos.scans import REFERENCE
from tests.apps.loyalty.counter import before_it, linked, shown, state_of
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill, refund, till_of
from tests.people import People


def balance(till: Till, phone: str) -> int:
    member = Member.objects.get(organisation=till.organisation, phone=phone)
    return entries.balance(till.organisation.id, member.id)


def collect(till: Till, tablet: Tablet, number: str, phone: str = ALICES_PHONE, key: str = "k1") -> dict[str, object]:
    return claiming.claim(tablet=tablet, key=key, offer_id=till.offer(number).id, phone=phone, now=till.now)


def test_a_sale_appears_on_the_tablet_of_its_register(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    assert shown(till, tablet) == "A1"
    assert state_of(till, "A1") == Screen.SHOWN
    said = state.state(tablet, now=till.now)
    assert (said["offer"]["amount"], said["offer"]["points"]) == ("24.00", 24)
    assert ALICES_PHONE not in str(said)


def test_the_order_that_detected_the_register_is_not_offered(till: Till) -> None:
    tablet = linked(till)
    assert shown(till, tablet) == ""


def test_a_sale_below_the_minimum_is_not_offered(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "0.60"))
    assert shown(till, tablet) == ""


def test_e12_a_refunded_sale_leaves_the_tablet(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"), refund("A2", "A1", "-24.00"))
    assert shown(till, tablet) == ""


def test_a_bill_whose_pass_was_scanned_at_the_till_is_collected_and_not_shown(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "5.00"))
    till.claim("A1")
    alice = Member.objects.get(organisation=till.organisation, phone=ALICES_PHONE)
    code = passes.issue(organisation_id=till.organisation.id, member_id=alice.id, actor="", now=till.now).code
    till.record(bill("A2", "24.00"), aliases=(f"{REFERENCE}:{code}",))
    till.hear()
    assert till.offer("A2").member_id == alice.id
    assert shown(till, tablet) == ""
    assert not Showing.objects.filter(offer_id=till.offer("A2").id).exists()


def test_e21_none_of_two_hundred_late_orders_is_shown(till: Till) -> None:
    tablet = linked(till)
    closed = [NOON - timedelta(minutes=11 + number % 40) for number in range(200)]
    till.record(*(bill(f"A{number}", "9.00", at=at) for number, at in enumerate(closed)))
    till.hear()
    assert shown(till, tablet) == ""
    till.sends(bill("B1", "9.00", at=NOON - timedelta(minutes=9)))
    assert shown(till, tablet) == "B1"


def test_an_offer_times_out_ten_minutes_after_the_close(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    assert shown(till, tablet) == "A1"
    till.now = NOON + timedelta(minutes=10, seconds=1)
    assert shown(till, tablet) == ""
    assert state_of(till, "A1") == Screen.TIMED_OUT


def test_e22_the_next_order_takes_the_place_of_an_unclaimed_one(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"), bill("A2", "30.00", at=NOON + timedelta(seconds=1)))
    assert (shown(till, tablet), before_it(till, tablet)) == ("A2", "A1")
    assert state_of(till, "A1") == Screen.SUPERSEDED
    till.now += timedelta(minutes=2, seconds=1)
    assert before_it(till, tablet) == ""


def test_an_older_order_that_comes_later_does_not_take_its_place(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A2", "30.00"), bill("A1", "24.00", at=NOON - timedelta(minutes=1)))
    assert shown(till, tablet) == "A2"


def test_hearing_of_a_sale_twice_changes_nothing(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    claiming.dismiss(tablet=tablet, offer_id=till.offer("A1").id, now=till.now)
    till.sends(bill("A1", "25.00"))
    assert (shown(till, tablet), state_of(till, "A1")) == ("", Screen.DISMISSED)


def test_a_claim_gives_points_and_ends_the_showing(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    answer = collect(till, tablet, "A1")
    assert (answer["points"], answer["balance"], answer["who"]) == (24, 24, "+33 6 ** ** ** 42")
    assert (shown(till, tablet), state_of(till, "A1")) == ("", Screen.CLAIMED)


def test_a_claim_at_the_counter_ends_the_showing_too(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    till.claim("A1")
    assert (shown(till, tablet), state_of(till, "A1")) == ("", Screen.CLAIMED)


def test_the_same_key_hears_the_same_answer_and_counts_once(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    first = collect(till, tablet, "A1")
    assert collect(till, tablet, "A1") == {**first, "is_undone": False}
    assert balance(till, ALICES_PHONE) == 24


def test_e28_a_wrong_number_is_undone_within_two_minutes(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    collect(till, tablet, "A1", BOBS_PHONE)
    claiming.undo(tablet=tablet, key="k1", now=till.now)
    claiming.undo(tablet=tablet, key="k1", now=till.now)
    assert (balance(till, BOBS_PHONE), shown(till, tablet)) == (0, "A1")

    collect(till, tablet, "A1", ALICES_PHONE, key="k2")
    assert (balance(till, ALICES_PHONE), balance(till, BOBS_PHONE)) == (24, 0)
    assert till.entries("A1") == [("earn", 24), ("undo", -24), ("attach", 24)]
    collect(till, tablet, "A1", BOBS_PHONE, key="k1")  # sent once more by a queue: it was undone
    assert balance(till, BOBS_PHONE) == 0

    till.now += timedelta(minutes=2, seconds=1)
    with pytest.raises(RuleBroken, match="two minutes"):
        claiming.undo(tablet=tablet, key="k2", now=till.now)


def test_an_undo_takes_nothing_from_whoever_has_the_sale_by_now(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    collect(till, tablet, "A1", BOBS_PHONE)
    offer = till.offer("A1")
    till.now += timedelta(seconds=5)
    claims.reattach(
        organisation_id=till.organisation.id, offer_id=offer.id, phone=ALICES_PHONE, actor="user:1", now=till.now
    )
    claiming.undo(tablet=tablet, key="k1", now=till.now)
    assert (balance(till, ALICES_PHONE), balance(till, BOBS_PHONE)) == (24, 0)


def test_e22_staff_give_a_sale_to_the_right_guest_within_a_day(till: Till) -> None:
    till.sends(bill("A1", "24.00"))
    till.claim("A1", BOBS_PHONE)
    who = {"organisation_id": till.organisation.id, "offer_id": till.offer("A1").id, "actor": "user:1"}
    till.now += timedelta(hours=23)
    claims.reattach(phone=ALICES_PHONE, now=till.now, **who)  # type: ignore[arg-type]
    assert (balance(till, ALICES_PHONE), balance(till, BOBS_PHONE)) == (24, 0)
    till.sends(refund("A2", "A1", "-10.00"))
    assert (balance(till, ALICES_PHONE), balance(till, BOBS_PHONE)) == (14, 0)
    till.now += timedelta(hours=25)
    with pytest.raises(RuleBroken, match="24 hours"):
        claims.reattach(phone=BOBS_PHONE, now=till.now, **who)  # type: ignore[arg-type]


def test_e23_of_two_tablets_one_gets_the_offer(till: Till) -> None:
    one, other = linked(till, "One"), linked(till, "Other")
    till.sends(bill("A1", "24.00"))
    assert (shown(till, one), shown(till, other)) == ("A1", "A1")
    collect(till, one, "A1")
    assert shown(till, other) == ""
    with pytest.raises(RuleBroken, match="already collected"):
        collect(till, other, "A1", BOBS_PHONE)


@pytest.mark.django_db(transaction=True)
def test_e23_also_when_both_ask_at_the_same_instant(people: People) -> None:
    till = till_of(people.le_zinc, people.bar)
    tablets = [linked(till, "One"), linked(till, "Other")]
    till.sends(bill("A1", "24.00"))

    def attempt(number: int) -> str:
        try:
            collect(till, tablets[number % 2], "A1", (ALICES_PHONE, BOBS_PHONE)[number % 2], key=f"k{number % 2}")
        except RuleBroken as refused:
            return refused.code
        finally:
            connections.close_all()
        return "collected"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(attempt, range(6)))
    assert sorted(set(outcomes)) == ["already_collected", "collected"]
    assert till.entries("A1") == [("earn", 24)]


def test_e30_a_tablet_learns_nothing_of_a_number_and_tries_are_limited(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"))
    till.claim("A1", BOBS_PHONE)
    answers = set()
    for number, phone in enumerate((BOBS_PHONE, ALICES_PHONE)):
        with pytest.raises(RuleBroken) as refused:
            claiming.claim(tablet=tablet, key=f"x{number}", offer_id=till.offer("A0").id, phone=phone, now=till.now)
        answers.add((refused.value.code, refused.value.for_owner))
    assert len(answers) == 1, "a known number is answered like an unknown one"
    for number in range(claiming.CLAIMS - 2):
        with pytest.raises(RuleBroken):
            collect(till, tablet, "A0", key=f"y{number}")
    with pytest.raises(RuleBroken) as refused:
        collect(till, tablet, "A1", key="z")
    assert refused.value.code == "rate_limited"


def test_a_tablet_collects_nothing_of_another_organisation(till: Till, people: People) -> None:
    tablet = linked(till)
    other = till_of(people.chez_charlie, people.shop)
    other.sends(bill("C1", "24.00", location_id="777"))
    with pytest.raises(RuleBroken, match="nothing here"):
        claiming.claim(tablet=tablet, key="k", offer_id=other.offer("C1").id, phone=ALICES_PHONE, now=till.now)
    assert showings.audience(tablet.id) not in public_id("tbl", tablet.id)
