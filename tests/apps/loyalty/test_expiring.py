"""Points expire at night: once, however often and late the night comes, and not before members were told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from comptoir.apps.loyalty import entries, expiring, programmes, tasks
from comptoir.apps.loyalty.expiry.rules import Expiry
from comptoir.apps.loyalty.members import consents, profile
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.models import Entry, Kind, Member
from comptoir.apps.loyalty.programmes import Terms
from comptoir.core.jobs import engine
from comptoir.core.mail.models import OutgoingMail
from tests.apps.loyalty.test_rewards import change
from tests.apps.loyalty.till import NOON, Till, bill
from tests.people import People

DAY = timedelta(days=1)
MONTH = Terms(expiry=Expiry.AFTER_EARNING, expiry_months=1)


def night(till: Till, at: datetime) -> int:
    return expiring.run(organisation_id=till.organisation.id, clock=lambda: at)


def collect(till: Till, number: str, total: str, phone: str, at: datetime = NOON) -> Member:
    till.now = at
    till.sends(bill(number, total, at=at))
    return till.claim(number, phone).member


def gone() -> list[int]:
    return list(Entry.objects.filter(kind=Kind.EXPIRE).order_by("id").values_list("points", flat=True))


@pytest.fixture
def alice(till: Till) -> Member:
    change(till, MONTH)
    return collect(till, "A1", "24.50", "+33612345642")


def agrees(member: Member, email: str = "alice@example.com") -> None:
    profile.update(
        organisation_id=member.organisation_id,
        member_id=member.id,
        fields={"email": email, "first_name": "Alice"},
        actor="user:1",
        now=NOON,
    )
    consents.record(
        organisation_id=member.organisation_id,
        member_id=member.id,
        channel=Channel.EMAIL,
        value=True,
        source=Source.COUNTER,
        actor="user:1",
        now=NOON,
    )


def test_e48_a_night_that_comes_twice_or_days_late_takes_the_same(till: Till, alice: Member) -> None:
    assert night(till, NOON + 30 * DAY) == 0
    assert night(till, NOON + 35 * DAY) == 1
    assert night(till, NOON + 35 * DAY) == 0
    assert night(till, NOON + 60 * DAY) == 0
    assert gone() == [-24]
    assert entries.balance(till.organisation.id, alice.id) == 0


def test_e49_switched_on_for_an_old_programme_nothing_goes_for_one_period(till: Till) -> None:
    member = collect(till, "A1", "24.50", "+33612345642")
    till.now = NOON + 400 * DAY
    programmes.change(
        organisation_id=till.organisation.id,
        rate_points=1,
        rate_minor=100,
        minimum_order=0,
        actor="user:1",
        now=till.now,
        terms=MONTH,
    )
    assert night(till, till.now + 27 * DAY) == 0
    assert night(till, till.now + 33 * DAY) == 1
    assert entries.balance(till.organisation.id, member.id) == 0


def test_what_was_spent_is_not_taken_twice_and_what_came_later_stays(till: Till, alice: Member) -> None:
    collect(till, "A2", "10.00", "+33612345642", NOON + 20 * DAY)
    Entry.objects.create(
        organisation_id=till.organisation.id,
        member_id=alice.id,
        kind=Kind.SPEND,
        points=-20,
        created_at=NOON + 21 * DAY,
    )
    night(till, NOON + 35 * DAY)
    assert gone() == [-4]
    assert entries.balance(till.organisation.id, alice.id) == 10


def test_a_night_that_is_cut_off_is_finished_by_the_next(till: Till, monkeypatch: Any) -> None:
    change(till, MONTH)
    monkeypatch.setattr(expiring, "BATCH", 2)
    for number in range(5):
        collect(till, f"A{number}", "10.00", f"+3361234560{number}")
    write: Callable[..., bool] = expiring._write
    done: list[Any] = []

    def dies(organisation_id: Any, member_id: Any, now: datetime) -> bool:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(member_id)
        return write(organisation_id, member_id, now)

    monkeypatch.setattr(expiring, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        night(till, NOON + 35 * DAY)
    assert gone() == [-10] * 3
    monkeypatch.setattr(expiring, "_write", write)
    assert night(till, NOON + 35 * DAY) == 2
    assert gone() == [-10] * 5


def test_whose_points_go_within_thirty_days_is_told_once_with_a_way_out(till: Till, alice: Member) -> None:
    agrees(alice)
    change(till, Terms(expiry=Expiry.AFTER_EARNING, expiry_months=2))
    night(till, NOON + 20 * DAY)
    assert not OutgoingMail.objects.exists()
    for days in (32, 33, 40):
        night(till, NOON + days * DAY)
    mail = OutgoingMail.objects.get()
    assert "24 points" in mail.subject or "24\u202fpoints" in mail.subject
    assert "/unsubscribe/" in mail.text
    assert mail.language == "fr"
    assert gone() == []


@pytest.mark.parametrize("why", ["no consent", "no address", "paused", "wrong address"])
def test_nobody_else_is_written_to_and_their_points_go_all_the_same(till: Till, alice: Member, why: str) -> None:
    if why != "no consent":
        agrees(alice)
    changed: dict[str, Any] = {
        "no consent": {},
        "no address": {"email": ""},
        "paused": {"paused_at": NOON},
        "wrong address": {"email": "alice@"},
    }[why]
    Member.objects.filter(id=alice.id).update(**changed)
    night(till, NOON + 20 * DAY)
    assert not OutgoingMail.objects.exists()
    night(till, NOON + 35 * DAY)
    assert gone() == [-24]


def test_where_nothing_expires_nothing_is_looked_at(people: People, till: Till) -> None:
    collect(till, "A1", "24.50", "+33612345642")
    assert expiring.organisations() == []
    assert night(till, NOON + 4000 * DAY) == 0
    assert gone() == []


@pytest.mark.django_db(transaction=True)
def test_the_clock_gives_each_organisation_its_job(till: Till, alice: Member) -> None:
    tasks.expire_all.task.func(0)
    engine.drain()
    assert gone() == [-24], "it was earned in the past, and the clock is today's"


def test_a_member_s_page_says_when_the_next_points_go(people: People, till: Till) -> None:
    change(till, Terms(expiry=Expiry.AFTER_EARNING, expiry_months=1200))
    member = collect(till, "A1", "24.50", "+33612345642")
    page = people.client(people.alice).get(f"/loyalty/members/{member.public_id}").content.decode()
    assert "Next points to expire" in page
    assert "24 points, " in page
