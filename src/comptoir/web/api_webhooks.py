"""`/v1/webhooks`: addresses of your own programs that hear of events, what was sent to them, and how it went."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Schema, Status

from comptoir.core.outbox import endpoints, reads
from comptoir.kernel.ids import parse_id, public_id
from comptoir.web.api import Bearer, Problem, allowed_organisations, api, one_organisation

FAULTS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
REFUSALS = {**FAULTS, 409: Problem}
READ, WRITE = Bearer("webhooks.read"), Bearer("webhooks.write")
Limit = Annotated[int, Query(ge=1, le=200)]


class WebhookIn(Schema):
    """What it shall be. Empty `events` or `stores`: all of them, those to come included."""

    url: str = Field(min_length=1, max_length=2000)
    description: str = Field("", max_length=200, pattern=r"^[^\x00]*$")
    events: list[str] = Field(default_factory=list, max_length=20)
    stores: list[str] = Field(default_factory=list, max_length=1000)
    enabled: bool = True


class WebhookOut(Schema):
    """A webhook without its secret. `state` is `working`, `failing`, `disabled`, or `gone`: its receiver said 410."""

    id: str
    organisation: str
    url: str
    description: str
    events: list[str]
    stores: list[str]
    state: str
    failing_since: datetime | None
    previous_secret_until: datetime | None
    waiting: int
    given_up: int
    created_at: datetime


class NewWebhookOut(Schema):
    """A webhook and the secret that its messages are signed with."""

    webhook: WebhookOut
    secret: str


class SecretOut(Schema):
    """The new secret; until `previous_secret_until` messages carry a signature with the old one too."""

    secret: str
    previous_secret_until: datetime | None


class AttemptOut(Schema):
    """One call: what was answered, and how the answer begins; without a `status` nobody answered."""

    number: int
    at: datetime
    status: int | None
    duration_ms: int
    answer: str
    fault: str


class DeliveryOut(Schema):
    """An event on its way. `message_id` is the header `webhook-id`; `due_at` is when it is sent next."""

    id: str
    webhook: str
    message_id: str
    type: str
    timestamp: datetime
    state: str
    attempts: int
    due_at: datetime | None


class DeliveryDetailOut(DeliveryOut):
    """The same with every attempt."""

    tries: list[AttemptOut]


class DeliveriesOut(Schema):
    """A page of deliveries, newest first; `next` goes on behind it and is null on the last page."""

    data: list[DeliveryOut]
    next: str | None


class ReplayIn(Schema):
    """From which instant on everything is sent again."""

    since: datetime


class ReplayOut(Schema):
    """How many events are on their way again."""

    events: int


@api.get("/webhooks", response={200: list[WebhookOut], **FAULTS}, auth=READ, tags=["Webhooks"])
def list_webhooks(request: HttpRequest, organisation: str | None = None) -> list[WebhookOut]:
    """Every webhook the token can see."""
    return [
        _webhook(each)
        for organisation_id in allowed_organisations(request, organisation)
        for each in reads.endpoints(organisation_id)
    ]


@api.post("/webhooks", response={201: NewWebhookOut, **REFUSALS}, auth=WRITE, tags=["Webhooks"])
def create_webhook(request: HttpRequest, body: WebhookIn, organisation: str | None = None) -> Any:
    """Name an address. The answer holds the secret."""
    owner, now = one_organisation(request, organisation), timezone.now()
    made, secret = endpoints.create(organisation_id=owner.id, wish=_wish(body), now=now)
    if not body.enabled:
        endpoints.set_enabled(organisation_id=owner.id, endpoint_id=made.id, enabled=False, now=now)
    return Status(201, NewWebhookOut(webhook=_webhook(_find(request, made.public_id)), secret=secret.reveal()))


@api.get("/webhooks/{webhook_id}", response={200: WebhookOut, **FAULTS}, auth=READ, tags=["Webhooks"])
def get_webhook(request: HttpRequest, webhook_id: str) -> WebhookOut:
    """One webhook by our id."""
    return _webhook(_find(request, webhook_id))


@api.put("/webhooks/{webhook_id}", response={200: WebhookOut, **FAULTS}, auth=WRITE, tags=["Webhooks"])
def change_webhook(request: HttpRequest, webhook_id: str, body: WebhookIn) -> WebhookOut:
    """Say anew what it shall be. `enabled` switches one on again that was disabled or gone."""
    found = _find(request, webhook_id)
    place = {"organisation_id": found.organisation_id, "endpoint_id": found.id}
    endpoints.change(**place, wish=_wish(body))
    if body.enabled == bool(found.disabled):
        endpoints.set_enabled(**place, enabled=body.enabled, now=timezone.now())
    return _webhook(_find(request, webhook_id))


@api.delete("/webhooks/{webhook_id}", response={204: None, **FAULTS}, auth=WRITE, tags=["Webhooks"])
def delete_webhook(request: HttpRequest, webhook_id: str) -> Any:
    """Send nothing to it any more, and forget what waited."""
    found = _find(request, webhook_id)
    endpoints.remove(organisation_id=found.organisation_id, endpoint_id=found.id)
    return Status(204, None)


@api.post("/webhooks/{webhook_id}/rotate", response={200: SecretOut, **FAULTS}, auth=WRITE, tags=["Webhooks"])
def rotate_secret(request: HttpRequest, webhook_id: str) -> SecretOut:
    """A new secret. For 24 hours messages are signed with both."""
    found = _find(request, webhook_id)
    secret = endpoints.rotate(organisation_id=found.organisation_id, endpoint_id=found.id, now=timezone.now())
    return SecretOut(secret=secret.reveal(), previous_secret_until=_find(request, webhook_id).previous_until)


@api.post("/webhooks/{webhook_id}/test", response={200: DeliveryOut, **REFUSALS}, auth=WRITE, tags=["Webhooks"])
def send_test(request: HttpRequest, webhook_id: str) -> DeliveryOut:
    """Send `webhook.test`, an event that says nothing but that it arrives."""
    found = _find(request, webhook_id)
    sent = endpoints.send_test(organisation_id=found.organisation_id, endpoint_id=found.id, now=timezone.now())
    return DeliveryOut(**_fields(_find_delivery(request, sent.public_id)))


@api.post("/webhooks/{webhook_id}/replay", response={200: ReplayOut, **REFUSALS}, auth=WRITE, tags=["Webhooks"])
def replay_since(request: HttpRequest, webhook_id: str, body: ReplayIn) -> ReplayOut:
    """Send everything since an instant again, what it never heard of included; each event under its own id."""
    found = _find(request, webhook_id)
    since = body.since if timezone.is_aware(body.since) else timezone.make_aware(body.since)
    number = endpoints.replay_since(
        organisation_id=found.organisation_id, endpoint_id=found.id, since=since, now=timezone.now()
    )
    return ReplayOut(events=number)


@api.get("/webhooks/{webhook_id}/deliveries", response={200: DeliveriesOut, **FAULTS}, auth=READ, tags=["Webhooks"])
def list_deliveries(
    request: HttpRequest,
    webhook_id: str,
    state: Literal["waiting", "delivered", "given_up"] | None = None,
    after: str | None = None,
    limit: Limit = 50,
) -> DeliveriesOut:
    """What was sent, newest first; kept for thirty days. `after` is `next` of the page before."""
    webhook = _find(request, webhook_id)
    before = parse_id("dlv", after) if after else None
    found = reads.deliveries(webhook.organisation_id, webhook.id, state=state or "", before=before, limit=limit + 1)
    shown = found[:limit]
    following = shown[-1].public_id if len(found) > limit else None
    return DeliveriesOut(data=[DeliveryOut(**_fields(each)) for each in shown], next=following)


@api.get(
    "/webhooks/deliveries/{delivery_id}", response={200: DeliveryDetailOut, **FAULTS}, auth=READ, tags=["Webhooks"]
)
def get_delivery(request: HttpRequest, delivery_id: str) -> DeliveryDetailOut:
    """One delivery with every attempt."""
    found = _find_delivery(request, delivery_id)
    tries = [AttemptOut.from_orm(each) for each in found.tries]
    return DeliveryDetailOut(**_fields(found), tries=tries)


@api.post(
    "/webhooks/deliveries/{delivery_id}/replay",
    response={200: DeliveryOut, **REFUSALS},
    auth=WRITE,
    tags=["Webhooks"],
)
def replay_delivery(request: HttpRequest, delivery_id: str) -> DeliveryOut:
    """Send one event again, under the same id; its schedule begins anew."""
    identifier = parse_id("dlv", delivery_id)
    organisation_id = _owner_of(request, identifier)
    endpoints.replay(organisation_id=organisation_id, delivery_id=identifier, now=timezone.now())
    return DeliveryOut(**_fields(_find_delivery(request, delivery_id)))


def _find(request: HttpRequest, webhook_id: str) -> reads.EndpointFacts:
    """Raises RuleBroken (404)."""
    identifier = parse_id("whk", webhook_id)
    for organisation_id in allowed_organisations(request, None):
        for found in reads.endpoints(organisation_id, ids=[identifier]):
            return found
    raise endpoints.nothing_here()


def _find_delivery(request: HttpRequest, delivery_id: str) -> reads.DeliveryFacts:
    """Raises RuleBroken (404)."""
    identifier = parse_id("dlv", delivery_id)
    found = reads.delivery(_owner_of(request, identifier), identifier)
    if found is None:
        raise endpoints.nothing_here()
    return found


def _owner_of(request: HttpRequest, delivery_id: UUID) -> UUID:
    """The organisation, of those the token speaks for, whose delivery this is. Raises RuleBroken (404)."""
    for organisation_id in allowed_organisations(request, None):
        if reads.delivery(organisation_id, delivery_id):
            return organisation_id
    raise endpoints.nothing_here()


def _wish(body: WebhookIn) -> endpoints.Wish:
    return endpoints.Wish(
        url=body.url,
        description=body.description,
        kinds=tuple(dict.fromkeys(body.events)),
        store_ids=tuple(dict.fromkeys(parse_id("sto", each) for each in body.stores)),
    )


def _webhook(found: reads.EndpointFacts) -> WebhookOut:
    state = {"owner": "disabled", "gone": "gone"}.get(found.disabled) or (
        "failing" if found.failing_since else "working"
    )
    return WebhookOut(
        id=found.public_id,
        organisation=public_id("org", found.organisation_id),
        url=found.url,
        description=found.description,
        events=list(found.kinds),
        stores=[public_id("sto", each) for each in found.store_ids],
        state=state,
        failing_since=found.failing_since,
        previous_secret_until=found.previous_until,
        waiting=found.waiting,
        given_up=found.given_up,
        created_at=found.created_at,
    )


def _fields(found: reads.DeliveryFacts) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "webhook": public_id("whk", found.endpoint_id),
        "message_id": found.message_id,
        "type": found.kind,
        "timestamp": found.at,
        "state": found.state,
        "attempts": found.attempts,
        "due_at": found.due_at,
    }
