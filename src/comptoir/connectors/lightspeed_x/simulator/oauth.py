"""Codes and rolling tokens (section 2): each refresh gives a new pair and ends the old one."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from comptoir.connectors.lightspeed_x.simulator import wire
from comptoir.connectors.lightspeed_x.simulator.settings import Behaviour, OAuthClient
from comptoir.pos.hosting import Request, Response


@dataclass
class Grant:
    """What was consented to, and until when it holds."""

    scopes: tuple[str, ...]
    expires_at: datetime


class Tokens:
    """The tokens of one retailer; safe to use from several threads."""

    def __init__(self, behaviour: Behaviour, domain_prefix: str) -> None:
        self._behaviour = behaviour
        self._domain_prefix = domain_prefix
        self._lock = threading.Lock()
        self._codes: dict[str, Grant] = {}
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, tuple[tuple[str, ...], str]] = {}

    def code(self, scopes: Sequence[str], *, now: datetime) -> str:
        """A code, good once."""
        with self._lock:
            code = secrets.token_urlsafe(24)
            self._codes[code] = Grant(tuple(scopes), now + self._behaviour.code)
            return code

    def exchange(self, code: str, *, now: datetime) -> dict[str, Any] | None:
        """Tokens for a code; None where it is used or too old."""
        with self._lock:
            grant = self._codes.pop(code, None)
        return None if grant is None or grant.expires_at <= now else self.mint(grant.scopes, now=now)

    def refresh(self, token: str, *, now: datetime) -> dict[str, Any] | None:
        """A new pair; the old refresh and access token are good no more."""
        with self._lock:
            found = self._refresh.pop(token, None)
            if found is not None:
                self._access.pop(found[1], None)
        return None if found is None else self.mint(found[0], now=now)

    def mint(self, scopes: Sequence[str], *, now: datetime) -> dict[str, Any]:
        """A pair, as the token endpoint answers."""
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        expires_at = now + self._behaviour.access
        with self._lock:
            self._access[access] = Grant(tuple(scopes), expires_at)
            self._refresh[refresh] = (tuple(scopes), access)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires": int(expires_at.timestamp()),
            "expires_in": int(self._behaviour.access.total_seconds()),
            "refresh_token": refresh,
            "domain_prefix": self._domain_prefix,
            "scope": " ".join(scopes),
        }

    def check(self, token: str, *, now: datetime) -> Grant | None:
        """What a bearer may see; None where the token is unknown or too old."""
        with self._lock:
            grant = self._access.get(token)
        return grant if grant is not None and grant.expires_at > now else None

    def expire_all(self) -> None:
        """End every access token."""
        with self._lock:
            self._access.clear()


class Authorisation:
    """The consent page and the token endpoint."""

    def __init__(self, client: OAuthClient, tokens: Tokens, domain_prefix: str) -> None:
        self._client, self._tokens, self._domain_prefix = client, tokens, domain_prefix

    def answer(self, request: Request, *, now: datetime) -> Response | None:
        """None where the path is not the authorisation server's."""
        if request.path == "/connect":
            return self._authorise(request.query, now)
        if request.path == "/api/1.0/token":
            return self._token(request, now)
        return None

    def _authorise(self, said: Mapping[str, str], now: datetime) -> Response:
        """Consents at once: whoever follows the link is the owner, and says no by `decision=deny`."""
        asked = (said.get("client_id"), said.get("redirect_uri"), said.get("response_type"))
        if asked != (self._client.id, self._client.redirect_uri, "code"):
            return wire.error(400, "invalid_request", "Unknown client, redirect_uri or response_type")
        if len(said.get("state", "")) < 8 or not said.get("scope"):
            return wire.error(400, "invalid_request", "state (8 characters) and scope are required")
        back = {"state": said["state"], "domain_prefix": self._domain_prefix}
        if said.get("decision") == "deny":
            back["error"] = "access_denied"
        else:
            back |= {"code": self._tokens.code(said["scope"].split(), now=now), "scope": said["scope"]}
        return Response(302, b"", {"location": f"{self._client.redirect_uri}?{urlencode(back)}"})

    def _token(self, request: Request, now: datetime) -> Response:
        said = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        if (said.get("client_id"), said.get("client_secret")) != (self._client.id, self._client.secret.reveal()):
            return wire.error(401, "invalid_client", "Client authentication failed")
        match said.get("grant_type"):
            case "authorization_code" if said.get("redirect_uri") == self._client.redirect_uri:
                made = self._tokens.exchange(said.get("code", ""), now=now)
            case "refresh_token":
                made = self._tokens.refresh(said.get("refresh_token", ""), now=now)
            case _:
                return wire.error(400, "invalid_request", "The grant is not one we know")
        return wire.answer(200, made) if made else wire.error(400, "invalid_grant", "The code or token is not valid")
