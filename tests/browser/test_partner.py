"""Flow X as one journey in three browsers: the merchant, the operator, the partner (loyalty.md 2.2, X1–X12).

Real pages in Chromium, real mails opened in the sandbox's mailbox, the sandbox's till as its cashier uses it; pictures
of each step are kept in `artefacts/`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, expect

from comptoir.apps.loyalty.models import Entry, Member
from comptoir.core.accounts.models import User
from comptoir.core.accounts.partners import grants
from comptoir.core.audit.models import Note
from comptoir.core.jobs import engine
from comptoir.core.mail.server import mail_server
from comptoir.kernel.seal import Secret
from comptoir.sandbox.server import OAuthClient, Sandbox
from tests.browser.running import Visitor
from tests.chromium import PATIENCE
from tests.people import People
from tests.servers import WebServer, web_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery staple"
BRAND_USER = "technic+lezinc@6xpos.example"
CONTACT = "integrations@6xpos.example"
OPERATOR = "olga@example.com"


@dataclass
class Places:
    """Where everything is: Comptoir, and the sandbox with its mailbox and its till."""

    server: WebServer
    sandbox: Sandbox
    people: People

    def mail(self, reader: Visitor, to: str, subject: str) -> str:
        """Open the newest mail of this subject in the sandbox's mailbox; its plain text."""
        engine.drain()
        page = reader.page
        page.goto(f"{self.sandbox.control_url}/mailbox")
        mine = page.locator("a.mail").filter(has_text=subject).filter(has_text=to)
        mine.first.click()
        expect(page.locator("h1")).to_have_text(subject)
        reader.picture("mail")
        return page.locator("pre.mail-text").inner_text()

    def press(self, reader: Visitor) -> None:
        """The button of the mail that is open."""
        reader.page.get_by_role("link", name="Press its button").click()


@pytest.fixture
def places(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    monkeypatch.setenv("COMPTOIR_OPERATOR_EMAIL", OPERATOR)
    with web_server() as server:
        client = OAuthClient("c", Secret("s"), (server.url,))
        sandbox = Sandbox(folder=None, client=client, history=timedelta(0), speed=0)
        sandbox.start()
        try:
            with override_settings(COMPTOIR_MAIL_SERVER=mail_server(sandbox.postbox.url)):
                yield Places(server, sandbox, people)
        finally:
            sandbox.stop()


def enter(chromium: Browser, journey: str) -> Visitor:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    return Visitor(context.new_page(), journey)


def sign_in(visitor: Visitor, places: Places, email: str) -> Visitor:
    page = visitor.page
    page.goto(f"{places.server.url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return visitor


def test_flow_x_from_the_technical_user_to_a_refund(people: People, places: Places, chromium: Browser) -> None:
    people.alice.set_password(PASSWORD)
    people.alice.save()
    User.objects.create_user(OPERATOR, PASSWORD, name="Olga", is_operator=True)
    client, secret = grants.register(
        name="6xpos", provider="sixpos", redirect_uris=(), contacts=[CONTACT], now=datetime.now(UTC)
    )
    merchant = sign_in(enter(chromium, "flow-x-merchant"), places, people.alice.email)
    operator = sign_in(enter(chromium, "flow-x-operator"), places, OPERATOR)
    partner = enter(chromium, "flow-x-partner")

    invite(merchant, places)
    join(partner, places)
    notify(merchant, places)
    read_of_it(partner, operator, places)
    slug = copy_slug(operator, places)
    find_it_off(partner, places)
    sign_in_at_the_till(partner, places, client.client_id, secret.reveal(), slug)
    expect_said(partner, "403 partner_request_pending: This brand is not open for you yet")
    token = approve_and_issue(operator, places)
    assert token not in places.mail(partner, CONTACT, "Le Zinc: the token for 6xpos was issued")
    places.press(partner)
    expect(partner.page.get_by_text("Token issued, no order yet")).to_be_visible()
    set_up_a_reward(partner, places)
    sign_in_at_the_till(partner, places, client.client_id, secret.reveal(), slug)
    expect_said(partner, "Le Zinc: the store is known to this token.")
    sell_reward_refund(partner, token)
    see_it_active(merchant, partner, places)
    look_around(operator, places)
    for visitor in (merchant, operator, partner):
        visitor.page.context.close()


def invite(merchant: Visitor, places: Places) -> None:
    """X1: a tagged address, the role Partner, chosen stores."""
    page = merchant.page
    page.goto(f"{places.server.url}/settings/users")
    page.get_by_label("E-mail").fill(BRAND_USER)
    page.get_by_label("Role").select_option("partner")
    page.get_by_label("Chosen stores").first.check()
    page.get_by_label(places.people.bar.name, exact=True).check()
    merchant.picture("invite")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("rowheader", name=BRAND_USER)).to_be_visible()
    merchant.picture("invited")


def join(partner: Visitor, places: Places) -> None:
    """The partner opens the mail, presses its button and makes the account."""
    page = partner.page
    places.mail(partner, BRAND_USER, "Le Zinc: Alice invites you to Comptoir")
    places.press(partner)
    partner.picture("invitation")
    page.get_by_label("Your name").fill("6xpos")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "/invitations/" not in address)
    partner.picture("joined")


