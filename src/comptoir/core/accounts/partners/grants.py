"""How a partner comes by an access token: a code from somebody's consent, or a technical user's password (3.2).

Lifetimes: an access token a day, its refresh token 30 days and once, a code five minutes and once.
"""

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts import house
from comptoir.core.accounts.models import Membership, User
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerGrant, PartnerToken
from comptoir.core.accounts.partners import scopes as known_scopes
from comptoir.core.accounts.partners import tokens
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.notes import SYSTEM, note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.seal import Secret, new_token, token_hash

ACCESS_LASTS: Final = timedelta(hours=24)
REFRESH_LASTS: Final = timedelta(days=30)
CODE_LASTS: Final = timedelta(minutes=5)
NOBODYS: Final = make_password(None)


@dataclass(frozen=True)
class Granted:
    """What a token endpoint hands out."""

    access: Secret
    refresh: Secret
    scopes: tuple[str, ...]
    expires_in: int


@transaction.atomic
def register(
    *,
    name: str,
    provider: str,
    redirect_uris: Collection[str],
    contacts: Collection[str],
    now: datetime,
    actor: str = SYSTEM,
) -> tuple[PartnerClient, Secret]:
    """A new client and the only showing of its secret. Raises RuleBroken (`client_exists`, `redirect_invalid`)."""
    if PartnerClient.objects.filter(name__iexact=name.strip()).exists():
        raise RuleBroken(_("There is a partner of this name."), code="client_exists")
    for each in redirect_uris:
        if not each.startswith(("https://", "http://localhost", "http://127.0.0.1")) or "#" in each:
            raise RuleBroken(_("An address to come back to begins with https://."), code="redirect_invalid", status=422)
    secret = new_token("cps_")
    made = PartnerClient.objects.create(
        name=name.strip()[:80],
        provider=provider,
        client_id=new_token("cpc_")[:28],
        secret_hash=token_hash(secret),
        redirect_uris=list(redirect_uris),
        scopes=list(known_scopes.DEFAULT),
        contacts=list(contacts),
        created_at=now,
    )
    said = {"connector": provider, "contacts": made.contacts, "redirect_uris": made.redirect_uris}
    house.note(actor=actor, what="partner.registered", subject=made.name, details=said, now=now)
    return made, Secret(secret)


@transaction.atomic
def set_contacts(*, client_id: UUID, contacts: Collection[str], actor: str, now: datetime) -> PartnerClient:
    """Whom the mails about requests go to, from now on. Raises RuleBroken (`not_found`, 404)."""
    found = PartnerClient.objects.select_for_update().filter(id=client_id).first()
    if found is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    said = {"before": found.contacts, "after": list(contacts)}
    found.contacts = list(contacts)
    found.save(update_fields=["contacts"])
    house.note(actor=actor, what="partner.contacts_changed", subject=found.name, details=said, now=now)
    return found


def client(client_id: str, secret: str | None = None) -> PartnerClient:
    """A client by its id and, where one is given, its secret. Raises RuleBroken (401 `client_invalid`)."""
    found = PartnerClient.objects.filter(client_id=client_id, disabled_at=None).first()
    if found is None or (secret is not None and not hmac.compare_digest(bytes(found.secret_hash), token_hash(secret))):
        raise RuleBroken("This client is not known, or its secret is not right.", code="client_invalid", status=401)
    return found


def require_redirect(found: PartnerClient, redirect_uri: str) -> None:
    """Codes go to addresses that the operator knows. Raises RuleBroken (422 `redirect_unknown`)."""
    if redirect_uri not in found.redirect_uris:
        raise RuleBroken(
            "This address to come back to is not one of the partner's.", code="redirect_unknown", status=422
        )


def allowed(found: PartnerClient, wanted: str) -> tuple[str, ...]:
    """The scopes that are asked for, all of the client's when none is. Raises RuleBroken (422 `scope_unknown`)."""
    asked = known_scopes.read(wanted) or tuple(found.scopes)
    if beyond := set(asked) - set(found.scopes):
        raise RuleBroken(f"This partner may not have {sorted(beyond)[0]}.", code="scope_unknown", status=422)
    return asked


