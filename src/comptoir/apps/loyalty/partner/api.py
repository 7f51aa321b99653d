"""The partner API: who calls, what they may, how errors look (loyalty.md 3.1, 3.2, 3.9)."""

import json
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final, cast
from uuid import UUID

import structlog
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer
from structlog.contextvars import get_contextvars

from comptoir.apps.loyalty import tries
from comptoir.apps.loyalty.partner import aliases
from comptoir.core.accounts.models import Store
from comptoir.core.accounts.partners import tokens
from comptoir.core.accounts.partners.tokens import Bearer as Caller
from comptoir.core.installations import modules
from comptoir.kernel.errors import ComptoirError, RuleBroken

log = structlog.get_logger(__name__)

PREFIX: Final = "/partner/v1/"
IGNORED: Final = "X-Comptoir-Ignored"
BURST, BURST_WINDOW = 60, timedelta(seconds=1)
SUSTAINED, SUSTAINED_WINDOW = 600, timedelta(minutes=1)
RETRY_AFTER: Final = {429: "10", 503: "30"}
LONGEST_HEADER: Final = 500


class PartnerRequest(HttpRequest):
    """A call with a partner's token that has the scope of its operation; `said` is its body by the API's own names."""

    token: Caller
    said: Any
    ignored: list[str]


class Scope(HttpBearer):
    """A partner's token with one scope ("": any token that is known, even of a brand that is not open yet)."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """None (401) for an unknown or dead token.

        Raises RuleBroken: 429 `rate_limited`, 403 `partner_request_pending`, `scope_missing`.
        """
        now = timezone.now()
        found = tokens.bearer(token, now=now)
        if found is None:
            return None
        cast(PartnerRequest, request).token = found
        tries.count(f"partner burst {found.id}", limit=BURST, window=BURST_WINDOW, now=now)
        tries.count(f"partner {found.id}", limit=SUSTAINED, window=SUSTAINED_WINDOW, now=now)
        if self.scope and found.pending:
            raise RuleBroken(
                "This brand is not open for you yet: its token has to be issued first.",
                code="partner_request_pending",
                status=403,
            )
        if self.scope and not found.may(self.scope):
            raise RuleBroken(f"This token lacks the scope {self.scope}.", code="scope_missing", status=403)
        return found


class ErrorOut(Schema):
    """An error: `code` is stable, `message` one sentence, `errors` the fields that do not fit."""

    message: str
    errors: dict[str, list[str]] = Field(default_factory=dict)
    code: str
    request_id: str


class AliasParser(Parser):
    """Reads JSON and gives fields the API's own names."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ValueError for what is no JSON."""
        body = json.loads(request.body) if request.body.strip() else {}
        if not _is_storable(body):
            raise ValueError("a text holds a character that cannot be kept")
        said = aliases.resolve(body, kind_of(request.path), aliases.tables())
        cast(PartnerRequest, request).said = said
        return said


def kind_of(path: str) -> str:
    """Which table of aliases the body of a call at this path has."""
    words = path.removeprefix(PREFIX).strip("/").split("/")
    return "customers.rewards" if len(words) > 2 and words[2] == "rewards" else words[0]


