"""API tokens: shown once, stored as a hash."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from comptoir.core.accounts.models import ApiToken, Organisation, User
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.kernel.seal import Secret, new_token, token_hash

SCOPES = (
    "sales.read",
    "stores.read",
    "integrations.read",
    "webhooks.read",
    "webhooks.write",
    "loyalty.read",
    "loyalty.write",
    "traffic.read",
    "traffic.write",
    "weekly_balance.read",
    "weekly_balance.import",
)


# A token is in use or not; when exactly, to the minute.
NOTED_EVERY: Final = timedelta(minutes=1)
UNDO_WITHIN: Final = timedelta(days=1)
START: Final = 10


def create_token(
    *,
    name: str,
    scopes: Iterable[str],
    organisations: Iterable[Organisation],
    now: datetime,
    by: User | None = None,
) -> tuple[ApiToken, Secret]:
    """A new token and its only showing."""
    clear = new_token("cmp_")
    token = ApiToken.objects.create(
        name=name,
        token_hash=token_hash(clear),
        start=clear[:START],
        scopes=list(scopes),
        created_at=now,
        created_by=by,
    )
    token.organisations.set(organisations)
    return token, Secret(clear)


def find_token(clear: str, *, now: datetime) -> ApiToken | None:
    """The token behind a bearer, unless it is unknown or revoked. That it is used is noted once a minute."""
    found = ApiToken.objects.filter(token_hash=token_hash(clear), revoked_at=None).first()
    if found and (found.last_used_at is None or found.last_used_at < now - NOTED_EVERY):
        ApiToken.objects.filter(id=found.id).update(last_used_at=now)
    return found


@dataclass(frozen=True)
class TokenFacts:
    """A token as its owner sees it; the secret itself is nowhere. `start` are its first letters."""

    id: UUID
    name: str
    start: str
    scopes: tuple[str, ...]
    organisations: int
    made_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None

    @property
    def public_id(self) -> str:
        """`tok_…`"""
        return public_id("tok", self.id)


def tokens_of(organisation_id: UUID) -> list[TokenFacts]:
    """The tokens that may speak for an organisation, those in force first, the newest first."""
    rows = (
        ApiToken.objects.filter(organisations=organisation_id)
        .select_related("created_by")
        .order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-pk")
    )
    # Counted beside the filter: a token of several organisations is the operator's, and no owner may revoke it.
    reach = dict(
        ApiToken.objects.filter(id__in=[row.id for row in rows])
        .annotate(reach=Count("organisations"))
        .values_list("id", "reach")
    )
    return [
        TokenFacts(
            id=row.id,
            name=row.name,
            start=row.start,
            scopes=tuple(row.scopes),
            organisations=reach[row.id],
            made_by=str(row.created_by) if row.created_by else "",
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


@transaction.atomic
def make_token(
    *, organisation: Organisation, name: str, scopes: Iterable[str], by: User, now: datetime
) -> tuple[ApiToken, Secret]:
    """A token of one organisation and its only showing. Raises RuleBroken (`scope_unknown`, `name_invalid`)."""
    wanted = sorted(set(scopes))
    if not wanted or set(wanted) - set(SCOPES):
        raise RuleBroken(_("Choose what the token may do."), code="scope_unknown", status=422)
    if not name.strip():
        raise RuleBroken(_("A token needs a name."), code="name_invalid", status=422)
    token, secret = create_token(name=name.strip()[:120], scopes=wanted, organisations=[organisation], now=now, by=by)
    _note(token, organisation.id, by, "token.made", now)
    return token, secret


@transaction.atomic
def set_revoked(*, organisation_id: UUID, token_id: UUID, is_revoked: bool, by: User, now: datetime) -> None:
    """Let a token of this organisation alone end, or work again within a day. Raises RuleBroken (`not_found`)."""
    mine = ApiToken.objects.filter(organisations=organisation_id, id=token_id).exclude(
        organisations__in=Organisation.objects.exclude(id=organisation_id)
    )
    if is_revoked:
        found = mine.filter(revoked_at=None).first()
    else:
        found = mine.filter(revoked_at__gt=now - UNDO_WITHIN).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    ApiToken.objects.filter(id=found.id).update(revoked_at=now if is_revoked else None)
    _note(found, organisation_id, by, "token.revoked" if is_revoked else "token.restored", now)


def _note(token: ApiToken, organisation_id: UUID, by: User, what: str, now: datetime) -> None:
    note(
        organisation_id=organisation_id,
        actor=f"user:{by.pk}",
        what=what,
        subject=token.name,
        details={"scopes": token.scopes},
        now=now,
    )
