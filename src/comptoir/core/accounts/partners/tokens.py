"""Tokens of partners: shown once, kept as a hash, as good as what stands behind them (loyalty.md 2.2, 3.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from comptoir.core.accounts import reach
from comptoir.core.accounts.models import Membership, Store
from comptoir.core.accounts.partner_tables import PartnerClient, PartnerRequest, PartnerToken
from comptoir.core.accounts.partners import scopes as known_scopes
from comptoir.core.accounts.roles import Role
from comptoir.core.audit.notes import note
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import public_id
from comptoir.kernel.seal import Secret, new_token, token_hash

PREFIX: Final = "cpt_"
START: Final = 10
NOTED_EVERY: Final = timedelta(minutes=1)
SPEAK_FOR: Final = frozenset({Role.OWNER, Role.PARTNER})
"""Whose consent or password opens the partner API: the owner's, and that of a technical user."""
OPEN: Final = (PartnerRequest.State.TOKEN_ISSUED, PartnerRequest.State.ACTIVE)


@dataclass(frozen=True)
class Bearer:
    """Who calls: one partner, for one organisation, in these stores. `pending`: the brand has no token yet."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    client_name: str
    provider: str
    scopes: frozenset[str]
    store_ids: frozenset[UUID]
    user_id: int | None
    pending: bool

    @property
    def actor(self) -> str:
        """As history names it."""
        return f"partner:{public_id('ptk', self.id)}"

    def may(self, scope: str) -> bool:
        """Whether the token has a scope; any of them lets stores be read."""
        return scope in self.scopes or (scope == known_scopes.STORES and bool(self.scopes))


@transaction.atomic
def issue_brand(
    *,
    organisation_id: UUID,
    client: PartnerClient,
    store_ids: Collection[UUID],
    scopes: Collection[str],
    actor: str,
    now: datetime,
) -> tuple[PartnerToken, Secret]:
    """The token of a brand and its only showing (X5); tokens given before stay good until they are revoked.

    Raises RuleBroken: `scope_unknown`, `store_unknown` (422).
    """
    wanted = known_scopes.checked(scopes)
    mine = set(Store.objects.filter(organisation_id=organisation_id, id__in=store_ids).values_list("id", flat=True))
    if not wanted:
        raise RuleBroken(_("Choose what the token may do."), code="scope_unknown", status=422)
    if mine != set(store_ids) or not mine:
        raise RuleBroken(_("Choose at least one store of this organisation."), code="store_unknown", status=422)
    made, secret = make(
        organisation_id=organisation_id,
        client=client,
        kind=PartnerToken.Kind.BRAND,
        scopes=wanted,
        store_ids=sorted(mine),
        actor=actor,
        now=now,
    )
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="partner_token.made",
        subject=f"{client.name} {made.start}…",
        details={"scopes": list(wanted), "stores": [public_id("sto", each) for each in sorted(mine)]},
        now=now,
    )
    return made, secret


def extend_brand(
    *, organisation_id: UUID, client: PartnerClient, store_ids: Collection[UUID], actor: str, now: datetime
) -> None:
    """The brand's tokens in force hold for these stores as well; the secret stays the same. The caller holds a lock."""
    rows = PartnerToken.objects.filter(
        organisation_id=organisation_id, client=client, kind=PartnerToken.Kind.BRAND, revoked_at=None
    )
    for row in rows:
        row.store_ids = sorted({*row.store_ids, *store_ids})
        row.save(update_fields=["store_ids"])
        note(
            organisation_id=organisation_id,
            actor=actor,
            what="partner_token.extended",
            subject=f"{client.name} {row.start}…",
            details={"stores": [public_id("sto", each) for each in store_ids]},
            now=now,
        )


