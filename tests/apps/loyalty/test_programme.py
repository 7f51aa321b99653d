"""The programme: its pages, its versions, its limits."""

from datetime import timedelta

import pytest

from comptoir.apps.loyalty import entries, programmes
from comptoir.apps.loyalty.models import Entry, Programme
from comptoir.apps.loyalty.points import Basis
from comptoir.apps.loyalty.programmes import Terms
from comptoir.core.accounts.roles import Role
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.test_pages import see, text
from tests.apps.loyalty.till import BOBS_PHONE, NOON, Till, bill, refund
from tests.people import People, create_member

PAGE, CHANGE = "/loyalty/programme", "/loyalty/programme/change"
TYPED = {
    "rate_points": "3",
    "rate_amount": "1.00",
    "minimum": "10.00",
    "rounding": "floor",
    "basis": "with_tax",
    "expiry": "inactivity",
    "expiry_months": "6",
    "reward_months": "12",
    "most_per_day": "500",
}


def change(till: Till, terms: Terms, *, points: int = 1, per: int = 100, minimum: int = 0) -> None:
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=points,
        rate_minor=per,
        minimum_order=minimum,
        actor="user:1",
        now=NOON - timedelta(days=1),
        terms=terms,
    )


def test_the_first_version_is_shown_with_examples(people: People) -> None:
    shown = see(people, people.bob, PAGE)
    assert "1 point per €1.00, from €1.00 on. A bill of €10.99 gives 10 points." in shown
    assert "A bill of €0.99 0 points" in shown
    assert "Change the programme" not in shown, "staff sees, and changes nothing"


def test_saving_makes_the_next_version_and_keeps_the_old_one(people: People) -> None:
    assert people.client(people.alice).post(CHANGE, TYPED).status_code == 302
    shown = see(people, people.alice, PAGE)
    assert "3 points per €1.00, from €10.00 on. A bill of €10.99 gives 32 points." in shown
    assert "At most 500 points for one member in a day." in shown
    assert "Points expire 6 months after the latest visit." in shown
    assert "1 point per €1.00, from €1.00 on" in shown, "the first version stays on the page"
    assert "Alice" in shown
    assert Programme.objects.count() == 2


def test_the_example_follows_what_is_typed_and_saves_nothing(people: People) -> None:
    client = people.client(people.alice)
    typed = TYPED | {"rounding": "ceil"}
    assert "A bill of €10.99 33 points" in text(client.get("/loyalty/programme/example", typed).content)
    assert "not filled in yet" in text(client.get("/loyalty/programme/example", {}).content)
    assert not Programme.objects.filter(version=2).exists()


@pytest.mark.parametrize(
    ("field", "value", "answer"),
    [
        ("rate_amount", "0", "The amount is more than 0."),
        ("rate_amount", "1.005", "This currency has no such fraction."),
        ("starts_on", "2020-01-01", "A change cannot begin in the past."),
        ("most_per_day", "0", "greater than or equal to 1"),
        ("rounding", "sideways", "Select a valid choice"),
    ],
)
def test_what_does_not_fit_is_said_under_its_field(people: People, field: str, value: str, answer: str) -> None:
    response = people.client(people.alice).post(CHANGE, TYPED | {field: value})
    assert response.status_code == 422
    assert answer in text(response.content)
    assert not Programme.objects.filter(version=2).exists()


def test_a_later_version_waits_for_its_day(people: People, till: Till) -> None:
    later = NOON + timedelta(days=3)
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=5,
        rate_minor=100,
        minimum_order=0,
        actor="user:1",
        now=NOON,
        effective_from=later,
    )
    till.now = later + timedelta(hours=1)
    till.sends(bill("A1", "10.00", at=NOON + timedelta(hours=1)), bill("A2", "10.00", at=later))
    assert (till.offer("A1").points, till.offer("A2").points) == (10, 50)
    with pytest.raises(RuleBroken):
        change_in_the_past(till)


def change_in_the_past(till: Till) -> None:
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=5,
        rate_minor=100,
        minimum_order=0,
        actor="user:1",
        now=NOON,
        effective_from=NOON - timedelta(seconds=1),
    )


def test_supervisors_change_it_and_managers_do_not(people: People) -> None:
    for role, status in ((Role.SUPERVISOR, 200), (Role.MANAGER, 403)):
        assert people.client(create_member(people.le_zinc, role, role)).get(CHANGE).status_code == status


def test_an_amount_without_tax_earns_without_it(till: Till) -> None:
    change(till, Terms(basis=Basis.WITHOUT_TAX))
    till.sends(bill("A1", "12.00", tax="2.00"))
    assert till.claim("A1").points == 10
    till.sends(refund("A2", "A1", "-6.00", tax="-1.00"))
    assert till.entries("A1") == [("earn", 10), ("reversal", -5)]


def test_one_sale_gives_at_most_its_limit_and_a_refund_counts_from_there(till: Till) -> None:
    change(till, Terms(most_per_sale=20))
    till.sends(bill("A1", "50.00"))
    assert till.claim("A1").points == 20
    till.sends(refund("A2", "A1", "-25.00"))
    assert till.points("A1") == 20
    till.sends(refund("A3", "A1", "-10.00"))
    assert till.points("A1") == 15


def test_e29_a_day_gives_one_number_at_most_its_limit(till: Till) -> None:
    change(till, Terms(most_per_day=30))
    till.sends(*(bill(f"A{number}", "20.00") for number in range(3)))
    assert [till.claim(f"A{number}").points for number in range(3)] == [20, 10, 0]
    assert till.entries("A2") == [("earn", 0)]
    till.sends(bill("B1", "20.00"), bill("C1", "20.00", at=NOON - timedelta(days=1)))
    assert till.claim("B1", BOBS_PHONE).points == 20
    assert till.claim("C1").points == 20, "another day"


def test_a_month_and_a_balance_have_limits_of_their_own(till: Till) -> None:
    change(till, Terms(most_per_month=30, most_held=25))
    till.sends(*(bill(f"A{number}", "20.00", at=NOON - timedelta(days=number)) for number in range(2)))
    assert [till.claim(f"A{number}").points for number in range(2)] == [20, 5]


def test_the_reason_names_the_limit(people: People, till: Till) -> None:
    change(till, Terms(most_per_day=15))
    till.sends(bill("A1", "20.00"))
    member = till.claim("A1").member
    assert "The limits of the programme left 15 points." in see(
        people, people.alice, f"/loyalty/members/{member.public_id}"
    )


def test_a_balance_can_be_made_to_stop_at_zero(till: Till) -> None:
    change(till, Terms(stops_at_zero=True))
    till.sends(bill("A1", "50.00"))
    member = till.claim("A1").member
    Entry.objects.create(
        organisation=till.organisation, member_id=member.id, kind="spend", points=-30, created_at=till.now
    )
    taken = refund("A2", "A1", "-50.00")
    till.sends(taken, taken)
    assert till.entries("A1") == [("earn", 50), ("reversal", -20)]
    till.sends(bill("A3", "10.00"))
    assert till.claim("A3").balance == 10
    till.sends(taken)
    assert entries.balance(till.organisation.id, member.id) == 10, "what was forgiven is not asked for again"
    till.sends(refund("A2", "A1", "-40.00"))
    assert till.points("A1") == 30, "what was forgiven comes back first"
