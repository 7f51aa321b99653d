"""What pages show of alerts. Who was given some stores sees theirs, and what belongs to no store."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from comptoir.apps.loyalty.holdings import Alert, HeldReward
from comptoir.kernel.ids import public_id

PAGE: Final = 50


@dataclass(frozen=True)
class AlertFacts:
    """One alert; `reward` is the name of the reward it is about, if it is about one."""

    id: UUID
    kind: str
    reason: str
    subject: str
    at: datetime
    handled_at: datetime | None
    handled_by: str
    reward: str
    held_id: UUID | None
    member_id: UUID | None
    sale_id: UUID | None
    store_id: UUID | None

    @property
    def public_id(self) -> str:
        """`alr_…`"""
        return public_id("alr", self.id)

    @property
    def sale_public_id(self) -> str:
        """`sal_…`, or nothing."""
        return public_id("sal", self.sale_id) if self.sale_id else ""

    @property
    def member_public_id(self) -> str:
        """`mem_…`, or nothing."""
        return public_id("mem", self.member_id) if self.member_id else ""


def waiting(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None) -> int:
    """How many wait for somebody to look."""
    return _visible(organisation_id, store_ids).filter(handled_at=None).count()


def alerts(
    organisation_id: UUID,
    *,
    store_ids: Collection[UUID] | None = None,
    is_handled: bool = False,
    before: UUID | None = None,
    limit: int = PAGE,
) -> list[AlertFacts]:
    """The newest first: those that wait, or those that were put aside; `before` is the id of the last one seen."""
    rows = _visible(organisation_id, store_ids).filter(handled_at__isnull=not is_handled)
    if before:
        rows = rows.filter(id__lt=before)
    return _facts(organisation_id, rows.order_by("-id")[:limit])


def alert(organisation_id: UUID, alert_id: UUID, *, store_ids: Collection[UUID] | None = None) -> AlertFacts | None:
    """One of them."""
    found = _facts(organisation_id, _visible(organisation_id, store_ids).filter(id=alert_id))
    return found[0] if found else None


def _visible(organisation_id: UUID, store_ids: Collection[UUID] | None) -> "QuerySet[Alert]":
    rows = Alert.objects.filter(organisation_id=organisation_id)
    return rows if store_ids is None else rows.filter(Q(store_id__in=store_ids) | Q(store_id=None))


def _facts(organisation_id: UUID, rows: "QuerySet[Alert]") -> list[AlertFacts]:
    found = list(rows)
    wanted = [each.held_id for each in found if each.held_id]
    held = {each.id: each for each in HeldReward.objects.filter(organisation_id=organisation_id, id__in=wanted)}
    facts = []
    for row in found:
        about = held.get(row.held_id) if row.held_id else None
        facts.append(
            AlertFacts(
                id=row.id,
                kind=row.kind,
                reason=row.reason,
                subject=row.subject,
                at=row.at,
                handled_at=row.handled_at,
                handled_by=row.handled_by,
                reward=about.name if about else "",
                held_id=row.held_id,
                member_id=about.member_id if about else row.member_id,
                sale_id=row.sale_id,
                store_id=row.store_id,
            )
        )
    return facts
