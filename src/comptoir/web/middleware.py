"""What surrounds every request: a correlation id, a content policy, and errors told in words."""

import re
from collections.abc import Callable
from typing import Final

import structlog
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars
from ulid import ULID

from comptoir.kernel import metrics
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.web.api import problem
from comptoir.web.faults import Fault

GetResponse = Callable[[HttpRequest], HttpResponseBase]

API_PATHS: Final = ("/v1/", "/partner/v1/")
"""The APIs render their own errors."""

HEADER: Final = "X-Request-Id"
NUL: Final = "%00"
ACCEPTED_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No inline script, no inline style, nothing from elsewhere. `form-action` stays open: connecting a till is a form
whose answer leads to the vendor's consent page."""

log = structlog.get_logger(__name__)


class ErrorMiddleware:
    """Gives every request a correlation id, and turns a ComptoirError of a page into a page that explains it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Take the id a proxy gave, else make one."""
        given = request.headers.get(HEADER, "")
        request_id = given if ACCEPTED_ID.fullmatch(given) else str(ULID()).lower()
        with bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        metrics.REQUESTS.labels(f"{response.status_code // 100}xx").inc()
        response.headers[HEADER] = request_id
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Explain what somebody can act upon; what is a bug stays one."""
        if isinstance(error, DataError) and NUL in request.META.get("QUERY_STRING", ""):
            # No column of PostgreSQL holds a NUL, so nothing is found under a question with one.
            error = RuleBroken(_("There is nothing here under this id."), code="not_found", status=404)
            if request.path.startswith(API_PATHS):
                return problem(request, status=error.status, code=error.code, detail=error.for_owner)
        if not isinstance(error, ComptoirError) or request.path.startswith(API_PATHS):
            return None
        fault = Fault.of(error)
        log.warning("page_refused", path=request.path, status=fault.status, error=error.for_log)
        if "HX-Request" not in request.headers:
            return render(request, "web/fault.html", {"fault": fault}, status=fault.status)
        # Part of a page asked: it stays as it is, and the explanation appears beside it.
        response = render(request, "web/fault_toast.html", {"fault": fault}, status=fault.status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#toasts", "beforeend"
        return response


class ContentPolicyMiddleware:
    """Tells browsers to run and load what we serve, and nothing else. A view that set a policy keeps it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header."""
        response = self.get_response(request)
        if not request.path.startswith(API_PATHS):
            response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response
