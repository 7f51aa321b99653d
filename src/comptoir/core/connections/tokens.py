"""What a token endpoint answers (RFC 6749, 5)."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from comptoir.kernel.errors import VendorRefused
from comptoir.kernel.http import RETRIED_STATUSES, Answer
from comptoir.kernel.seal import Secret

ERROR_WORD: Final = re.compile(r"[a-z_]{1,40}")
LONGEST_SCOPE: Final = 100
MOST_SCOPES: Final = 100
# Refusals of the application that asks, not of the consent it holds: signing in again would not help.
OUR_OWN: Final = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True)
class TokenPair:
    """What a token endpoint gave; `expires_at` is UTC, `refresh_lasts` how long a refresh token stays good unused.

    None where the endpoint does not say, or says 0: without a fixed end, but perhaps not without an idle one.
    `scopes` are what was granted, as the vendor spells it; () where it does not say.
    """

    access: Secret
    refresh: Secret
    expires_at: datetime
    refresh_lasts: timedelta | None = None
    scopes: tuple[str, ...] = ()


def read_token_answer(body: bytes, *, vendor: str, now: datetime, kept: Secret | None = None) -> TokenPair:
    """Read a token endpoint's answer (RFC 6749, 5.1). Raises VendorRefused when it holds no tokens.

    `kept` is the refresh token that stays good when no other is handed out (RFC 6749, 6).
    """
    try:
        fields: dict[str, Any] = json.loads(body)
        return TokenPair(
            access=_secret(fields["access_token"]),
            refresh=kept if kept and "refresh_token" not in fields else _secret(fields["refresh_token"]),
            expires_at=now + timedelta(seconds=int(fields["expires_in"])),
            refresh_lasts=timedelta(seconds=int(fields.get("refresh_expires_in") or 0)) or None,
            scopes=_scopes(fields.get("scope")),
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        # The body is not quoted: it may hold tokens.
        raise VendorRefused(
            f"{vendor} did not hand over its keys. Connect again.",
            for_log=f"token answer unreadable: {type(error).__name__}",
        ) from None


def _secret(value: object) -> Secret:
    if not isinstance(value, str) or not value:
        raise TypeError("a token is a string")
    return Secret(value)


def _scopes(said: object) -> tuple[str, ...]:
    """Space-separated (RFC 6749, 3.3), or by commas as some do; the first hundred of a hundred characters each."""
    words = said.replace(",", " ").split() if isinstance(said, str) else []
    return tuple(dict.fromkeys(each for each in words if len(each) <= LONGEST_SCOPE))[:MOST_SCOPES]


def is_busy(answer: Answer) -> bool:
    """Whether the endpoint cannot answer now, which says nothing about what it was asked."""
    return answer.status in RETRIED_STATUSES


def is_our_client(answer: Answer) -> bool:
    """Whether it is this installation that is refused, not the consent."""
    return error_of(answer.body) in OUR_OWN


def error_of(body: bytes) -> str:
    """The `error` word of a refusal, and nothing else of it: the rest may hold secrets."""
    try:
        word = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unreadable"
    return word if isinstance(word, str) and ERROR_WORD.fullmatch(word) else "unreadable"
