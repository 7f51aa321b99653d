"""Seal secrets at rest, sign what is short-lived, hash what is only compared.

Keys come as one string: base64 Fernet keys separated by commas, the newest first. The newest seals, all unseal,
so a key is rotated by putting a new one in front.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from comptoir.kernel.errors import ComptoirError

SIGNING_CONTEXT: Final = b"comptoir signing v1"


class SealBroken(ComptoirError):
    """A sealed value cannot be opened with the keys at hand, or a signature does not hold."""


class Secret:
    """A string that never shows itself: not in repr, not in str, not in a log."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; call it only where it leaves for its owner."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)


class Sealer:
    """Seals with the newest of the given keys, unseals with any of them."""

    def __init__(self, keys: str) -> None:
        parts = split_keys(keys)
        if not parts:
            raise SealBroken("Comptoir has no key to seal secrets with; set COMPTOIR_KEYS.")
        try:
            self._fernet = MultiFernet([Fernet(part) for part in parts])
        except ValueError as error:
            raise SealBroken("COMPTOIR_KEYS holds something that is not a key.", for_log=str(error)) from error
        self._newest = Fernet(parts[0])
        self._signing_keys = [hmac.digest(base64.urlsafe_b64decode(part), SIGNING_CONTEXT, "sha256") for part in parts]

    def seal(self, secret: Secret) -> bytes:
        """Encrypt and authenticate; the result may be stored."""
        return self._fernet.encrypt(secret.reveal().encode())

    def unseal(self, sealed: bytes | memoryview) -> Secret:
        """Undo `seal`. Raises SealBroken."""
        try:
            return Secret(self._fernet.decrypt(bytes(sealed)).decode())
        except InvalidToken as error:
            raise SealBroken("A stored secret cannot be opened with the keys at hand.") from error

    def is_current(self, sealed: bytes | memoryview) -> bool:
        """Whether the newest key sealed it."""
        try:
            self._newest.decrypt(bytes(sealed))
        except InvalidToken:
            return False
        return True

    def sign(self, claims: dict[str, Any], *, expires_at: datetime) -> str:
        """A short-lived, URL-safe token that carries `claims` in clear."""
        body = json.dumps({**claims, "exp": int(expires_at.timestamp())}, separators=(",", ":")).encode()
        return f"{_b64(body)}.{_b64(_signature(self._signing_keys[0], body))}"

    def verify(self, token: str, *, now: datetime) -> dict[str, Any]:
        """The claims of a token made by `sign`. Raises SealBroken when it is altered or expired."""
        try:
            body, signature = (_unb64(part) for part in token.split("."))
        except ValueError as error:
            raise SealBroken("This link is not one of ours.") from error
        if not any(hmac.compare_digest(_signature(key, body), signature) for key in self._signing_keys):
            raise SealBroken("This link is not one of ours.")
        claims: dict[str, Any] = json.loads(body)
        if claims.pop("exp") < now.timestamp():
            raise SealBroken("This link has expired.")
        return claims

    def fingerprints(self, text: str) -> list[bytes]:
        """Keyed hashes of something that can be guessed, such as a phone number; one for each key, the newest first.

        Keep the first one; look for any of them.
        """
        return [_signature(key, b"fingerprint " + text.encode()) for key in self._signing_keys]


def split_keys(keys: str) -> list[str]:
    """The keys of COMPTOIR_KEYS, the newest first."""
    return [part.strip() for part in keys.split(",") if part.strip()]


def new_key() -> str:
    """A fresh key for COMPTOIR_KEYS."""
    return Fernet.generate_key().decode()


def new_token(prefix: str) -> str:
    """A random token of 256 bits, with a prefix that says what it is."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> bytes:
    """What we store of a random token: its SHA-256. Enough, since the token has 256 bits of entropy."""
    return hashlib.sha256(token.encode()).digest()


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _unb64(value: str) -> bytes:
    """Undo `_b64`. Raises ValueError for any other spelling of the same bytes: a token has one form."""
    decoded = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    if _b64(decoded) != value:
        raise ValueError("not the one spelling")
    return decoded
