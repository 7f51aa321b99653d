"""A forgotten password, a second step, passkeys and API tokens: by mail, by an app's code, in a real browser."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from comptoir.core.accounts import second_steps
from comptoir.core.accounts.models import ApiToken, Membership
from comptoir.core.accounts.roles import Role
from comptoir.core.accounts.tokens import UNDO_WITHIN, create_token, find_token
from comptoir.core.audit.models import Note
from comptoir.core.connections import sealing
from comptoir.core.jobs import engine
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import new_key
from comptoir.sandbox.postbox import Postbox
from tests.people import People

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_jobs", "fresh_attempts", "passwords"),
]
PASSWORD = "the counter of the demo"
NEW = "a zinc counter at noon"


@pytest.fixture
def fresh_attempts(transactional_db: None) -> None:
    cache.clear()


@pytest.fixture
def passwords(people: People) -> None:
    for each in (people.alice, people.bob):
        each.set_password(PASSWORD)
        each.save()


def sign_in(email: str, password: str, path: str = "/") -> tuple[Client, str]:
    """Somebody at the form; where it led."""
    client = Client()
    answer = client.post(f"/sign-in?next={path}", {"login": email, "password": password}, follow=True)
    return client, answer.redirect_chain[-1][0] if answer.redirect_chain else ""


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_forgotten_password_is_replaced_by_mail_once(people: People, postbox: Postbox) -> None:
    elsewhere = people.client(people.alice)
    Client().post("/password/forgotten", {"email": people.alice.email})
    engine.drain()
    guest = Client()
    opened = guest.get(urlsplit(postbox.messages(people.alice.email)[-1].button).path, follow=True)
    form = opened.redirect_chain[-1][0]
    assert guest.post(form, {"password1": "1234", "password2": "1234"}).status_code == 200, "said beside the field"
    guest.post(form, {"password1": NEW, "password2": NEW})
    engine.drain()

    assert sign_in(people.alice.email, NEW)[1] == "/"
    assert sign_in(people.alice.email, PASSWORD)[1] == ""
    assert elsewhere.get("/").status_code == 302, "signed out everywhere else"
    assert "password" in postbox.messages(people.alice.email)[-1].subject
    again = Client().get(urlsplit(postbox.messages(people.alice.email)[0].button).path)
    assert "password1" not in again.content.decode(), "the link works once"


def test_an_address_nobody_has_gets_the_same_page_and_another_mail(people: People, postbox: Postbox) -> None:
    pages = [
        Client().post("/password/forgotten", {"email": each}, follow=True)
        for each in (people.bob.email, "x@example.com")
    ]
    engine.drain()
    words = [re.sub(r'value="[^"]*"|"X-CSRFToken":"\w+"', "", each.content.decode()) for each in pages]

    assert words[0] == words[1]
    assert "no account" in postbox.messages("x@example.com")[0].subject
    assert "new password" in postbox.messages(people.bob.email)[0].subject


def test_a_new_password_ends_the_other_sessions_and_is_mailed(people: People, postbox: Postbox) -> None:
    here, elsewhere = sign_in(people.bob.email, PASSWORD)[0], people.client(people.bob)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    here.post("/settings/profile/password", fields)
    engine.drain()

    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert "was changed" in postbox.messages(people.bob.email)[0].subject


def test_attempts_count_for_all_processes_since_they_stand_in_the_database(people: People) -> None:
    for _ in range(6):
        sign_in(people.bob.email, "wrong")
    assert sign_in(people.bob.email, PASSWORD)[1] == "", "five minutes, for whoever asks"
    cache.clear()
    assert sign_in(people.bob.email, PASSWORD)[1] == "/"


def with_second_step(people: People) -> tuple[Client, str]:
    """Alice, with an authenticator app; the secret it knows."""
    client, _ = sign_in(people.alice.email, PASSWORD)
    path = "/settings/second-factor/totp/activate/"
    page = client.post(f"/sign-in/again?next={path}", {"password": PASSWORD}, follow=True).content.decode()
    found = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert found
    client.post("/settings/second-factor/totp/activate/", {"code": code_of(found[1])})
    return client, found[1]


def test_a_second_step_asks_for_a_code_and_a_recovery_code_works_once(people: People, postbox: Postbox) -> None:
    client, secret = with_second_step(people)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored, "sealed like every secret"
    codes = client.get("/settings/second-factor/recovery-codes/download/").content.decode().split()
    engine.drain()
    assert any("second step" in each.subject for each in postbox.messages(people.alice.email))

    guest, where = sign_in(people.alice.email, PASSWORD)
    assert where == "/settings/second-factor/authenticate/"
    assert guest.get("/sales").status_code == 302, "not signed in yet"
    guest.post(where, {"code": "000000"})
    assert guest.get("/sales").status_code == 302
    guest.post(where, {"code": codes[0]})
    assert guest.get("/sales").status_code == 200
    other, where = sign_in(people.alice.email, PASSWORD)
    other.post(where, {"code": codes[0]})
    assert other.get("/sales").status_code == 302, "a recovery code works once"


def test_second_steps_survive_a_change_of_keys(people: People, settings: Any) -> None:
    with_second_step(people)
    sealing.sealer.cache_clear()
    old, settings.COMPTOIR_KEYS = settings.COMPTOIR_KEYS, f"{new_key()},{settings.COMPTOIR_KEYS}"
    try:
        assert sealing.outdated() == Authenticator.objects.count()
        assert sealing.reseal().changed == Authenticator.objects.count()
        settings.COMPTOIR_KEYS = settings.COMPTOIR_KEYS.removesuffix(f",{old}")
        sealing.sealer.cache_clear()
        assert sealing.outdated() == 0
        assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    finally:
        sealing.sealer.cache_clear()


def test_what_opens_the_account_is_changed_only_by_who_just_proved_himself(people: People) -> None:
    client = people.client(people.alice)  # a session of which nobody knows how it began
    answer = client.get("/settings/second-factor/totp/activate/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/again")


def the_page_of(people: People) -> str:
    return f"/settings/users/{Membership.objects.get(organisation=people.le_zinc, user=people.bob).pk}"


def lock_out(people: People) -> None:
    Authenticator.objects.create(user=people.bob, type="totp", data={"secret": "lost"})


def test_an_owner_lets_somebody_in_who_lost_the_telephone(people: People, postbox: Postbox) -> None:
    lock_out(people)
    page = the_page_of(people)
    unproven = people.client(people.alice)
    assert "Take the second steps away" in unproven.get(page).content.decode()
    assert unproven.post(f"{page}/second-steps")["Location"].startswith("/sign-in/again")
    assert Authenticator.objects.exists()

    alice = people.client(people.alice)
    alice.post("/sign-in/again", {"password": PASSWORD})
    said = alice.post(f"{page}/second-steps", follow=True).content.decode()
    assert "was told by mail" in said
    assert "Take the second steps away" not in said
    assert not Authenticator.objects.exists()
    assert Note.objects.get(what="member.second_steps_removed").subject == "Bob"
    engine.drain()
    assert "taken away" in postbox.messages(people.bob.email)[0].subject
    assert sign_in(people.bob.email, PASSWORD, "/settings/profile")[1] == "/settings/profile"


def test_an_account_of_two_organisations_is_the_operators(people: People, postbox: Postbox) -> None:
    lock_out(people)
    Membership.objects.create(organisation=people.chez_charlie, user=people.bob, role=Role.STAFF)
    alice = people.client(people.alice)
    alice.post("/sign-in/again", {"password": PASSWORD})
    assert alice.post(f"{the_page_of(people)}/second-steps").status_code == 409
    assert Authenticator.objects.exists()

    second_steps.reset_by_operator(email=people.bob.email.upper(), now=datetime.now(UTC))
    assert not Authenticator.objects.exists()
    assert Note.objects.filter(what="member.second_steps_removed").count() == 2
    with pytest.raises(RuleBroken):
        second_steps.reset_by_operator(email="nobody@example.com", now=datetime.now(UTC))


def is_fine(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


@pytest.mark.browser
def test_a_passkey_is_added_and_opens_the_house(chromium: Browser, live_server: LiveServer, people: People) -> None:
    context = chromium.new_context(
        base_url=live_server.url.replace("127.0.0.1", "localhost"), viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    passkey = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**passkey, "isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/sign-in?next=/settings/profile")
    is_fine(page)
    page.get_by_label("E-mail").fill(people.alice.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    is_fine(page)
    page.get_by_role("link", name="Passkeys and security keys").click()
    is_fine(page)
    page.get_by_role("link", name="Add", exact=True).click()
    is_fine(page)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").press("Enter")
    is_fine(page)
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("h1")).to_have_text("Recovery Codes")
    is_fine(page)
    context.clear_cookies()

    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    context.close()


def test_an_owner_makes_a_token_sees_it_once_revokes_it_and_takes_that_back(people: People) -> None:
    alice = people.client(people.alice)
    page = alice.post("/settings/tokens", {"name": "Books", "scopes": ["sales.read", "loyalty.read"]}).content.decode()
    shown = re.search(r"cmp_[\w-]{40,}", page)
    assert shown
    bearer = {"Authorization": f"Bearer {shown[0]}"}
    assert Client().get("/v1/sales", headers=bearer).status_code == 200
    assert Client().get("/v1/stores", headers=bearer).status_code == 403
    listed = alice.get("/settings/tokens").content.decode()
    assert shown[0] not in listed
    assert shown[0][:10] in listed
    token = ApiToken.objects.get()
    assert (token.created_by, bool(token.last_used_at)) == (people.alice, True)

    for act, status in (("revoke", 401), ("restore", 200)):
        assert people.client(people.charlie).post(f"/settings/tokens/{token.public_id}/{act}").status_code == 404
        assert people.client(people.bob).post(f"/settings/tokens/{token.public_id}/{act}").status_code == 403
        assert alice.post(f"/settings/tokens/{token.public_id}/{act}").status_code == 302
        assert Client().get("/v1/sales", headers=bearer).status_code == status
    alice.post(f"/settings/tokens/{token.public_id}/revoke")
    ApiToken.objects.update(revoked_at=datetime.now(UTC) - UNDO_WITHIN - timedelta(minutes=1))
    assert alice.post(f"/settings/tokens/{token.public_id}/restore").status_code == 404
    made = list(Note.objects.order_by("id").values_list("what", flat=True))
    assert made == ["token.made", "token.revoked", "token.restored", "token.revoked"]


@pytest.mark.parametrize(
    "fields", [{}, {"name": "x"}, {"name": "x", "scopes": ["everything"]}, {"name": " ", "scopes": ["sales.read"]}]
)
def test_a_token_for_nothing_or_for_anything_is_not_made(people: People, fields: dict[str, object]) -> None:
    assert people.client(people.alice).post("/settings/tokens", fields).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_token_of_several_organisations_is_not_an_owner_s_to_revoke(people: People) -> None:
    now = datetime.now(UTC)
    both = [people.le_zinc, people.chez_charlie]
    token, secret = create_token(name="Operator", scopes=["sales.read"], organisations=both, now=now)
    alice = people.client(people.alice)

    assert "2 organisations" in alice.get("/settings/tokens").content.decode()
    assert alice.post(f"/settings/tokens/{token.public_id}/revoke").status_code == 404
    assert find_token(secret.reveal(), now=now)
