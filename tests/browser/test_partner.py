"""Flow X as one journey in three browsers: the merchant, the operator, the partner (loyalty.md 2.2, X1–X12).

Real pages in Chromium, real calls of the simulated till over HTTP; pictures of each step are kept in `artefacts/`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from comptoir.apps.loyalty.models import Member
from comptoir.connectors.sixpos.simulator.server import PartnerServer, Refused
from comptoir.connectors.sixpos.simulator.till import Configuration, Till
from comptoir.core.accounts.models import Organisation, User
from comptoir.core.accounts.partners import grants
from comptoir.core.mail.models import OutgoingMail
from tests.browser.running import PATIENCE, Visitor
from tests.people import People
from tests.servers import WebServer, web_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery staple"
BRAND_USER = "technic+lezinc@6xpos.example"
CONTACT = "integrations@6xpos.example"


@pytest.fixture
def server(people: People) -> Iterator[WebServer]:
    with web_server() as serving:
        yield serving


def enter(chromium: Browser, server: WebServer, email: str, journey: str) -> Visitor:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page(), journey)
    sign_in(visitor.page, server, email)
    return visitor


def sign_in(page: Page, server: WebServer, email: str) -> None:
    page.goto(f"{server.url}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/sign-in" not in address)


def test_flow_x_from_the_technical_user_to_a_refund(people: People, server: WebServer, chromium: Browser) -> None:
    expect.set_options(timeout=PATIENCE)
    people.alice.set_password(PASSWORD)
    people.alice.save()
    User.objects.create_user("olga@example.com", PASSWORD, name="Olga", is_operator=True)
    client, secret = grants.register(
        name="6xpos", provider="sixpos", redirect_uris=(), contacts=[CONTACT], now=datetime.now(UTC)
    )
    merchant = enter(chromium, server, people.alice.email, "flow-x-merchant")
    operator = enter(chromium, server, "olga@example.com", "flow-x-operator")

    invite(merchant, server, people)
    partner = join(chromium, server)
    notify(merchant, server)
    pending(server, people, client.client_id, secret.reveal())
    slug = copy_slug(operator, server, people.le_zinc)
    token = approve_and_issue(operator, server)
    assert "the token for 6xpos was issued" in " ".join(subjects())
    set_up_a_reward(partner, server)
    till = Till(PartnerServer(server.url, token), Configuration(store=slug, is_active=True))
    sell_reward_refund(till)
    see_it_active(merchant, partner, server)
    look_around(operator, server, people.le_zinc)
    for visitor in (merchant, operator, partner):
        visitor.page.context.close()


def look_around(operator: Visitor, server: WebServer, organisation: Organisation) -> None:
    """The rest of the back office: what came in, jobs, what was done."""
    merchant = f"merchant/{organisation.public_id}"
    for path in ("", "/inbox", "/jobs", f"/{merchant}/activity"):
        operator.page.goto(f"{server.url}/backoffice{path}")
        expect(operator.page.locator("h1")).to_be_visible()
        operator.picture(path.rpartition("/")[2] or "back-office")
        operator.expect_accessible()


def invite(merchant: Visitor, server: WebServer, people: People) -> None:
    """X1: a tagged address, the role Partner, chosen stores."""
    page = merchant.page
    page.goto(f"{server.url}/settings/users")
    page.get_by_label("E-mail").fill(BRAND_USER)
    page.get_by_label("Role").select_option("partner")
    page.get_by_label("Chosen stores").first.check()
    page.get_by_label(people.bar.name, exact=True).check()
    merchant.picture("invite")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("rowheader", name=BRAND_USER)).to_be_visible()
    merchant.picture("invited")


def join(chromium: Browser, server: WebServer) -> Visitor:
    """The partner opens the mail's link and makes the account."""
    mail = OutgoingMail.objects.get(to=BRAND_USER)
    link = re.search(r"/invitations/\S+", mail.text)
    assert link
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    visitor = Visitor(context.new_page(), "flow-x-partner")
    page = visitor.page
    page.goto(f"{server.url}{link[0].rstrip('.)')}")
    visitor.picture("invitation")
    page.get_by_label("Your name").fill("6xpos")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "/invitations/" not in address)
    visitor.picture("joined")
    return visitor


