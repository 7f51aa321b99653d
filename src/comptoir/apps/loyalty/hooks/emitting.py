"""Tell partners' addresses that something happened: written with the deed, in its transaction."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from comptoir.apps.loyalty.hooks import sending
from comptoir.apps.loyalty.partner_tables import HookMessage, PartnerHook
from comptoir.kernel.ids import new_id, public_id

CREATED: Final = "customer.created"
UPDATED: Final = "customer.updated"
ERASED: Final = "customer.erased"
CONSENT: Final = "consent.changed"
POINTS: Final = "points.changed"
BOUGHT: Final = "reward.bought"
USED: Final = "reward.used"
REINSTATED: Final = "reward.reinstated"
CREDITED: Final = "order.credited"
REVERSED: Final = "order.reversed"
EVENTS: Final = (CREATED, UPDATED, ERASED, CONSENT, POINTS, BOUGHT, USED, REINSTATED, CREDITED, REVERSED)


def emit(organisation_id: UUID, event: str, *, member_id: UUID, now: datetime, **data: Any) -> None:
    """A message for each address that wants to hear of it. It carries ids, and no name or number of anybody."""
    hooks = list(PartnerHook.objects.filter(organisation_id=organisation_id, event=event).values_list("id", flat=True))
    if not hooks:
        return
    known = {"customer": {"public_id": public_id("mem", member_id)}, **data}
    for hook_id in hooks:
        identifier = new_id()
        HookMessage.objects.create(
            organisation_id=organisation_id,
            id=identifier,
            hook_id=hook_id,
            event=event,
            body={
                "event": event,
                "event_id": public_id("evt", identifier),
                "created_at": now.isoformat(),
                "data": known,
            },
            at=now,
            due_at=now,
        )
    sending.send.enqueue_once()
