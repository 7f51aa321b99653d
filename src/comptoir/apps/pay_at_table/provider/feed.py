"""What a provider hears: the feed of events, and addresses of its own that they are sent to."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Schema, Status

from comptoir.apps.pay_at_table import events
from comptoir.apps.pay_at_table.event_tables import ProviderEvent
from comptoir.apps.pay_at_table.models import Integration
from comptoir.apps.pay_at_table.provider.door import aware, kept, key_of, mine, operation
from comptoir.core.outbox import endpoints, reads
from comptoir.core.outbox.endpoints import Audience
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id, public_id

Limit = Annotated[int, Query(ge=1, le=200)]


class EventOut(Schema):
    """An event, as its message has it. `data.sequence` grows; `data.link` is where to ask what is true now."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


class EventsOut(Schema):
    """Events in their order. Go on with `after` = `next_cursor`; it stays the same while there is nothing new."""

    data: list[EventOut]
    next_cursor: str | None


class EndpointIn(Schema):
    """An https address of yours; no `events` named: all of them, those to come included."""

    url: str = Field(min_length=1, max_length=2000)
    description: str = Field("", max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    events: list[str] = Field(default_factory=list, max_length=40)


class EndpointChange(Schema):
    """What shall be otherwise; `enabled` switches one on again that was paused, gone or switched off."""

    url: str | None = Field(None, min_length=1, max_length=2000)
    description: str | None = Field(None, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
    events: list[str] | None = Field(None, max_length=40)
    enabled: bool | None = None


class EndpointOut(Schema):
    """`state`: `working`, `failing`, `paused` (a message was given up), `gone` (it answered 410), `disabled`."""

    id: str
    url: str
    description: str
    events: list[str]
    state: str
    failing_since: datetime | None
    previous_secret_until: datetime | None
    waiting: int
    given_up: int
    created_at: datetime


class NewEndpointOut(Schema):
    """An endpoint and the secret its messages are signed with."""

    endpoint: EndpointOut
    secret: str


class SentOut(Schema):
    """A message on its way; `message_id` is its header `webhook-id`."""

    id: str
    message_id: str
    type: str
    timestamp: datetime
    state: str
    attempts: int
    due_at: datetime | None


class SentPageOut(Schema):
    """A page of deliveries, newest first."""

    data: list[SentOut]
    next_cursor: str | None


class AgainOut(Schema):
    """How many messages are on their way again."""

    events: int


@operation("GET", "/events", {200: EventsOut})
def list_events(
    request: HttpRequest, response: HttpResponse, integration: str, after: str | None = None, limit: Limit = 100
) -> EventsOut:
    """What happened behind an event, or from the beginning; kept for thirty days. None is ever left out."""
    found = mine(request, integration, response)
    rows = events.after(found, _number(found, after) if after else 0, limit=limit)
    shown = [EventOut(id=each.public_id, type=each.kind, timestamp=each.at, data=events.data_of(each)) for each in rows]
    return EventsOut(data=shown, next_cursor=shown[-1].id if shown else after)


@operation("GET", "/webhook-endpoints", {200: list[EndpointOut]})
def list_endpoints(request: HttpRequest, response: HttpResponse, integration: str) -> list[EndpointOut]:
    """Your addresses for this store."""
    found = mine(request, integration, response)
    return [_shown(each) for each in reads.endpoints(found.organisation_id, audience=_audience(request, found))]


@operation("POST", "/webhook-endpoints", {201: NewEndpointOut})
def create_endpoint(request: HttpRequest, response: HttpResponse, integration: str, body: EndpointIn) -> Any:
    """Name an address. The answer holds the secret, also when it is repeated."""
    found, now = mine(request, integration, response), timezone.now()

    def act() -> tuple[int, Schema]:
        wish = endpoints.Wish(body.url, body.description, tuple(dict.fromkeys(body.events)))
        made, _secret = endpoints.create(
            organisation_id=found.organisation_id, wish=wish, now=now, audience=_audience(request, found)
        )
        shown = _shown(_find(request, found, made.public_id))
        return 201, NewEndpointOut(endpoint=shown, secret="")

    return _with_secret(found, kept(request, response, found, act))


@operation("GET", "/webhook-endpoints/{endpoint}", {200: EndpointOut})
def one_endpoint(request: HttpRequest, response: HttpResponse, integration: str, endpoint: str) -> EndpointOut:
    """One address."""
    found = mine(request, integration, response)
    return _shown(_find(request, found, endpoint))


@operation("PATCH", "/webhook-endpoints/{endpoint}", {200: EndpointOut})
def change_endpoint(
    request: HttpRequest, response: HttpResponse, integration: str, endpoint: str, body: EndpointChange
) -> EndpointOut:
    """Another address, other events, on or off."""
    found = mine(request, integration, response)
    row = _find(request, found, endpoint)
    place = {"organisation_id": found.organisation_id, "endpoint_id": row.id}
    wish = endpoints.Wish(
        row.url if body.url is None else body.url,
        row.description if body.description is None else body.description,
        row.kinds if body.events is None else tuple(dict.fromkeys(body.events)),
    )
    endpoints.change(**place, wish=wish)
    if body.enabled is not None and body.enabled == bool(row.disabled):
        endpoints.set_enabled(**place, enabled=body.enabled, now=timezone.now())
    return _shown(_find(request, found, endpoint))


@operation("DELETE", "/webhook-endpoints/{endpoint}", {204: None})
def delete_endpoint(request: HttpRequest, response: HttpResponse, integration: str, endpoint: str) -> Any:
    """Send nothing to it any more. What happened stays in the feed."""
    found = mine(request, integration, response)
    endpoints.remove(organisation_id=found.organisation_id, endpoint_id=_find(request, found, endpoint).id)
    return Status(204, None)


@operation("POST", "/webhook-endpoints/{endpoint}/rotate-secret", {200: NewEndpointOut})
def rotate_endpoint_secret(request: HttpRequest, response: HttpResponse, integration: str, endpoint: str) -> Any:
    """A new secret; for 24 hours messages carry a signature with the old one too."""
    found, now = mine(request, integration, response), timezone.now()
    row = _find(request, found, endpoint)

    def act() -> tuple[int, Schema]:
        endpoints.rotate(organisation_id=found.organisation_id, endpoint_id=row.id, now=now)
        return 200, NewEndpointOut(endpoint=_shown(_find(request, found, endpoint)), secret="")

    return _with_secret(found, kept(request, response, found, act))


@operation("POST", "/webhook-endpoints/{endpoint}/test", {200: SentOut})
def test_endpoint(request: HttpRequest, response: HttpResponse, integration: str, endpoint: str) -> Any:
    """Send `webhook.test`, which says nothing but that it arrives."""
    found, now = mine(request, integration, response), timezone.now()
    row = _find(request, found, endpoint)

    def act() -> tuple[int, Schema]:
        sent = endpoints.send_test(organisation_id=found.organisation_id, endpoint_id=row.id, now=now)
        return 200, _sent(_delivery(request, found, sent.public_id))

    return kept(request, response, found, act)


@operation("POST", "/webhook-endpoints/{endpoint}/replay", {200: AgainOut})
def replay_endpoint(
    request: HttpRequest, response: HttpResponse, integration: str, endpoint: str, since: datetime
) -> Any:
    """Send everything since an instant again, each event under its own id."""
    found, now = mine(request, integration, response), timezone.now()
    row = _find(request, found, endpoint)

    def act() -> tuple[int, Schema]:
        number = endpoints.replay_since(
            organisation_id=found.organisation_id, endpoint_id=row.id, since=aware(since) or since, now=now
        )
        return 200, AgainOut(events=number)

    return kept(request, response, found, act)


@operation("GET", "/webhook-endpoints/{endpoint}/deliveries", {200: SentPageOut})
def list_sent(
    request: HttpRequest,
    response: HttpResponse,
    integration: str,
    endpoint: str,
    state: Literal["waiting", "delivered", "given_up"] | None = None,
    limit: Limit = 50,
    cursor: str | None = None,
) -> SentPageOut:
    """What was sent to it, newest first."""
    found = mine(request, integration, response)
    row = _find(request, found, endpoint)
    before: UUID | None = parse_id("dlv", cursor) if cursor else None
    rows = reads.deliveries(found.organisation_id, row.id, state=state or "", before=before, limit=limit + 1)
    following = rows[limit - 1].public_id if len(rows) > limit else None
    return SentPageOut(data=[_sent(each) for each in rows[:limit]], next_cursor=following)


@operation("POST", "/deliveries/{delivery}/replay", {200: SentOut})
def replay_delivery(request: HttpRequest, response: HttpResponse, integration: str, delivery: str) -> Any:
    """Send one message again, under the same id."""
    found, now = mine(request, integration, response), timezone.now()
    row = _delivery(request, found, delivery)

    def act() -> tuple[int, Schema]:
        endpoints.replay(organisation_id=found.organisation_id, delivery_id=row.id, now=now)
        return 200, _sent(_delivery(request, found, delivery))

    return kept(request, response, found, act)


def _with_secret(found: Integration, answer: Status[Any]) -> Status[Any]:
    """The answer with its secret, which is never kept with it."""
    identifier = parse_id("whk", answer.value["endpoint"]["id"])
    secret = endpoints.reveal(organisation_id=found.organisation_id, endpoint_id=identifier)
    return Status(answer.status_code, {**answer.value, "secret": secret.reveal()})


def _audience(request: HttpRequest, found: Integration) -> Audience:
    return Audience(events.SLUG, found.id, key_of(request).app_id)


def _number(found: Integration, event: str) -> int:
    row = ProviderEvent.objects.filter(
        organisation_id=found.organisation_id, integration_id=found.id, id=parse_id("evt", event)
    ).first()
    if row is None or row.number is None:
        raise RuleBroken("There is no such event, or not any more.", code="not_found", status=404)
    return int(row.number)


def _find(request: HttpRequest, found: Integration, endpoint: str) -> reads.EndpointFacts:
    ids, audience = [parse_id("whk", endpoint)], _audience(request, found)
    for row in reads.endpoints(found.organisation_id, ids=ids, audience=audience):
        return row
    raise endpoints.nothing_here()


def _delivery(request: HttpRequest, found: Integration, delivery: str) -> reads.DeliveryFacts:
    row = reads.delivery(found.organisation_id, parse_id("dlv", delivery), audience=_audience(request, found))
    if row is None:
        raise endpoints.nothing_here()
    return row


def _shown(row: reads.EndpointFacts) -> EndpointOut:
    off = {"owner": "disabled"}.get(row.disabled, row.disabled)
    return EndpointOut(
        id=public_id("whk", row.id),
        url=row.url,
        description=row.description,
        events=list(row.kinds),
        state=off or ("failing" if row.failing_since else "working"),
        failing_since=row.failing_since,
        previous_secret_until=row.previous_until,
        waiting=row.waiting,
        given_up=row.given_up,
        created_at=row.created_at,
    )


def _sent(row: reads.DeliveryFacts) -> SentOut:
    return SentOut(
        id=row.public_id,
        message_id=row.message_id,
        type=row.kind,
        timestamp=row.at,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
    )
