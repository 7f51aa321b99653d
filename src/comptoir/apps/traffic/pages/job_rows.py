"""How each integration is doing, for its row of the list (traffic-analytics.md 1.1, 2.6)."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from comptoir.apps.traffic import jobs
from comptoir.apps.traffic.models import ImportJob
from comptoir.apps.traffic.pages.where import Where
from comptoir.core.connections import reads
from comptoir.core.connections.models import Connection
from comptoir.web.parts import Status


def is_about(job: ImportJob, where: Where, connections: dict[UUID, reads.ConnectionFacts]) -> bool:
    """Whether its shops feed what was chosen; one that feeds nothing yet is about everything."""
    known = connections.get(job.connection_id) if job.connection_id else None
    fed = {each.store_id for each in known.locations if each.store_id} if known else set()
    return not where.at or not fed or bool(fed & where.store_ids)


def light(job: ImportJob, connections: dict[UUID, reads.ConnectionFacts]) -> Status:
    """Whether it reads, and since when not."""
    found = connections.get(job.connection_id) if job.connection_id else None
    if found is None:
        return Status("off", _("Not connected"))
    if found.status != Connection.Status.CONNECTED:
        return Status("bad", _("Sign in again"), found.status_since)
    if not job.finished_at:
        return Status("info", _("Being set up"))
    return Status("ok", pgettext("an integration", "Active")) if job.active else Status("off", _("Off"), job.paused_at)


def facts(job: ImportJob, connections: dict[UUID, reads.ConnectionFacts]) -> dict[str, Any]:
    """Its account, how many of its shops feed a location, when it reads next, and who signed in."""
    found = connections.get(job.connection_id) if job.connection_id else None
    due = jobs.next_runs(job)
    return {
        "connection": found,
        "matched": found.linked if found else 0,
        "shops": len(found.locations) if found else 0,
        "next": min(due.values(), default=None),
        "owner": found.consented_by if found else "",
    }