def notify(merchant: Visitor, places: Places) -> None:
    """X2: *Notify partner*."""
    page = merchant.page
    page.goto(f"{places.server.url}/settings/partners")
    page.get_by_label("Partner", exact=True).select_option(label="6xpos")
    page.get_by_label("Le Zinc", exact=True).check()
    page.get_by_role("button", name="Notify partner").click()
    expect(page.get_by_text("Requested")).to_be_visible()
    merchant.picture("requested")
    merchant.expect_accessible()


def read_of_it(partner: Visitor, operator: Visitor, places: Places) -> None:
    """X2, X4: the partner's contacts hear of the wish, of their user and of the slugs; the operator of the wish."""
    slug = places.people.bar.slug
    assert "asks for loyalty with 6xpos" in places.mail(partner, CONTACT, "Le Zinc wants 6xpos connected")
    assert "can sign in for Le Zinc" in places.mail(partner, CONTACT, "Le Zinc: the user for 6xpos is ready")
    assert f"Le Zinc: {slug}." in places.mail(partner, CONTACT, "Le Zinc: the slugs of its stores")
    places.press(partner)
    expect(partner.page.locator("td code").filter(has_text=slug).first).to_be_visible()
    partner.picture("slugs")
    assert Note.objects.filter(what="partner.page_seen", organisation=places.people.le_zinc).exists()
    places.mail(operator, OPERATOR, "Le Zinc wants 6xpos connected")
    operator.page.goto(f"{places.server.url}/backoffice")
    expect(operator.page.get_by_role("link", name="1 request waits")).to_be_visible()
    operator.picture("back-office")


def copy_slug(operator: Visitor, places: Places) -> str:
    """X3: the slug stands on the store list, behind ⋯, with a button that copies it."""
    page = operator.page
    page.goto(f"{places.server.url}/backoffice")
    page.get_by_role("link", name=places.people.le_zinc.name, exact=True).click()
    operator.picture("stores")
    operator.expect_accessible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=places.server.url)
    page.locator(".row-menu summary").first.click()
    operator.picture("stores-menu")
    page.get_by_role("button", name="Copy store slug").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied: str = page.evaluate("navigator.clipboard.readText()")
    assert copied == places.people.bar.slug
    return copied


def find_it_off(partner: Visitor, places: Places) -> None:
    """X8: the configuration is born inactive, and sends nothing."""
    page = partner.page
    page.goto(f"{places.sandbox.control_url}/sixpos")
    expect(page.get_by_text("HEYPONGO")).to_be_visible()
    expect(page.get_by_label("Active")).not_to_be_checked()
    page.get_by_role("button", name="Find").click()
    expect_said(partner, "The configuration HEYPONGO is not active.")
    partner.picture("till")


