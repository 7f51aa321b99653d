"""Who the members are: made, changed, found, merged, taken apart (loyalty.md 1.3, 1.10, E30, E46)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.members import finding, habits, merging, profile
from comptoir.apps.loyalty.members.finding import Wanted
from comptoir.apps.loyalty.models import Entry, Member
from comptoir.apps.loyalty.persons import Change
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.test_api import Caller
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill, refund, till_of
from tests.people import People

DAY = timedelta(days=1)


def member_of(till: Till, phone: str = ALICES_PHONE, **fields: Any) -> Member:
    return profile.create(
        organisation_id=till.organisation.id,
        store_id=till.store.id,
        phone=phone,
        actor="user:1",
        now=NOON,
        fields=fields,
    )


def edit(member: Member, **fields: Any) -> Change | None:
    return profile.update(
        organisation_id=member.organisation_id, member_id=member.id, fields=fields, actor="user:1", now=NOON
    )


def refused(code: str) -> Any:
    """The block is refused with this code."""
    return pytest.raises(RuleBroken, check=lambda error: error.code == code)


def test_an_edit_keeps_before_and_after_and_goes_back(till: Till) -> None:
    member = member_of(till, first_name="  Alice ", email="ALICE@Example.com", tags=["VIP", " VIP ", ""])
    assert (member.first_name, member.email, member.tags) == ("Alice", "alice@example.com", ["VIP"])
    change = edit(member, first_name="Alicia", birthday="1990-02-28", email="alice@example.com")
    assert change
    assert (change.before, change.after) == (
        {"first_name": "Alice", "birthday": None},
        {"first_name": "Alicia", "birthday": "1990-02-28"},
    )
    undo = {"organisation_id": member.organisation_id, "member_id": member.id, "actor": "user:2"}
    for _twice in range(2):
        profile.undo(**undo, change_id=change.id, now=NOON + DAY)
    member.refresh_from_db()
    assert (member.first_name, member.birthday) == ("Alice", None)
    assert [each.what for each in profile.changes(member.organisation_id, member.id)] == ["undone", "edited", "created"]
    assert edit(member, first_name="Alice") is None


def test_an_undo_never_takes_back_what_somebody_changed_since(till: Till) -> None:
    member = member_of(till)
    first = edit(member, first_name="Alice")
    assert first
    edit(member, first_name="Alicia")
    undo = {"organisation_id": member.organisation_id, "member_id": member.id, "change_id": first.id, "actor": ""}
    with refused("changed_since"):
        profile.undo(**undo, now=NOON)
    with refused("too_late"):
        profile.undo(**undo, now=NOON + 31 * DAY)


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "alice"},
        {"birthday": "1990-13-01"},
        {"birthday": date(2030, 1, 1)},
        {"birthday": "1800-01-01"},
        {"gender": "x"},
        {"tags": ["x" * 41]},
        {"tags": [str(number) for number in range(21)]},
        {"first_name": "x" * 81},
        {"note": "a\0b"},
    ],
)
def test_fields_that_cannot_be_are_refused(till: Till, fields: dict[str, Any]) -> None:
    with refused("field_invalid"):
        member_of(till, **fields)
    assert not Member.objects.exists()


def test_a_number_is_moved_when_it_is_free_only(till: Till) -> None:
    alice, bob = member_of(till), member_of(till, BOBS_PHONE)
    edit(alice, phone="+33611111111")
    with pytest.raises(profile.MemberExists) as taken:
        edit(alice, phone=BOBS_PHONE)
    assert (taken.value.code, taken.value.public_id) == ("customer_exists", bob.public_id)
    assert Member.objects.get(id=alice.id).phone == "+33611111111"


def test_e46_the_same_number_at_another_organisation_is_somebody_else(till: Till, people: People) -> None:
    other = till_of(people.chez_charlie, people.shop)
    mine, theirs = member_of(till, first_name="Alice"), member_of(other, first_name="A.")
    edit(mine, note="Likes the corner table")
    assert Member.objects.get(id=theirs.id).note == ""
    with refused("not_found"):
        merging.merge(organisation_id=mine.organisation_id, kept_id=mine.id, absorbed_id=theirs.id, actor="", now=NOON)


def merge(kept: Member, absorbed: Member) -> Any:
    return merging.merge(
        organisation_id=kept.organisation_id, kept_id=kept.id, absorbed_id=absorbed.id, actor="user:1", now=NOON
    )


def test_merging_moves_points_sales_and_the_number_and_goes_back(till: Till) -> None:
    till.sends(bill("A1", "24.00"), bill("A2", "10.00"))
    alice, bob = till.claim("A1").member, till.claim("A2", BOBS_PHONE).member
    made = merge(alice, bob)
    organisation_id = alice.organisation_id
    assert (entries.balance(organisation_id, alice.id), entries.balance(organisation_id, bob.id)) == (34, 0)
    assert Member.objects.get(id=alice.id).phone == BOBS_PHONE
    assert Member.objects.get(id=bob.id).merged_into == alice.id
    till.sends(refund("A3", "A2", "-4.00"))
    assert entries.balance(organisation_id, alice.id) == 30
    for _twice in range(2):
        merging.undo(organisation_id=organisation_id, merge_id=made.id, actor="user:1", now=NOON + 29 * DAY)
    assert (entries.balance(organisation_id, alice.id), entries.balance(organisation_id, bob.id)) == (24, 6)
    till.sends(refund("A4", "A2", "-6.00"))
    assert (entries.balance(organisation_id, alice.id), entries.balance(organisation_id, bob.id)) == (24, 0)
    phones = {each.id: each.phone for each in Member.objects.all()}
    assert phones == {alice.id: ALICES_PHONE, bob.id: BOBS_PHONE}


def test_what_cannot_be_merged_or_taken_apart(till: Till) -> None:
    till.sends(bill("A1", "24.00"))
    alice, bob = till.claim("A1").member, member_of(till, BOBS_PHONE)
    with refused("same_member"):
        merge(alice, alice)
    made = merge(bob, alice)
    with refused("member_merged"):
        merge(bob, alice)
    undo = {"organisation_id": alice.organisation_id, "merge_id": made.id, "actor": ""}
    with refused("too_late"):
        merging.undo(**undo, now=NOON + 31 * DAY)
    Entry.objects.create(
        organisation_id=alice.organisation_id, member_id=bob.id, kind="spend", points=-20, created_at=NOON
    )
    with refused("points_spent"):
        merging.undo(**undo, now=NOON)
    Entry.objects.create(
        organisation_id=alice.organisation_id, member_id=bob.id, kind="return", points=20, created_at=NOON
    )
    taken = member_of(till, "+33611111111")
    Member.objects.filter(id=taken.id).update(phone=BOBS_PHONE)
    with refused("customer_exists"):
        merging.undo(**undo, now=NOON)


def types(till: Till, **wanted: Any) -> dict[str, str]:
    found = finding.find(till.organisation.id, Wanted(**wanted), now=NOON)
    return {each.first_name: each.type for each in found}


def test_types_follow_visits_and_the_thresholds_of_the_owner(till: Till) -> None:
    numbers = {"New": 1, "Often": 12, "Silent": 0, "Seldom": 2}
    for place, (name, visits) in enumerate(numbers.items()):
        phone = f"+3361234560{place}"
        for number in range(visits):
            at = till.now = NOON - DAY - number * 7 * DAY
            till.sends(bill(f"{name}{number}", "10.00", at=at))
            till.claim(f"{name}{number}", phone)
        if not visits:
            member_of(till, phone)
        old = {} if name == "New" else {"enrolled_at": NOON - 200 * DAY}
        Member.objects.filter(phone=phone).update(first_name=name, **old)
    assert types(till) == {"New": "new", "Often": "vip", "Silent": "at_risk", "Seldom": "occasional"}
    assert types(till, type="vip") == {"Often": "vip"}
    assert types(till, visited_from=NOON.date() - 2 * DAY).keys() == {"New", "Often", "Seldom"}
    habits.change(
        organisation_id=till.organisation.id,
        habits=habits.Habits(new_months=3, vip_visits=6, risk_days=300),
        actor="user:1",
        now=NOON,
    )
    assert types(till) == {"New": "new", "Often": "occasional", "Silent": "occasional", "Seldom": "occasional"}


def test_filters_and_search(till: Till, people: People) -> None:
    member_of(till, first_name="Alice", last_name="Martin", gender="woman", birthday="1990-03-14", tags=["regular"])
    bob = member_of(till, BOBS_PHONE, first_name="Bob", last_name="100%", email="bob@example.com", source="website")
    Member.objects.filter(id=bob.id).update(sms_consent=True, enrolled_at=NOON - 40 * DAY)
    both = {"Alice", "Bob"}
    for wanted, names in [
        ({}, both),
        ({"search": "martin al"}, {"Alice"}),
        ({"search": "%"}, {"Bob"}),
        ({"search": "12 34"}, {"Alice"}),
        ({"search": "87 65", "sees_phones": False}, set()),
        ({"search": "bob@ex", "sees_phones": False}, set()),
        ({"search": "BOB@example.com", "sees_phones": False}, {"Bob"}),
        ({"search": "x", "whole_phone": BOBS_PHONE, "sees_phones": False}, {"Bob"}),
        ({"gender": "woman"}, {"Alice"}),
        ({"youngest": 36}, {"Alice"}),
        ({"youngest": 37}, set()),
        ({"oldest": 36}, {"Alice"}),
        ({"oldest": 35}, set()),
        ({"sms": "yes"}, {"Bob"}),
        ({"sms": "no"}, {"Alice"}),
        ({"tag": "regular"}, {"Alice"}),
        ({"source": "website"}, {"Bob"}),
        ({"enrolled_from": NOON.date()}, {"Alice"}),
        ({"enrolled_to": NOON.date() - DAY}, {"Bob"}),
    ]:
        assert types(till, **wanted).keys() == names, wanted
        number = finding.number_of(till.organisation.id, Wanted(**wanted), now=NOON)
        assert number == len(names), wanted
    other = till_of(people.chez_charlie, people.shop)
    assert types(other) == {}
    assert finding.choices(till.organisation.id) == (["regular"], ["website"])


@pytest.fixture
def caller(people: People) -> Caller:
    return Caller(people.le_zinc)


def call(caller: Caller, method: str, path: str, body: object = None, key: str = "") -> Any:
    headers = caller.headers | ({"Idempotency-Key": key} if key else {})
    return getattr(Client(), method)(
        f"/v1/loyalty/{path}", json.dumps(body), content_type="application/json", headers=headers
    )


def test_a_member_by_the_api_from_birth_to_erasure(till: Till, people: People, caller: Caller) -> None:
    body = {"phone": "06 12 34 56 42", "store": people.bar.public_id, "first_name": "Alice", "birthday": "1990-12-31"}
    made = caller.post("members", body, 201)
    assert (made["phone"], made["first_name"], made["birthday"]) == (ALICES_PHONE, "Alice", "1990-12-31")
    again = caller.post("members", body, 409)
    assert (again["code"], again["errors"][0]["member"]) == ("customer_exists", made["id"])
    path = f"members/{made['id']}"
    changed = call(caller, "patch", path, {"last_name": "Martin", "birthday": None}).json()
    assert (changed["first_name"], changed["last_name"], changed["birthday"]) == ("Alice", "Martin", None)
    assert call(caller, "patch", path, {"phone": "06 87 65 43 21"}).json()["code"] == "phone_invalid"
    assert call(caller, "patch", path, {"phone": "0687654321", "country": "FR"}).json()["phone"] == BOBS_PHONE
    assert call(caller, "patch", path, {"balance": 100}).status_code == 422
    assert call(caller, "delete", path).status_code == 204
    gone = caller.get(path)
    assert (gone["phone"], gone["first_name"]) == ("", "")
    assert gone["erased_at"]
    assert call(caller, "patch", path, {"first_name": "Alice"}).json()["code"] == "person_erased"


def test_a_landline_cannot_enrol(till: Till, people: People, caller: Caller) -> None:
    for phone, code in [("01 42 68 53 00", "phone_not_mobile"), ("06 12", "phone_invalid")]:
        assert caller.post("members", {"phone": phone, "store": people.bar.public_id}, 422)["code"] == code


def test_a_key_makes_a_write_happen_once(till: Till, people: People, caller: Caller) -> None:
    body = {"phone": ALICES_PHONE, "store": people.bar.public_id}
    first = call(caller, "post", "members", body, key="k1")
    second = call(caller, "post", "members", body, key="k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = call(caller, "post", "members", {**body, "phone": BOBS_PHONE}, key="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert call(caller, "post", "members", body, key="x" * 129).json()["code"] == "validation"
    assert call(Caller(people.le_zinc), "post", "members", body, key="k1").json()["code"] == "customer_exists"


def test_e30_looking_numbers_up_is_counted_heads_included(
    till: Till, people: People, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("comptoir.apps.loyalty.members.api.LOOKUPS", 3)
    member_of(till)
    client = Client()

    def head(phone: str, who: Caller = caller) -> int:
        return client.head("/v1/loyalty/members", {"phone": phone}, headers=who.headers).status_code

    assert [head(ALICES_PHONE), head(BOBS_PHONE)] == [200, 404]
    assert len(caller.get("members", phone=ALICES_PHONE)["data"]) == 1
    assert caller.get("members", 429, phone=BOBS_PHONE)["code"] == "rate_limited"
    assert head(BOBS_PHONE) == 429
    assert head(ALICES_PHONE, Caller(people.le_zinc)) == 200
    assert caller.post("members", {"phone": BOBS_PHONE, "store": people.bar.public_id}, 429)["code"] == "rate_limited"
