"""OAuth V2 over real HTTP: the way through, and every refusal on it."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from comptoir.connectors.lightspeed_k.simulator import KSeriesSimulator, Lifetimes
from comptoir.pos.hosting import Request, serve
from tests.connectors.lightspeed_k.simulator_shop import (
    BACK,
    BASIC,
    CHEZ_CHARLIE,
    LE_ZINC,
    NOON,
    SCOPES,
    a_simulator,
    get,
    post_form,
    quiet_world,
)

REALM = "/realms/k-series/protocol/openid-connect"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-1871"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code",
    "client_id": "devp-v2-test",
    "redirect_uri": BACK,
    "scope": " ".join(SCOPES),
    "state": "s&t=1",
}


@pytest.fixture(scope="module")
def vendor() -> Iterator[str]:
    with serve(a_simulator(quiet_world())) as server:
        yield server.url


def approve(vendor: str, *, business: str = LE_ZINC, decision: str = "approve", **changed: str) -> dict[str, str]:
    """What comes back to the redirect URI."""
    fields = {**ASKED, "business_id": business, "decision": decision, **changed}
    answer = post_form(f"{vendor}{REALM}/auth", fields)
    assert answer.status == 303, answer.body
    location = answer.headers["location"]
    assert location.startswith(BACK)
    return {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}


def exchange(vendor: str, code: str, **changed: str) -> tuple[int, dict[str, Any]]:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **changed}
    answer = post_form(f"{vendor}{REALM}/token", fields, {"authorization": BASIC})
    return answer.status, json.loads(answer.body)


def refresh(vendor: str, token: str) -> tuple[int, dict[str, Any]]:
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    answer = post_form(f"{vendor}{REALM}/token", fields, {"authorization": BASIC})
    return answer.status, json.loads(answer.body)


def direct_refresh(simulator: KSeriesSimulator, token: str, *, after: timedelta) -> tuple[int, dict[str, Any]]:
    body = urlencode({"grant_type": "refresh_token", "refresh_token": token}).encode()
    request = Request("POST", f"{REALM}/token", headers={"authorization": BASIC}, body=body)
    answer = simulator.answer(request, now=NOON + after)
    return answer.status, json.loads(answer.body)


def test_the_consent_page_shows_businesses_managers_and_scopes_in_both_languages(vendor: str) -> None:
    page = get(f"{vendor}{REALM}/auth?{urlencode(ASKED)}", {"accept-language": "en"}).body.decode()
    assert "Le Zinc" in page
    assert "Chez Charlie" in page
    assert "Alice, manager" in page
    assert "read closed sales" in page
    assert "staff and shifts" not in page
    assert 'name="state" value="s&amp;t=1"' in page
    french = get(f"{vendor}{REALM}/auth?{urlencode(ASKED)}", {"accept-language": "fr-CH, en;q=0.5"}).body.decode()
    assert '<html lang="fr">' in french
    assert "Autoriser" in french


def test_approval_leads_to_tokens_that_see_the_chosen_business_only(vendor: str) -> None:
    back = approve(vendor, business=CHEZ_CHARLIE)
    assert back["state"] == "s&t=1"
    status, pair = exchange(vendor, back["code"])
    assert status == 200
    assert pair["token_type"] == "Bearer"
    assert pair["expires_in"] == 1500
    assert pair["refresh_expires_in"] == 40 * 86_400
    assert set(pair["scope"].split()) == {*SCOPES, "profile", "email"}
    bearer = {"authorization": f"Bearer {pair['access_token']}"}
    listed = json.loads(get(f"{vendor}/f/data/businesses", bearer).body)["_embedded"]["businessList"]
    assert [business["businessName"] for business in listed] == ["Chez Charlie"]
    assert listed[0]["currencyCode"] == "EUR"
    assert listed[0]["businessLocations"][0]["timezone"] == "Europe/Zurich"
    ordered = json.loads(get(f"{vendor}/o/op/data/businesses", bearer).body)
    assert [location["name"] for location in ordered[0]["businessLocations"]] == ["Chez Charlie"]


def test_denial_goes_back_with_the_state(vendor: str) -> None:
    assert approve(vendor, decision="deny") == {"error": "access_denied", "state": "s&t=1"}


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "financial-api everything"}, "invalid_scope"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
def test_what_is_wrong_with_the_question_goes_back_to_who_asked(
    vendor: str, changed: dict[str, str], error: str
) -> None:
    assert approve(vendor, **changed) == {"error": error, "state": "s&t=1"}


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody-else"},
        {"redirect_uri": "http://localhost:8000.evil.example/connections"},
        {"redirect_uri": "http://localhost:8000/elsewhere"},
        {"redirect_uri": ""},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(vendor: str, changed: dict[str, str]) -> None:
    for answer in (
        get(f"{vendor}{REALM}/auth?{urlencode({**ASKED, **changed})}"),
        post_form(f"{vendor}{REALM}/auth", {**ASKED, **changed, "business_id": LE_ZINC, "decision": "approve"}),
    ):
        assert answer.status == 400
        assert "location" not in answer.headers


def test_a_business_that_does_not_exist_is_refused(vendor: str) -> None:
    fields = {**ASKED, "business_id": "1", "decision": "approve"}
    assert post_form(f"{vendor}{REALM}/auth", fields).status == 400


def test_a_code_works_once(vendor: str) -> None:
    code = approve(vendor)["code"]
    assert exchange(vendor, code)[0] == 200
    assert exchange(vendor, code) == (400, {"error": "invalid_grant", "error_description": "Code not valid"})


def test_the_redirect_uri_must_be_the_same_at_the_token_call(vendor: str) -> None:
    status, body = exchange(vendor, approve(vendor)["code"], redirect_uri=f"{BACK}/other")
    assert (status, body["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(("verifier", "status"), [(VERIFIER, 200), ("wrong", 400), ("", 400)])
def test_pkce_is_verified_when_a_challenge_was_sent(vendor: str, verifier: str, status: int) -> None:
    code = approve(vendor, code_challenge=CHALLENGE, code_challenge_method="S256")["code"]
    got, body = exchange(vendor, code, **({"code_verifier": verifier} if verifier else {}))
    assert got == status
    assert status == 200 or body["error"] == "invalid_grant"


def test_a_wrong_client_secret_is_refused_and_costs_no_code(vendor: str) -> None:
    code = approve(vendor)["code"]
    wrong = "Basic " + base64.b64encode(b"devp-v2-test:guess").decode()
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    answer = post_form(f"{vendor}{REALM}/token", fields, {"authorization": wrong})
    assert (answer.status, json.loads(answer.body)["error"]) == (401, "invalid_client")
    in_body = {**fields, "client_id": "devp-v2-test", "client_secret": "for tests only"}
    assert post_form(f"{vendor}{REALM}/token", in_body).status == 200


def test_grant_types_other_than_the_two_are_refused(vendor: str) -> None:
    url, basic = f"{vendor}{REALM}/token", {"authorization": BASIC}
    assert json.loads(post_form(url, {}, basic).body)["error"] == "invalid_request"
    assert json.loads(post_form(url, {"grant_type": "password"}, basic).body)["error"] == "unsupported_grant_type"
    assert json.loads(post_form(url, {"grant_type": "refresh_token"}, basic).body)["error"] == "invalid_request"


def test_refresh_tokens_rotate_and_are_used_once(vendor: str) -> None:
    _, first = exchange(vendor, approve(vendor)["code"])
    status, second = refresh(vendor, first["refresh_token"])
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert set(second["scope"].split()) == set(first["scope"].split())
    assert refresh(vendor, first["refresh_token"])[1]["error"] == "invalid_grant"
    assert refresh(vendor, "nonsense")[1]["error"] == "invalid_grant"
    assert refresh(vendor, second["refresh_token"])[0] == 200


def test_without_a_valid_token_the_api_answers_in_the_vendors_words(vendor: str) -> None:
    title = "Full authentication is required to access this resource"
    for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": BASIC}):
        answer = get(f"{vendor}/f/data/businesses", headers)
        assert answer.status == 401
        assert json.loads(answer.body) == {"errors": [{"code": "unauthorized", "title": title}]}


def test_scopes_are_enforced(vendor: str) -> None:
    _, pair = exchange(vendor, approve(vendor, scope="orders-api")["code"])
    bearer = {"authorization": f"Bearer {pair['access_token']}"}
    assert pair["refresh_expires_in"] == 1800
    assert get(f"{vendor}/o/op/data/businesses", bearer).status == 200
    answer = get(f"{vendor}/f/data/businesses", bearer)
    assert answer.status == 403
    assert json.loads(answer.body)["path"] == "/f/data/businesses"


def test_anything_else_is_a_spring_404(vendor: str) -> None:
    answer = get(f"{vendor}/o/op/1/nothing")
    assert answer.status == 404
    assert set(json.loads(answer.body)) == {"timestamp", "status", "error", "message", "path"}


def test_lifetimes_end() -> None:
    lifetimes = Lifetimes(access=timedelta(minutes=5), offline=timedelta(hours=1))
    simulator = a_simulator(quiet_world(), lifetimes=lifetimes)
    pair = simulator.mint(LE_ZINC, now=NOON)
    headers = {"authorization": f"Bearer {pair['access_token']}"}
    request = Request("GET", "/f/data/businesses", headers=headers)
    assert simulator.answer(request, now=NOON + timedelta(minutes=4)).status == 200
    assert simulator.answer(request, now=NOON + timedelta(minutes=5)).status == 401
    status, body = direct_refresh(simulator, pair["refresh_token"], after=timedelta(hours=2))
    assert (status, body["error"]) == (400, "invalid_grant")


def test_a_refresh_token_without_a_fixed_end_says_zero() -> None:
    simulator = a_simulator(quiet_world(), lifetimes=Lifetimes(offline=None))
    pair = simulator.mint(LE_ZINC, now=NOON)
    assert pair["refresh_expires_in"] == 0
    assert direct_refresh(simulator, pair["refresh_token"], after=timedelta(days=900))[0] == 200


def test_a_code_that_waited_too_long_is_refused() -> None:
    simulator = a_simulator(quiet_world(), lifetimes=Lifetimes(code=timedelta(seconds=10)))
    body = urlencode({**ASKED, "business_id": LE_ZINC, "decision": "approve"}).encode()
    back = simulator.answer(Request("POST", f"{REALM}/auth", body=body), now=NOON)
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    form = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}).encode()
    request = Request("POST", f"{REALM}/token", headers={"authorization": BASIC}, body=form)
    answer = simulator.answer(request, now=NOON + timedelta(seconds=11))
    assert json.loads(answer.body)["error"] == "invalid_grant"
