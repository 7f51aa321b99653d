"""The pages of members, without script: Alice owns, Bob is staff, Charlie belongs elsewhere."""

import csv
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.loyalty.members import consents, merging
from comptoir.apps.loyalty.members.consents import Channel
from comptoir.apps.loyalty.models import Member
from comptoir.apps.loyalty.persons import Change, Consent
from comptoir.core.accounts.models import User
from comptoir.core.accounts.roles import Role
from comptoir.pos.model import Named
from tests.apps.loyalty.test_members import member_of
from tests.apps.loyalty.test_pages import MASKED, WHOLE, see, text
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, Till, bill
from tests.people import People, create_member

DAY = timedelta(days=1)


@pytest.fixture
def manager(people: People) -> User:
    return create_member(people.le_zinc, "Manager", Role.MANAGER)


@pytest.fixture
def alice(till: Till) -> Member:
    till.now = timezone.now()
    till.sends(bill("A1", "24.50", at=till.now - timedelta(minutes=1)))
    member = till.claim("A1").member
    Member.objects.filter(id=member.id).update(first_name="Alice", last_name="Martin", email="alice@example.com")
    return member


def path(member: Member, *more: str) -> str:
    return "/".join(["/loyalty/members", member.public_id, *more])


def test_filters_stand_in_the_address_and_narrow_the_list(people: People, till: Till, alice: Member) -> None:
    member_of(till, BOBS_PHONE, first_name="Bob", tags=["regular"])
    assert "2 guests collect points." in see(people, people.alice, "/loyalty/members")
    found = see(people, people.alice, "/loyalty/members?search=martin")
    assert "Alice Martin" in found
    assert "1 member fits." in found
    assert "Bob" in see(people, people.alice, "/loyalty/members?tag=regular&sort=name")
    assert "No member fits" in see(people, people.alice, "/loyalty/members?sms=yes")
    assert "Alice Martin" in see(people, people.alice, "/loyalty/members?youngest=x&type=nonsense&page=77")


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_an_export_has_what_the_list_shows_and_masks_numbers(
    people: People, till: Till, alice: Member, manager: User
) -> None:
    member_of(till, BOBS_PHONE, first_name="Bob")
    address = "/loyalty/members/export?search=martin"
    [row] = rows_of(people.client(people.alice), address)
    assert (row["phone"], row["last_name"], row["points"], row["type"]) == (ALICES_PHONE, "Martin", "24", "new")
    [row] = rows_of(people.client(manager), address)
    assert "12345" not in row["phone"].replace(" ", "")
    assert people.client(people.bob).get(address).status_code == 403


def test_a_member_is_changed_and_the_toast_takes_it_back(people: People, alice: Member) -> None:
    client = people.client(people.alice)
    said = {"first_name": "Alicia", "last_name": "Martin", "email": "alice@example.com", "tags": "vip, regular"}
    answer = client.post(path(alice, "edit"), said, follow=True)
    change = Change.objects.get(what="edited")
    shown = text(answer.content)
    assert "Alicia Martin" in shown
    assert "First name: Alice → Alicia." in shown
    assert "Tags: vip, regular." in shown
    undo = path(alice, "changes", change.public_id, "undo")
    assert undo in answer.content.decode()
    client.post(undo)
    alice.refresh_from_db()
    assert (alice.first_name, alice.tags) == ("Alice", [])
    wrong = client.post(path(alice, "edit"), {**said, "email": "nonsense"})
    assert wrong.status_code == 422
    assert "not a whole e-mail address" in wrong.content.decode()


def test_a_number_of_another_member_offers_to_merge(people: People, till: Till, alice: Member) -> None:
    bob = member_of(till, BOBS_PHONE, first_name="Bob")
    client = people.client(people.alice)
    answer = client.post(path(alice, "edit"), {"first_name": "Alice", "phone": "06 87 65 43 21"})
    assert answer.status_code == 422
    assert "It is the same person: merge" in answer.content.decode()
    client.post(path(alice, "merge"), {"other": bob.public_id})
    alice.refresh_from_db()
    assert alice.phone == BOBS_PHONE
    assert "Merged into another member" in see(people, people.alice, path(bob))
    [merge] = merging.of_member(alice.organisation_id, alice.id)
    client.post(path(alice, "merges", merge.public_id, "undo"))
    alice.refresh_from_db()
    assert alice.phone == ALICES_PHONE


def test_consent_is_noted_with_who_and_when(people: People, alice: Member, manager: User) -> None:
    client = people.client(manager)
    client.post(path(alice, "consent"), {"sms": "yes"})
    shown = see(people, manager, path(alice))
    assert "Agreed to SMS" in shown
    assert "noted by the staff" in shown
    assert "Manager" in shown
    client.post(path(alice, "consent"), {"sms": "no"})
    assert "No advertising by SMS" in see(people, manager, path(alice))
    assert [each.value for each in Consent.objects.order_by("id")] == [True, False]


