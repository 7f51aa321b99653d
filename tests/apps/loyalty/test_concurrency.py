"""Several workers and several tablets at once: one earn, one owner, nothing lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connections

from comptoir.apps.loyalty import entries, programmes
from comptoir.apps.loyalty.models import Entry, Member, Offer, Programme
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.till import ALICES_PHONE, NOON, Till, bill, refund

pytestmark = pytest.mark.django_db(transaction=True)

Answer = TypeVar("Answer")


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """Run all acts in threads that start together; each with a connection of its own."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Answer]) -> Answer:
        try:
            start.wait(60)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def outcome(act: Callable[[], object]) -> Callable[[], str]:
    """What an act came to, in one word."""

    def run() -> str:
        try:
            act()
        except RuleBroken as refused:
            return refused.code
        return "done"

    return run


def test_e01_one_order_delivered_by_many_workers_at_once(till: Till) -> None:
    for _ in range(5):
        till.record(bill("A1", "10.00"))
        till.record(bill("A1", "10.00", covers=2))
        at_once([till.hear] * 4)
    assert Offer.objects.count() == 1
    till.claim("A1")
    assert till.entries("A1") == [("earn", 10)]


def test_a_sale_and_its_refunds_handled_at_once(till: Till) -> None:
    """Every event is refreshed directly, so that the workers truly race for one offer."""
    from django.db import transaction

    from comptoir.apps.loyalty import offers
    from comptoir.core.ledger import reads

    till.record(bill("A1", "20.00"), refund("A2", "A1", "-4.00"), refund("A3", "A1", "-5.00"))
    ids = [each.id for each in reads.sales(till.organisation.id)]

    def refresh(sale_id: object) -> Callable[[], None]:
        def run() -> None:
            with transaction.atomic():
                offers.refresh(organisation_id=till.organisation.id, sale_ids=[sale_id], now=till.now)  # type: ignore[arg-type]

        return run

    at_once([refresh(sale_id) for sale_id in ids * 4])
    assert (Offer.objects.count(), till.offer("A1").points) == (1, 11)
    till.claim("A1")
    till.record(refund("A4", "A1", "-1.00"), refund("A5", "A1", "-2.00"))
    ids = [each.id for each in reads.sales(till.organisation.id)]
    at_once([refresh(sale_id) for sale_id in ids * 3])
    assert till.entries("A1") == [("earn", 11), ("reversal", -3)]


def test_e23_many_phones_claim_one_offer_at_once(till: Till) -> None:
    till.sends(bill("A1", "10.00"))
    offer_id = till.offer("A1").id
    phones = [f"+3361234567{digit}" for digit in range(8)]
    outcomes = at_once([outcome(lambda phone=phone: till.claim_offer(offer_id, phone)) for phone in phones])  # type: ignore[misc]
    assert sorted(outcomes) == ["already_collected"] * 7 + ["done"]
    assert till.entries("A1") == [("earn", 10)]
    assert Member.objects.count() == 1, "a phone that came too late is nobody's yet"


def test_one_phone_claims_one_offer_many_times_at_once(till: Till) -> None:
    till.sends(bill("A1", "10.00"))
    offer_id = till.offer("A1").id
    claimed = at_once([lambda: till.claim_offer(offer_id)] * 8)
    assert [each.balance for each in claimed] == [10] * 8
    assert sum(not each.is_repeat for each in claimed) == 1


def test_one_new_phone_claims_many_offers_at_once(till: Till) -> None:
    numbers = [f"A{number}" for number in range(8)]
    till.sends(*(bill(number, "10.00") for number in numbers))
    ids = [till.offer(number).id for number in numbers]
    at_once([lambda offer_id=offer_id: till.claim_offer(offer_id) for offer_id in ids])  # type: ignore[misc]
    member = Member.objects.get(phone=ALICES_PHONE)
    assert entries.balance(till.organisation.id, member.id) == 80


def test_a_claim_races_with_a_refund(till: Till) -> None:
    for number in range(0, 20, 2):
        sale, back = f"A{number}", f"A{number + 1}"
        till.sends(bill(sale, "10.00"))
        offer_id = till.offer(sale).id
        till.record(refund(back, sale, "-10.00"))
        outcomes = at_once([outcome(lambda offer_id=offer_id: till.claim_offer(offer_id)), outcome(till.hear)])  # type: ignore[misc]
        till.hear()
        assert outcomes == ["not_collectable", "done"]
        assert till.offer(sale).state == "voided"
    assert not Entry.objects.exists()


def test_a_claim_races_with_the_recording_of_a_refund(till: Till) -> None:
    for number in range(0, 20, 2):
        sale, back = f"A{number}", f"A{number + 1}"
        till.sends(bill(sale, "10.00"))
        offer_id = till.offer(sale).id
        at_once(
            [
                outcome(lambda offer_id=offer_id: till.claim_offer(offer_id)),  # type: ignore[misc]
                outcome(lambda back=back, sale=sale: till.sends(refund(back, sale, "-10.00"))),  # type: ignore[misc]
            ]
        )
        assert till.points(sale) == 0
        assert till.offer(sale).state == "voided"


def test_the_first_programme_is_made_once(till: Till) -> None:
    made = at_once([lambda: programmes.in_force(till.organisation.id, NOON, now=NOON)] * 8)
    assert {each.version for each in made} == {1}
    assert Programme.objects.count() == 1


def test_versions_saved_at_once_get_numbers_of_their_own(till: Till) -> None:
    def change() -> Programme:
        return programmes.change(
            organisation_id=till.organisation.id,
            rate_points=1,
            rate_minor=100,
            minimum_order=0,
            actor="user:1",
            now=NOON,
        )

    assert sorted(each.version for each in at_once([change] * 6)) == [2, 3, 4, 5, 6, 7]
