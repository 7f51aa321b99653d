"""Loyalty's pages, without script: Alice owns, Bob is staff, Charlie belongs elsewhere."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone, translation

from comptoir.apps.loyalty.models import Member
from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import Role
from comptoir.core.installations.models import Installation
from tests.apps.loyalty.till import BOBS_PHONE, Till, bill, refund, till_of
from tests.people import People, create_member

WHOLE, MASKED = "+33 6 12 34 56 42", "+33 6 ** ** ** 42"


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A page in French must not leave its language to the next test."""
    yield
    translation.activate("en")


def see(people: People, user: User, path: str, status: int = 200, **headers: str) -> str:
    """The text of a page, tags stripped."""
    response = people.client(user).get(path, headers=headers)
    assert response.status_code == status, response.content
    return text(response.content)


def text(content: bytes) -> str:
    return re.sub(r"[ \n\t]+", " ", re.sub(r"<[^>]*>", " ", content.decode()))


def address(till: Till, number: str) -> str:
    return f"/loyalty/counter/{till.offer(number).public_id}"


def test_before_the_till_is_connected_the_pages_say_what_to_do(people: People) -> None:
    assert "Connect your till" in see(people, people.alice, "/loyalty")
    assert "Ask the owner to connect the till" in see(people, people.bob, "/loyalty/counter")
    assert "No member yet" in see(people, people.alice, "/loyalty/members")


def test_before_the_first_sale_the_pages_say_what_to_do(people: People, till: Till) -> None:
    assert "Close a bill at the till" in see(people, people.alice, "/loyalty")
    assert "1 point per €1.00, from €1.00 on" in see(people, people.bob, "/loyalty/counter")


def test_the_whole_way_from_the_counter_to_the_reason(people: People, till: Till) -> None:
    till.now = timezone.now()
    till.sends(bill("A1", "24.50", at=till.now), bill("A2", "0.50", at=till.now))
    shown = see(people, people.bob, "/loyalty/counter")
    assert "€24.50" in shown
    assert "24 points" in shown
    assert "Table 12 · RA1" in shown
    assert "€0.50" not in shown
    bob = people.client(people.bob)
    answer = bob.post(address(till, "A1"), {"phone": "06 12 34 56 42"}, follow=True)
    assert answer.redirect_chain == [(f"{address(till, 'A1')}/thanks", 302)]
    assert f"+24 points {MASKED} now has 24 points" in text(answer.content)
    till.sends(refund("A3", "A1", "-4.00"))
    member = Member.objects.get()
    page = see(people, people.alice, f"/loyalty/members/{member.public_id}")
    assert WHOLE in page
    assert "€24.50 at 1 point per €1.00, rounded down. Rule 1." in page
    assert "€20.50 is left, at 1 point per €1.00, rounded down: 24 points before, 20 points now." in page
    assert "+24" in page
    assert "−4" in page
    glance = see(people, people.alice, "/loyalty")
    assert "20 points given today" in glance
    assert "No sale waits for its guest." in glance


