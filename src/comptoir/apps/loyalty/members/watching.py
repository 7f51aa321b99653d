"""What looks like staff collecting for themselves: to be looked at, never judged by a program (loyalty.md E29)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from comptoir.apps.loyalty.models import Offer
from comptoir.core.ledger import reads

WINDOW: Final = timedelta(days=30)
OFTEN_IN_A_DAY: Final = 3
OFTEN_TOGETHER: Final = 5
MOST_LOOKED_AT: Final = 2000


@dataclass(frozen=True)
class SameDay:
    """One number that collected several sales of one register on one day."""

    member_id: UUID
    day: date
    register: str
    number: int


@dataclass(frozen=True)
class Pair:
    """A cashier and a member who meet often: `of` are all sales that the member collected in the time."""

    member_id: UUID
    cashier: str
    number: int
    of: int


def same_day(organisation_id: UUID, *, now: datetime, store_ids: frozenset[UUID] | None = None) -> list[SameDay]:
    """The same number at least three times a day at a register, in the latest 30 days; the most often first."""
    rows = _claimed(organisation_id, now, store_ids).values("member_id", "business_date", "register_id")
    found = rows.annotate(number=Count("sale_id")).filter(number__gte=OFTEN_IN_A_DAY)
    names = dict(_claimed(organisation_id, now, store_ids).values_list("register_id", "register_name"))
    return [
        SameDay(row["member_id"], row["business_date"], names.get(row["register_id"], ""), row["number"])
        for row in found.order_by("-number", "-business_date")[:100]
        if row["member_id"]
    ]


def pairs(organisation_id: UUID, *, now: datetime, store_ids: frozenset[UUID] | None = None) -> list[Pair]:
    """The same cashier with the same member, at least five times in 30 days and most of that member's sales."""
    claimed = _claimed(organisation_id, now, store_ids)
    often = claimed.values("member_id").annotate(number=Count("sale_id")).filter(number__gte=OFTEN_TOGETHER)
    totals = {row["member_id"]: row["number"] for row in often}
    wanted = claimed.filter(member_id__in=totals).order_by("-closed_at", "-pk")[:MOST_LOOKED_AT]
    owners = dict(wanted.values_list("sale_id", "member_id"))
    met: Counter[tuple[UUID, str]] = Counter()
    for record in reads.records(organisation_id, owners):
        staff, owner = record.sale.staff, owners[record.id]
        if staff is not None and owner is not None:
            met[owner, staff.name or staff.id] += 1
    found = [
        Pair(member_id, cashier, number, totals[member_id])
        for (member_id, cashier), number in met.items()
        if number >= OFTEN_TOGETHER and number * 2 > totals[member_id]
    ]
    return sorted(found, key=lambda pair: (-pair.number, pair.cashier))


def _claimed(organisation_id: UUID, now: datetime, store_ids: frozenset[UUID] | None) -> "QuerySet[Offer]":
    rows = Offer.objects.filter(
        organisation_id=organisation_id, member_id__isnull=False, closed_at__gte=now - WINDOW, closed_at__lte=now
    )
    return rows if store_ids is None else rows.filter(store_id__in=store_ids)
