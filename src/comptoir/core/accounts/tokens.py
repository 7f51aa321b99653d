"""API tokens: shown once, stored as a hash."""

from collections.abc import Iterable
from datetime import datetime

from comptoir.core.accounts.models import ApiToken, Organisation
from comptoir.kernel.seal import Secret, new_token, token_hash

SCOPES = (
    "sales.read",
    "stores.read",
    "integrations.read",
    "webhooks.read",
    "webhooks.write",
    "loyalty.read",
    "loyalty.write",
)


def create_token(
    *, name: str, scopes: Iterable[str], organisations: Iterable[Organisation], now: datetime
) -> tuple[ApiToken, Secret]:
    """A new token and its only showing."""
    clear = new_token("cmp_")
    token = ApiToken.objects.create(name=name, token_hash=token_hash(clear), scopes=list(scopes), created_at=now)
    token.organisations.set(organisations)
    return token, Secret(clear)


def find_token(clear: str) -> ApiToken | None:
    """The token behind a bearer, unless it is unknown or revoked."""
    return ApiToken.objects.filter(token_hash=token_hash(clear), revoked_at=None).first()