def sign_in_at_the_till(partner: Visitor, places: Places, client_id: str, secret: str, slug: str) -> None:
    """X7, X8, X9: the till gets a token for the technical user; the slug goes into *Store*, the switch goes on."""
    page = partner.page
    page.goto(f"{places.sandbox.control_url}/sixpos")
    page.get_by_label("Client id").fill(client_id)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_label("User").fill(BRAND_USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect_said(partner, "Signed in: the access token lasts a day.")
    page.get_by_label("Store").fill(slug)
    page.get_by_label("Active").check()
    page.get_by_role("button", name="Save").click()


def expect_said(partner: Visitor, words: str) -> None:
    expect(partner.page.locator("#said")).to_contain_text(words)


def approve_and_issue(operator: Visitor, places: Places) -> str:
    """X5: approve, generate, shown once."""
    page = operator.page
    page.goto(f"{places.server.url}/backoffice/partners")
    operator.picture("request")
    operator.expect_accessible()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Generate the token").click()
    shown = page.locator("code").filter(has_text=re.compile("^cpt_")).first
    expect(shown).to_be_visible()
    token = shown.inner_text().strip()
    operator.picture("token")
    page.goto(f"{places.server.url}/backoffice/partners")
    assert token not in page.content()
    return token


def set_up_a_reward(partner: Visitor, places: Places) -> None:
    """X6, X10: the partner types the number of a product on a reward."""
    page = partner.page
    page.goto(f"{places.server.url}/loyalty/rewards/new")
    page.get_by_label("Name", exact=True).fill("Coffee")
    page.get_by_label("Price in points").fill("10")
    page.get_by_label("Products of 6xpos").fill("7")
    partner.picture("reward")
    page.locator("main form button.primary").first.click()
    page.wait_for_url(lambda address: not address.endswith("/new"))


def sell_reward_refund(partner: Visitor, token: str) -> None:
    """X11: the cashier enrols, sells, finds the customer, uses a reward, closes and gives back; also with the token."""
    page = partner.page
    page.get_by_label("Phone, international").fill("+33 6 12 34 56 42")
    page.get_by_role("button", name="Find").click()
    expect_said(partner, "Nobody has this number.")
    page.get_by_label("Phone, international").fill("33612345642")
    page.get_by_label("First name").fill("Alice")
    page.get_by_role("button", name="Enrol").click()
    expect_said(partner, "Alice · 0 pts")
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Close and pay").click()
    expect_said(partner, "201: 21 pts")
    page.get_by_role("button", name="Send again").click()
    expect_said(partner, "202: This order was already processed.")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Phone, international").fill("33612345642")
    page.get_by_role("button", name="Find").click()
    expect_said(partner, "Alice · 21 pts")
    partner.picture("rewards-at-the-till")
    page.get_by_role("button", name="Use Coffee").click()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Close and pay").click()
    expect_said(partner, "201: 21 pts")
    page.get_by_role("button", name="Give back").last.click()
    expect_said(partner, "200: refunded, 0 pts")
    partner.picture("refunded")
    kinds = list(Entry.objects.order_by("created_at", "id").values_list("kind", "points"))
    assert kinds == [("earn", 21), ("spend", -10), ("earn", 21), ("reversal", -21)]
    assert Member.objects.count() == 1


def see_it_active(merchant: Visitor, partner: Visitor, places: Places) -> None:
    """X12: active, with the time of the latest order, for both."""
    for visitor in (merchant, partner):
        visitor.page.goto(f"{places.server.url}/settings/partners")
        expect(visitor.page.get_by_text("Active", exact=True)).to_be_visible()
        expect(visitor.page.locator("td").get_by_text("Latest order")).to_be_visible()
        visitor.picture("active")
        visitor.expect_accessible()


def look_around(operator: Visitor, places: Places) -> None:
    """The rest of the back office: what came in, jobs, what was done, with the product that the partner typed (X10)."""
    merchant = f"merchant/{places.people.le_zinc.public_id}"
    for path in ("", "/inbox", "/jobs", f"/{merchant}/activity"):
        operator.page.goto(f"{places.server.url}/backoffice{path}")
        expect(operator.page.locator("h1")).to_be_visible()
        operator.picture(path.rpartition("/")[2] or "back-office")
        operator.expect_accessible()
    row = operator.page.get_by_role("row").filter(has_text="loyalty.reward_added")
    expect(row).to_contain_text("6xpos")