def notify(merchant: Visitor, server: WebServer) -> None:
    """X2: *Notify partner*."""
    page = merchant.page
    page.goto(f"{server.url}/settings/partners")
    page.get_by_label("Partner", exact=True).select_option(label="6xpos")
    page.get_by_label("Le Zinc", exact=True).check()
    page.get_by_role("button", name="Notify partner").click()
    expect(page.get_by_text("Requested")).to_be_visible()
    merchant.picture("requested")
    merchant.expect_accessible()
    assert "Le Zinc wants 6xpos connected" in subjects()


def subjects() -> list[str]:
    return list(OutgoingMail.objects.filter(to=CONTACT).values_list("subject", flat=True))


def pending(server: WebServer, people: People, client_id: str, secret: str) -> None:
    """Before the token exists, a call is answered that it is pending."""
    brand = PartnerServer(server.url, "")
    said = {"grant_type": "password", "client_id": client_id, "client_secret": secret}
    brand.token = brand.post("oauth/token", said | {"username": BRAND_USER, "password": PASSWORD}).body["access_token"]
    with pytest.raises(Refused) as refused:
        brand.get("stores")
    assert (refused.value.status, refused.value.code) == (403, "partner_request_pending")


def copy_slug(operator: Visitor, server: WebServer, organisation: Organisation) -> str:
    """X3: the slug stands on the store list, with a button that copies it."""
    page = operator.page
    page.goto(f"{server.url}/backoffice")
    page.get_by_role("link", name=organisation.name, exact=True).click()
    operator.picture("stores")
    operator.expect_accessible()
    page.locator(".row-menu summary").first.click()
    expect(page.get_by_role("button", name="Copy store slug").first).to_be_visible()
    return page.locator("td code").first.inner_text().strip()


def approve_and_issue(operator: Visitor, server: WebServer) -> str:
    """X5: approve, generate, shown once."""
    page = operator.page
    page.goto(f"{server.url}/backoffice/partners")
    operator.picture("request")
    operator.expect_accessible()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Generate the token").click()
    shown = page.locator("code").filter(has_text=re.compile("^cpt_")).first
    expect(shown).to_be_visible()
    token = shown.inner_text().strip()
    operator.picture("token")
    page.goto(f"{server.url}/backoffice/partners")
    assert token not in page.content()
    return token


def set_up_a_reward(partner: Visitor, server: WebServer) -> None:
    """X6, X10: the partner types the number of a product on a reward."""
    page = partner.page
    page.goto(f"{server.url}/settings/partners")
    partner.picture("slugs")
    page.goto(f"{server.url}/loyalty/rewards/new")
    page.get_by_label("Name", exact=True).fill("Coffee")
    page.get_by_label("Price in points").fill("10")
    page.get_by_label("Products of 6xpos").fill("7")
    partner.picture("reward")
    page.locator("main form button.primary").first.click()
    page.wait_for_url(lambda address: not address.endswith("/new"))


def sell_reward_refund(till: Till) -> None:
    """X9, X11: the till sells, finds the customer, uses a reward, closes, gives back."""
    till.enrol("33612345642", first_name="Alice", has_optin=False)
    till.add("12", "Menu", 2190)
    first = till.close()
    assert first.body["points_earned"] == 21
    till.find("33612345642")
    [reward] = till.rewards()
    assert reward["external_id"] == "7"
    till.use_reward(reward)
    till.add("12", "Menu", 1000)
    assert till.close().body["customer"]["points"] == 21
    assert till.refund(first.body["order_id"], 2190, "r1").body["customer"]["points"] == 0
    assert Member.objects.count() == 1


def see_it_active(merchant: Visitor, partner: Visitor, server: WebServer) -> None:
    """X12: active, with the time of the latest order, for both."""
    for visitor in (merchant, partner):
        visitor.page.goto(f"{server.url}/settings/partners")
        expect(visitor.page.get_by_text("Active", exact=True)).to_be_visible()
        expect(visitor.page.locator("td").get_by_text("Latest order")).to_be_visible()
        visitor.picture("active")
        visitor.expect_accessible()