def make(
    *,
    organisation_id: UUID,
    client: PartnerClient,
    kind: PartnerToken.Kind,
    scopes: Collection[str],
    store_ids: Collection[UUID],
    actor: str,
    now: datetime,
    user_id: int | None = None,
    lasts: timedelta | None = None,
) -> tuple[PartnerToken, Secret]:
    """A token and its only showing."""
    clear = new_token(PREFIX)
    made = PartnerToken.objects.create(
        organisation_id=organisation_id,
        client=client,
        kind=kind,
        token_hash=token_hash(clear),
        start=clear[:START],
        scopes=list(scopes),
        store_ids=list(store_ids),
        user_id=user_id,
        created_at=now,
        created_by=actor,
        expires_at=None if lasts is None else now + lasts,
    )
    return made, Secret(clear)


def bearer(clear: str, *, now: datetime) -> Bearer | None:
    """Who calls with this token; None when it is unknown, over, revoked, or its user may not (any more)."""
    row = (
        PartnerToken.objects.filter(token_hash=token_hash(clear), revoked_at=None, client__disabled_at=None)
        .exclude(kind=PartnerToken.Kind.REFRESH)
        .select_related("client")
        .first()
    )
    if row is None or (row.expires_at is not None and row.expires_at <= now):
        return None
    reach = _reach(row)
    if reach is None:
        return None
    if row.last_used_at is None or row.last_used_at < now - NOTED_EVERY:
        PartnerToken.objects.filter(id=row.id).update(last_used_at=now)
    return Bearer(
        id=row.id,
        organisation_id=row.organisation_id,
        client_id=row.client_id,
        client_name=row.client.name,
        provider=row.client.provider,
        scopes=frozenset(row.scopes),
        store_ids=reach,
        user_id=row.user_id,
        pending=row.kind != PartnerToken.Kind.BRAND and not is_open(row.organisation_id, row.client_id),
    )


def is_open(organisation_id: UUID, client_id: UUID) -> bool:
    """Whether the brand's token exists: until then, and once the last one was revoked, calls of this partner for it are
    answered `pending` (X5)."""
    rows = PartnerToken.objects.filter(organisation_id=organisation_id, client_id=client_id, revoked_at=None)
    return rows.filter(kind=PartnerToken.Kind.BRAND).exists()


def reach_of(organisation_id: UUID, user_id: int) -> frozenset[UUID] | None:
    """The stores that a user may speak for as a partner; None for somebody who may not at all."""
    rows = Membership.objects.filter(
        organisation_id=organisation_id, user_id=user_id, user__is_active=True, role__in=SPEAK_FOR
    )
    found = reach.with_stores(rows).first()
    if found is None:
        return None
    mine = reach.visible_stores(found)
    if mine is None:
        mine = frozenset(Store.objects.filter(organisation_id=organisation_id).values_list("id", flat=True))
    return mine


def number_of(organisation_id: UUID, user_id: int, *, now: datetime) -> int:
    """How many access tokens stand on this user: they die with the membership (E55)."""
    mine = PartnerToken.objects.filter(organisation_id=organisation_id, user_id=user_id, revoked_at=None)
    return mine.filter(kind=PartnerToken.Kind.ACCESS, expires_at__gt=now).count()


@transaction.atomic
def revoke(*, organisation_id: UUID, token_id: UUID, actor: str, now: datetime) -> None:
    """Dead at once. Asked again, nothing more happens. Raises RuleBroken (`not_found`, 404)."""
    row = PartnerToken.objects.select_for_update().filter(organisation_id=organisation_id, id=token_id).first()
    if row is None:
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    note(
        organisation_id=organisation_id,
        actor=actor,
        what="partner_token.revoked",
        subject=f"{row.client.name} {row.start}…",
        now=now,
    )


def _reach(row: PartnerToken) -> frozenset[UUID] | None:
    """The stores a token speaks for: its own, and of those what its user may see now."""
    if row.user_id is not None:
        mine = reach_of(row.organisation_id, row.user_id)
        return mine if mine is None or not row.store_ids else mine & frozenset(row.store_ids)
    stores = Store.objects.filter(organisation_id=row.organisation_id)
    if row.store_ids:
        stores = stores.filter(id__in=row.store_ids)
    return frozenset(stores.values_list("id", flat=True))
