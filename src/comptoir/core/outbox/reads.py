"""Questions to webhooks; answers are plain data. Every question names its organisation."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from comptoir.core.outbox.endpoints import SALES, Audience
from comptoir.core.outbox.messages import message_id
from comptoir.core.outbox.models import Attempt, Endpoint, WebhookDelivery
from comptoir.kernel.ids import public_id

PAGE: Final = 50


@dataclass(frozen=True)
class EndpointFacts:
    """An endpoint without its secret. `disabled` is "", "owner" or "gone"; `failing_since` says that it fails now."""

    id: UUID
    organisation_id: UUID
    url: str
    description: str
    kinds: tuple[str, ...]
    store_ids: tuple[UUID, ...]
    disabled: str
    failing_since: datetime | None
    previous_until: datetime | None
    created_at: datetime
    waiting: int
    given_up: int

    @property
    def public_id(self) -> str:
        """`whk_…`"""
        return public_id("whk", self.id)


@dataclass(frozen=True)
class AttemptFacts:
    """One call. `status` is None when nobody answered; `fault` says why."""

    number: int
    at: datetime
    status: int | None
    duration_ms: int
    answer: str
    fault: str


@dataclass(frozen=True)
class DeliveryFacts:
    """An event on its way to an endpoint. `tries` is empty in lists."""

    id: UUID
    endpoint_id: UUID
    message_id: str
    kind: str
    at: datetime
    state: str
    attempts: int
    due_at: datetime | None
    tries: tuple[AttemptFacts, ...] = ()

    @property
    def public_id(self) -> str:
        """`dlv_…`"""
        return public_id("dlv", self.id)


def endpoints(
    organisation_id: UUID, *, ids: Collection[UUID] | None = None, audience: Audience = SALES
) -> list[EndpointFacts]:
    """Every endpoint of an organisation that hears of sales, or of an audience; the oldest first."""
    rows = Endpoint.objects.filter(organisation_id=organisation_id, **asdict(audience)).order_by("id")
    if ids is not None:
        rows = rows.filter(id__in=ids)
    states = WebhookDelivery.State
    numbers = WebhookDelivery.objects.filter(organisation_id=organisation_id).values("endpoint_id")
    counted: dict[UUID, Mapping[str, Any]] = {
        each["endpoint_id"]: dict(each)
        for each in numbers.annotate(
            waiting=Count("id", filter=Q(state=states.WAITING)), given_up=Count("id", filter=Q(state=states.GIVEN_UP))
        ).order_by()
    }
    return [_endpoint(row, counted.get(row.id, {})) for row in rows]


def deliveries(
    organisation_id: UUID, endpoint_id: UUID, *, state: str = "", before: UUID | None = None, limit: int = PAGE
) -> list[DeliveryFacts]:
    """Deliveries of one endpoint, newest first; `before` is the id of the last one seen."""
    rows = WebhookDelivery.objects.filter(organisation_id=organisation_id, endpoint_id=endpoint_id)
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(id__lt=before)
    return [_delivery(row) for row in rows.order_by("-id")[:limit]]


def delivery(organisation_id: UUID, delivery_id: UUID, *, audience: Audience = SALES) -> DeliveryFacts | None:
    """One delivery with every attempt, or None when this organisation has none of that id for that audience."""
    row = WebhookDelivery.objects.filter(organisation_id=organisation_id, id=delivery_id).first()
    heard_by = Endpoint.objects.filter(organisation_id=organisation_id, **asdict(audience))
    if row is None or not heard_by.filter(id=row.endpoint_id).exists():
        return None
    tries = Attempt.objects.filter(organisation_id=organisation_id, delivery_id=delivery_id).order_by("number")
    return _delivery(row, tuple(_attempt(each) for each in tries))


def _endpoint(row: Endpoint, counted: Mapping[str, Any]) -> EndpointFacts:
    return EndpointFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        url=row.url,
        description=row.description,
        kinds=tuple(row.kinds),
        store_ids=tuple(row.store_ids),
        disabled=row.disabled,
        failing_since=row.failing_since,
        previous_until=row.previous_until,
        created_at=row.created_at,
        waiting=counted.get("waiting", 0),
        given_up=counted.get("given_up", 0),
    )


def _delivery(row: WebhookDelivery, tries: tuple[AttemptFacts, ...] = ()) -> DeliveryFacts:
    waits = row.state == WebhookDelivery.State.WAITING
    return DeliveryFacts(
        id=row.id,
        endpoint_id=row.endpoint_id,
        message_id=message_id(row),
        kind=row.kind,
        at=row.at,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at if waits else None,
        tries=tries,
    )


def _attempt(row: Attempt) -> AttemptFacts:
    return AttemptFacts(
        number=row.number,
        at=row.at,
        status=row.status,
        duration_ms=row.duration_ms,
        answer=row.answer,
        fault=row.fault,
    )
