"""What earns points, and what does not (loyalty.md section 4)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from comptoir.apps.loyalty import entries, programmes
from comptoir.apps.loyalty.models import Entry, Member, Offer, Programme
from comptoir.core.installations.models import Installation
from comptoir.kernel.errors import RuleBroken
from comptoir.pos.model import SaleKind, SaleState
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill, counter_entry, open_check, till_of
from tests.people import People


def minimum(till: Till, amount: int, *, points: int = 1, per: int = 100) -> Programme:
    return programmes.change(
        organisation_id=till.organisation.id,
        rate_points=points,
        rate_minor=per,
        minimum_order=amount,
        actor="user:1",
        now=NOON - timedelta(days=1),
    )


def test_a_closed_sale_waits_and_becomes_points(till: Till) -> None:
    till.sends(bill("A1", "24.50", tip=Decimal("3.00")))
    assert (till.offer("A1").state, till.offer("A1").points) == ("open", 24)
    claimed = till.claim("A1", "06 12 34 56 42")
    assert (claimed.points, claimed.balance, claimed.member.phone, claimed.is_new_member) == (
        24,
        24,
        ALICES_PHONE,
        True,
    )
    assert till.offer("A1").state == "credited"
    entry = Entry.objects.get()
    assert (entry.kind, entry.points, entry.eligible, entry.currency, entry.programme_version) == (
        "earn",
        24,
        2450,
        "EUR",
        1,
    )
    assert entry.inputs == {
        "total": 2450,
        "target": 24,
        "rate_points": 1,
        "rate_minor": 100,
        "minimum_order": 100,
        "rounding": "floor",
    }


def test_a_second_sale_adds_up(till: Till) -> None:
    till.sends(bill("A1", "10.00"), bill("A2", "5.99"))
    till.claim("A1")
    assert till.claim("A2").balance == 15
    assert Member.objects.count() == 1


def test_e01_the_same_order_many_times_earns_once(till: Till) -> None:
    for _ in range(50):
        till.record(bill("A1", "10.00"))
    till.hear()
    till.claim("A1")
    till.sends(*[bill("A1", "10.00", closed_at=NOON)] * 5)
    assert till.entries("A1") == [("earn", 10)]
    assert Offer.objects.count() == 1


def test_e02_update_closed_then_close_earns_once(till: Till) -> None:
    till.sends(open_check("A1", "8.00"), bill("A1", "10.00"))
    till.claim("A1")
    till.sends(bill("A1", "10.00"))
    assert till.entries("A1") == [("earn", 10)]


def test_e03_the_same_number_in_two_stores_is_two_orders(till: Till, people: People) -> None:
    from tests.people import create_store

    other = till_of(people.le_zinc, create_store(people.le_zinc, "Le Zinc 2"))
    till.sends(bill("A1", "10.00"))
    other.sends(bill("A1", "10.00", location_id="45200"))
    assert len(till.offers()) == 2


@pytest.mark.parametrize(
    ("total", "state", "points"),
    [("10.00", "open", 10), ("9.99", "ineligible", 0), ("10.99", "open", 10), ("0.60", "ineligible", 0)],
)
def test_e06_the_minimum_is_inclusive(till: Till, total: str, state: str, points: int) -> None:
    minimum(till, 1000)
    till.sends(bill("A1", total))
    assert (till.offer("A1").state, till.offer("A1").points) == (state, points)


def test_below_the_minimum_nobody_can_collect(till: Till) -> None:
    till.sends(bill("A1", "0.99"))
    with pytest.raises(RuleBroken) as refused:
        till.claim("A1")
    assert refused.value.code == "not_collectable"
    assert not Member.objects.exists()


def test_e07_a_bill_of_nothing_earns_nothing(till: Till) -> None:
    till.sends(bill("A1", "0.00"))
    offer = till.offer("A1")
    assert (offer.state, offer.reason, offer.points) == ("ineligible", "nothing_paid", 0)


def test_e15_open_checks_and_counter_entries_never_wait(till: Till) -> None:
    till.sends(open_check("A21", "28.50"), counter_entry("A22", "A21", "-28.50"))
    till.sends(open_check("A23", "28.50", previous_external_id="A21"))
    assert till.offers() == []
    till.sends(bill("A23", "28.50", previous_external_id="A21"))
    till.claim("A23")
    assert [offer.external_id for offer in till.offers()] == ["A23"]
    assert till.entries("A23") == [("earn", 28)]


def test_e15_a_reopened_account_ends_at_the_points_of_the_final_bill(till: Till) -> None:
    till.sends(bill("A21", "28.50"))
    till.claim("A21")
    till.sends(counter_entry("A22", "A21", "-28.50"), bill("A23", "31.00", previous_external_id="A21"))
    assert (till.offer("A21").state, till.points("A21")) == ("voided", 0)
    assert till.claim("A23").balance == 31


def test_e16_a_split_bill_earns_on_each_account(till: Till) -> None:
    minimum(till, 1000)
    till.sends(open_check("A1", "40.00"), counter_entry("A2", "A1", "-40.00"))
    till.sends(*(bill(f"A{n}", total, previous_external_id="A1") for n, total in [(3, "10.00"), (4, "9.00")]))
    till.sends(*(bill(f"A{n}", total, previous_external_id="A1") for n, total in [(5, "11.00"), (6, "10.00")]))
    assert [(offer.state, offer.points) for offer in till.offers()] == [
        ("open", 10),
        ("ineligible", 0),
        ("open", 11),
        ("open", 10),
    ]


def test_e18_the_rule_in_force_at_the_close_counts(till: Till) -> None:
    till.sends(bill("A0", "10.00"))
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=3,
        rate_minor=100,
        minimum_order=100,
        actor="user:1",
        now=NOON + timedelta(minutes=10),
    )
    till.now = NOON + timedelta(minutes=20)
    till.sends(bill("A1", "10.00"), bill("A2", "10.00", at=NOON + timedelta(minutes=11)))
    assert (till.offer("A1").points, till.offer("A2").points) == (10, 30)
    assert till.claim("A0").points == 10


def test_e19_a_clock_that_runs_ahead_earns_by_the_arrival(till: Till) -> None:
    till.sends(bill("A1", "10.00", at=NOON + timedelta(days=2)))
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=3,
        rate_minor=100,
        minimum_order=100,
        actor="user:1",
        now=NOON + timedelta(days=1),
    )
    till.now = NOON + timedelta(days=3)
    assert till.claim("A1").points == 10


def test_e20_what_arrives_a_month_late_waits_for_nobody(till: Till) -> None:
    till.sends(bill("A1", "10.00", at=NOON - timedelta(days=31)))
    offer = till.offer("A1")
    assert (offer.state, offer.reason) == ("ineligible", "too_old")


def test_e23_the_first_claim_wins(till: Till) -> None:
    till.sends(bill("A1", "10.00"))
    till.claim("A1")
    again = till.claim("A1", "+33 6 12 34 56 42")
    assert (again.is_repeat, again.points, again.balance) == (True, 10, 10)
    with pytest.raises(RuleBroken) as refused:
        till.claim("A1", BOBS_PHONE)
    assert (refused.value.code, refused.value.status) == ("already_collected", 409)
    assert till.entries("A1") == [("earn", 10)]
    assert Member.objects.count() == 1


def test_e51_a_currency_without_decimals_counts_in_its_own_units(till: Till) -> None:
    till.sends(bill("A1", "1250", currency="JPY"))
    assert (till.offer("A1").total, till.offer("A1").points) == (1250, 12)


def test_a_rate_too_coarse_for_the_amount_earns_nothing(till: Till) -> None:
    minimum(till, 0, points=1, per=1000)
    till.sends(bill("A1", "9.99"))
    assert (till.offer("A1").state, till.offer("A1").reason) == ("ineligible", "no_whole_point")


def test_a_store_without_loyalty_is_left_alone(till: Till) -> None:
    Installation.objects.update(enabled=False)
    till.sends(bill("A1", "10.00"))
    assert till.offers() == []


@pytest.mark.parametrize(
    "sale",
    [
        bill("A1", "10.00", counted=False),
        bill("A1", "10.00", state=SaleState.CANCELLED),
        bill("A1", "-10.00"),
        bill("A1", "10.00", kind=SaleKind.FLOAT),
        bill("A1", "10.00", kind=SaleKind.EXCHANGE),
    ],
)
def test_only_closed_counted_sales_begin_an_offer(till: Till, sale: object) -> None:
    till.sends(sale)  # type: ignore[arg-type]
    assert till.offers() == []


def test_a_claim_of_another_organisation_finds_nothing(till: Till, people: People) -> None:
    till.sends(bill("A1", "10.00"))
    stranger = till_of(people.chez_charlie, people.shop)
    with pytest.raises(RuleBroken) as refused:
        stranger.claim_offer(till.offer("A1").id)
    assert refused.value.status == 404


def test_e46_one_phone_is_two_members_at_two_organisations(till: Till, people: People) -> None:
    stranger = till_of(people.chez_charlie, people.shop)
    for each in (till, stranger):
        each.sends(bill("A1", "10.00"))
        each.claim("A1")
    members = Member.objects.filter(phone=ALICES_PHONE)
    assert [entries.balance(member.organisation_id, member.id) for member in members] == [10, 10]
