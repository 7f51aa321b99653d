"""Endpoints: addresses of customers' own programs that hear of events. Made, changed, rotated, tested, replayed."""

import base64
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comptoir.core.accounts.models import Store
from comptoir.core.connections.sealing import sealer
from comptoir.core.outbox import couriers, streams
from comptoir.core.outbox.models import Endpoint, WebhookDelivery
from comptoir.kernel import egress
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import new_id
from comptoir.kernel.seal import Secret
from comptoir.pos.events import EventKind

MOST: Final = 20
BOTH_SECRETS_FOR: Final = timedelta(hours=24)
TEST: Final = "webhook.test"
REFUSALS: Final = {
    "unreadable": gettext_lazy("This is no address that can be called."),
    "parts": gettext_lazy("Leave user, password and fragment out of the address."),
    "https": gettext_lazy("The address must begin with https://."),
    "private": gettext_lazy("This address is in a private network; Comptoir calls public addresses only."),
}


@dataclass(frozen=True)
class Audience:
    """Who hears of what: endpoints of one stream, about one thing, of one program outside. Sales have no name."""

    stream: str = ""
    topic_id: UUID | None = None
    owner_id: UUID | None = None


SALES: Final = Audience()


@dataclass(frozen=True)
class Wish:
    """What an endpoint shall be. Empty `kinds` or `store_ids`: all of them, those to come included."""

    url: str
    description: str = ""
    kinds: tuple[str, ...] = ()
    store_ids: tuple[UUID, ...] = ()


def rules() -> egress.Rules:
    """Where this installation calls."""
    return egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW)


def create(*, organisation_id: UUID, wish: Wish, now: datetime, audience: Audience = SALES) -> tuple[Endpoint, Secret]:
    """A new endpoint and its secret. Raises RuleBroken."""
    _check(organisation_id, wish, audience.stream)
    if Endpoint.objects.filter(organisation_id=organisation_id, **asdict(audience)).count() >= MOST:
        raise RuleBroken(_("There are as many webhooks as there can be. Delete one first."), code="too_many_webhooks")
    secret = _new_secret()
    made = Endpoint(organisation_id=organisation_id, secret=sealer().seal(secret), created_at=now, **asdict(audience))
    _save(made, wish)
    return made, secret


def change(*, organisation_id: UUID, endpoint_id: UUID, wish: Wish) -> Endpoint:
    """Another address, other kinds, other stores; what is on its way goes to the new address. Raises RuleBroken."""
    with transaction.atomic():
        found = locked(organisation_id, endpoint_id)
        _check(organisation_id, wish, found.stream)
        if found.url != wish.url:
            found.failing_since, found.silences, found.not_before, found.warned_at = None, 0, None, None
        _save(found, wish)
    return found


def rotate(*, organisation_id: UUID, endpoint_id: UUID, now: datetime) -> Secret:
    """A new secret; for 24 hours messages are signed with the old one too. Raises RuleBroken."""
    with transaction.atomic():
        found = locked(organisation_id, endpoint_id)
        secret = _new_secret()
        found.previous_secret, found.previous_until = found.secret, now + BOTH_SECRETS_FOR
        found.secret = sealer().seal(secret)
        found.save(update_fields=["secret", "previous_secret", "previous_until"])
    return secret


def reveal(*, organisation_id: UUID, endpoint_id: UUID) -> Secret:
    """The secret, for its owner. Raises RuleBroken."""
    return sealer().unseal(find(organisation_id, endpoint_id).secret)


def set_enabled(*, organisation_id: UUID, endpoint_id: UUID, enabled: bool, now: datetime) -> None:
    """Send to it, or keep what waits and send nothing. Events that come meanwhile can be replayed."""
    with transaction.atomic():
        found = locked(organisation_id, endpoint_id)
        found.disabled = Endpoint.Disabled.NOT if enabled else Endpoint.Disabled.OWNER
        found.failing_since, found.silences, found.not_before, found.warned_at = None, 0, None, None
        found.save()
        if enabled:
            couriers.wake(endpoint_id, now=now)


def remove(*, organisation_id: UUID, endpoint_id: UUID) -> None:
    """Forget the endpoint; its deliveries go with the next retention. Raises RuleBroken."""
    with transaction.atomic():
        locked(organisation_id, endpoint_id).delete()
        waiting = WebhookDelivery.objects.filter(organisation_id=organisation_id, endpoint_id=endpoint_id)
        waiting.filter(state=WebhookDelivery.State.WAITING).delete()


def remove_all(*, organisation_id: UUID, audience: Audience) -> None:
    """Forget every endpoint of an audience: its program was shut out, or let go."""
    mine = Endpoint.objects.filter(organisation_id=organisation_id, **asdict(audience))
    for endpoint_id in list(mine.values_list("id", flat=True)):
        remove(organisation_id=organisation_id, endpoint_id=endpoint_id)


