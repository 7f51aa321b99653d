"""The limits of a programme: how many points are left for a member when a sale becomes theirs (loyalty.md 1.4)."""

from uuid import UUID

from django.db.models import QuerySet, Sum

from comptoir.apps.loyalty import entries
from comptoir.apps.loyalty.models import Offer, Programme


def room(offer: Offer, programme: Programme, member_id: UUID) -> int | None:
    """The most this sale may give to this member; None without limits. The caller holds the member's lock.

    Days and months are those of the store's trading days.
    """
    given = Offer.objects.filter(organisation_id=offer.organisation_id, member_id=member_id)
    day = offer.business_date
    left: list[int] = []
    if programme.most_per_day is not None:
        left.append(programme.most_per_day - _sum(given.filter(business_date=day)))
    if programme.most_per_month is not None:
        this_month = given.filter(business_date__year=day.year, business_date__month=day.month)
        left.append(programme.most_per_month - _sum(this_month))
    if programme.most_held is not None:
        left.append(programme.most_held - entries.balance(offer.organisation_id, member_id))
    return max(0, min(left)) if left else None


def _sum(offers: QuerySet[Offer]) -> int:
    return offers.aggregate(points=Sum("points"))["points"] or 0
