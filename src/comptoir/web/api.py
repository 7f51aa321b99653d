"""The platform API under /v1: who calls, what they may, how errors look. Rooms and apps add their routers to it."""

from typing import Any, Final, cast
from uuid import UUID

import structlog
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer
from structlog.contextvars import get_contextvars

from comptoir.core.accounts.models import ApiToken, Organisation
from comptoir.core.accounts.tokens import find_token
from comptoir.core.installations import manifest, modules
from comptoir.kernel.errors import ComptoirError, RuleBroken
from comptoir.kernel.ids import parse_id
from comptoir.kernel.money import Money

log = structlog.get_logger(__name__)

JSON: Final = "application/json"
PROBLEM_JSON: Final = "application/problem+json"


class ApiRequest(HttpRequest):
    """A call with a token that has the scope its operation asks for."""

    token: ApiToken
    organisation_ids: frozenset[UUID]
    app: str


class Bearer(HttpBearer):
    """A bearer token with one scope, for the organisations it was made for."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """None (401) for an unknown or revoked token; raises RuleBroken (403) when the scope is missing."""
        found = find_token(token, now=timezone.now())
        if found is None:
            return None
        if self.scope not in found.scopes:
            raise RuleBroken(f"This token lacks the scope {self.scope}.", code="scope_missing", status=403)
        known = cast(ApiRequest, request)
        known.token, known.organisation_ids = found, frozenset(found.organisation_ids())
        owner = manifest.owner_of(self.scope)
        known.app = owner.slug if owner else ""
        return found


class Problem(Schema):
    """An error (RFC 9457); `code` is stable, `detail` one sentence for a person.

    `retryable`: the same call may do better later. `check`: the bill as it is, where it has changed.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, Any]] | None = None
    retryable: bool | None = None
    request_id: str | None = None
    check: dict[str, Any] | None = None


class Amount(Schema):
    """Money: minor units (cents, pence) and ISO 4217 currency."""

    amount: int
    currency: str


def amount(money: Money | None) -> Amount | None:
    """Money as the API shows it; null is not zero."""
    return None if money is None else Amount(amount=money.amount, currency=money.currency)


def allowed_organisations(request: HttpRequest, organisation: str | None) -> list[UUID]:
    """The organisations a call is about: the one it names, or all its token speaks for.

    Raises RuleBroken: 404 for one the token does not cover (that it exists is nobody's business), 403
    `module_inactive` when the operation is an app's and none of them has that app on for any store.
    """
    known = cast(ApiRequest, request)
    wanted = known.organisation_ids if organisation is None else {parse_id("org", organisation)}
    if not wanted <= known.organisation_ids:
        raise RuleBroken("There is nothing here under this id.", code="not_found", status=404)
    active = [each for each in wanted if not (known.app and modules.is_off_everywhere(each, known.app))]
    if wanted and not active:
        raise modules.inactive()
    return sorted(active)


def actor(request: HttpRequest) -> str:
    """Who calls, as history names them: `token:<id>`."""
    return f"token:{cast(ApiRequest, request).token.id}"


def one_organisation(request: HttpRequest, organisation: str | None) -> Organisation:
    """The one organisation a writing call is about. Raises RuleBroken when the token leaves it open."""
    found = allowed_organisations(request, organisation)
    if len(found) != 1:
        raise RuleBroken(
            "This token speaks for several organisations; name one with `organisation`.",
            code="organisation_ambiguous",
            status=422,
        )
    return Organisation.objects.get(id=found[0])


class PlatformApi(NinjaAPI):
    """The API with errors described as they are sent: as `application/problem+json`."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None) -> Any:
        """The contract."""
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and JSON in response.get("content", {}):
                        response["content"] = {PROBLEM_JSON: response["content"][JSON]}
        return schema


api = PlatformApi(
    title="Comptoir",
    version="1",
    description="Sales of every till in one tongue, and what the apps make of them.",
    urls_namespace="v1",
    openapi_url="/openapi.json",
    docs_url="/docs",
)

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Forbidden",
    402: "The plan has ended",
    404: "Not found",
    409: "Not as things stand",
    422: "Not valid",
    500: "Our fault",
    429: "Too often",
    502: "The till does not answer",
    503: "Not now",
}


def problem(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    detail: str,
    errors: list[dict[str, Any]] | None = None,
    check: dict[str, Any] | None = None,
) -> HttpResponse:
    """An error in the one shape of this API."""
    body = Problem(
        title=TITLES.get(status, "Error"),
        status=status,
        code=code,
        detail=detail,
        errors=errors,
        retryable=status in {429, 502, 503} or code.endswith("_in_progress"),
        request_id=get_contextvars().get("request_id"),
        check=check,
    )
    response = api.create_response(request, body.model_dump(exclude_none=True), status=status)
    response["Content-Type"] = PROBLEM_JSON
    return response


@api.exception_handler(RuleBroken)
def rule_broken(request: HttpRequest, error: RuleBroken) -> HttpResponse:
    """What a rule forbids is the caller's to mend."""
    return problem(request, status=error.status, code=error.code, detail=error.for_owner)


@api.exception_handler(ComptoirError)
def vendor_trouble(request: HttpRequest, error: ComptoirError) -> HttpResponse:
    """What a vendor did to us is not the caller's fault."""
    return problem(request, status=502, code="vendor_unavailable", detail=error.for_owner)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    """No token, or one we do not know."""
    response = problem(request, status=401, code="token_invalid", detail="Send a valid token as a bearer.")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Fields that do not fit, each with its place."""
    errors = [{"at": ".".join(str(part) for part in each["loc"]), "message": each["msg"]} for each in error.errors]
    return problem(request, status=422, code="validation", detail="Some fields are not valid.", errors=errors)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses, such as a body that is no JSON."""
    return problem(request, status=error.status_code, code="bad_request", detail=error.message)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, _: Http404) -> HttpResponse:
    """Nothing there."""
    return problem(request, status=404, code="not_found", detail="There is nothing here under this id.")


@api.exception_handler(Exception)
def stumbled(request: HttpRequest, error: Exception) -> HttpResponse:
    """A bug of ours: logged whole, told without a detail."""
    if isinstance(error, DataError):
        raise error  # the middleware knows what nothing can be found under
    log.error("api_stumbled", path=request.path, exc_info=error)
    return problem(request, status=500, code="internal", detail="Comptoir stumbled over this call; it is in the log.")


def nothing_there(request: HttpRequest, rest: str) -> HttpResponse:
    """An address under /v1 that no operation has, in the one shape of errors."""
    return problem(request, status=404, code="not_found", detail=f"There is nothing at /v1/{rest}.")
