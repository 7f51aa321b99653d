"""How a partner comes by a token, and what a stolen one is good for (loyalty.md 3.2)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from comptoir.core.accounts.partner_tables import PartnerClient, PartnerGrant, PartnerToken
from comptoir.core.accounts.partners import grants
from comptoir.kernel.seal import Secret
from tests.apps.loyalty.partner.pos import Pos, refusal
from tests.apps.loyalty.partner.test_flow_x import (
    PASSWORD,
    by_password,
    granted,
    now,
    open_for,
    operator,
    sixpos,
    technical_user,
)
from tests.people import People

__all__ = ["operator", "sixpos"]
pytestmark = pytest.mark.django_db
Partner = tuple[PartnerClient, Secret]


def test_the_password_grant_is_for_technical_users_alone(people: People, sixpos: Partner) -> None:
    people.alice.set_password(PASSWORD)
    people.alice.save()
    technical_user(people)
    wrong = by_password(*sixpos, password="wrong")
    owner = by_password(*sixpos, username=people.alice.email)
    nobody = by_password(*sixpos, username="nobody@example.com")
    assert refusal(wrong) == refusal(owner) == refusal(nobody) == (400, "grant_invalid")
    assert wrong.json()["message"] == owner.json()["message"] == nobody.json()["message"]
    assert refusal(by_password(sixpos[0], Secret("cps_made-up"))) == (401, "client_invalid")
    assert refusal(granted(*sixpos, grant_type="password")) == (422, "validation")


def test_passwords_cannot_be_tried_out(people: People, sixpos: Partner) -> None:
    technical_user(people)
    answers = [by_password(*sixpos, password="wrong").status_code for _ in range(12)]
    assert answers[-1] == 429


def consented(people: People, client: PartnerClient, **said: str) -> Any:
    asked = {"client_id": client.client_id, "redirect_uri": "https://6xpos.example/back", "state": "s1"} | said
    alice = people.client(people.alice)
    led = alice.get("/partner/v1/oauth/form", asked)
    assert led.status_code == 302
    assert led["Location"].startswith("/partners/authorise?client_id=")
    page = alice.get(led["Location"])
    if page.status_code != 200:
        return page
    return alice.post("/partners/authorise", asked | {"yes": "1"})


@pytest.mark.parametrize("grant_type", ["client_credentials", "authorization_code"])
def test_a_consent_leads_back_with_a_code_that_works_once(
    people: People, sixpos: Partner, operator: Client, grant_type: str
) -> None:
    open_for(people, sixpos[0], operator)
    back = consented(people, sixpos[0], scope="order.create,store.read")["Location"]
    code = re.search(r"code=([\w-]+)&state=s1", back)
    assert code
    answer = granted(*sixpos, grant_type=grant_type, code=code[1])
    assert answer.status_code == 200, answer.content
    token = answer.json()["access_token"]
    pos = Pos(people.le_zinc, [people.bar], token, sixpos[0])
    assert pos.sells("1").status_code == 201
    assert refusal(pos.get("customers")) == (403, "scope_missing")
    assert refusal(granted(*sixpos, grant_type=grant_type, code=code[1])) == (400, "grant_invalid")
    assert refusal(pos.get("stores")) == (401, "token_invalid"), "a code that comes twice was stolen"


def test_a_refresh_token_renews_once(people: People, sixpos: Partner, operator: Client) -> None:
    technical_user(people)
    open_for(people, sixpos[0], operator)
    first = by_password(*sixpos).json()
    pos = Pos(people.le_zinc, [people.bar], first["refresh_token"], sixpos[0])
    assert refusal(pos.get("stores")) == (401, "token_invalid"), "a refresh token is no bearer"
    anew = renewed(sixpos, first["refresh_token"]).json()
    pos.token = anew["access_token"]
    assert pos.get("stores").status_code == 200


def renewed(client: Partner, refresh_token: str) -> Any:
    return granted(*client, grant_type="refresh_token", refresh_token=refresh_token)


def test_a_replayed_refresh_token_ends_what_it_gave(people: People, sixpos: Partner, operator: Client) -> None:
    technical_user(people)
    open_for(people, sixpos[0], operator)
    first = by_password(*sixpos).json()
    anew = renewed(sixpos, first["refresh_token"]).json()
    pos = Pos(people.le_zinc, [people.bar], anew["access_token"], sixpos[0])
    assert pos.get("stores").status_code == 200
    assert refusal(renewed(sixpos, first["refresh_token"])) == (400, "grant_invalid")
    assert refusal(pos.get("stores")) == (401, "token_invalid"), "one of the two who had it stole it"
    assert refusal(renewed(sixpos, anew["refresh_token"])) == (400, "grant_invalid")
    pos.token = by_password(*sixpos).json()["access_token"]
    assert pos.get("stores").status_code == 200, "whoever knows the password signs in again"


def test_codes_and_refresh_tokens_are_good_for_their_own_client(
    people: People, sixpos: Partner, operator: Client
) -> None:
    technical_user(people)
    open_for(people, sixpos[0], operator)
    thief = grants.register(name="Thief", provider="sixpos", redirect_uris=(), contacts=(), now=now())
    code = re.search(r"code=([\w-]+)", consented(people, sixpos[0])["Location"])
    assert code
    assert refusal(granted(*thief, grant_type="authorization_code", code=code[1])) == (400, "grant_invalid")
    assert granted(*sixpos, grant_type="authorization_code", code=code[1]).status_code == 200
    mine = by_password(*sixpos).json()["refresh_token"]
    assert refusal(renewed(thief, mine)) == (400, "grant_invalid")
    assert renewed(sixpos, mine).status_code == 200


def test_a_code_is_good_for_five_minutes(people: People, sixpos: Partner, operator: Client) -> None:
    open_for(people, sixpos[0], operator)
    code = re.search(r"code=([\w-]+)", consented(people, sixpos[0])["Location"])
    assert code
    PartnerGrant.objects.update(expires_at=now())
    assert refusal(granted(*sixpos, grant_type="client_credentials", code=code[1])) == (400, "grant_invalid")


def test_an_access_token_ends_after_a_day(people: People, sixpos: Partner) -> None:
    technical_user(people)
    token = by_password(*sixpos).json()["access_token"]
    PartnerToken.objects.filter(kind="access").update(expires_at=now() - timedelta(seconds=1))
    pos = Pos(people.le_zinc, [people.bar], token, sixpos[0])
    assert refusal(pos.get("stores")) == (401, "token_invalid")


def test_codes_go_to_known_addresses_alone(people: People, sixpos: Partner) -> None:
    elsewhere = consented(people, sixpos[0], redirect_uri="https://evil.example/")
    assert elsewhere.status_code == 422
    assert "Location" not in elsewhere
    said_no = people.client(people.alice).post(
        "/partners/authorise",
        {"client_id": sixpos[0].client_id, "redirect_uri": "https://6xpos.example/back", "state": "x", "no": "1"},
    )
    assert said_no["Location"] == "https://6xpos.example/back?error=access_denied&state=x"
    assert people.client(people.bob).get("/partners/authorise").status_code == 403
