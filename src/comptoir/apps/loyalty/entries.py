"""The ledger of points: entries are added, never changed, and a balance is their sum (loyalty.md 1.1)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from comptoir.apps.loyalty.hooks import emitting
from comptoir.apps.loyalty.models import OF_SALES, Entry, Kind, Member, Offer
from comptoir.apps.loyalty.points import Basis, Rule


def lock(organisation_id: UUID, member_ids: Collection[UUID]) -> None:
    """Keep the balances of these members to ourselves until the transaction ends; always taken in one order.

    Whoever adds to a balance, or decides by it, holds this: two buyers never see the same points. It comes after the
    lock of an offer, never before.
    """
    rows = Member.objects.select_for_update(no_key=True).filter(organisation_id=organisation_id, id__in=member_ids)
    list(rows.order_by("id").values_list("id"))


def balance(organisation_id: UUID, member_id: UUID) -> int:
    """A member's points; below 0 only after points that were spent came off again (loyalty.md 1.7)."""
    rows = Entry.objects.filter(organisation_id=organisation_id, member_id=member_id)
    return rows.aggregate(points=Sum("points"))["points"] or 0


def given_for(organisation_id: UUID, sale_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """What each sale has brought its member so far, and in how many entries; sales without entries are left out."""
    if not sale_ids:
        return {}
    rows = Entry.objects.filter(organisation_id=organisation_id, sale_id__in=sale_ids, kind__in=OF_SALES)
    found = rows.values_list("sale_id").annotate(points=Sum("points"), number=Count("id"))
    return {sale_id: (points, number) for sale_id, points, number in found}


def append(
    *, offer: Offer, kind: Kind, points: int, position: int, rule: Rule, actor: str, now: datetime, member_id: UUID
) -> None:
    """Add an entry for a sale, with what it was computed from. The caller holds the offer's lock.

    Raises IntegrityError when another writer has added to the same sale meanwhile: the constraint has the last word.
    """
    event = emitting.CREDITED if kind in (Kind.EARN, Kind.ATTACH) else emitting.REVERSED
    said = {"points": points, "order_id": offer.external_id}
    for each in (event, emitting.POINTS):
        emitting.emit(offer.organisation_id, each, member_id=member_id, now=now, **said)
    Entry.objects.create(
        organisation_id=offer.organisation_id,
        member_id=member_id,
        kind=kind,
        points=points,
        sale_id=offer.sale_id,
        store_id=offer.store_id,
        position=position,
        eligible=offer.eligible,
        currency=offer.currency,
        programme_version=rule.version,
        inputs=_inputs(offer, rule),
        actor=actor,
        created_at=now,
    )


def _inputs(offer: Offer, rule: Rule) -> dict[str, Any]:
    """The formula: everything that `points.points_for` was given, and the bill it came from."""
    limits = {"most_per_sale": rule.most_per_sale, "ceiling": offer.ceiling}
    return {
        "total": offer.total,
        "target": offer.points,
        "rate_points": rule.rate_points,
        "rate_minor": rule.rate_minor,
        "minimum_order": rule.minimum_order,
        "rounding": rule.rounding,
        **({} if rule.basis is Basis.WITH_TAX else {"basis": rule.basis}),
        **{name: limit for name, limit in limits.items() if limit is not None},
    }
