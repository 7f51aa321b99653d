"""Events on their way to customers' endpoints: written down with the event, carried by a job of each endpoint's own."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from django.conf import settings

from comptoir.core import prepared
from comptoir.core.installations.manifest import Event
from comptoir.core.jobs import engine
from comptoir.core.outbox import sending
from comptoir.core.outbox.models import Attempt, Endpoint, WebhookDelivery
from comptoir.core.outbox.streams import Told
from comptoir.kernel.egress import Rules
from comptoir.kernel.ids import new_id

KEPT_FOR: Final = timedelta(days=30)
UNTIL_THE_SWEEP: Final = timedelta(seconds=60)

# Each batch of events asks both, so without the ORM.
LISTENING_SQL: Final[LiteralString] = (
    "SELECT id, organisation_id, kinds, store_ids FROM outbox_endpoint"
    " WHERE organisation_id = ANY(%s::uuid[]) AND stream = '' AND disabled = ''"
)
READY_SQL: Final[LiteralString] = (
    "SELECT id FROM outbox_endpoint AS e WHERE disabled = '' AND (not_before IS NULL OR not_before <= %(now)s)"
    " AND EXISTS (SELECT FROM outbox_webhookdelivery"
    " WHERE endpoint_id = e.id AND state = 'waiting' AND due_at <= %(now)s)"
)


class Listening(NamedTuple):
    """An endpoint that hears of sales; no kinds or no stores: of all of them."""

    id: UUID
    organisation_id: UUID
    kinds: list[str]
    store_ids: list[UUID]


def write_down(events: Sequence[Event]) -> None:
    """A delivery for every endpoint that wants to hear of an event; in the transaction that made it happen."""
    with prepared.cursor() as cursor:
        cursor.execute(LISTENING_SQL, [list({event.organisation_id for event in events})])
        listening = [Listening(*row) for row in cursor.fetchall()]
    if not listening:
        return
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            id=new_id(),
            organisation_id=event.organisation_id,
            endpoint_id=endpoint.id,
            event_id=event.id,
            kind=event.kind,
            at=event.at,
            due_at=event.at,
        )
        for event in events
        for endpoint in listening
        if _hears(endpoint, event)
    )


def tell(event: Told, *, organisation_id: UUID, stream: str, topic_id: UUID, now: datetime) -> None:
    """A delivery for every endpoint of a stream's topic, and set it going; in the transaction that made it happen."""
    mine = Endpoint.objects.filter(organisation_id=organisation_id, stream=stream, topic_id=topic_id)
    for endpoint in mine.filter(disabled=Endpoint.Disabled.NOT):
        if not endpoint.kinds or event.kind in endpoint.kinds:
            again(endpoint, [event], now=now)


def again(endpoint: Endpoint, events: Sequence[Told], *, now: datetime) -> int:
    """Have events sent to an endpoint, also those it has heard; each under its own id. How many."""
    rows = [
        WebhookDelivery(
            id=new_id(),
            organisation_id=endpoint.organisation_id,
            endpoint_id=endpoint.id,
            event_id=event.id,
            kind=event.kind,
            at=event.at,
            due_at=now,
        )
        for event in events
        if not endpoint.kinds or event.kind in endpoint.kinds
    ]
    WebhookDelivery.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organisation_id", "endpoint_id", "event_id"],
        update_fields=["state", "position", "due_at", "finished_at"],
    )
    wake(endpoint.id, now=now)
    return len(rows)


def _hears(endpoint: Listening, event: Event) -> bool:
    return (
        endpoint.organisation_id == event.organisation_id
        and (not endpoint.kinds or event.kind in endpoint.kinds)
        and (not endpoint.store_ids or event.store_id in endpoint.store_ids)
    )


def wake(endpoint_id: UUID, *, now: datetime, at: datetime | None = None) -> None:
    """Have what waits for an endpoint sent: now, or at an instant soon."""
    if at is None or at <= now:
        send.enqueue_once(key=f" {endpoint_id}", endpoint_id=str(endpoint_id))
    elif at - now < UNTIL_THE_SWEEP:
        come_back.enqueue_once(key=f" {endpoint_id}", at=at, endpoint_id=str(endpoint_id))


def wake_all(*, now: datetime) -> None:
    """One job for each endpoint with something due."""
    with prepared.cursor() as cursor:
        cursor.execute(READY_SQL, {"now": now})
        ready = [endpoint_id for (endpoint_id,) in cursor.fetchall()]
    wake_these(ready, now=now)


def wake_these(endpoint_ids: Iterable[UUID], *, now: datetime) -> None:
    """One job for each."""
    for endpoint_id in endpoint_ids:
        wake(endpoint_id, now=now)


@engine.job("outbox.send_webhooks", queue=engine.WEBHOOKS)
def send(*, endpoint_id: str, **_: str) -> None:
    """One turn for one endpoint, then whoever waits; more of this one comes behind them."""
    target = UUID(endpoint_id)
    rules = Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)
    following = sending.send_due(target, clock=lambda: datetime.now(UTC), rules=rules)
    if following is not None:
        wake(target, now=datetime.now(UTC), at=following)


@engine.job("outbox.come_back", queue=engine.WEBHOOKS)
def come_back(*, endpoint_id: str, **_: str) -> None:
    """The retry that cannot wait for the sweep."""
    wake(UUID(endpoint_id), now=datetime.now(UTC))


def forget_old(*, now: datetime) -> None:
    """Deliveries that are over are kept for thirty days, with their attempts; what waits is kept."""
    old = WebhookDelivery.objects.exclude(state=WebhookDelivery.State.WAITING).filter(finished_at__lt=now - KEPT_FOR)
    ids = list(old.values_list("id", flat=True))
    Attempt.objects.filter(delivery_id__in=ids).delete()
    WebhookDelivery.objects.filter(id__in=ids).delete()
