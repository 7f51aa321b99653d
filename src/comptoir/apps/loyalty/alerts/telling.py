"""Tell something once, and put it aside when somebody has looked (loyalty.md 1.7, E31)."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from comptoir.apps.loyalty.holdings import Alert, AlertKind
from comptoir.core.ledger.store import notify_live
from comptoir.kernel.errors import RuleBroken

LIVE_TOPIC = "loyalty"


def tell(
    *,
    organisation_id: UUID,
    kind: AlertKind,
    now: datetime,
    reason: str = "",
    subject: str = "",
    store_id: UUID | None = None,
    held_id: UUID | None = None,
    sale_id: UUID | None = None,
    member_id: UUID | None = None,
) -> None:
    """Tell once: the same again changes nothing, also when it was put aside."""
    row = Alert(
        organisation_id=organisation_id,
        kind=kind,
        reason=reason,
        subject=subject,
        store_id=store_id,
        held_id=held_id,
        sale_id=sale_id,
        member_id=member_id,
        at=now,
    )
    Alert.objects.bulk_create([row], ignore_conflicts=True)
    notify_live(organisation_id, LIVE_TOPIC)


def put_aside(*, organisation_id: UUID, alert_id: UUID, is_handled: bool, actor: str, now: datetime) -> None:
    """Somebody has looked at it, or wants to again. Twice changes nothing. Raises RuleBroken (`not_found`, 404)."""
    rows = Alert.objects.filter(organisation_id=organisation_id, id=alert_id)
    if not rows.exists():
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    if is_handled:
        rows.filter(handled_at=None).update(handled_at=now, handled_by=actor)
    else:
        rows.update(handled_at=None, handled_by="")
    notify_live(organisation_id, LIVE_TOPIC)
