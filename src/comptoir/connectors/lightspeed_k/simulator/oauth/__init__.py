"""OAuth V2 at the vendor's Keycloak paths: the consent page and the token endpoint (sheet 3)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from comptoir.connectors.lightspeed_k.simulator.answers import (
    Refusal,
    json_answer,
    oauth_error,
)
from comptoir.connectors.lightspeed_k.simulator.oauth import consent
from comptoir.connectors.lightspeed_k.simulator.oauth.tokens import (
    Grant,
    PendingCode,
    Tokens,
)
from comptoir.connectors.lightspeed_k.simulator.settings import (
    UNASKED_SCOPES,
    OAuthClient,
)
from comptoir.pos.hosting import Request, Response

V1_AUTHORISE: Final = "/oauth/authorize"
V1_TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
REALM: Final = "/realms/k-series/protocol/openid-connect"
CARRIED: Final = (
    "response_type",
    "client_id",
    "client-id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


@dataclass(frozen=True)
class Asked:
    """A valid request for consent."""

    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    challenge: str


def authorise(
    request: Request,
    *,
    client: OAuthClient,
    tokens: Tokens,
    businesses: Sequence[consent.Business],
    now: datetime,
) -> Response:
    """Show the consent page (GET), or take the decision made on it (POST)."""
    fields = request.query if request.method == "GET" else form(request)
    language = consent.language(request.headers.get("accept-language", ""))
    asked = _asked(fields, client, language)
    if request.method == "GET":
        carried = {name: fields[name] for name in CARRIED if name in fields}
        return consent.page(businesses, asked.scopes, carried, language=language)
    if fields.get("decision") != "approve":
        return _back(asked.redirect_uri, asked.state, error="access_denied")
    if fields.get("business_id") not in {business.id for business in businesses}:
        return consent.refusal("business", language=language)
    grant = Grant(fields["business_id"], asked.scopes)
    code = tokens.new_code(PendingCode(grant, asked.redirect_uri, asked.challenge), now=now)
    return _back(asked.redirect_uri, asked.state, code=code)


def token(request: Request, *, client: OAuthClient, tokens: Tokens, now: datetime) -> Response:
    """Exchange a code or a refresh token. Raises Refusal."""
    fields = {**request.query, **form(request)} if request.path == V1_TOKEN else form(request)
    _authenticate(request, fields, client)
    match fields.get("grant_type"):
        case None:
            return oauth_error("invalid_request", "Missing form parameter: grant_type")
        case "authorization_code":
            return _token_answer(_exchange(fields, tokens, now))
        case "refresh_token":
            if "refresh_token" not in fields:
                return oauth_error("invalid_request", "No refresh token")
            return _token_answer(tokens.refresh(fields["refresh_token"], now=now))
        case _:
            return oauth_error("unsupported_grant_type", "Unsupported grant_type")


def form(request: Request) -> dict[str, str]:
    """The fields of a posted form; the latest of a repeated name."""
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _asked(fields: Mapping[str, str], client: OAuthClient, language: str) -> Asked:
    """Check a request for consent. Raises Refusal: a page while the return address is in doubt, a redirect after."""
    redirect_uri = fields.get("redirect_uri", "")
    if fields.get("client_id", fields.get("client-id")) != client.id:
        raise Refusal(consent.refusal("client", language=language))
    if not client.may_redirect_to(redirect_uri):
        raise Refusal(consent.refusal("redirect", language=language))
    state = fields.get("state")
    if fields.get("response_type") != "code":
        raise Refusal(_back(redirect_uri, state, error="unsupported_response_type"))
    challenge = fields.get("code_challenge", "")
    if challenge and fields.get("code_challenge_method") != "S256":
        raise Refusal(_back(redirect_uri, state, error="invalid_request"))
    scopes = tuple(dict.fromkeys(fields.get("scope", "").split()))
    if not set(scopes) <= {*client.scopes, *UNASKED_SCOPES, "openid"}:
        raise Refusal(_back(redirect_uri, state, error="invalid_scope"))
    return Asked(redirect_uri, scopes, state, challenge)


def _authenticate(request: Request, fields: Mapping[str, str], client: OAuthClient) -> None:
    """Basic is documented; a Keycloak server also takes the same in the body (sheet 3.3). Raises Refusal."""
    given = _basic(request.headers.get("authorization", ""))
    client_id, secret = given or (
        fields.get("client_id", ""),
        fields.get("client_secret", ""),
    )
    known = hmac.compare_digest(client_id.encode(), client.id.encode())
    if not (known and hmac.compare_digest(secret.encode(), client.secret.reveal().encode())):
        raise Refusal(
            oauth_error(
                "invalid_client",
                "Invalid client or Invalid client credentials",
                status=401,
            )
        )


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return unquote(user), unquote(password)


def _exchange(fields: Mapping[str, str], tokens: Tokens, now: datetime) -> dict[str, Any]:
    if "code" not in fields:
        raise Refusal(oauth_error("invalid_request", "Missing parameter: code"))
    pending = tokens.take_code(fields["code"], now=now)
    if fields.get("redirect_uri") != pending.redirect_uri:
        raise Refusal(oauth_error("invalid_grant", "Incorrect redirect_uri"))
    if pending.challenge:
        _verify(fields.get("code_verifier", ""), pending.challenge)
    return tokens.issue(pending.grant, now=now)


def _verify(verifier: str, challenge: str) -> None:
    """PKCE, RFC 7636 section 4.6. Raises Refusal."""
    if not verifier:
        raise Refusal(oauth_error("invalid_grant", "PKCE code verifier not specified"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    if not hmac.compare_digest(digest, challenge.encode()):
        raise Refusal(oauth_error("invalid_grant", "PKCE verification failed: Code mismatch"))


def _token_answer(body: dict[str, Any]) -> Response:
    answer = json_answer(body)
    return Response(answer.status, answer.body, {**answer.headers, "cache-control": "no-store"})


def _back(redirect_uri: str, state: str | None, **outcome: str) -> Response:
    """Send the browser back with the outcome, keeping the query the client registered."""
    if state is not None:
        outcome["state"] = state
    parts = urlsplit(redirect_uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *outcome.items()])
    return Response(
        303,
        headers={
            "location": urlunsplit(parts._replace(query=query)),
            "cache-control": "no-store",
        },
    )
