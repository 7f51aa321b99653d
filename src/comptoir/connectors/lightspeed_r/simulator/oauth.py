"""The authorisation server: consent, tokens, revocation, and the deprecated paths (sheet section 2)."""

import html
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from comptoir.connectors.lightspeed_r.simulator.rights import SCOPES
from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour, OAuthClient, RetryAfter
from comptoir.connectors.lightspeed_r.simulator.tokens import Busy, Tokens, jwks
from comptoir.pos.hosting import Request, Response

JSON: Final = {"content-type": "application/json"}
AUTHORISE: Final = frozenset({"/auth/oauth/authorize", "/oauth/authorize.php"})
TOKEN: Final = frozenset({"/auth/oauth/token", "/oauth/access_token.php"})
NOT_VERIFIED: Final = "Access token could not be verified"
WAIT: Final = timedelta(seconds=60)
WORDS: Final = {
    "en": ("Allow access?", "{client} asks to read:", "Allow", "Deny", "A simulated sign-in: nothing here is real."),
    "fr": (
        "Autoriser l’accès ?",
        "{client} demande à lire :",
        "Autoriser",
        "Refuser",
        "Connexion simulée : rien ici n’est réel.",
    ),
}


class Authorisation:
    """Answers whatever is asked of the authorisation server."""

    def __init__(self, client: OAuthClient, tokens: Tokens, behaviour: Behaviour, accounts: Mapping[int, str]) -> None:
        self._client = client
        self._tokens = tokens
        self._behaviour = behaviour
        self._accounts = accounts

    def answer(self, request: Request, *, now: datetime) -> Response | None:
        """None where the path is not the authorisation server's."""
        if request.path in AUTHORISE:
            return self._authorise(request, now)
        if request.path in TOKEN:
            return self._token(request, now)
        if request.path == "/auth/oauth/revoke":
            said = _fields(request)
            known = self._is_client(said) and self._tokens.revoke(said.get("refresh_token", ""))
            return _json(200, {}) if known else _error(401, "invalid_client", "Client authentication failed")
        if request.path == "/auth/oauth/introspect":
            return self._introspect(request, now)
        if request.path == "/.well-known/jwks":
            return _json(200, jwks())
        return None

    def _introspect(self, request: Request, now: datetime) -> Response:
        """What an access token says."""
        kind, _space, token = request.headers.get("authorization", "").partition(" ")
        claims = self._tokens.claims(token.strip(), now=now) if kind.lower() == "bearer" else None
        if claims is None:
            return _error(401, "access_denied", "The resource owner denied the request.", NOT_VERIFIED)
        return _json(200, claims)

    def _authorise(self, request: Request, now: datetime) -> Response:
        said = dict(request.query) | (_fields(request) if request.method == "POST" else {})
        scopes = said.get("scope", "").replace("+", " ").split()
        if said.get("client_id") != self._client.id:
            return _error(400, "invalid_client", "Client authentication failed")
        if not scopes or set(scopes) - SCOPES:
            return _error(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed")
        if said.get("response_type") != "code":
            return _error(400, "invalid_request", "response_type is code")
        decision = said.get("decision", "")
        if request.method == "POST" and decision:
            return self._decided(said, scopes, decision, now)
        return _page(
            said, scopes, self._accounts, "fr" if request.headers.get("accept-language", "")[:2] == "fr" else "en"
        )

    def _decided(self, said: Mapping[str, str], scopes: list[str], decision: str, now: datetime) -> Response:
        back = {"state": said["state"]} if "state" in said else {}
        account = said.get("account_id") or str(next(iter(self._accounts)))
        if decision == "allow":
            if not account.isdecimal() or int(account) not in self._accounts:
                return _error(400, "invalid_request", "There is no such account", "Check `account_id`")
            challenge, method = said.get("code_challenge", ""), said.get("code_challenge_method", "plain")
            back["code"] = self._tokens.code(int(account), scopes, challenge=challenge, method=method, now=now)
        else:
            back["error"] = "access_denied"
        separator = "&" if "?" in self._client.redirect_uri else "?"
        return Response(302, b"", {"location": f"{self._client.redirect_uri}{separator}{urlencode(back)}"})

    def _token(self, request: Request, now: datetime) -> Response:
        if request.method != "POST":
            return _error(405, "invalid_request", "The token endpoint takes POST")
        said = _fields(request)
        if not self._is_client(said):
            return _error(401, "invalid_client", "Client authentication failed")
        try:
            made = self._grant(said, now)
        except Busy:
            return self._busy(now)
        if isinstance(made, Response):
            return made
        if request.path.endswith(".php"):
            made["scope"] = "employee:all systemuserid:1"
        return _json(200, made)

    def _grant(self, said: Mapping[str, str], now: datetime) -> dict[str, Any] | Response:
        match said.get("grant_type"):
            case "authorization_code":
                made = self._tokens.exchange(said.get("code", ""), said.get("code_verifier", ""), now=now)
                return made or _error(400, "invalid_grant", "The authorization code is not valid any more")
            case "refresh_token":
                made = self._tokens.refresh(said.get("refresh_token", ""), now=now)
                return made or _error(400, "invalid_grant", "The refresh token is invalid", "Token has been revoked")
            case _:
                return _error(400, "invalid_request", "The grant type is not supported", "Check `grant_type`")

    def _busy(self, now: datetime) -> Response:
        headers = {
            RetryAfter.SECONDS: {"retry-after": f"{WAIT.total_seconds():.0f}"},
            RetryAfter.HTTP_DATE: {"retry-after": format_datetime(now + WAIT, usegmt=True)},
            RetryAfter.NOTHING: {},
        }[self._behaviour.retry_after]
        busy = _error(429, "too_many_requests", "The connection was refreshed too often")
        return Response(busy.status, busy.body, {**busy.headers, **headers})

    def _is_client(self, said: Mapping[str, str]) -> bool:
        return (said.get("client_id"), said.get("client_secret")) == (self._client.id, self._client.secret.reveal())


def _fields(request: Request) -> dict[str, str]:
    """The body as JSON, as a form, or as multipart (2.2); no content type is needed."""
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        whole = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + request.body)
        parts = whole.iter_parts() if whole.is_multipart() else ()
        return {
            str(part.get_param("name", header="content-disposition")): str(part.get_content()).strip() for part in parts
        }
    if request.body.lstrip().startswith(b"{"):
        try:
            found = json.loads(request.body)
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _json(status: int, body: Mapping[str, Any]) -> Response:
    return Response(status, json.dumps(body).encode(), JSON)


