"""What customers' programs are told: thin messages after Standard Webhooks, the same bytes at every attempt."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from comptoir.core.connections.sealing import sealer
from comptoir.core.outbox import streams
from comptoir.core.outbox.models import Endpoint, Event, WebhookDelivery
from comptoir.kernel.egress import Call
from comptoir.kernel.ids import public_id


def calls(endpoint: Endpoint, deliveries: Iterable[WebhookDelivery], *, now: datetime) -> list[Call]:
    """Each delivery as a signed call."""
    wanted = list(deliveries)
    secrets = _secrets(endpoint, now)
    if endpoint.stream:
        data = streams.named(endpoint.stream).data(streams.listener(endpoint), {each.event_id for each in wanted})
        return [_call(endpoint.url, secrets, each, _message(each, data[each.event_id]), now) for each in wanted]
    rows = Event.objects.filter(organisation_id=endpoint.organisation_id, id__in={each.event_id for each in wanted})
    events = {row.id: row for row in rows}
    return [_call(endpoint.url, secrets, each, body(each, events.get(each.event_id)), now) for each in wanted]


def body(delivery: WebhookDelivery, event: Event | None) -> str:
    """The JSON of a message: ids, never a name, a number or an amount of anybody's."""
    data: dict[str, Any] = {"organisation": public_id("org", delivery.organisation_id)}
    if event is not None:
        data |= {
            "store": public_id("sto", event.store_id),
            "sale": public_id("sal", event.sale_id),
            "revision": event.revision,
        }
    return _message(delivery, data)


def message_id(delivery: WebhookDelivery) -> str:
    """`evt_…`: the same for an event however often it is sent, so that a receiver can tell copies."""
    return public_id("evt", delivery.event_id)


def _message(delivery: WebhookDelivery, data: Mapping[str, Any]) -> str:
    message = {"type": delivery.kind, "timestamp": _instant(delivery.at), "data": data}
    return json.dumps(message, separators=(",", ":"))


def _call(url: str, secrets: list[str], delivery: WebhookDelivery, text: str, now: datetime) -> Call:
    identifier = message_id(delivery)
    headers = {
        "content-type": "application/json",
        "user-agent": "Comptoir",
        "webhook-id": identifier,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(identifier, now, text) for secret in secrets),
    }
    return Call(url, text.encode(), headers)


def _secrets(endpoint: Endpoint, now: datetime) -> list[str]:
    """The secret, and while it is being rotated the one before."""
    found = [sealer().unseal(endpoint.secret).reveal()]
    if endpoint.previous_secret and endpoint.previous_until and endpoint.previous_until > now:
        found.append(sealer().unseal(endpoint.previous_secret).reveal())
    return found


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
