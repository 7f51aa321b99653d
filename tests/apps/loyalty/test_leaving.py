"""People leave: for a while, as persons, or with every figure; what is kept is handed over (loyalty.md 1.9)."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.members import consents, dossier, finding, guards, habits, leaving, merging
from comptoir.apps.loyalty.members.consents import Channel, Source
from comptoir.apps.loyalty.models import Entry, Member, Offer
from comptoir.apps.loyalty.persons import Change, Consent, Erased
from comptoir.apps.loyalty.tablets import claiming
from comptoir.core.intake import erasing
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.counter import linked
from tests.apps.loyalty.test_members import edit, member_of, refused
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill

DAY = timedelta(days=1)
EXPORTED = {"attributes", "member", "points", "consents", "sales", "rewards", "changes", "merges", "passes"}


@pytest.fixture
def alice(till: Till) -> Member:
    till.sends(bill("A1", "24.50"))
    member = till.claim("A1").member
    edit(member, first_name="Alice", last_name="Martin", email="alice@example.com", note="Allergic to nuts")
    consents.record(
        organisation_id=member.organisation_id,
        member_id=member.id,
        channel=Channel.SMS,
        value=True,
        source=Source.TABLET,
        actor="",
        now=NOON,
    )
    return member


def leave(how: Any, member: Member, now: Any = NOON) -> None:
    how(organisation_id=member.organisation_id, member_id=member.id, actor="user:1", now=now)


def rows_with(*words: str) -> list[str]:
    """The tables of loyalty in which one of these words still stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'loyalty_%%' OR tablename = 'audit_note'")
        names = [name for (name,) in cursor.fetchall()]
        found = []
        for name in names:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {name} t")
            [text] = cursor.fetchone()
            found += [name] if any(word in text for word in words) else []
    return found


def test_a_pause_keeps_points_and_collects_nothing(till: Till, alice: Member) -> None:
    leave(leaving.pause, alice)
    till.sends(bill("A2", "10.00"))
    with refused("number_refused"):
        till.claim("A2")
    leave(leaving.resume, alice)
    assert till.claim("A2").balance == 34
    assert [each.what for each in Change.objects.order_by("id")] == ["edited", "paused", "resumed"]


def test_anonymising_takes_the_person_and_leaves_the_figures(till: Till, alice: Member) -> None:
    assert len(rows_with("Martin")) == 2
    leave(leaving.anonymise, alice)
    assert rows_with("Martin", "alice@example.com", "nuts", "612345642") == []
    assert entries.balance(alice.organisation_id, alice.id) == 24
    assert Offer.objects.get().member_id == alice.id
    assert [each.value for each in Consent.objects.all()] == [True]
    assert finding.one(alice.organisation_id, alice.id, now=NOON) is None
    with refused("person_erased"):
        leave(leaving.anonymise, alice)


def test_what_came_in_about_the_person_is_blacked_out_next(till: Till, alice: Member) -> None:
    leave(leaving.anonymise, alice)
    assert [organisation for organisation, _ in erasing.unfinished()] == [alice.organisation_id]


def test_what_was_merged_goes_with_the_person(till: Till, alice: Member) -> None:
    bob = member_of(till, BOBS_PHONE, last_name="Martin")
    merge = merging.merge(
        organisation_id=alice.organisation_id, kept_id=alice.id, absorbed_id=bob.id, actor="user:1", now=NOON
    )
    leave(leaving.anonymise, alice)
    assert rows_with("Martin", "612345642", "687654321") == []
    with refused("person_erased"):
        merging.undo(organisation_id=alice.organisation_id, merge_id=merge.id, actor="", now=NOON)
    assert guards.is_from_before(alice.organisation_id, BOBS_PHONE, NOON, now=NOON)


