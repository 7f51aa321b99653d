"""A pass does for a number, wherever one is typed; a lost one is worth nothing (loyalty.md 2.4)."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from comptoir.apps.loyalty.members import leaving, merging, passes
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Pass
from comptoir.kernel.errors import RuleBroken
from tests.apps.loyalty.test_rewards import member_with
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill
from tests.people import People


@pytest.fixture
def alice(till: Till) -> Member:
    return member_with(till, 60)


def pass_of(till: Till, member: Member, *, is_new: bool = False) -> str:
    held = passes.issue(
        organisation_id=till.organisation.id, member_id=member.id, actor="user:1", now=NOON, is_new=is_new
    )
    return str(held.code)


def test_a_bill_is_collected_with_a_pass(till: Till, alice: Member) -> None:
    code = pass_of(till, alice)
    till.sends(bill("A1", "24.50"))
    claim = till.claim("A1", code)
    assert (claim.member.id, claim.points, claim.is_new_member) == (alice.id, 24, False)
    assert till.claim("A1", ALICES_PHONE).is_repeat, "the pass and the number are one person"


@pytest.mark.parametrize("said", ["{code}", " {lower} ", "https://comptoir.example.com/pass/{code}"])
def test_scanners_write_it_in_their_own_way(till: Till, alice: Member, said: str) -> None:
    code = pass_of(till, alice)
    assert passes.code_in(said.format(code=code, lower=code.lower())) == code


@pytest.mark.parametrize("said", ["", ALICES_PHONE, "P", "P0000", "PILOU0000000000000", "0612345642"])
def test_what_is_no_pass_is_read_as_a_number(said: str) -> None:
    assert passes.code_in(said) == ""


def test_a_pass_that_was_replaced_or_never_was_collects_nothing(till: Till, alice: Member) -> None:
    lost = pass_of(till, alice)
    assert pass_of(till, alice) == lost, "asked again it is the same"
    new = pass_of(till, alice, is_new=True)
    till.sends(bill("A1", "24.50"))
    for code in (lost, "P0123456789ABCDEF"):
        with pytest.raises(RuleBroken) as refused:
            till.claim("A1", code)
        assert (refused.value.code, refused.value.status) == ("pass_unknown", 404)
    assert till.claim("A1", new).member.id == alice.id


def test_one_pass_holds_at_a_time(till: Till, alice: Member) -> None:
    pass_of(till, alice)
    with pytest.raises(IntegrityError, match="one_pass_a_member"), transaction.atomic():
        Pass.objects.create(
            organisation=till.organisation, code="P0123456789ABCDEF", member_id=alice.id, created_at=NOON
        )


def test_a_pass_of_another_organisation_is_unknown(till: Till, alice: Member, people: People) -> None:
    code = pass_of(till, alice)
    with pytest.raises(RuleBroken):
        passes.holder(people.chez_charlie.id, code)


def test_the_pass_of_a_merged_record_collects_for_the_one_that_is_kept(till: Till, alice: Member) -> None:
    till.sends(bill("B1", "10.00"), bill("A1", "24.50"))
    bob = till.claim("B1", BOBS_PHONE).member
    code = pass_of(till, bob)
    who = {"organisation_id": till.organisation.id, "actor": "user:1", "now": NOON + timedelta(hours=1)}
    merging.merge(kept_id=alice.id, absorbed_id=bob.id, **who)  # type: ignore[arg-type]
    assert till.claim("A1", code).member.id == alice.id


@pytest.mark.parametrize("leave", [leaving.anonymise, leaving.delete])
def test_who_leaves_takes_the_pass_along(till: Till, alice: Member, leave: object) -> None:
    code = pass_of(till, alice)
    leave(organisation_id=till.organisation.id, member_id=alice.id, actor="user:1", now=NOON)  # type: ignore[operator]
    assert not Pass.objects.exists()
    with pytest.raises(RuleBroken):
        passes.holder(till.organisation.id, code)


def test_the_staff_make_a_pass_and_its_holder_keeps_its_page(till: Till, alice: Member, people: People) -> None:
    client = people.client(people.alice)
    address = reverse("loyalty_member", args=[alice.public_id])
    assert "Make a pass" in client.get(address).content.decode()
    client.post(reverse("loyalty_member_pass", args=[alice.public_id]))
    page = client.get(address).content.decode()
    [link] = re.findall(r'href="[^"]*(/pass/P[0-9A-Z]{16})"', page)
    assert "<svg" in page
    answer = Client().get(link)
    shown = answer.content.decode()
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")
    assert "60 points" in shown
    assert ALICES_PHONE not in shown, "nobody's number"
    client.post(reverse("loyalty_member_pass", args=[alice.public_id]), {"replace": "1"})
    assert Client().get(link).status_code == 404
    assert Client().get("/pass/nonsense").status_code == 404


def test_the_counter_takes_what_a_scanner_types(till: Till, alice: Member, people: People) -> None:
    code = pass_of(till, alice)
    till.sends(bill("A1", "24.50"))
    client = people.client(people.alice)
    offer = till.offer("A1")
    answer = client.post(reverse("loyalty_claim", args=[offer.public_id]), {"phone": code}, follow=True)
    assert "84 points" in answer.content.decode()
    till.sends(bill("A2", "24.50"))
    answer = client.post(reverse("loyalty_claim", args=[till.offer("A2").public_id]), {"phone": "P0123456789ABCDEF"})
    assert answer.status_code == 404
    assert "a newer one took its place" in answer.content.decode()
