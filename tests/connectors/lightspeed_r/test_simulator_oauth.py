"""Consent, tokens that replace each other, and how they end (sheet section 2)."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.connectors.lightspeed_r.desk import ACCOUNT as BASE
from tests.connectors.lightspeed_r.desk import Desk, desk


def signed_in(where: Desk) -> dict[str, Any]:
    """Consent, then tokens for the code."""
    asked = {"response_type": "code", "client_id": "client", "scope": "employee:all", "state": "x"}
    page = where.ask(f"/auth/oauth/authorize?{urlencode(asked)}")
    assert b"900100" in page.content
    form = urlencode({**asked, "account_id": "900100", "decision": "allow"}).encode()
    answer = where.ask("/auth/oauth/authorize", "POST", form)
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert back["state"] == "x"
    return token(where, grant_type="authorization_code", code=back["code"])


def token(where: Desk, path: str = "/auth/oauth/token", **fields: str) -> dict[str, Any]:
    body = json.dumps({"client_id": "client", "client_secret": "secret", **fields}).encode()
    return dict(where.ask(path, "POST", body).json())


def test_consent_tokens_and_a_lost_answer() -> None:
    where = desk()
    first = signed_in(where)
    assert set(first) == {"token_type", "expires_in", "access_token", "refresh_token"}
    assert first["access_token"].count(".") == 2
    lost = token(where, grant_type="refresh_token", refresh_token=first["refresh_token"])
    again = token(where, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again["refresh_token"] != lost["refresh_token"]
    where.token = again["access_token"]
    assert where.status("Shop") == 200
    dead = token(where, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert dead["error"] == "invalid_grant"
    old = token(where, "/oauth/access_token.php", grant_type="refresh_token", refresh_token=again["refresh_token"])
    assert old["scope"].startswith("employee:all")


def test_tokens_end_and_too_many_refreshes_are_refused() -> None:
    where = desk()
    pair = signed_in(where)
    for _ in range(5):
        pair = token(where, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    refused = token(where, grant_type="refresh_token", refresh_token=pair["refresh_token"])
    assert refused["error"] == "too_many_requests"
    where.now += timedelta(hours=2)
    assert where.ask(f"{BASE}/Shop.json").status_code == 401
    where.now += timedelta(days=31)
    assert token(where, grant_type="refresh_token", refresh_token=pair["refresh_token"])["error"] == "invalid_grant"