@transaction.atomic
def consent(
    *,
    organisation_id: UUID,
    user_id: int,
    found: PartnerClient,
    redirect_uri: str,
    scopes: Collection[str],
    now: datetime,
) -> Secret:
    """Somebody said yes: a code for the partner's server. Raises RuleBroken (403, 422)."""
    require_redirect(found, redirect_uri)
    reach = tokens.reach_of(organisation_id, user_id)
    if not reach:
        raise RuleBroken("Only an owner can let a partner in.", code="forbidden", status=403)
    code = new_token("cpg_")
    PartnerGrant.objects.create(
        code_hash=token_hash(code),
        organisation_id=organisation_id,
        client=found,
        user_id=user_id,
        redirect_uri=redirect_uri,
        scopes=list(scopes),
        expires_at=now + CODE_LASTS,
    )
    note(
        organisation_id=organisation_id,
        actor=f"user:{user_id}",
        what="partner.consented",
        subject=found.name,
        details={"scopes": list(scopes)},
        now=now,
    )
    return Secret(code)


def by_code(found: PartnerClient, code: str, *, now: datetime) -> Granted:
    """Exchange a code, once; brought again, it ends what the first one got. Raises RuleBroken (`grant_invalid`)."""
    with transaction.atomic():
        row = PartnerGrant.objects.select_for_update().filter(code_hash=token_hash(code), client=found).first()
        if row is not None and row.used_at is None and row.expires_at > now:
            row.used_at = now
            row.save(update_fields=["used_at"])
            return _pair(found, row.organisation_id, row.user_id, row.scopes, now)
        if row is not None and row.used_at is not None:
            _end(found, row.organisation_id, row.user_id, since=row.used_at, now=now)
    raise _invalid()


def by_password(
    found: PartnerClient, username: str, password: str, scopes: Collection[str], *, now: datetime
) -> Granted:
    """For the technical user of one brand (X1, X7), and nobody else. Raises RuleBroken (`grant_invalid`)."""
    user = User.objects.filter(email=username.strip().lower(), is_active=True).first()
    # The same work whether there is such a user or not.
    is_right = check_password(password, user.password if user else NOBODYS)
    mine = Membership.objects.filter(user=user, role=Role.PARTNER) if user else Membership.objects.none()
    brands = list(mine.values_list("organisation_id", flat=True)[:2])
    if user is None or not is_right or len(brands) != 1:
        raise _invalid()
    return _pair(found, brands[0], user.pk, scopes, now)


def by_refresh(found: PartnerClient, refresh: str, *, now: datetime) -> Granted:
    """A new pair for a refresh token, which ends with it; brought again, it ends what the first one got: one of the two
    who brought it is not the partner. Raises RuleBroken (`grant_invalid`)."""
    with transaction.atomic():
        row = (
            PartnerToken.objects.select_for_update(of=("self",))
            .filter(token_hash=token_hash(refresh), client=found, kind=PartnerToken.Kind.REFRESH, expires_at__gt=now)
            .first()
        )
        if row is not None and row.user_id is not None and tokens.reach_of(row.organisation_id, row.user_id):
            if row.revoked_at is None:
                row.revoked_at = now
                row.save(update_fields=["revoked_at"])
                return _pair(found, row.organisation_id, row.user_id, row.scopes, now)
            _end(found, row.organisation_id, row.user_id, since=row.revoked_at, now=now)
    raise _invalid()


def _end(found: PartnerClient, organisation_id: UUID, user_id: int, *, since: datetime, now: datetime) -> None:
    """What was given to this partner for this user since then works no more."""
    rows = PartnerToken.objects.filter(
        organisation_id=organisation_id, client=found, user_id=user_id, created_at__gte=since
    )
    rows.filter(revoked_at=None).update(revoked_at=now)


def _pair(found: PartnerClient, organisation_id: UUID, user_id: int, scopes: Collection[str], now: datetime) -> Granted:
    if not tokens.reach_of(organisation_id, user_id):
        raise _invalid()
    made = {
        kind: tokens.make(
            organisation_id=organisation_id,
            client=found,
            kind=kind,
            scopes=scopes,
            store_ids=(),
            actor=f"user:{user_id}",
            now=now,
            user_id=user_id,
            lasts=lasts,
        )[1]
        for kind, lasts in ((PartnerToken.Kind.ACCESS, ACCESS_LASTS), (PartnerToken.Kind.REFRESH, REFRESH_LASTS))
    }
    return Granted(
        access=made[PartnerToken.Kind.ACCESS],
        refresh=made[PartnerToken.Kind.REFRESH],
        scopes=tuple(scopes),
        expires_in=int(ACCESS_LASTS.total_seconds()),
    )


def _invalid() -> RuleBroken:
    """One refusal for everything: it tells nobody what was wrong."""
    return RuleBroken("This code, password or refresh token opens nothing.", code="grant_invalid", status=400)
