"""A new member is asked, on the tablet and at the counter, and nothing is ticked for them (loyalty.md 1.9, E28)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from comptoir.apps.loyalty.members import consents
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Consent
from comptoir.apps.loyalty.tablets import asking
from tests.apps.loyalty.counter import linked, paired
from tests.apps.loyalty.test_members import refused
from tests.apps.loyalty.test_tablet_screen import Counter, counter, server
from tests.apps.loyalty.till import ALICES_PHONE, Till, bill
from tests.people import People
from tests.servers import until

__all__ = ["counter", "server"]


class Door:
    """A tablet that asks over HTTP."""

    def __init__(self, till: Till) -> None:
        till.now = timezone.now()
        self.tablet, self.token = paired(till)
        known = linked(till, "Other")
        self.tablet.register_id, self.tablet.linked_at = known.register_id, known.linked_at
        self.tablet.save()

    def ask(self, what: str, **said: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self.token}"}
        response = Client().post(f"/tablet/{what}", json.dumps(said), content_type="application/json", headers=headers)
        return response.status_code, response.json()


@pytest.fixture
def door(till: Till) -> Door:
    made = Door(till)
    till.sends(bill("A1", "24.50", at=till.now), bill("A2", "10.00", at=till.now))
    return made


def collect(door: Door, till: Till, number: str = "A1", phone: str = ALICES_PHONE) -> dict[str, Any]:
    status, answer = door.ask("claim", key=f"k{number}", offer=till.offer(number).public_id, phone=phone)
    assert status == 200, answer
    return answer


def test_a_new_member_answers_once_they_are_one(door: Door, till: Till) -> None:
    assert door.ask("consent", key="kA1", sms=True)[0] == 404
    collect(door, till)
    assert not Consent.objects.exists(), "nothing is taken for granted"
    assert door.ask("consent", key="kA1", sms="true")[1]["code"] == "validation"
    assert door.ask("consent", key="kA1", sms=True) == (200, {"noted": True})
    said = Consent.objects.get()
    assert (said.value, said.source, said.channel) == (True, "tablet", "sms")
    assert said.context.startswith("sal_")
    assert Member.objects.get().sms_consent
    door.ask("consent", key="kA1", sms=False)
    assert not Member.objects.get().sms_consent


def test_e28_what_is_undone_takes_the_yes_along(door: Door, till: Till) -> None:
    collect(door, till)
    door.ask("consent", key="kA1", sms=True)
    assert door.ask("undo", key="kA1")[0] == 200
    assert not Member.objects.get().sms_consent
    assert door.ask("consent", key="kA1", sms=True)[0] == 404


def test_a_member_of_before_is_not_asked_by_whoever_holds_the_tablet(door: Door, till: Till) -> None:
    collect(door, till)
    answer = collect(door, till, "A2")
    assert answer["is_new"] is False
    assert door.ask("consent", key="kA2", sms=True)[0] == 404
    with refused("too_late"):
        asking.answered(tablet=door.tablet, key="kA1", sms=True, now=timezone.now() + timedelta(minutes=6))


@pytest.mark.parametrize(("ticked", "value"), [({}, False), ({"sms": "yes"}, True)])
def test_at_the_counter_the_box_is_empty_and_the_answer_is_kept(
    people: People, till: Till, ticked: dict[str, str], value: bool
) -> None:
    till.sends(bill("A1", "24.50"))
    member = till.claim("A1").member
    bob = people.client(people.bob)
    address = f"/loyalty/counter/{till.offer('A1').public_id}/thanks"
    shown = bob.get(address).content.decode()
    assert '<input type="checkbox" id="sms" name="sms" value="yes">' in shown
    bob.post(f"/loyalty/members/{member.public_id}/consent", {"at": "counter", **ticked})
    [said] = consents.records(member.organisation_id, member.id)
    assert (said.channel, said.value, said.source) == ("sms", value, "counter")
    assert 'id="sms"' not in bob.get(address).content.decode(), "whoever was asked is not asked again"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_the_screen_a_box_that_nobody_ticked(counter: Counter) -> None:
    page = counter.page
    counter.closes("A1", "24.50")
    expect(page.locator("#amount")).to_have_text("€24.50")
    counter.types("0612345642")
    page.get_by_role("button", name="Collect").click()
    box = page.get_by_label("Send me offers by SMS")
    expect(box).to_be_visible()
    expect(box).not_to_be_checked()
    box.check()
    expect(page.locator("#consent-said")).to_have_text("Noted: offers by SMS.")
    until(lambda: Member.objects.get().sms_consent)
    counter.picture("consent")
    page.get_by_role("button", name="Done").click()
    counter.closes("A2", "10.00")
    expect(page.locator("#amount")).to_have_text("€10.00")
    counter.types("0612345642")
    page.get_by_role("button", name="Collect").click()
    expect(page.locator("#thanks-balance")).to_have_text("You now have 34 points")
    expect(box).to_be_hidden()
