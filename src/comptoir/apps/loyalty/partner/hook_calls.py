"""`/partner/v1/webhooks`: subscribe to events, and unsubscribe (loyalty.md 3.8)."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from comptoir.apps.loyalty import idempotency
from comptoir.apps.loyalty.hooks.emitting import EVENTS
from comptoir.apps.loyalty.partner.api import ErrorOut, Invalid, Scope, caller, note_ignored
from comptoir.apps.loyalty.partner_tables import PartnerHook
from comptoir.core.accounts.partners.tokens import Bearer
from comptoir.core.connections.sealing import sealer
from comptoir.kernel import egress
from comptoir.kernel.errors import RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.seal import Secret, new_token

router = Router(tags=["Webhooks"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 403: ErrorOut, 404: ErrorOut, 409: ErrorOut, 422: ErrorOut, 429: ErrorOut}
MANAGE = Scope("webhook.manage")
MOST: Final = 20
Event = Literal[EVENTS]  # type: ignore[valid-type]  # a constant tuple


class HookIn(Schema):
    """Where one kind of event goes; without a secret one is made."""

    event: Event
    url: Annotated[str, Field(max_length=500)]
    secret: Annotated[str, Field(min_length=16, max_length=200)] | None = None


class HookOut(Schema):
    """A subscription; its secret stands in the answer to its making alone."""

    id: str
    event: str
    url: str
    created_at: datetime
    secret: str | None = None


@router.get("/webhooks", response={200: list[HookOut], **FAULTS}, auth=MANAGE)
def list_hooks(request: HttpRequest) -> Any:
    """Your subscriptions for this brand."""
    return [_shown(row) for row in _mine(request).order_by("id")]


@router.post("/webhooks", response={201: HookOut, **FAULTS}, auth=MANAGE)
def subscribe(request: HttpRequest, said: HookIn) -> Any:
    """Hear of one kind of event at an https address; the same again is a 409 `webhook_exists`.

    Under one Idempotency-Key the answer comes again, without the secret: that is shown once.
    """
    note_ignored(request, HookIn)
    found = caller(request)
    try:
        egress.check(said.url, egress.Rules.parse(settings.COMPTOIR_EGRESS_ALLOW))
    except egress.EgressRefused:
        raise Invalid({"url": ["The url must begin with https:// and lead to a public address."]}) from None
    shown: list[str] = []

    def act() -> tuple[int, Any]:
        row, secret = _subscribed(found, said)
        shown.append(secret)
        return 201, _shown(row).model_dump(mode="json")

    answer = idempotency.once(request, act, now=timezone.now())
    if shown:  # what is kept for a repeat holds no secret
        answer = Status(answer.status_code, answer.value | {"secret": shown[0]})
    return answer


def _subscribed(found: Bearer, said: HookIn) -> tuple[PartnerHook, str]:
    mine = PartnerHook.objects.filter(organisation_id=found.organisation_id, client_id=found.client_id)
    if mine.filter(event=said.event, url=said.url).exists():
        raise RuleBroken("This address hears of this event already.", code="webhook_exists")
    if mine.count() >= MOST:
        raise RuleBroken("There are as many webhooks as there can be. Delete one first.", code="too_many_webhooks")
    secret = said.secret or new_token("phs_")
    made = PartnerHook.objects.create(
        organisation_id=found.organisation_id,
        client_id=found.client_id,
        event=said.event,
        url=said.url,
        secret=sealer().seal(Secret(secret)),
        created_at=timezone.now(),
    )
    return made, secret


@router.delete("/webhooks/{webhook_id}", response={204: None, **FAULTS}, auth=MANAGE)
def unsubscribe(request: HttpRequest, webhook_id: str) -> Any:
    """Hear no more of it; what is on its way is let go."""

    def act() -> tuple[int, Any]:
        number, _ = _mine(request).filter(id=parse_id("phk", webhook_id)).delete()
        if not number:
            raise RuleBroken("There is no such webhook.", code="not_found", status=404)
        return 204, None

    return idempotency.once(request, act, now=timezone.now())


def _mine(request: HttpRequest) -> Any:
    found = caller(request)
    return PartnerHook.objects.filter(organisation_id=found.organisation_id, client_id=found.client_id)


def _shown(row: PartnerHook) -> HookOut:
    return HookOut(id=row.public_id, event=row.event, url=row.url, created_at=row.created_at)
