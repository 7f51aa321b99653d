"""Codes and tokens: issued, used once, expired. Only their hashes are kept."""

import sqlite3
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from comptoir.connectors.lightspeed_k.simulator.answers import Refusal, oauth_error
from comptoir.connectors.lightspeed_k.simulator.figures import milliseconds
from comptoir.connectors.lightspeed_k.simulator.settings import (
    UNASKED_SCOPES,
    Lifetimes,
)
from comptoir.connectors.lightspeed_k.simulator.store import Store
from comptoir.kernel.seal import new_token, token_hash

ACCESS: Final = "access"
REFRESH: Final = "refresh"
MILLISECOND: Final = timedelta(milliseconds=1)
KEPT_AFTER_END: Final = timedelta(days=2)
"""How long ended tokens are kept, so that reuse can be told from nonsense."""


@dataclass(frozen=True)
class Grant:
    """What somebody consented to: one business, and scopes."""

    business_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class PendingCode:
    """A code that waits to be exchanged. `challenge` is empty when the client sent none."""

    grant: Grant
    redirect_uri: str
    challenge: str


class Tokens:
    """Issues and checks codes and tokens."""

    def __init__(
        self, store: Store, lifetimes: Lifetimes, withheld: Callable[[], AbstractSet[str]] = frozenset
    ) -> None:
        self._store = store
        self._lifetimes = lifetimes
        self._withheld = withheld

    def new_code(self, pending: PendingCode, *, now: datetime) -> str:
        """A code for the browser to carry back."""
        code = new_token("")
        expires_at = milliseconds(now + self._lifetimes.code)
        grant = pending.grant
        with self._store.transaction() as database:
            database.execute("DELETE FROM code WHERE expires_at < ?", (milliseconds(now),))
            database.execute(
                "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?)",
                (
                    token_hash(code),
                    grant.business_id,
                    " ".join(grant.scopes),
                    pending.redirect_uri,
                    pending.challenge,
                    expires_at,
                ),
            )
        return code

    def take_code(self, code: str, *, now: datetime) -> PendingCode:
        """What the code stands for; it is gone afterwards, whatever the caller finds. Raises Refusal."""
        with self._store.transaction() as database:
            row = database.execute("DELETE FROM code WHERE hash = ? RETURNING *", (token_hash(code),)).fetchone()
        if row is None or row["expires_at"] < milliseconds(now):
            raise Refusal(oauth_error("invalid_grant", "Code not valid"))
        return PendingCode(_grant(row), row["redirect_uri"], row["challenge"])

    def issue(self, grant: Grant, *, now: datetime) -> dict[str, Any]:
        """A fresh pair, as the token endpoint answers it (sheet 3.3)."""
        with self._store.transaction() as database:
            ended = milliseconds(now - KEPT_AFTER_END)
            database.execute("DELETE FROM token WHERE coalesce(used_at, expires_at) < ?", (ended,))
            return self._pair(database, grant, now)

    def refresh(self, token: str, *, now: datetime) -> dict[str, Any]:
        """A fresh pair for a refresh token, which is used up by this. Raises Refusal."""
        at = milliseconds(now)
        with self._store.transaction() as database:
            query = "SELECT * FROM token WHERE hash = ? AND kind = ?"
            row = database.execute(query, (token_hash(token), REFRESH)).fetchone()
            if row is None:
                raise Refusal(oauth_error("invalid_grant", "Invalid refresh token"))
            if row["used_at"] is not None and at - row["used_at"] >= self._lifetimes.reuse / MILLISECOND:
                raise Refusal(oauth_error("invalid_grant", "Maximum allowed refresh token reuse exceeded"))
            if row["expires_at"] is not None and row["expires_at"] < at:
                raise Refusal(oauth_error("invalid_grant", "Token is not active"))
            database.execute("UPDATE token SET used_at = ? WHERE hash = ?", (at, row["hash"]))
            return self._pair(database, _grant(row), now)

    def grant(self, access_token: str, *, now: datetime) -> Grant | None:
        """What an access token opens; None when it is unknown or over."""
        with self._store.transaction() as database:
            query = "SELECT * FROM token WHERE hash = ? AND kind = ?"
            row = database.execute(query, (token_hash(access_token), ACCESS)).fetchone()
        return _grant(row) if row is not None and row["expires_at"] > milliseconds(now) else None

    def expire(self, business_id: str) -> None:
        """End all access tokens of a business at once."""
        with self._store.transaction() as database:
            query = "UPDATE token SET expires_at = 0 WHERE business_id = ? AND kind = ?"
            database.execute(query, (business_id, ACCESS))

    def revoke(self, business_id: str) -> None:
        """Forget all refresh tokens of a business, as when a consent is withdrawn."""
        with self._store.transaction() as database:
            query = "DELETE FROM token WHERE business_id = ? AND kind = ?"
            database.execute(query, (business_id, REFRESH))

    def _pair(self, database: sqlite3.Connection, grant: Grant, now: datetime) -> dict[str, Any]:
        kept_back = self._withheld()
        grant = Grant(grant.business_id, tuple(each for each in grant.scopes if each not in kept_back))
        offline = "offline_access" in grant.scopes
        refresh_lifetime = self._lifetimes.offline if offline else self._lifetimes.refresh
        lifetimes = {ACCESS: self._lifetimes.access, REFRESH: refresh_lifetime}
        tokens = {ACCESS: new_token("lsk_at_"), REFRESH: new_token("lsk_rt_")}
        for kind, lifetime in lifetimes.items():
            expires_at = None if lifetime is None else milliseconds(now + lifetime)
            row = (
                token_hash(tokens[kind]),
                kind,
                grant.business_id,
                " ".join(grant.scopes),
                expires_at,
            )
            database.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, NULL)", row)
        return {
            "access_token": tokens[ACCESS],
            "expires_in": int(self._lifetimes.access.total_seconds()),
            "refresh_expires_in": int(refresh_lifetime.total_seconds()) if refresh_lifetime is not None else 0,
            "refresh_token": tokens[REFRESH],
            "token_type": "Bearer",
            "not-before-policy": 0,
            "scope": " ".join(dict.fromkeys((*grant.scopes, *UNASKED_SCOPES))),
        }


def _grant(row: sqlite3.Row) -> Grant:
    return Grant(row["business_id"], tuple(row["scope"].split()))
