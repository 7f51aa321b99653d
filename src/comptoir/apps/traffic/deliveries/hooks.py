"""An export by webhook: a signed message that the file is there, and where an API token fetches it.

The outbox signs, retries and pauses (Standard Webhooks); the message is thin, as all are: no figure of anybody's in it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from comptoir.apps.traffic.deliveries import telling
from comptoir.apps.traffic.export_tables import ExportPlan, ExportRun
from comptoir.core.outbox import couriers, reads, sending, streams
from comptoir.core.outbox.endpoints import Audience
from comptoir.core.outbox.streams import Listener, Stream, Told
from comptoir.kernel.ids import public_id

SLUG: Final = "traffic.exports"
READY: Final = "traffic.export_ready"


def audience(plan_id: UUID) -> Audience:
    """Whoever hears of a plan."""
    return Audience(stream=SLUG, topic_id=plan_id)


def tell(plan: ExportPlan, run: ExportRun, *, now: datetime) -> None:
    """Send the message of a run; in the transaction that writes it down."""
    couriers.tell(
        Told(run.id, READY, run.slot), organisation_id=plan.organisation_id, stream=SLUG, topic_id=plan.id, now=now
    )


def states(organisation_id: UUID, plan_id: UUID) -> dict[str, reads.DeliveryFacts]:
    """What became of a plan's messages, by their id (`evt_…`)."""
    found = reads.endpoints(organisation_id, audience=audience(plan_id))
    return {each.message_id: each for endpoint in found for each in reads.deliveries(organisation_id, endpoint.id)}


def message_id(run: ExportRun) -> str:
    """The header `webhook-id` of a run's message, the same at every attempt."""
    return public_id("evt", run.id)


def _data(listener: Listener, ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
    rows = {row.id: row for row in ExportRun.objects.filter(organisation_id=listener.organisation_id, id__in=ids)}
    plan = ExportPlan.objects.filter(organisation_id=listener.organisation_id, id=listener.topic_id).first()
    bare = {"organisation": public_id("org", listener.organisation_id), "export": public_id("exp", listener.topic_id)}
    return {each: bare | (_shown(rows[each], plan) if each in rows and plan else {}) for each in ids}


def _shown(run: ExportRun, plan: ExportPlan) -> dict[str, Any]:
    return {
        "run": run.public_id,
        "kind": plan.kind,
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "link": f"{settings.COMPTOIR_URL}/v1/traffic/exports/{run.public_id}/file"
        f"?organisation={public_id('org', run.organisation_id)}",
    }


def _since(listener: Listener, since: datetime) -> Sequence[Told]:
    rows = ExportRun.objects.filter(
        organisation_id=listener.organisation_id, plan_id=listener.topic_id, slot__gte=since
    )
    return [Told(each.id, READY, each.slot) for each in rows.order_by("slot")]


def _waits(kind: str) -> Sequence[timedelta]:  # noqa: ARG001
    return sending.WAITS


def _troubled(listener: Listener, said: str, now: datetime) -> None:
    """Whoever made it hears of it: after an hour, and when it is paused."""
    plan = ExportPlan.objects.filter(organisation_id=listener.organisation_id, id=listener.topic_id).first()
    if plan is not None:
        occasion = f"{listener.id} {listener.failing_since} {listener.disabled}"
        telling.failing(plan, said=said, is_over=bool(listener.disabled), occasion=occasion, now=now)


streams.register(Stream(SLUG, frozenset({READY}), _data, _since, _waits, _troubled))
