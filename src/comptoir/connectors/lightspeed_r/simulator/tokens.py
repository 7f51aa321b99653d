"""Codes, access tokens and refresh tokens that replace each other (sheet sections 2.2 and 2.3)."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from comptoir.connectors.lightspeed_r.simulator.settings import Behaviour

ISSUER: Final = "https://cloud.lightspeedapp.com"
KEY_ID: Final = "sandbox-1"
MOST_REFRESHES: Final = 5
"""Refreshes in a minute for one connection (2.2)."""


@dataclass
class Code:
    """An authorisation code: who it is for, until when, and what proves that its reader asked for it."""

    account_id: int
    scopes: tuple[str, ...]
    expires_at: datetime
    challenge: str = ""
    method: str = ""


@dataclass
class Chain:
    """One connection: a row of refresh tokens, of which two may be alive at once."""

    account_id: int
    scopes: tuple[str, ...]
    refresh: str
    refresh_used_at: datetime
    previous: str = ""
    revoked: bool = False
    employee_id: int = 1
    refreshed_at: list[datetime] = field(default_factory=list)


@dataclass
class Access:
    """An access token; it is `new` until it is used for the first time."""

    chain: Chain
    expires_at: datetime
    is_new: bool = True
    revoked: bool = False


class Busy(Exception):
    """Refreshed too often."""


class Tokens:
    """Every token of this vendor; safe to use from several threads."""

    def __init__(self, behaviour: Behaviour, client_id: str, path: Path | None = None) -> None:
        """`path` keeps connections across restarts; access tokens end with the process."""
        self._path = path
        self._behaviour = behaviour
        self._client_id = client_id
        self._lock = threading.Lock()
        self._codes: dict[str, Code] = {}
        self._chains: dict[str, Chain] = {}
        self._access: dict[str, Access] = {}
        if path is not None and path.exists():
            for row in json.loads(path.read_text()):
                used_at = datetime.fromisoformat(row["refresh_used_at"])
                chain = Chain(row["account_id"], tuple(row["scopes"]), row["refresh"], used_at, row["previous"])
                chain.employee_id = row.get("employee_id", 1)
                self._chains |= {name: chain for name in (chain.refresh, chain.previous) if name}

    def code(self, account_id: int, scopes: Sequence[str], *, challenge: str, method: str, now: datetime) -> str:
        """A code for a consent that was given."""
        with self._lock:
            made = f"def{secrets.token_hex(120)}"
            self._codes[made] = Code(account_id, tuple(scopes), now + self._behaviour.code, challenge, method)
            return made

    def exchange(self, code: str, verifier: str, *, now: datetime) -> dict[str, Any] | None:
        """Tokens for a code, once; None where it is not one."""
        with self._lock:
            known = self._codes.pop(code, None)
            if known is None or known.expires_at <= now or not _proves(known, verifier):
                return None
            chain = Chain(known.account_id, known.scopes, "", now)
            return self._issue(chain, now)

    def refresh(self, token: str, *, now: datetime) -> dict[str, Any] | None:
        """New tokens; None where the token is dead. Raises Busy."""
        with self._lock:
            chain = self._chains.get(token)
            idle = self._behaviour.refresh_idle
            if chain is None or chain.revoked or token not in (chain.refresh, chain.previous):
                return None
            if now - chain.refresh_used_at > idle:
                return None
            chain.refreshed_at = [at for at in chain.refreshed_at if now - at < timedelta(minutes=1)]
            if len(chain.refreshed_at) >= MOST_REFRESHES:
                raise Busy
            chain.refreshed_at.append(now)
            return self._issue(chain, now, spent=token)

    def check(self, token: str, *, now: datetime) -> tuple[Chain | None, str]:
        """The connection of an access token, or None and the hint. Its first use kills the refresh token before."""
        with self._lock:
            known = self._access.get(token)
            if known is None or known.expires_at <= now:
                return None, "Access token could not be verified"
            if known.revoked or known.chain.revoked:
                return None, "Access token has been revoked"
            if known.is_new:
                known.is_new = False
                known.chain.previous = ""
            return known.chain, ""

    def mint(self, account_id: int, scopes: Sequence[str], *, now: datetime, employee_id: int = 1) -> dict[str, Any]:
        """Tokens as after a consent, for a test."""
        with self._lock:
            return self._issue(Chain(account_id, tuple(scopes), "", now, employee_id=employee_id), now)

    def claims(self, token: str, *, now: datetime) -> dict[str, Any] | None:
        """What an access token says, None where it is none; looking is no use of it."""
        with self._lock:
            known = self._access.get(token)
            if known is None or known.expires_at <= now or known.revoked or known.chain.revoked:
                return None
            middle = token.split(".")[1]
            return dict(json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4))))

    def revoke(self, refresh: str) -> bool:
        """End a connection; whether there was one."""
        with self._lock:
            chain = self._chains.get(refresh)
            if chain is not None:
                chain.revoked = True
                self._save()
            return chain is not None

    def expire_all(self) -> None:
        """End every access token; refresh tokens go on."""
        with self._lock:
            for each in self._access.values():
                each.revoked = True

    def _issue(self, chain: Chain, now: datetime, *, spent: str = "") -> dict[str, Any]:
        new = f"def{secrets.token_hex(160)}"
        chain.previous = "" if self._behaviour.revokes_at_once else spent
        chain.refresh, chain.refresh_used_at = new, now
        self._chains[new] = chain
        self._save()
        access = _signed(self._claims(chain, now))
        self._access[access] = Access(chain, now + self._behaviour.access)
        return {
            "token_type": "Bearer",
            "expires_in": int(self._behaviour.access.total_seconds()),
            "access_token": access,
            "refresh_token": new,
        }

    def _save(self) -> None:
        if self._path is None:
            return
        alive = {id(chain): chain for chain in self._chains.values() if not chain.revoked}
        rows = [
            {
                "account_id": chain.account_id,
                "scopes": chain.scopes,
                "refresh": chain.refresh,
                "refresh_used_at": chain.refresh_used_at.isoformat(),
                "previous": chain.previous,
                "employee_id": chain.employee_id,
            }
            for chain in alive.values()
        ]
        draft = self._path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(rows))
        draft.replace(self._path)

    def _claims(self, chain: Chain, now: datetime) -> dict[str, Any]:
        return {
            "jti": secrets.token_hex(40),
            "iss": ISSUER,
            "aud": self._client_id,
            "sub": str(chain.employee_id),
            "acct": str(chain.account_id),
            "scope": " ".join(chain.scopes),
            "iat": now.timestamp(),
            "nbf": now.timestamp(),
            "exp": (now + self._behaviour.access).timestamp(),
        }


def jwks() -> dict[str, Any]:
    """The public key, as the vendor publishes its own."""
    numbers = _key().public_key().public_numbers()

    def number(value: int) -> str:
        return _plain(value.to_bytes((value.bit_length() + 7) // 8, "big"))

    return {
        "keys": [
            {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": KEY_ID, "n": number(numbers.n), "e": number(numbers.e)}
        ]
    }


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signed(claims: dict[str, Any]) -> str:
    head = {"typ": "JWT", "alg": "RS256", "kid": KEY_ID}
    said = ".".join(_plain(json.dumps(each, separators=(",", ":")).encode()) for each in (head, claims))
    return f"{said}.{_plain(_key().sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _proves(code: Code, verifier: str) -> bool:
    if not code.challenge:
        return True
    said = _plain(hashlib.sha256(verifier.encode()).digest()) if code.method == "S256" else verifier
    return secrets.compare_digest(said, code.challenge)
