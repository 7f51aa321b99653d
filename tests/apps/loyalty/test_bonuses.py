"""Bonuses stand beside what a sale earns, move with it, and are given once (loyalty.md 1.4, E17, E50)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from comptoir.apps.loyalty import claims, entries, programmes
from comptoir.apps.loyalty.bonus import birthdays, managing, rules
from comptoir.apps.loyalty.bonus.managing import Terms
from comptoir.apps.loyalty.bonuses import BonusKind, BonusRule
from comptoir.apps.loyalty.members import profile
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.core.accounts.models import Store
from comptoir.core.installations.install import install_all
from comptoir.pos.model import Line, SaleState
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill, refund
from tests.people import People

SATURDAY = 6  # NOON is one
HOUR = timedelta(hours=1)


def bonus(till: Till, kind: BonusKind, *, at: datetime = NOON - HOUR, **terms: object) -> BonusRule:
    said = Terms(kind=kind, name=f"Bonus for {kind}", **terms)  # type: ignore[arg-type]
    return managing.add(organisation_id=till.organisation.id, terms=said, actor="user:1", now=at)


def given_on(till: Till, number: str) -> list[int]:
    """The bonuses of a bill, in order."""
    rows = Entry.objects.filter(sale_id=till.offer(number).sale_id, kind="bonus")
    return list(rows.order_by("created_at", "id").values_list("points", flat=True))


def balance(till: Till, phone: str = ALICES_PHONE) -> int:
    return entries.balance(till.organisation.id, Member.objects.get(phone=phone).id)


def test_twice_the_points_on_saturdays_are_an_entry_of_their_own(till: Till) -> None:
    bonus(till, BonusKind.DAYS, extra_percent=100, weekdays=[SATURDAY])
    till.sends(bill("A1", "24.50"), bill("A2", "10.00", at=NOON + 24 * HOUR))
    claim = till.claim("A1")
    assert (claim.points, claim.balance) == (48, 48)
    assert till.entries("A1") == [("earn", 24), ("bonus", 24)]
    till.claim("A2")
    assert given_on(till, "A2") == [], "a Sunday"


def test_a_product_brings_points_for_each_unit_that_was_kept(till: Till) -> None:
    bonus(till, BonusKind.PRODUCT, points=5, provider="lightspeed_k", skus=["12"])
    bonus(till, BonusKind.PRODUCT, points=50, provider="elsewhere", skus=["12"])
    cakes = Line(name="Cake", quantity=Decimal(3), unit_price=Decimal(4), total=Decimal(12), sku="12")
    till.sends(bill("A1", "20.00", lines=(cakes,)))
    till.claim("A1")
    assert given_on(till, "A1") == [15]
    back = Line(name="Cake", quantity=Decimal(1), unit_price=Decimal(4), total=Decimal(-4), sku="12")
    till.sends(refund("A1-", "A1", "-4.00", lines=(back,)))
    assert given_on(till, "A1") == [15, -5]
    assert balance(till) == 16 + 10


@pytest.mark.parametrize("times", [1, 3])
def test_a_refund_takes_its_part_of_a_bonus_once(till: Till, times: int) -> None:
    bonus(till, BonusKind.DAYS, extra_percent=50)
    bonus(till, BonusKind.VISIT, points=7)
    till.sends(bill("A1", "40.00"))
    till.claim("A1")
    assert balance(till) == 40 + 20 + 7
    till.sends(*[refund("R1", "A1", "-10.00")] * times)
    assert balance(till) == 30 + 15 + 7
    till.sends(*[refund("R2", "A1", "-30.00")] * times)
    assert balance(till) == 0


def test_where_a_balance_stops_at_0_a_refund_forgives_what_is_not_there_and_takes_it_back_once(till: Till) -> None:
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=1,
        rate_minor=100,
        minimum_order=100,
        actor="user:1",
        now=NOON - HOUR,
        terms=programmes.Terms(stops_at_zero=True),
    )
    bonus(till, BonusKind.DAYS, extra_percent=100)
    till.sends(bill("A1", "40.00"))
    alice = till.claim("A1").member
    Entry.objects.create(
        organisation=till.organisation, member_id=alice.id, kind="opening", points=-70, created_at=till.now
    )
    till.sends(*[refund("R1", "A1", "-30.00")] * 3)
    assert balance(till) == 0, "10 of 80 were left: 60 should have come off"
    assert given_on(till, "A1") == [40, 0], "an entry says that something was forgiven"
    till.sends(bill("A2", "25.00"))
    till.claim("A2")
    assert balance(till) == 50, "what was forgiven is not taken later"
    till.sends(refund("R1", "A1", "-30.00", state=SaleState.CANCELLED))
    assert balance(till) == 50 + 10, "of 60 that come back, 50 were never taken"


def test_an_undone_claim_keeps_no_bonus_and_the_next_member_has_it_all(till: Till) -> None:
    bonus(till, BonusKind.VISIT, points=7, again_after=240)
    till.sends(bill("A1", "40.00"))
    first = till.claim("A1")
    assert first.offer.claimed_at is not None
    claims.undo(
        organisation_id=till.organisation.id,
        offer_id=first.offer.id,
        claimed_at=first.offer.claimed_at,
        actor="user:1",
        now=till.now,
    )
    assert balance(till) == 0
    assert till.claim("A1", BOBS_PHONE).balance == 47
    assert balance(till) == 0


def test_e17_a_bill_that_is_split_in_four_is_one_visit(till: Till) -> None:
    bonus(till, BonusKind.VISIT, points=10, again_after=4 * 60)
    till.sends(*[bill(f"A{part}", "10.00", at=NOON + part * timedelta(minutes=2)) for part in range(4)])
    for part in (2, 0, 3, 1):
        till.claim(f"A{part}")
    assert balance(till) == 40 + 10
    till.sends(bill("B1", "10.00", at=NOON + 6 * HOUR))
    till.claim("B1")
    assert balance(till) == 50 + 20, "another visit in the evening"
    till.sends(bill("B2", "10.00", at=NOON + 6 * HOUR))
    till.claim("B2", BOBS_PHONE)
    assert balance(till, BOBS_PHONE) == 20, "of each customer"


def test_e17_without_a_delay_every_sale_is_a_visit(till: Till) -> None:
    bonus(till, BonusKind.VISIT, points=10)
    till.sends(*[bill(f"A{part}", "10.00") for part in range(4)])
    for part in range(4):
        till.claim(f"A{part}")
    assert balance(till) == 40 + 40


def test_a_visit_whose_bill_was_given_back_leaves_the_bonus_to_the_next(till: Till) -> None:
    bonus(till, BonusKind.VISIT, points=10, again_after=4 * 60)
    till.sends(bill("A1", "10.00"))
    till.claim("A1")
    till.sends(refund("R1", "A1", "-10.00"), bill("A2", "12.00", at=NOON + HOUR))
    till.claim("A2")
    assert balance(till) == 12 + 10


def test_a_rule_counts_for_sales_closed_while_it_stood(till: Till) -> None:
    rule = bonus(till, BonusKind.VISIT, points=10, at=NOON)
    till.sends(bill("A1", "10.00", at=NOON - timedelta(seconds=1)), bill("A2", "10.00"))
    managing.end(organisation_id=till.organisation.id, bonus_id=rule.id, actor="user:1", now=NOON + HOUR)
    till.now = NOON + 2 * HOUR
    till.sends(bill("A3", "10.00", at=NOON + HOUR))
    for number in ("A1", "A2", "A3"):
        till.claim(number)
    assert [given_on(till, number) for number in ("A1", "A2", "A3")] == [[], [10], []]


def born(till: Till, day: date, *, phone: str = ALICES_PHONE, since: datetime = NOON) -> Member:
    return profile.create(
        organisation_id=till.organisation.id,
        store_id=till.store.id,
        phone=phone,
        actor="user:1",
        now=since,
        fields={"birthday": day},
    )


def morning(till: Till, now: datetime) -> int:
    mine = till.organisation.id
    return birthdays.run(organisation_id=mine, running_at=programmes.running(mine), now=now)


def test_e50_a_birthday_is_a_day_of_the_store_and_brings_its_bonus_once_a_year(till: Till) -> None:
    bonus(till, BonusKind.BIRTHDAY, points=30)
    alice = born(till, date(1990, 3, 29))  # in 2026 the night of the clock change
    midnight = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # 00:00 in Paris
    assert morning(till, midnight - timedelta(seconds=1)) == 0
    assert morning(till, midnight) == 1
    assert [morning(till, midnight + hour * HOUR) for hour in range(1, 30)] == [0] * 29
    profile.update(
        organisation_id=till.organisation.id,
        member_id=alice.id,
        fields={"birthday": date(1990, 6, 1)},
        actor="user:1",
        now=midnight + 48 * HOUR,
    )
    assert morning(till, datetime(2026, 6, 1, 12, tzinfo=UTC)) == 0, "a birthday that was moved is no second one"
    assert morning(till, datetime(2027, 6, 1, 12, tzinfo=UTC)) == 1
    assert balance(till) == 60


def test_e50_who_was_born_on_29_february_has_a_birthday_each_year(till: Till) -> None:
    bonus(till, BonusKind.BIRTHDAY, points=30, at=datetime(2026, 1, 1, tzinfo=UTC))
    born(till, date(2000, 2, 29), since=datetime(2026, 1, 1, tzinfo=UTC))
    days = [datetime(2026, 2, 27, 12, tzinfo=UTC) + timedelta(days=day) for day in range(1200)]
    given = [now.date() for now in days if morning(till, now)]
    assert given == [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28)]


def test_e50_a_machine_that_was_off_costs_nobody_their_bonus(till: Till) -> None:
    bonus(till, BonusKind.BIRTHDAY, points=30)
    born(till, date(1990, 12, 30))
    born(till, date(1990, 3, 13), phone=BOBS_PHONE)  # the day before the member and the rule were there
    assert morning(till, NOON) == 0
    assert morning(till, datetime(2027, 1, 3, 12, tzinfo=UTC)) == 1
    assert Entry.objects.get(kind="bonus").bonus_step == 2026, "the year of the birthday, not of the morning"


def test_no_birthday_at_a_store_that_has_loyalty_off(till: Till) -> None:
    bonus(till, BonusKind.BIRTHDAY, points=30)
    born(till, date(1990, 3, 20))
    day = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert birthdays.run(organisation_id=till.organisation.id, running_at=set(), now=day) == 0
    assert morning(till, day) == 1


@given(
    born_on=st.dates(min_value=date(1900, 1, 1)), today=st.dates(min_value=date(2020, 1, 1), max_value=date(2100, 1, 1))
)
def test_a_birthday_is_due_on_seven_days_and_those_are_looked_up(born_on: date, today: date) -> None:
    due = rules.birthday_due(born_on, today)
    if due is not None:
        assert timedelta(0) <= today - due < rules.GIVEN_LATE
        assert (born_on.month, born_on.day) in rules.born_on(today)
    week = [rules.birthday_due(born_on, rules.birthday_in(2031, born_on) + timedelta(days=day)) for day in range(-1, 8)]
    assert [each is not None for each in week] == [False, *[True] * 7, False]


def test_an_owner_adds_and_ends_bonuses(people: People) -> None:
    client = people.client(people.alice)
    Store.objects.filter(id=people.bar.id).update(currency="EUR")
    assert b"nothing on top" in client.get(reverse("loyalty_bonuses")).content
    said = {
        BonusKind.DAYS: {"name": "Happy Tuesday", "times": "100", "weekdays": ["2"]},
        BonusKind.VISIT: {"name": "Welcome back", "points": "5", "hours": "4"},
        BonusKind.BIRTHDAY: {"name": "Birthday", "points": "50"},
    }
    for kind, data in said.items():
        assert client.get(reverse("loyalty_bonus_new", args=[kind])).status_code == 200
        assert client.post(reverse("loyalty_bonus_new", args=[kind]), data).status_code == 302
    page = client.get(reverse("loyalty_bonuses")).content.decode()
    assert all(words in page for words in ("100 % more, Tuesday", "once in 4 hours", "once a year"))
    rule = BonusRule.objects.get(kind=BonusKind.VISIT)
    _switch(client, rule, "off")
    assert BonusRule.objects.get(id=rule.id).ends_at is not None
    _switch(client, rule, "on")
    assert BonusRule.objects.get(id=rule.id).ends_at is None


def test_what_a_form_lacks_is_said_and_nothing_is_added(people: People) -> None:
    client = people.client(people.alice)
    answer = client.post(reverse("loyalty_bonus_new", args=["visit"]), {"name": "x", "points": "0"})
    assert answer.status_code == 422
    assert client.get(reverse("loyalty_bonus_new", args=["nonsense"])).status_code == 404
    install_all(organisation=people.le_zinc, store=people.bar, provider="lightspeed_k", now=NOON)
    said = {"name": "x", "points": "1", "provider": "lightspeed_k", "skus": f"12, {'9' * 65}"}
    answer = client.post(reverse("loyalty_bonus_new", args=["product"]), said)
    assert "No product has an id this long." in answer.content.decode()
    assert not BonusRule.objects.exists()


def _switch(client: Client, rule: BonusRule, position: str) -> None:
    assert client.post(reverse("loyalty_bonus_switch", args=[rule.public_id, position])).status_code == 302