def send_test(*, organisation_id: UUID, endpoint_id: UUID, now: datetime) -> WebhookDelivery:
    """Send an event that says nothing but that it arrives. Raises RuleBroken."""
    with transaction.atomic():
        found = enabled(organisation_id, endpoint_id)
        made = WebhookDelivery.objects.create(
            organisation_id=organisation_id, endpoint_id=found.id, event_id=new_id(), kind=TEST, at=now, due_at=now
        )
        couriers.wake(found.id, now=now)
    return made


def replay(*, organisation_id: UUID, delivery_id: UUID, now: datetime) -> None:
    """Send one event again, under the same id. Raises RuleBroken."""
    with transaction.atomic():
        mine = WebhookDelivery.objects.select_for_update().filter(organisation_id=organisation_id, id=delivery_id)
        row = mine.first()
        if row is None:
            raise nothing_here()
        enabled(organisation_id, row.endpoint_id)
        mine.update(state=WebhookDelivery.State.WAITING, position=0, due_at=now, finished_at=None)
        couriers.wake(row.endpoint_id, now=now)


def replay_since(*, organisation_id: UUID, endpoint_id: UUID, since: datetime, now: datetime) -> int:
    """Send every event since an instant again, and those that it never heard of; how many. Raises RuleBroken."""
    with transaction.atomic():
        found = enabled(organisation_id, endpoint_id)
        if found.stream:
            return couriers.again(found, streams.named(found.stream).since(streams.listener(found), since), now=now)
        with connection.cursor() as cursor:
            # The id begins with the event's, so that deliveries sort by the time of their events.
            cursor.execute(
                "INSERT INTO outbox_webhookdelivery (id, organisation_id, endpoint_id, event_id, kind, at, state,"
                " attempts, position, due_at)"
                " SELECT (left(id::text, 18) || substr(gen_random_uuid()::text, 19))::uuid, organisation_id,"
                " %(endpoint)s, id, kind, at, 'waiting', 0, 0, %(now)s"
                " FROM outbox_event WHERE organisation_id = %(organisation)s AND at >= %(since)s"
                " AND (%(kinds)s::text[] = '{}' OR kind = ANY(%(kinds)s))"
                " AND (%(stores)s::uuid[] = '{}' OR store_id = ANY(%(stores)s))"
                " ON CONFLICT (organisation_id, endpoint_id, event_id) DO UPDATE"
                " SET state = 'waiting', position = 0, due_at = %(now)s, finished_at = NULL",
                {
                    "endpoint": found.id,
                    "organisation": organisation_id,
                    "since": since,
                    "now": now,
                    "kinds": found.kinds,
                    "stores": found.store_ids,
                },
            )
            number = cursor.rowcount
        couriers.wake(found.id, now=now)
    return int(number)


def find(organisation_id: UUID, endpoint_id: UUID) -> Endpoint:
    """The endpoint. Raises RuleBroken (404)."""
    found = Endpoint.objects.filter(organisation_id=organisation_id, id=endpoint_id).first()
    if found is None:
        raise nothing_here()
    return found


def locked(organisation_id: UUID, endpoint_id: UUID) -> Endpoint:
    """The same, ours alone until the transaction ends."""
    mine = Endpoint.objects.select_for_update().filter(organisation_id=organisation_id, id=endpoint_id)
    found = mine.first()
    if found is None:
        raise nothing_here()
    return found


def enabled(organisation_id: UUID, endpoint_id: UUID) -> Endpoint:
    """The same, unless nothing is sent to it. Raises RuleBroken."""
    found = locked(organisation_id, endpoint_id)
    if found.disabled:
        words = _("This webhook is switched off. Switch it on, then send again.")
        raise RuleBroken(words, code="webhook_disabled")
    return found


def nothing_here() -> RuleBroken:
    """The answer to an id of nobody's or somebody else's."""
    return RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)


def _save(endpoint: Endpoint, wish: Wish) -> None:
    endpoint.url, endpoint.description = wish.url, wish.description
    endpoint.kinds, endpoint.store_ids = list(wish.kinds), list(wish.store_ids)
    endpoint.save()


def _check(organisation_id: UUID, wish: Wish, stream: str) -> None:
    """Raises RuleBroken: `url_refused`, `event_unknown`, `store_unknown` (422)."""
    try:
        egress.check(wish.url, rules())
    except egress.EgressRefused as refused:
        raise RuleBroken(str(REFUSALS[refused.reason]), code="url_refused", status=422) from refused
    if set(wish.kinds) - (streams.named(stream).kinds if stream else set(EventKind)):
        raise RuleBroken(_("There is no such kind of event."), code="event_unknown", status=422)
    if _strange(organisation_id, wish.store_ids):
        raise RuleBroken(_("There is no such store."), code="store_unknown", status=422)


def _strange(organisation_id: UUID, store_ids: Collection[UUID]) -> bool:
    wanted = set(store_ids)
    return Store.objects.filter(organisation_id=organisation_id, id__in=wanted).count() < len(wanted)


def _new_secret() -> Secret:
    """24 random bytes, as Standard Webhooks writes them."""
    return Secret("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