def _error(status: int, error: str, description: str, hint: str = "") -> Response:
    return _json(status, {"error": error, "error_description": description, "hint": hint})


def _page(said: Mapping[str, str], scopes: list[str], accounts: Mapping[int, str], language: str) -> Response:
    """The question, with everything that was asked carried along."""
    title, lead, allow, deny, note = WORDS[language]
    carried = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in said.items()
    )
    choices = "".join(
        f'<label><input type="radio" name="account_id" value="{number}"{" checked" if place == 0 else ""}> '
        f"{html.escape(name)}</label>"
        for place, (number, name) in enumerate(accounts.items())
    )
    asked = "".join(f"<li><code>{html.escape(scope)}</code></li>" for scope in scopes)
    document = f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>:root{{color-scheme:light dark}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:480px;margin:48px auto;padding:0 16px}}
label{{display:block;padding:12px;border:1px solid;border-radius:6px;margin:8px 0}}
button{{min-height:48px;padding:0 24px;font:inherit;font-weight:600;border-radius:6px}}</style></head><body><main>
<p>Lightspeed Retail R-Series</p><h1>{title}</h1><form method="post">{carried}{choices}
<p>{lead.format(client="Comptoir")}</p><ul>{asked}</ul>
<button name="decision" value="allow">{allow}</button> <button name="decision" value="deny">{deny}</button></form>
<p><small>{note}</small></p></main></body></html>"""
    headers = {"content-type": "text/html; charset=utf-8", "cache-control": "no-store", "x-frame-options": "DENY"}
    return Response(200, document.encode(), headers)
