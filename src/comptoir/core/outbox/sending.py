"""Send what waits for one endpoint, turn by turn: a slow or dead receiver costs its own queue time and nobody else's.

A turn claims a few deliveries, calls the endpoint with no transaction open, and writes down what was answered. Killed
in between, the claim runs out and the same messages go out again under the same ids.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Min

from comptoir.core.outbox import messages, streams
from comptoir.core.outbox.live import notify_live
from comptoir.core.outbox.models import Attempt, Endpoint, WebhookDelivery
from comptoir.kernel import egress
from comptoir.kernel.http import retry_after

log = structlog.get_logger(__name__)

# The schedule that Standard Webhooks recommends: waits after the first, second, … failed attempt; then it is given up.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER: Final = 0.1
AT_ONCE: Final = 4
CLAIMED_FOR: Final = timedelta(seconds=60)
TURN: Final = timedelta(seconds=30)
SHORTEST_SILENCE: Final = timedelta(seconds=5)
LONGEST_SILENCE: Final = timedelta(minutes=5)
GONE: Final = 410
LONG: Final = timedelta(hours=1)
LIVE_TOPIC: Final = "webhooks"
WAITING = WebhookDelivery.State.WAITING


def send_due(endpoint_id: UUID, *, clock: Callable[[], datetime], rules: egress.Rules) -> datetime | None:
    """One turn; returns when there is something to do again, None when nothing waits."""
    began = clock()
    while clock() - began < TURN:
        endpoint, claimed = _claim(endpoint_id, clock())
        if endpoint is None or not claimed:
            break
        outcomes = egress.post_all(messages.calls(endpoint, claimed, now=clock()), rules)
        for delivery, outcome in zip(claimed, outcomes, strict=True):
            _note(delivery, outcome, clock())
    return _next_due(endpoint_id)


def _claim(endpoint_id: UUID, now: datetime) -> tuple[Endpoint | None, list[WebhookDelivery]]:
    """The next few, ours for a minute. Of a receiver that does not answer only one is tried at a time."""
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update().filter(id=endpoint_id, disabled=Endpoint.Disabled.NOT).first()
        if endpoint is None or (endpoint.not_before and endpoint.not_before > now):
            return None, []
        waiting = WebhookDelivery.objects.select_for_update(skip_locked=True).filter(
            organisation_id=endpoint.organisation_id, endpoint_id=endpoint_id, state=WAITING, due_at__lte=now
        )
        claimed = list(waiting.order_by("due_at", "id")[: 1 if endpoint.silences else AT_ONCE])
        WebhookDelivery.objects.filter(id__in=[each.id for each in claimed]).update(due_at=now + CLAIMED_FOR)
    return endpoint, claimed


@transaction.atomic
def _note(delivery: WebhookDelivery, outcome: egress.Outcome, now: datetime) -> None:
    """The attempt, and what it means for the delivery and its endpoint."""
    endpoint = Endpoint.objects.select_for_update().filter(id=delivery.endpoint_id).first()
    row = WebhookDelivery.objects.select_for_update().filter(id=delivery.id).first()
    if endpoint is None or row is None:
        return  # deleted while the call was under way
    row.attempts += 1
    row.position += 1
    _write_attempt(row, outcome, now)
    status = outcome.answer.status if outcome.answer else None
    if status is not None and 200 <= status < 300:
        row.state, row.finished_at = WebhookDelivery.State.DELIVERED, now
        endpoint.failing_since, endpoint.silences, endpoint.not_before, endpoint.warned_at = None, 0, None, None
    else:
        _postpone(row, outcome, WAITS if not endpoint.stream else streams.named(endpoint.stream).waits(row.kind), now)
        endpoint.failing_since = endpoint.failing_since or now
        endpoint.silences = endpoint.silences + 1 if status is None else 0
        endpoint.not_before = now + _silence(endpoint.silences) if status is None else None
        log.warning("webhook.failed", endpoint_id=str(endpoint.id), delivery_id=str(row.id), status=status)
    if status == GONE:
        endpoint.disabled = Endpoint.Disabled.GONE
    elif endpoint.stream and row.state == WebhookDelivery.State.GIVEN_UP:
        endpoint.disabled = Endpoint.Disabled.PAUSED
    if endpoint.stream:
        _say_trouble(endpoint, outcome, now)
    row.save()
    endpoint.save()
    notify_live(endpoint.organisation_id, LIVE_TOPIC)


def _say_trouble(endpoint: Endpoint, outcome: egress.Outcome, now: datetime) -> None:
    """Once when it has failed for an hour, and once when nothing is sent any more."""
    long = endpoint.failing_since is not None and now - endpoint.failing_since >= LONG
    if not endpoint.disabled and (not long or endpoint.warned_at is not None):
        return
    endpoint.warned_at = now
    said = outcome.fault or f"HTTP {outcome.answer.status if outcome.answer else '-'}"
    streams.named(endpoint.stream).troubled(streams.listener(endpoint), said, now)


def _write_attempt(row: WebhookDelivery, outcome: egress.Outcome, now: datetime) -> None:
    answer = outcome.answer
    Attempt.objects.create(
        organisation_id=row.organisation_id,
        delivery_id=row.id,
        number=row.attempts,
        at=now,
        status=answer.status if answer else None,
        duration_ms=outcome.duration_ms,
        answer=answer.body.decode("utf-8", "replace").replace("\0", "�") if answer else "",
        fault=outcome.fault[:500].replace("\0", "�"),
    )


def _postpone(row: WebhookDelivery, outcome: egress.Outcome, waits: Sequence[timedelta], now: datetime) -> None:
    if row.position > len(waits):
        row.state, row.finished_at = WebhookDelivery.State.GIVEN_UP, now
        return
    wait = waits[row.position - 1] * (1 + random.random() * JITTER)  # noqa: S311  (spreads load, keeps no secret)
    told = retry_after(outcome.answer.headers.get("retry-after"), now=now) if outcome.answer else None
    row.due_at = now + max(wait, told or wait)


def _silence(silences: int) -> timedelta:
    """How long a receiver that does not answer is left alone."""
    doublings: int = 2 ** min(silences - 1, 10)
    return min(SHORTEST_SILENCE * doublings, LONGEST_SILENCE)


def _next_due(endpoint_id: UUID) -> datetime | None:
    endpoint = Endpoint.objects.filter(id=endpoint_id, disabled=Endpoint.Disabled.NOT).first()
    if endpoint is None:
        return None
    waiting = WebhookDelivery.objects.filter(endpoint_id=endpoint_id, state=WAITING)
    due: datetime | None = waiting.aggregate(due=Min("due_at"))["due"]
    return max(due, endpoint.not_before) if due and endpoint.not_before else due
