"""What a member can spend: the entries of the ledger, less what has expired and is not written down yet."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir.apps.loyalty import entries, programmes
from comptoir.apps.loyalty.expiry.rules import Expiry, Movement, Term, Wallet, expired, next_expiry, since_when, wallet
from comptoir.apps.loyalty.models import Entry, Kind
from comptoir.core.accounts.models import Store

SPENDING: Final = (Kind.SPEND, Kind.RETURN)


def wallet_of(organisation_id: UUID, member_id: UUID) -> Wallet:
    """The lots of a member."""
    return wallets_of(organisation_id, [member_id])[member_id]


def wallets_of(organisation_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, Wallet]:
    """The lots of each of these members, in one query."""
    moved: dict[UUID, list[Movement]] = {each: [] for each in member_ids}
    rows = Entry.objects.filter(organisation_id=organisation_id, member_id__in=member_ids)
    for row in rows.order_by("created_at", "id"):
        moved[row.member_id].append(_movement(row))
    return {member_id: wallet(movements) for member_id, movements in moved.items()}


def _movement(row: Entry) -> Movement:
    return Movement(
        key=row.id,
        kind=row.kind,
        points=row.points,
        origin=UUID(row.inputs["held"]) if row.kind in SPENDING and "held" in row.inputs else row.sale_id,
        at=row.created_at,
    )


def next_to_go(organisation_id: UUID, member_id: UUID, *, now: datetime) -> tuple[datetime, int] | None:
    """When the next points of a member expire, and how many; None when none will."""
    return next_expiry(wallet_of(organisation_id, member_id), term(organisation_id, now=now), now)


def term(organisation_id: UUID, *, now: datetime) -> Term:
    """The rule of expiry that is in force."""
    rows = [row for row in programmes.versions(organisation_id, now=now).rows if row.effective_from <= now]
    rows.sort(key=lambda row: (row.effective_from, row.version))
    said = [(row.effective_from, Expiry(row.expiry), row.expiry_months) for row in rows]
    zone = Store.objects.filter(organisation_id=organisation_id).order_by("id").values_list("timezone", flat=True)
    return Term(Expiry(rows[-1].expiry), rows[-1].expiry_months, since_when(said), ZoneInfo(zone.first() or "UTC"))


def write_expired(organisation_id: UUID, member_id: UUID, *, now: datetime) -> int:
    """Write down what has expired by now; the caller holds the member's lock. Asked again, there is nothing left."""
    gone = expired(wallet_of(organisation_id, member_id), term(organisation_id, now=now), now)
    if gone:
        Entry.objects.create(
            organisation_id=organisation_id, member_id=member_id, kind=Kind.EXPIRE, points=-gone, created_at=now
        )
    return entries.balance(organisation_id, member_id)
