"""A client of R-Series as an outside developer writes it from the vendor's pages; it shares nothing with our own."""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx

BACK: Final = "https://client.example.com/returned"
LIMITS: Final = ("x-ls-api-bucket-level", "x-ls-api-burst-level", "x-ls-api-drip-rate", "x-ls-api-request-cost")
ALWAYS: Final = ("x-ls-acct-id", "x-ls-oauth-client-id", "cf-ray")


@dataclass
class PublicClient:
    """OAuth, pages and waiting, as sections 1 to 8 describe them."""

    url: str
    http: httpx.Client
    tokens: dict[str, Any] = field(default_factory=dict)
    waited: int = 0

    def sign_in(self, scope: str, *, decision: str = "allow") -> dict[str, list[str]]:
        """Ask for consent with PKCE, give it as a person would, and get tokens for the code."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "client_id": "outside", "scope": scope, "state": secrets.token_hex(8)}
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        page = self.http.get(f"{self.url}/auth/oauth/authorize", params=asked)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        answer = self.http.post(f"{self.url}/auth/oauth/authorize", data={**asked, "decision": decision})
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(f"{BACK}?")
        back = parse_qs(urlsplit(answer.headers["location"]).query)
        assert back["state"] == [asked["state"]]
        if "code" in back:
            grant = {"grant_type": "authorization_code", "code": back["code"][0], "code_verifier": verifier}
            self.tokens = self.token(**grant)
        return back

    def token(self, how: str = "json", **grant: str) -> dict[str, Any]:
        answer = self.token_answer(how, **grant)
        assert answer.status_code == 200, answer.text
        made = dict(answer.json())
        assert set(made) == {"token_type", "expires_in", "access_token", "refresh_token"}
        assert (made["token_type"], isinstance(made["expires_in"], int)) == ("Bearer", True)
        return made

    def token_answer(self, how: str = "json", **grant: str) -> httpx.Response:
        body = {"client_id": "outside", "client_secret": "secret", **grant}
        sent: dict[str, Any] = {"json": body} if how == "json" else {"data": body}
        if how == "parts":
            sent = {"files": {name: (None, value) for name, value in body.items()}}
        return self.http.post(f"{self.url}/auth/oauth/token", **sent)

    def refresh(self) -> None:
        self.tokens = self.token("form", grant_type="refresh_token", refresh_token=self.tokens["refresh_token"])

    def ask(self, url: str, **params: str) -> httpx.Response:
        """GET JSON; renew an expired token once, wait as told when asked too often, and take nothing else amiss."""
        renewed = False
        while True:
            headers = {"authorization": f"Bearer {self.tokens['access_token']}", "accept": "application/json"}
            answer = self.http.get(url, params=params or None, headers=headers)
            if answer.status_code == 401 and not renewed:
                self.refresh()
                renewed = True
            elif answer.status_code == 429:
                assert answer.headers["x-ls-api-ratelimit-type"] in ("api-leaky-bucket", "api-burst-limiter")
                self.waited += int(answer.headers["retry-after"])
                time.sleep(int(answer.headers["retry-after"]))
            else:
                return answer

    def get(self, path: str, **params: str) -> dict[str, Any]:
        url = path if path.startswith("http") else f"{self.url}/API/V3/{path}.json"
        answer = self.ask(url, **params)
        assert answer.status_code == 200, (path, params, answer.text)
        for name in (*LIMITS, *ALWAYS):
            assert answer.headers[name], name
        return dict(answer.json())

    def every(self, path: str, **params: str) -> list[dict[str, Any]]:
        """All records of a list of V3, by its links."""
        found, page = [], self.get(path, **params)
        while True:
            assert set(page["@attributes"]) == {"next", "previous"}
            found += records(page)
            if not page["@attributes"]["next"]:
                return found
            page = self.get(page["@attributes"]["next"])

    def every_of_v2(self, resource: str, account: str, *, limit: int) -> list[dict[str, Any]]:
        """The same by offsets."""
        found: list[dict[str, Any]] = []
        while True:
            url = f"{self.url}/API/Account/{account}/{resource}.json"
            answer = self.ask(url, limit=str(limit), offset=str(len(found)), archived="true")
            assert answer.status_code == 200, answer.text
            attributes = answer.json()["@attributes"]
            assert (attributes["offset"], attributes["limit"]) == (str(len(found)), str(limit))
            found += records(answer.json())
            if len(found) >= int(attributes["count"]):
                return found


def records(page: dict[str, Any]) -> list[dict[str, Any]]:
    """One is an object, several are a list, none is no key (section 3)."""
    [found] = [value for key, value in page.items() if key != "@attributes"] or [[]]
    return found if isinstance(found, list) else [found]


def within(record: dict[str, Any], way: list[str]) -> Iterator[Any]:
    """What a relation brought into a record; containers hold their records under one more key."""
    inner = record.get(way[0])
    if inner in (None, "", {}):
        return
    if isinstance(inner, dict) and len(inner) == 1 and isinstance(next(iter(inner.values())), dict | list):
        inner = next(iter(inner.values()))
    for each in inner if isinstance(inner, list) else [inner]:
        if len(way) > 1:
            yield from within(each, way[1:])
        else:
            yield each
