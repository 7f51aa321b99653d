"""What Prometheus is told: for this machine alone, or for whoever has the token."""

import hmac
import os
from ipaddress import ip_address

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from comptoir.core.intake import watch
from comptoir.kernel import metrics as counted
from comptoir.kernel.errors import RuleBroken

FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counters of this process and figures of the installation. Raises RuleBroken (404) for everybody else."""
    if not (_has_token(request) or _is_from_here(request)):
        raise RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
    body = counted.tell(lambda: watch.gauges(now=timezone.now()))
    return HttpResponse(body, content_type=counted.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    token = os.environ.get("COMPTOIR_METRICS_TOKEN", "").strip()
    given = request.headers.get("Authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())


def _is_from_here(request: HttpRequest) -> bool:
    """From this machine, and not through a proxy on it: what a proxy hands on comes from anywhere."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
