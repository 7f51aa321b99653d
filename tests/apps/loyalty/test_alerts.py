"""Alerts: what happened, what to do, told once, put aside by somebody, and only to those it is about."""

from datetime import timedelta

import pytest
from django.test import Client

from comptoir.apps.loyalty.alerts import reads, telling, wording
from comptoir.apps.loyalty.holdings import Alert, AlertKind, HeldReward
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.rewards import buying, catalogue
from comptoir.core.accounts.models import Membership, MembershipStore
from comptoir.core.accounts.roles import Role
from comptoir.kernel.ids import new_id
from tests.apps.loyalty.till import ALICES_PHONE, NOON, Till, bill
from tests.people import People, create_store


@pytest.fixture
def guest(till: Till) -> Member:
    till.sends(bill("A1", "24.50"))
    return till.claim("A1").member


@pytest.fixture
def held(till: Till, guest: Member) -> HeldReward:
    coffee = catalogue.save(
        organisation_id=till.organisation.id,
        reward_id=None,
        name="Coffee",
        description="",
        points=10,
        store_ids=[],
        is_active=True,
        products={},
        actor="user:1",
        now=NOON,
    )
    return buying.buy(
        organisation_id=guest.organisation_id,
        member_id=guest.id,
        reward_id=coffee.id,
        store_id=till.store.id,
        actor="user:1",
        now=NOON,
    )


def tell(till: Till, held: HeldReward | None = None, **said: object) -> None:
    known: dict[str, object] = {
        "organisation_id": till.organisation.id,
        "kind": AlertKind.REWARD_CONFLICT,
        "reason": "reward_already_used",
        "held_id": held.id if held else None,
        "now": NOON,
    }
    telling.tell(**{**known, **said})  # type: ignore[arg-type]


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/loyalty/alerts{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_to_do_with_a_masked_number(people: People, till: Till, held: HeldReward) -> None:
    owner = people.client(people.alice)
    assert "Nothing to look at" in page(owner)
    tell(till, held, sale_id=new_id())
    assert "1 alert to look at" in owner.get("/loyalty/rewards").content.decode()
    assert "was used before" in page(owner)
    assert "Ask whoever was at the till" in page(owner)
    Membership.objects.filter(user=people.bob).update(role=Role.MANAGER)
    shown = page(people.client(people.bob))
    assert "** 42" in shown
    assert ALICES_PHONE[-6:] not in shown


def test_it_is_put_aside_once_and_taken_back(people: People, till: Till, held: HeldReward) -> None:
    owner, sale = people.client(people.alice), new_id()
    tell(till, held, sale_id=sale)
    alert = Alert.objects.get()
    put = owner.post(f"/loyalty/alerts/{alert.public_id}/handled", follow=True).content.decode()
    assert "Put aside." in put
    assert f"/loyalty/alerts/{alert.public_id}/waiting" in put, "with an undo"
    first = Alert.objects.get().handled_at
    owner.post(f"/loyalty/alerts/{alert.public_id}/handled")
    assert Alert.objects.get().handled_at == first, "whoever looked first"
    tell(till, held, sale_id=sale)
    assert reads.waiting(till.organisation.id) == 0, "the same again stays put aside"
    assert "Alice" in page(owner, "?show=handled")
    owner.post(f"/loyalty/alerts/{alert.public_id}/waiting")
    assert reads.waiting(till.organisation.id) == 1
    assert owner.post(f"/loyalty/alerts/{alert.public_id}/else").status_code == 404


def test_the_same_is_told_once_whatever_it_lacks(till: Till, held: HeldReward) -> None:
    for _again in range(2):
        tell(till, subject="hrw_unknown", reason="reward_unknown")
        tell(till, held)
        tell(till, held, reason="reward_not_here")
    assert Alert.objects.count() == 3


def test_who_has_one_store_sees_its_alerts(people: People, till: Till) -> None:
    cellar = create_store(people.le_zinc, "The cellar")
    tell(till, subject="at the bar", store_id=people.bar.id, reason="reward_unknown")
    tell(till, subject="in the cellar", store_id=cellar.id, reason="reward_unknown")
    Membership.objects.filter(user=people.bob).update(role=Role.MANAGER, all_stores=False)
    MembershipStore.objects.create(
        organisation=people.le_zinc, membership=Membership.objects.get(user=people.bob), store=people.bar
    )
    shown = page(people.client(people.bob))
    assert "at the bar" in shown
    assert "in the cellar" not in shown
    theirs = Alert.objects.get(subject="in the cellar")
    assert people.client(people.bob).post(f"/loyalty/alerts/{theirs.public_id}/handled").status_code == 404
    assert people.client(people.charlie).post(f"/loyalty/alerts/{theirs.public_id}/handled").status_code == 404


def test_pages_of_many(people: People, till: Till) -> None:
    for number in range(reads.PAGE + 1):
        tell(till, subject=f"name {number:03}", reason="reward_unknown", now=NOON + timedelta(seconds=number))
    owner = people.client(people.alice)
    first = page(owner)
    assert "name 050" in first
    assert "name 000" not in first
    oldest = Alert.objects.order_by("-id")[reads.PAGE - 1]
    assert "name 000" in page(owner, f"?before={oldest.public_id}")


def test_every_reason_has_words() -> None:
    assert wording.words("reward_conflict", "reward_not_yours") is not wording.UNKNOWN
    assert wording.words("something", "else") is wording.UNKNOWN