def test_phones_are_masked_for_all_but_the_owner(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    member = till.claim("A1").member
    manager = create_member(people.le_zinc, "Manager", Role.MANAGER)
    for path in ("/loyalty", "/loyalty/members", f"/loyalty/members/{member.public_id}"):
        assert WHOLE in see(people, people.alice, path)
        for user in (people.bob, manager):
            shown = see(people, user, path)
            assert MASKED in shown
            assert WHOLE not in shown


def test_a_number_that_cannot_be_read_stands_under_its_field(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    bob = people.client(people.bob)
    for typed, said in [
        ("06 12", "not a whole phone number"),
        ("01 42 68 53 00", "not a mobile number"),
        ("", "Enter the guest’s mobile number"),
    ]:
        answer = bob.post(address(till, "A1"), {"phone": typed})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert f'value="{typed}"' in answer.content.decode() or not typed
    assert till.offer("A1").state == "open"


def test_somebody_else_was_first(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    till.claim("A1")
    bob = people.client(people.bob)
    answer = bob.post(address(till, "A1"), {"phone": BOBS_PHONE})
    assert answer.status_code == 409
    assert "The points of this sale were already collected." in text(answer.content)
    again = bob.post(address(till, "A1"), {"phone": "0612345642"}, follow=True)
    assert "Already collected" in text(again.content)
    assert "now has 24 points" in text(again.content)


def test_a_sale_refunded_while_the_page_was_open(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    till.record(refund("A2", "A1", "-24.50"))
    answer = people.client(people.bob).post(address(till, "A1"), {"phone": "0612345642"})
    assert answer.status_code == 409
    assert "refunded" in text(answer.content)
    assert not Member.objects.exists()


def test_a_sale_that_is_not_open_offers_the_way_back(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"), refund("A2", "A1", "-24.50"))
    shown = see(people, people.bob, address(till, "A1"))
    assert "Withdrawn" in shown
    assert "Back to the counter" in shown
    assert people.client(people.bob).get(f"{address(till, 'A1')}/thanks").status_code == 302


def test_searching_members_by_part_of_a_number(people: People, till: Till) -> None:
    till.sends(bill("A1", "5.00"), bill("A2", "6.00"))
    till.claim("A1")
    till.claim("A2", BOBS_PHONE)
    found = see(people, people.alice, "/loyalty/members?search=06+12")
    assert WHOLE in found
    assert "87 65" not in found
    assert "No member has this number" in see(people, people.alice, "/loyalty/members?search=99999")


def test_where_numbers_are_masked_only_a_whole_one_finds_its_member(people: People, till: Till) -> None:
    till.sends(bill("A1", "5.00"))
    till.claim("A1")
    assert MASKED in see(people, people.bob, "/loyalty/members?search=06+12+34+56+42")
    for part in ("06+12", "42", "0612345643"):
        assert "No member has this number" in see(people, people.bob, f"/loyalty/members?search={part}")


def test_live_parts_come_without_the_frame(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    member = till.claim("A1").member
    for path in ("/loyalty", "/loyalty/counter", "/loyalty/members", f"/loyalty/members/{member.public_id}"):
        part = people.client(people.alice).get(path, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert "<h1" not in part
        whole = people.client(people.alice).get(path).content.decode()
        assert "live:loyalty from:body" in whole


def test_another_organisation_finds_nothing(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    member = till.claim("A1").member
    till_of(people.chez_charlie, people.shop)
    charlie = people.client(people.charlie)
    for path in (address(till, "A1"), f"{address(till, 'A1')}/thanks", f"/loyalty/members/{member.public_id}"):
        assert charlie.get(path).status_code == 404
    assert charlie.post(address(till, "A1"), {"phone": "0612345642"}).status_code == 404
    for path in ("/loyalty", "/loyalty/counter", "/loyalty/members"):
        assert "12 34 56 42" not in charlie.get(path).content.decode()
        assert "24.50" not in charlie.get(path).content.decode()


def test_a_viewer_looks_but_gives_nothing(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    viewer = create_member(people.le_zinc, "Viewer", Role.VIEWER)
    assert address(till, "A1") not in people.client(viewer).get("/loyalty").content.decode()
    assert people.client(viewer).get("/loyalty/counter").status_code == 403
    assert people.client(viewer).post(address(till, "A1"), {"phone": "0612345642"}).status_code == 403
    assert till.offer("A1").state == "open"


def test_strangers_are_sent_to_the_sign_in(people: People) -> None:
    for path in ("/loyalty", "/loyalty/counter", "/loyalty/members"):
        assert Client().get(path).status_code == 302


def test_french_pages_speak_french(people: People, till: Till) -> None:
    till.sends(bill("A1", "24.50"))
    alice = people.client(people.alice)
    shown = text(alice.get("/loyalty/counter", headers={"Accept-Language": "fr"}).content)
    assert "24,50\xa0€" in shown
    assert "Choisissez la vente du client" in shown
    member = till.claim("A1").member
    page = text(alice.get(f"/loyalty/members/{member.public_id}", headers={"Accept-Language": "fr"}).content)
    assert "24,50\xa0€ à 1 point par 1,00\xa0€, arrondi vers le bas." in page


def test_switched_off_everywhere_is_said(people: People, till: Till) -> None:
    Installation.objects.update(enabled=False)
    assert "Switched off for every store" in see(people, people.alice, "/loyalty")