class PartnerApi(NinjaAPI):
    """Answers tell which fields were ignored."""

    def create_response(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The answer, with the names of what nobody here reads."""
        response = super().create_response(request, *args, **kwargs)
        if ignored := getattr(request, "ignored", None):
            response[IGNORED] = ", ".join(sorted(ignored))[:LONGEST_HEADER]
        return response


api = PartnerApi(
    title="Comptoir partner API",
    version="1",
    description="Loyalty for tills that call: customers, orders, rewards. Compatible with Hey Pongo's public API.",
    urls_namespace="partner-v1",
    openapi_url="/openapi.json",
    docs_url="/docs",
    parser=AliasParser(),
)


def note_ignored(request: HttpRequest, shape: type[Schema], at: str = "") -> None:
    """Remember which fields of the body, or of its part `at`, nobody reads; they are told in a header."""
    known = cast(PartnerRequest, request)
    body = known.said.get(at) if at else known.said
    names = set(body) - set(shape.model_fields) if isinstance(body, dict) else set()
    shown = (f"{at}.{name}" if at else name for name in names if name.isascii() and name.isprintable())
    known.ignored = [*getattr(known, "ignored", []), *shown]


def caller(request: HttpRequest) -> Caller:
    """Who calls."""
    return cast(PartnerRequest, request).token


def stores_of(found: Caller) -> dict[str, Store]:
    """The stores a caller speaks for, by slug."""
    rows = Store.objects.filter(organisation_id=found.organisation_id, id__in=found.store_ids)
    return {store.slug: store for store in rows.order_by("name")}


def store_of(found: Caller, slug: str, *, at: str = "loyalty_store_slug") -> Store:
    """The caller's store of this slug or public id. Raises Invalid (422) that names the field: another merchant's
    slug is as unknown as one that nobody has (E39)."""
    for store in stores_of(found).values():
        if slug.strip() in (store.slug, store.public_id):
            return store
    raise Invalid({at: ["The selected store is invalid."]})


def require_on(organisation_id: UUID, store_id: UUID) -> None:
    """Raises RuleBroken (403 `module_inactive`)."""
    modules.require_on(organisation_id=organisation_id, store_id=store_id, app="loyalty")


class Invalid(RuleBroken):
    """Fields that do not fit (422 `validation`)."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("The given data was invalid.", code="validation", status=422)
        self.errors = errors


def failure(
    request: HttpRequest, *, status: int, code: str, message: str, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    """An error in the one shape of this API."""
    body = ErrorOut(
        message=message, errors=errors or {}, code=code, request_id=str(get_contextvars().get("request_id", ""))
    )
    response = api.create_response(request, body.model_dump(), status=status)
    if status in RETRY_AFTER:
        response["Retry-After"] = RETRY_AFTER[status]
    return response


@api.exception_handler(RuleBroken)
def rule_broken(request: HttpRequest, error: RuleBroken) -> HttpResponse:
    """What a rule forbids is the caller's to mend."""
    errors = getattr(error, "errors", None)
    return failure(request, status=error.status, code=error.code, message=error.for_owner, errors=errors)


@api.exception_handler(ComptoirError)
def not_now(request: HttpRequest, error: ComptoirError) -> HttpResponse:
    """Something else is in trouble."""
    return failure(request, status=503, code="maintenance", message=error.for_owner)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    """No token, or one we do not know."""
    response = failure(request, status=401, code="token_invalid", message="Unauthenticated.")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Fields that do not fit, each under its name."""
    errors: dict[str, list[str]] = {}
    for each in error.errors:
        errors.setdefault(_field(each["loc"]), []).append(str(each["msg"]))
    return failure(request, status=422, code="validation", message="The given data was invalid.", errors=errors)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses, such as a body that is no JSON."""
    return failure(request, status=error.status_code, code="bad_request", message=error.message)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, _: Http404) -> HttpResponse:
    """Nothing there."""
    return failure(request, status=404, code="not_found", message="There is nothing here under this id.")


@api.exception_handler(Exception)
def stumbled(request: HttpRequest, error: Exception) -> HttpResponse:
    """A bug of ours: logged whole, told without a detail."""
    if isinstance(error, DataError):
        raise error  # the middleware knows what nothing can be found under
    log.error("partner_api_stumbled", path=request.path, exc_info=error)
    return failure(request, status=500, code="internal", message="Comptoir stumbled over this call; it is in the log.")


def nothing_there(request: HttpRequest, rest: str) -> HttpResponse:
    """An address under /partner/v1 that no operation has."""
    return failure(request, status=404, code="not_found", message=f"There is nothing at /partner/v1/{rest}.")


def _is_storable(value: Any) -> bool:
    """Whether PostgreSQL can hold every text of a body: no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, dict):
        return all(_is_storable(each) for pair in value.items() for each in pair)
    return not isinstance(value, list) or all(_is_storable(each) for each in value)


def _field(place: Collection[Any]) -> str:
    """`body.said.lines.0.amount` is `lines.0.amount` to the caller."""
    words = [str(each) for each in place]
    return ".".join(words[2:] if len(words) > 2 and words[0] == "body" else words[1:] or words)
