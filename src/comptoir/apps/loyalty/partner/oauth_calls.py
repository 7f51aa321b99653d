"""`/partner/v1/oauth/…`: the consent page and the token endpoint (loyalty.md 3.2)."""

import json
from datetime import timedelta
from typing import Annotated, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import ValidationError

from comptoir.apps.loyalty import tries
from comptoir.apps.loyalty.partner.api import ErrorOut, Invalid
from comptoir.core.accounts.partners import grants

router = Router(tags=["OAuth"])
FAULTS = {400: ErrorOut, 401: ErrorOut, 422: ErrorOut, 429: ErrorOut}
TRIES: Final = 10
TRIES_WINDOW: Final = timedelta(minutes=5)
Text = Annotated[str, Field(min_length=1, max_length=500)]


class GrantIn(Schema):
    """What is exchanged for a token. With `client_credentials` (`authorization_code` does as well) the `code` of the
    redirect; with `password` a technical user's name and password."""

    grant_type: Literal["client_credentials", "authorization_code", "password", "refresh_token"]
    client_id: Text
    client_secret: Text
    code: Text | None = None
    username: Text | None = None
    password: Text | None = None
    refresh_token: Text | None = None
    scope: Annotated[str, Field(max_length=1000)] = ""


class GrantOut(Schema):
    """An access token for `expires_in` seconds, and what renews it once."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  (a kind)
    expires_in: int
    refresh_token: str
    scope: str


@router.post(
    "/oauth/token",
    response={200: GrantOut, **FAULTS},
    auth=None,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": GrantIn.model_json_schema()}}}},
)
def token(request: HttpRequest) -> GrantOut:
    """Exchange a code, a password or a refresh token. JSON, or a form as OAuth libraries send it."""
    said, now = _said(request), timezone.now()
    tries.count(
        f"partner grant {said.client_id[:60]} {said.username or ''}"[:120], limit=TRIES, window=TRIES_WINDOW, now=now
    )
    client = grants.client(said.client_id, said.client_secret)
    if said.grant_type == "password":
        scopes = grants.allowed(client, said.scope)
        given = grants.by_password(client, _needed(said, "username"), _needed(said, "password"), scopes, now=now)
    elif said.grant_type == "refresh_token":
        given = grants.by_refresh(client, _needed(said, "refresh_token"), now=now)
    else:
        given = grants.by_code(client, _needed(said, "code"), now=now)
    return GrantOut(
        access_token=given.access.reveal(),
        expires_in=given.expires_in,
        refresh_token=given.refresh.reveal(),
        scope=",".join(given.scopes),
    )


def form(request: HttpRequest) -> HttpResponse:
    """Where a partner sends somebody's browser: on to the page that asks for consent."""
    return redirect(f"{reverse('partner_authorise')}?{request.META.get('QUERY_STRING', '')}")


def _said(request: HttpRequest) -> GrantIn:
    try:
        is_form = (request.content_type or "").startswith(("application/x-www-form-urlencoded", "multipart/"))
        return GrantIn.model_validate(request.POST.dict() if is_form else json.loads(request.body or b"{}"))
    except ValidationError as error:
        raise Invalid({str(each["loc"][0]): [str(each["msg"])] for each in error.errors() if each["loc"]}) from None
    except (ValueError, RecursionError):
        raise Invalid({"grant_type": ["The body is neither JSON nor a form."]}) from None


def _needed(said: GrantIn, name: str) -> str:
    value: str | None = getattr(said, name)
    if not value:
        raise Invalid({name: [f"The {name} field is required."]})
    return value
