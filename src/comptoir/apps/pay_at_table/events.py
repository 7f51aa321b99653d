"""What providers are told: every event is kept for thirty days, in an order that nobody can miss one by, and sent.

An event is numbered by the database when its transaction commits: who reads behind a number has seen all before it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from comptoir.apps.pay_at_table import happenings, mails
from comptoir.apps.pay_at_table.event_tables import ProviderEvent
from comptoir.apps.pay_at_table.happenings import Happening
from comptoir.apps.pay_at_table.models import Bill, GuestPayment, Integration
from comptoir.core.outbox import couriers, sending, streams
from comptoir.core.outbox.streams import Listener, Stream, Told
from comptoir.kernel.ids import new_id, public_id

SLUG: Final = "pay_at_table"
KEPT: Final = timedelta(days=30)
KINDS: Final = frozenset(
    {
        "check.opened",
        "check.updated",
        "check.closed",
        "check.voided",
        "check.relinked",
        "payment_intent.expired",
        "payment_intent.invalidated",
        "payment.recorded",
        "payment.submitted",
        "payment.applied",
        "payment.refused",
        "payment.needs_attention",
        "payment.settled_manually",
        "payment.reversed_on_pos",
        "refund.recorded",
        "refund.completed",
        "order.accepted",
        "order.failed",
        "order.ready_for_pickup",
        "order.in_delivery",
        "order.delivered",
        "order.closed",
        "order.cancelled",
        "item.availability_changed",
        "menu.changed",
        "integration.enabled",
        "integration.disabled",
        "integration.degraded",
        "integration.reauth_required",
        "integration.readiness_changed",
        "reconciliation.ready",
    }
)
DENSER: Final = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(seconds=30),
    timedelta(seconds=60),
    timedelta(minutes=5),
    *sending.WAITS[2:],
)
"""Guests stand at the door: what became of their money is told again sooner within the first hour."""
PREFIXES: Final = {"payment_id": "gpay", "intent_id": "pi", "order_id": "ord", "refund_id": "rfd"}
PLACES: Final = {"payment_id": "payments", "order_id": "orders", "intent_id": "payment-intents", "check_id": "checks"}


def write_down(happening: Happening) -> None:
    """Keep it, and have it sent to whoever listens; in the transaction that makes it true."""
    if happening.kind not in KINDS:
        return
    row = ProviderEvent.objects.create(
        organisation_id=happening.organisation_id,
        id=new_id(),
        integration_id=happening.integration_id,
        kind=happening.kind,
        at=happening.at,
        about=_shown(happening),
    )
    couriers.tell(
        Told(row.id, row.kind, row.at),
        organisation_id=row.organisation_id,
        stream=SLUG,
        topic_id=row.integration_id,
        now=happening.at,
    )


def data_of(row: ProviderEvent) -> dict[str, Any]:
    """What a message says: ids, the state, where to ask, and a number that grows, also for each bill."""
    integration = public_id("int", row.integration_id)
    about = {"integration_id": integration, **row.about, "sequence": row.number}
    for name, place in PLACES.items():
        if name in about:
            about["link"] = f"{settings.COMPTOIR_URL}/v1/integrations/{integration}/{place}/{about[name]}"
            break
    return about


def after(integration: Integration, number: int, *, limit: int) -> list[ProviderEvent]:
    """The events behind a number, in their order."""
    mine = ProviderEvent.objects.filter(organisation_id=integration.organisation_id, integration_id=integration.id)
    return list(mine.filter(number__gt=number).order_by("number")[:limit])


def forget_old(*, now: datetime) -> None:
    """What is older than thirty days."""
    ProviderEvent.objects.filter(at__lt=now - KEPT).delete()


def _shown(happening: Happening) -> dict[str, str]:
    about, shown = dict(happening.about), {}
    mine = {"organisation_id": happening.organisation_id, "integration_id": happening.integration_id}
    if "state" in about:
        shown["state"] = about.pop("state")
    elif "payment_id" in about:
        paid = GuestPayment.objects.filter(**mine, id=about["payment_id"]).first()
        if paid is not None:
            shown["state"] = str(paid.state)
            about.setdefault("check_id", paid.check_id)
    number, visit = about.pop("check_id", ""), about.pop("visit_id", "")
    if number and not visit:
        found = Bill.objects.filter(**mine, check_id=number).values_list("visit_id", flat=True)
        visit = str(next(iter(found), ""))
    for name, value in about.items():
        shown[name] = public_id(PREFIXES[name], UUID(value)) if name in PREFIXES else value
    if visit:
        shown["check_id"] = public_id("chk", UUID(visit))
    return shown


def _data(listener: Listener, ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
    rows = ProviderEvent.objects.filter(organisation_id=listener.organisation_id, id__in=ids)
    found = {row.id: data_of(row) for row in rows}
    bare = {"integration_id": public_id("int", listener.topic_id)}
    return {each: found.get(each, bare) for each in ids}


def _since(listener: Listener, since: datetime) -> Sequence[Told]:
    rows = ProviderEvent.objects.filter(
        organisation_id=listener.organisation_id, integration_id=listener.topic_id, at__gte=since
    )
    return [Told(each.id, each.kind, each.at) for each in rows.order_by("number")]


def _waits(kind: str) -> Sequence[timedelta]:
    return DENSER if kind.startswith("payment.") or kind == "check.closed" else sending.WAITS


def _troubled(listener: Listener, said: str, now: datetime) -> None:
    """The provider's developer hears of it: after an hour, and when it is paused (T19)."""
    integration = Integration.objects.filter(organisation_id=listener.organisation_id, id=listener.topic_id).first()
    if integration is not None:
        occasion = f"{listener.id} {listener.failing_since} {listener.disabled}"
        mails.endpoint_failing(integration, said=said, occasion=occasion, now=now)


streams.register(Stream(SLUG, KINDS, _data, _since, _waits, _troubled))
happenings.listen(write_down)
