"""Who calls the provider API, how often it may, and how what goes wrong is told (pay-at-table.md 3.1, 3.3)."""

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from ninja.responses import Status
from ninja.security import HttpBearer

from comptoir.apps.pay_at_table import linking, plans
from comptoir.apps.pay_at_table.idempotency import LONGEST, once
from comptoir.apps.pay_at_table.link_tables import ProviderKey
from comptoir.apps.pay_at_table.models import Integration
from comptoir.kernel.errors import OutcomeUnknown, RuleBroken, VendorBusy, VendorRefused, VendorUnreadable
from comptoir.kernel.ids import parse_id
from comptoir.web.api import Problem, api, problem

VERSION: Final = "2026-11-01"
BASE: Final = "/integrations/{integration}"
CALLS_A_SECOND: Final = 20
FAULTS: Final[dict[int, type[Problem]]] = dict.fromkeys((401, 402, 403, 404, 409, 422, 429, 503), Problem)

COUNT: Final = """
INSERT INTO pay_at_table_callcount (organisation_id, integration_id, window_ends_at, number)
VALUES (%(organisation)s, %(integration)s, clock_timestamp() + interval '1 second', 1)
ON CONFLICT (organisation_id, integration_id) DO UPDATE SET
    number = CASE WHEN pay_at_table_callcount.window_ends_at <= clock_timestamp() THEN 1
                  ELSE least(pay_at_table_callcount.number + 1, %(most)s + 1) END,
    window_ends_at = CASE WHEN pay_at_table_callcount.window_ends_at <= clock_timestamp()
                          THEN clock_timestamp() + interval '1 second'
                          ELSE pay_at_table_callcount.window_ends_at END
RETURNING number
"""

View = TypeVar("View", bound=Callable[..., Any])
IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
    "description": "The same key with the same body is the same call: it is answered as before, and done once.",
}
IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The `ETag` of the answer you have: 304 when it still stands.",
}
router = Router(tags=["Pay at table"])


class ProviderBearer(HttpBearer):
    """A provider app key."""

    def authenticate(self, request: HttpRequest, token: str) -> ProviderKey | None:
        """None (401) for a key that is unknown or revoked. Raises RuleBroken (403) from a network it is not for."""
        key = linking.key_behind(token)
        if key is not None and not linking.may_come_from(key, _address(request)):
            raise RuleBroken("This key may not be used from this address.", code="forbidden", status=403)
        return key


KEY: Final = ProviderBearer()


class ProviderFault(RuleBroken):
    """A refusal that says more: what the bill is like now, or when to come back."""

    def __init__(
        self,
        for_owner: str,
        *,
        code: str,
        status: int = 409,
        check: dict[str, Any] | None = None,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(for_owner, code=code, status=status)
        self.check, self.errors, self.headers = check, errors, headers or {}


@api.exception_handler(ProviderFault)
def told(request: HttpRequest, error: ProviderFault) -> HttpResponse:
    """The one shape of errors, and what this one adds."""
    response = problem(
        request,
        status=error.status,
        code=error.code,
        detail=error.for_owner,
        check=error.check,
        errors=error.errors,
    )
    for name, value in error.headers.items():
        response[name] = value
    return response


def operation(method: str, path: str, answers: Mapping[int, Any]) -> Callable[[View], View]:
    """A route below an integration; what the till does to us is told in words of this API."""

    def made(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            with at_the_door():
                return view(request, *args, **kwargs)

        headers = ([IDEMPOTENCY_KEY] if method == "POST" else []) + ([IF_NONE_MATCH] if 304 in answers else [])
        added = router.api_operation(
            [method],
            BASE + path,
            response={**answers, **FAULTS},
            auth=KEY,
            operation_id=view.__name__,
            openapi_extra={"parameters": headers},
        )
        added(guarded)
        return view

    return made


class at_the_door:  # noqa: N801  (reads as a word)
    """What a till does to us, as this API tells it."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raises ProviderFault instead of a vendor's error."""
        if isinstance(error, VendorRefused):
            words = "The till asks the merchant to connect it again."
            raise ProviderFault(words, code="reauth_required", status=503) from error
        if isinstance(error, VendorBusy | VendorUnreadable | OutcomeUnknown):
            words = "The till cannot be reached now."
            raise ProviderFault(words, code="pos_unreachable", status=503, headers={"Retry-After": "5"}) from error


def key_of(request: HttpRequest) -> ProviderKey:
    """The key it was called with."""
    return cast(ProviderKey, request.auth)  # type: ignore[attr-defined]  # put there by ninja


def mine(
    request: HttpRequest, integration: str, response: HttpResponse, *, counted: bool = True, by_plan: bool = False
) -> Integration:
    """The integration a call is about. It counts among those of this second, but for a taken payment (P1).

    `by_plan`: not once the merchant's plan has ended (F13).

    Raises RuleBroken: `integration_not_found`, `version_unknown`, `rate_limited`, `plan_inactive` (402).
    """
    asked = request.headers.get("Comptoir-Version", VERSION)
    if asked != VERSION:
        words = f"Only version {VERSION} is spoken here."
        raise RuleBroken(words, code="version_unknown", status=422)
    found = linking.seen_by(key_of(request), parse_id("int", integration))
    if counted:
        _count(found, response)
    response["Comptoir-Version"] = VERSION
    if by_plan and plans.state_of(found, now=timezone.now()) is not plans.PlanState.ACTIVE:
        raise RuleBroken("The merchant's plan for this store has ended.", code="plan_inactive", status=402)
    return found


def _count(found: Integration, response: HttpResponse) -> None:
    values: dict[str, UUID | int] = {
        "organisation": found.organisation_id,
        "integration": found.id,
        "most": CALLS_A_SECOND,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        [number] = cursor.fetchone()
    left = max(0, CALLS_A_SECOND - number)
    limits = {"RateLimit-Limit": str(CALLS_A_SECOND), "RateLimit-Remaining": str(left), "RateLimit-Reset": "1"}
    if number > CALLS_A_SECOND:
        words = "Too many calls within a second."
        raise ProviderFault(words, code="rate_limited", status=429, headers={**limits, "Retry-After": "1"})
    for name, value in limits.items():
        response[name] = value


def kept(
    request: HttpRequest, response: HttpResponse, found: Integration, act: Callable[[], tuple[int, Schema]]
) -> Status[Any]:
    """Do what a POST asks for, once for its Idempotency-Key."""

    def plain() -> tuple[int, dict[str, Any]]:
        status, shown = act()
        return status, shown.model_dump(mode="json")

    answer, repeated = once(request, plain, integration=found, key=key_of(request), now=timezone.now())
    if repeated:
        response["Idempotent-Replayed"] = "true"
    return answer


def aware(at: datetime | None) -> datetime | None:
    """An instant without an offset is UTC."""
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def actor(request: HttpRequest) -> str:
    """As the journal names it."""
    return f"provider:{key_of(request).id}"


def retry_at(seconds: timedelta) -> dict[str, str]:
    """The header that says when to come back."""
    return {"Retry-After": str(max(1, int(seconds.total_seconds())))}


def _address(request: HttpRequest) -> str:
    """Who calls: behind the proxy that the settings speak of, the address that the proxy saw."""
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    behind_proxy = settings.SECURE_PROXY_SSL_HEADER is not None
    return (seen if behind_proxy and seen else request.META.get("REMOTE_ADDR", ""))[:64]