def test_leaving_says_what_is_lost_and_only_an_owner_deletes(people: People, alice: Member, manager: User) -> None:
    shown = see(people, manager, path(alice, "leave"))
    assert "Anonymise this person" in shown
    assert "Delete with all figures" not in shown
    client = people.client(manager)
    assert client.post(path(alice, "leave"), {"how": "delete"}).status_code == 404
    client.post(path(alice, "leave"), {"how": "pause"})
    assert "Paused: nothing is collected or sent" in see(people, manager, path(alice))
    client.post(path(alice, "leave"), {"how": "anonymise"})
    assert "Martin" not in see(people, people.alice, path(alice))
    assert "No member yet" in see(people, people.alice, "/loyalty/members")
    people.client(people.alice).post(path(alice, "leave"), {"how": "delete"})
    assert not Member.objects.exists()


def test_all_data_is_handed_over_by_the_owner_alone(people: People, alice: Member, manager: User) -> None:
    answer = people.client(people.alice).get(path(alice, "data"))
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert ALICES_PHONE in archive.read("member.json").decode()
    assert people.client(manager).get(path(alice, "data")).status_code == 403


def test_thresholds_are_the_owner_s(people: People, alice: Member) -> None:
    said: dict[str, Any] = {"new_months": 1, "vip_visits": 1, "risk_days": 7, "retention_months": 12}
    client = people.client(people.alice)
    wrong = client.post("/loyalty/members/settings", {**said, "staff_phones": "06 12"})
    assert "06 12: This is not a whole phone number." in text(wrong.content)
    client.post("/loyalty/members/settings", {**said, "staff_phones": "06 87 65 43 21\n"})
    assert "VIP" in see(people, people.alice, "/loyalty/members?type=vip")
    assert "+33 6 87 65 43 21" in client.get("/loyalty/members/settings").content.decode()


def test_who_is_silent_for_too_long_is_listed_to_be_erased(people: People, till: Till) -> None:
    assert "Nobody was silent" in see(people, people.alice, "/loyalty/members/silent")
    member = member_of(till, first_name="Alice")
    Member.objects.filter(id=member.id).update(enrolled_at=timezone.now() - 1200 * DAY)
    shown = people.client(people.alice).get("/loyalty/members/silent").content.decode()
    assert "1 member was silent for more than 36 months" in text(shown.encode())
    assert path(member, "leave") in shown


def test_e29_what_looks_odd_is_listed(people: People, till: Till) -> None:
    till.now = timezone.now()
    assert "Nothing unusual" in see(people, people.alice, "/loyalty/members/watch")
    for number in range(6):
        staff = Named(id="7", name="Charlie")
        till.sends(bill(f"A{number}", "10.00", at=till.now - timedelta(minutes=number), staff=staff))
        till.claim(f"A{number}")
    shown = see(people, people.alice, "/loyalty/members/watch")
    assert "three times a day or more" in shown
    assert "same cashier with the same member" in shown
    assert "Charlie" in shown
    assert WHOLE in shown


def test_a_link_in_a_mail_ends_it_at_the_second_look(alice: Member) -> None:
    now = timezone.now()
    consents.record(
        organisation_id=alice.organisation_id,
        member_id=alice.id,
        channel=Channel.EMAIL,
        value=True,
        source=consents.Source.WEB,
        actor="",
        now=now - DAY,
    )
    token = consents.unsubscribe_token(
        organisation_id=alice.organisation_id, member_id=alice.id, channel=Channel.EMAIL, now=now
    )
    client = Client(enforce_csrf_checks=True)
    assert "Send me nothing more" in client.get(f"/unsubscribe/{token}").content.decode()
    alice.refresh_from_db()
    assert alice.email_consent, "a scanner that opens the link changes nothing"
    answer = client.post(f"/unsubscribe/{token}", {"List-Unsubscribe": "One-Click"})
    assert "sends you no more advertising" in text(answer.content)
    alice.refresh_from_db()
    assert not alice.email_consent
    assert client.get("/unsubscribe/nonsense").status_code == 404


def test_staff_see_masked_numbers_and_change_nothing(people: People, alice: Member) -> None:
    shown = see(people, people.bob, path(alice))
    assert MASKED in shown
    assert WHOLE not in shown
    assert "Pause or erase" not in shown
    for name in ("edit", "leave", "data"):
        assert people.client(people.bob).get(path(alice, name)).status_code == 403


@pytest.mark.browser
def test_pages_of_members_in_a_real_browser(
    people: People, till: Till, alice: Member, chromium: Browser, live_server: LiveServer
) -> None:
    member_of(till, BOBS_PHONE, first_name="Bob", tags=["regular", "terrace"])
    client = people.client(people.alice)
    client.post(path(alice, "consent"), {"sms": "yes"})
    cookies = [{"name": name, "value": each.value, "url": live_server.url} for name, each in client.cookies.items()]
    for size in ((1280, 900), (390, 844)):
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        for name in ("", "/settings", "/silent", "/watch"):
            page.goto(f"{live_server.url}/loyalty/members{name}")
            assert Axe().run(page).violations_count == 0, name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        for more in ((), ("edit",), ("leave",)):
            page.goto(f"{live_server.url}{path(alice, *more)}")
            assert Axe().run(page).violations_count == 0, more
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), more
        page.goto(f"{live_server.url}/loyalty/members")
        page.get_by_label("Search").fill("martin")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_role("link", name="Alice Martin")).to_be_visible()
        assert "search=martin" in page.url
        context.close()
