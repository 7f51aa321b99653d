"""Questions about the inbox; answers are plain data. Every question names its organisation."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from comptoir.core.intake.models import BookReading, Notification, ReplayRun, UnlinkedLocation

PAGE: Final = 50
# A till that has told of a sale within so long is set up to tell.
TOLD_WITHIN: Final = timedelta(days=2)
OUTCOMES: Final = tuple(Notification.Outcome.values)


@dataclass(frozen=True)
class NotificationFacts:
    """A notification and what became of it; `outcome` is empty while it waits."""

    id: int
    store_id: UUID | None
    provider: str
    received_at: datetime
    processed_at: datetime | None
    outcome: str
    delivery: str
    location_id: str
    sale_id: UUID | None
    copies: int
    fault_path: str
    fault: str
    taken_for_store: bool
    tries: int
    tried_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True)
class Metadata:
    """When something came in, for whom, and what became of it: what an operator may see of it."""

    id: int
    organisation_id: UUID | None
    provider: str
    received_at: datetime
    outcome: str
    fault_path: str


def latest_of_all(
    *, organisation_ids: Collection[UUID] | None = None, outcome: str = "", provider: str = "", before: int = 0
) -> list[Metadata]:
    """The latest notifications of the whole installation, without anything of what was in them.

    `outcome` may be "waiting"; `before` is the last id seen.
    """
    rows = Notification.objects.order_by("-received_minute", "-id")
    if organisation_ids is not None:
        rows = rows.filter(organisation_id__in=organisation_ids)
    if outcome:
        rows = rows.filter(outcome="" if outcome == "waiting" else outcome)
    if provider:
        rows = rows.filter(provider=provider)
    if before:
        rows = rows.filter(id__lt=before)
    names = tuple(Metadata.__dataclass_fields__)
    return [Metadata(**values) for values in rows.values(*names)[: 2 * PAGE]]


def opened(notification_id: int) -> tuple[UUID | None, bytes] | None:
    """Whose a notification is, and what was in it: for an operator who has written down why (break-glass)."""
    row = Notification.objects.filter(id=notification_id).first()
    return None if row is None else (row.organisation_id, bytes(row.body))


@dataclass(frozen=True)
class Road:
    """How the sales of a location come in: told by its till, read from its books, or not, and `fault` says why."""

    heard_at: datetime | None
    read_at: datetime | None
    fault: str
    is_told: bool


@dataclass(frozen=True)
class Backlog:
    """What waits in the inbox of the whole installation."""

    notifications_waiting: int
    oldest_waiting_seconds: int
    notifications_parked: int
    notifications_unlinked: int
    notifications_let_go: int


def backlog(*, now: datetime) -> Backlog:
    """For the operator: all organisations together."""
    waits = Notification.objects.filter(processed_at=None)
    oldest = waits.order_by("id").values_list("received_at", flat=True).first()
    return Backlog(
        notifications_waiting=waits.count(),
        oldest_waiting_seconds=round((now - oldest).total_seconds()) if oldest else 0,
        notifications_parked=Notification.objects.filter(outcome=Notification.Outcome.PARKED).count(),
        notifications_unlinked=Notification.objects.filter(outcome=Notification.Outcome.UNLINKED).count(),
        notifications_let_go=UnlinkedLocation.objects.aggregate(all=Sum("let_go"))["all"] or 0,
    )


def notifications(
    organisation_id: UUID,
    *,
    store_ids: Collection[UUID] | None = None,
    outcome: str = "",
    search: str = "",
    store_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[NotificationFacts]:
    """The inbox, newest first, of those received in [since, until); `before` is the id of the last one seen."""
    rows = _inbox(organisation_id, store_ids)
    if outcome:
        rows = rows.filter(outcome="" if outcome == "waiting" else outcome)
    if search:
        rows = rows.filter(found_by(search))
    wanted = {"store_id": store_id, "received_at__gte": since, "received_at__lt": until, "id__lt": before}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return [_facts(row) for row in rows.defer("body").order_by("-id")[:limit]]


def found_by(search: str) -> Q:
    """What a search finds: a part of what the till calls it or of the fault, a whole location, or our number."""
    words = Q(delivery__icontains=search) | Q(fault__icontains=search) | Q(location_id=search)
    return words | Q(id=int(search)) if search.isascii() and search.isdecimal() and len(search) < 19 else words


def notification(
    organisation_id: UUID, notification_id: int, *, store_ids: Collection[UUID] | None = None
) -> NotificationFacts | None:
    """One notification, or None when this organisation, or these stores of it, have none of that id."""
    row = _inbox(organisation_id, store_ids).filter(id=notification_id).defer("body").first()
    return _facts(row) if row else None


def raw_body(organisation_id: UUID, notification_id: int, *, store_ids: Collection[UUID] | None = None) -> bytes | None:
    """The body as it came in: for those allowed to see it."""
    row = _inbox(organisation_id, store_ids).filter(id=notification_id).only("body").first()
    return bytes(row.body) if row else None


def _inbox(organisation_id: UUID, store_ids: Collection[UUID] | None) -> "QuerySet[Notification]":
    """What is of no store yet is for those who see all of them."""
    rows = Notification.objects.filter(organisation_id=organisation_id)
    return rows if store_ids is None else rows.filter(store_id__in=store_ids)


@dataclass(frozen=True)
class ReplayFacts:
    """The latest replay of a range."""

    total: int
    done: int
    changed: int
    started_at: datetime
    finished_at: datetime | None


def latest_replay(organisation_id: UUID) -> ReplayFacts | None:
    """The latest range that was read again, or is being read."""
    row = ReplayRun.objects.filter(organisation_id=organisation_id).order_by("-started_at", "-pk").first()
    return ReplayFacts(row.total, row.done, row.changed, row.started_at, row.finished_at) if row else None


@dataclass(frozen=True)
class InboxSummary:
    """What the inbox page answers first."""

    latest_at: datetime | None
    waiting: int
    parked: int


def summary(organisation_id: UUID, *, store_ids: Collection[UUID] | None = None) -> InboxSummary:
    """Whether everything that came in was read."""
    rows = _inbox(organisation_id, store_ids)
    return InboxSummary(
        latest_at=rows.order_by("-id").values_list("received_at", flat=True).first(),
        waiting=rows.filter(processed_at=None).count(),
        parked=rows.filter(outcome=Notification.Outcome.PARKED).count(),
    )


def _facts(row: Notification) -> NotificationFacts:
    return NotificationFacts(
        id=row.id,
        store_id=row.store_id,
        provider=row.provider,
        received_at=row.received_at,
        processed_at=row.processed_at,
        outcome=row.outcome,
        delivery=row.delivery,
        location_id=row.location_id,
        sale_id=row.sale_id,
        copies=row.copies,
        fault_path=row.fault_path,
        fault=row.fault,
        taken_for_store=row.taken_for_store,
        tries=row.tries,
        tried_at=row.tried_at,
        due_at=row.due_at,
    )


def roads(organisation_id: UUID, *, now: datetime) -> dict[UUID, Road]:
    """How sales come in, by id of the location link; nothing for one that was linked a moment ago."""
    rows = BookReading.objects.filter(organisation_id=organisation_id)
    return {
        row.location_link_id: Road(
            heard_at=row.heard_at,
            read_at=row.read_at,
            fault=row.fault,
            is_told=row.heard_at is not None and row.heard_at > now - TOLD_WITHIN,
        )
        for row in rows
    }
