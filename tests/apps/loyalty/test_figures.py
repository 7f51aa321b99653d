"""Figures of the programme: in the day of each store, each thing once, whatever was corrected since."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comptoir.apps.loyalty.figures import reads
from comptoir.apps.loyalty.figures.reads import Day
from comptoir.apps.loyalty.holdings import HeldReward
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.rewards import buying
from comptoir.core.accounts.models import Membership, MembershipStore, Store
from comptoir.core.accounts.roles import Role
from tests.apps.loyalty.test_spending import reward
from tests.apps.loyalty.till import BOBS_PHONE, Till, bill, refund
from tests.people import People, create_store

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 3, 9)
DAY = timedelta(days=1)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=PARIS)


def sell(till: Till, number: str, total: str, when: datetime, phone: str | None = None) -> Any:
    till.now = when
    till.sends(bill(number, total, at=when))
    return till.claim(number, phone) if phone else till.claim(number)


def of(till: Till, since: date, until: date, **more: Any) -> list[Day]:
    return reads.days(till.organisation.id, since=since, until=until, **more)


def test_a_day_is_the_business_day_of_the_store(till: Till) -> None:
    """Its days begin at four in the morning: what is paid at three belongs to the evening before."""
    sell(till, "A1", "24.50", at(MONDAY, 20))
    sell(till, "A2", "10.00", at(MONDAY + DAY, 3), BOBS_PHONE)
    sell(till, "A3", "31.00", at(MONDAY + DAY, 4))
    assert of(till, MONDAY, MONDAY + DAY) == [
        Day(MONDAY, enrolled=2, given=34, spent=0, returned=0),
        Day(MONDAY + DAY, enrolled=0, given=31, spent=0, returned=1),
    ]


def test_what_was_spent_corrected_and_given_back(till: Till) -> None:
    claim = sell(till, "A1", "24.50", at(MONDAY, 12))
    coffee = reward(till)
    held = buying.buy(
        organisation_id=till.organisation.id,
        member_id=claim.member.id,
        reward_id=coffee.id,
        store_id=till.store.id,
        actor="user:1",
        now=at(MONDAY, 13),
    )
    till.now = at(MONDAY + DAY, 12)
    till.sends(refund("R1", "A1", "-10.00", at=till.now))
    buying.cancel(organisation_id=held.organisation_id, held_id=held.id, actor="user:1", now=till.now)
    monday, tuesday = of(till, MONDAY, MONDAY + DAY)
    assert (monday.given, monday.spent, tuesday.given, tuesday.spent) == (24, 10, -10, -10)
    assert HeldReward.objects.get().state == "cancelled"
    every = Entry.objects.values_list("points", flat=True)
    assert sum(every) == monday.given + tuesday.given - monday.spent - tuesday.spent


def test_days_without_anything_are_there_and_nobody_else_s_count(people: People, till: Till) -> None:
    sell(till, "A1", "24.50", at(MONDAY, 12))
    rows = of(till, MONDAY - DAY, MONDAY + DAY)
    assert [each.given for each in rows] == [0, 24, 0]
    assert reads.days(people.chez_charlie.id, since=MONDAY, until=MONDAY) == [Day(MONDAY)]
    assert of(till, MONDAY, MONDAY, store_ids=[]) == [Day(MONDAY)]


def test_a_merged_record_joined_once(till: Till) -> None:
    sell(till, "A1", "24.50", at(MONDAY, 12))
    member = sell(till, "A2", "10.00", at(MONDAY, 13), BOBS_PHONE).member
    Member.objects.filter(id=member.id).update(merged_into=Member.objects.exclude(id=member.id).get().id)
    assert of(till, MONDAY, MONDAY)[0].enrolled == 1


def test_a_year_is_three_questions(till: Till) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert len(of(till, MONDAY - 364 * DAY, MONDAY)) == 365
    assert len(asked) == 3


@pytest.mark.parametrize("query", ["", "period=7", "since=2026-03-09&until=2026-03-01", "since=x&store=sto_x&period=9"])
def test_the_page_takes_any_address(people: People, till: Till, query: str) -> None:
    sell(till, "A1", "24.50", datetime.now(PARIS) - timedelta(minutes=5))
    assert people.client(people.alice).get(f"/loyalty/figures?{query}").status_code == 200


def test_the_page_has_a_chart_a_table_and_a_file(people: People, till: Till) -> None:
    alice = people.client(people.alice)
    assert "Nothing happened in these days" in alice.get("/loyalty/figures").content.decode()
    sell(till, "A1", "24.50", at(MONDAY, 12))
    page = alice.get(f"/loyalty/figures?since={MONDAY}&until={MONDAY + DAY}").content.decode()
    assert page.count("data:image/svg+xml") == 2 * 4, "each drawn for a phone too"
    assert "9 Mar 2026" in page
    text = alice.get(f"/loyalty/figures/export?since={MONDAY}&until={MONDAY}").getvalue().decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(text))) == [
        {"day": "2026-03-09", "enrolled": "1", "given": "24", "spent": "0", "returned": "0"}
    ]


def test_a_colleague_sees_the_figures_of_his_stores(people: People, till: Till) -> None:
    sell(till, "A1", "24.50", at(MONDAY, 12))
    terrace: Store = create_store(people.le_zinc, "Terrace")
    membership = Membership.objects.get(user=people.bob)
    Membership.objects.filter(pk=membership.pk).update(all_stores=False, role=Role.VIEWER)
    MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=terrace)
    address = f"/loyalty/figures?since={MONDAY}&until={MONDAY}&store={people.bar.public_id}"
    assert "Nothing happened" in people.client(people.bob).get(address).content.decode()
