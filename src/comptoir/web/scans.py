"""The door at which tills ask whose pass was scanned. It answers at once, and on any doubt says nothing."""

from datetime import datetime
from uuid import UUID

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from comptoir.core.connections.locations import store_behind
from comptoir.core.installations import manifest, modules
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.pos import registry
from comptoir.pos.scans import AnswersScans, Scanned

log = structlog.get_logger(__name__)


@csrf_exempt  # a till's server posts here; the address is the proof
@require_POST
def scan(request: HttpRequest, provider: str, token: str) -> HttpResponse:
    """Raises RuleBroken (404) for an address that is none; whatever else is wrong is no error on the till."""
    connector: object = next((each for each in registry.connectors() if each.manifest.slug == provider), None)
    place = store_behind(provider, token)
    if not isinstance(connector, AnswersScans) or place is None:
        raise RuleBroken("No scans are taken at this address.", code="door_unknown", status=404)
    found = None
    try:
        asked = connector.read_scan(request.GET.dict())
        found = _whose(place, provider, asked.code, timezone.now())
    except ComptoirError as error:
        log.info("scan.unanswered", provider=provider, cause=error.for_log)
    except Exception:  # whatever we stumble over, the waiter at the till goes on
        log.exception("scan.failed", provider=provider)
    return HttpResponse(connector.answer_scan(found), content_type="application/json")


def _whose(place: tuple[UUID, UUID], provider: str, code: str, now: datetime) -> Scanned | None:
    """What the first app says that knows the code, of those that are on for the store."""
    organisation_id, store_id = place
    off = modules.switched_off([organisation_id])
    for app in manifest.apps():
        known = app.scanned if (store_id, app.slug) not in off else None
        if known is not None and (found := known(organisation_id, store_id, provider, code, now)) is not None:
            return found
    return None
