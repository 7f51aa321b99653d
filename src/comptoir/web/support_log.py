"""What happened lately, as plain text to be copied into a question: in English, for whoever answers it.

It names stores, states and faults, and holds no secret, no body and nobody's number.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from importlib.metadata import version
from typing import Final
from uuid import UUID

from comptoir.core.connections import reads as connections
from comptoir.core.health.lights import health
from comptoir.core.intake import reads as inbox
from comptoir.core.intake.importing import reads as imports
from comptoir.kernel.ids import public_id

MOST_PARKED: Final = 5
MOST_WINDOWS: Final = 20


def written(
    organisation_id: UUID, *, page: str, request_id: str, now: datetime, store_ids: Collection[UUID] | None
) -> str:
    """The log, of the stores that the reader was given."""
    head = f"Comptoir {version('comptoir')} · {now:%Y-%m-%d %H:%M:%S} UTC"
    where = f"{public_id('org', organisation_id)} · page {page} · request {request_id}"
    parts = (_health, _connections, _latest_import, _parked)
    return "\n".join([head, where, *(line for part in parts for line in part(organisation_id, now, store_ids))])


def _health(organisation_id: UUID, now: datetime, store_ids: Collection[UUID] | None) -> Iterator[str]:
    for each in health(organisation_id, now=now, store_ids=store_ids).findings:
        since = f" since {each.since:%Y-%m-%d %H:%M}" if each.since else ""
        yield f"{each.rule.colour.value}: {each.cause.value} · {each.name}{since} {each.detail}".rstrip()


def _connections(organisation_id: UUID, now: datetime, store_ids: Collection[UUID] | None) -> Iterator[str]:
    roads = inbox.roads(organisation_id, now=now)
    for each in connections.connections(organisation_id, store_ids=store_ids):
        yield f"connection {each.public_id} {each.provider}: {each.status} {each.status_reason}".rstrip()
        for place in each.locations:
            road = roads.get(place.id)
            heard = f"{road.heard_at:%m-%d %H:%M}" if road and road.heard_at else "never"
            read = f"{road.read_at:%m-%d %H:%M}" if road and road.read_at else "never"
            fault = f" · {road.fault}" if road and road.fault else ""
            yield f"  {place.external_id} → {place.store_name or 'no store'}: heard {heard}, books read {read}{fault}"


def _latest_import(organisation_id: UUID, now: datetime, store_ids: Collection[UUID] | None) -> Iterator[str]:
    for run in imports.import_runs(organisation_id, now=now, store_ids=store_ids, limit=1):
        days = f"{run.start:%Y-%m-%d %H:%M} – {run.end:%Y-%m-%d %H:%M}"
        yield f"import {run.public_id} {days}: {run.state} {run.percent} %, {run.sales_read} sales read {run.fault}"
        open_ones = [
            each for each in imports.windows_of(organisation_id, run.id) if each.state not in ("done", "known")
        ]
        for window in open_ones[:MOST_WINDOWS]:
            yield f"  {window.start:%Y-%m-%d} – {window.end:%Y-%m-%d}: {window.state} {window.fault}".rstrip()


def _parked(organisation_id: UUID, now: datetime, store_ids: Collection[UUID] | None) -> Iterator[str]:  # noqa: ARG001
    rows = inbox.notifications(organisation_id, store_ids=store_ids, outcome="parked", limit=MOST_PARKED)
    for each in rows:
        yield f"parked {each.id} {each.received_at:%Y-%m-%d %H:%M} {each.provider} {each.fault_path}: {each.fault}"
