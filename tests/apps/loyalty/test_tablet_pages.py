"""The pages about tablets: for whom they are, what they say, and how they look."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from comptoir.apps.loyalty import claims, registers
from comptoir.apps.loyalty.devices import PairingCode, Register
from comptoir.apps.loyalty.models import Entry
from comptoir.apps.loyalty.tablets import linking, pairing, reads
from comptoir.core.accounts.models import Membership, MembershipStore, Store
from comptoir.core.accounts.roles import Role
from comptoir.pos.model import Named
from tests.apps.loyalty.counter import linked, shown
from tests.apps.loyalty.till import ALICES_PHONE, BOBS_PHONE, NOON, Till, bill
from tests.people import People, create_member, create_store

PICTURES = Path(__file__).resolve().parents[3] / "artefacts" / "tablet-pages"


def manager_of(people: People, store: Store) -> Membership:
    """A manager who was given this store and no other."""
    user = create_member(people.le_zinc, "Manager", Role.MANAGER)
    membership = Membership.objects.get(user=user)
    membership.all_stores = False
    membership.save()
    MembershipStore.objects.create(organisation=people.le_zinc, membership=membership, store=store)
    return membership


def test_a_manager_sees_the_tablets_of_the_given_stores_only(till: Till, people: People) -> None:
    tablet = linked(till)
    register = Register.objects.get()
    elsewhere = create_store(people.le_zinc, "La Terrasse")
    client = people.client(manager_of(people, elsewhere).user)

    listed = client.get("/tablets").content.decode()
    assert tablet.public_id not in listed
    assert register.public_id not in listed
    for path in ("", "/diagnosis"):
        assert client.get(f"/tablets/{tablet.public_id}{path}").status_code == 404
    for path in ("identify", "link", "revoke"):
        assert client.post(f"/tablets/{tablet.public_id}/{path}").status_code == 404
    assert client.post(f"/tablets/registers/{register.public_id}/passive", {"passive": "yes"}).status_code == 404
    assert client.post("/tablets/code", {"store": till.store.public_id, "name": "Mine"}).status_code == 422
    assert not Register.objects.get().is_passive


def test_the_diagnosis_says_what_became_of_each_order(till: Till, people: People) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "0.60"), bill("A2", "24.00"), bill("A3", "30.00", at=NOON + timedelta(seconds=1)))
    till.sends(bill("B1", "9.00", register=Named(id="device-2", name="Terrace")))
    till.sends(bill("C1", "9.00", register=Named(id="device-3", name="Cellar")))
    till.sends(bill("A4", "9.00", at=NOON - timedelta(minutes=20)))
    registers.mark_passive(
        organisation_id=till.organisation.id,
        register_id=Register.objects.get(device_id="device-3").id,
        is_passive=True,
        actor="user:1",
    )
    assert shown(till, tablet) == "A3"

    text = people.client(people.alice).get(f"/tablets/{tablet.public_id}/diagnosis").content.decode()
    for words in (
        "below the minimum",
        "The next order took its place",
        "No tablet is linked to its register",
        "Passive till",
        "Came too late for the tablet",
        "Closed before the tablet was linked",
        "No connection is signed in",
    ):
        assert words in text, words


def test_staff_attach_the_order_of_a_passive_till(till: Till, people: People) -> None:
    linked(till)
    till.sends(bill("C1", "9.00", register=Named(id="device-3", name="Cellar")))
    client = people.client(people.bob)
    assert "passive till" not in client.get("/loyalty/counter").content.decode()
    cellar = next(each for each in registers.registers(till.organisation.id, now=till.now) if each.name == "Cellar")
    registers.mark_passive(organisation_id=till.organisation.id, register_id=cellar.id, is_passive=True, actor="user:1")
    till.sends(bill("C2", "11.00", register=Named(id="device-3", name="Cellar")))
    assert client.get("/loyalty/counter").content.decode().count("passive till") == 2
    client.post(f"/loyalty/counter/{till.offer('C1').public_id}", {"phone": ALICES_PHONE})
    assert till.entries("C1") == [("earn", 9)]


def test_e22_staff_give_a_collected_sale_to_somebody_else_on_its_page(till: Till, people: People) -> None:
    till.now = timezone.now()
    till.sends(bill("A1", "24.00", at=till.now))
    till.claim("A1", BOBS_PHONE)
    client = people.client(people.bob)
    address = f"/loyalty/counter/{till.offer('A1').public_id}"
    assert "Give to this member instead" in client.get(address).content.decode()
    client.post(address, {"phone": ALICES_PHONE, "reattach": "yes"})

    assert till.entries("A1") == [("earn", 24), ("undo", -24), ("attach", 24)]
    actors = set(Entry.objects.filter(kind__in=["undo", "attach"]).values_list("actor", flat=True))
    assert actors == {f"user:{people.bob.pk}"}, "the ledger says who did it"
    offer = till.offer("A1")
    offer.claimed_at = timezone.now() - claims.REATTACH_WITHIN
    offer.save()
    assert "Give to this member instead" not in client.get(address).content.decode()


def test_the_steps_turn_green_by_facts(till: Till, people: People) -> None:
    client = people.client(people.alice)
    before = client.get("/loyalty/set-up").content.decode()
    assert before.count("step-done") == 1, "loyalty is on, nothing else is done"
    assert "http://testserver/partner/orders?dispatch=lightspeed" in before

    tablet = linked(till)
    checks = dict.fromkeys(("browser", "live", "storage", "camera", "screen"), True)
    linking.heard(tablet, said={"checks": checks}, now=till.now)
    till.sends(bill("A1", "24.00"))
    till.claim("A1")
    after = client.get("/loyalty/set-up").content.decode()
    assert after.count("step-done") == 5
    assert after.count("step-now") == 1


def test_the_mail_to_support_speaks_the_language_of_the_page(till: Till, people: People) -> None:
    with override("en"):  # what a request activates stays in its thread: the next test speaks English again
        text = people.client(people.alice).get("/loyalty/set-up", headers={"Accept-Language": "fr"}).content.decode()
    assert "comptoir-fid" in text
    assert "notifications en temps réel" in text


def test_addresses_of_the_help_pages_lead_somewhere(till: Till, people: People) -> None:
    client = people.client(people.alice)
    for path in ("/integrations", "/settings/users", "/loyalty", "/tablets"):
        assert client.get(path, follow=True).status_code == 200, path


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, people: People) -> Iterator[Page]:
    client = people.client(people.alice)
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.add_cookies(
        [{"name": name, "value": each.value, "url": live_server.url} for name, each in client.cookies.items()]
    )
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible_and_fit_a_phone(page: Page, people: People, till: Till) -> None:
    tablet = linked(till)
    till.sends(bill("A1", "24.00"), bill("B1", "9.00", register=Named(id="device-2", name="Bar")))
    pairing.new_code(
        organisation_id=till.organisation.id, store_id=till.store.id, name="Left", actor="user:1", now=timezone.now()
    )
    assert reads.tablet(till.organisation.id, tablet.id, now=till.now)
    assert PairingCode.objects.exists()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, path in (
        ("tablets", ""),
        ("tablet", f"/{tablet.public_id}"),
        ("why", f"/{tablet.public_id}/diagnosis"),
        ("set-up", ""),
    ):
        page.goto("/loyalty/set-up" if name == "set-up" else f"/tablets{path}")
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
            violations = Axe().run(page).response["violations"]
            assert not violations, [(each["id"], each["nodes"][0]["html"]) for each in violations]