def test_what_a_tablet_heard_is_forgotten_too(till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.50"))
    claiming.claim(tablet=tablet, key="k", offer_id=till.offer("A1").id, phone=ALICES_PHONE, now=till.now)
    member = Member.objects.get(phone=ALICES_PHONE)
    assert rows_with("** 42") == ["loyalty_tabletclaim"]
    leave(leaving.anonymise, member)
    assert rows_with("** 42") == []


def test_deleting_leaves_the_sale_and_nothing_else(till: Till, alice: Member) -> None:
    other = member_of(till, BOBS_PHONE)
    leave(leaving.delete, alice)
    assert list(Member.objects.values_list("id", flat=True)) == [other.id]
    assert not Entry.objects.exists()
    assert not Consent.objects.exists()
    assert rows_with("Martin", "612345642", str(alice.id)) == []
    till.sends(bill("A1", "24.60"))
    assert till.offer("A1").member_id is None
    with refused("not_found"):
        leave(leaving.delete, alice)


def test_an_entry_of_somebody_else_cannot_be_deleted_on_the_way(till: Till, alice: Member) -> None:
    for named in ("", str(member_of(till, BOBS_PHONE).id)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('comptoir.deleted_member', %s, true)", [named])
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM loyalty_entry")
    assert Entry.objects.count() == 1


def test_e45_an_old_sale_never_brings_an_erased_person_back_and_a_new_one_enrols_afresh(
    till: Till, alice: Member
) -> None:
    till.sends(bill("A2", "10.00"))
    leave(leaving.anonymise, alice, NOON + DAY)
    assert bytes(Erased.objects.get().phone_hash).hex() not in ALICES_PHONE
    till.now = NOON + 2 * DAY
    with refused("number_refused"):
        till.claim("A2")
    assert Member.objects.count() == 1
    till.sends(bill("A3", "10.00", at=till.now))
    fresh = till.claim("A3")
    assert (fresh.is_new_member, fresh.balance) == (True, 10)
    assert fresh.member.id != alice.id


def test_e45_the_hash_is_kept_for_a_year(till: Till, alice: Member) -> None:
    leave(leaving.anonymise, alice)
    remembered = (alice.organisation_id, ALICES_PHONE, NOON - DAY)
    assert guards.is_from_before(*remembered, now=NOON + 364 * DAY)
    assert not guards.is_from_before(*remembered, now=NOON + 366 * DAY)
    guards.forget_old(now=NOON + 366 * DAY)
    assert not Erased.objects.exists()


def test_everything_about_a_person_is_handed_over(till: Till, alice: Member) -> None:
    member_of(till, BOBS_PHONE, first_name="Bob")
    known = dossier.everything(alice.organisation_id, alice.id)
    assert set(known) == EXPORTED
    assert known["member"]["phone"] == ALICES_PHONE
    assert [(each["kind"], each["points"]) for each in known["points"]] == [("earn", 24)]
    assert known["consents"][0]["source"] == "tablet"
    assert known["sales"][0]["receipt_number"] == "RA1"
    assert known["changes"][0]["after"]["note"] == "Allergic to nuts"
    archive = zipfile.ZipFile(io.BytesIO(dossier.archive(alice.organisation_id, alice.id)))
    assert set(archive.namelist()) == {"member.json", *(f"{name}.csv" for name in EXPORTED)}
    assert json.loads(archive.read("member.json")) == known
    assert "Bob" not in archive.read("member.json").decode()
    assert "RA1" in archive.read("sales.csv").decode("utf-8-sig")


def test_a_name_that_a_spreadsheet_would_run_is_text(till: Till) -> None:
    member_of(till, first_name="=HYPERLINK(1)")
    people = finding.find(till.organisation.id, finding.Wanted(), now=NOON)
    lines = list(dossier.listed(people, phone=lambda phone: phone))
    assert "'=HYPERLINK(1)" in lines[1]
    assert ALICES_PHONE in lines[1]


def test_who_was_silent_for_longer_than_the_retention_is_proposed(till: Till, alice: Member) -> None:
    organisation_id = alice.organisation_id
    assert finding.inactive(organisation_id, now=NOON + 1095 * DAY) == ([], 0)
    [silent], number = finding.inactive(organisation_id, now=NOON + 1097 * DAY)
    assert (silent.id, number) == (alice.id, 1)
    changed = habits.Habits(retention_months=6)
    habits.change(organisation_id=organisation_id, habits=changed, actor="user:1", now=NOON)
    assert finding.inactive(organisation_id, now=NOON + 184 * DAY)[1] == 1


def test_e29_a_number_of_the_staff_and_one_that_collects_too_often(till: Till) -> None:
    limits = habits.Habits(most_claims_per_day=2, staff_phones=(BOBS_PHONE,))
    habits.change(organisation_id=till.organisation.id, habits=limits, actor="user:1", now=NOON)
    till.sends(*(bill(f"A{number}", "10.00") for number in range(4)))
    with refused("number_refused"):
        till.claim("A0", BOBS_PHONE)
    till.claim("A0")
    till.claim("A1")
    with refused("number_refused") as error:
        till.claim("A2")
    assert "staff can tell" in error.value.for_owner
    till.now += DAY
    assert till.claim("A2").balance == 30


def test_one_refusal_for_all_of_them(till: Till, alice: Member) -> None:
    """Whoever tries numbers must not learn who is a member."""
    said = set()
    till.sends(bill("A2", "10.00"))
    habits.change(
        organisation_id=till.organisation.id,
        habits=habits.Habits(staff_phones=(BOBS_PHONE,)),
        actor="",
        now=NOON,
    )
    leave(leaving.pause, alice)
    for phone in (ALICES_PHONE, BOBS_PHONE):
        with pytest.raises(RuleBroken) as error:
            till.claim("A2", phone)
        said.add((error.value.code, error.value.for_owner))
    leave(leaving.resume, alice)
    leave(leaving.anonymise, alice)
    with pytest.raises(RuleBroken) as error:
        till.claim("A2")
    said.add((error.value.code, error.value.for_owner))
    assert len(said) == 1
